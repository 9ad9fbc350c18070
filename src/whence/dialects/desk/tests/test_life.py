"""A problem-opening event: opened, refreshed, expired, closed; and what its answer says."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import pytest
from httpx import AsyncClient

from tests.tenants import MakeTenant, Tenant
from whence.dialects.desk import times
from whence.dialects.desk.correlation import correlation_id
from whence.dialects.desk.tests.pushing import (
    EVENTS,
    INFORMATION,
    MACHINE,
    ORDERS,
    PROBLEMS,
    by_tags,
    drafted,
    message,
    millis,
    push,
    pushed,
    tagged,
    violations,
)
from whence.dialects.desk.tests.stored import facts, stored
from whence.domain.alert import AlertFilter, ClosedBy
from whence.domain.event import ENDLESS

ERROR: Final = "ERROR_EVENT"
KEYS: Final = ["storedEventIds", "storedIds", "storedCorrelationIds"]


@pytest.mark.parametrize(
    ("name", "title", "source", "entity_id", "tag", "expected"),
    [
        (ERROR, "Queue backlog over limit", "batch-runner", ORDERS, "", "1c8cca881849a3d9"),
        ("AVAILABILITY_EVENT", "", "ping-bot", MACHINE, "", "50f3886213498973"),
        ("RESOURCE_CONTENTION", "Disk nearly full", "ops-cron", MACHINE, "vol-7", "6bd3341ccf31a0fa"),
        (
            ERROR, "Übertragung fehlgeschlagen", "batch-runner", "CUSTOM_DEVICE-D3D193D4437AC1EA", "",
            "49c7322d787bb9cf",
        ),
    ],
)  # fmt: skip
async def test_the_correlation_id_is_that_of_the_contract(
    desk: AsyncClient, name: str, title: str, source: str, entity_id: str, tag: str, expected: str
) -> None:
    """[3.8] The vectors, computed and pushed; an absent title or tag is an empty one."""
    properties = {"dt.event.correlation_tag": tag} if tag else {}
    fields: dict[str, Any] = {"title": title or ..., "source": source, "customProperties": properties}
    body = message(name, **fields, attachRules={"entityIds": [entity_id]})

    computed = correlation_id(name, title=title, source=source, entity_id=entity_id, tag=tag)
    answer = await pushed(desk, body, query="?strict=false")

    assert computed == expected
    assert answer["storedCorrelationIds"] == [expected]


async def test_both_spellings_of_contention_are_one_event(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] `RESOURCE_CONTENTION_EVENT` is folded."""
    one = await pushed(desk, message("RESOURCE_CONTENTION"))
    two = await pushed(desk, message("RESOURCE_CONTENTION", eventType="RESOURCE_CONTENTION_EVENT"))

    assert one == two
    assert len(await stored(tenant)) == 1


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ({"description": "other"}, True),
        ({"customProperties": {"k": "v"}}, True),
        ({"timeoutMinutes": 30}, True),
        ({"start": millis(minutes=-3)}, True),
        ({"allowDavisMerge": False}, True),
        ({"title": "other"}, False),
        ({"source": "other"}, False),
        ({"eventType": "PERFORMANCE_EVENT"}, False),
        ({"attachRules": {"entityIds": [MACHINE]}}, False),
        ({"customProperties": {"dt.event.correlation_tag": "x"}}, False),
        ({"customProperties": {"dt.event.correlation_tag": 5}}, False),
    ],
    ids=lambda one: " ".join(cast("dict[str, Any]", one)) if isinstance(one, dict) else str(one),
)
async def test_the_identity_is_not_the_whole_payload(
    desk: AsyncClient, tenant: Tenant, changed: Mapping[str, Any], *, is_same: bool
) -> None:
    """[3.8] Type, title, source, entity and tag are; the rest may change."""
    first = (await pushed(desk, message(ERROR)))["storedCorrelationIds"]
    again = (await pushed(desk, message(ERROR, **changed)))["storedCorrelationIds"]

    assert (first == again) == is_same
    assert len(await stored(tenant)) == (1 if is_same else 2)


@pytest.mark.parametrize("event_type", PROBLEMS)
async def test_a_problem_is_answered_with_correlation_ids(desk: AsyncClient, event_type: str) -> None:
    """[3.8] 16 lower-case hexadecimal digits for each entity; the other lists are there, and empty."""
    rules = {"entityIds": [ORDERS, MACHINE]}

    answer = await pushed(desk, message(event_type, attachRules=rules))

    assert list(answer) == KEYS
    assert answer["storedEventIds"] == answer["storedIds"] == []
    first, second = answer["storedCorrelationIds"]
    assert first != second
    assert all(len(one) == 16 and set(one) <= set("0123456789abcdef") for one in (first, second))


