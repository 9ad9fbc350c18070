"""What the vendor's service does wrong and this one does not, as far as no other test here says so.

The tests of what is meant name the row, too: `[20.7]`. Those of the query language are in `tests/query/` and beside the
readers of queries. Source: Cloudforet contract 20.
"""

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.spoken import DISK, Hook, Speaker, domain, refusal


@pytest.mark.parametrize("prefix", ["/monitoring/v1", "/monitoring"])
async def test_the_published_list_is_answered(owner: Speaker, direct: Hook, tenant: Tenant, prefix: str) -> None:
    """[20.3, 20.4] With the domain in the request, and at both paths."""
    await direct.post(DISK)

    answer = await owner.client.post(f"{prefix}/event/list", json={"query": {}, "domain_id": domain(tenant)})

    assert (answer.status_code, answer.json()["total_count"]) == (200, 1)


async def test_the_published_get_is_no_json(owner: Speaker) -> None:
    """[6, 20.6] A caller's mistake is theirs."""
    answer = await owner.client.post("/monitoring/v1/event/get", content=b'{"event_id": "event-7c1e0a94b2d3",}')

    assert refusal(answer) == (400, "ERROR_UNKNOWN", "JSON Parsing Error: Request body requires JSON format.")


@pytest.mark.parametrize("name", ["event", "alert", "webhook", "event-rule", "project-alert-config"])
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (
            {"filter": [{"k": "title", "v": "x", "o": "resembles"}]},
            "Filter operator is not supported. (operator = resembles)",
        ),
        ({"filter": [{"v": "x", "o": "eq"}]}, "Filter condition should have key, value and operator."),
        ({"filter": [{"k": "colour", "v": "x", "o": "eq"}]}, 'Cannot resolve field "colour"'),
        ({"only": ["colour"]}, 'Cannot resolve field "colour"'),
    ],
)
async def test_a_query_at_fault_is_the_callers(
    owner: Speaker, name: str, query: dict[str, object], reason: str
) -> None:
    """[20.6] In every list, in the same words."""
    assert await owner.refused(f"{name}/list", query=query) == (
        400, "ERROR_DB_QUERY", f"Database query failed. (reason = {reason})",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["event", "alert", "webhook", "event-rule", "project-alert-config"])
@pytest.mark.parametrize("member", [{"lookup": [{"from": "event"}]}, {"add_fields": {"x": "$title"}}])
async def test_nothing_of_a_query_reaches_the_database_as_it_is(
    owner: Speaker, name: str, member: dict[str, object]
) -> None:
    """[20.20]."""
    status, code, message = await owner.refused(f"{name}/list", query=member)

    assert (status, code) == (400, "ERROR_INVALID_PARAMETER")
    assert message.endswith("reason = Not supported.)")
