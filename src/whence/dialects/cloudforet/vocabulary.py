"""The words of this dialect: its name, the ids of its plugins, and how an account's ids look."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

NAME: Final = "cloudforet"
MOST_ID: Final = 40  # characters of a workspace's or a project's id: contract 1.14

# Contract 14. What is named otherwise is told by the shape of what it is posted.
RECEIVER_OF: Final[Mapping[str, str]] = {
    "plugin-prometheus-mon-webhook": "alertmanager",
    "plugin-grafana-mon-webhook": "grafana",
    "plugin-aws-sns-mon-webhook": "aws_sns",
    "plugin-api-direct-mon-webhook": "direct",
}
PLUGIN_OF: Final[Mapping[str, str]] = {receiver: plugin for plugin, receiver in RECEIVER_OF.items()}


def domain_id(account_id: UUID) -> str:
    """The account as this dialect names it."""
    return f"domain-{account_id.hex[-12:]}"
