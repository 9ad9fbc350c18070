"""What holds for every grouping of alerts, and where each rule begins and ends."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.correlate.problems import (
    Before,
    Condition,
    Group,
    Nearness,
    Past,
    Quiet,
    Rules,
    Said,
    Standing,
    group,
    quiet,
)
from whence.correlate.problems.planned import planned
from whence.correlate.problems.rules import is_of_availability
from whence.domain.alert import Alert, ClosedBy, Silence
from whence.domain.entity import Entity
from whence.domain.event import Handling, Severity, Span
from whence.domain.maintenance import Maintenance, Mode, Recurrence
from whence.domain.scope import Scope

AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES: Final = Rules()
CHAIN: Final = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f")]  # each calls the next


def after(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def numbered(n: int) -> UUID:
    return UUID(int=n)


def condition(name: str, minutes: float = 0, on: str = "a", lasts: float | None = 10, **given: Any) -> Condition:  # noqa: ANN401
    """An alert with the key `name`, which stands for its id as well."""
    since = after(minutes)
    defaults: dict[str, Any] = {
        "id": UUID(bytes=name.encode().ljust(16, b"\0")), "key": name, "since": since,
        "until": None if lasts is None else since + timedelta(minutes=lasts), "subjects": tuple(on.split()),
    }  # fmt: skip
    return Condition(**{**defaults, **given})


def name_of(one: Condition) -> str:
    return one.id.bytes.rstrip(b"\0").decode()


def grouped(
    conditions: Iterable[Condition], pairs: Iterable[tuple[str, str]] = CHAIN, rules: Rules = RULES
) -> list[set[str]]:
    """The names of the alerts in each problem."""
    near = Nearness(pairs, steps=rules.steps, hub=rules.hub)
    outcome = group(conditions, near, rules, {})
    return [set(map(name_of, made.members)) for made in outcome.groups]


TOGETHER: Final = [{"x", "y"}]
APART: Final = [{"x"}, {"y"}]


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (condition("x"), condition("y", 5), TOGETHER),
        (condition("x"), condition("y", 5.01), APART),
        (condition("x", lasts=None), condition("y", 6), APART),  # that the first goes on says nothing
        (condition("x"), condition("y", on="d"), TOGETHER),  # three steps
        (condition("x", on="d"), condition("y", on="a"), TOGETHER),
        (condition("x"), condition("y", on="e"), APART),  # four
        (condition("x", on="q"), condition("y", on="z"), APART),
        (condition("x", on=""), condition("y", on=""), APART),  # of what is about nothing, time says nothing
        (condition("x", on="q a"), condition("y", on="z b"), TOGETHER),
        (condition("x", alone=True), condition("y"), APART),
        (condition("x"), condition("y", alone=True), APART),
    ],
)
def test_same_or_related_entities_and_little_time_between(x: Condition, y: Condition, expected: list[set[str]]) -> None:
    """[PR1] Both are needed."""
    assert grouped([x, y]) == expected


@pytest.mark.parametrize(
    ("lasts", "again", "expected"),
    [(10, 40, TOGETHER), (10, 40.01, APART), (80, 90, TOGETHER), (80, 90.01, APART), (4, 34, TOGETHER)],
)
@pytest.mark.parametrize("alone", [False, True])
def test_a_condition_that_comes_again_reopens(
    lasts: float, again: float, *, alone: bool, expected: list[set[str]]
) -> None:
    """[PR3] Within half an hour of the end, unless the problem is over an hour and a half old."""
    x = condition("x", lasts=lasts, alone=alone)
    y = condition("y", again, key="x", alone=alone)
    assert grouped([x, y]) == expected


def test_another_condition_reopens_nothing() -> None:
    """[PR3] That something else breaks later is another problem."""
    assert grouped([condition("x"), condition("y", 20)]) == APART


def test_an_old_problem_takes_no_more() -> None:
    """[PR2] A chain of alerts, each four minutes after the last, is cut after ninety minutes."""
    chain = [condition(f"{n:03}", 4 * n) for n in range(30)]
    first, second = grouped(chain)
    assert len(first) == 23  # 0, 4, … 88 minutes
    assert first | second == set(map(name_of, chain))


def test_one_that_belongs_to_two_makes_them_one() -> None:
    """[PR4] Whoever bridges them."""
    ends = [condition("x", on="a"), condition("y", 1, on="f")]
    assert grouped(ends) == APART
    assert grouped([*ends, condition("z", 2, on="c d")]) == [{"x", "y", "z"}]


def test_a_hub_ties_nothing_together() -> None:
    """[PR1] Two of a cluster's hundred services have nothing in common; what is on the cluster has."""
    star = [(f"s{n}", "hub") for n in range(100)]
    assert grouped([condition("x", on="s1"), condition("y", on="s2")], star) == APART
    assert grouped([condition("x", on="s1"), condition("y", on="hub")], star) == TOGETHER
    assert grouped([condition("x", on="s1"), condition("y", on="s2")], star[:50]) == TOGETHER


