"""Removing all that a filter asks for: what goes, what stays, and what is counted afterwards."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, ago, asked, draft, moment, report
from tests.strategies import filters, reports
from tests.tenants import MakeTenant, Tenant
from whence.domain.event import Accepted, Event, Kind, Once, Pairing, Report, Span
from whence.domain.filter import Filter
from whence.domain.scope import Scope
from whence.store import removal, summary
from whence.store.pool import Pool


async def counted(pool: Pool, tenant: Tenant, *, from_counts: bool) -> list[tuple[object, ...]]:
    """The facets of everything, from the hourly counts or from the rows."""
    statement = summary.facets_statement(tenant.admin.account_id, asked(), from_counts=from_counts)
    async with pool.reader() as db:
        return [tuple(row) for row in await db.rows(statement.sql, *statement.args)]


async def linked(pool: Pool, tenant: Tenant) -> int:
    """How many links the account has."""
    async with pool.reader() as db:
        (row,) = await db.rows("select count(*) from event_link where account_id = $1", tenant.admin.account_id)
    return row["count"]


@given(said=st.lists(reports, max_size=10), question=filters, dialect=st.sampled_from(["whence", "other"]))
async def test_what_is_asked_for_is_gone_and_nothing_else(
    pool: Pool, account: MakeTenant, said: list[Report], question: Filter, dialect: str
) -> None:
    """Of that dialect alone; lists, totals and facets from the hourly counts are those of the rows that stay."""
    tenant, neighbour = await account(), await account()
    events = await tenant.send(said)
    await neighbour.send(said)
    going = {event.id for event in events if event.dialect == dialect and question.matches(event)}

    removed = await tenant.house.context.amend.remove_all(tenant.admin, question, dialect=dialect)

    staying = await tenant.found(asked())
    assert removed == len(going)
    assert {event.id for event in staying} == {event.id for event in events} - going
    assert await tenant.house.context.timeline.count(tenant.admin, asked()) == len(staying)
    assert await counted(pool, tenant, from_counts=True) == await counted(pool, tenant, from_counts=False)
    assert len(await neighbour.found(asked())) == len(said)
    assert await linked(pool, tenant) == sum(len(event.scope.link_keys()) for event in staying)


async def test_other_calls_of_the_dialect_stay(tenant: Tenant) -> None:
    """A filter by call and entity takes those; the entity's other events and other entities' stay."""
    shop, till = await tenant.register(draft("shop"), draft("till"))
    own = {"dialect": "x", "scope": Scope.entities((shop.id,))}
    await tenant.send(
        [
            report(title="gone", call="note", **own),
            report(title="other call", call="deploy", **own),
            report(title="other dialect", call="note", scope=Scope.entities((shop.id,))),
            report(title="other entity", call="note", dialect="x", scope=Scope.entities((till.id,))),
            report(title="too old", call="note", span=moment(ago(days=2)), **own),
        ]
    )
    question = asked(window=Span(start=ago(days=1), end=NOW), concerning=(shop,), calls=("note",))

    assert await tenant.house.context.amend.remove_all(tenant.admin, question, dialect="x") == 1

    left = {event.title for event in await tenant.found(asked())}
    assert left == {"other call", "other dialect", "other entity", "too old"}
    assert await tenant.house.context.amend.remove_all(tenant.admin, question, dialect="x") == 0


async def test_a_filter_of_another_dialect_removes_nothing(tenant: Tenant) -> None:
    """The dialect that removes reaches its own events, whatever it asks for."""
    await tenant.send([report(dialect="x"), report(dialect="y")])

    assert await tenant.house.context.amend.remove_all(tenant.admin, asked(dialects=("y",)), dialect="x") == 0
    assert len(await tenant.found(asked())) == 2


async def test_more_than_one_batch(tenant: Tenant, pool: Pool) -> None:
    """Thousands go in one transaction, and one line of the audit trail says how many."""
    many = removal.BATCH * 2 + 3
    said = [report(span=moment(ago(minutes=n % 7)), dialect="x") for n in range(many)]
    await tenant.house.context.ingest.accept(tenant.admin.account_id, [*said, report()])

    assert await tenant.house.context.amend.remove_all(tenant.admin, asked(), dialect="x") == many

    assert [event.dialect for event in await tenant.found(asked())] == ["whence"]
    assert await counted(pool, tenant, from_counts=True) == await counted(pool, tenant, from_counts=False)
    audited = await tenant.house.context.access.audit(tenant.admin, cursor=None, limit=10)
    assert [(one.action, one.noun, one.noun_id, one.detail) for one in audited.items][:1] == [
        ("removed", "events", "x", str(many))
    ]


async def test_what_is_taken_is_told(tenant: Tenant) -> None:
    """The newest of what is gone, as many as were asked for, each as it was received."""
    sent = await tenant.send(
        report(dialect="x", span=moment(ago(minutes=n)), original=f'{{"n": {n}.0}}', properties={"n": n})
        for n in range(3)
    )
    use = tenant.house.context.amend

    count, gone = await use.take_all(tenant.admin, asked(), dialect="x", most=2)

    assert (count, gone) == (3, sent[:2])
    assert [event.original for event in gone] == ['{"n": 0.0}', '{"n": 1.0}']
    assert await use.take_all(tenant.admin, asked(), dialect="x", most=2) == (0, [])


def test_no_more_bytes_are_told_than_an_answer_bears() -> None:
    """What fits is told, whatever did not before it."""
    gone = removal.Gone(most=3, most_bytes=10)

    assert [gone.takes(size) for size in (6, 6, 4, 0, 0)] == [True, False, True, True, False]
    assert (gone.count, gone.most, gone.most_bytes) == (5, 0, 0)


async def test_what_is_vast_is_not_told(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its properties and its original count; it is gone like all others."""
    monkeypatch.setattr(removal, "MOST_BYTES", 100)
    vast = [{"original": f'"{"x" * 100}"'}, {"properties": {"x": "y" * 100}}, {}]
    *_, small = await tenant.send(report(dialect="x", span=moment(ago(minutes=1)), **more) for more in vast)

    count, gone = await tenant.house.context.amend.take_all(tenant.admin, asked(), dialect="x", most=10)

    assert (count, [event.id for event in gone]) == (3, [small.id])
    assert await tenant.found(asked()) == []


