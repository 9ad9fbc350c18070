"""The causes of a problem: found by themselves, found again as more becomes known, and left as they are at its end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import anyio

from tests.builders import ago, draft, moment, report
from tests.problems import problems_of, settle
from tests.tenants import MakeTenant, Tenant
from whence.causes import Causes
from whence.domain.cause import Of
from whence.domain.entity import RelationKind
from whence.domain.event import Handling, Kind, Report, Severity, Span
from whence.domain.identity import new_id
from whence.domain.problem import Problem
from whence.domain.scope import Scope
from whence.registry import Named
from whence.store import explanations
from whence.store.explanations import Urgency
from whence.store.pool import Writer

HOUR: Final = timedelta(hours=1)
NEXT_CENTURY: Final = datetime(2100, 1, 1, tzinfo=UTC)
_RAISED: Final = """
    insert into problem (
        account_id, problem_id, number, code, named_at, opened_at, severity, title, alert_count, types, dialects,
        entity_ids, updated_at, explained_at, explain_at
    ) values ($1, $2, $3::integer, $3::integer, $4, $4, 'critical', 'Errors', 1, '{}', '{}', '{}', $5, $6, $7)
"""


def alert(key: str, on: str, minutes: float, **given: Any) -> Report:  # noqa: ANN401  a builder takes what the value does
    """Something is broken on the entity since so many minutes."""
    return report(**{
        "kind": Kind.PROBLEM, "key": key, "type": "errors", "title": f"{key} fails", "severity": Severity.CRITICAL,
        "timeout": HOUR, "span": moment(ago(minutes=minutes)), "scope": Scope.entities([on]), **given,
    })  # fmt: skip


def deploy(on: str, minutes: float, title: str = "v42 is out") -> Report:
    return report(
        kind=Kind.CHANGE, type="deploy", title=title, span=moment(ago(minutes=minutes)), scope=Scope.entities([on])
    )


async def called(tenant: Tenant) -> tuple[str, str]:
    """The ids of `shop` and of `cart`, which it calls."""
    shop, cart = await tenant.register(draft("shop"), draft("cart"))
    calls = Named(source=shop.id, target=cart.id, kind=RelationKind.CALLS)
    await tenant.house.context.registry.relate(tenant.admin, [calls])
    return shop.id, cart.id


async def send(tenant: Tenant, *reports: Report) -> list[UUID | None]:
    receipts = await tenant.house.context.ingest.accept(tenant.admin.account_id, reports)
    return [getattr(receipt, "id", None) for receipt in receipts]


async def explained(
    tenant: Tenant,
    problem_id: UUID | None = None,
    *,
    later: float = 0,
    until: Callable[[Problem], bool] = lambda _: True,
) -> Problem:
    """That problem, or the account's one, explained as it is or so many seconds later, when it is as it is to be."""
    await settle(tenant)
    causes = Causes(tenant.house.pool, clock=lambda: datetime.now(UTC) + timedelta(seconds=later))
    with anyio.fail_after(60):  # the house itself looks as well, and whoever looks has half a minute for it
        while True:
            await causes.refresh()
            (found,) = [one for one in await problems_of(tenant) if problem_id in {None, one.id}]
            if found.explained_at is not None and found.explained_at >= found.updated_at and until(found):
                return found


def blames_a_change(problem: Problem) -> bool:
    return "change" in {reason.code for reason in problem.causes[0].reasons}


async def test_a_problem_has_its_causes(tenant: Tenant) -> None:
    """[PR12, CS3] Of its own alerts only, with reasons that name what is stored."""
    shop, cart = await called(tenant)
    (other,) = await tenant.register(draft("other"))
    sent = await send(tenant, deploy(cart, 9), alert("cart", cart, 8), alert("shop", shop, 6))
    await send(tenant, alert("other", other.id, 30))
    await settle(tenant)
    standing = next(one for one in await problems_of(tenant) if one.alert_count == 2)
    asked = await tenant.house.context.causes.explain(tenant.admin, problem=standing, limit=10)
    assert [cause.entity_id for cause in asked.ranking.causes] == [cart, shop]
    changes = await tenant.house.context.causes.explain(tenant.admin, problem=standing, of=Of.CHANGES, limit=10)
    assert [cause.event_id for cause in changes.ranking.causes] == [sent[0]]
    found = await explained(tenant, standing.id)
    assert found.causes == asked.ranking.causes
    assert found.is_likely is asked.ranking.likely
    named = {event_id for cause in found.causes for reason in cause.reasons for event_id in reason.event_ids}
    assert named <= set(sent)
    assert named.issubset(await tenant.house.context.problems.evidence(tenant.admin, sorted(named)))


