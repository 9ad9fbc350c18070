"""The shapes of the native API's bodies and queries. What is not named here is refused with its path."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from whence.causes import LONGEST_LOOKBACK, LOOKBACK, SHORTEST_LOOKBACK
from whence.dialects.native.webhook_options import Options
from whence.dialects.request import text_faults
from whence.domain.access import Right, Sees
from whence.domain.alert import AlertState
from whence.domain.cause import Of
from whence.domain.entity import RelationKind
from whence.domain.event import Handling, Kind, Severity
from whence.domain.maintenance import Mode, Recurrence
from whence.domain.page import Order
from whence.domain.problem import ProblemState
from whence.domain.retention import MOST_DAYS

_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# In the words of ECMA 262, which the OpenAPI document is read with: no white space, no control characters.
_NO_SPACE: Final = r"\s\u0000-\u001f\u007f-\u00a0\ufeff"
_WEB: Final = rf"[hH][tT][tT][pP][sS]?://[^/?#{_NO_SPACE}]+[^{_NO_SPACE}]*"
_IS_WEB: Final = re.compile(_WEB).fullmatch  # asked for each of a thousand events: `re`'s own look-up doubles it
_DURATION: Final = r"P([0-9]{1,3}W)?([0-9]{1,4}D)?(T([0-9]{1,5}H)?([0-9]{1,6}M)?([0-9]{1,8}S)?)?"  # of ISO 8601
_SECONDS: Final = (604_800, 86_400, 3_600, 60, 1)
_UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_PROBLEM: Final = f"[pP]-[1-9][0-9]{{0,8}}|{_UUID}"  # more digits no problem's number has
_MILLIS_DIGITS: Final = 15
_UNSAID: Final = datetime(1970, 1, 1, tzinfo=UTC)  # where null would mean something
_LAST_MILLIS: Final = 253_402_300_799_999  # the end of the year 9999


def _instant(value: object) -> datetime:
    match value:
        case bool():
            pass
        case int() | float() if 0 <= value <= _LAST_MILLIS:
            return datetime.fromtimestamp(value / 1000, UTC)
        case str() if _RFC_3339.fullmatch(value):
            try:
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
            except (ValueError, OverflowError):
                pass
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC)
        case _:
            pass
    raise ValueError("must be an RFC 3339 time with a zone, or milliseconds since 1970")


def _instant_text(value: object) -> datetime:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _MILLIS_DIGITS:
        return _instant(int(value))
    return _instant(value)


def _lookback(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    spelled = re.fullmatch(_DURATION, value) if isinstance(value, str) else None
    if spelled is None:
        raise ValueError("must be an ISO 8601 duration: PT2H, PT90M, P1D")
    weeks, days, _, *times = spelled.groups("0_")
    counts = (int(text[:-1]) for text in (weeks, days, *times))
    length = timedelta(seconds=sum(count * unit for count, unit in zip(counts, _SECONDS, strict=True)))
    if not SHORTEST_LOOKBACK <= length <= LONGEST_LOOKBACK:
        raise ValueError("must be from 1 minute to 7 days")
    return length


def problem_name(value: object) -> UUID | int:
    """The id or the number of a problem that is called so.

    Raises:
        ValueError: none can be called so.
    """
    if isinstance(value, UUID | int):
        return value
    if not isinstance(value, str) or not re.fullmatch(_PROBLEM, value):
        raise ValueError("must be a problem's id, or its name: P-41")
    return int(value[2:]) if value[1] == "-" else UUID(value)


def _whole(value: object) -> object:
    """JSON knows one kind of number: 15.0 is 15."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _storable(text: str) -> str:
    if fault := text_faults(text):
        raise ValueError(fault)
    return text


def _flag(value: object) -> bool:
    match value:
        case bool():
            return value
        case "true" | "false":
            return value == "true"
        case _:
            raise ValueError("must be true or false")


def _said(text: str) -> str:
    if text and not re.search(r"\S", text):
        raise ValueError("must not be blank")
    return text


def _web(url: str) -> str:
    if not _IS_WEB(url):
        raise ValueError("must be an http or https address")
    return url


def _time_schema(number: str) -> dict[str, object]:
    return {
        "anyOf": [
            {"type": "string", "format": "date-time"},
            {"type": number, "minimum": 0, "maximum": _LAST_MILLIS},
        ],
        "description": "RFC 3339 with a zone, or milliseconds since 1970",
    }


Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema(_time_schema("number"))]
InstantText = Annotated[datetime, BeforeValidator(_instant_text), WithJsonSchema(_time_schema("integer"))]
Web = Annotated[
    str,
    Field(max_length=2000),
    AfterValidator(_web),
    WithJsonSchema({"type": "string", "maxLength": 2000, "pattern": f"^{_WEB}$"}),
]
Name = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[list[Name], Field(max_length=1000)]
Asked = Annotated[str, Field(max_length=1000), AfterValidator(_storable)]
ProblemName = Annotated[
    UUID | int, BeforeValidator(problem_name), WithJsonSchema({"type": "string", "pattern": f"^({_PROBLEM})$"})
]
Object = dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LinkIn(_Strict):
    """A link that a person may follow."""

    title: Annotated[str, Field(max_length=500)] = ""
    url: Web


