"""The shapes of the native API's answers, for its OpenAPI document; `encode` makes them, a test compares the two."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from whence.domain.access import Right, Sees
from whence.domain.alert import AlertState, ClosedBy, Silence
from whence.domain.entity import RelationKind
from whence.domain.event import Handling, Kind, Severity
from whence.domain.maintenance import Mode, Recurrence
from whence.domain.problem import ProblemState


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ViolationShape(_Shape):
    """One fault and where it is."""

    path: str
    message: str


class ErrorBody(_Shape):
    """What is wrong."""

    code: str
    message: str
    request_id: str
    violations: list[ViolationShape] = []


class Error(_Shape):
    """The answer to everything that is refused."""

    error: ErrorBody


class LinkShape(_Shape):
    """A link."""

    title: str
    url: str


class ScopeShape(_Shape):
    """Services by where they are and what they are called."""

    clusters: list[str]
    namespaces: list[str]
    services: list[str]


class Brief(_Shape):
    """An entity in one line."""

    id: str
    tag: str
    type: str
    name: str
    cluster: str
    namespace: str


class MatchedShape(_Shape):
    """How many entities are concerned, of how many; some of them."""

    count: int
    of: int
    sample: list[Brief]


class Event(_Shape):
    """An event."""

    id: str
    sender_id: str | None
    source: str
    dialect: str
    kind: Kind
    type: str
    severity: Severity
    title: str
    description: str
    url: str | None
    links: list[LinkShape]
    time: datetime
    end_time: datetime | None
    key: str | None
    scope: ScopeShape | None
    entities: list[str]
    properties: dict[str, Any]
    status: Literal["open", "closed"]
    alert_id: str | None
    problem_id: str | None
    received_at: datetime
    updated_at: datetime
    report_count: int
    matched: Annotated[MatchedShape | None, Field(description="Only for a single event.")] = None
    original: Annotated[Any, Field(description="Only with `include=original`.")] = None


class EventPage(_Shape):
    """Events, and the cursor behind them."""

    events: list[Event]
    next: str | None


class Alert(_Shape):
    """One episode of a condition, on one entity or on none that is known by its id."""

    id: str
    state: AlertState
    key: str
    severity: Severity
    title: str
    type: str
    source: str
    dialect: str
    entity: Annotated[str | None, Field(description="The id of the one entity that it is about, if it is about one.")]
    event_id: Annotated[str, Field(description="The event that shows it on timelines.")]
    handling: Annotated[list[Handling], Field(description="As its sender wants it to be taken.")]
    problem_id: Annotated[str | None, Field(description="The problem that it is part of.")]
    since: Annotated[datetime | None, Field(description="From when on it counts in problems; null: it does not yet.")]
    silenced_by: Annotated[Silence | None, Field(description="Why it is in no problem, or came late into one.")]
    silenced_until: Annotated[datetime | None, Field(description="Null: for as long as it lives, if at all.")]
    opened_at: datetime
    last_report_at: datetime
    expires_at: Annotated[datetime | None, Field(description="When it ends by itself; null: it does not.")]
    closed_at: datetime | None
    closed_by: ClosedBy | None
    report_count: int
    acknowledged_at: datetime | None
    acknowledged_by: Annotated[str | None, Field(description="The name of the token that did.")]
    comment: str


class AlertPage(_Shape):
    """Alerts, and the cursor behind them."""

    alerts: list[Alert]
    next: str | None


class ReceiptShape(_Shape):
    """What became of one event."""

    id: str
    status: Literal["accepted", "duplicate"]
    alert_id: str | None = None


class BatchResult(_Shape):
    """What became of one event of a batch."""

    index: int
    status: Literal["accepted", "duplicate", "rejected"]
    id: str | None = None
    alert_id: str | None = None
    error: ErrorBody | None = None


class BatchReceipt(_Shape):
    """What became of a batch."""

    accepted: int
    duplicate: int
    rejected: int
    results: list[BatchResult]


class ValueCount(_Shape):
    """A value and how often it occurs."""

    value: str
    count: int


class FacetsShape(_Shape):
    """Counts by dimension; `more`: how many values of each are left out."""

    total: int
    facets: dict[str, list[ValueCount]]
    more: dict[str, int]


class BucketShape(_Shape):
    """Counts in a step of time."""

    time: datetime
    info: int
    warning: int
    error: int
    critical: int


class HistogramShape(_Shape):
    """Counts by time."""

    bucket_seconds: int
    buckets: list[BucketShape]


class ScopeMatch(_Shape):
    """Whom a scope would concern now; at most 1,000 entities are listed."""

    count: int
    of: int
    entities: list[Brief]


class EntityTag(_Shape):
    """A tag."""

    context: str
    key: str
    value: str


class Entity(_Shape):
    """An entity."""

    id: str
    tag: str
    cid: str
    aliases: list[str]
    type: str
    name: str
    description: str
    cluster: str
    namespace: str
    tags: list[EntityTag]
    links: list[LinkShape]
    properties: dict[str, Any]
    archived: bool
    first_seen: datetime
    last_seen: datetime


class Entities(_Shape):
    """Entities in the order in which they were sent."""

    entities: list[Entity]


class EntityPage(_Shape):
    """Entities, and the cursor behind them."""

    entities: list[Entity]
    next: str | None


class RelationShape(_Shape):
    """A relation between two entities, by their ids."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    kind: RelationKind


