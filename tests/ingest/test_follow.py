"""Live readers: everything once, in order, from where they were; or told that there is a gap."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest

from tests.builders import NOW, ago, asked, draft, report
from tests.ingest.conftest import MakeIngest
from tests.tenants import MakeTenant, Tenant
from whence.domain.alert import Alert, AlertTold
from whence.domain.event import Event, Kind, Span
from whence.domain.identity import new_id
from whence.domain.problem import Problem, ProblemTold
from whence.domain.scope import Scope
from whence.follow import Follow, News, Place, Reset, Silence, Told
from whence.server import House
from whence.store import feed

QUIET: Final = timedelta(milliseconds=200)
FOREVER: Final = timedelta(hours=1)


@pytest.fixture
def follow(house: House) -> Follow:
    """The live reading of the service."""
    return house.context.follow


async def heard(told: AsyncGenerator[Told], many: int) -> list[News]:
    """The next events, in the order told."""
    heard: list[News] = []
    while len(heard) < many:
        one = await anext(told)
        assert isinstance(one, tuple), f"{one} after {len(heard)} of {many}"
        heard.append(one)
    return heard


def titles(told: Sequence[News]) -> list[str]:
    """What the events are called."""
    return [event.title for _, event in told if isinstance(event, Event)]


async def said(tenant: Tenant, *names: str) -> list[Event]:
    """Events of these titles, in one commit."""
    return await tenant.send(report(title=name) for name in names)


async def test_a_reader_hears_what_comes(tenant: Tenant, follow: Follow) -> None:
    """In the order of the commits, from when it began to listen on, and nothing of before."""
    await said(tenant, "before")

    async with follow.follow(tenant.admin.account_id, quiet=FOREVER) as told:
        await said(tenant, "a", "b")
        await said(tenant, "c")
        listened = await heard(told, 3)

    assert titles(listened) == ["a", "b", "c"]
    assert [str(place) for place, _ in listened] == ["2.0", "2.1", "3.0"]


async def test_accounts_do_not_hear_each_other(tenant: Tenant, account: MakeTenant, follow: Follow) -> None:
    """A reader is told of its own account alone."""
    other = await account()

    async with follow.follow(tenant.admin.account_id, quiet=FOREVER) as told:
        await said(other, "theirs")
        await said(tenant, "ours")
        listened = await heard(told, 1)

    assert titles(listened) == ["ours"]


async def test_silence_is_told(tenant: Tenant, follow: Follow) -> None:
    """A reader that hears nothing for a while is told so, again and again, and hears on."""
    async with follow.follow(tenant.admin.account_id, quiet=timedelta(milliseconds=5)) as told:
        silent = [await anext(told) for _ in range(3)]
        await said(tenant, "a")
        spoken = [one async for one in _until_event(told)]

    assert silent == [Silence()] * 3
    assert isinstance(spoken[-1], tuple)


async def _until_event(told: AsyncGenerator[Told]) -> AsyncGenerator[Told]:
    async for one in told:
        yield one
        if isinstance(one, tuple):
            return


@pytest.mark.parametrize(
    ("place", "rest"), [("1.0", "bcdef"), ("1.2", "def"), ("1.3", "ef"), ("2.0", "f"), ("2.1", "")]
)
async def test_a_reader_goes_on_where_it_was(tenant: Tenant, follow: Follow, place: str, rest: str) -> None:
    """Behind the very event that it has seen, in the middle of a commit even; then what comes."""
    await said(tenant, *"abcd")
    await said(tenant, *"ef")
    position, _, index = place.partition(".")

    async with follow.follow(tenant.admin.account_id, behind=Place(int(position), int(index)), quiet=FOREVER) as told:
        await said(tenant, "z")
        listened = await heard(told, len(rest) + 1)

    assert titles(listened) == [*rest, "z"]


async def test_a_reader_goes_on_since_a_time(tenant: Tenant, follow: Follow) -> None:
    """It hears what was announced after it, however old the events are, and what comes."""
    await said(tenant, "before")
    since = datetime.now(UTC)
    await said(tenant, "a", "b")

    place = await follow.place(tenant.admin.account_id, since=since)
    async with follow.follow(tenant.admin.account_id, behind=place, quiet=FOREVER) as told:
        await said(tenant, "c")
        listened = await heard(told, 3)

    assert titles(listened) == ["a", "b", "c"]


async def test_of_what_is_written_at_the_same_time_nothing_is_lost(
    tenant: Tenant, make_ingest: MakeIngest, follow: Follow
) -> None:
    """Two nodes write while readers come and catch up: each reader hears every event once, in one order."""
    ingests = [make_ingest(slot=n) for n in range(2)]
    account = tenant.admin.account_id
    since = datetime.now(UTC)
    await said(tenant, *map(str, range(50)))

    async def read() -> list[News]:
        place = await follow.place(account, since=since)
        async with follow.follow(account, behind=place, quiet=FOREVER) as told:
            return await heard(told, 250)

    readers = [asyncio.create_task(read()) for _ in range(2)]
    for n in range(50, 250, 2):
        await asyncio.gather(
            *(ingests[m].accept(account, [report(title=str(n + m))]) for m in range(2)), asyncio.sleep(0)
        )
        if n % 50 == 0:
            readers.append(asyncio.create_task(read()))
    listened = await asyncio.gather(*readers)

    assert [sorted(map(int, titles(one))) for one in listened] == [list(range(250))] * len(readers)
    assert all([place for place, _ in one] == sorted({place for place, _ in one}) for one in listened)


async def test_a_reader_that_is_too_slow_is_told_to_start_again(
    tenant: Tenant, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets what had been kept for it, no more than the limit, then the reset, then nothing."""
    monkeypatch.setattr("whence.follow.MOST_UNREAD", 5)
    account = tenant.admin.account_id

    async with follow.follow(account, quiet=QUIET) as slow, follow.follow(account, quiet=FOREVER) as quick:
        assert await anext(slow) == Silence()  # so what had been missed is told
        for n in range(9):
            await said(tenant, str(n))
            await heard(quick, 1)
        *kept, last = [one async for one in slow]

    assert last == Reset()
    assert titles([one for one in kept if isinstance(one, tuple)]) == [str(n) for n in range(5)]