@pytest.mark.parametrize("event_type", INFORMATION)
async def test_information_is_answered_with_event_ids(desk: AsyncClient, event_type: str) -> None:
    """[3.8] Integers of 64 bits, and each with the start in milliseconds."""
    start = millis(minutes=-5)

    answer = await pushed(desk, message(event_type, start=start, attachRules={"entityIds": [ORDERS, MACHINE]}))

    assert list(answer) == KEYS
    assert answer["storedCorrelationIds"] == []
    assert all(isinstance(number, int) and -(2**63) <= number < 2**63 for number in answer["storedEventIds"])
    assert answer["storedIds"] == [f"{number}_{start}" for number in answer["storedEventIds"]]
    assert len(set(answer["storedEventIds"])) == 2


async def test_an_id_is_a_plain_integer_whatever_its_sign(desk: AsyncClient) -> None:
    """[3.8] Half of them are negative, nearly all beyond a double."""
    answers = [(await push(desk, message())).text for _ in range(20)]

    numbers = [json.loads(text)["storedEventIds"][0] for text in answers]
    assert any(number < 0 for number in numbers)
    assert any(number > 0 for number in numbers)
    assert all(f'"storedEventIds":[{number}]' in text for number, text in zip(numbers, answers, strict=True))


async def test_the_id_names_the_event(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8, 5.1] With its start or without; a start of now is cut to whole milliseconds."""
    answer = await pushed(desk, message())

    (number,), (stored_id,) = answer["storedEventIds"], answer["storedIds"]
    start = int(stored_id.removeprefix(f"{number}_"))
    timeline = tenant.house.context.timeline
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=start)
    exact = await timeline.numbered(tenant.admin, number, start=at, dialect="desk")
    bare = await timeline.numbered(tenant.admin, number, start=None, dialect="desk")
    assert exact == bare
    assert exact.span.start == at
    assert exact.span.is_moment


async def test_a_refresh_keeps_the_event_and_takes_the_latest_words(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] Same id and start; description, properties and timeout of the latest report, longer or shorter."""
    start = millis(minutes=-30)
    await pushed(desk, message(ERROR, start=start, timeoutMinutes=30, customProperties={"queue": "orders"}))
    first = await stored(tenant)

    for minutes, words in ((60, "15,000 messages wait"), (1, "9 messages wait")):
        await pushed(desk, message(ERROR, timeoutMinutes=minutes, description=words, customProperties={"n": minutes}))
        found = await facts(tenant)
        assert (found["start"], found["description"], found["minutes"]) == (start, words, minutes)
        assert found["properties"] == {"n": minutes, "timeoutMinutes": minutes}
        assert found["is_open"]

    assert [event.id for event in await stored(tenant)] == [event.id for event in first]
    assert (await stored(tenant))[0].report_count == 3


@pytest.fixture
async def later(tenant: Tenant) -> Any:  # noqa: ANN401  a function with an optional argument
    """Lets time pass for the account's alerts: their times are moved into the past."""

    async def pass_(**much: float) -> None:
        async with tenant.house.pool.transaction() as db:
            await db.execute(
                """
                update alert set last_report_at = last_report_at - $2::interval, expires_at = expires_at - $2::interval
                where account_id = $1
                """,
                tenant.admin.account_id,
                timedelta(**much),
            )
            await db.execute(
                "update event set open_until = open_until - $2::interval where account_id = $1",
                tenant.admin.account_id,
                timedelta(**much),
            )

    return pass_


async def test_what_is_not_refreshed_times_out(desk: AsyncClient, tenant: Tenant, later: Any) -> None:  # noqa: ANN401
    """[3.8] Closed at the latest report plus its timeout; no reader sees it open after. A report opens anew."""
    await pushed(desk, message(ERROR, start=millis(minutes=-20)))
    await later(minutes=16)

    over = await facts(tenant)
    opened_anew = await pushed(desk, message(ERROR))
    newest, first = await stored(tenant)

    assert over["is_open"] is False
    assert abs(over["end"] - millis(minutes=-1)) < 5000
    assert opened_anew["storedCorrelationIds"] == [newest.key] == [first.key]
    assert (newest.is_open, first.is_open) == (True, False)
    alerts = (await tenant.house.context.alerts.page(tenant.admin, AlertFilter(), cursor=None, limit=9)).items
    assert [alert.closed_by for alert in alerts] == [None, ClosedBy.TIMEOUT]


@pytest.mark.parametrize("age", [{"minutes": -62}, {"hours": -30}, {"days": -400}], ids=str)
async def test_an_old_start_is_no_fault_of_a_refresh(desk: AsyncClient, tenant: Tenant, age: dict[str, float]) -> None:
    """[3.8] The same payload would otherwise be refused after an hour."""
    await pushed(desk, message(ERROR, start=millis(minutes=-59)))
    (first,) = await stored(tenant)

    refreshed = await push(desk, message(ERROR, start=millis(**age), description="still"))

    assert refreshed.status_code == 200, refreshed.text
    found = await facts(tenant)
    assert (found["start"], found["description"]) == (times.millis(first.span.start), "still")


