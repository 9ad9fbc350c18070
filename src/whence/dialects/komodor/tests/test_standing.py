"""How services stand in the list of them: `status` and `lastIssue`, from a monitor's report to its recovery."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import AsyncClient

from tests.native.grouped import problem, until
from tests.tenants import MakeTenant, Tenant
from whence.dialects.komodor.tests.test_create import EVENTS
from whence.dialects.komodor.tests.test_services_search import PATH, names
from whence.dialects.komodor.tests.troubled import landscape, report, trouble, troubles
from whence.domain.access import Right, Sees
from whence.domain.entity import Draft, RelationKind
from whence.registry import Named

NOW = int(datetime.now(UTC).timestamp())
CART, LEDGER, MAIL, NORTH = "eu-west/shop/cart", "eu-west/shop/ledger", "eu-west/office/mail", "eu-north/shop/cart"
ALL = {CART, LEDGER, MAIL, NORTH}


def at(seconds_ago: int) -> str:
    """The instant that long before the tests began, as the native API reads it."""
    return datetime.fromtimestamp(NOW - seconds_ago, UTC).isoformat()


async def services(komodor: AsyncClient, **body: object) -> dict[str, dict[str, Any]]:
    """The services that a search finds, by `cluster/namespace/service`."""
    answer = await komodor.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    return {place: row for row in answer.json()["data"]["services"] for place in names([row])}


async def unhealthy(komodor: AsyncClient) -> set[str]:
    """Those that a search for them finds; the list of all says the same of each."""
    found = set(await services(komodor, status="unhealthy"))
    every = await services(komodor)
    assert {place for place, row in every.items() if row["status"] == "unhealthy"} == found
    assert set(await services(komodor, status="healthy")) == set(every) - found
    return found


@pytest.mark.parametrize(
    "on",
    [
        {},
        {"entities": None, "scope": {"clusters": ["eu-west"], "namespaces": ["shop"], "services": ["cart"]}},
        {"entities": None, "match": [{"types": ["SERVICE"], "tags": [{"key": "lane"}]}]},
    ],
)
async def test_a_service_is_unhealthy_while_a_problem_is_open_on_it(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant, on: dict[str, Any]
) -> None:
    """[7.2] However the monitor names it; its last issue stays when it is healthy again."""
    await landscape(tenant)
    assert await unhealthy(komodor) == set()

    await trouble(api, "cart", title="cart is down", type="slo", time=at(120), **on)
    while_open = await services(komodor)
    assert await unhealthy(komodor) == {CART}
    await report(api, "recovery", "cart", time=at(60), **on)
    healthy = await until(lambda: services(komodor, status="healthy"), lambda found: set(found) == ALL)

    expected = {
        "startTime": NOW - 120,
        "reasons": ["Other"],
        "errorMessage": "cart is down",
        "reason": "slo",
        "podStatus": "",
    }
    for row in (while_open[CART], healthy[CART]):
        assert {name: value for name, value in row["lastIssue"].items() if name != "insights"} == expected
    assert await unhealthy(komodor) == set()
    assert not any("lastIssue" in row for place, row in while_open.items() if place != CART)


async def test_the_last_issue_is_the_newest_and_the_status_that_of_any(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.2] A later problem that is over does not make a service healthy."""
    await landscape(tenant)
    lasting = {"title": "lasting", "key": "lasting", "time": at(20_000), "timeout_minutes": 600}
    await trouble(api, "ledger", **lasting)
    await trouble(api, "ledger", title="short", time=at(600), end_time=at(300))

    found = await services(komodor)

    assert (found[LEDGER]["status"], found[LEDGER]["lastIssue"]["errorMessage"]) == ("unhealthy", "short")


async def test_what_else_a_problem_affects_is_no_service(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.2] A host's problem is not that of what runs on it, nor is what the whole account suffers from."""
    known = await landscape(tenant)
    runs_on = Named(source=known["cart"].id, target=known["web-1"].id, kind=RelationKind.RUNS_ON)
    await tenant.house.context.registry.relate(tenant.admin, [runs_on])
    await troubles(api, {"web-1": {}, "everything": {"entities": None}})

    assert await unhealthy(komodor) == set()
    assert not any("lastIssue" in row for row in (await services(komodor)).values())


