"""From the house's events to the vendor's words, in both versions of its API. Pure.

What was sent as a field of its own lies beside the sender's properties under the field's name (DESK contract 3.11); the
second version of the API has other names for these (5.3). What came in through another dialect is told in the nearest
of the vendor's types.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pydantic_core import to_json

from whence.dialects.desk import levels, nearest, tag_text, times
from whence.dialects.desk.correlation import TAG_PROPERTY
from whence.dialects.desk.correlation import correlation_id as computed
from whence.dialects.desk.flags import Flags
from whence.dialects.desk.subject import Subject
from whence.dialects.desk.vocabulary import CONTEXTS, NAME, EventType
from whence.domain.entity import Tag
from whence.domain.event import Event
from whence.domain.identity import number

OPEN_END: Final = -1  # the end of what is open: DESK contract 10
SOURCE: Final = "dt.event.source"
DESCRIPTION: Final = "dt.event.description"
ANNOTATION: Final = "annotationDescription"
SUPPRESSED: Final = "dt.event.suppress_problem"
ALLOW_FREQUENT: Final = "dt.event.allow_frequent_issue_detection"
ALLOW_REMAPPING: Final = "dt.event.allow_entity_remapping"
ROOT_CAUSE: Final = "dt.event.is_rootcause_relevant"

FIELDS: Final[Mapping[str, str]] = {
    "timeoutMinutes": "dt.event.timeout",
    "deploymentName": "dt.event.deployment.name",
    "deploymentVersion": "dt.event.deployment.version",
    "deploymentProject": "dt.event.deployment.project",
    "ciBackLink": "dt.event.deployment.ci_back_link",
    "remediationAction": "dt.event.deployment.remediation_action_link",
    "allowDavisMerge": "dt.event.allow_davis_merge",
}
"""What a field of the first version is called among the properties of the second; other fields keep their name."""
_V2_FIELDS: Final = {**FIELDS, "description": DESCRIPTION}  # an annotation has this beside its own text
_SETTINGS: Final = ("timeoutMinutes", "allowDavisMerge")
_NAMING: Final = ("deploymentName", "deploymentVersion", "annotationType", "configuration")


def v1(event: Event, subject: Subject) -> dict[str, Any]:
    """An event of `/api/v1/events`; DESK contract 5.1."""
    of = nearest.event_type(event)
    fields = _fields(event, of)
    taken = fields.keys() | _settings(event, of).keys() | _said(event, of).keys()
    custom = {key: text(value) for key, value in event.properties.items() if key not in taken}
    shown: dict[str, Any] = {
        "eventId": number(event.id),
        "startTime": times.millis(event.span.start),
        "endTime": end_time(event),
        "entityId": subject.id,
        "entityName": subject.name,
        "severityLevel": of.severity_level,
        "impactLevel": subject.impact_level,
        "eventType": of.name,
        "eventStatus": status(event),
        "tags": [_tag(tag) for tag in subject.tags],
        "id": event_id(event),
    }
    if custom:
        shown["customProperties"] = custom
    shown |= dict(_texts(event, of)) | fields
    if of.opens_problem:
        shown["correlationId"] = correlation_id(event, subject)
    return shown | {"source": event.source}


def v2(event: Event, subject: Subject, flags: Flags) -> dict[str, Any]:
    """An event of `/api/v2/events`; DESK contract 5.5."""
    return {
        "eventId": event_id(event),
        "startTime": times.millis(event.span.start),
        "endTime": end_time(event),
        "eventType": nearest.event_type(event).v2_name,
        "title": event.title,
        "entityId": {"entityId": {"id": subject.id, "type": subject.type}, "name": subject.name},
        "properties": [{"key": key, "value": value} for key, value in v2_properties(event, subject).items()],
        "status": status(event),
        "correlationId": correlation_id(event, subject),
        "entityTags": [
            {**_tag(tag), "stringRepresentation": tag_text.spelled(tag)}
            for tag in subject.tags
            if tag.context in CONTEXTS  # clients fail on what they do not know
        ],
        "managementZones": [],
        "underMaintenance": flags.under_maintenance,
        "suppressAlert": flags.suppresses_alert,
        "suppressProblem": flags.suppresses_problem,
        "frequentEvent": flags.is_frequent,
    }


def v2_properties(event: Event, subject: Subject) -> dict[str, str]:
    """What the second version tells as properties: the sender's own first, what follows from the event last."""
    of = nearest.event_type(event)
    fields = _fields(event, of) | _settings(event, of)
    said = _said(event, of)
    shown = {key: text(value) for key, value in event.properties.items() if key not in fields and key not in said}
    shown[SOURCE] = event.source
    shown |= {_V2_FIELDS.get(name, name): text(fields[name]) for name in (*FIELDS, *fields) if name in fields}
    if event.description or _about(of) in said:
        shown[ANNOTATION if _about(of) == ANNOTATION else DESCRIPTION] = event.description
    computed = {
        ROOT_CAUSE: "true",
        "dt.event.impact_level": levels.V2_IMPACTS[subject.impact_level],
        "dt.event.group_label": of.shown,
    }
    return shown | {key: value for key, value in computed.items() if key not in shown}


