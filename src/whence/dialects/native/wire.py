"""The shapes of the native API's bodies and queries. What is not named here is refused with its path."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from whence.causes import LOOKBACK
from whence.dialects.native.scalars import (
    Asked,
    End,
    Flag,
    Instant,
    InstantText,
    Lookback,
    Name,
    Names,
    NewName,
    Object,
    ProblemName,
    PropertyTests,
    Said,
    Web,
    storable,
    whole,
)
from whence.dialects.native.webhook_options import Options
from whence.domain.access import MOST_A_MINUTE, Right, Sees
from whence.domain.alert import AlertState
from whence.domain.cause import Of
from whence.domain.entity import RelationKind
from whence.domain.event import Handling, Kind, Severity
from whence.domain.maintenance import Mode, Recurrence
from whence.domain.page import Order
from whence.domain.problem import ProblemState
from whence.domain.retention import MOST_DAYS

_UNSAID: Final = datetime(1970, 1, 1, tzinfo=UTC)  # where null would mean something


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
    timeout_minutes: Annotated[int, Field(ge=1, le=10_080, strict=True), BeforeValidator(whole)] | None = None
    handling: Annotated[list[Handling], Field(max_length=10)] = Field(default_factory=list)
    properties: Object = Field(default_factory=dict)


class CloudEventIn(BaseModel):
    """A CloudEvent 1.0 as JSON. Further attributes are kept in `properties`."""

    # For the document: what reads one is `cloudevents`, which tells more at once than a model can.
    model_config = ConfigDict(extra="allow", json_schema_extra={"not": {"required": ["data", "data_base64"]}})

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    time: Instant | None = None
    data: Any = Field(
        None,
        description="An object of nothing but fields of `EventIn` is that event, with the attributes; any other data "
        "is kept in `properties`.",
    )
    data_base64: str = Field(
        default_factory=str,  # a default that the document told would stand beside `data`
        pattern="^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        description="Data that is no JSON, in Base64.",
    )


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


class Narrowing(_Strict):
    """Which events of some: a parameter that is repeated means OR, different ones AND."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: PropertyTests = Field(init=False)  # pyright: ignore[reportIncompatibleVariableOverride]

    start: InstantText | None = Field(None, alias="from", description="Default: 24 hours before `to`.")
    end: End = Field(None, alias="to", description="Default: now.")
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


class FilterQuery(Narrowing):
    """Which events of all."""

    entity: list[Asked] = Field([], max_length=20, description="An entity's id or tag.")


class TimelineQuery(Narrowing):
    """Which events of the entity that the path names, in what order, from where on."""

    order: Order = Order.NEWEST
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Asked | None = None
    include: Literal["original"] | None = None


class PageQuery(TimelineQuery, FilterQuery):
    """Which events of all, in what order, from where on."""


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
    end: End = Field(None, alias="to", description="What had opened by then.")
    state: list[AlertState] = Field([], max_length=100)
    entity: list[Asked] = Field([], max_length=20, description="An entity's id or tag.")
    severity: list[Severity] = Field([], max_length=100)
    key: list[Asked] = Field([], max_length=100)
    type: list[Asked] = Field([], max_length=100)
    source: list[Asked] = Field([], max_length=100)
    dialect: list[Asked] = Field([], max_length=100)
    problem: list[ProblemName] = Field([], max_length=100, description="A problem's id or name: `P-41`.")
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Asked | None = None


class ProblemQuery(_Strict):
    """Which problems: a parameter that is repeated means OR, different ones AND."""

    start: InstantText | None = Field(None, alias="from", description="What was still open then, or opened later.")
    end: End = Field(None, alias="to", description="What had opened by then.")
    state: list[ProblemState] = Field([], max_length=100)
    severity: list[Severity] = Field([], max_length=100)
    entity: list[Asked] = Field([], max_length=20, description="An affected entity's id or tag.")
    type: list[Asked] = Field([], max_length=100, description="Of one of its alerts.")
    key: list[Asked] = Field([], max_length=100, description="Of one of its alerts.")
    dialect: list[Asked] = Field([], max_length=100, description="Of one of its alerts.")
    q: list[Asked] = Field([], max_length=20, description="Words: each is somewhere in the title, in any case.")
    merged: Flag = Field(default=False, description="Also those that are part of another by now.")
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Asked | None = None


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

    comment: Said = ""


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
    """Which entities. `id`: these, archived ones too."""

    id: list[Asked] = Field([], max_length=1000)
    type: list[Asked] = Field([], max_length=100)
    cluster: list[Asked] = Field([], max_length=100)
    namespace: list[Asked] = Field([], max_length=100)
    tag: list[Asked] = Field([], max_length=100)
    q: list[Asked] = Field([], max_length=20)
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Asked | None = None


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

    entity: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(storable)]
    depth: Annotated[int, Field(ge=1, le=5)] = 1


class Nothing(_Strict):
    """The body of a call that needs to be told nothing."""


class AccountIn(_Strict):
    """An account to make."""

    name: NewName


class AccountChange(_Strict):
    """What changes of an account."""

    retention_days: Annotated[int, Field(ge=1, le=MOST_DAYS, strict=True), BeforeValidator(whole)] | None = Field(
        description="How many days of events are kept; null = as many as the installation says."
    )


class DeletionQuery(_Strict):
    """That an account is really meant."""

    confirm: Annotated[str, Field(description="The name of the account once more, or nothing is done.")] = ""


OptionName = Annotated[str, Field(min_length=1, max_length=100)]
OptionText = Annotated[str, Field(max_length=200)]


class TokenIn(_Strict):
    """A token to make."""

    name: NewName
    rights: Annotated[list[Right], Field(min_length=1, max_length=20)]
    expires_at: Instant | None = None
    rate_per_minute: Annotated[int, Field(ge=1, le=MOST_A_MINUTE, strict=True), BeforeValidator(whole)] | None = None
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
    cursor: Asked | None = None


class MaintenanceQuery(ListQuery):
    """Which maintenance windows."""

    active: Flag | None = Field(None, description="Only those that cover this moment, or do not.")