async def test_the_insights_say_what_is_likely_at_fault(komodor: AsyncClient, api: AsyncClient, tenant: Tenant) -> None:
    """[7.2] The reasons of the problem's first cause, with the name of what that is."""
    known = await landscape(tenant)
    calls = Named(source=known["cart"].id, target=known["ledger"].id, kind=RelationKind.CALLS)
    await tenant.house.context.registry.relate(tenant.admin, [calls])
    sent = [
        await report(api, "problem", "ledger", severity="critical", time=at(120)),
        await report(api, "problem", "cart", severity="error", time=at(90)),
    ]
    explained = await problem(api, *(receipt["alert_id"] for receipt in sent))

    found = await services(komodor)

    first = explained["causes"][0]
    assert explained["likely"]
    assert found[CART]["lastIssue"] == found[LEDGER]["lastIssue"]
    assert found[CART]["lastIssue"]["insights"] == [f"ledger: {reason['text']}" for reason in first["reasons"]]


async def test_services_are_found_by_the_reasons_of_their_last_issue(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.2] Upstream's categories are types of alerts here, however those are written; all else is `Other`."""
    await landscape(tenant)
    types = {"cart": "OOMKilled", "ledger": "BACK_OFF", "mail": "slo"}
    await troubles(api, {tag: {"type": event_type} for tag, event_type in types.items()})

    async def by(*categories: str) -> dict[str, list[str]]:
        found = await services(komodor, issueReasonCategory=categories)
        return {place: row["lastIssue"]["reasons"] for place, row in found.items()}

    assert await by("OOMKilled") == {CART: ["OOMKilled"]}
    assert await by("BackOff", "Other") == {LEDGER: ["BackOff"], MAIL: ["Other"]}
    assert await by("Image") == {}
    page = await komodor.post(PATH, json={"issueReasonCategory": ["OOMKilled", "Other"], "pagination": {"pageSize": 1}})
    assert (len(page.json()["data"]["services"]), page.json()["meta"]) == (1, {"pageSize": 1})


async def test_pages_of_unhealthy_services_follow_each_other(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.2] Each once; `token` only while there is more."""
    tags = [f"s{n}" for n in range(7)]
    await tenant.register(*(Draft(name=tag, tag=tag, cluster="a") for tag in tags))
    await troubles(api, {tag: {} for tag in tags[:5]})
    seen: list[str] = []
    pagination: dict[str, Any] = {"pageSize": 2}
    while True:
        page = (await komodor.post(PATH, json={"status": "unhealthy", "pagination": pagination})).json()
        seen += [row["service"] for row in page["data"]["services"]]
        if "token" not in page["meta"]:
            break
        pagination["token"] = page["meta"]["token"]

    assert sorted(seen) == tags[:5]


@pytest.mark.parametrize("sees", list(Sees))
async def test_problems_are_the_accounts(
    anonymous: AsyncClient, api: AsyncClient, tenant: Tenant, account: MakeTenant, sees: Sees
) -> None:
    """Who may read events sees how services stand, whatever dialect said so; another account's stand by themselves."""
    await landscape(tenant)
    elsewhere = await account()
    await landscape(elsewhere)
    await trouble(api, "cart")

    anonymous.headers["x-api-key"] = await tenant.key(Right.READ_ENTITIES, Right.READ_EVENTS, sees=sees)
    assert await unhealthy(anonymous) == {CART}
    anonymous.headers["x-api-key"] = await elsewhere.key(Right.ADMIN, sees=sees)
    assert await unhealthy(anonymous) == set()


async def test_without_the_right_to_read_events_nothing_is_known(
    anonymous: AsyncClient, komodor: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """A list of services tells nobody about events or problems: their status is unknown."""
    await landscape(tenant)
    await trouble(api, "cart", type="OOMKilled")
    await komodor.post(EVENTS, json={"eventType": "deploy", "summary": "v1"})
    anonymous.headers["x-api-key"] = await tenant.key(Right.READ_ENTITIES)

    found = await services(anonymous)

    assert set(found) == set(await services(anonymous, status="unknown")) == ALL
    assert {row["status"] for row in found.values()} == {"unknown"}
    assert not any({"lastIssue", "lastDeploy"} & set(row) for row in found.values())
    assert await services(anonymous, status="unhealthy") == {}
    assert await services(anonymous, status="healthy") == {}
    assert await services(anonymous, issueReasonCategory=["OOMKilled"]) == {}