def event_id(event: Event) -> str:
    """The id to use: `<number>_<start>`."""
    return f"{number(event.id)}_{times.millis(event.span.start)}"


def end_time(event: Event) -> int:
    """The end in milliseconds; -1 while the event is open."""
    return OPEN_END if event.is_open else times.millis(event.span.end)


def status(event: Event) -> str:
    """Whether it is over."""
    return "OPEN" if event.is_open else "CLOSED"


def correlation_id(event: Event, subject: Subject) -> str:
    """What the event has in common with those that say the same of the same entity; DESK contract 3.8.

    What came in through another dialect has the key that it has there, by which it is found.
    """
    if event.key:
        return event.key
    of = nearest.event_type(event)
    tag = event.properties.get(TAG_PROPERTY)
    return computed(
        of.name,
        title=_sent_title(event, of) or "",
        source=event.source,
        entity_id=subject.id,
        tag="" if tag is None else text(tag),
    )


def text(value: object) -> str:
    """A property as clients can hold it: a text, or the JSON text of anything else."""
    return value if isinstance(value, str) else to_json(value).decode()


def _shown_title(event: Event, of: EventType) -> str:
    """The title of such an event for which none was sent, or none applies; DESK contract 3.4."""
    names = [name for name in _NAMING if name in of.texts]
    fields = (event.properties.get(name) for name in names)
    found = " ".join(field for field in fields if field and isinstance(field, str))
    return found if found and not found.isspace() else of.shown


def _sent_title(event: Event, of: EventType) -> str | None:
    """The title, unless it is only what is shown when there is none."""
    return None if event.title == _shown_title(event, of) else event.title


def _texts(event: Event, of: EventType) -> Iterator[tuple[str, object]]:
    """The title and the description where the first version has them."""
    said = _said(event, of)
    if (title := said.get("title", _sent_title(event, of))) is not None:
        yield "title", title
    if event.description or _about(of) in said:
        yield ANNOTATION if of.opens_problem else _about(of), event.description


def unsaid(of: EventType, texts: Mapping[str, str]) -> dict[str, str]:
    """Those of a report's title and description that it cannot tell were sent, for its properties to tell.

    Such are a title that is what the type is called, or blank, so that the event is called by its type; and an empty
    description. `_said` finds them again.

    Args:
        texts: what was sent, by the fields of the first version.
    """
    title, about = texts.get("title"), _about(of)
    found: dict[str, str] = {}
    if title is not None and (title == of.shown or not title or title.isspace()):
        found["title"] = title
    if texts.get(about) == "":
        found[about] = ""
    return {name: text for name, text in found.items() if name in of.texts}


def _said(event: Event, of: EventType) -> dict[str, str]:
    """What `unsaid` left among the properties; one that its sender made up is another, unless it says the very same."""
    if event.dialect != NAME:
        return {}
    title, about = event.properties.get("title"), _about(of)
    texts = {"title": title} if isinstance(title, str) and event.title in {of.shown, title} else {}
    if not event.description and event.properties.get(about) == "":
        texts[about] = ""
    return unsaid(of, texts)


def _fields(event: Event, of: EventType) -> dict[str, Any]:
    """What was sent in fields of its own that apply to the type."""
    names = (*(name for name in of.texts if name not in {"title", _about(of)}), "timeseriesIds")
    return {name: event.properties[name] for name in names if _is_field(event, name)}


def _settings(event: Event, of: EventType) -> dict[str, Any]:
    """What decides about the life of a problem; the first version does not show it."""
    if not of.opens_problem:
        return {}
    return {name: event.properties[name] for name in _SETTINGS if _is_field(event, name)}


def _is_field(event: Event, name: str) -> bool:
    """Whether the property may be the field that it is called as: one of another shape is its sender's own."""
    value = event.properties.get(name)
    match name:
        case "timeoutMinutes":
            return isinstance(value, int) and not isinstance(value, bool)
        case "allowDavisMerge":
            return isinstance(value, bool)
        case "timeseriesIds":
            items = cast("list[object]", value) if isinstance(value, list) else []
            return bool(items) and all(isinstance(item, str) for item in items)
        case _:
            return isinstance(value, str)


def _about(of: EventType) -> str:
    """The field that is the event's description."""
    return ANNOTATION if ANNOTATION in of.texts else "description"


def _tag(tag: Tag) -> dict[str, str]:
    shown = {"context": tag.context, "key": tag.key}
    return shown | {"value": tag.value} if tag.value else shown
