"""The same event sent again."""

import asyncio
import json

import pytest
from httpx import AsyncClient

from tests.tenants import MakeTenant, Tenant
from whence.dialects.komodor.tests.test_create import EVENTS, GOOD, faults, stored

KEYED = {"idempotency-key": "run-17"}


async def count(komodor: AsyncClient) -> int:
    """How many events there are."""
    return len((await komodor.get(EVENTS)).json()["events"])


async def test_a_key_seen_before_stores_nothing_new(komodor: AsyncClient) -> None:
    """[9.3] The same answer, the same id, said to be a replay; a retry is no report of its own."""
    first = await komodor.post(EVENTS, json=GOOD, headers=KEYED)
    again = await komodor.post(EVENTS, json=GOOD, headers=KEYED)

    assert "x-idempotent-replay" not in first.headers
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["x-event-id"] == first.headers["x-event-id"]
    assert again.headers["x-idempotent-replay"] == "true"
    assert (await stored(komodor, again))["count"] == 1


async def test_the_key_may_be_in_the_body(komodor: AsyncClient) -> None:
    """[9.3] As `idempotencyKey`."""
    body = {**GOOD, "idempotencyKey": "run-17"}

    first = await komodor.post(EVENTS, json=body)
    again = await komodor.post(EVENTS, json=body)
    other = await komodor.post(EVENTS, json={**body, "idempotencyKey": "run-18"})

    assert again.headers["x-event-id"] == first.headers["x-event-id"]
    assert other.headers["x-event-id"] != first.headers["x-event-id"]
    assert "x-whence-warning" not in first.headers


async def test_the_header_wins_over_the_body(komodor: AsyncClient) -> None:
    """And says so, when they differ."""
    body = {**GOOD, "idempotencyKey": "other"}

    answer = await komodor.post(EVENTS, json=body, headers=KEYED)

    assert answer.headers["x-whence-warning"] == ("idempotencyKey ignored, the header Idempotency-Key says otherwise")


async def test_a_key_used_for_another_event_is_a_conflict(komodor: AsyncClient) -> None:
    """[9.3] 409, and nothing is stored."""
    await komodor.post(EVENTS, json=GOOD, headers=KEYED)
    answer = await komodor.post(EVENTS, json={**GOOD, "summary": "another"}, headers=KEYED)

    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == "Idempotency-Key was used for another event"
    assert await count(komodor) == 1


async def test_a_key_holds_for_the_whole_account_and_no_other(
    komodor: AsyncClient, anonymous: AsyncClient, tenant: Tenant, account: MakeTenant
) -> None:
    """[9.3] Whichever of the account's API keys it came with."""
    first = await komodor.post(EVENTS, json=GOOD, headers=KEYED)
    again = await komodor.post(EVENTS, json=GOOD, headers={**KEYED, "x-api-key": await tenant.key()})
    others = await (await account()).key()
    elsewhere = await anonymous.post(EVENTS, json=GOOD, headers={**KEYED, "x-api-key": others})

    assert again.headers["x-event-id"] == first.headers["x-event-id"]
    assert elsewhere.headers["x-event-id"] != first.headers["x-event-id"]


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("k" * 201, "idempotencyKey: must be at most 200 characters, got 201"),
        (" ", "idempotencyKey: must not be blank"),
    ],
)
async def test_a_key_of_a_wrong_length_is_refused(komodor: AsyncClient, key: str, fault: str) -> None:
    """[9.3] 1 to 200 characters."""
    answer = await komodor.post(EVENTS, json={"summary": "y"}, headers={"idempotency-key": key})

    assert faults(answer) == ["eventType: is required", fault]


async def test_the_same_bytes_at_once_are_one_event(komodor: AsyncClient) -> None:
    """[9.3] Without any key: the id of the first, and a higher count."""
    first = await komodor.post(EVENTS, json=GOOD)
    again = await komodor.post(EVENTS, json=GOOD)

    assert again.headers["x-event-id"] == first.headers["x-event-id"]
    assert again.headers["x-idempotent-replay"] == "true"
    assert (await stored(komodor, again))["count"] == 2


async def test_other_bytes_are_another_event(komodor: AsyncClient) -> None:
    """[9.3] Byte-identical is meant to the byte."""
    await komodor.post(EVENTS, content=json.dumps(GOOD))
    await komodor.post(EVENTS, content=json.dumps(GOOD, indent=1))

    assert await count(komodor) == 2


async def test_the_same_bytes_with_another_api_key_are_another_event(komodor: AsyncClient, tenant: Tenant) -> None:
    """[9.3] Two senders may well say the same."""
    await komodor.post(EVENTS, json=GOOD)
    await komodor.post(EVENTS, json=GOOD, headers={"x-api-key": await tenant.key()})

    assert await count(komodor) == 2


async def test_the_same_bytes_on_another_path_are_another_event(komodor: AsyncClient) -> None:
    """A retry goes where the first went."""
    await komodor.post(EVENTS, json=GOOD)
    await komodor.post("/api/v2/services/k8s-events", json=GOOD)

    assert await count(komodor) == 2


async def test_many_at_once_are_one_event(komodor: AsyncClient) -> None:
    """[9.3] The database settles the race."""
    answers = await asyncio.gather(*(komodor.post(EVENTS, json=GOOD, headers=KEYED) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["x-event-id"] for answer in answers}) == 1
    assert sum("x-idempotent-replay" not in answer.headers for answer in answers) == 1