async def test_those_without_an_open_event_start_now(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] When one of the targets has one."""
    await pushed(desk, message(ERROR))

    answer = await pushed(desk, message(ERROR, start=millis(hours=-2), attachRules={"entityIds": [MACHINE, ORDERS]}))

    on_machine = next(event for event in await stored(tenant) if event.scope.only_entity == MACHINE)
    assert abs(times.millis(on_machine.span.start) - millis()) < 5000
    assert len(answer["storedCorrelationIds"]) == len(await stored(tenant)) == 2


async def test_an_old_start_needs_its_own_event_to_be_open(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8, 3.9] Not another one on the same entity, nor one that is over; and the fault is the time, not the match."""
    opened = await pushed(desk, message(ERROR, title="other"))
    old = message(ERROR, start=millis(hours=-2))
    fault = [("start", "must not be more than 60 minutes in the past")]

    other = await push(desk, old)
    nobody = await push(desk, {**old, "attachRules": by_tags("nobody")})
    await desk.post(f"{EVENTS}/{opened['storedCorrelationIds'][0]}/close")
    over = await push(desk, {**old, "title": "other"})

    assert [violations(answer) for answer in (other, nobody, over)] == [fault] * 3
    assert len(await stored(tenant)) == 1


async def test_an_old_start_hides_no_other_fault(desk: AsyncClient) -> None:
    """[3.9] All violations at once, in the order of the fields."""
    answer = await push(desk, message(ERROR, start=millis(hours=-2), title=..., timeoutMinutes=-1))

    assert violations(answer) == [
        ("start", "must not be more than 60 minutes in the past"),
        ("timeoutMinutes", "must be between 0 and 120"),
        ("title", "must not be null"),
    ]


async def test_after_60_days_it_is_opened_anew(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] However often it was refreshed."""
    await pushed(desk, message(ERROR))
    async with tenant.house.pool.transaction() as db:
        long_ago = datetime.now(UTC) - timedelta(days=60, minutes=1)
        await db.execute("update alert set opened_at = $2 where account_id = $1", tenant.admin.account_id, long_ago)

    await pushed(desk, message(ERROR))

    newest, first = await stored(tenant)
    assert (newest.is_open, first.is_open) == (True, False)


async def test_an_event_is_closed_by_hand(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] It ends now; a second time there is none open, and the next report opens another."""
    (correlation,) = (await pushed(desk, message(ERROR)))["storedCorrelationIds"]

    closed = await desk.post(f"{EVENTS}/{correlation}/close")
    again = await desk.post(f"/e/acme{EVENTS}/{correlation}/close/")

    assert closed.status_code == 200
    assert list(closed.json()) == ["correlationId", "status", "endTime"]
    end = closed.json().pop("endTime")
    assert (closed.json()["correlationId"], closed.json()["status"]) == (correlation, "CLOSED")
    assert abs(end - millis()) < 5000
    says = f"No open event with correlation id {correlation} was found."
    assert (again.status_code, again.json()) == (404, {"error": {"code": 404, "message": says}})
    found = await facts(tenant)
    assert (found["is_open"], found["end"]) == (False, end)
    (alert,) = (await tenant.house.context.alerts.page(tenant.admin, AlertFilter(), cursor=None, limit=9)).items
    assert alert.closed_by is ClosedBy.USER

    await pushed(desk, message(ERROR))
    assert [event.is_open for event in await stored(tenant)] == [True, False]


@pytest.mark.parametrize("name", ["0000000000000000", "nobody", "a%2Fb", "%00", "%ff", "x" * 1000])
async def test_what_is_not_open_cannot_be_closed(desk: AsyncClient, name: str) -> None:
    """[3.8] 404, whatever is in the path."""
    answer = await desk.post(f"{EVENTS}/{name}/close")

    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("No open event with correlation id ")


async def test_nobody_closes_another_accounts_event(
    desk: AsyncClient, anonymous: AsyncClient, account: MakeTenant, tenant: Tenant
) -> None:
    """It is as good as none."""
    (correlation,) = (await pushed(desk, message(ERROR)))["storedCorrelationIds"]
    anonymous.headers["authorization"] = f"Api-Token {await (await account()).key()}"

    answer = await anonymous.post(f"{EVENTS}/{correlation}/close")

    assert answer.status_code == 404
    assert (await facts(tenant))["is_open"]


async def test_information_is_never_refreshed(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] Each POST is a new event, when it says no start."""
    one = await pushed(desk, message())
    two = await pushed(desk, message())

    assert one["storedEventIds"] != two["storedEventIds"]
    assert len(await stored(tenant)) == 2


async def test_an_open_event_has_no_end(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.1] Each entity has its own, and they close each by itself."""
    await tenant.register(drafted(ORDERS, tagged("blue")), drafted(MACHINE, tagged("blue")))
    answer = await pushed(desk, message(ERROR, attachRules=by_tags("blue", types=["SERVICE", "HOST"])))

    await desk.post(f"{EVENTS}/{answer['storedCorrelationIds'][0]}/close")

    ends = {event.scope.only_entity: event.span.end == ENDLESS for event in await stored(tenant)}
    assert ends == {MACHINE: False, ORDERS: True}
