"""From the house's values to this dialect's rows and messages. Pure. Source: Cloudforet contract 5, 15-18."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from whence.dialects.cloudforet.vocabulary import PLUGIN_OF, domain_id
from whence.domain.project import Project
from whence.domain.query.field import FieldType, Schema
from whence.domain.rule import Actions, Rule
from whence.domain.ticket import default_policy
from whence.domain.webhook import Webhook

_TEXT, _TIME, _JSON = FieldType.TEXT, FieldType.TIME, FieldType.JSON
_NUMBER, _TRUTH = FieldType.NUMBER, FieldType.TRUTH

WEBHOOK: Final[Schema] = {
    "webhook_id": _TEXT, "name": _TEXT, "state": _TEXT, "access_key": _TEXT, "webhook_url": _TEXT,
    "capability": _JSON, "plugin_info": _JSON, "tags": _JSON, "requests": _JSON,
    "domain_id": _TEXT, "workspace_id": _TEXT, "project_id": _TEXT, "created_at": _TIME,
}  # fmt: skip
EVENT_RULE: Final[Schema] = {
    "event_rule_id": _TEXT, "name": _TEXT, "order": _NUMBER, "conditions": _JSON, "conditions_policy": _TEXT,
    "actions": _JSON, "options": _JSON, "tags": _JSON, "resource_group": _TEXT,
    "domain_id": _TEXT, "workspace_id": _TEXT, "project_id": _TEXT, "created_at": _TIME,
}  # fmt: skip
PROJECT_ALERT_CONFIG: Final[Schema] = {
    "project_id": _TEXT, "options": _JSON, "escalation_policy_info": _JSON, "escalation_policy_id": _TEXT,
    "domain_id": _TEXT, "workspace_id": _TEXT, "created_at": _TIME,
}  # fmt: skip
ESCALATION_POLICY: Final[Schema] = {
    "escalation_policy_id": _TEXT, "name": _TEXT, "is_default": _TRUTH, "rules": _JSON, "repeat_count": _NUMBER,
    "finish_condition": _TEXT, "resource_group": _TEXT, "project_id": _TEXT, "tags": _JSON,
    "workspace_id": _TEXT, "domain_id": _TEXT, "created_at": _TIME,
}  # fmt: skip


def message(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as a message: what is empty is left out, as proto3 does; an object stays, also an empty one."""
    return {name: value for name, value in row.items() if isinstance(value, Mapping) or value}


def webhook(webhook: Webhook, *, base_url: str, masked: bool) -> dict[str, Any]:
    """The row of a webhook; `masked`: without what lets one post to it."""
    requests = {"total": webhook.requests, "error": webhook.failures}
    return {
        "webhook_id": webhook.id,
        "name": webhook.name,
        "state": "ENABLED" if webhook.is_enabled else "DISABLED",
        "access_key": "" if masked else webhook.access_key,
        "webhook_url": "" if masked else base_url + webhook.path,
        "capability": {},
        "plugin_info": message(
            {
                "plugin_id": PLUGIN_OF.get(webhook.receiver, webhook.receiver),
                "version": webhook.version,
                "options": webhook.options,
                "metadata": webhook.metadata,
                "upgrade_mode": webhook.upgrade_mode,
            }
        ),
        "tags": webhook.tags,
        "requests": {name: count for name, count in requests.items() if count},
        "domain_id": domain_id(webhook.account_id),
        "workspace_id": webhook.workspace,
        "project_id": webhook.project,
        "created_at": webhook.created_at,
    }


def event_rule(rule: Rule, *, domain: str) -> dict[str, Any]:
    """The row of a rule."""
    return {
        "event_rule_id": rule.id,
        "name": rule.name,
        "order": rule.position,
        "conditions": [{"key": c.field, "value": c.value, "operator": c.comparison.value} for c in rule.conditions],
        "conditions_policy": rule.policy.value,
        "actions": _actions(rule.actions),
        "options": {"stop_processing": True} if rule.stops else {},
        "tags": rule.tags,
        "resource_group": "PROJECT" if rule.project else "WORKSPACE",
        "domain_id": domain,
        "workspace_id": rule.workspace,
        "project_id": rule.project,
        "created_at": rule.created_at,
    }


def project_alert_config(project: Project, policy: Mapping[str, Any], *, domain: str, recovers: bool) -> dict[str, Any]:
    """The row of a project's settings; `recovers`: what the installation does where the project does not say."""
    own = recovers if project.recovers is None else project.recovers
    return {
        "project_id": project.id,
        "options": {
            "notification_urgency": "HIGH_ONLY" if project.only_high else "ALL",
            "recovery_mode": "AUTO" if own else "MANUAL",
        },
        "escalation_policy_info": {name: policy[name] for name in ("escalation_policy_id", "name", "is_default")},
        "escalation_policy_id": policy["escalation_policy_id"],
        "domain_id": domain,
        "workspace_id": project.workspace,
        "created_at": project.created_at,
    }


def escalation_policy(workspace: str, since: datetime, *, account_id: UUID) -> dict[str, Any]:
    """The row of a workspace's policy: each has one, which nobody makes and nobody removes."""
    return {
        "escalation_policy_id": default_policy(account_id, workspace),
        "name": "Default",
        "is_default": True,
        "rules": [{"notification_level": "ALL"}],
        "repeat_count": 0,
        "finish_condition": "ACKNOWLEDGED",
        "resource_group": "WORKSPACE",
        "project_id": "",
        "tags": {},
        "workspace_id": workspace,
        "domain_id": domain_id(account_id),
        "created_at": since,
    }


def _actions(actions: Actions) -> dict[str, Any]:
    """What the rule does, and nothing of what it does not."""
    return {
        name: value
        for name, value in (
            ("change_assignee", actions.assignee),
            ("change_urgency", actions.urgency.value if actions.urgency else ""),
            ("change_project", actions.project),
            ("change_escalation_policy", actions.policy),
            ("match_service_account", dict(actions.match)),
            ("add_additional_info", dict(actions.info)),
            ("no_notification", actions.silences),
        )
        if value
    }
