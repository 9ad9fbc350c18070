"""Services, and what is beside them, with problems, which are there a moment after a monitor reports natively."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from tests.native.grouped import grouped
from tests.tenants import Tenant
from whence.domain.entity import Draft, Entity, Tag

_SHOP: Final[Mapping[str, Any]] = {"cluster": "eu-west", "namespace": "shop"}
LANDSCAPE: Final = (
    Draft(name="cart", tag="cart", tags=(Tag(key="lane"),), **_SHOP),
    Draft(name="ledger", tag="ledger", properties={"kind": "StatefulSet"}, **_SHOP),
    Draft(name="mail", tag="mail", cluster="eu-west", namespace="office"),
    Draft(name="cart", tag="north", cluster="eu-north", namespace="shop"),
    Draft(name="web-1", tag="web-1", type="HOST", cluster="eu-west"),
    Draft(name="data-0", tag="data-0", type="PERSISTENT_VOLUME_CLAIM", **_SHOP),
    Draft(name="nightly", tag="nightly", type="CRONJOB", **_SHOP),
    Draft(name="orders", tag="orders", type="DATABASE", **_SHOP),
    Draft(name="eu-west", tag="eu-west", type="CLUSTER"),
)


async def landscape(tenant: Tenant) -> dict[str, Entity]:
    """All of it, by tag."""
    return {entity.tag: entity for entity in await tenant.register(*LANDSCAPE)}


async def report(api: httpx.AsyncClient, kind: str, on: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  whatever JSON can say
    """The receipt of a report about the entity with that tag; what is said of it comes back under the same key."""
    said = {"kind": kind, "title": f"{on} fails", "key": on, "entities": [on], **more}
    answer = await api.post("/v1/events", json={name: value for name, value in said.items() if value is not None})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def troubles(api: httpx.AsyncClient, reports: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The ids of the problems that the reports are part of, by what they are about; all are sent before any is."""
    receipts = {on: await report(api, "problem", on, **more) for on, more in reports.items()}
    return {on: (await grouped(api, receipt["alert_id"]))["problem_id"] for on, receipt in receipts.items()}


async def trouble(api: httpx.AsyncClient, on: str, **more: Any) -> str:  # noqa: ANN401  whatever JSON can say
    """As `troubles`, of one report."""
    return (await troubles(api, {on: more}))[on]