def test_a_problem_has_room_for_so_many() -> None:
    """[PR2] Beyond, there is another one."""
    few = replace(RULES, most=3)
    assert [len(one) for one in grouped([condition(f"{n}", n / 100) for n in range(7)], rules=few)] == [3, 3, 1]


# --- in any order, against a version that can be read at a glance


@st.composite
def some(draw: st.DrawFn) -> Condition:
    """Any alert of a few hours."""
    n = draw(st.integers(0, 10_000))
    return condition(
        f"{n}",
        draw(st.integers(0, 120)),
        draw(st.sampled_from(["a", "b", "c", "e", "f", "q", "a q", ""])),
        draw(st.one_of(st.none(), st.integers(0, 60))),
        key=draw(st.sampled_from("klmn")),
        alone=draw(st.integers(0, 9)) == 0,
        id=numbered(n),
    )


CONDITIONS: Final = st.lists(some(), max_size=25, unique_by=lambda one: one.id)


def plainly(conditions: Sequence[Condition], near: Nearness) -> list[set[UUID]]:
    """The rules as they are said: every alert against every problem."""
    problems: list[list[Condition]] = []
    for one in sorted(conditions, key=_age):
        before = [(member, problem) for problem in problems for member in problem if member.key == one.key]
        last = max(before, key=lambda found: _age(found[0]))[1] if before else None
        found = [problem for problem in problems if _belongs(one, problem, near, is_last=problem is last)]
        for other in found[1:]:
            found[0] += other
        problems = [problem for problem in problems if not any(problem is other for other in found[1:])]
        if found:
            found[0].append(one)
        else:
            problems.append([one])
    return [{member.id for member in problem} for problem in problems]


def _age(one: Condition) -> tuple[datetime, str, UUID]:
    return one.since, one.key, one.id


def _belongs(one: Condition, problem: list[Condition], near: Nearness, *, is_last: bool) -> bool:
    if one.since - min(member.since for member in problem) > RULES.takes:
        return False
    ends = [member.until for member in problem]
    goes_on = None in ends or one.since - max(end for end in ends if end is not None) <= RULES.reopens
    if is_last and goes_on and problem[0].alone == one.alone:
        return True
    return not (one.alone or problem[0].alone) and any(
        one.since - member.since <= RULES.gap and near.around(one.subjects) & set(member.subjects) for member in problem
    )


@given(CONDITIONS, st.randoms(use_true_random=False))
def test_in_any_order_they_are_the_same_problems(conditions: list[Condition], random: Random) -> None:
    """[PR6] And those of the plain version."""
    near = Nearness(CHAIN, steps=3, hub=50)
    expected = plainly(conditions, near)
    shuffled = list(conditions)
    random.shuffle(shuffled)
    outcome = group(shuffled, near, RULES, {})
    assert [{one.id for one in made.members} for made in outcome.groups] == expected