async def test_a_commit_larger_than_the_limit_resets(
    tenant: Tenant, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be kept is not passed over in silence."""
    monkeypatch.setattr("whence.follow.MOST_UNREAD", 5)

    async with follow.follow(tenant.admin.account_id, quiet=QUIET) as told:
        assert await anext(told) == Silence()  # so what had been missed is told
        await said(tenant, *map(str, range(20)))

        assert await anext(one async for one in told if one != Silence()) == Reset()


async def test_a_reader_that_is_behind_by_much_is_told_to_start_again(
    tenant: Tenant, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[OV6] Few events that are large are as much as many; one that nobody is behind of is told whatever its size."""
    monkeypatch.setattr("whence.follow.MOST_UNREAD_BYTES", 10_000)
    account = tenant.admin.account_id

    async with follow.follow(account, quiet=QUIET) as slow, follow.follow(account, quiet=FOREVER) as quick:
        assert await anext(slow) == Silence()  # so what had been missed is told
        for n in range(5):
            await tenant.send([report(title=str(n), properties={"a": "x" * 50_000})])
            await heard(quick, 1)
        *kept, last = [one async for one in slow]

    assert last == Reset()
    assert titles([one for one in kept if isinstance(one, tuple)]) == ["0"]


@pytest.mark.parametrize("place", [Place(99, 0), Place(2**62, 2**31)])
async def test_a_place_that_the_feed_has_not_reached_resets(tenant: Tenant, follow: Follow, place: Place) -> None:
    """It is of another feed, as after a restored backup: nobody can say what was missed."""
    await said(tenant, "a")

    async with follow.follow(tenant.admin.account_id, behind=place, quiet=FOREVER) as told:
        assert [one async for one in told] == [Reset()]


@pytest.mark.parametrize("hears", [True, False])
async def test_a_feed_that_went_back_resets(tenant: Tenant, follow: Follow, *, hears: bool) -> None:
    """[LV3] A standby that lacked the last commits was promoted: what has their places now is not passed over.

    Also when what was told had been missed, and whoever tells all readers together has not come to it.
    """
    account = tenant.admin.account_id
    follow = follow if hears else Follow(tenant.house.pool)
    async with follow.follow(account, quiet=FOREVER) as told:
        await said(tenant, "a")
        assert titles(await heard(told, 1)) == ["a"]
        async with tenant.house.pool.transaction() as db:
            await db.execute("delete from feed where account_id = $1", account)
            await db.execute("update feed_head set position = 0 where account_id = $1", account)

        follow.missed(True)  # noqa: FBT003  the connection that listens was made anew

        assert await anext(told) == Reset()


@pytest.mark.parametrize(("behind", "expected"), [(1, "reset"), (2, "reset"), (3, "goes on")])
async def test_a_place_before_what_is_kept_resets(tenant: Tenant, follow: Follow, behind: int, expected: str) -> None:
    """Entries are kept for some days: who comes later starts again."""
    account = tenant.admin.account_id
    for name in "abc":
        await said(tenant, name)
    async with tenant.house.pool.reader() as db:
        second = (await feed.since(db, account, 1, limit=1))[0]
    async with tenant.house.pool.transaction() as db:
        await feed.trim(db, account, at=second.at)

    async with follow.follow(account, behind=Place(behind, 0), quiet=QUIET) as told:
        first = await anext(told)

    assert first == {"reset": Reset(), "goes on": Silence()}[expected]


async def test_moved_events_are_told_and_removed_ones_are_not(tenant: Tenant, follow: Follow) -> None:
    """Whoever catches up hears what was moved meanwhile, as it is now, into another month even."""
    events = await said(tenant, "a", "b", "c")
    earlier = Span.moment(ago(days=45))
    await tenant.house.context.amend.change(tenant.admin, events[1].id, lambda old: replace(old, span=earlier))
    await tenant.house.context.amend.remove(tenant.admin, events[2].id)

    async with follow.follow(tenant.admin.account_id, behind=Place(1, -1), quiet=QUIET) as told:
        listened = [await anext(told) for _ in range(3)]

    assert titles([one for one in listened if isinstance(one, tuple)]) == ["a", "b"]
    assert listened[2] == Silence()


async def test_nothing_is_kept_for_readers_who_left(tenant: Tenant, house: House) -> None:
    """When the last reader of an account leaves, nobody reads its feed any more."""
    follow = Follow(house.pool)
    before = _followed()

    for _ in range(3):
        async with follow.follow(tenant.admin.account_id, quiet=FOREVER):
            assert _followed() == before + 1
        await asyncio.sleep(0)

    assert _followed() == before


def _followed() -> int:
    """How many feeds are read: there are other tasks, which come and go by themselves."""
    coroutines = [task.get_coro() for task in asyncio.all_tasks()]
    return sum(f"{Follow.__name__}." in getattr(one, "__qualname__", "") for one in coroutines)


async def test_a_server_that_stops_lets_its_readers_go(tenant: Tenant, house: House) -> None:
    """They end without a reset, as they may go on elsewhere from where they were."""
    follow = Follow(house.pool)

    async with follow.follow(tenant.admin.account_id, quiet=FOREVER) as told:
        follow.close()

        assert [one async for one in told] == []


async def test_the_feed_tells_the_same_as_the_timeline(tenant: Tenant, follow: Follow) -> None:
    """An event that is told is the event as it is listed, all of its fields."""
    async with follow.follow(tenant.admin.account_id, quiet=FOREVER) as told:
        await said(tenant, "a")
        ((_, event),) = await heard(told, 1)

    assert [event] == await tenant.found(asked())


async def troubled(tenant: Tenant, *keys: str) -> list[Problem]:
    """The problems of alerts of these keys, hours apart, as soon as they are there."""
    problems = tenant.house.context.problems
    await tenant.send(
        report(kind=Kind.PROBLEM, key=key, title=key, span=Span.moment(ago(hours=3 * n)), timeout=timedelta(hours=20))
        for n, key in enumerate(keys)
    )
    async with asyncio.timeout(60):
        while len(found := await problems.of_keys(tenant.admin, keys)) < len(keys):
            await asyncio.sleep(0.02)
    return [found[key] for key in keys]


async def test_a_problem_is_told_with_its_alerts_and_their_events(tenant: Tenant, follow: Follow) -> None:
    """[PR17] As it is now, so that whoever filters by events knows whom it concerns."""
    (problem,) = await troubled(tenant, "orders")
    await tenant.house.context.problems.comment(tenant.admin, problem.id, "On it")

    async with follow.follow(tenant.admin.account_id, behind=Place(1, -1), quiet=FOREVER, whom=True) as told:
        async for one in told:
            match one:
                case (_, ProblemTold() as happened) if happened.problem.comment_count:
                    break
                case _:
                    pass
        else:
            pytest.fail("it ended")

    assert happened.problem.id == problem.id
    assert [alert.key for alert in happened.alerts] == ["orders"]
    assert list(happened.events) == await tenant.found(asked())
    assert [event.problem_id for event in happened.events] == [problem.id]


@pytest.mark.parametrize("backfilled", [False, True])
async def test_events_of_a_problem_are_read_for_who_asks(tenant: Tenant, follow: Follow, *, backfilled: bool) -> None:
    """[PR17] Who does not hears of the problem and its alerts; live, it is read once for all."""
    account = tenant.admin.account_id
    (problem,) = await troubled(tenant, "orders")
    place = Place(1, -1) if backfilled else None
    comments = tenant.house.context.problems

    async with (
        follow.follow(account, behind=place, quiet=FOREVER, whom=True) as asking,
        follow.follow(account, behind=place, quiet=FOREVER) as other,
    ):
        if backfilled:
            await comments.comment(tenant.admin, problem.id, "On it")
            told = [await _commented(one) for one in (asking, other)]
        else:
            hearing = [asyncio.create_task(_commented(one)) for one in (asking, other)]
            await comments.comment(tenant.admin, problem.id, "On it")
            told = await asyncio.gather(*hearing)

    assert [[alert.key for alert in one.alerts] for one in told] == [["orders"], ["orders"]]
    assert [event.title for event in told[0].events] == ["orders"]
    assert not backfilled or not told[1].events


async def _commented(told: AsyncGenerator[Told]) -> ProblemTold:
    async for one in told:
        match one:
            case (_, ProblemTold() as happened) if happened.problem.comment_count:
                return happened
            case _:
                pass
    pytest.fail("it ended")


async def test_a_reader_goes_on_behind_each_piece_of_news(tenant: Tenant, follow: Follow) -> None:
    """[PR17, LV2] An entry tells its events, then its alerts, then its problems; what is gone keeps its place."""
    account = tenant.admin.account_id
    troubles = await troubled(tenant, "a", "b", "c")
    events = await said(tenant, "x", "y")
    alerts = [alert.id for alert in await _members(tenant, troubles)]
    async with tenant.house.pool.transaction() as db:
        await feed.announce(
            db,
            account,
            event_ids=[event.id for event in events],
            occurred_at=[event.span.start for event in events],
            alert_ids=[alerts[0], new_id(NOW), *alerts[1:]],
            problem_ids=[troubles[0].id, new_id(NOW), troubles[1].id, troubles[2].id],
        )
    async with tenant.house.pool.reader() as db:
        (position,) = [one.position for one in await feed.since(db, account, 0, limit=1000) if len(one.problems) == 4]
    await said(tenant, "the end")

    told = {index: await _behind(follow, account, Place(position, index)) for index in range(-1, 10)}

    names = ["x", "y", "alert a", None, "alert b", "alert c", "problem a", None, "problem b", "problem c"]
    for index, heard_of in told.items():
        expected = [(Place(position, n), name) for n, name in enumerate(names) if name is not None and n > index]
        assert [one for one in heard_of if one[0].position == position] == expected


async def _members(tenant: Tenant, problems: Sequence[Problem]) -> list[Alert]:
    ids = [problem.id for problem in problems]
    found = await tenant.house.context.problems.alerts_of(tenant.admin, ids, each=1)
    return [alert for problem_id in ids for alert in found[problem_id]]


async def _behind(follow: Follow, account: UUID, place: Place) -> list[tuple[Place, str]]:
    """What is told behind the place, up to the end, by its title."""
    found: list[tuple[Place, str]] = []
    async with follow.follow(account, behind=place, quiet=FOREVER) as told:
        async for one in told:
            match one:
                case (at, Event(title=title)):
                    found.append((at, title))
                case (at, AlertTold(alert=alert)):
                    found.append((at, f"alert {alert.title}"))
                case (at, ProblemTold(problem=problem)):
                    found.append((at, f"problem {problem.title}"))
                case _:
                    pytest.fail(f"{one} after {found}")
            if found[-1][1] == "the end":
                break
    return found


async def test_of_a_problem_of_many_alerts_some_events_are_told(
    tenant: Tenant, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the first of its alerts: it may have any number."""
    monkeypatch.setattr("whence.follow._OF_EACH", 2)
    (entity,) = await tenant.register(draft("shop"))
    keys = ["a", "b", "c", "d"]
    await tenant.send(
        report(kind=Kind.PROBLEM, key=key, title=key, span=Span.moment(ago(minutes=5 - n)), timeout=timedelta(hours=20),
               scope=Scope.entities([entity.id]))
        for n, key in enumerate(keys)
    )  # fmt: skip
    problems = tenant.house.context.problems
    async with asyncio.timeout(60):
        while len(found := await problems.of_keys(tenant.admin, keys)) < len(keys):
            await asyncio.sleep(0.02)
    (problem,) = {one.id: one for one in found.values()}.values()
    await problems.comment(tenant.admin, problem.id, "On it")
    await said(tenant, "the end")

    async with follow.follow(tenant.admin.account_id, behind=Place(1, -1), quiet=FOREVER, whom=True) as told:
        listened: list[News] = []
        while not listened or titles(listened)[-1:] != ["the end"]:
            listened += await heard(told, 1)

    last = [one for _, one in listened if isinstance(one, ProblemTold)][-1]
    assert [event.title for event in last.events] == ["a", "b"]
    assert last.problem.alert_count == 4
