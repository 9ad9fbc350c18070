"""The vendor's words: types of events, contexts of tags, types of entities, and which field goes with which type.

Source: DESK contract 3.3 and 3.4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from whence.domain.event import Kind, Severity

NAME: Final = "desk"

CONTEXTS: Final = frozenset({
    "AWS", "AWS_GENERIC", "AZURE", "CLOUD_FOUNDRY", "CONTEXTLESS", "ENVIRONMENT", "GOOGLE_CLOUD", "KUBERNETES",
})  # fmt: skip

_FIRST_TYPES: Final = """
    APPLICATION APPLICATION_METHOD APPLICATION_METHOD_GROUP AUTO_SCALING_GROUP AUXILIARY_SYNTHETIC_TEST
    AWS_APPLICATION_LOAD_BALANCER AWS_AVAILABILITY_ZONE AWS_CREDENTIALS AWS_LAMBDA_FUNCTION AWS_NETWORK_LOAD_BALANCER
    AZURE_API_MANAGEMENT_SERVICE AZURE_APPLICATION_GATEWAY AZURE_COSMOS_DB AZURE_CREDENTIALS AZURE_EVENT_HUB
    AZURE_EVENT_HUB_NAMESPACE AZURE_FUNCTION_APP AZURE_IOT_HUB AZURE_LOAD_BALANCER AZURE_MGMT_GROUP AZURE_REDIS_CACHE
    AZURE_REGION AZURE_SERVICE_BUS_NAMESPACE AZURE_SERVICE_BUS_QUEUE AZURE_SERVICE_BUS_TOPIC AZURE_SQL_DATABASE
    AZURE_SQL_ELASTIC_POOL AZURE_SQL_SERVER AZURE_STORAGE_ACCOUNT AZURE_SUBSCRIPTION AZURE_TENANT AZURE_VM
    AZURE_VM_SCALE_SET AZURE_WEB_APP CF_APPLICATION CF_FOUNDATION CINDER_VOLUME CUSTOM_APPLICATION CUSTOM_DEVICE
    CUSTOM_DEVICE_GROUP DCRUM_APPLICATION DCRUM_SERVICE DCRUM_SERVICE_INSTANCE DISK DOCKER_CONTAINER_GROUP_INSTANCE
    DYNAMO_DB_TABLE EBS_VOLUME EC2_INSTANCE ELASTIC_LOAD_BALANCER ENVIRONMENT EXTERNAL_SYNTHETIC_TEST_STEP GCP_ZONE
    GEOLOCATION GEOLOC_SITE GOOGLE_COMPUTE_ENGINE HOST HOST_GROUP HTTP_CHECK HTTP_CHECK_STEP HYPERVISOR
    KUBERNETES_CLUSTER KUBERNETES_NODE MOBILE_APPLICATION NETWORK_INTERFACE NEUTRON_SUBNET OPENSTACK_PROJECT
    OPENSTACK_REGION OPENSTACK_VM OS PROCESS_GROUP PROCESS_GROUP_INSTANCE RELATIONAL_DATABASE_SERVICE SERVICE
    SERVICE_INSTANCE SERVICE_METHOD SERVICE_METHOD_GROUP SWIFT_CONTAINER SYNTHETIC_LOCATION SYNTHETIC_TEST
    SYNTHETIC_TEST_STEP VIRTUALMACHINE VMWARE_DATACENTER
"""
_LATER_TYPES: Final = """
    APM_SECURITY_GATEWAY APPMON_SERVER APPMON_SYSTEM_PROFILE AZURE_APP_SERVICE_PLAN BROWSER CLOUD_APPLICATION
    CLOUD_APPLICATION_INSTANCE CLOUD_APPLICATION_NAMESPACE CLOUD_NETWORK_INGRESS CLOUD_NETWORK_POLICY CONTAINER_GROUP
    CONTAINER_GROUP_INSTANCE DEVICE_APPLICATION_METHOD DEVICE_APPLICATION_METHOD_GROUP DOCKER_CONTAINER_GROUP
    HYPERVISOR_CLUSTER HYPERVISOR_DISK KUBERNETES_SERVICE MULTIPROTOCOL_MONITOR QUEUE QUEUE_INSTANCE S3BUCKET VCENTER
"""
ENTITY_TYPES: Final = frozenset(_FIRST_TYPES.split()) | frozenset(_LATER_TYPES.split())


class Need(StrEnum):
    """How a field stands to a type of event."""

    REQUIRED = "req"
    OPTIONAL = "opt"
    NOT_APPLICABLE = "-"


# `changed` has no row upstream; it goes with `original`. `CUSTOM_ALERT` came later and is as `ERROR_EVENT`.
_MATRIX: Final = """
                       AVAIL  ANNOT  CONFIG DEPLOY INFO   ERROR  PERF   RESRC  TERMIN
