"""The body of `POST /api/v2/events/ingest`, read as tolerantly as the first version's, and what is wrong with it. Pure.

Source: DESK contract 5.3; 3.5 for what is tolerated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from whence.dialects.desk import encode, fields, selector
from whence.dialects.desk.constraints import LONGEST_SOURCE
from whence.dialects.desk.encode import text
from whence.dialects.desk.errors import NOT_NULL
from whence.dialects.desk.fields import Misfit
from whence.dialects.desk.handling import ALLOW_MERGE, NEWER_NAMES, SWITCHES
from whence.dialects.desk.json_text import Document
from whence.dialects.desk.nearest import V2_EVENT_TYPES
from whence.dialects.desk.vocabulary import EventType
from whence.domain.entity_test import EntityTest
from whence.domain.errors import Invalid, Violation

LONGEST_TIMEOUT: Final = 360  # minutes
MOST_PROPERTIES: Final = 100
LONGEST_KEY: Final = 100  # characters
LONGEST_VALUE: Final = 4096

_KNOWN: Final = frozenset({
    "eventType", "title", "startTime", "endTime", "timeout", "entitySelector", "properties", "allowDavisMerge",
})  # fmt: skip
_RESERVED: Final = "dt."
_OPEN_TO_ALL: Final = ("dt.event.", "dt.davis.", "dt.entity.")
_TIMEOUT: Final = encode.FIELDS["timeoutMinutes"]
_LONGEST_QUOTED: Final = 100  # characters of a caller's key in a path


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The body; None where nothing was sent. Times are milliseconds since 1970, the timeout is minutes as sent.

    `properties`: as texts, what controls the event under its first name. `ignored`: a sentence for each field that was
    not read.
    """

    event_type: EventType | None
    title: str | None
    start: int | None
    end: int | None
    timeout: int | None
    entity_selector: str | None
    properties: Mapping[str, str]
    ignored: tuple[str, ...]

    @property
    def is_controlled(self) -> bool:
        """Whether the properties that control the event mean something."""
        timeout = self.properties.get(_TIMEOUT, "0")
        return (timeout.isascii() and timeout.isdecimal() and len(timeout) <= 9) and all(  # noqa: PLR2004  of minutes
            self.properties.get(name, "true") in {"true", "false"} for name in SWITCHES
        )

    @property
    def asked_timeout(self) -> int | None:
        """The minutes of the field, else of the property; None when neither says."""
        if self.timeout:
            return self.timeout
        return int(self.properties[_TIMEOUT]) or None if self.properties.get(_TIMEOUT) and self.is_controlled else None


def read(document: Document) -> Message:
    """The document as a message.

    Raises:
        Invalid: a value has not the shape that belongs there; the first such value, and nothing besides.
    """
    return fields.read(document, _message)


def check(sent: Message, *, now: datetime) -> EntityTest | None:
    """Which entities are meant; None: the environment.

    Raises:
        Invalid: with everything that is wrong with the message.
    """
    faults: list[Violation] = []
    if sent.event_type is None:
        faults.append(Violation(path="eventType", message=NOT_NULL))
    if sent.title is None:
        faults.append(Violation(path="title", message=NOT_NULL))
    if sent.timeout is not None and sent.timeout < 0:
        faults.append(Violation(path="timeout", message=f"must be between 0 and {LONGEST_TIMEOUT}"))
    test = None
    try:
        said = sent.entity_selector or ""
        test = selector.parse(said, now=now) if said and not said.isspace() else None
    except Invalid as refusal:
        faults += refusal.violations
    faults += _property_faults(sent.properties)
    if faults:
        raise Invalid(faults)
    return test


def _message(value: object) -> Message:
    if not isinstance(value, dict):
        raise Misfit(())
    sent = cast("dict[str, object]", value)
    properties = dict(_properties(fields.properties(sent.get("properties"), ("properties",))))
    allow_merge = fields.truth(sent.get("allowDavisMerge"), ("allowDavisMerge",))
    if allow_merge is not None:
        properties[ALLOW_MERGE] = text(allow_merge)
    return Message(
        event_type=_event_type(sent.get("eventType")),
        title=fields.text(sent.get("title"), ("title",)),
        start=fields.whole(sent.get("startTime"), ("startTime",)) or None,
        end=fields.whole(sent.get("endTime"), ("endTime",)) or None,
        timeout=fields.whole(sent.get("timeout"), ("timeout",)),
        entity_selector=fields.text(sent.get("entitySelector"), ("entitySelector",)),
        properties=properties,
        ignored=tuple(fields.unknown(key) for key in sent if key not in _KNOWN),
    )


def _event_type(value: object) -> EventType | None:
    if value is None:
        return None
    found = V2_EVENT_TYPES.get(value) if isinstance(value, str) else None
    if found is None:
        raise Misfit(("eventType",))
    return found


def _properties(sent: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The properties as texts; the newer name of a control gives way to the first one."""
    for key, value in sent.items():
        name = NEWER_NAMES.get(key, key)
        if value is None or (name != key and sent.get(name) is not None):
            continue
        said = text(value)
        yield name, said.strip().lower() if name in SWITCHES else said.strip() if name == _TIMEOUT else said


def _property_faults(properties: Mapping[str, str]) -> Iterator[Violation]:
    if len(properties) > MOST_PROPERTIES:
        yield Violation(path="properties", message=f"size must be between 0 and {MOST_PROPERTIES}")
        return
    for key, value in properties.items():
        path = f"properties.{key[:_LONGEST_QUOTED]}"
        if len(key) > LONGEST_KEY:
            yield Violation(path=path, message=f"the key must have at most {LONGEST_KEY} characters")
        longest = LONGEST_SOURCE if key == encode.SOURCE else LONGEST_VALUE
        if len(value) > longest:
            yield Violation(path=path, message=f"size must be between 0 and {longest}")
        if key.startswith(_RESERVED) and not key.startswith(_OPEN_TO_ALL):
            yield Violation(
                path=path, message="is reserved: of dt.* only dt.event.*, dt.davis.* and dt.entity.* are free"
            )
