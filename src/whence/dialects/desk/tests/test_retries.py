"""The same request sent again."""

import asyncio
import json
from typing import Final

import pytest
from httpx import AsyncClient

from tests.problems import settle
from tests.tenants import MakeTenant, Tenant
from whence.dialects.desk.tests.pushing import (
    CART,
    EVENTS,
    MACHINE,
    ORDERS,
    by_tags,
    drafted,
    message,
    millis,
    push,
    pushed,
    tagged,
    violations,
    warnings,
)
from whence.dialects.desk.tests.stored import facts, stored

KEY: Final = "run-17"
BLUE: Final = by_tags("blue", types=["SERVICE", "HOST"])


@pytest.fixture(autouse=True)
async def known(tenant: Tenant) -> None:
    """Two entities with one tag."""
    await tenant.register(drafted(ORDERS, tagged("blue")), drafted(MACHINE, tagged("blue")))


@pytest.mark.parametrize("event_type", ["CUSTOM_INFO", "ERROR_EVENT"])
async def test_a_key_seen_before_gets_the_same_answer(desk: AsyncClient, tenant: Tenant, event_type: str) -> None:
    """[3.8] For all its entities; nothing is stored, and no alert held open."""
    body = message(event_type, attachRules=BLUE)
    first = await push(desk, body, idempotency_key=KEY)
    again = await push(desk, body, idempotency_key=KEY)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert [event.report_count for event in await stored(tenant)] == [1, 1]


@pytest.mark.parametrize("event_type", ["CUSTOM_INFO", "ERROR_EVENT"])
async def test_what_was_tolerated_is_said_again(desk: AsyncClient, event_type: str) -> None:
    """[3.8] A sender that never got the first answer is told all of it; so are those that come at the same time."""
    raw = json.dumps(message(event_type, colour="red", customProperties={"n": 1})) + " {}"
    headers = {"idempotency-key": KEY}
    query = "?strict=false&waitForMatch=90s"

    answers = await asyncio.gather(*(desk.post(EVENTS + query, content=raw, headers=headers) for _ in range(3)))
    answers.append(await desk.post(EVENTS + query, content=raw, headers=headers))

    assert {answer.content for answer in answers} == {answers[0].content}
    assert [warnings(answer) for answer in answers] == [
        [
            "waitForMatch is over the maximum, 60s taken",
            'unknown field "colour" ignored',
            "what follows the JSON document is ignored",
        ]
    ] * 4


