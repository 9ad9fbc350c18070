"""From a checked message and its entities to reports: one for each entity. Pure.

Source: DESK contract 3.11. The properties of a report are the sender's own, and beside them the fields of the type
under their own names, which the sender's never overwrite: all that were given but the title and the description,
which the report has itself, and for what opens a problem also `timeoutMinutes` and `allowDavisMerge`. A title and a
description that the report does not tell from none (`encode.unsaid`) lie there, too.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydantic_core import to_json

from whence.dialects.desk import encode
from whence.dialects.desk.constraints import LONGEST_TIMEOUT, instant
from whence.dialects.desk.correlation import TAG_PROPERTY, correlation_id
from whence.dialects.desk.handling import handling
from whence.dialects.desk.times import begun
from whence.dialects.desk.vocabulary import NAME, EventType
from whence.dialects.desk.wire import Message
from whence.domain.entity import SERVICE, Entity
from whence.domain.event import Once, Report, Span
from whence.domain.link import Link
from whence.domain.scope import Places, Scope

DEFAULT_TIMEOUT: Final = 15  # minutes

_LINKS: Final[Mapping[str, str]] = {"ciBackLink": "Artifact", "remediationAction": "Remediation"}
_ANNOTATION: Final = "CUSTOM_ANNOTATION"


class Reports:
    """Makes the reports of one message, which differ by their entity only.

    Args:
        sent: a message without faults.
        now: when it came, in milliseconds.
        original: its JSON text.
        is_stale: its start is too old: what is not open yet starts now.
    """

    def __init__(self, sent: Message, *, now: int, original: str, is_stale: bool = False) -> None:
        self._type = cast("EventType", sent.event_type)
        self._source = cast("str", sent.source)
        self._sent_title = sent.texts.get("title", "")
        self._tag = _correlation_tag(sent.properties)
        self.opens_problem = self._type.opens_problem
        self.start = now if is_stale else begun(sent.start, sent.end, now=now)
        self._common = _common(sent, self._type, self._span(sent, now), original)

    def key(self, entity_id: str) -> str:
        """The correlation id of the event on that entity."""
        return correlation_id(
            self._type.name, title=self._sent_title, source=self._source, entity_id=entity_id, tag=self._tag
        )

    def on(self, entity: Entity, once: Once | None) -> Report:
        """The report of the event on that entity."""
        return Report(
            **self._common,
            scope=_scope(entity.id),
            places=_places(entity.type, entity.cluster, entity.namespace, entity.name),
            key=self.key(entity.id),  # also of what opens nothing: the second version finds it by its correlation id
            once=once,
        )

    def _span(self, sent: Message, now: int) -> Span:
        start = instant(self.start)
        if self.opens_problem:
            return Span.moment(start)
        return Span(start=start, end=instant(sent.end) if sent.end else instant(max(now, self.start)))


def _common(sent: Message, event_type: EventType, span: Span, original: str) -> dict[str, Any]:
    about = "annotationDescription" if event_type.name == _ANNOTATION else "description"
    own = {field: text for field, text in sent.texts.items() if field not in {"title", about}}
    return {
        "kind": event_type.kind,
        "type": event_type.name,
        "severity": event_type.severity,
        "title": _title(sent.texts, event_type),
        "description": sent.texts.get(about, ""),
        "links": tuple(links(own)) if own else (),
        "span": span,
        "source": sent.source,
        "dialect": NAME,
        "properties": {**sent.properties, **encode.unsaid(event_type, sent.texts), **own, **dict(_settings(sent))},
        "timeout": timedelta(minutes=_timeout(sent)) if event_type.opens_problem else None,
        "original": original,
        "numbered": True,
        "handling": handling(event_type, sent.properties, allow_merge=sent.allow_merge),
    }


def _title(texts: Mapping[str, str], event_type: EventType) -> str:
    """What was sent as one; else what the type has to be called by; else the type. Source: DESK contract 3.4."""
    deployment = " ".join(filter(None, (texts.get("deploymentName"), texts.get("deploymentVersion"))))
    found = (texts.get("title"), deployment, texts.get("annotationType"), texts.get("configuration"))
    return next((title for title in found if title and not title.isspace()), event_type.shown)


def _settings(sent: Message) -> Iterator[tuple[str, object]]:
    if sent.timeseries_ids:
        yield "timeseriesIds", list(sent.timeseries_ids)
    if sent.timeout_minutes is not None:
        yield "timeoutMinutes", _timeout(sent)
    if sent.allow_merge is not None:
        yield "allowDavisMerge", sent.allow_merge


def _timeout(sent: Message) -> int:
    return min(sent.timeout_minutes or DEFAULT_TIMEOUT, LONGEST_TIMEOUT)


def links(fields: Mapping[str, str]) -> Iterator[Link]:
    """The links that a person may follow: some senders put other words there."""
    for field, title in _LINKS.items():
        if (url := fields.get(field)) and _is_web(url):
            yield Link(title=title, url=url)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable() and " " not in url


def _correlation_tag(properties: Mapping[str, object]) -> str:
    tag = properties.get(TAG_PROPERTY)
    if tag is None or isinstance(tag, str):
        return tag or ""
    return to_json(tag).decode()


@lru_cache(maxsize=4096)  # senders speak of the same entities again and again
def _scope(entity_id: str) -> Scope:
    return Scope.entities((entity_id,))


@lru_cache(maxsize=4096)
def _places(kind: str, cluster: str, namespace: str, name: str) -> Places:
    return Places(
        clusters=(cluster,) if cluster else (),
        namespaces=(namespace,) if namespace else (),
        services=(name,) if kind == SERVICE and name else (),
    )
