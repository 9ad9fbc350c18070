"""Signals, webhooks and rules with defaults: a test names what it is about, and nothing else."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tests.builders import NOW
from whence.domain.delivery import Delivery, Payload
from whence.domain.rule import Actions, Comparison, Policy, Rule, RuleCondition
from whence.domain.signal import Signal
from whence.domain.webhook import Webhook

ACCOUNT: Final = UUID(int=7)
PAYLOAD: Final = Payload(id=UUID(int=8), text="{}")


def webhook(**given: Any) -> Webhook:  # noqa: ANN401  a builder takes what the value does
    """A webhook of a project."""
    defaults: dict[str, Any] = {
        "id": "webhook-1", "account_id": ACCOUNT, "name": "monitor", "receiver": "direct", "access_key": "k",
        "workspace": "w", "project": "p", "created_at": NOW,
    }  # fmt: skip
    return Webhook(**{**defaults, **given})


def signal(**given: Any) -> Signal:  # noqa: ANN401  a builder takes what the value does
    """A signal that a disk is full."""
    defaults: dict[str, Any] = {"key": "disk", "title": "Disk 91% on db1"}
    return Signal(**{**defaults, **given})


def delivery(said: Signal | None = None, through: Webhook | None = None) -> Delivery:
    """The signal on its way in."""
    return Delivery(
        signal=said or signal(),
        webhook=through or webhook(),
        payload=PAYLOAD,
        counts=True,
        failed=False,
        recovers=False,
    )


def condition(field: str, comparison: str, value: str) -> RuleCondition:
    """A test of a signal."""
    return RuleCondition(field=field, comparison=Comparison(comparison), value=value)


def rule(*conditions: RuleCondition, created_at: datetime = NOW, **given: Any) -> Rule:  # noqa: ANN401  the same
    """A rule of the project that acts when all of the conditions hold; `actions` as keywords of `Actions`."""
    actions = Actions(**given.pop("actions", {}))
    defaults: dict[str, Any] = {
        "id": "er-1", "workspace": "w", "project": "p", "position": 1,
        "policy": Policy.ALL if conditions else Policy.ALWAYS, "conditions": conditions,
    }  # fmt: skip
    return Rule(actions=actions, created_at=created_at, **{**defaults, **given})