def stood(made: Group, n: int) -> Standing:
    """The problem as it stands, called by a number, without its alerts."""
    ends = [one.until for one in made.members]
    return Standing(
        id=numbered(n), number=n, alerts=len(made.members), first=made.members[0].age, last=made.members[-1].since,
        until=None if None in ends else max(end for end in ends if end is not None), alone=made.members[0].alone,
    )  # fmt: skip


def remembered(groups: Sequence[Group], since: datetime, names: Iterable[int]) -> Before:
    """What is known of the groups when none of their alerts is gone through that began before then."""
    numbers = dict(zip(names, groups, strict=True))
    problems = {n: stood(made, n) for n, made in numbers.items()}
    places = [
        ((numbered(n), subject), one.since)
        for n, made in numbers.items() for one in made.members if not one.alone for subject in one.subjects
    ]  # fmt: skip
    said = [Said(age=one.age, problem_id=numbered(n)) for n, made in numbers.items() for one in made.members]
    return Before(
        ends=since,
        problems=list(problems.values()),
        places=dict(sorted(places, key=lambda place: place[1])),
        said=said,
    )


@given(CONDITIONS, st.sets(st.integers(0, 24)), st.sets(st.integers(0, 24)))
def test_what_stood_before_need_not_be_gone_through(
    conditions: list[Condition], late: set[int], looked_at: set[int]
) -> None:
    """[PR6] Of what stood when some came late, only problems that began something since are gone through, or any."""
    near = Nearness(CHAIN, steps=3, hub=50)
    fresh = [one for n, one in enumerate(conditions) if n in late]
    since = min((one.since for one in fresh), default=after(121))
    standing = group([one for one in conditions if one not in fresh], near, RULES, {}).groups
    known = [n for n, made in enumerate(standing) if n not in looked_at and made.members[-1].since < since]
    swept = [one for n, made in enumerate(standing) if n not in known for one in made.members]
    before = remembered([standing[n] for n in known], since, known)
    outcome = group(fresh + swept, near, RULES, {}, before)

    found = [
        {one.id for one in made.members} | {one.id for whole in made.whole for one in standing[whole.number].members}
        for made in outcome.groups
    ]
    assert found == [{one.id for one in made.members} for made in group(conditions, near, RULES, {}).groups]


def test_what_came_between_was_another_problem() -> None:
    """[PR3] A condition comes again after the last of its key, though nobody goes through the problem of that one."""
    first, again = condition("x", lasts=None), condition("z", 20, on="q", key="x")
    between = Said(age=(after(10), "x", numbered(9)), problem_id=numbered(1))
    near = Nearness(CHAIN, steps=3, hub=50)
    for said, problems in (([], 1), ([between], 2)):
        outcome = group([first, again], near, RULES, {}, Before(ends=after(30), said=said))
        assert len(outcome.groups) == problems


def named(outcome_of: Iterable[Condition], *standing: int) -> tuple[list[UUID | None], dict[UUID, int], list[UUID]]:
    known = {numbered(n): Standing(id=numbered(n), number=n) for n in standing}
    outcome = group(outcome_of, Nearness(CHAIN, steps=3, hub=50), RULES, known)
    return [made.id for made in outcome.groups], dict(outcome.merged), list(outcome.emptied)


def test_a_problem_keeps_its_name() -> None:
    """[PR4] Of two that become one the earlier raised stays; of one that becomes two the earlier part is it."""
    one, two = numbered(1), numbered(2)
    together = [condition("x", problem_id=two), condition("y", 1, problem_id=one)]
    apart = [condition("x", problem_id=one), condition("y", 60, problem_id=one)]
    assert named(together, 1, 2) == ([one], {two: 0}, [])
    assert named(apart, 1) == ([one, None], {}, [])
    assert named([condition("x", problem_id=one), condition("y", 60, problem_id=one),
                  condition("z", 61, problem_id=two)], 1, 2) == ([one, two], {}, [])  # fmt: skip
    assert named([condition("x")], 1) == ([None], {}, [one])
    assert named([condition("x", problem_id=one)]) == ([None], {}, [])  # one that takes no change is not its


