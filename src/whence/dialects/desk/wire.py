"""`EventPushMessage`, read as tolerantly as the vendor's server reads it.

Whatever does not apply to the type of the event is not even looked at. Source: DESK contract 3.1, 3.4 and 3.5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from whence.dialects.desk import attach, fields
from whence.dialects.desk.attach import Attach
from whence.dialects.desk.fields import Misfit
from whence.dialects.desk.json_text import Document
from whence.dialects.desk.vocabulary import BY_ANY_NAME, EVENT_TYPES, EventType

_ALWAYS: Final = frozenset({"eventType", "source", "attachRules", "start", "customProperties", "timeseriesIds"})
_OF_INFORMATION: Final = _ALWAYS | {"end"}
_OF_PROBLEMS: Final = _ALWAYS | {"timeoutMinutes", "allowDavisMerge"}
_READ: Final[Mapping[str, frozenset[str]]] = {
    event_type.name: frozenset(event_type.texts) | (_OF_PROBLEMS if event_type.opens_problem else _OF_INFORMATION)
    for event_type in EVENT_TYPES.values()
}
_KNOWN: Final = frozenset[str]().union(*_READ.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The body; None where nothing was sent. Times are milliseconds since 1970.

    `texts`: what was given of the fields that apply to the type. `ignored`: a sentence for each that was not read.
    """

    event_type: EventType | None
    source: str | None
    attach: Attach | None
    start: int | None
    end: int | None
    timeout_minutes: int | None
    allow_merge: bool | None
    texts: Mapping[str, str]
    timeseries_ids: tuple[str, ...]
    properties: Mapping[str, object]
    ignored: tuple[str, ...]


def read(document: Document) -> Message:
    """The document as a message.

    Raises:
        Invalid: a value has not the shape that belongs there; the first such value, and nothing besides.
    """
    return fields.read(document, _message)


def _message(value: object) -> Message:
    if not isinstance(value, dict):
        raise Misfit(())
    sent = cast("dict[str, object]", value)
    event_type = _event_type(sent.get("eventType"))
    is_problem = event_type is not None and event_type.opens_problem
    is_information = event_type is not None and not is_problem
    rules = attach.read(sent.get("attachRules"))
    return Message(
        event_type=event_type,
        source=fields.text(sent.get("source"), ("source",)),
        start=fields.whole(sent.get("start"), ("start",)) or None,
        end=fields.whole(sent.get("end"), ("end",)) or None if is_information else None,
        timeout_minutes=fields.whole(sent.get("timeoutMinutes"), ("timeoutMinutes",)) or None if is_problem else None,
        allow_merge=fields.truth(sent.get("allowDavisMerge"), ("allowDavisMerge",)) if is_problem else None,
        attach=rules,
        texts=dict(_texts(event_type, sent)) if event_type else {},
        timeseries_ids=tuple(_timeseries_ids(sent.get("timeseriesIds"))),
        properties=fields.properties(sent.get("customProperties"), ("customProperties",)),
        ignored=(*_ignored(event_type, sent), *(rules.ignored if rules else ())) if event_type else (),
    )


def _event_type(value: object) -> EventType | None:
    if value is None:
        return None
    found = BY_ANY_NAME.get(value) if isinstance(value, str) else None
    if found is None:
        raise Misfit(("eventType",))
    return found


def _texts(event_type: EventType, sent: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for field in event_type.texts:
        if (given := fields.text(sent.get(field), (field,))) is not None:
            yield field, given


def _timeseries_ids(value: object) -> Iterator[str]:
    for item, path in fields.items(value, ("timeseriesIds",)):
        yield fields.text(item, path) or ""


def _ignored(event_type: EventType, sent: Mapping[str, object]) -> Iterator[str]:
    read = _READ[event_type.name]
    for field, value in sent.items():
        if field in read or value in fields.NOTHING:
            continue
        if field in _KNOWN:
            yield f"{field} does not apply to {event_type.name}, ignored"
        else:
            yield fields.unknown(field)
