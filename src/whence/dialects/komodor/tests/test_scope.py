"""Which services an event concerns: the contract's worked example, whoever came first."""

from itertools import product
from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.domain.entity import Draft

TWENTY = [
    Draft(name=name, cluster=cluster, namespace=namespace) for cluster, namespace, name in product("AB", "CD", "12345")
]
CASES: list[tuple[str, dict[str, Any] | None, set[str]]] = [
    ("none", None, {"".join(p) for p in product("AB", "CD", "12345")}),
    ("cluster A", {"clusters": ["A"]}, {"".join(p) for p in product("A", "CD", "12345")}),
    ("namespace C", {"namespaces": ["C"]}, {"".join(p) for p in product("AB", "C", "12345")}),
    (
        "services 1, 2, 3",
        {"servicesNames": ["1", "2", "3"]},
        {"".join(p) for p in product("AB", "CD", "123")},
    ),
    (
        "cluster B, namespace D",
        {"clusters": ["B"], "namespaces": ["D"]},
        {"".join(p) for p in product("B", "D", "12345")},
    ),
    ("namespace C, service 5", {"namespaces": ["C"], "servicesNames": ["5"]}, {"AC5", "BC5"}),
    ("clusters A, B", {"clusters": ["A", "B"]}, {"".join(p) for p in product("AB", "CD", "12345")}),
    (
        "namespaces C, D, service 4",
        {"namespaces": ["C", "D"], "servicesNames": ["4"]},
        {"AC4", "AD4", "BC4", "BD4"},
    ),
    (
        "cluster A, namespace D, service 2",
        {"clusters": ["A"], "namespaces": ["D"], "servicesNames": ["2"]},
        {"AD2"},
    ),
    (
        "cluster A and blanks",
        {"clusters": ["A"], "namespaces": [""], "servicesNames": []},
        {"".join(p) for p in product("A", "CD", "12345")},
    ),
    ("services 5, 9", {"servicesNames": ["5", "9"]}, {"AC5", "AD5", "BC5", "BD5"}),
    ("numbers as names", {"servicesNames": [5]}, {"AC5", "AD5", "BC5", "BD5"}),
    ("cluster Q", {"clusters": ["Q"]}, set()),
    ("another case", {"clusters": ["a"]}, set()),
    ("a pattern", {"servicesNames": ["*", "%", "[1-5]"]}, set()),
]
cases = pytest.mark.parametrize(("scope", "matched"), [pytest.param(s, m, id=i) for i, s, m in CASES])


async def post(komodor: AsyncClient, scope: dict[str, Any] | None) -> tuple[str, str]:
    """Create an event of the scope; its id, and `X-Scope-Matched`."""
    body = {"eventType": "note", "summary": "something happened", "scope": scope}
    answer = await komodor.post("/mgmt/v1/events", json=body)
    assert answer.status_code == 201, answer.text
    return answer.headers["x-event-id"], answer.headers["x-scope-matched"]


async def concerned(komodor: AsyncClient, event_id: str) -> set[str]:
    """Those of the twenty services on whose timeline the event is."""
    found: set[str] = set()
    for cluster, namespace, service in product("AB", "CD", "12345"):
        place = {"cluster": cluster, "namespace": namespace, "service": service, "kind": "Deployment"}
        answer = await komodor.post(
            "/api/v2/services/k8s-events/search", json={"scope": place, "props": {"type": "custom"}}
        )
        assert answer.status_code == 200, answer.text
        if any(row["link"].endswith(event_id) for row in answer.json()["data"]["events"]):
            found.add(cluster + namespace + service)
    return found


@cases
async def test_services_that_are_there_are_matched(
    komodor: AsyncClient, tenant: Tenant, scope: dict[str, Any] | None, matched: set[str]
) -> None:
    """[5] The count in the header, the event on exactly the right timelines, and the count read back."""
    await tenant.register(*TWENTY)

    event_id, header = await post(komodor, scope)

    assert header == f"{len(matched)}/20"
    assert await concerned(komodor, event_id) == matched
    read = (await komodor.get(f"/mgmt/v1/events/{event_id}")).json()["matched"]
    assert (read["count"], read["of"]) == (len(matched), 20)
    assert {s["cluster"] + s["namespace"] + s["service"] for s in read["sample"]} <= matched
    assert len(read["sample"]) == min(len(matched), 10)


@cases
async def test_services_that_come_tomorrow_are_matched(
    komodor: AsyncClient, tenant: Tenant, scope: dict[str, Any] | None, matched: set[str]
) -> None:
    """[5] The scope is resolved when it is read."""
    event_id, header = await post(komodor, scope)
    assert header == "0/0"

    await tenant.register(*TWENTY)

    read = (await komodor.get(f"/mgmt/v1/events/{event_id}")).json()["matched"]
    assert (read["count"], read["of"]) == (len(matched), 20)
    assert await concerned(komodor, event_id) == matched


async def test_two_services_of_one_place_and_different_kind_both_match(komodor: AsyncClient, tenant: Tenant) -> None:
    """[5] A name is a name, whatever runs under it."""
    await tenant.register(
        Draft(name="cart", cluster="A", namespace="C", tag="a", properties={"kind": "Deployment"}),
        Draft(name="cart", cluster="A", namespace="C", tag="b", properties={"kind": "StatefulSet"}),
    )

    event_id, header = await post(komodor, {"servicesNames": ["cart"]})

    assert header == "2/2"
    assert (await komodor.get(f"/mgmt/v1/events/{event_id}")).json()["matched"]["count"] == 2


async def test_a_scope_of_very_many_combinations_matches_exactly(komodor: AsyncClient, tenant: Tenant) -> None:
    """Wider index keys are rechecked: 40 x 40 x 2 names, two services meant, one near miss."""
    await tenant.register(
        Draft(name="cart", cluster="c1", namespace="n1"),
        Draft(name="ledger", cluster="c39", namespace="n39"),
        Draft(name="cart", cluster="c1", namespace="elsewhere"),
    )

    scope = {
        "clusters": [f"c{n}" for n in range(40)],
        "namespaces": [f"n{n}" for n in range(40)],
        "servicesNames": ["cart", "ledger"],
    }
    event_id, header = await post(komodor, scope)

    assert header == "2/3"
    assert (await komodor.get(f"/mgmt/v1/events/{event_id}")).json()["matched"]["count"] == 2