# --- why an alert opens no problem


def alert(minutes: float = 0, lasts: float | None = None, **given: Any) -> Alert:  # noqa: ANN401
    opened = after(minutes)
    defaults: dict[str, Any] = {
        "id": numbered(1), "key": "k", "opened_at": opened, "last_report_at": opened, "expires_at": None,
        "closed_at": None if lasts is None else opened + timedelta(minutes=lasts),
        "closed_by": None if lasts is None else ClosedBy.RECOVERY, "severity": Severity.ERROR, "title": "t",
        "type": "AVAILABILITY_EVENT", "source": "s", "dialect": "whence", "event_id": numbered(2), "event_at": opened,
    }  # fmt: skip
    return Alert(**{**defaults, **given})


def never(_: datetime) -> None:
    """No maintenance at all."""


def lives(*minutes: float, day: int = 0) -> list[Span]:
    """Episodes of those lengths, earlier the same day or so many days before."""
    start = after(-600 - 1440 * day)
    return [Span(start=start, end=start + timedelta(minutes=length)) for length in minutes]


@pytest.mark.parametrize(
    ("episodes", "lasts"),
    [
        ([], None),
        (lives(10, 25, 40, 5, 30), 25),  # the contract's example: four are longer than 8 minutes
        (lives(10, 25), None),
        (lives(10, 25, 40), 10),
        (lives(400, 320), 320),  # together twelve hours
        (lives(400, 319), None),
        (lives(400, 319, 1), 1),  # both, with the third, which is no longer than a minute
        ([*lives(30, 30, day=1), *lives(30, 30, day=2), *lives(30, 30, day=3)], None),
        ([*lives(30, 30, day=1), *lives(30, 30, day=2), *lives(30, 30, 20, day=3)], 20),
        (lives(10, 10, 10, 10, 10, 10, 10, day=8), None),
        ([*lives(1600, day=4), *lives(1424, day=6)], 1424),  # together 50.4 hours
        ([*lives(1600, day=4), *lives(1423, day=6)], None),
    ],
)
def test_what_comes_and_goes_is_damped(episodes: list[Span], lasts: float | None) -> None:
    """[PR8] Until it has lasted for longer. Source: DESK contract 6, frequent issues."""
    episodes = [replace(span, end=max(span.end, span.start)) for span in episodes]
    expected = None if lasts is None else Quiet(by=Silence.FREQUENT, until=after(lasts))
    assert quiet(alert(), Past(episodes=episodes), never, RULES) == expected
    assert quiet(alert(), Past(episodes=episodes), never, replace(RULES, damps=False)) is None
    asked = alert(handling=frozenset({Handling.ALWAYS}))
    assert quiet(asked, Past(episodes=episodes), never, RULES) is None


@pytest.mark.parametrize(("minutes", "until"), [(0, 60), (-59, 1), (-60, None), (1, None)])
def test_what_was_marked_for_termination_may_go(minutes: float, until: float | None) -> None:
    """[PR9] For an hour. Source: DESK contract 6, 13."""
    past = Past(marks=[after(minutes)])
    expected = None if until is None else Quiet(by=Silence.TERMINATION, until=after(until))
    assert quiet(alert(), past, never, RULES) == expected
    assert quiet(alert(type="ERROR_EVENT"), past, never, RULES) is None


