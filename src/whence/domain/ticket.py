"""An alert as people work on it: numbered, of a project, with an urgency and perhaps somebody who cares."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from whence.domain.immutable import immutable
from whence.domain.query import FieldType, Schema
from whence.domain.signal import Grade, Resource

NO_ALERT: Final = UUID(int=0)  # of a ticket whose alert the commit has not opened yet


class Urgency(StrEnum):
    """Whether somebody is to be woken."""

    HIGH = "HIGH"
    LOW = "LOW"

    @classmethod
    def of(cls, grade: Grade) -> "Urgency":
        """What follows from how bad it is."""
        return cls.HIGH if grade in _URGENT else cls.LOW


_URGENT = frozenset({Grade.CRITICAL, Grade.ERROR, Grade.NOT_AVAILABLE})


class TicketState(StrEnum):
    """Where in its life a ticket is; in ERROR it stays until it is resolved by a recovery, or removed."""

    TRIGGERED = "TRIGGERED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    ERROR = "ERROR"


# What a ticket can be asked for by, as `domain.query` has it.
FIELDS: Final[Schema] = {
    "alert_number": FieldType.NUMBER,
    "alert_id": FieldType.TEXT,
    "title": FieldType.TEXT,
    "state": FieldType.TEXT,
    "description": FieldType.TEXT,
    "assignee": FieldType.TEXT,
    "responder": FieldType.TEXT,
    "urgency": FieldType.TEXT,
    "severity": FieldType.TEXT,
    "rule": FieldType.TEXT,
    "image_url": FieldType.TEXT,
    "resources": FieldType.JSON,
    "provider": FieldType.TEXT,
    "account": FieldType.TEXT,
    "additional_info": FieldType.JSON,
    "escalation_step": FieldType.NUMBER,
    "escalation_ttl": FieldType.NUMBER,
    "triggered_by": FieldType.TEXT,
    "domain_id": FieldType.TEXT,
    "workspace_id": FieldType.TEXT,
    "project_id": FieldType.TEXT,
    "webhook_id": FieldType.TEXT,
    "escalation_policy_id": FieldType.TEXT,
    "created_at": FieldType.TIME,
    "updated_at": FieldType.TIME,
    "acknowledged_at": FieldType.TIME,
    "resolved_at": FieldType.TIME,
    "escalated_at": FieldType.TIME,
}


@immutable
class Ticket:
    """One ticket: of the alert `alert_id`, which is its latest episode, and of the condition `key` in `routed`.

    `routed`: the project that its signals are routed to; a person may have moved the ticket to another since. `number`:
    of its workspace, from 1. `account`: the source's own, at its `provider`. `is_error`: it was opened by
    what could not be read. `triggered_by`: a webhook's id or a person. `is_told`: False: a rule says that nobody is to
    be told. `signalled_at`: when its latest signal arrived that was no recovery.
    """

    id: str
    alert_id: UUID
    workspace: str
    project: str
    routed: str
    key: str
    number: int
    title: str
    description: str = ""
    grade: Grade = Grade.NONE
    rule: str = ""
    image_url: str = ""
    resources: tuple[Resource, ...] = ()
    provider: str = ""
    account: str = ""
    info: Mapping[str, object] = field(default_factory=dict[str, object])
    urgency: Urgency
    is_error: bool = False
    assignee: str = ""
    policy: str
    is_told: bool = True
    triggered_by: str
    webhook_id: str = ""
    created_at: datetime
    updated_at: datetime
    signalled_at: datetime
    resolved_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended it."""
        return self.resolved_at is None


def default_policy(account_id: UUID, workspace: str) -> str:
    """The id of the policy of tickets that nobody gave another: each workspace has one."""
    return f"ep-{sha256(f'{account_id} {workspace}'.encode()).hexdigest()[:12]}"
