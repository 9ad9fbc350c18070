"""What an operator, or the maker of a token, may decide about this dialect; the README has a line for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Self

LONGEST_WAIT: Final = timedelta(seconds=60)

_TRUTH: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
_DURATION: Final = re.compile(r"([0-9]{1,6})(s|m)?")
_MOST_HOURS: Final = 87_600  # ten years


class Unknown(StrEnum):
    """What happens to an entity id that nobody registered."""

    REGISTER = "register"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options in force.

    `strict`: the `req` cells of the matrix are required, and a timeout over the maximum is refused. `wait_for_match`:
    how long a request that matches nothing waits for entities, if it does not say itself. `tag_match_seen_hours`:
    tag rules find entities seen that lately only; None: any.
    """

    strict: bool = True
    unknown_entity_ids: Unknown = Unknown.REGISTER
    wait_for_match: timedelta = timedelta()
    tag_match_seen_hours: timedelta | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """The options, from the operator's text.

        Raises:
            ValueError: an option is unknown or means nothing; the text names it.
        """
        return cls().under(given)

    def under(self, own: Mapping[str, str] | None) -> Self:
        """These options with others laid over them.

        Raises:
            ValueError: as `read`.
        """
        if not own:
            return self
        if unknown := sorted(own.keys() - _READERS.keys()):
            raise ValueError(f"desk: there is no option {unknown[0]}")
        decided: dict[str, Any] = {name: _READERS[name](text) for name, text in own.items()}
        return replace(self, **decided)


def duration(text: str) -> timedelta | None:
    """`30s`, `1m` or bare seconds; None when it is none of these."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    return timedelta(seconds=int(found[1]) * (60 if found[2] == "m" else 1))


def _strict(text: str) -> bool:
    truth = _TRUTH.get(text.lower())
    if truth is None:
        raise ValueError("desk: strict must be true or false")
    return truth


def _unknown(text: str) -> Unknown:
    if text not in set(Unknown):
        raise ValueError(f"desk: unknown_entity_ids must be {' or '.join(Unknown)}")
    return Unknown(text)


def _wait(text: str) -> timedelta:
    wait = duration(text)
    if wait is None or wait > LONGEST_WAIT:
        raise ValueError("desk: wait_for_match must be a time of at most 60 s, such as 30s")
    return wait


def _seen(text: str) -> timedelta | None:
    if not re.fullmatch("[0-9]{1,6}", text) or int(text) > _MOST_HOURS:
        raise ValueError(f"desk: tag_match_seen_hours must be whole hours from 0 to {_MOST_HOURS}")
    return timedelta(hours=int(text)) or None


_READERS: Final = {
    "strict": _strict,
    "unknown_entity_ids": _unknown,
    "wait_for_match": _wait,
    "tag_match_seen_hours": _seen,
}