async def test_the_problem_of_what_was_refreshed_is_named_again(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] As the first answer named it; what the request opened itself was in none yet."""
    body = message("ERROR_EVENT")
    opening = await push(desk, body, idempotency_key="opening")
    await settle(tenant)

    opened_again = await push(desk, body, idempotency_key="opening")
    refresh = await push(desk, {**body, "timeoutMinutes": 20}, idempotency_key=KEY)
    again = await push(desk, {**body, "timeoutMinutes": 20}, idempotency_key=KEY)

    assert opened_again.json() == opening.json()
    assert len(refresh.json()["problemIds"]) == 1
    assert again.json() == refresh.json()


@pytest.mark.parametrize("event_type", ["CUSTOM_INFO", "ERROR_EVENT"])
async def test_the_answer_is_the_first_whoever_matches_by_then(
    desk: AsyncClient, tenant: Tenant, event_type: str
) -> None:
    """[DE5] [3.8] An entity more, an entity less, or none at all."""
    body = message(event_type, attachRules={"entityIds": ["nobody"], **BLUE})
    first = await push(desk, body, idempotency_key=KEY)

    await tenant.register(drafted(CART, tagged("blue")))
    more = await push(desk, body, idempotency_key=KEY)
    await tenant.register(drafted(CART), drafted(ORDERS), drafted(MACHINE))
    none = await push(desk, body, idempotency_key=KEY)

    assert first.json()["ignoredEntityIds"] == ["nobody"]
    assert (more.json(), none.json()) == (first.json(), first.json())
    assert len(await stored(tenant)) == 2


async def test_a_refusal_does_not_take_the_key(desk: AsyncClient, tenant: Tenant) -> None:
    """[2.1] A refused request has no effect at all: clients repeat it as it is."""
    body = message(attachRules=by_tags("later"))
    refused = await push(desk, body, idempotency_key=KEY)

    await tenant.register(drafted(CART, tagged("later")))
    taken = await push(desk, body, idempotency_key=KEY)

    assert (refused.status_code, taken.status_code) == (400, 200)
    assert len(await stored(tenant)) == 1


async def test_a_key_used_for_another_body_is_a_conflict(desk: AsyncClient, tenant: Tenant) -> None:
    """409, and nothing is stored."""
    await push(desk, message(), idempotency_key=KEY)

    answer = await push(desk, message(description="another"), idempotency_key=KEY)

    says = "Idempotency-Key was used for another request"
    assert (answer.status_code, answer.json()) == (409, {"error": {"code": 409, "message": says}})
    assert len(await stored(tenant)) == 1


async def test_a_key_is_the_accounts(
    desk: AsyncClient, anonymous: AsyncClient, tenant: Tenant, account: MakeTenant
) -> None:
    """Whichever of its tokens it comes with; and no other account's."""
    first = await pushed(desk, message(), idempotency_key=KEY)
    ours, theirs = await tenant.key(), await (await account()).key()

    again = await push(anonymous, message(), idempotency_key=KEY, authorization=f"Api-Token {ours}")
    elsewhere = await push(anonymous, message(), idempotency_key=KEY, authorization=f"Api-Token {theirs}")

    assert again.json() == first
    assert elsewhere.json() != first


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_a_key_of_a_wrong_length_is_refused(desk: AsyncClient, key: str) -> None:
    """1 to 200 characters."""
    answer = await push(desk, message(), idempotency_key=key)

    assert violations(answer, "HEADER") == [("Idempotency-Key", "size must be between 1 and 200")]


async def test_many_at_once_get_one_answer(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] The database settles the race."""
    body = message(attachRules=BLUE)
    answers = await asyncio.gather(*(push(desk, body, idempotency_key=KEY) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(await stored(tenant)) == 2


async def test_the_same_bytes_with_a_start_get_the_same_ids(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] Within a minute, whichever the order of arrival; an entity that came meanwhile gets its event."""
    body = message(start=millis(minutes=-5), attachRules=BLUE)
    answers = [(await pushed(desk, body)) for _ in range(3)]
    at_once = await asyncio.gather(*(pushed(desk, body) for _ in range(5)))

    await tenant.register(drafted(CART, tagged("blue")))
    with_cart = await pushed(desk, body)

    assert all(answer == answers[0] for answer in (*answers, *at_once))
    assert set(answers[0]["storedEventIds"]) < set(with_cart["storedEventIds"])
    assert len(await stored(tenant)) == 3


async def test_other_bytes_are_another_event(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] Byte-identical is meant to the byte; and without a start nothing is."""
    body = message(start=millis(minutes=-5))
    await desk.post(EVENTS, content=json.dumps(body))
    await desk.post(EVENTS, content=json.dumps(body, indent=1))
    await pushed(desk, message())
    await pushed(desk, message())

    assert len(await stored(tenant)) == 4


async def test_the_same_bytes_of_a_problem_are_a_refresh(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] Sending the same payload again keeps the event open."""
    body = message("ERROR_EVENT", start=millis(minutes=-5))
    await pushed(desk, body)
    await pushed(desk, body)

    (event,) = await stored(tenant)
    assert event.report_count == 2
    assert (await facts(tenant))["is_open"]


async def test_the_same_bytes_may_be_kept_apart_by_keys(desk: AsyncClient, tenant: Tenant) -> None:
    """A sender that names its requests is believed."""
    body = message(start=millis(minutes=-5))
    await push(desk, body, idempotency_key="a")
    await push(desk, body, idempotency_key="b")

    assert len(await stored(tenant)) == 2