class ScopeIn(_Strict):
    """Services: OR inside a field, AND between fields; what is absent or empty does not narrow."""

    clusters: Names = Field(default_factory=list)
    namespaces: Names = Field(default_factory=list)
    services: Names = Field(default_factory=list)


class TagIn(_Strict):
    """A tag that an entity has; without a value: whatever it is."""

    context: Name = "CONTEXTLESS"
    key: Name
    value: Annotated[str, Field(max_length=1000)] | None = None


class MatchIn(_Strict):
    """Entities of one of the types (any, when none is named) that have all the tags."""

    types: Names = Field(default_factory=list)
    tags: Annotated[list[TagIn], Field(max_length=100)] = Field(default_factory=list)


class TargetIn(_Strict):
    """Whom something concerns: by scope, by entity ids or tags, or by type and tags. At most one of the three."""

    scope: ScopeIn | None = None
    entities: Names | None = None
    match: Annotated[list[MatchIn], Field(max_length=100)] | None = None


class EventIn(TargetIn):
    """An event as it is sent."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    kind: Kind = Kind.INFO
    type: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    severity: Severity = Severity.INFO
    title: Annotated[
        str,
        Field(min_length=1, max_length=1000, pattern=r"\S"),
    ]
    description: Annotated[str, Field(max_length=65_536)] = ""
    url: Web | None = None
    links: Annotated[list[LinkIn], Field(max_length=100)] = Field(default_factory=list)
    time: Instant | None = None
    end_time: Instant | None = None
    key: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    timeout_minutes: Annotated[int, Field(ge=1, le=10_080, strict=True), BeforeValidator(_whole)] | None = None
    handling: Annotated[list[Handling], Field(max_length=10)] = Field(default_factory=list)
    properties: Object = Field(default_factory=dict)


class EventChange(_Strict):
    """What of an event may be changed; what is absent stays. `end_time: null` makes it a moment."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=1000, pattern=r"\S"),
    ] = ""
    description: Annotated[str, Field(max_length=65_536)] = ""
    url: Web | None = None
    links: Annotated[list[LinkIn], Field(max_length=100)] = Field(default_factory=list)
    time: Instant = _UNSAID
    end_time: Instant | None = None
    severity: Severity = Severity.INFO
    properties: Object = Field(default_factory=dict)


class FilterQuery(_Strict):
    """Which events: a parameter that is repeated means OR, different ones AND."""

    model_config = ConfigDict(extra="allow")

    start: InstantText | None = Field(None, alias="from", description="Default: 24 hours before `to`.")
    end: InstantText | None = Field(None, alias="to", description="Default: now.")
    entity: list[Asked] = Field([], max_length=20, description="An entity's id or tag.")
    cluster: list[Asked] = Field([], max_length=100)
    namespace: list[Asked] = Field([], max_length=100)
    service: list[Asked] = Field([], max_length=100)
    type: list[Asked] = Field([], max_length=100)
    kind: list[Kind] = Field([], max_length=100)
    severity: list[Severity] = Field([], max_length=100)
    source: list[Asked] = Field([], max_length=100)
    dialect: list[Asked] = Field([], max_length=100)
    status: list[Literal["open", "closed"]] = Field([], max_length=100)
    problem: list[ProblemName] = Field([], max_length=100, description="A problem's id or name: `P-41`.")
    q: list[Asked] = Field([], max_length=20, description="Words: each is somewhere in the event, in any case.")


class PageQuery(FilterQuery):
    """Which events, in what order, from where on."""

    order: Order = Order.NEWEST
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str, Field(max_length=1000), AfterValidator(_storable)] | None = None
    include: Literal["original"] | None = None


class TimelineQuery(PageQuery):
    """Which events of the entity that the path names."""

    entity: list[Asked] = Field([], max_length=0, description="Not here: the path names the entity.")


class EventQuery(_Strict):
    """How much of one event."""

    include: Literal["original"] | None = None


class HistogramQuery(FilterQuery):
    """Which events, in how many buckets at most."""

    buckets: Annotated[int, Field(ge=1, le=500)] = 60


class StreamQuery(FilterQuery):
    """Which events, and since when."""

    since: InstantText | None = None


