"""What reports do to alerts, and what readers see of it: one open alert a key, whoever reports and how often."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from tests.builders import NOW, ago, asked, draft, moment, report
from tests.ingest.conftest import MakeIngest
from tests.tenants import MakeTenant, Tenant
from whence.alerts import Alerts
from whence.domain.alert import Alert, AlertFilter, AlertState, AlertTold, ClosedBy
from whence.domain.errors import Conflict, NotFound
from whence.domain.event import ENDLESS, Accepted, Duplicate, Event, Kind, Once, Report, Severity, Span
from whence.domain.filter import Filter
from whence.domain.scope import Scope

MINUTE: Final = timedelta(minutes=1)


def problem(key: str = "k", **given: Any) -> Report:  # noqa: ANN401  a builder takes what the value does
    """A report that something is broken, for another quarter of an hour."""
    return report(**{"kind": Kind.PROBLEM, "key": key, "type": "t", "title": "broken", "timeout": 15 * MINUTE, **given})


def recovery(key: str = "k", at: datetime = NOW) -> Report:
    """A report that it is well again."""
    return report(kind=Kind.RECOVERY, key=key, type="t", title="well", span=moment(at))


async def alerts_of(tenant: Tenant, **narrowed: Any) -> list[Alert]:  # noqa: ANN401
    """The account's alerts, the last opened first."""
    page = await tenant.house.context.alerts.page(tenant.admin, AlertFilter(**narrowed), cursor=None, limit=100)
    return list(page.items)


async def accept(tenant: Tenant, *reports: Report) -> list[Accepted]:
    """The receipts of one request."""
    receipts = await tenant.house.context.ingest.accept(tenant.admin.account_id, reports)
    return [receipt for receipt in receipts if isinstance(receipt, Accepted)]


async def test_a_report_that_holds_it_open_changes_its_words(tenant: Tenant) -> None:
    """[AL2] Description, properties, severity and expiry are the latest; id, title, key and start the first."""
    (first,) = await accept(tenant, problem(description="slow", properties={"n": 1}, span=moment(ago(minutes=9))))
    (again,) = await accept(
        tenant, problem(title="other", description="down", properties={"n": 2}, severity=Severity.CRITICAL)
    )

    (alert,) = await alerts_of(tenant)
    (event,) = await tenant.found(asked())
    assert again == first
    assert (first.id, first.alert_id) == (event.id, alert.id)
    assert (alert.opened_at, alert.report_count, alert.severity) == (ago(minutes=9), 2, Severity.CRITICAL)
    assert alert.expires_at == alert.last_report_at + 15 * MINUTE
    assert (event.title, event.description, event.properties) == ("broken", "down", {"n": 2})
    assert (event.severity, event.report_count, event.is_open) == (Severity.CRITICAL, 2, True)
    assert event.span == Span(start=ago(minutes=9), end=ENDLESS)


@pytest.mark.parametrize("minutes", [1, 600])
async def test_each_report_says_how_long_it_holds(tenant: Tenant, minutes: int) -> None:
    """[AL2] A later shorter timeout shortens, a longer one lengthens."""
    await accept(tenant, problem())
    await accept(tenant, problem(timeout=minutes * MINUTE))

    (alert,) = await alerts_of(tenant)
    later = Alerts(tenant.house.pool, clock=lambda: alert.last_report_at + minutes * MINUTE)
    sooner = Alerts(tenant.house.pool, clock=lambda: alert.last_report_at + minutes * MINUTE - MINUTE / 60)
    assert (await sooner.require(tenant.admin, alert.id)).state is AlertState.OPEN
    await sooner.expire()
    assert (await sooner.require(tenant.admin, alert.id)).state is AlertState.OPEN
    async with asyncio.timeout(60):  # on a busy machine, too
        while (await alerts_of(tenant))[0].closed_at is None:  # one that is being grouped is left to the next turn
            await later.expire()
    (ended,) = await alerts_of(tenant)
    (event,) = await tenant.found(asked(window=Span(start=ago(hours=1), end=NOW + timedelta(days=1))))
    assert (ended.state, ended.closed_by, ended.closed_at) == (AlertState.CLOSED, ClosedBy.TIMEOUT, alert.expires_at)
    assert (event.is_open, event.span.end) == (False, alert.expires_at)


