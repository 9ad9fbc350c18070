"""What is gathered for a ranking of causes: whose, of when, about whom, and how much at most."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from tests.builders import NOW, ago, draft, moment, report
from tests.tenants import MakeTenant, Tenant
from whence.correlate.causes import Evidence, Graph
from whence.domain.entity import Draft, Entity, RelationKind
from whence.domain.event import Kind, Severity, Span
from whence.domain.scope import ALL_SERVICES, Clause, Scope
from whence.registry import Named
from whence.store import evidence, graph, subjects, within
from whence.store.graph import Graphs

_LOOKBACK: Final = timedelta(hours=2)
_CALLS: Final = RelationKind.CALLS


async def gathered(tenant: Tenant, *, about: str | None = None, at: datetime = NOW) -> Evidence:
    """The evidence of the tenant's account."""
    async with tenant.house.pool.snapshot() as db:
        return await evidence.gather(db, Graphs(), tenant.admin.account_id, at=at, lookback=_LOOKBACK, about=about)


async def sent(tenant: Tenant, kind: Kind, at: datetime, title: str, **given: Any) -> None:  # noqa: ANN401  as `report`
    """An event of the kind; a problem stays open unless it has an end."""
    key = title if kind is Kind.PROBLEM else None
    await tenant.send([report(**{"kind": kind, "span": moment(at), "title": title, "key": key, **given})])


async def alert(tenant: Tenant, at: datetime, title: str = "alert", **given: Any) -> None:  # noqa: ANN401  the same
    """A problem."""
    await sent(tenant, Kind.PROBLEM, at, title, **given)


async def services(tenant: Tenant, *names: str) -> list[Entity]:
    """Services with these names, which are their tags as well."""
    return await tenant.register(*(draft(name, tag=name) for name in names))


async def relate(tenant: Tenant, *pairs: tuple[str, str]) -> None:
    """Of each pair of tags the first calls the second."""
    named = [Named(source=source, target=target, kind=_CALLS) for source, target in pairs]
    await tenant.house.context.registry.relate(tenant.admin, named)


def pairs(relations: Graph) -> set[tuple[str, str]]:
    """The ends of each relation."""
    return {(one.source, one.target) for one in relations.relations()}


def titles(found: Sequence[Any]) -> list[str]:
    """What they are called, in order."""
    return sorted(one.title for one in found)


async def test_what_is_of_its_time(tenant: Tenant) -> None:
    """Alerts of the window, changes from as long before the first of them, notes of some hours more; nothing later."""
    await alert(tenant, ago(hours=3), "before", span=Span(start=ago(hours=3), end=ago(minutes=150)))
    await alert(tenant, ago(minutes=90), "first")
    await alert(tenant, ago(minutes=-5), "later")
    for minutes in (-5, 10, 200, 2000):
        await sent(tenant, Kind.CHANGE, ago(minutes=minutes), f"change {minutes}")
        await sent(tenant, Kind.INFO, ago(minutes=minutes), f"note {minutes}")

    found = await gathered(tenant)

    assert (found.at, found.lookback) == (NOW, timedelta(minutes=90) + _LOOKBACK)
    assert titles(found.alerts) == ["first"]
    assert titles(found.changes) == ["change 10", "change 200"]
    assert titles(found.notes) == ["note 10", "note 200"]


async def test_an_alert_that_is_over_counts(tenant: Tenant) -> None:
    """It opened in the window, whatever became of it."""
    await alert(tenant, ago(minutes=30), span=Span(start=ago(minutes=30), end=ago(minutes=20)))

    assert titles((await gathered(tenant)).alerts) == ["alert"]


@pytest.mark.parametrize(
    ("span", "at", "expected"),
    [
        pytest.param(moment(ago(hours=9)), NOW, ["old"], id="open still"),
        pytest.param(Span(start=ago(hours=9), end=ago(hours=1)), NOW, [], id="closed"),
        pytest.param(Span(start=ago(hours=11), end=ago(hours=1)), ago(hours=4), ["old"], id="open then"),
        pytest.param(moment(ago(days=8)), NOW, [], id="open for too long"),
    ],
)
async def test_nothing_opened_but_something_is_open(
    tenant: Tenant, span: Span, at: datetime, expected: list[str]
) -> None:
    """[CS5] The evidence is of the time around the alert that opened last."""
    await alert(tenant, span.start, "old", span=span)

    found = await gathered(tenant, at=at)

    assert titles(found.alerts) == expected
    if expected:
        assert (found.at, found.lookback) == (span.start + _LOOKBACK, 2 * _LOOKBACK)