class ExportQuery(FilterQuery):
    """Which events, in which format."""

    format: Literal["ndjson", "csv", "markdown"] = "ndjson"
    order: Order = Order.NEWEST
    include: Literal["original"] | None = None


class AlertQuery(_Strict):
    """Which alerts: a parameter that is repeated means OR, different ones AND."""

    start: InstantText | None = Field(None, alias="from", description="What was still open then, or opened later.")
    end: InstantText | None = Field(None, alias="to", description="What had opened by then.")
    state: list[AlertState] = Field([], max_length=100)
    entity: list[Asked] = Field([], max_length=20, description="An entity's id or tag.")
    severity: list[Severity] = Field([], max_length=100)
    key: list[Asked] = Field([], max_length=100)
    type: list[Asked] = Field([], max_length=100)
    source: list[Asked] = Field([], max_length=100)
    dialect: list[Asked] = Field([], max_length=100)
    problem: list[ProblemName] = Field([], max_length=100, description="A problem's id or name: `P-41`.")
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str, Field(max_length=1000), AfterValidator(_storable)] | None = None


class ProblemQuery(_Strict):
    """Which problems: a parameter that is repeated means OR, different ones AND."""

    start: InstantText | None = Field(None, alias="from", description="What was still open then, or opened later.")
    end: InstantText | None = Field(None, alias="to", description="What had opened by then.")
    state: list[ProblemState] = Field([], max_length=100)
    severity: list[Severity] = Field([], max_length=100)
    entity: list[Asked] = Field([], max_length=20, description="An affected entity's id or tag.")
    type: list[Asked] = Field([], max_length=100, description="Of one of its alerts.")
    key: list[Asked] = Field([], max_length=100, description="Of one of its alerts.")
    dialect: list[Asked] = Field([], max_length=100, description="Of one of its alerts.")
    q: list[Asked] = Field([], max_length=20, description="Words: each is somewhere in the title, in any case.")
    merged: Annotated[bool, BeforeValidator(_flag)] = Field(
        default=False, description="Also those that are part of another by now."
    )
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str, Field(max_length=1000), AfterValidator(_storable)] | None = None


Lookback = Annotated[
    timedelta,
    BeforeValidator(_lookback),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DURATION}$",
            "description": "An ISO 8601 duration from 1 minute to 7 days, such as `PT2H` or `P1D`.",
        }
    ),
]


class CausesQuery(_Strict):
    """What is to be explained, as of when, and how."""

    at: InstantText | None = Field(None, description="As of when. Default: now.")
    entity: Asked | None = Field(None, description="What this one suffers from: an id, cid, alias or tag.")
    problem: ProblemName | None = Field(
        None, description="What this one has for a cause: an id or a name, `P-41`. Not beside `at` or `entity`."
    )
    lookback: Lookback = LOOKBACK
    of: Of = Of.ENTITIES
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class CommentIn(_Strict):
    """What somebody says about an alert."""

    comment: Annotated[str, Field(max_length=10_000)] = ""


class ClosingIn(_Strict):
    """What somebody says when it is over; it becomes a comment, if it is anything."""

    comment: Annotated[
        str,
        Field(max_length=10_000),
        AfterValidator(_said),
        WithJsonSchema({"type": "string", "maxLength": 10_000, "pattern": r"^$|\S"}),
    ] = ""


class ProblemCommentIn(_Strict):
    """What somebody says about a problem."""

    comment: Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"\S")]


class EntityTagIn(_Strict):
    """A tag of an entity."""

    context: Name = "CONTEXTLESS"
    key: Name
    value: Annotated[str, Field(max_length=1000)] = ""


class EntityIn(_Strict):
    """An entity as it is registered."""

    id: Annotated[str, Field(max_length=100)] | None = None
    tag: Name | None = None
    type: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]{0,63}$")] = "SERVICE"
    name: Name
    cluster: Annotated[str, Field(max_length=500)] = ""
    namespace: Annotated[str, Field(max_length=500)] = ""
    description: Annotated[str, Field(max_length=65_536)] = ""
    aliases: Annotated[list[Name], Field(max_length=100)] = Field(default_factory=list)
    tags: Annotated[list[EntityTagIn], Field(max_length=1000)] = Field(default_factory=list)
    links: Annotated[list[LinkIn], Field(max_length=100)] = Field(default_factory=list)
    properties: Object = Field(default_factory=dict)
    archived: Annotated[bool, Field(strict=True)] = False


class EntitiesIn(_Strict):
    """Entities to register."""

    entities: Annotated[list[EntityIn], Field(max_length=10_000)]


