"""`?dryRun=true`: everything but storing."""

from itertools import product

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.komodor.tests.test_create import EVENTS, GOOD, faults
from whence.domain.entity import Draft


async def test_a_rehearsal_says_what_would_be(komodor: AsyncClient, tenant: Tenant) -> None:
    """[9.4] 200, not 201; the names that lead nowhere; nothing is stored."""
    await tenant.register(
        Draft(name="cart", cluster="eu-west", namespace="shop"),
        Draft(name="ledger", cluster="eu-west", namespace="shop"),
    )
    body = {
        "eventType": "feature-flag",
        "summary": "on",
        "severity": "Warning",
        "scope": {"clusters": ["eu-west", "mars"], "serviceNames": ["crat"], "namespaces": ["shop", "böse"]},
    }

    answer = await komodor.post(f"{EVENTS}?dryRun=true", json=body)

    spelling = "scope.serviceNames read as scope.servicesNames"
    assert answer.status_code == 200
    assert answer.json() == {
        "dryRun": True,
        "event": {
            "eventType": "feature-flag",
            "severity": "warning",
            "scope": {
                "clusters": ["eu-west", "mars"],
                "servicesNames": ["crat"],
                "namespaces": ["shop", "böse"],
            },
        },
        "matched": {"count": 0, "of": 2, "services": []},
        "warnings": [
            spelling,
            "no cluster is called mars",
            "no namespace is called böse",
            "no service is called crat",
        ],
    }
    assert answer.headers.get_list("x-whence-warning") == [spelling]
    assert "x-event-id" not in answer.headers
    assert (await komodor.get(EVENTS)).json()["events"] == []


async def test_a_rehearsal_shows_at_most_a_hundred_services(komodor: AsyncClient, tenant: Tenant) -> None:
    """[9.4] And counts them all."""
    await tenant.register(
        *(Draft(name=f"s{a}{b}", cluster="a", namespace="b") for a, b in product(range(11), repeat=2))
    )

    answer = await komodor.post(f"{EVENTS}?dryRun=true", json=GOOD)

    matched = answer.json()["matched"]
    assert (matched["count"], matched["of"], len(matched["services"])) == (121, 121, 100)
    assert matched["services"][0] == {"cluster": "a", "namespace": "b", "service": "s00"}


async def test_a_rehearsal_refuses_what_a_create_refuses(komodor: AsyncClient) -> None:
    """[9.4] Times out of range included."""
    answer = await komodor.post(f"{EVENTS}?dryRun=true", json={"eventType": "x", "timestamp": 0})

    assert faults(answer) == ["summary: is required", "timestamp: must not be older than 90 days"]


@pytest.mark.parametrize(("value", "status"), [("true", 200), ("TRUE", 200), ("1", 200), ("false", 201), ("0", 201)])
async def test_the_words_for_a_rehearsal(komodor: AsyncClient, value: str, status: int) -> None:
    """[9.4] True or false."""
    assert (await komodor.post(EVENTS, params={"dryRun": value}, json=GOOD)).status_code == status


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("dryRun=ture", "must be true or false"),
        ("dryRun", "must be true or false"),
        ("dryRun=", "must be true or false"),
        ("dryRun=%20", "must be true or false"),
        ("dryRun=true&dryRun=false", "must be given once"),
        ("dryRun=true&dryRun", "must be given once"),
    ],
)
async def test_a_word_that_is_neither_creates_nothing(komodor: AsyncClient, query: str, fault: str) -> None:
    """Who wrote `dryRun=ture`, or `dryRun` alone, did not want an event."""
    assert faults(await komodor.post(f"{EVENTS}?{query}", json=GOOD)) == [f"dryRun: {fault}"]
    assert (await komodor.get(EVENTS)).json()["events"] == []


async def test_the_body_is_looked_at_before_the_word(komodor: AsyncClient) -> None:
    """[4.5] JSON, then fields."""
    answer = await komodor.post(f"{EVENTS}?dryRun=ture", content=b"{")

    assert answer.json()["error"]["message"] == "Request body is not valid JSON"


async def test_a_rehearsal_says_what_it_ignored(komodor: AsyncClient) -> None:
    """[2, 9.4] In its body as in its headers."""
    answer = await komodor.post(f"{EVENTS}?dryRun=true&dryrun=false", json=GOOD | {"owner": "me"})

    said = ['unknown parameter "dryrun" ignored', 'unknown field "owner" ignored']
    assert answer.status_code == 200
    assert answer.json()["warnings"] == said
    assert answer.headers.get_list("x-whence-warning") == said