async def test_they_are_found_again_as_more_becomes_known(tenant: Tenant) -> None:
    """[PR12] Another alert at once, a change that somebody tells of late within seconds; nothing new, nothing done."""
    shop, cart = await called(tenant)
    await send(tenant, alert("shop", shop, 6))
    first = await explained(tenant)
    assert shop in {cause.entity_id for cause in first.causes}
    await send(tenant, alert("cart", cart, 8))
    second = await explained(tenant)
    assert second.causes[0].entity_id == cart
    assert second.causes[0].score > first.causes[0].score
    await send(tenant, deploy(cart, 9))
    third = await explained(tenant, later=60, until=blames_a_change)
    assert third.causes[0].score > second.causes[0].score
    fourth = await explained(tenant, later=120)
    assert fourth.causes == third.causes


async def test_at_its_end_they_stay(tenant: Tenant) -> None:
    """[PR12] As of then, whatever is told later; it goes on when the problem does."""
    shop, cart = await called(tenant)
    await send(tenant, alert("shop", shop, 6), alert("cart", cart, 8))
    standing = await explained(tenant)
    await tenant.house.context.problems.close(tenant.admin, standing.id)
    ended = await explained(tenant)
    assert ended.causes == standing.causes
    await send(tenant, deploy(cart, 9))
    assert (await explained(tenant, later=3600)).causes == ended.causes


async def test_what_says_nothing_of_causes_is_left_out(tenant: Tenant) -> None:
    """[PR11, PR12] As its sender wants."""
    shop, cart = await called(tenant)
    silent = alert("cart", cart, 8, handling=frozenset({Handling.NO_CAUSE}))
    spoken, unspoken = await send(tenant, alert("shop", shop, 6), silent)
    found = await explained(tenant)
    named = {event_id for cause in found.causes for reason in cause.reasons for event_id in reason.event_ids}
    assert (found.alert_count, spoken in named, unspoken in named) == (2, True, False)


async def raised(db: Writer, tenant: Tenant, number: int, *, updated: datetime, explained: datetime | None) -> UUID:
    """A problem that goes on, and is not to be looked at by anybody before the next century, the first ones earlier."""
    problem_id = new_id(ago(hours=3))
    await db.execute(
        _RAISED, tenant.admin.account_id, problem_id, number, ago(hours=3), updated, explained,
        NEXT_CENTURY + timedelta(minutes=number),
    )  # fmt: skip
    return problem_id


async def test_what_has_changed_does_not_wait_for_what_has_not(account: MakeTenant) -> None:
    """[PR12] First what nobody has explained; nor do the others wait for ever for what changes all the time."""
    tenant = await account()
    at, now = tenant.admin.account_id, NEXT_CENTURY + HOUR
    async with tenant.house.pool.transaction() as db:
        others = [await raised(db, tenant, n, updated=ago(minutes=n + 60), explained=ago(minutes=n)) for n in (1, 2, 3)]
        grown = [await raised(db, tenant, n, updated=ago(minutes=1), explained=ago(minutes=2)) for n in (4, 5)]
        new = await raised(db, tenant, 6, updated=ago(minutes=1), explained=None)

        async def first(urgency: Urgency, limit: int) -> set[UUID]:
            found = await explanations.claim_unexplained(
                db, at, now=now, until=now + HOUR, limit=limit, urgency=urgency
            )
            return {one.id for one in found}

        async def waits(urgency: Urgency) -> bool:
            found = await explanations.accounts_unexplained(db, now=now, after=UUID(int=0), limit=1000, urgency=urgency)
            return at in found

        assert [await waits(urgency) for urgency in Urgency] == [True, True, True]
        assert await first(Urgency.CHANGED, 2) == {new, grown[0]}
        assert await first(Urgency.AGAIN, 1) == {others[0]}
        assert [await waits(urgency) for urgency in Urgency] == [False, True, True]
        assert await first(Urgency.CHANGED, 2) == {grown[1], others[1]}
        assert [await waits(urgency) for urgency in Urgency] == [False, False, True]
        assert await first(Urgency.CHANGED, 2) == {others[2]}


async def test_each_problem_is_explained_once_by_however_many(account: MakeTenant) -> None:
    """[PR12] Two nodes share the work."""
    tenant = await account()
    ids = [one.id for one in await tenant.register(*(draft(f"s{n}") for n in range(30)))]
    start = ago(hours=3)
    await send(tenant, *(
        alert(f"k{n}", on, 0, span=Span(start=start, end=start + timedelta(minutes=n + 1)), timeout=None)
        for n, on in enumerate(ids)
    ))  # fmt: skip
    await settle(tenant)
    while any(one.explained_at is None for one in await problems_of(tenant)):
        for causes in (Causes(tenant.house.pool), Causes(tenant.house.pool)):
            await causes.refresh()
    found = await problems_of(tenant)
    assert [one.causes[0].entity_id for one in found] == [one.entity_ids[0] for one in found]