async def test_an_incident_may_be_older_than_the_window(tenant: Tenant) -> None:
    """[CS5] What is open still and opened some hours ago counts beside what opened lately; what is over does not."""
    await alert(tenant, ago(hours=5), "first")
    await alert(tenant, ago(hours=4), "over", span=Span(start=ago(hours=4), end=ago(hours=3)))
    await alert(tenant, ago(minutes=10), "last")
    await sent(tenant, Kind.CHANGE, ago(hours=6), "change")

    found = await gathered(tenant)

    assert titles(found.alerts) == ["first", "last"]
    assert titles(found.changes) == ["change"]
    assert (found.at, found.lookback) == (NOW, timedelta(hours=5) + _LOOKBACK)


async def test_an_entity_that_is_asked_about_decides_which_time(tenant: Tenant) -> None:
    """[CS5] What opened elsewhere meanwhile does not hide what it suffers from."""
    shop, cart = await services(tenant, "shop", "cart")
    await alert(tenant, ago(hours=9), "old", scope=Scope.entities([shop.id]))
    await alert(tenant, ago(minutes=9), "new", scope=Scope.entities([cart.id]))

    assert titles((await gathered(tenant, about=shop.id)).alerts) == ["old"]
    assert titles((await gathered(tenant, about=cart.id)).alerts) == ["new"]
    assert titles((await gathered(tenant)).alerts) == ["new"]


async def test_whom_events_are_about(tenant: Tenant) -> None:
    """The entities that they name by id or as services; nobody where that is everybody, or somebody who is gone."""
    eu, us, gone = await tenant.register(
        draft("pay", cluster="eu"), draft("pay", cluster="us"), draft("gone", tag="gone")
    )
    await tenant.house.context.registry.remove(tenant.admin, "gone")
    scopes = {
        "id": Scope.entities([eu.id]), "ids": Scope.entities([eu.id, us.id]), "gone": Scope.entities([gone.id]),
        "name": Scope.services(clusters=["eu"], names=["pay"]), "names": Scope.services(names=["pay", "other"]),
        "cluster": Scope.services(clusters=["eu"]), "all": ALL_SERVICES, "none": Scope.entities([]),
    }  # fmt: skip
    for name, scope in scopes.items():
        await alert(tenant, ago(minutes=5), name, scope=scope)
        await sent(tenant, Kind.CHANGE, ago(minutes=9), name, scope=scope)

    found = await gathered(tenant)

    both = {eu.id, us.id}
    expected = {"id": {eu.id}, "ids": both, "name": {eu.id}, "names": both}
    assert {one.title: set(one.entities) for one in found.changes} == {
        name: expected.get(name, set()) for name in scopes
    }
    reach = {"gone": frozenset({gone.id}), "cluster": frozenset({eu.id}), "all": None, "none": frozenset[str]()}
    assert {one.title: one.within for one in found.changes} == {
        name: reach.get(name, frozenset(expected.get(name, set()))) for name in scopes
    }
    nobody: set[str | None] = {None}
    assert {name: {one.entity for one in found.alerts if one.title == name} for name in scopes} == {
        name: expected.get(name, nobody) for name in scopes
    }


async def test_what_concerns_many_is_about_none_of_them(tenant: Tenant) -> None:
    """It says where something was seen, not what it is about."""
    many = [Draft(name="pay", cluster=f"c{n}") for n in range(subjects.FEW + 1)]
    await tenant.register(*many)
    await alert(tenant, ago(minutes=5), "all", scope=Scope.services(names=["pay"]))
    few = [f"c{n}" for n in range(subjects.FEW)]
    await alert(tenant, ago(minutes=5), "few", scope=Scope.services(clusters=few, names=["pay"]))

    found = await gathered(tenant)

    assert [one.entity for one in found.alerts if one.title == "all"] == [None]
    assert len({one.entity for one in found.alerts if one.title == "few"} - {None}) == subjects.FEW


