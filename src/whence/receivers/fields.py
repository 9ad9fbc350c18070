"""The members of a payload: what each gives, and what it is refused for. Texts come trimmed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, cast

from whence.domain.signal import python_text
from whence.receivers import moments
from whence.receivers.reading import Fault, Why

Object = Mapping[str, object]

_UNSET: Final = 1  # the year of a time that nobody set, as Go writes it


def text(holder: Object, name: str) -> str:
    """The member as text, whatever it is; empty where it is absent or null."""
    value = holder.get(name)
    return "" if value is None else python_text(value).strip()


def scalar(holder: Object, name: str, *, within: str = "") -> str:
    """The text, number or boolean as text; empty where it is absent or null.

    Args:
        within: the name of the member that is the holder; empty for the whole event.

    Raises:
        Fault: it is an object or a list.
    """
    if isinstance(holder.get(name), dict | list):
        raise Fault(f"{within}.{name}" if within else name, Why.NOT_TEXT)
    return text(holder, name)


def required(holder: Object, name: str) -> str:
    """As `scalar`, but never empty.

    Raises:
        Fault: there is nothing, or an object or a list.
    """
    found = scalar(holder, name)
    if not found:
        raise Fault(name, Why.MISSING)
    return found


def members(holder: Object, name: str) -> Object:
    """The object; an empty one where it is absent or null.

    Raises:
        Fault: it is something else.
    """
    value = holder.get(name)
    return {} if value is None else an_object(value, name)


def elements(holder: Object, name: str) -> Sequence[object]:
    """The list; an empty one where it is absent or null.

    Raises:
        Fault: it is something else.
    """
    value = holder.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Fault(name, Why.NOT_A_LIST)
    return cast("list[object]", value)


def an_object(value: object, name: str) -> Object:
    """The value, which is an element of the list `name` or the member itself.

    Raises:
        Fault: it is no object.
    """
    if not isinstance(value, dict):
        raise Fault(name, Why.NOT_AN_OBJECT)
    return cast("dict[str, object]", value)


def moment(holder: Object, name: str, *, reads: Callable[[str], datetime | None] = moments.of_iso) -> datetime | None:
    """The time; None where there is none, which everything is that is no text, and a time that nobody set.

    Args:
        reads: what the source writes times as.

    Raises:
        Fault: it is a text that means no time.
    """
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        return None
    at = reads(value.strip())
    if at is None:
        raise Fault(name, Why.NOT_A_TIME)
    return None if at.year == _UNSET else at


def over(
    holder: Object, name: str, *, now: datetime, reads: Callable[[str], datetime | None] = moments.of_iso
) -> datetime:
    """When something ended that is over by now: now, where the member says nothing, or something else."""
    try:
        return min(moment(holder, name, reads=reads) or now, now)
    except Fault:
        return now


def texts(holder: Object, names: Iterable[str] | None = None) -> dict[str, str]:
    """Every member as text; with `names`, those of them that are there and not null."""
    if names is None:
        return {name: python_text(value).strip() for name, value in holder.items()}
    return {name: text(holder, name) for name in names if holder.get(name) is not None}
