"""Problems as the tests make them: events are pushed, and grouped a moment after."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from httpx import AsyncClient

from tests.problems import settle
from tests.tenants import Tenant
from whence.dialects.desk.tests.pushing import ORDERS, pushed
from whence.domain.entity import Draft, Tag

V1: Final = "/api/v1/problem"
V2: Final = "/api/v2/problems"
PATIENCE: Final = 60.0  # seconds: on a busy machine, too
BACKLOG: Final[Mapping[str, Any]] = {
    "eventType": "ERROR_EVENT",
    "title": "Queue backlog over limit",
    "description": "15,000 messages wait",
    "source": "batch-runner",
    "timeoutMinutes": 30,
    "attachRules": {"entityIds": [ORDERS]},
    "customProperties": {"queue": "orders"},
}
"""The event of the contract's examples."""
APP: Final = Tag(context="KUBERNETES", key="app", value="orders")

Json = dict[str, Any]


async def known(tenant: Tenant) -> None:
    """The entity of the contract's examples is registered."""
    await tenant.register(Draft(id=ORDERS, name="orders", tags=(APP,)))


async def got(desk: AsyncClient, path: str, **query: Any) -> Json:  # noqa: ANN401  of a query
    """What is at the path."""
    answer = await desk.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def until(read: Callable[[], Awaitable[Json]], holds: Callable[[Json], bool]) -> Json:
    """What is read, as soon as it holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds(found := await read()):
            await asyncio.sleep(0.02)
    return found


async def feed(desk: AsyncClient, **query: Any) -> list[Json]:  # noqa: ANN401  of a query
    """The problems of a feed."""
    return (await got(desk, f"{V1}/feed", **query))["result"]["problems"]


async def details(desk: AsyncClient, problem_id: str) -> Json:
    """One problem, by the first version."""
    return (await got(desk, f"{V1}/details/{problem_id}"))["result"]


async def opened(desk: AsyncClient, tenant: Tenant, *bodies: Mapping[str, Any]) -> list[str]:
    """The ids of the problems that the events are part of, in their order."""
    sent = [(await pushed(desk, body))["storedCorrelationIds"][0] for body in bodies]
    await settle(tenant)
    return [(await feed(desk, correlationId=correlation_id))[0]["id"] for correlation_id in sent]


async def explained(desk: AsyncClient, problem_id: str) -> Json:
    """The problem, when it is known who is at fault."""
    return await until(lambda: details(desk, problem_id), lambda found: found["hasRootCause"])


async def closed(desk: AsyncClient, tenant: Tenant, body: Mapping[str, Any]) -> None:
    """The open event of the body is over, and its problem knows."""
    correlation_id = (await pushed(desk, body))["storedCorrelationIds"][0]
    answer = await desk.post(f"/api/v1/events/{correlation_id}/close")
    assert answer.status_code == 200, answer.text
    await settle(tenant)
