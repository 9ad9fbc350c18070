"""What came in otherwise is said in the words of signals by two: SQL for lists, Python for one."""

from datetime import timedelta

from tests.builders import ago, moment, report
from tests.tenants import Tenant
from whence.domain.event import Kind, Severity
from whence.domain.query import Query, find
from whence.domain.scope import Scope
from whence.domain.signal import FIELDS
from whence.domain.spoken import in_words_of_signals


async def test_both_say_the_same(tenant: Tenant) -> None:
    said = [
        report(title="deployed", properties={"a": "x", "n": 3, "deep": {"b": [1, None]}, "none": None, "yes": True}),
        report(title="down", kind=Kind.PROBLEM, key="k1", severity=Severity.CRITICAL, timeout=timedelta(hours=1)),
        report(title="up", kind=Kind.RECOVERY, key="k1", span=moment(ago(seconds=5))),
        report(title="named", scope=Scope.services(names=["shop", "cart"]), url="https://x.example", description="d"),
    ]
    sent = [event for one in said for event in await tenant.send([one])]
    by = tenant.admin

    listed = await tenant.house.context.signals.find(by, Query(), every=True)

    spoken = find(FIELDS, Query(), [in_words_of_signals(event, by.account_id) for event in sent])
    shown = {str(row["event_id"]): row for row in listed.rows}
    assert {str(row["event_id"]): row for row in spoken.rows} == shown
    assert len(shown) == len(said)


async def test_one_is_found_by_its_id_where_everything_is_seen(tenant: Tenant) -> None:
    (event,) = await tenant.send([report(title="deployed")])
    signals, by = tenant.house.context.signals, tenant.admin

    seen = await signals.get(by, f"event-{event.id.hex}", (), every=True)

    assert [row["title"] for row in seen.rows] == ["deployed"]
    assert (await signals.get(by, f"event-{event.id.hex}", (), every=False)).rows == []
