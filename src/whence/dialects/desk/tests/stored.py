"""What is stored of a push, as the core has it."""

from typing import Any

from tests.builders import asked
from tests.tenants import Tenant
from whence.dialects.desk import times
from whence.domain.event import Event


async def stored(tenant: Tenant) -> list[Event]:
    """Every event of the account, newest first."""
    return await tenant.found(asked())


async def facts(tenant: Tenant) -> dict[str, Any]:
    """The one event of the account, in the words that the tests compare."""
    (event,) = await stored(tenant)
    found = await tenant.house.context.timeline.require(tenant.admin, event.id)
    minutes = None
    if found.alert_id is not None:
        alert = await tenant.house.context.alerts.require(tenant.admin, found.alert_id)
        assert alert.expires_at is not None
        minutes = (alert.expires_at - alert.last_report_at).total_seconds() / 60
    return {
        "type": found.type,
        "kind": found.kind,
        "severity": found.severity,
        "title": found.title,
        "description": found.description,
        "source": found.source,
        "start": times.millis(found.span.start),
        "end": times.millis(found.span.end),
        "entity": found.scope.only_entity,
        "properties": dict(found.properties),
        "links": [(link.title, link.url) for link in found.links],
        "original": found.original,
        "minutes": minutes,
        "is_open": found.is_open,
    }
