"""What an operator, or the maker of a token, may decide about this dialect.

Source: Cloudforet contract 2.1, 14.5, 15, 18.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from whence.dialects.cloudforet.vocabulary import MOST_ID

_ROWS: Final = 100_000
_MOST_ROWS: Final = 1_000_000
_TRUTHS: Final = {"true": True, "false": False}
_MODES: Final = {"AUTO": True, "MANUAL": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options in force.

    Of the installation: `recovers`: a recovery resolves its alert in a project that does not say (`recovery_mode`);
    `confirm_subscriptions`: AWS SNS subscriptions are confirmed; `mask_keys`: who may not write webhooks sees no access
    keys; `most_rows`: a list is cut there. Of a token: the `workspace` and the `projects` that it is held to, None when
    it is not; the `permissions` that a call's must begin with, None for any.
    """

    recovers: bool = False
    confirm_subscriptions: bool = False
    mask_keys: bool = False
    most_rows: int = _ROWS
    workspace: str | None = None
    projects: tuple[str, ...] | None = None
    permissions: tuple[str, ...] | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """The options, from the operator's text.

        Raises:
            ValueError: an option is unknown, or means nothing; the text names it.
        """
        if strange := sorted(given.keys() - _KNOWN):
            raise ValueError(f"cloudforet: there is no option {strange[0]}; there are {', '.join(sorted(_KNOWN))}")
        return cls(
            recovers=_one_of(given, "recovery_mode", _MODES),
            confirm_subscriptions=_one_of(given, "confirm_subscriptions", _TRUTHS),
            mask_keys=_one_of(given, "mask_keys", _TRUTHS),
            most_rows=_rows(given),
            workspace=_label("workspace", given["workspace"]) if "workspace" in given else None,
            projects=_names(given, "projects"),
            permissions=_listed(given, "permissions"),
        )


_KNOWN: Final = frozenset(
    {"recovery_mode", "confirm_subscriptions", "mask_keys", "most_rows", "workspace", "projects", "permissions"}
)


def _one_of(given: Mapping[str, str], name: str, known: Mapping[str, bool]) -> bool:
    if name not in given:
        return False
    try:
        return known[given[name]]
    except KeyError:
        raise ValueError(f"cloudforet: {name} is one of {', '.join(known)}") from None


def _rows(given: Mapping[str, str]) -> int:
    text = given.get("most_rows", str(_ROWS))
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _MOST_ROWS):
        raise ValueError(f"cloudforet: most_rows is a number from 1 to {_MOST_ROWS:,}")
    return int(text)


def _label(name: str, text: str) -> str:
    if not text or len(text) > MOST_ID:
        raise ValueError(f"cloudforet: {name} holds ids of 1 to {MOST_ID} characters")
    return text


def _listed(given: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    if name not in given:
        return None
    return tuple(part for text in given[name].split(",") if (part := text.strip()))


def _names(given: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    listed = _listed(given, name)
    return None if listed is None else tuple(_label(name, one) for one in listed)