title                  req    -      -      -      opt    req    req    req    opt
description            req    opt    req    -      req    req    req    req    req
annotationType         -      req    -      -      -      -      -      -      -
annotationDescription  -      req    -      -      -      -      -      -      -
deploymentName         -      -      -      req    -      -      -      -      -
deploymentVersion      -      -      -      req    -      -      -      -      -
deploymentProject      -      -      -      opt    -      -      -      -      -
ciBackLink             -      -      -      opt    -      -      -      -      opt
remediationAction      -      -      -      opt    -      -      -      -      -
configuration          -      -      req    -      -      -      -      -      -
original               -      -      opt    -      -      -      -      -      -
changed                -      -      opt    -      -      -      -      -      -
"""
_COLUMNS: Final[Mapping[str, str]] = {
    "AVAILABILITY_EVENT": "AVAIL",
    "CUSTOM_ANNOTATION": "ANNOT",
    "CUSTOM_CONFIGURATION": "CONFIG",
    "CUSTOM_DEPLOYMENT": "DEPLOY",
    "CUSTOM_INFO": "INFO",
    "ERROR_EVENT": "ERROR",
    "PERFORMANCE_EVENT": "PERF",
    "RESOURCE_CONTENTION": "RESRC",
    "MARKED_FOR_TERMINATION": "TERMIN",
    "CUSTOM_ALERT": "ERROR",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A type of event.

    `severity_level`: the vendor's; None for what only informs. `texts`: the fields of the matrix that apply, with
    whether each is required.
    """

    name: str
    v2_name: str
    shown: str
    kind: Kind
    severity: Severity
    severity_level: str | None
    texts: Mapping[str, bool]

    @property
    def opens_problem(self) -> bool:
        """Whether it is open until its timeout, and refreshed when sent again."""
        return self.kind is Kind.PROBLEM


def _matrix() -> dict[str, dict[str, Need]]:
    """The table above: type, field, need."""
    head, *rows = [str(line).split() for line in _MATRIX.strip().splitlines()]
    cells = {row[0]: dict(zip(head, map(Need, row[1:]), strict=True)) for row in rows}
    return {name: {field: row[column] for field, row in cells.items()} for name, column in _COLUMNS.items()}


def _types() -> Iterator[EventType]:
    matrix = _matrix()
    for name, level, kind, severity in (
        ("AVAILABILITY_EVENT", "AVAILABILITY", Kind.PROBLEM, Severity.CRITICAL),
        ("ERROR_EVENT", "ERROR", Kind.PROBLEM, Severity.ERROR),
        ("PERFORMANCE_EVENT", "PERFORMANCE", Kind.PROBLEM, Severity.WARNING),
        ("RESOURCE_CONTENTION", "RESOURCE_CONTENTION", Kind.PROBLEM, Severity.WARNING),
        ("CUSTOM_ALERT", "CUSTOM_ALERT", Kind.PROBLEM, Severity.WARNING),
        ("CUSTOM_DEPLOYMENT", None, Kind.CHANGE, Severity.INFO),
        ("CUSTOM_CONFIGURATION", None, Kind.CHANGE, Severity.INFO),
        ("CUSTOM_ANNOTATION", None, Kind.INFO, Severity.INFO),
        ("CUSTOM_INFO", None, Kind.INFO, Severity.INFO),
        ("MARKED_FOR_TERMINATION", None, Kind.INFO, Severity.INFO),
    ):
        needs = matrix[name]
        shown = name.replace("_", " ").capitalize()
        yield EventType(
            name=name,
            v2_name=V2_CONTENTION if name == CONTENTION else name,
            shown=f"{shown} event" if name == CONTENTION else shown,
            kind=kind,
            severity=severity,
            severity_level=level,
            texts={field: need is Need.REQUIRED for field, need in needs.items() if need is not Need.NOT_APPLICABLE},
        )


CONTENTION: Final = "RESOURCE_CONTENTION"
V2_CONTENTION: Final = "RESOURCE_CONTENTION_EVENT"
EVENT_TYPES: Final[Mapping[str, EventType]] = {event_type.name: event_type for event_type in _types()}
BY_ANY_NAME: Final[Mapping[str, EventType]] = {**EVENT_TYPES, V2_CONTENTION: EVENT_TYPES[CONTENTION]}