async def test_what_was_of_an_entity_that_is_gone_stays(tenant: Tenant) -> None:
    """Where only the registered are meant."""
    shop, till = await tenant.register(draft("shop"), draft("till"))
    wide, of_shop, of_till = await tenant.send(
        [report(dialect="x"), *(report(dialect="x", scope=Scope.entities((one.id,))) for one in (shop, till))]
    )
    await tenant.house.context.registry.remove(tenant.admin, shop.id)

    count, gone = await tenant.house.context.amend.take_all(
        tenant.admin, asked(), dialect="x", most=10, registered=True
    )

    assert (count, [event.id for event in gone]) == (1, [of_till.id])
    assert {event.id for event in await tenant.found(asked())} == {wide.id, of_shop.id}


@pytest.mark.parametrize(
    "said",
    [
        report(once=Once(key="k", content=b"c", lifetime=timedelta(hours=1))),
        report(sender_id="7"),
        report(pairing=Pairing(key="p", ends=False)),
        report(kind=Kind.PROBLEM, key="disk"),
    ],
    ids=["once", "sender_id", "pairing", "alert"],
)
async def test_what_was_removed_may_be_sent_again(tenant: Tenant, said: Report) -> None:
    """Keys, senders' ids, pairs and alerts of what is gone are gone too."""
    (first,) = await tenant.send([said])
    await tenant.house.context.amend.remove_all(tenant.admin, asked(), dialect="whence")

    (again,) = await tenant.house.context.ingest.accept(tenant.admin.account_id, [said])

    assert isinstance(again, Accepted)
    assert again.id != first.id
    assert [event.id for event in await tenant.found(asked())] == [again.id]


async def test_writers_removers_and_changers_at_once(tenant: Tenant, pool: Pool) -> None:
    """Nobody fails; what is left are the events of other dialects and those that came later, and counts are exact."""
    use = tenant.house.context
    keyed = [
        report(dialect="x", once=Once(key=f"k{n}", content=b"c", lifetime=timedelta(hours=1), counts=True))
        for n in range(60)
    ]
    standing = await tenant.send([*keyed, *(report() for _ in range(5))])

    def moved(event: Event) -> Event:
        return replace(event, span=moment(event.span.start - timedelta(minutes=1)))

    async def change(event: Event) -> None:
        try:
            await use.amend.change(tenant.admin, event.id, moved)
        except Exception as exc:  # noqa: BLE001  only one is right
            assert type(exc).__name__ == "NotFound"  # noqa: PT017  as above

    async with asyncio.TaskGroup() as group:
        for event in standing[:20]:
            group.create_task(change(event))
        for _ in range(3):
            group.create_task(use.amend.remove_all(tenant.admin, asked(), dialect="x"))
            group.create_task(use.ingest.accept(tenant.admin.account_id, keyed))
    await use.amend.remove_all(tenant.admin, asked(), dialect="x")

    assert {event.dialect for event in await tenant.found(asked())} == {"whence"}
    assert await use.timeline.count(tenant.admin, asked()) == 5
    assert await counted(pool, tenant, from_counts=True) == await counted(pool, tenant, from_counts=False)
    assert await linked(pool, tenant) == 5