class Relations(_Shape):
    """Relations."""

    relations: list[RelationShape]


class Surroundings(_Shape):
    """An entity, those around it, and how they stand to each other."""

    entities: list[Entity]
    relations: list[RelationShape]


class WindowShape(_Shape):
    """A stretch of time."""

    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")


class ReasonShape(_Shape):
    """Why something is suspected, and what that adds to its score."""

    code: Annotated[
        str,
        Field(description="`alerts`, `spread`, `dependants`, `change`; `place`, `timing`, `words`, `doubt`."),
    ]
    weight: float
    text: str
    event_ids: Annotated[list[str], Field(description="The events that show it.")]
    relations: Annotated[list[RelationShape], Field(description="The relations that show it.")]


class CauseShape(_Shape):
    """A suspect. The weights of its reasons add up to its score."""

    rank: int
    score: float
    entity: Annotated[Entity | None, Field(description="Of a change: what it was made on, if that is known.")]
    event: Annotated[Event | None, Field(description="The change; null when entities are asked for.")]
    reasons: list[ReasonShape]


class CausesShape(_Shape):
    """What can have caused the alerts of the window, best first."""

    at: datetime
    window: Annotated[WindowShape, Field(description="The alerts that were looked at opened in it.")]
    likely: Annotated[bool, Field(description="Whether the first is likely; if not, none is.")]
    causes: list[CauseShape]


class ProblemComment(_Shape):
    """What somebody said about a problem."""

    id: str
    time: datetime
    author: Annotated[str, Field(description="The name of the token, unless somebody else was named.")]
    text: str


class ProblemComments(_Shape):
    """All that was said about a problem, in order; `next` is always null."""

    comments: list[ProblemComment]
    next: str | None


class Problem(_Shape):
    """The alerts that share a cause."""

    id: str
    name: Annotated[str, Field(description="As people call it: `P-41`.")]
    state: ProblemState
    severity: Annotated[Severity, Field(description="The highest of its alerts.")]
    title: Annotated[str, Field(description="That of the first of its most severe alerts.")]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: Annotated[
        Literal["alerts", "user"] | None,
        Field(
            description="`alerts`: they have all ended. `user`: a person said so. Null of one that is part of another."
        ),
    ]
    alert_count: int
    unattended_count: Annotated[
        int, Field(description="How many of all of them nobody looks after: those that are `open`.")
    ]
    alerts: Annotated[list[Alert], Field(description="The first of them: 1,000, in a list 10.")]
    affected: Annotated[list[Brief], Field(description="The entities that its alerts are about.")]
    likely: Annotated[bool, Field(description="Whether the first cause is likely; if not, none is.")]
    causes: Annotated[list[CauseShape], Field(description="As of `explained_at`, best first.")]
    explained_at: datetime | None
    comments: Annotated[list[ProblemComment] | None, Field(description="Only of a single problem.")] = None
    comment_count: int
    merged_into: Annotated[str | None, Field(description="The problem that has its alerts now.")]
    updated_at: datetime


class ProblemPage(_Shape):
    """Problems, and the cursor behind them."""

    problems: list[Problem]
    next: str | None


