"""What an account wants done to signals before they move an alert: rules, each with conditions and actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from whence.domain.ticket import Urgency

FIELDS: Final = (
    "title", "description", "rule", "severity", "resource", "account", "webhook_id", "project_id",
    "event_key", "event_type", "provider", "resources",
)  # fmt: skip
INFO: Final = "additional_info."  # and behind it the name of a fact


class Comparison(StrEnum):
    """How a condition compares: exactly, or as part of the text whatever the case."""

    EQ = "eq"
    CONTAIN = "contain"
    NOT = "not"
    NOT_CONTAIN = "not_contain"


class Policy(StrEnum):
    """Which of its conditions must hold for a rule to act."""

    ALL = "ALL"
    ANY = "ANY"
    ALWAYS = "ALWAYS"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCondition:
    """A test of one of `FIELDS`, or of a fact (`additional_info.<name>`)."""

    field: str
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What a rule does; empty ones do nothing. `match` is kept and has no effect. `silences`: nobody is told."""

    assignee: str = ""
    urgency: Urgency | None = None
    project: str = ""
    policy: str = ""
    match: Mapping[str, str] = field(default_factory=dict[str, str])
    info: Mapping[str, object] = field(default_factory=dict[str, object])
    silences: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a workspace, or of one of its projects (`project` not empty); `position` counts from 1 in each.

    `stops`: when it acts, no later rule does.
    """

    id: str
    workspace: str
    project: str = ""
    position: int
    name: str = ""
    policy: Policy
    conditions: tuple[RuleCondition, ...] = ()
    actions: Actions
    stops: bool = False
    tags: Mapping[str, object] = field(default_factory=dict[str, object])
    created_at: datetime
