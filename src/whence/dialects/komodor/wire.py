"""Komodor's bodies, in its own spelling. What a model does not name is kept aside in `model_extra`."""

from datetime import datetime
from typing import Annotated, Final, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from whence.dialects.komodor.fields import (
    Asked,
    AskedList,
    AskedSeverities,
    Details,
    EpochSeconds,
    EventTime,
    Few,
    Filled,
    Key,
    Limit,
    Listed,
    Name,
    Names,
    NotEmpty,
    PageNumber,
    PageSize,
    QueryTime,
    Receipt,
    Required,
    SeverityField,
    Single,
    Text,
    WebAddress,
    at_most,
    one_of,
)
from whence.dialects.komodor.vocabulary import ISSUE_TYPES, REASONS
from whence.domain.event import Severity

KINDS: Final = ("Deployment", "DaemonSet", "StatefulSet", "Rollout")


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Scope(_Open):
    """Which services an event concerns, in both spellings; `details` in here is upstream's slip on v2."""

    clusters: Names = []
    servicesNames: Names = []
    serviceNames: Names = []
    namespaces: Names = []
    details: Details = None


class Link(BaseModel):
    """Shown in the event's drawer."""

    title: Text = ""
    url: WebAddress


class CustomEvent(_Open):
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
            start = info.data["timestamp"] or cast("Receipt", info.context).at
            if end < start:
                raise ValueError("must not be before timestamp")
        return end


class K8sEvent(CustomEvent):
    """`POST /api/v2/services/k8s-events`: the same with tighter limits."""

    eventType: Annotated[Filled, at_most(30)]
    summary: Annotated[Filled, at_most(100)]


class EventsQuery(_Open):
    """The query of `GET /mgmt/v1/events`; each parameter comes as the list of its values."""

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


class Close(BaseModel):
    """`POST /mgmt/v1/events/{id}/close`."""

    endTimestamp: EventTime = None


class Target(BaseModel):
    """The query of the legacy configuration change: the one service that it is about."""

    clusterName: Name
    namespace: Name
    serviceName: Name


class ImageSource(BaseModel):
    """`POST /v0/image/source`: where an image comes from."""

    image: Filled
    git: Details = None
    ci: Details = None


class Pagination(BaseModel):
    """How many rows are asked for, and behind which."""

    pageSize: PageSize = 100
    token: Text | None = None


class ServicesScope(BaseModel):
    """Services in one cluster, in any of the namespaces."""

    cluster: Name | None = None
    namespaces: Names = []


class ServicesSearch(BaseModel):
    """`POST /api/v2/services/search`."""

    scope: ServicesScope | None = None
    kind: Annotated[list[Annotated[Text, one_of(*KINDS)]], Listed] = []
    status: Annotated[Text, one_of("healthy", "unhealthy", "unknown")] | None = None
    issueReasonCategory: Annotated[list[Annotated[Text, one_of(*REASONS)]], Listed] = []
    latestDeployStatus: Annotated[Text, one_of("success", "failure", "pending", "unknown")] | None = None
    pagination: Pagination | None = None


class ServiceScope(BaseModel):
    """One service. Upstream's `workflowRun` narrows what whence does not have, and is not read."""

    cluster: Name
    namespace: Text
    service: Name
    kind: Name


class ClusterScope(BaseModel):
    """One cluster, or some of its namespaces."""

    cluster: Name
    namespaces: Names = []


class Props(BaseModel):
    """Which events, and when."""

    type: Annotated[Text, one_of("deploy", "node-created", "node-terminated", "custom", "all")]
    fromEpoch: EpochSeconds = None
    toEpoch: EpochSeconds = None


class ServiceEventsSearch(BaseModel):
    """`POST /api/v2/services/k8s-events/search`."""

    scope: ServiceScope
    props: Props
    pagination: Pagination | None = None


class ClusterEventsSearch(BaseModel):
    """`POST /api/v2/clusters/k8s-events/search`."""

    scope: ClusterScope
    props: Props
    pagination: Pagination | None = None


class IssueProps(BaseModel):
    """Which issues, and when."""

    type: Annotated[Text, one_of(*ISSUE_TYPES)]
    statuses: Annotated[list[Annotated[Text, one_of("open", "closed")]], NotEmpty, Listed, Required]
    fromEpoch: EpochSeconds = None
    toEpoch: EpochSeconds = None


class NumberedPages(BaseModel):
    """How many rows are asked for, and the how-manieth time that many; from 0 on."""

    pageSize: PageSize = 100
    page: PageNumber = 0


class ServiceIssuesSearch(BaseModel):
    """`POST /api/v2/services/issues/search`."""

    scope: ServiceScope
    props: IssueProps
    pagination: NumberedPages | None = None


class ClusterIssuesSearch(BaseModel):
    """`POST /api/v2/clusters/issues/search`."""

    scope: ClusterScope
    props: IssueProps
    pagination: NumberedPages | None = None
