"""Problems: reported, and there a moment after; what a test waits for, and how long at most."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import httpx

from tests.builders import ago, draft
from tests.tenants import Tenant

Json = dict[str, Any]

PATIENCE: Final = 60.0  # seconds: on a busy machine, too


async def until(read: Callable[[], Awaitable[Json]], holds: Callable[[Json], bool]) -> Json:
    """What is read, as soon as it holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds(found := await read()):
            await asyncio.sleep(0.02)
    return found


async def got(api: httpx.AsyncClient, path: str) -> Json:
    """What is at the path."""
    response = await api.get(path)
    assert response.status_code == 200, response.text
    return response.json()


async def grouped(api: httpx.AsyncClient, alert_id: str) -> Json:
    """The alert, when it is part of a problem."""
    return await until(lambda: got(api, f"/v1/alerts/{alert_id}"), lambda alert: alert["problem_id"] is not None)


async def silenced(api: httpx.AsyncClient, alert_id: str) -> Json:
    """The alert, when it is known to be in none."""
    return await until(lambda: got(api, f"/v1/alerts/{alert_id}"), lambda alert: alert["silenced_by"] is not None)


async def problem(api: httpx.AsyncClient, *alert_ids: str) -> Json:
    """The problem of the alerts, when it has all of them and its causes were looked for."""

    async def read() -> Json:
        alerts = [await got(api, f"/v1/alerts/{alert_id}") for alert_id in alert_ids]
        (problem_id, *others) = {alert["problem_id"] for alert in alerts}
        return {} if others or problem_id is None else await got(api, f"/v1/problems/{problem_id}")

    def is_whole(found: Json) -> bool:
        return bool(found) and found["explained_at"] is not None and found["explained_at"] >= found["updated_at"]

    return await until(read, is_whole)


def text(at: datetime) -> str:
    """The instant as the API writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def reported(api: httpx.AsyncClient, title: str, **given: object) -> Json:
    """The receipt of a problem, whose key is its title."""
    said = {"kind": "problem", "severity": "error", "key": title, "timeout_minutes": 600, "title": title, **given}
    response = await api.post("/v1/events", json=said)
    assert response.status_code == 201, response.text
    return response.json()


async def made(api: httpx.AsyncClient, title: str = "Orders fail", **given: object) -> Json:
    """The problem of one alert."""
    return await problem(api, (await reported(api, title, **given))["alert_id"])


async def close(api: httpx.AsyncClient, name: str, body: object = None) -> Json:
    """The problem after somebody closed it."""
    response = await api.post(f"/v1/problems/{name}/close", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def say(api: httpx.AsyncClient, name: str, comment: str) -> Json:
    """The comment."""
    response = await api.post(f"/v1/problems/{name}/comments", json={"comment": comment})
    assert response.status_code == 201, response.text
    return response.json()


async def listed(api: httpx.AsyncClient, **query: object) -> list[Json]:
    """The problems of a page."""
    response = await api.get("/v1/problems", params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    return response.json()["problems"]


async def bridged(api: httpx.AsyncClient, tenant: Tenant) -> tuple[Json, Json]:
    """Two problems of one service, too far apart, until an alert comes late that lies between: now they are one."""
    await tenant.register(draft("shop", tag="shop"))
    for n in (20, 12):
        await made(api, str(n), entities=["shop"], time=text(ago(minutes=n)))
    await reported(api, "between", entities=["shop"], time=text(ago(minutes=16)))
    whole = await until(lambda: got(api, "/v1/problems/P-1"), lambda found: found["alert_count"] == 3)
    return whole, await got(api, "/v1/problems/P-2")
