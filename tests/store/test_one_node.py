"""What is said to the database for a request is for one node of a cluster: the node that has the account.

The statements are those of real requests, taken down where they leave the store. Here they are explained by the
PostgreSQL of the tests; `make citus` runs the same on a cluster, where each must be one task.
"""

import os
import re
from collections.abc import Callable
from typing import Final

import httpx
import pytest

from tests.builders import ago
from tests.problems import settle
from tests.tenants import Tenant
from whence.domain.access import Right
from whence.store.pool import Pool, Reader, Writer

_CLUSTER: Final = os.environ.get("WHENCE_TEST_CITUS_URL", "")
_TABLE: Final = re.compile(r"\b(?:from|join|into|update)\s+(event|alert|problem|feed|entity|signal|ticket)\w*\b")
_ONE_TASK: Final = re.compile(r"Task Count: (\d+)")
_BY_COORDINATOR: Final = "INSERT/SELECT method: pull to coordinator"  # what it selects is our own arguments

_Said = dict[str, tuple[object, ...]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> _Said:
    """Each statement that was said while the test runs, with the arguments of the last time."""
    heard: _Said = {}

    def note(cls: type[Reader], name: str) -> None:
        real = getattr(cls, name)

        def noted(self: Reader, sql: str, *args: object) -> object:
            heard[sql] = args
            return real(self, sql, *args)

        monkeypatch.setattr(cls, name, noted)

    note(Reader, "rows")
    note(Reader, "row")
    note(Writer, "execute")
    return heard


async def test_a_request_asks_the_node_of_its_account(
    tenant: Tenant, client: Callable[[str | None], httpx.AsyncClient], pool: Pool, said: _Said
) -> None:
    """Sending, alerts from first to last, and reading: none of their statements looks at other accounts' rows."""
    http = client(await tenant.key(Right.ADMIN))
    await _send_and_read(http)
    await settle(tenant)
    await _read(http)
    hot = {sql: args for sql, args in said.items() if _TABLE.search(sql) and "account_id = $1" in sql}

    plans = {sql: await _explained(pool, sql, args) for sql, args in hot.items() if tenant.admin.account_id in args[:1]}

    assert len(plans) >= 25
    assert [sql for sql, plan in plans.items() if _CLUSTER and not _is_one_task(plan)] == []


def _is_one_task(plan: str) -> bool:
    counts = [int(count) for count in _ONE_TASK.findall(plan)]
    return all(count == 1 for count in counts) if counts else _BY_COORDINATOR in plan or "Citus" not in plan


async def _explained(pool: Pool, sql: str, args: tuple[object, ...]) -> str:
    async with pool.transaction() as db:
        rows = await db.rows(f"explain {sql}", *args)  # pyright: ignore[reportArgumentType]  a statement of the store
    return "\n".join(row[0] for row in rows)


async def _send_and_read(http: httpx.AsyncClient) -> None:
    entity = {"type": "SERVICE", "name": "shop", "cluster": "eu", "namespace": "web"}
    (await http.put("/v1/entities", json={"entities": [entity]})).raise_for_status()
    scope = {"scope": {"services": ["shop"]}}
    problem = {"type": "slow", "kind": "problem", "title": "slow", "source": "monitor", "key": "slow-shop", **scope}
    for key, body in enumerate((
        {"type": "deploy", "title": "v2", "source": "ci", **scope},
        {"type": "deploy", "title": "v3", "source": "ci", "id": "ci-3", **scope},
        problem,
        {**problem, "description": "still"},
    )):  # fmt: skip
        (await http.post("/v1/events", json=body, headers={"idempotency-key": f"k{key}"})).raise_for_status()
    await _read(http)
    (await http.post("/v1/events", json={**problem, "kind": "recovery"})).raise_for_status()


async def _read(http: httpx.AsyncClient) -> None:
    days = {"from": ago(days=20).isoformat()}
    entities = (await http.get("/v1/entities")).raise_for_status().json()["entities"]
    for path in (
        "/v1/events",
        "/v1/events/facets",
        "/v1/events/histogram",
        f"/v1/entities/{entities[0]['id']}/events",
        "/v1/alerts",
        "/v1/problems",
    ):
        answer = await http.get(path, params=days if "events" in path else {})
        assert answer.status_code == httpx.codes.OK, (path, answer.text)
