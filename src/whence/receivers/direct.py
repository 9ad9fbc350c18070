"""A body that is the event itself, member by member. Source: Cloudforet contract 14.7."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar, cast

from whence.domain.signal import Grade, Resource, Signal, SignalKind
from whence.receivers.fields import Object, elements, members, moment, required, scalar, texts
from whence.receivers.reading import Fault, Reading, Why

Word = TypeVar("Word", bound=StrEnum)

_KEY: Final = "event_key"
_WRAPPED: Final = "data"
_RESOURCE: Final = "resource"


def read(body: Object, now: datetime) -> Reading:  # noqa: ARG001  every reader is given the time
    """The event; where the body has no key of its own, the one under `data`.

    Raises:
        Fault: a member is missing or of another type than it must have.
    """
    inner = body.get(_WRAPPED)
    is_wrapped = _KEY not in body and isinstance(inner, dict)
    return Reading(signals=(_signal(cast("dict[str, object]", inner) if is_wrapped else body),))


def _signal(event: Object) -> Signal:
    return Signal(
        key=required(event, _KEY),
        title=_title(event),
        kind=_word(event, "event_type", SignalKind, SignalKind.ALERT),
        grade=_word(event, "severity", Grade, Grade.NONE),
        description=_text(event, "description"),
        rule=scalar(event, "rule"),
        provider=scalar(event, "provider"),
        account=scalar(event, "account"),
        image_url=_text(event, "image_url"),
        resource=_resource(event),
        resources=_resources(event),
        info=texts(members(event, "additional_info")),
        occurred_at=moment(event, "occurred_at"),
    )


def _text(event: Object, name: str) -> str:
    match event.get(name):
        case None:
            return ""
        case str() as found:
            return found.strip()
        case _:
            raise Fault(name, Why.NOT_TEXT)


def _title(event: Object) -> str:
    title = _text(event, "title")
    if not title:
        raise Fault("title", Why.MISSING)
    return title


def _word(event: Object, name: str, words: type[Word], default: Word) -> Word:
    """The word in any letter case; the default where it is absent or null."""
    if event.get(name) is None:
        return default
    try:
        return words(_text(event, name).upper())
    except ValueError:
        raise Fault(name, Why.NOT_KNOWN) from None


def _resource(event: Object) -> Resource:
    part = partial(scalar, members(event, _RESOURCE), within=_RESOURCE)
    return Resource(id=part("resource_id"), type=part("resource_type"), name=part("name"))


def _resources(event: Object) -> tuple[str, ...]:
    """The names; a single text is the only one."""
    sent = event.get("resources")
    if isinstance(sent, str):
        return (sent,)
    names = elements(event, "resources")
    if not all(isinstance(name, str) for name in names):
        raise Fault("resources", Why.NOT_TEXT)
    return tuple(cast("list[str]", names))
