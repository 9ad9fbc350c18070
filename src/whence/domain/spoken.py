"""What came in otherwise than by a signal, in the words of signals. Its twin in SQL is in `store.signals`."""

import json
import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from whence.domain.event import Event, Kind
from whence.domain.identity import in_millis
from whence.domain.signal import SignalKind
from whence.domain.webhook import default_project, default_workspace

TICKETED: Final = frozenset({"signal", "ticket"})  # the calls of events that show a signal, or a ticket somebody opened
_ID: Final = re.compile(r"event-([0-9a-f]{32})")


def event_id_in(signal_id: str) -> UUID | None:
    """The event whose id as a signal this is; None: it is none of them."""
    found = _ID.fullmatch(signal_id)
    return UUID(hex=found[1]) if found else None


def in_words_of_signals(event: Event, account_id: UUID) -> dict[str, object]:
    """The event as a row of `domain.signal.FIELDS`."""
    kind = SignalKind.RECOVERY if event.kind is Kind.RECOVERY else SignalKind.ALERT
    return {
        "event_id": f"event-{event.id.hex}",
        "event_key": event.key or "",
        "event_type": kind.value,
        "title": event.title,
        "description": event.description,
        "severity": event.severity.value.upper(),
        "rule": event.type,
        "image_url": event.url,
        "resources": list(event.places.services),
        "provider": "",
        "account": "",
        "additional_info": _facts(event.properties),
        "raw_data": dict(event.properties),
        "resource": None,
        "domain_id": f"domain-{account_id.hex[-12:]}",
        "workspace_id": default_workspace(account_id),
        "project_id": default_project(account_id),
        "alert_id": f"alert-{event.alert_id.hex}" if event.alert_id else "",
        "webhook_id": "",
        "created_at": in_millis(event.received_at),
        "occurred_at": in_millis(event.span.start),
    }


def _facts(properties: Mapping[str, object]) -> dict[str, str]:
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in properties.items()}
