"""Alerts become problems: the same ones whatever the order in which they come to be known, and whoever looks."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Final
from uuid import UUID

import anyio.from_thread
import anyio.to_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOW, ago, asked, draft, moment, report
from tests.ingest.conftest import MakeIngest
from tests.problems import problems_of, regroup, settle, told
from tests.tenants import MakeTenant, Tenant
from whence import circle, grouping
from whence.correlate.problems import Condition, Outcome, Rules
from whence.domain.alert import Alert, AlertFilter, ClosedBy, Silence
from whence.domain.entity import RelationKind
from whence.domain.event import Accepted, Event, Handling, Kind, Report, Severity, Span
from whence.domain.problem import Problem, ProblemState
from whence.domain.scope import Scope
from whence.grouping import Grouping
from whence.problems import Problems
from whence.registry import Named
from whence.store import alerts, headlines, problems

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


def alert(key: str, on: str = "", **given: Any) -> Report:  # noqa: ANN401  a builder takes what the value does
    """A report that opens an alert, titled as its key, for a quarter of an hour."""
    scope = {"scope": Scope.entities(on.split())} if on else {}
    return report(**{
        "kind": Kind.PROBLEM, "key": key, "type": f"t-{key}", "title": key, "timeout": 15 * MINUTE, "span": moment(NOW),
        **scope, **given,
    })  # fmt: skip


def over(key: str, on: str, begins: float, lasts: float, **given: Any) -> Report:  # noqa: ANN401
    """A report of an alert that began so many minutes after a time five hours ago, and is over."""
    start = ago(hours=5) + begins * MINUTE
    return alert(key, on, span=Span(start=start, end=start + lasts * MINUTE), timeout=None, **given)


def recovery(key: str, at: datetime = NOW) -> Report:
    return report(kind=Kind.RECOVERY, key=key, type="t", title="well", span=moment(at))


async def send(tenant: Tenant, *reports: Report) -> list[Accepted]:
    receipts = await tenant.house.context.ingest.accept(tenant.admin.account_id, reports)
    return [receipt for receipt in receipts if isinstance(receipt, Accepted)]


async def alerts_of(tenant: Tenant) -> dict[str, Alert]:
    """The newest alert of each key."""
    page = await tenant.house.context.alerts.page(tenant.admin, AlertFilter(), cursor=None, limit=1000)
    return {one.key: one for one in reversed(page.items)}


def as_grouped(problem: Problem) -> Problem:
    """What grouping and people have made of it: its causes are found whenever it is their turn."""
    return replace(problem, causes=(), is_likely=False, explained_at=None, updated_at=NOW)


async def renamed(tenant: Tenant, event_id: UUID, title: str) -> Event:
    """The event with that title."""
    return replace(await tenant.house.context.timeline.require(tenant.admin, event_id), title=title)


async def chained(tenant: Tenant) -> str:
    """Services `a` to `f`, of which each calls the next, and `q`, which nobody knows; their ids, parted by spaces."""
    made = await tenant.register(*map(draft, "abcdefq"))
    pairs = pairwise(made[:6])
    calls = [Named(source=one.id, target=other.id, kind=RelationKind.CALLS) for one, other in pairs]
    await tenant.house.context.registry.relate(tenant.admin, calls)
    return " ".join(one.id for one in made)


async def test_related_alerts_become_one_problem_by_themselves(tenant: Tenant) -> None:
    """[PR1, PR5] Within a second or two, without anybody asking; the alerts and their events say which."""
    a, b, *_, q = (await chained(tenant)).split()
    await send(tenant, alert("x", a, span=moment(ago(minutes=4)), severity=Severity.WARNING), alert("z", q))
    await send(tenant, alert("y", b, severity=Severity.CRITICAL, dialect="desk"))
    async with asyncio.timeout(60):  # on a busy machine, too
        while len(found := await problems_of(tenant)) < 2 or max(one.alert_count for one in found) < 2:
            await asyncio.sleep(0.05)

    together, alone = sorted(found, key=lambda one: one.opened_at)
    assert (together.title, together.severity, together.alert_count) == ("y", Severity.CRITICAL, 2)
    assert (together.opened_at, together.state, together.entity_ids) == (
        ago(minutes=4), ProblemState.OPEN, tuple(sorted([a, b])))  # fmt: skip
    assert (together.types, together.dialects) == (("t-x", "t-y"), ("desk", "whence"))
    assert (alone.title, alone.alert_count, alone.entity_ids) == ("z", 1, (q,))
    assert {together.number, alone.number} == {1, 2}
    members = await alerts_of(tenant)
    assert [members[key].problem_id for key in "xyz"] == [together.id, together.id, alone.id]
    (event,) = await tenant.found(asked(problems=(alone.id,)))
    assert (event.title, event.problem_id) == ("z", alone.id)


async def test_it_ends_with_its_alerts_and_reopens(tenant: Tenant) -> None:
    """[PR3] The same problem; its name and start stay."""
    ids = await chained(tenant)
    a, b, *_ = ids.split()
    await send(tenant, alert("x", a, span=moment(ago(minutes=20))), alert("y", b, span=moment(ago(minutes=19))))
    await settle(tenant)
    (first,) = await problems_of(tenant)

    await send(tenant, recovery("x", ago(minutes=15)))
    await settle(tenant)
    assert (await problems_of(tenant))[0].state is ProblemState.OPEN
    await send(tenant, recovery("y", ago(minutes=10)))
    await settle(tenant)
    (ended,) = await problems_of(tenant)
    assert (ended.id, ended.state, ended.closed_at) == (first.id, ProblemState.CLOSED, ago(minutes=10))

    await send(tenant, alert("y", b))
    await settle(tenant)
    (again,) = await problems_of(tenant)
    assert (again.id, again.state, again.opened_at, again.alert_count) == (
        first.id, ProblemState.OPEN, ago(minutes=20), 3)  # fmt: skip


async def test_nobody_has_to_look_after_what_has_expired(tenant: Tenant) -> None:
    """By the clock, and not by whether somebody came by to end it."""
    ids = await chained(tenant)
    await send(tenant, alert("x", ids.split()[0]), alert("y", ids.split()[1], timeout=HOUR))
    await settle(tenant)
    found = await problems_of(tenant)
    later = Problems(tenant.house.pool, clock=lambda: datetime.now(UTC) + 30 * MINUTE)

    counts = [await theirs.unattended(tenant.admin, found) for theirs in (tenant.house.context.problems, later)]

    assert [list(count.values()) for count in counts] == [[2], [1]]


async def test_a_recovery_that_was_late_parts_it(tenant: Tenant) -> None:
    """[PR3, PR6] What came again while the problem went on did not, if that was over for long."""
    a, b, *_ = (await chained(tenant)).split()
    lasting = alert("y", b, span=moment(ago(minutes=79)), timeout=None)
    short = alert("x", a, span=Span(start=ago(minutes=80), end=ago(minutes=70)), timeout=None)
    await send(tenant, short, lasting)
    await settle(tenant)
    await send(tenant, alert("x", a, title="again", span=moment(ago(minutes=20)), timeout=None))
    await settle(tenant)
    assert await told(tenant) == {frozenset({"x", "y", "again"})}
    await send(tenant, recovery("y", ago(minutes=65)))
    await settle(tenant)
    assert await told(tenant) == {frozenset("xy"), frozenset({"again"})}


async def test_a_problem_says_what_its_alerts_say(tenant: Tenant) -> None:
    """[PR5] The gravest gives severity and title, of these the first; it ends with the last. Also when more come."""
    a, b, *_ = (await chained(tenant)).split()
    await send(
        tenant,
        over("x", a, 0, 30, severity=Severity.WARNING),
        over("y", b, 1, 10, severity=Severity.CRITICAL, type="down"),
    )
    await settle(tenant)
    await send(tenant, over("z", a, 2, 10, severity=Severity.CRITICAL, dialect="desk"))
    await settle(tenant)
    (found,) = await problems_of(tenant)
    assert (found.title, found.severity, found.alert_count) == ("y", Severity.CRITICAL, 3)
    assert (found.opened_at, found.closed_at) == (ago(hours=5), ago(hours=5) + 30 * MINUTE)
    assert (found.types, found.dialects) == (("down", "t-x", "t-z"), ("desk", "whence"))
    assert found.entity_ids == tuple(sorted([a, b]))
    await send(tenant, over("w", b, 3, 60, severity=Severity.INFO))
    await settle(tenant)
    (longer,) = await problems_of(tenant)
    assert (longer.title, longer.closed_at) == ("y", ago(hours=5) + 63 * MINUTE)


async def test_severity_follows_the_reports(tenant: Tenant) -> None:
    """[PR5] It may rise while the problem lives."""
    a, *_ = (await chained(tenant)).split()
    await send(tenant, alert("x", a, severity=Severity.WARNING))
    await settle(tenant)
    await send(tenant, alert("x", a, severity=Severity.CRITICAL))
    await settle(tenant)
    (found,) = await problems_of(tenant)
    assert (found.severity, found.alert_count) == (Severity.CRITICAL, 1)


async def test_one_that_was_late_makes_two_problems_one(tenant: Tenant) -> None:
    """[PR4] The one raised later leads to the other."""
    a, _, c, _, _, f, _ = (await chained(tenant)).split()
    await send(tenant, alert("x", a))
    await settle(tenant)
    await send(tenant, alert("y", f))
    await settle(tenant)
    second, first = sorted(await problems_of(tenant), key=lambda one: -one.number)
    await send(tenant, alert("z", c, span=moment(ago(minutes=1))))
    await settle(tenant)

    (found,) = await problems_of(tenant)
    gone = await tenant.house.context.problems.require(tenant.admin, second.id)
    assert (found.id, found.alert_count, gone.merged_into) == (first.id, 3, first.id)
    assert gone.state is ProblemState.CLOSED


async def test_where_nobody_knows_what_is_there_the_place_counts(tenant: Tenant) -> None:
    """[PR1] Two alerts of one scope whose services nobody has registered; of everything, none belongs to another."""
    shop, cart = Scope.services(names=["shop"]), Scope.services(names=["cart"])
    await send(tenant, alert("x", scope=shop), alert("y", scope=shop), alert("z", scope=cart), alert("u"), alert("v"))
    await settle(tenant)
    assert await told(tenant) == {frozenset("xy"), frozenset("z"), frozenset("u"), frozenset("v")}


async def test_a_service_by_its_name_is_that_entity(tenant: Tenant) -> None:
    """[PR1] However the alerts name it."""
    a, *_ = (await chained(tenant)).split()
    await send(tenant, alert("x", a), alert("y", scope=Scope.services(names=["a"])))
    await settle(tenant)
    (found,) = await problems_of(tenant)
    assert (found.alert_count, found.entity_ids) == (2, (a,))


@pytest.mark.parametrize("comment", ["", "rolled back"])
async def test_a_person_closes_it(tenant: Tenant, comment: str) -> None:
    """[PR10] With its alerts; what is still reported is muted until it has expired once, and something else is not."""
    a, b, *_ = (await chained(tenant)).split()
    await send(tenant, alert("x", a), alert("y", b))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    closed = await tenant.house.context.problems.close(tenant.admin, standing.id, comment)
    assert (closed.was_open, closed.problem.state, closed.problem.is_sealed) == (True, ProblemState.CLOSED, True)
    assert {one.closed_by for one in (await alerts_of(tenant)).values()} == {ClosedBy.PROBLEM}
    said = (await tenant.house.context.problems.comments(tenant.admin, [standing.id]))[standing.id]
    assert [one.text for one in said] == ([comment] if comment else [])
    again = await tenant.house.context.problems.close(tenant.admin, standing.id)
    assert (again.was_open, as_grouped(again.problem)) == (False, as_grouped(closed.problem))

    await send(tenant, alert("x", a), alert("z", a))
    await settle(tenant)
    members = await alerts_of(tenant)
    assert (members["x"].silenced_by, members["x"].problem_id) == (Silence.MUTED, None)
    assert members["z"].problem_id not in {None, standing.id}
    left = await tenant.house.context.problems.require(tenant.admin, standing.id)
    assert as_grouped(left) == as_grouped(closed.problem)

    await send(tenant, recovery("x"), alert("x", a, span=moment(NOW + MINUTE)))
    await settle(tenant)
    assert (await alerts_of(tenant))["x"].problem_id == members["z"].problem_id


async def test_what_has_expired_does_not_end_with_what_a_person_closes(tenant: Tenant) -> None:
    """[AL8, PR10] It ended before, as everybody was told, whether or not somebody came by to say so."""
    a, b, *_ = (await chained(tenant)).split()
    await send(tenant, alert("x", a), alert("y", b, timeout=HOUR))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    members = await alerts_of(tenant)
    now = datetime.now(UTC) + 20 * MINUTE
    people = Problems(tenant.house.pool, clock=lambda: now)
    closed = await people.close(tenant.admin, standing.id)
    left = await alerts_of(tenant)
    assert (left["x"].closed_at, left["x"].closed_by) == (members["x"].expires_at, ClosedBy.TIMEOUT)
    assert (left["y"].closed_at, left["y"].closed_by) == (closed.problem.closed_at, ClosedBy.PROBLEM)


async def test_what_was_removed_is_not_in_what_a_person_closes(tenant: Tenant) -> None:
    """[PR13, IN10] Also when nobody has looked since at what is left; nothing waits to be looked at then."""
    a, b, *_ = (await chained(tenant)).split()
    receipts = await send(tenant, alert("x", a), alert("y", b))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    await tenant.house.context.amend.remove(tenant.admin, receipts[0].id)

    closed = await tenant.house.context.problems.close(tenant.admin, standing.id)

    assert closed.problem.alert_count == 1
    await tenant.house.context.amend.remove(tenant.admin, receipts[1].id)
    await settle(tenant)
    assert await problems_of(tenant) == []


async def test_what_a_person_closed_says_what_is_left_of_it(tenant: Tenant) -> None:
    """[PR6, PR13, IN10] Not the words of what was removed, nor when that began, nor whom it was about."""
    a, b, *_ = (await chained(tenant)).split()
    receipts = await send(
        tenant,
        alert("x", a, span=moment(NOW - MINUTE), title="the key is k3y", type="leak", severity=Severity.CRITICAL),
        alert("y", b, title="slow", type="latency", severity=Severity.ERROR),
    )
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    assert (standing.title, standing.opened_at, set(standing.entity_ids)) == ("the key is k3y", NOW - MINUTE, {a, b})
    closed = (await tenant.house.context.problems.close(tenant.admin, standing.id)).problem
    await tenant.house.context.amend.remove(tenant.admin, receipts[0].id)
    await settle(tenant)
    left = await tenant.house.context.problems.require(tenant.admin, standing.id)
    assert (left.title, left.severity, left.types, left.alert_count) == ("slow", Severity.ERROR, ("latency",), 1)
    assert (left.opened_at, left.closed_at, left.entity_ids) == (NOW, closed.closed_at, (b,))
    names = (closed.is_sealed, closed.number, closed.code, closed.named_at)
    assert (left.is_sealed, left.number, left.code, left.named_at) == names
    await tenant.house.context.amend.remove(tenant.admin, receipts[1].id)
    await settle(tenant)
    emptied = await tenant.house.context.problems.require(tenant.admin, standing.id)
    assert as_grouped(emptied) == replace(as_grouped(left), alert_count=0)


async def test_what_a_person_closed_follows_what_a_person_changes(tenant: Tenant) -> None:
    """[PR5, PR10] It is the same problem, of the same alerts, and says what they say."""
    a, *_ = (await chained(tenant)).split()
    (receipt,) = await send(tenant, alert("x", a, title="the key is k3y", severity=Severity.CRITICAL))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    closed = (await tenant.house.context.problems.close(tenant.admin, standing.id)).problem
    await tenant.house.context.amend.change(
        tenant.admin, receipt.id, lambda event: replace(event, title="a key was shown", severity=Severity.ERROR)
    )
    await settle(tenant)
    (left,) = await problems_of(tenant)
    said = replace(closed, title="a key was shown", severity=Severity.ERROR)
    assert as_grouped(left) == as_grouped(said)


async def test_a_person_closes_what_was_changed_just_before(tenant: Tenant) -> None:
    """[PR5, PR10] Nobody has looked at the change by then, and nobody does afterwards."""
    a, *_ = (await chained(tenant)).split()
    (receipt,) = await send(tenant, alert("x", a, title="the key is k3y", severity=Severity.CRITICAL))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    async with tenant.house.pool.transaction() as db:
        await problems.turn(db, tenant.admin.account_id)  # nobody else groups it
        await alerts.follow(db, tenant.admin.account_id, await renamed(tenant, receipt.id, "a key was shown"))
        await headlines.seal(db, tenant.admin.account_id, standing.id, at=NOW)
    await settle(tenant)
    (left,) = await problems_of(tenant)
    assert (left.title, left.severity, left.is_sealed) == ("a key was shown", Severity.CRITICAL, True)


async def test_what_is_removed_leaves_its_problem(tenant: Tenant) -> None:
    """[PR6] As if it had never been; of a problem without alerts nothing is open."""
    ids = await chained(tenant)
    a, _, c, _, _, f, _ = ids.split()
    receipts = await send(tenant, alert("x", a), alert("y", f), alert("z", c, severity=Severity.CRITICAL))
    await settle(tenant)
    assert await told(tenant) == {frozenset("xyz")}
    await tenant.house.context.amend.remove(tenant.admin, receipts[2].id)
    await settle(tenant)
    assert await told(tenant) == {frozenset("x"), frozenset("y")}
    gone = (await alerts_of(tenant))["x"].problem_id
    await tenant.house.context.amend.remove(tenant.admin, receipts[0].id)
    await settle(tenant)
    assert await told(tenant) == {frozenset("y")}
    left = await tenant.house.context.problems.require(tenant.admin, gone or UUID(int=0))
    assert (left.alert_count, left.state) == (0, ProblemState.CLOSED)


async def test_a_host_that_was_to_go_may_be_away(tenant: Tenant) -> None:
    """[PR9] Whether the mark comes before the alert or after it; other alerts, and other hosts, count."""
    a, b, *_ = (await chained(tenant)).split()
    mark = report(type="MARKED_FOR_TERMINATION", title="going", span=moment(ago(minutes=2)), scope=Scope.entities([a]))
    gone = alert("x", a, type="AVAILABILITY_EVENT")
    await send(tenant, gone, alert("y", a), alert("z", b, type="AVAILABILITY_EVENT"))
    await settle(tenant)
    assert await told(tenant) == {frozenset("xyz")}
    await send(tenant, mark)
    await settle(tenant)
    assert await told(tenant) == {frozenset("yz")}
    silenced = (await alerts_of(tenant))["x"]
    assert (silenced.silenced_by, silenced.silenced_until) == (Silence.TERMINATION, ago(minutes=2) + HOUR)

    later = Grouping(tenant.house.pool, rules=Rules(), clock=lambda: NOW + HOUR)
    await settle(tenant, later)
    counted = (await alerts_of(tenant))["x"]
    assert (counted.since, counted.problem_id is None) == (ago(minutes=2) + HOUR, False)


async def test_what_comes_and_goes_opens_no_problem(tenant: Tenant) -> None:
    """[PR8] Also where what came before it was told last; unless it lasts, or its sender says so."""
    a, *_ = (await chained(tenant)).split()
    began = datetime.now(UTC).replace(microsecond=0)  # and no earlier: it lasts by the clock
    before = [over(f"{n}", a, 30 * n, 25, type="slow") for n in range(4)]
    await send(tenant, alert("x", a, type="slow", span=moment(began)))
    await settle(tenant)
    assert frozenset("x") in await told(tenant)
    await send(tenant, *before)
    await settle(tenant)
    damped = (await alerts_of(tenant))["x"]
    assert (damped.silenced_by, damped.silenced_until) == (Silence.FREQUENT, began + 25 * MINUTE)
    assert await told(tenant) == {frozenset("0"), frozenset("1"), frozenset("2")}  # nor did the fourth
    await send(tenant, alert("y", a, type="slow", handling=frozenset({Handling.ALWAYS})))
    await settle(tenant)
    assert frozenset("y") in await told(tenant)
    await settle(tenant, Grouping(tenant.house.pool, rules=Rules(), clock=lambda: began + 25 * MINUTE))
    assert (await alerts_of(tenant))["x"].since == began + 25 * MINUTE


async def test_a_sender_may_want_none_or_its_own(tenant: Tenant) -> None:
    """[PR11] Handling is of the alert that the report opens."""
    a, *_ = (await chained(tenant)).split()
    await send(
        tenant, alert("x", a), alert("y", a, handling=frozenset({Handling.ALONE})),
        alert("z", a, handling=frozenset({Handling.NO_PROBLEM})),
    )  # fmt: skip
    await settle(tenant)
    assert await told(tenant) == {frozenset("x"), frozenset("y")}
    assert (await alerts_of(tenant))["z"].silenced_by is Silence.ASKED


async def test_what_goes_wrong_in_one_account_stays_there(account: MakeTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PR6] The others are grouped, and it is tried again."""
    one, two = await account(), await account()
    a, *_ = (await chained(one)).split()
    b, *_ = (await chained(two)).split()
    whole = grouping.group

    def breaks(conditions: Iterable[Condition], *rest: Any) -> Outcome:  # noqa: ANN401  what `group` takes
        known = list(conditions)
        if any(condition.key == "bad" for condition in known):
            raise RuntimeError
        return whole(known, *rest)

    monkeypatch.setattr(grouping, "group", breaks)
    await send(one, alert("bad", a))
    await send(two, alert("good", b))
    await settle(two)
    assert (await told(one), await told(two)) == (set(), {frozenset({"good"})})
    monkeypatch.undo()
    await settle(one)
    assert await told(one) == {frozenset({"bad"})}


