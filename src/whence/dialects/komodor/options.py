"""What an operator, or the maker of a token, may decide about this dialect; the README has a line for each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Self

_TRUTH: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
_LONGEST_REPEAT: Final = 86_400
_FIELD: Final[Mapping[str, str]] = {"repeat_seconds": "repeat", "pair_fingerprints": "pair_fingerprints"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options in force. `repeat`: how long the same bytes are a repetition; None when they never are."""

    repeat: timedelta | None = timedelta(seconds=30)
    pair_fingerprints: bool = True

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """The options, from the operator's text.

        Raises:
            ValueError: an option is unknown or means nothing; the text names it.
        """
        if unknown := sorted(given.keys() - _FIELD.keys()):
            raise ValueError(f"komodor: there is no option {unknown[0]}")
        return cls(
            repeat=_repeat(given.get("repeat_seconds", "30")),
            pair_fingerprints=_truth("pair_fingerprints", given.get("pair_fingerprints", "true")),
        )

    def under(self, own: Mapping[str, str] | None) -> Self:
        """These options with a token's own, good ones laid over them."""
        if not own:
            return self
        asked = self.read(own)
        decided: dict[str, Any] = {_FIELD[name]: getattr(asked, _FIELD[name]) for name in own}
        return replace(self, **decided)


def _repeat(text: str) -> timedelta | None:
    if not (text.isascii() and text.isdecimal()) or len(text) > 5 or int(text) > _LONGEST_REPEAT:  # noqa: PLR2004
        raise ValueError(f"komodor: repeat_seconds must be whole seconds from 0 to {_LONGEST_REPEAT}")
    return timedelta(seconds=int(text)) or None


def _truth(name: str, text: str) -> bool:
    truth = _TRUTH.get(text.lower())
    if truth is None:
        raise ValueError(f"komodor: {name} must be true or false")
    return truth
