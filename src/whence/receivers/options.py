"""What a receiver can be told beside its payloads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self, cast


class UnknownOption(Exception):  # noqa: N818  the name says it
    """The receiver has no such option."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no option {key} here")
        self.key = key


class WrongOption(Exception):  # noqa: N818  the name says it
    """The option's value is of the wrong type. `expected`: what it has to be, as Python calls it."""

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"the option {key} must be of type {expected}")
        self.key = key
        self.expected = expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a body is changed before it is read.

    `load_json`: paths to texts that are JSON. `confirm_url`: the path to an address that makes the body a handshake.
    `convert_data`: templates of the members of an event, two levels at most. `message_root`: the path to the payload.
    What is empty changes nothing.
    """

    load_json: tuple[str, ...] = ()
    confirm_url: str = ""
    convert_data: Mapping[str, object] | None = None
    message_root: str = ""

    @classmethod
    def of(cls, receiver: str, given: Mapping[str, object]) -> Self:
        """The receiver's options as they were given.

        Raises:
            UnknownOption: the receiver does not have one of them.
            WrongOption: a value is of the wrong type.
        """
        known = _OF_RECEIVER.get(receiver, _OF_ANY)
        for key, value in given.items():
            if key not in known:
                raise UnknownOption(key)
            expected, is_right = _TYPES[key]
            if not is_right(value):
                raise WrongOption(key, expected)
        return cls(
            load_json=tuple(cast("list[str]", given.get("load_json", []))),
            confirm_url=cast("str", given.get("confirm_url", "")),
            convert_data=cast("dict[str, object]", given.get("convert_data", {})) or None,
            message_root=cast("str", given.get("message_root", "")),
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, cast("list[object]", value)))


def _are_templates(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(template, str)
        or (
            name in _NESTED
            and isinstance(template, dict)
            and all(map(_is_text, cast("dict[str, object]", template).values()))
        )
        for name, template in cast("dict[str, object]", value).items()
    )


def _is_whole(value: object) -> bool:
    """Whether it is a whole number; such of other transports come as doubles."""
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


_NESTED: Final = frozenset({"resource", "additional_info"})  # members of an event that have members

_TYPES: Final[Mapping[str, tuple[str, Callable[[object], bool]]]] = {
    "load_json": ("list", _are_texts),
    "convert_data": ("dict", _are_templates),
    "confirm_url": ("str", _is_text),
    "message_root": ("str", _is_text),
    "duplicate_event_time": ("int", _is_whole),  # of those who open alerts: it changes no reading
}
_OF_RECEIVER: Final[Mapping[str, frozenset[str]]] = {
    "alertmanager": frozenset({"duplicate_event_time"}),
    "grafana": frozenset({"message_root", "duplicate_event_time"}),
    "aws_sns": frozenset({"duplicate_event_time"}),
}
_OF_ANY: Final = frozenset({"load_json", "convert_data", "confirm_url", "duplicate_event_time"})