class EntityQuery(_Strict):
    """Which entities."""

    type: list[Asked] = Field([], max_length=100)
    cluster: list[Asked] = Field([], max_length=100)
    namespace: list[Asked] = Field([], max_length=100)
    tag: list[Asked] = Field([], max_length=100)
    q: list[Asked] = Field([], max_length=20)
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str, Field(max_length=1000), AfterValidator(_storable)] | None = None


class RelationIn(_Strict):
    """How one entity stands to another; each by its id, alias or tag."""

    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    kind: RelationKind


class RelationsIn(_Strict):
    """Relations that are to stand, or to go."""

    relations: Annotated[list[RelationIn], Field(max_length=10_000)]


class AroundQuery(_Strict):
    """Whose surroundings, how far."""

    entity: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_storable)]
    depth: Annotated[int, Field(ge=1, le=5)] = 1


class AccountIn(_Strict):
    """An account to make."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class AccountChange(_Strict):
    """What changes of an account."""

    retention_days: Annotated[int, Field(ge=1, le=MOST_DAYS, strict=True), BeforeValidator(_whole)] | None = Field(
        description="How many days of events are kept; null = as many as the installation says."
    )


class DeletionQuery(_Strict):
    """That an account is really meant."""

    confirm: Annotated[str, Field(description="The name of the account once more, or nothing is done.")] = ""


OptionName = Annotated[str, Field(min_length=1, max_length=100)]
OptionText = Annotated[str, Field(max_length=200)]


class TokenIn(_Strict):
    """A token to make."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    rights: Annotated[list[Right], Field(min_length=1, max_length=20)]
    expires_at: Instant | None = None
    rate_per_minute: Annotated[int, Field(ge=1, le=10_000_000, strict=True), BeforeValidator(_whole)] | None = None
    sees: Sees = Sees.OWN
    format: Literal["opaque", "jwt"] = "opaque"
    account: Name | None = None
    options: dict[OptionName, Annotated[dict[OptionName, OptionText], Field(max_length=20)]] = Field(
        default_factory=dict,
        max_length=20,
        description="What the token decides differently from the installation: text by option by dialect.",
    )


class SessionIn(_Strict):
    """With what somebody signs in."""

    token: Annotated[str, Field(min_length=1, max_length=4096)]


WebhookName = Annotated[str, Field(min_length=1, max_length=255, pattern=r"\S")]


class WebhookIn(_Strict):
    """A webhook to make."""

    name: WebhookName
    receiver: Literal["direct", "alertmanager", "grafana", "aws_sns"]
    project: Annotated[str, Field(min_length=1, max_length=40, pattern=r"\S")] | None = None
    options: Options = Field(default_factory=dict)


class WebhookChange(_Strict):
    """What of a webhook may be changed; what is absent stays. `options` takes the place of all that it had."""

    name: WebhookName = ""
    state: Literal["enabled", "disabled"] = "enabled"
    options: Options = Field(default_factory=dict)


MaintenanceName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
MaintenanceText = Annotated[str, Field(max_length=10_000)]
ZoneName = Annotated[
    str,
    Field(min_length=1, max_length=100, description="Of the IANA database, as `Europe/Vienna`. Its clock is kept to."),
]
_LastAt = Annotated[Instant | None, Field(description="Of what recurs: no occurrence begins after it.")]


class AffectedIn(TargetIn):
    """What maintenance is of: as what events concern, but each way names something. None of the three: everything."""

    entities: Annotated[Names, Field(min_length=1)] | None = None
    match: Annotated[list[MatchIn], Field(min_length=1, max_length=100)] | None = None


class MaintenanceIn(AffectedIn):
    """A maintenance window to make. The times are those of the first occurrence."""

    name: MaintenanceName
    description: MaintenanceText = ""
    mode: Mode = Mode.NO_PROBLEM
    recurrence: Recurrence = Recurrence.ONCE
    starts_at: Instant
    ends_at: Instant
    time_zone: ZoneName = "UTC"
    last_at: _LastAt = None


class MaintenanceChange(AffectedIn):
    """What of a maintenance window may be changed; what is absent stays. Null for what it is of: everything."""

    name: MaintenanceName = ""
    description: MaintenanceText = ""
    mode: Mode = Mode.NO_PROBLEM
    recurrence: Recurrence = Recurrence.ONCE
    starts_at: Instant = _UNSAID
    ends_at: Instant = _UNSAID
    time_zone: ZoneName = ""
    last_at: _LastAt = None


class NoQuery(_Strict):
    """No parameter at all."""


class ListQuery(_Strict):
    """A page of a plain list."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str, Field(max_length=1000), AfterValidator(_storable)] | None = None


class MaintenanceQuery(ListQuery):
    """Which maintenance windows."""

    active: Annotated[bool, BeforeValidator(_flag)] | None = Field(
        None, description="Only those that cover this moment, or do not."
    )
