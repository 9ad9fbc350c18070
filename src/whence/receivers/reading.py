"""What comes of reading a payload: signals, what could not be read, and a subscription to confirm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from whence.domain.signal import Signal

MOST_SIGNALS: Final = 10_000  # of one body


class Why(Enum):
    """What is wrong with a member of a payload; the value says it to the sender."""

    MISSING = "This field is required."
    NOT_TEXT = "This value must be text."
    NOT_A_NUMBER = "This value must be a number that a double can hold."
    NOT_AN_OBJECT = "This value must be an object."
    NOT_A_LIST = "This value must be a list."
    NOT_A_TIME = "This value must be a time as ISO 8601 writes it."
    NOT_JSON = "This text must be JSON that can be stored."
    NOT_KNOWN = "This value is none of those that this field takes."
    TOO_MANY = f"There may be {MOST_SIGNALS} at most."
    TOO_LONG = "This is too long."
    TOO_DEEP = "This is nested too deep."


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A payload, or an element of one, that means nothing as sent.

    `failure`: the kind of it in a stable word that holds nothing of the payload. `reason`: the same for people.
    """

    failure: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a payload says. `handshake`: the address by which the sender wants a subscription confirmed; no signals."""

    signals: tuple[Signal | Unreadable, ...] = ()
    handshake: str | None = None


class Fault(Exception):  # noqa: N818  it never leaves the readers: what they return is an Unreadable
    """A member means nothing as sent. `key`: the name of the member, which the source's format gives it."""

    def __init__(self, key: str, why: Why) -> None:
        super().__init__(key, why)
        self.unreadable = Unreadable(
            failure=f"{key}:{why.name.lower()}",
            reason=f"Fail to parse the event. (key = {key}, reason = {why.value})",
        )


def each(elements: Sequence[object], one: Callable[[object], Signal], *, key: str) -> Reading:
    """What every element says: a bad one spoils no other.

    Raises:
        Fault: there are too many of them under `key`.
    """
    if len(elements) > MOST_SIGNALS:
        raise Fault(key, Why.TOO_MANY)
    return Reading(signals=tuple(_attempt(element, one) for element in elements))


def _attempt(element: object, one: Callable[[object], Signal]) -> Signal | Unreadable:
    try:
        return one(element)
    except Fault as fault:
        return fault.unreadable