async def test_of_too_many_the_problems_that_stand_are_left_whole(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PR2] What would be looked at in part only is not looked at."""
    a, *_ = (await chained(tenant)).split()
    await send(tenant, *(alert(key, a) for key in "wxyz"))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    monkeypatch.setattr(circle, "MOST_TOGETHER", 3)
    await send(tenant, alert("late", a))
    await settle(tenant)
    assert await told(tenant) == {frozenset("wxyz"), frozenset({"late"})}
    assert standing.id in {one.id for one in await problems_of(tenant) if one.alert_count == 4}


async def test_what_came_by_a_clock_that_is_ahead_is_grouped_at_once(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """[PR1] Opened, of another severity, and over: of a node whose clock is an hour ahead of that of who groups."""
    ahead = make_ingest(clock=lambda: datetime.now(UTC) + HOUR)
    account = tenant.admin.account_id
    (a, *_) = (await chained(tenant)).split()

    await ahead.accept(account, [alert("x", a, timeout=2 * HOUR)])
    await settle(tenant)
    assert await told(tenant) == {frozenset("x")}
    await ahead.accept(account, [alert("x", a, timeout=2 * HOUR, severity=Severity.CRITICAL)])
    await settle(tenant)
    assert [one.severity for one in await problems_of(tenant)] == [Severity.CRITICAL]
    await ahead.accept(account, [recovery("x")])
    await settle(tenant)
    assert [one.state for one in await problems_of(tenant)] == [ProblemState.CLOSED]


async def test_an_alert_stays_in_its_problem_when_there_is_no_room_for_that(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PR2] It turns out that it ended so long before the last one began that the problem would be gone through."""
    a, *_ = (await chained(tenant)).split()
    keys = [f"k{n}" for n in range(9)]
    await send(tenant, *(alert(k, a, span=moment(ago(minutes=40 - 4 * n)), timeout=HOUR) for n, k in enumerate(keys)))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    monkeypatch.setattr(circle, "MOST_TOGETHER", 3)
    await send(tenant, recovery("k0", ago(minutes=39)))
    await settle(tenant)
    (left,) = await problems_of(tenant)
    assert (left.id, left.number, left.alert_count) == (standing.id, standing.number, 9)
    assert await told(tenant) == {frozenset(keys)}