async def test_the_counts_follow_the_severity(tenant: Tenant) -> None:
    """A problem that became worse is counted once, as what it is now."""
    await accept(tenant, problem(severity=Severity.WARNING), problem("other", severity=Severity.WARNING))
    await accept(tenant, problem(severity=Severity.CRITICAL))

    facets = await tenant.house.context.timeline.facets(tenant.admin, asked())
    assert dict(facets.by_dimension["severity"].values) == {"warning": 1, "critical": 1}
    assert await tenant.house.context.timeline.count(tenant.admin, asked(severities=(Severity.CRITICAL,))) == 1


async def test_one_of_64_opens_it(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """[AL3] However many senders report a new key at once, on several processes: one alert, one event."""
    processes = [make_ingest(slot=n) for n in range(4)]
    account = tenant.admin.account_id

    receipts = await asyncio.gather(*(processes[n % 4].accept(account, [problem(f"k{n % 3}")]) for n in range(64)))

    assert all(isinstance(receipt, Accepted) for (receipt,) in receipts)
    found = await alerts_of(tenant)
    assert sorted((alert.key, alert.state) for alert in found) == [(f"k{n}", AlertState.OPEN) for n in range(3)]
    assert sum(alert.report_count for alert in found) == 64
    assert {receipt.alert_id for (receipt,) in receipts if isinstance(receipt, Accepted)} == {a.id for a in found}
    assert sorted(e.report_count for e in await tenant.found(asked())) == sorted(a.report_count for a in found)


async def test_opposite_orders_do_not_block_each_other(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """Two processes whose requests name the same keys in opposite orders both finish; nothing is lost."""
    one, other = make_ingest(slot=1), make_ingest(slot=2)
    keys = [f"k{n}" for n in range(40)]
    account = tenant.admin.account_id

    for _ in range(5):
        await asyncio.gather(
            one.accept(account, [problem(key) for key in keys]),
            other.accept(account, [problem(key) for key in reversed(keys)]),
            one.accept(account, [recovery(key) for key in keys[::2]]),
        )

    everyone = await tenant.house.context.alerts.page(tenant.admin, AlertFilter(), cursor=None, limit=1000)
    assert sum(alert.report_count for alert in everyone.items) == 5 * 2 * len(keys)


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        pytest.param("p", ["open"], id="opens"),
        pytest.param("pp", ["open"], id="holds"),
        pytest.param("pr", ["recovery"], id="ends"),
        pytest.param("rp", ["open"], id="an end of nothing"),
        pytest.param("prp", ["open", "recovery"], id="opens again"),
        pytest.param("prpr", ["recovery", "recovery"], id="two episodes"),
        pytest.param("prr", ["recovery"], id="ends once"),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_a_batch_is_what_its_reports_are_alone(
    tenant: Tenant,
    batch: str,
    expected: list[str],
    together: bool,  # noqa: FBT001
) -> None:
    """[AL4] Reports of one request do to a key what they do one after the other; a new episode is a new alert."""
    reports = [problem() if letter == "p" else recovery() for letter in batch]
    for sent in [reports] if together else [[one] for one in reports]:
        await accept(tenant, *sent)

    found = [alert.closed_by.value if alert.closed_by else "open" for alert in await alerts_of(tenant)]
    events = await tenant.found(asked())
    assert sorted(found) == sorted(expected)
    assert sum(e.kind is Kind.PROBLEM for e in events) == len(expected)
    assert sum(e.kind is Kind.RECOVERY for e in events) == batch.count("r")
    assert sum(e.is_open for e in events) == expected.count("open")


async def test_a_recovery_is_on_the_timeline_beside_its_problem(tenant: Tenant) -> None:
    """Both name the alert; the problem lasted until the recovery."""
    (opened,) = await accept(tenant, problem(span=moment(ago(minutes=50)), timeout=None))
    (ended,) = await accept(tenant, recovery(at=ago(minutes=5)))

    well, broken = await tenant.found(asked())
    assert opened.alert_id == ended.alert_id == well.alert_id == broken.alert_id
    assert (broken.span, broken.is_open) == (Span(start=ago(minutes=50), end=ago(minutes=5)), False)


async def test_what_was_over_before_it_was_reported(tenant: Tenant) -> None:
    """A problem with an end is an episode of its own, ended then, whatever of the key is open now."""
    past = Span(start=ago(days=3), end=ago(days=2))
    await accept(tenant, problem(timeout=None), problem(span=past, title="old"))

    assert [(a.title, a.closed_at, a.closed_by) for a in await alerts_of(tenant)] == [
        ("broken", None, None), ("old", ago(days=2), ClosedBy.TIMEOUT),
    ]  # fmt: skip


async def test_without_a_key_there_is_no_alert(tenant: Tenant) -> None:
    """A problem that names no condition is an event like any other."""
    (event,) = await tenant.send([report(kind=Kind.PROBLEM)])

    assert await alerts_of(tenant) == []
    assert (event.alert_id, event.is_open) == (None, False)


async def test_a_retry_holds_nothing_open(tenant: Tenant) -> None:
    """[AL5] The same idempotency key, or the sender's own id, is a repetition: no report of the alert."""
    once = Once(key="o", content=b"c", lifetime=timedelta(hours=1))
    ingest = tenant.house.context.ingest
    account = tenant.admin.account_id
    await accept(tenant, problem(once=once, sender_id="1"))
    held = await ingest.accept(account, [problem(sender_id="2")])
    again = await ingest.accept(account, [problem(once=once), problem(sender_id="1"), problem(sender_id="2")])

    (alert,) = await alerts_of(tenant)
    assert held == [Accepted(id=alert.event_id, alert_id=alert.id)]
    assert again == [Duplicate(id=alert.event_id)] * 3
    assert alert.report_count == 2


async def test_an_open_alert_is_in_every_window_since(tenant: Tenant) -> None:
    """It overlaps each until it ends; then none after its end, on the account's timeline and on the entity's."""
    (shop,) = await tenant.register(draft("shop"))

    async def seen() -> list[bool]:
        windows = [Span(start=ago(hours=n), end=ago(hours=n) + 30 * MINUTE) for n in (4, 3, 1)]
        return [
            bool(await tenant.found(Filter(window=window, concerning=who)))
            for window in windows
            for who in (None, (shop,))
        ]

    await accept(tenant, problem(span=moment(ago(hours=3)), timeout=None, scope=Scope.entities([shop.id])))
    open_in = await seen()
    (alert,) = await alerts_of(tenant, entity_ids=(shop.id,))
    await accept(tenant, recovery(at=ago(hours=2)))

    assert open_in == [False, False, True, True, True, True]
    assert await seen() == [False, False, True, True, False, False]
    assert alert.entity_id == shop.id


async def test_people_end_and_acknowledge(tenant: Tenant, account: MakeTenant) -> None:
    """[AL6] Each is done once, leaves a line on the audit trail, and is nobody else's to do."""
    alerts = tenant.house.context.alerts
    (opened,) = await accept(tenant, problem())
    stranger = await account()
    assert opened.alert_id is not None

    seen = await alerts.acknowledge(tenant.admin, opened.alert_id, "on it")
    again = await alerts.acknowledge(tenant.admin, opened.alert_id, "me too")
    ended = await alerts.close(tenant.admin, opened.alert_id, "fixed")
    twice = await alerts.close(tenant.admin, opened.alert_id)

    assert (seen.state, seen.acknowledged_by, seen.comment) == (AlertState.ACKNOWLEDGED, "owner", "on it")
    assert again == seen
    assert (ended.state, ended.closed_by, ended.comment) == (AlertState.CLOSED, ClosedBy.USER, "fixed")
    assert twice == ended
    for act in (alerts.acknowledge, alerts.close, alerts.require):
        with pytest.raises(NotFound):
            await act(stranger.admin, opened.alert_id)
    with pytest.raises(NotFound):
        await alerts.close_key(stranger.admin, "k")
    trail = await tenant.house.context.access.audit(tenant.admin, cursor=None, limit=10)
    assert [(e.action, e.detail) for e in trail.items if e.noun == "alert"] == [
        ("closed", "broken: fixed"), ("acknowledged", "broken: on it"),
    ]  # fmt: skip


async def test_changing_the_event_changes_the_alert(tenant: Tenant) -> None:
    """Its time, title and severity; its end belongs to the alert alone. Removing the event removes the alert."""
    amend = tenant.house.context.amend
    (opened,) = await accept(tenant, problem(numbered=True))

    def moved(old: Event) -> Event:
        return replace(old, title="worse", span=Span(start=ago(hours=2), end=old.span.end))

    def ended(old: Event) -> Event:
        return replace(old, span=Span(start=old.span.start, end=NOW))

    await amend.change(tenant.admin, opened.id, moved)
    with pytest.raises(Conflict):
        await amend.change(tenant.admin, opened.id, ended)
    (alert,) = await alerts_of(tenant)
    await accept(tenant, problem(description="still"))
    (event,) = await tenant.found(asked())
    await amend.remove(tenant.admin, opened.id)

    assert (alert.title, alert.opened_at) == ("worse", ago(hours=2))
    assert (event.description, event.span.start, event.is_open) == ("still", ago(hours=2), True)
    assert await alerts_of(tenant) == []


async def test_a_recovery_outlives_its_problem(tenant: Tenant) -> None:
    """Its event may still be changed when the problem's, and the alert with it, was removed."""
    amend = tenant.house.context.amend
    (opened,) = await accept(tenant, problem())
    (ended,) = await accept(tenant, recovery())
    await amend.remove(tenant.admin, opened.id)

    changed = await amend.change(tenant.admin, ended.id, lambda event: replace(event, title="all well"))

    assert [event.title for event in await tenant.found(asked())] == [changed.title] == ["all well"]


async def test_live_readers_are_told_of_alerts(tenant: Tenant) -> None:
    """[AL7] When one opens, is held open, is acknowledged and ends: each time as it is then, with its event."""
    follow, alerts = tenant.house.context.follow, tenant.house.context.alerts
    heard: list[tuple[str, int, str]] = []

    async with follow.follow(tenant.admin.account_id, quiet=timedelta(hours=1)) as told:

        async def hear(many: int) -> None:
            while many:
                match await anext(told):
                    case (_, AlertTold(alert=alert, event=event)):
                        heard.append((alert.state.value, alert.report_count, event.description))
                        many -= 1
                    case _:
                        pass

        (opened,) = await accept(tenant, problem(description="one"))
        await hear(1)
        await accept(tenant, problem(description="two"))
        await hear(1)
        assert opened.alert_id is not None
        await alerts.acknowledge(tenant.admin, opened.alert_id)
        await hear(1)
        await accept(tenant, recovery())
        await hear(1)

    assert heard == [("open", 1, "one"), ("open", 2, "two"), ("acknowledged", 2, "two"), ("closed", 2, "two")]


async def test_lists_are_walked_page_by_page(tenant: Tenant) -> None:
    """The last opened first, each once, narrowed by what was asked for."""
    alerts = tenant.house.context.alerts
    sent = [problem(f"k{n}", span=moment(ago(minutes=n)), severity=list(Severity)[n % 4]) for n in range(10)]
    await accept(tenant, *sent)
    await accept(tenant, recovery("k3"))

    walked: list[str] = []
    cursor = None
    while True:
        page = await alerts.page(tenant.admin, AlertFilter(states=(AlertState.OPEN,)), cursor=cursor, limit=4)
        walked += [alert.key for alert in page.items]
        if (cursor := page.following) is None:
            break

    assert walked == [f"k{n}" for n in range(10) if n != 3]
    assert [a.key for a in await alerts_of(tenant, severities=(Severity.ERROR,))] == ["k2", "k6"]
    assert [a.key for a in await alerts_of(tenant, window=Span(start=ago(minutes=99), end=ago(minutes=8)))] == [
        "k8", "k9",
    ]  # fmt: skip
    assert await alerts.open_keys(tenant.admin, ["k2", "k3", "no"]) == {"k2"}