class Account(_Shape):
    """An account, and how long it is kept."""

    id: str
    name: str
    created_at: datetime
    state: Annotated[
        Literal["active", "deleting"],
        Field(description="`deleting`: nothing opens it any more, and its rows are being removed."),
    ]
    retention_days: Annotated[int, Field(description="How old a report may be: its own days, else the installation's.")]
    own_retention_days: Annotated[int | None, Field(description="null = as long as the installation says.")]
    installation_retention_days: int
    kept_from: Annotated[datetime, Field(description="Nothing before that is kept: whole months go together.")]


class AccountPage(_Shape):
    """Accounts, and the cursor behind them."""

    accounts: list[Account]
    next: str | None


class Token(_Shape):
    """A token without its secret."""

    id: str
    name: str
    account: str
    rights: list[Right]
    sees: Sees
    rate_per_minute: int | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    options: dict[str, dict[str, str]]


class NewToken(Token):
    """A token with its secret, which is shown this once."""

    token: str


class SignedInToken(_Shape):
    """The token that somebody signed in with."""

    id: str
    name: str
    account: str
    rights: list[Right]
    sees: Sees
    expires_at: datetime | None
    bootstrap: Annotated[bool, Field(description="Whether it may make accounts.")]


class Session(_Shape):
    """Somebody who signed in at the web UI."""

    token: SignedInToken
    csrf: Annotated[str, Field(description="What `X-CSRF-Token` must be in requests that change something.")]
    expires_at: datetime
    now: Annotated[datetime, Field(description="What the server's clock shows: a browser's may be wrong.")]


class TokenPage(_Shape):
    """Tokens, and the cursor behind them."""

    tokens: list[Token]
    next: str | None


class WebhookRequests(_Shape):
    """How many payloads came, and how many of them could not be read, wholly or in part."""

    total: int
    failed: int


class Webhook(_Shape):
    """An address that a monitor posts to."""

    id: str
    name: str
    receiver: Annotated[
        str,
        Field(
            description="`direct`, `alertmanager`, `grafana` or `aws_sns`. Another one was named in a vendor's API: "
            "each payload's own shape tells how it is read."
        ),
    ]
    state: Literal["enabled", "disabled"]
    project: str
    workspace: str
    options: dict[str, Any]
    access_key: str
    url: Annotated[str, Field(description="Where to post. It holds the key: whoever knows it may post.")]
    requests: WebhookRequests
    created_at: datetime


class WebhookPage(_Shape):
    """All webhooks; `next` is always null."""

    webhooks: list[Webhook]
    next: str | None


class Occurrence(_Shape):
    """One time of a maintenance window; the end is not part of it."""

    starts_at: datetime
    ends_at: datetime


class Maintenance(_Shape):
    """A maintenance window. `scope` and `entities`: what it is of; everything when both are null."""

    id: str
    name: str
    description: str
    mode: Annotated[
        Mode,
        Field(
            description="What becomes of alerts in it. `no_problem`: they open no problem. `record_only`: they are no "
            "news, too."
        ),
    ]
    recurrence: Recurrence
    starts_at: Annotated[datetime, Field(description="Of the first occurrence.")]
    ends_at: datetime
    time_zone: Annotated[str, Field(description="Whose clock later occurrences keep to.")]
    last_at: Annotated[datetime | None, Field(description="No occurrence begins after it.")]
    scope: Annotated[ScopeShape | None, Field(description="Services, those included that register later.")]
    entities: Annotated[list[str] | None, Field(description="The ids of those that were named, or matched then.")]
    active: Annotated[bool, Field(description="Whether it covers this moment.")]
    next: Annotated[Occurrence | None, Field(description="The occurrence that goes on, else the next; null: all over.")]
    created_by: Annotated[str, Field(description="The name of the token that did.")]
    created_at: datetime
    updated_at: datetime


class MaintenancePage(_Shape):
    """Maintenance windows, and the cursor behind them."""

    maintenance: list[Maintenance]
    next: str | None


class AuditToken(_Shape):
    """Whose token it was."""

    id: str | None
    name: str


class AuditLine(_Shape):
    """One change, who made it and when."""

    id: str
    time: datetime
    token: AuditToken
    action: str
    noun: str
    noun_id: str
    detail: str


class AuditPage(_Shape):
    """Lines of the audit trail, and the cursor behind them."""

    entries: list[AuditLine]
    next: str | None


class Health(_Shape):
    """How the service is."""

    status: Literal["ok"]
