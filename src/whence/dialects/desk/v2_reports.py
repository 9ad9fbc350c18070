"""From a checked message of the second version and its entities to reports: one for each entity. Pure.

A report is as the first version would have made it: fields that both versions have lie under the first one's names.
Source: DESK contract 5.3.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, cast

from whence.dialects.desk import decode, encode, times
from whence.dialects.desk.correlation import TAG_PROPERTY, correlation_id
from whence.dialects.desk.handling import ALLOW_MERGE, handling
from whence.dialects.desk.nearest import WARNING
from whence.dialects.desk.v2_message import LONGEST_TIMEOUT, Message
from whence.dialects.desk.vocabulary import NAME, EventType
from whence.domain.entity import Entity
from whence.domain.event import Once, Report, Span
from whence.domain.scope import Places, Scope

EVENTS_API: Final = "EVENTS_REST_API_INGEST"  # the source of an event that names none

_MINUTE: Final = 60_000
_DAY: Final = 86_400_000
_LAST: Final = 253_402_300_799_999  # the last millisecond that a calendar has
_ANNOTATION: Final = "annotationDescription"
_FIRST_NAMES: Final = {shown: name for name, shown in encode.FIELDS.items()} | {encode.DESCRIPTION: "description"}
_TIMEOUT: Final = encode.FIELDS["timeoutMinutes"]


class Timely(Enum):
    """How the times of a message stand to now. `LATE`: nothing can open so long ago, but what is open may go on."""

    YES = "yes"
    LATE = "late"
    NO = "no"


class Reports:
    """Makes the reports of one message, which differ by their entity only.

    Args:
        sent: a message without faults.
        now: when it came, in milliseconds.
        original: its JSON text.
        unkept: why the house keeps no event of that time, if so.
    """

    def __init__(self, sent: Message, *, now: int, original: str, unkept: Callable[[datetime], str | None]) -> None:
        self.type = cast("EventType", sent.event_type)
        self._sent = sent
        self._now = now
        self._source = sent.properties.get(encode.SOURCE) or EVENTS_API
        self.timeout = min(sent.asked_timeout or decode.DEFAULT_TIMEOUT, LONGEST_TIMEOUT)
        self.timely = self._timely(unkept)
        self._common = {} if self.timely is Timely.NO else self._shared(original)

    def key(self, entity_id: str) -> str:
        """The correlation id of the event on that entity; DESK contract 3.8."""
        return correlation_id(
            self.type.name,
            title=self._sent.title or "",
            source=self._source,
            entity_id=entity_id,
            tag=self._sent.properties.get(TAG_PROPERTY, ""),
        )

    def on(self, entity: Entity, once: Once | None) -> Report:
        """The report of the event on that entity."""
        return Report(
            **self._common,
            scope=Scope.entities([entity.id]),
            places=Places.of([entity]),
            key=self.key(entity.id),
            once=once,
        )

    def _timely(self, unkept: Callable[[datetime], str | None]) -> Timely:
        start, end = self._start, self._sent.end
        if not 0 <= start <= _LAST or unkept(times.instant(start)):
            return Timely.NO
        if end is not None and (not start <= end <= _LAST or unkept(times.instant(end))):
            return Timely.NO
        past, future = (
            (6 * 60 * _MINUTE + times.GRACE, 5 * _MINUTE) if self.type.opens_problem else (30 * _DAY, 7 * _DAY)
        )
        if start > self._now + future:
            return Timely.NO
        if start >= self._now - past:
            return Timely.YES
        return Timely.LATE if self.type.opens_problem else Timely.NO

    @property
    def _start(self) -> int:
        return times.begun(self._sent.start, self._sent.end, now=self._now)

    def _span(self) -> Span:
        """A problem whose end nobody told is open for its timeout; what informs is over at its end."""
        start, end = self._start, self._sent.end
        if self.type is WARNING or (self.type.opens_problem and end is None):
            end = start
        elif self.type.opens_problem and end == start:
            end = start + 1  # over, which a moment would not say
        elif end is None:
            end = max(start, min(start + self.timeout * _MINUTE, self._now + 7 * _DAY))
        return Span(start=times.instant(start), end=times.instant(end))

    def _shared(self, original: str) -> dict[str, Any]:
        properties = dict(self._properties())
        texts = {key: value for key, value in properties.items() if isinstance(value, str)}
        return {
            "kind": self.type.kind,
            "type": self.type.name,
            "severity": self.type.severity,
            "title": self._sent.title,
            "description": self._sent.properties.get(self._about, ""),
            "links": tuple(decode.links(texts)),
            "span": self._span(),
            "source": self._source,
            "dialect": NAME,
            "properties": properties,
            "timeout": timedelta(minutes=self.timeout) if self.type.opens_problem else None,
            "original": original,
            "numbered": True,
            "handling": handling(self.type, self._sent.properties),
        }

    @property
    def _about(self) -> str:
        """The property that is the event's description."""
        return _ANNOTATION if _ANNOTATION in self.type.texts else encode.DESCRIPTION

    @property
    def _first_about(self) -> str:
        """What the first version calls that property."""
        return _FIRST_NAMES.get(self._about, self._about)

    def _texts(self) -> Iterator[tuple[str, str]]:
        """The title and the description, if sent, by the fields of the first version."""
        if self._sent.title is not None:
            yield "title", self._sent.title
        if (about := self._sent.properties.get(self._about)) is not None:
            yield self._first_about, about

    def _properties(self) -> Iterator[tuple[str, object]]:
        """What is kept as properties: the sender's own, then what are fields of the first version, under its names."""
        kept = {key: value for key, value in self._sent.properties.items() if key not in self._held}
        fields = {key: name for key, name in _FIRST_NAMES.items() if key in kept and name in self.type.texts}
        yield from ((key, value) for key, value in kept.items() if key not in fields and key != ALLOW_MERGE)
        yield from ((name, kept[key]) for key, name in fields.items())
        yield from encode.unsaid(self.type, dict(self._texts())).items()
        is_problem = self.type.opens_problem
        if self._sent.asked_timeout is not None:
            yield ("timeoutMinutes", self.timeout) if is_problem else (_TIMEOUT, str(self.timeout))
        if ALLOW_MERGE in kept:
            yield (("allowDavisMerge", kept[ALLOW_MERGE] == "true") if is_problem else (ALLOW_MERGE, kept[ALLOW_MERGE]))

    @property
    def _held(self) -> frozenset[str]:
        """Properties for which the report has places of its own; for an empty description, where its type has one."""
        held = frozenset({encode.SOURCE, _TIMEOUT})
        is_kept = self._sent.properties.get(self._about) == "" and self._first_about not in self.type.texts
        return held if is_kept else held | {self._about}
