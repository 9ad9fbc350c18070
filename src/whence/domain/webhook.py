"""A door for what monitors post: who may, where it belongs, and how it is read."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

PATH: Final = "/monitoring/v1/webhook/{webhook_id}/{access_key}/events"  # where a payload is posted
RECEIVERS: Final = ("alertmanager", "grafana", "aws_sns", "direct")
_WINDOW: Final = "duplicate_event_time"
_LONGEST: Final = 100 * 366 * 86_400  # seconds: longer than anything is kept, and a timedelta still


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One webhook.

    `receiver`: one of `RECEIVERS`; any other text: the payload's shape tells. `version`, `upgrade_mode`, `metadata`,
    `tags`: the owner's, kept and not looked into, but for the window. `options`: how payloads are read. `requests`: how
    many came, of which `failures` could not be read, wholly or in part. `retention`: how old a report of its account
    may be, told where a payload is posted; None: as old as the installation says.
    """

    id: str
    account_id: UUID
    name: str
    receiver: str
    is_enabled: bool = True
    access_key: str = field(repr=False)
    version: str = ""
    upgrade_mode: str = "AUTO"
    options: Mapping[str, object] = field(default_factory=dict[str, object])
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    tags: Mapping[str, object] = field(default_factory=dict[str, object])
    workspace: str
    project: str
    requests: int = 0
    failures: int = 0
    created_at: datetime
    retention: timedelta | None = None

    @property
    def path(self) -> str:
        """Where its payloads are posted; whoever knows it may post."""
        return PATH.format(webhook_id=self.id, access_key=self.access_key)

    def opens_with(self, access_key: str) -> bool:
        """Whether this is its key; takes the same time for every key of one length."""
        return hmac.compare_digest(access_key.encode(), self.access_key.encode())

    @property
    def window(self) -> timedelta | None:
        """How long after the last signal of a condition another one is still of the same alert; None: for ever."""
        for given in (self.options, self.metadata):
            seconds = given.get(_WINDOW)
            if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds == seconds // 1:
                return None if seconds < 0 else timedelta(seconds=min(seconds, _LONGEST))
        return None


def default_workspace(account_id: UUID) -> str:
    """The workspace of an account that names none."""
    return f"workspace-{account_id.hex[-12:]}"


def default_project(account_id: UUID) -> str:
    """The project of an account that names none."""
    return f"project-{account_id.hex[-12:]}"