@pytest.mark.parametrize(
    ("by", "expires", "opened", "muted"),
    [
        (ClosedBy.PROBLEM, 15, 15, True),
        (ClosedBy.PROBLEM, 15, 16, False),
        (ClosedBy.PROBLEM, None, 35, True),  # half an hour, where it says nothing itself
        (ClosedBy.PROBLEM, None, 36, False),
        (ClosedBy.USER, 15, 15, False),
        (ClosedBy.RECOVERY, 15, 15, False),
    ],
)
def test_what_a_person_closed_is_muted(by: ClosedBy, expires: int | None, opened: int, *, muted: bool) -> None:
    """[PR10] Until it has expired once. Source: DESK contract 6, 19."""
    before = alert(lasts=5, expires_at=None if expires is None else after(expires))
    past = Past(before=replace(before, closed_by=by))
    assert quiet(alert(opened), past, never, RULES) == (Quiet(by=Silence.MUTED, until=None) if muted else None)


def test_a_sender_may_want_no_problem() -> None:
    """[PR11] For as long as the alert lives."""
    asked = alert(handling=frozenset({Handling.NO_PROBLEM}))
    assert quiet(asked, Past(), never, RULES) == Quiet(by=Silence.ASKED, until=None)


def window(begins: float, ends: float, **given: Any) -> Maintenance:  # noqa: ANN401
    defaults: dict[str, Any] = {
        "id": numbered(3), "name": "patch day", "starts_at": after(begins), "ends_at": after(ends),
        "created_by": "t", "created_at": AT, "updated_at": AT,
    }  # fmt: skip
    return Maintenance(**{**defaults, **given})


def entity(name: str) -> Entity:
    return Entity(id=f"SERVICE-{name}", tag=name, type="SERVICE", name=name, first_seen=AT, last_seen=AT)


def test_stretches_that_adjoin_are_one_silence() -> None:
    """[PR7] Maintenance until the hour of a mark, which goes on where that ends: the first reason is told."""
    windows = [window(-10, 30), window(60, 70, mode=Mode.RECORD_ONLY)]

    def plans(at: datetime) -> tuple[datetime, Silence] | None:
        return planned(windows, [], at)

    past = Past(marks=[after(0)])
    assert quiet(alert(), past, plans, RULES) == Quiet(by=Silence.MAINTENANCE, until=after(70))
    assert quiet(alert(), Past(), plans, RULES) == Quiet(by=Silence.MAINTENANCE, until=after(30))
    assert quiet(alert(lasts=20), past, plans, RULES) == Quiet(by=Silence.MAINTENANCE, until=after(30))
    assert quiet(alert(30), Past(), plans, RULES) is None
    assert quiet(alert(65), Past(), plans, RULES) == Quiet(by=Silence.PLANNED, until=after(70))


def test_all_that_an_alert_is_about_must_be_under_maintenance() -> None:
    """[PR7] What runs on a host is where the host is; what nobody knows only where everything is."""
    shop, host, cart = entity("shop"), entity("host"), entity("cart")
    mine = window(-1, 9, scope=Scope.entities([host.id]))
    longer = window(-1, 20, scope=Scope.entities([cart.id]), recurrence=Recurrence.DAILY, mode=Mode.RECORD_ONLY)
    assert planned([mine], [[shop, host]], AT) == (after(9), Silence.MAINTENANCE)
    assert planned([mine], [[shop]], AT) is None
    assert planned([mine], [[shop, host], [cart]], AT) is None
    assert planned([mine, longer], [[shop, host], [cart]], AT) == (after(9), Silence.MAINTENANCE)
    assert planned([longer], [[cart]], AT) == (after(20), Silence.PLANNED)
    assert planned([mine], [], AT) is None
    assert planned([window(-1, 9)], [], AT) == (after(9), Silence.MAINTENANCE)
    assert planned([], [[shop]], AT) is None


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [("AVAILABILITY_EVENT", True), ("HostDown", True), ("host-down", True), ("ERROR_EVENT", False), ("slow", False)],
)
def test_which_alerts_say_that_something_is_away(event_type: str, *, expected: bool) -> None:
    """[PR9] By the word, however it is written."""
    assert is_of_availability(event_type) == expected
