"""Komodor's bodies, in its own spelling. What a model does not name is kept aside in `model_extra`."""

from datetime import datetime
from typing import Annotated, Final, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from whence.dialects.komodor.fields import (
    Asked,
    AskedList,
    AskedNames,
    AskedSeverities,
    AskedTags,
    Details,
    EpochSeconds,
    EventTime,
    Few,
    Filled,
    Key,
    Limit,
    Listed,
    Name,
    NameOrNone,
    Names,
    NotEmpty,
    Once,
    PageNumber,
    PageSize,
    QueryTime,
    Receipt,
    Required,
    SeverityField,
    Single,
    Text,
    Truth,
    WebAddress,
    at_most,
    one_of,
)
from whence.dialects.komodor.vocabulary import ISSUE_TYPES, REASONS
from whence.domain.event import Severity

KINDS: Final = ("Deployment", "DaemonSet", "StatefulSet", "Rollout")


class Open(BaseModel):
    """What may hold more than is known here; `tolerance` says so."""

    model_config = ConfigDict(extra="allow")


class Scope(Open):
    """Which services an event concerns, in both spellings; `details` in here is upstream's slip on v2."""

    clusters: Names = []
    servicesNames: Names = []
    serviceNames: Names = []
    namespaces: Names = []
    details: Details = None


class Link(Open):
    """Shown in the event's drawer."""

    title: Text = ""
    url: WebAddress


class CustomEvent(Open):
    """`POST /mgmt/v1/events`. From `timestamp` on the keys are ours."""

    eventType: Annotated[Filled, at_most(60)]
    summary: Filled
    scope: Scope | None = None
    severity: SeverityField = Severity.INFO
    details: Details = None
    timestamp: EventTime = None
    endTimestamp: EventTime = None
    links: Annotated[list[Link] | None, Few] = None
    idempotencyKey: Key | None = None

    @field_validator("endTimestamp")
    @classmethod
    def _ends_after_start(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        if end is not None and "timestamp" in info.data:
            start = cast("Receipt", info.context).start(info.data["timestamp"], end)
            if end < start:
                raise ValueError("must not be before timestamp")
        return end


class K8sEvent(CustomEvent):
    """`POST /api/v2/services/k8s-events`: the same with tighter limits."""

    eventType: Annotated[Filled, at_most(30)]
    summary: Annotated[Filled, at_most(100)]


class NoQuery(Open):
    """The query of a call that knows no parameter. Here and below each one comes as the list of its values."""


class CreateQuery(Open):
    """The query of `POST /mgmt/v1/events`."""

    dryRun: Truth = False


class EventsQuery(Open):
    """The query of `GET /mgmt/v1/events`."""

    since: QueryTime = Field(None, alias="from")
    to: QueryTime = None
    eventType: AskedList = []
    severity: AskedSeverities = []
    cluster: AskedList = []
    namespace: AskedList = []
    service: AskedList = []
    q: Annotated[Asked | None, Single] = None
    limit: Limit = 100
    cursor: Annotated[Asked | None, Single] = None


class ClustersQuery(Open):
    """The query of `GET /api/v2/clusters`."""

    clusterName: AskedNames = []
    tags: AskedTags = []


class Close(Open):
    """`POST /mgmt/v1/events/{id}/close`."""

    endTimestamp: EventTime = None


class Target(Open):
    """The query of the legacy configuration change: the one service that it is about."""

    clusterName: Annotated[Name, Once]
    namespace: Annotated[Name, Once]
    serviceName: Annotated[Name, Once]


class ImageSource(BaseModel):
    """`POST /v0/image/source`: where an image comes from. What else is sent is kept as details."""

    image: Filled
    git: Details = None
    ci: Details = None


class Pagination(Open):
    """How many rows are asked for, and behind which."""

    pageSize: PageSize = 100
    token: Text | None = None


class ServicesScope(Open):
    """Services in one cluster, in any of the namespaces."""

    cluster: Name | None = None
    namespaces: Names = []


class ServicesSearch(Open):
    """`POST /api/v2/services/search`."""

    scope: ServicesScope | None = None
    kind: Annotated[list[Annotated[Text, one_of(*KINDS)]], Listed] = []
    status: Annotated[Text, one_of("healthy", "unhealthy", "unknown")] | None = None
    issueReasonCategory: Annotated[list[Annotated[Text, one_of(*REASONS)]], Listed] = []
    latestDeployStatus: Annotated[Text, one_of("success", "failure", "pending", "unknown")] | None = None
    pagination: Pagination | None = None


class ServiceScope(Open):
    """One service, which is where its list says: a cluster or a namespace that is empty is none.

    Upstream's `workflowRun` narrows what whence does not have: it is unknown here.
    """

    cluster: NameOrNone
    namespace: Text
    service: Name
    kind: Name


class ClusterScope(Open):
    """One cluster, or some of its namespaces."""

    cluster: Name
    namespaces: Names = []


class Props(Open):
    """Which events, and when."""

    type: Annotated[Text, one_of("deploy", "node-created", "node-terminated", "custom", "all")]
    fromEpoch: EpochSeconds = None
    toEpoch: EpochSeconds = None


class ServiceEventsSearch(Open):
    """`POST /api/v2/services/k8s-events/search`."""

    scope: ServiceScope
    props: Props
    pagination: Pagination | None = None


class ClusterEventsSearch(Open):
    """`POST /api/v2/clusters/k8s-events/search`."""

    scope: ClusterScope
    props: Props
    pagination: Pagination | None = None


class IssueProps(Open):
    """Which issues, and when."""

    type: Annotated[Text, one_of(*ISSUE_TYPES)]
    statuses: Annotated[list[Annotated[Text, one_of("open", "closed")]], NotEmpty, Listed, Required]
    fromEpoch: EpochSeconds = None
    toEpoch: EpochSeconds = None


class NumberedPages(Open):
    """How many rows are asked for, and the how-manieth time that many; from 0 on."""

    pageSize: PageSize = 100
    page: PageNumber = 0


class ServiceIssuesSearch(Open):
    """`POST /api/v2/services/issues/search`."""

    scope: ServiceScope
    props: IssueProps
    pagination: NumberedPages | None = None


class ClusterIssuesSearch(Open):
    """`POST /api/v2/clusters/issues/search`."""

    scope: ClusterScope
    props: IssueProps
    pagination: NumberedPages | None = None