async def test_where_a_change_to_many_was_made(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """On any that its scope holds, whatever their type; not known where the account has too many entities."""
    rack, pay, mail = await tenant.register(
        Draft(name="rack", type="HOST", cluster="eu"), draft("pay", cluster="eu"), draft("mail", cluster="us")
    )
    either = Scope(clauses=(Clause(types=("HOST",)), Clause(types=("SERVICE", "HOST"), clusters=("us",))))
    for title, scope in {"either": either, "eu": Scope.services(clusters=["eu"])}.items():
        await sent(tenant, Kind.CHANGE, ago(minutes=9), title, scope=scope)
    await alert(tenant, ago(minutes=5))

    few = await gathered(tenant)
    monkeypatch.setattr(within, "MOST", 2)
    many = await gathered(tenant)

    assert {one.title: one.within for one in few.changes} == {
        "either": frozenset({rack.id, mail.id}),
        "eu": frozenset({pay.id}),
    }
    assert [one.within for one in many.changes] == [None, None]


async def test_what_is_said(tenant: Tenant) -> None:
    """Severity, type and properties as they were sent; of an alert that was reported again, the latest severity."""
    await alert(tenant, ago(minutes=5), severity=Severity.WARNING, type="latency")
    await alert(tenant, ago(minutes=4), severity=Severity.CRITICAL, type="latency")
    await sent(tenant, Kind.CHANGE, ago(minutes=9), "small", properties={"commit": "abc1234", "files": ["a.py"]})
    await sent(tenant, Kind.CHANGE, ago(minutes=9), "large", properties={"dump": "x" * 20_000})

    found = await gathered(tenant)

    ((one,), changes) = found.alerts, {change.title: change for change in found.changes}
    assert (one.type, one.severity, one.at) == ("latency", Severity.CRITICAL, ago(minutes=5))
    assert changes["small"].properties == {"commit": "abc1234", "files": ["a.py"]}
    assert changes["large"].properties == {}


async def test_the_past(tenant: Tenant) -> None:
    """How often alerts opened before the window, an hour; one that names its services is known again by its key."""
    shop, cart, mail = await services(tenant, "shop", "cart", "mail")
    named = Scope.services(names=["mail"])
    for hours in (4, 6, 12):
        span = Span(start=ago(hours=hours), end=ago(hours=hours) + timedelta(minutes=1))
        await alert(tenant, span.start, f"shop {hours}", span=span, scope=Scope.entities([shop.id]), type="slow")
        await alert(tenant, span.start, "mail", span=span, scope=named, type="slow")
    await alert(tenant, ago(minutes=5), "mail", scope=named, type="slow")
    await alert(tenant, ago(minutes=5), "cart", scope=Scope.entities([cart.id]), type="slow")

    found = (await gathered(tenant)).background

    hours = 12 - 2 - 5 / 60  # of the past: the window begins two hours before the first of its alerts
    assert found.rates == pytest.approx({(shop.id, "slow"): 3 / hours, (mail.id, "slow"): 3 / hours})
    assert found.type_rates == pytest.approx({"slow": 3 / hours})


async def test_the_newest_are_taken(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of alerts as of changes and notes; the window says how far back the alerts reach."""
    for most in ("MOST_ALERTS", "MOST_CHANGES", "MOST_NOTES"):
        monkeypatch.setattr(evidence, most, 2)
    for minutes in range(10, 15):
        await alert(tenant, ago(minutes=minutes), f"alert {minutes}")
        await sent(tenant, Kind.CHANGE, ago(minutes=minutes), f"change {minutes}")
        await sent(tenant, Kind.INFO, ago(minutes=minutes), f"note {minutes}")

    found = await gathered(tenant)

    assert titles(found.alerts) == ["alert 10", "alert 11"]
    assert found.at - found.lookback == ago(minutes=11)
    assert titles(found.changes) == ["change 10", "change 11"]
    assert titles(found.notes) == ["note 10", "note 11"]


async def test_what_was_done_long_after_the_alerts_leaves_room(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much that is: of what can have been a cause the newest are taken."""
    for most in ("MOST_CHANGES", "MOST_NOTES"):
        monkeypatch.setattr(evidence, most, 2)
    await alert(tenant, ago(minutes=60))
    for minutes in (62, 61, 30, 20, 10):
        await sent(tenant, Kind.CHANGE, ago(minutes=minutes), f"change {minutes}")
        await sent(tenant, Kind.INFO, ago(minutes=minutes), f"note {minutes}")

    found = await gathered(tenant)

    assert titles(found.changes) == ["change 61", "change 62"]
    assert titles(found.notes) == ["note 61", "note 62"]


async def test_the_graph_and_its_names(tenant: Tenant) -> None:
    """All relations of the account, and what everything is called."""
    made = {entity.tag: entity for entity in await services(tenant, "a", "b", "c", "d")}
    await relate(tenant, ("a", "b"), ("a", "c"), ("c", "d"))
    await alert(tenant, ago(minutes=5), scope=Scope.entities([made["a"].id]))

    found = await gathered(tenant)

    a, b, c, d = (made[tag].id for tag in "abcd")
    assert pairs(found.relations) == {(a, b), (a, c), (c, d)}
    assert found.names == {entity.id: entity.name for entity in made.values()}


@pytest.mark.parametrize(
    ("relations", "entities", "expected"),
    [
        pytest.param(4, 100, "ab bc", id="as many steps as there is room for"),
        pytest.param(2, 100, "ab bc", id="just room for two"),
        pytest.param(1, 100, "ab", id="one"),
        pytest.param(4, 2, "ab", id="no more entities"),
        pytest.param(4, 3, "ab bc", id="room for a third"),
    ],
)
async def test_a_large_graph_is_taken_step_by_step(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, relations: int, entities: int, expected: str
) -> None:
    """What is around those at stake, in both directions, in whole steps: the rest of the account is left out."""
    made = {entity.tag: entity for entity in await services(tenant, *"abcdefgh")}
    tags = {entity.id: tag for tag, entity in made.items()}
    await relate(tenant, ("a", "b"), ("c", "b"), *(("d", end) for end in "efgh"), ("e", "f"))
    monkeypatch.setattr(graph, "MOST_RELATIONS", relations)
    monkeypatch.setattr(graph, "MOST_ENTITIES", entities)

    async with tenant.house.pool.snapshot() as db:
        found = await Graphs().around(db, tenant.admin.account_id, [made["a"].id])

    assert sorted("".join(sorted((tags[source], tags[end]))) for source, end in pairs(found)) == expected.split()


async def test_names_of_a_large_account(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those near come first; what room is left is for others, in the order of their ids."""
    made = {entity.tag: entity for entity in await services(tenant, *"abcdefgh")}
    await relate(tenant, ("a", "b"), ("b", "c"), ("c", "d"))
    await alert(tenant, ago(minutes=5), scope=Scope.entities([made["a"].id]))
    monkeypatch.setattr(evidence, "MOST_NAMES", 5)

    found = await gathered(tenant)

    assert set(found.names.values()) >= {"a", "b", "c"}
    assert len(found.names) <= 5


async def test_no_other_account_is_looked_at(tenant: Tenant, account: MakeTenant) -> None:
    """[AC1] Not its alerts, changes, relations, names or past."""
    other = await account()
    made = await services(other, "a", "b")
    await relate(other, ("a", "b"))
    for at in (ago(minutes=5), ago(hours=5)):
        await alert(other, at, f"theirs {at}", scope=Scope.entities([made[0].id]))
        await sent(other, Kind.CHANGE, at, "theirs")
    (mine,) = await services(tenant, "mine")
    await alert(tenant, ago(minutes=5), "mine", scope=Scope.entities([mine.id]))

    found = await gathered(tenant)

    assert titles(found.alerts) == ["mine"]
    assert (found.changes, found.relations, found.names) == ([], Graph(), {mine.id: "mine"})
    assert (found.background.rates, found.background.type_rates) == ({}, {})