async def test_of_many_as_many_are_looked_at_as_there_is_room_for(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PR2, PR6] Those that began first, with all that they may belong to; the others next, without delay."""
    a, *_, f, q = (await chained(tenant)).split()
    places = {"a": a, "f": f, "q": q}
    await send(tenant, *(alert(f"{key}{place}", on) for place, on in places.items() for key in "xy"))
    await settle(tenant)
    sizes: list[int] = []
    whole = grouping.group

    def counts(conditions: Iterable[Condition], *rest: Any) -> Outcome:  # noqa: ANN401  what `group` takes
        known = list(conditions)
        sizes.append(len(known))
        return whole(known, *rest)

    monkeypatch.setattr(grouping, "group", counts)
    monkeypatch.setattr(circle, "MOST_TOGETHER", 3)
    await send(tenant, *(alert(f"z{place}", on, span=moment(ago(minutes=1))) for place, on in places.items()))
    await settle(tenant)

    assert sizes == [3, 3, 3]
    assert await told(tenant) == {frozenset({f"x{place}", f"y{place}", f"z{place}"}) for place in places}


# --- in any order, at any pace, by any number of nodes

Said = tuple[str, int, int, str, str, Severity]


def reports(entities: str, begins: int, lasts: int, types: str) -> st.SearchStrategy[list[Said]]:
    """What may be said of these entities, in these many minutes."""
    one = st.tuples(
        st.sampled_from(entities), st.integers(0, begins), st.integers(1, lasts), st.sampled_from("klmn"),
        st.sampled_from(types.split()), st.sampled_from(list(Severity)),
    )  # fmt: skip
    return st.lists(one, min_size=1, max_size=14)


# All over the place; and on one entity time and again, so that damping has its part in it.
REPORTS: Final = st.one_of(reports("abcefq", 100, 40, "slow down"), reports("a", 200, 20, "slow"))
PACES: Final = st.lists(st.integers(1, 5), min_size=14, max_size=14)


async def make(account: MakeTenant, said: Sequence[Said], paces: Iterable[int]) -> Tenant:
    """An account to which this was said in this order, grouped now and then in between."""
    tenant = await account()
    ids = dict(zip("abcdefq", (await chained(tenant)).split(), strict=True))
    left = [
        over(f"{key}{on}", ids[on], begins, lasts, title=f"{on} {begins} {lasts} {key}", type=kind, severity=severity)
        for on, begins, lasts, key, kind, severity in said
    ]
    for pace in paces:
        if left:
            await send(tenant, *left[:pace])
            await asyncio.gather(*(settle(tenant, Grouping(tenant.house.pool, rules=Rules())) for _ in range(2)))
            left = left[pace:]
    await settle(tenant)
    return tenant


def said_of(problems: Iterable[Problem]) -> list[tuple[object, ...]]:
    """All that must be the same, whatever a problem is called."""
    return sorted(
        (one.opened_at, one.closed_at, one.severity, one.alert_count, one.types)
        for one in problems
    )  # fmt: skip


async def test_the_order_of_arrival_does_not_matter(account: MakeTenant) -> None:
    """[PR6] In batches of any size, two nodes at a time, or all again: the same problems."""

    async def both(said: list[Said], other: list[Said], paces: list[int]) -> None:
        one, two = await make(account, said, [len(said)]), await make(account, other, paces)
        assert await told(one) == await told(two)
        assert said_of(await problems_of(one)) == said_of(await problems_of(two))
        before = await problems_of(two)
        await regroup(two)
        assert list(map(as_grouped, await problems_of(two))) == list(map(as_grouped, before))

    @settings(max_examples=40)
    @given(REPORTS, PACES, st.randoms(use_true_random=False))
    def permuted(said: list[Said], paces: list[int], random: Random) -> None:
        other = list(said)
        random.shuffle(other)
        anyio.from_thread.run(both, said, other, paces)

    await anyio.to_thread.run_sync(permuted)


async def test_what_is_muted_stays_so_when_its_condition_came_again(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """[PR10, PR6] Each report says when the condition began, as Alertmanager does; it expires, and comes at once."""
    a, *_ = (await chained(tenant)).split()
    began = moment(ago(minutes=30))
    clock = [datetime.now(UTC)]
    ingest = make_ingest(clock=lambda: clock[0])
    said = alert("x", a, span=began, timeout=5 * MINUTE)
    account = tenant.admin.account_id
    await ingest.accept(account, [said])
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    await tenant.house.context.problems.close(tenant.admin, standing.id)
    clock[0] = datetime.now(UTC)
    await ingest.accept(account, [said])
    await settle(tenant)
    (muted,) = [one for one in (await all_alerts(tenant)) if one.silenced_by is Silence.MUTED]
    clock[0] += 6 * MINUTE
    await ingest.accept(account, [said])
    await settle(tenant)
    found = {one.id: one for one in await all_alerts(tenant)}
    assert len(found) == 3
    assert (found[muted.id].silenced_by, found[muted.id].problem_id) == (Silence.MUTED, None)
    (anew,) = [one for one in await problems_of(tenant) if one.id != standing.id]
    assert anew.alert_count == 1


async def all_alerts(tenant: Tenant) -> Sequence[Alert]:
    return (await tenant.house.context.alerts.page(tenant.admin, AlertFilter(), cursor=None, limit=1000)).items


@pytest.mark.parametrize("is_removed", [True, False])
async def test_what_came_and_went_is_usual_no_more_when_it_is_gone(tenant: Tenant, *, is_removed: bool) -> None:
    """[PR6, PR8] A person removes it, or says that it was another day: what it kept quiet counts."""
    a, *_ = (await chained(tenant)).split()
    first, *_ = await send(tenant, *(over(f"{n}", a, 30 * n, 25, type="slow") for n in range(4)))
    await settle(tenant)
    assert (await alerts_of(tenant))["3"].silenced_by is Silence.FREQUENT

    amend = tenant.house.context.amend
    if is_removed:
        await amend.remove(tenant.admin, first.id)
    else:
        await amend.change(tenant.admin, first.id, lambda event: replace(event, span=moment(ago(days=2))))
    await settle(tenant)

    assert (await alerts_of(tenant))["3"].silenced_by is None
    assert frozenset("3") in await told(tenant)


async def test_what_was_muted_counts_when_what_a_person_closed_is_gone(tenant: Tenant) -> None:
    """[PR6, PR10] As if that had never been."""
    a, *_ = (await chained(tenant)).split()
    (closed,) = await send(tenant, alert("x", a, span=moment(ago(minutes=2))))
    await settle(tenant)
    (standing,) = await problems_of(tenant)
    await tenant.house.context.problems.close(tenant.admin, standing.id)
    await send(tenant, alert("x", a, span=moment(ago(minutes=1))))
    await settle(tenant)
    assert (await alerts_of(tenant))["x"].silenced_by is Silence.MUTED

    await tenant.house.context.amend.remove(tenant.admin, closed.id)
    await settle(tenant)

    assert (await alerts_of(tenant))["x"].silenced_by is None
