"""What is under way of an account: all there is when it is alone, little while others are here."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from tests.tenants import MakeTenant, Tenant
from whence.crowd import Crowd
from whence.domain.errors import Unavailable
from whence.turns import ALONE, BODIES, SHARED, Turn, Turns

MINE, THEIRS = uuid4(), uuid4()


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is forgotten while a busy machine stands still."""
    monkeypatch.setattr("whence.crowd.monotonic", lambda: 0.0)


def _here(*accounts: object) -> Turns:
    turns = Turns()
    for account in accounts:
        turns.crowd.came(account)  # pyright: ignore[reportArgumentType]  any id
    return turns


async def _started(turns: Turns, many: int) -> tuple[list[Turn], list[asyncio.Task[None]]]:
    """Turns of an account, and what takes them; those that may are taken."""
    made = [turns.arrive() for _ in range(many)]
    tasks = [asyncio.create_task(turn.take(THEIRS)) for turn in made]
    for _ in range(3):
        await asyncio.sleep(0)
    return made, tasks


def test_a_crowd_is_who_came_lately() -> None:
    """One alone is none, two are; who is away for two seconds is forgotten."""
    now = 0.0
    crowd: Crowd[str] = Crowd(clock=lambda: now)
    crowd.came("a")
    alone = crowd.is_many
    now = 0.9
    crowd.came("b")
    together = crowd.is_many
    now = 1.8
    crowd.came("a")
    still = crowd.is_many
    now = 2.9
    crowd.came("a")
    after = crowd.is_many
    now = 100
    assert (alone, together, still, after, crowd.is_many) == (False, True, True, False, False)


def test_who_has_not_left_is_here() -> None:
    """However long ago it came: whoever is kept waiting for seconds must not be forgotten for that."""
    now = 0.0
    staying: set[str] = set()
    crowd: Crowd[str] = Crowd(staying, clock=lambda: now)
    crowd.came("a")
    staying.add("a")
    for now in (0.9, 1.8, 5.0, 5.9):
        crowd.came("b")
        assert crowd.is_many, now

    staying.remove("a")
    now = 6.9
    crowd.came("b")
    lately = crowd.is_many
    now = 8.0
    crowd.came("b")

    assert (lately, crowd.is_many) == (True, False)


async def test_a_request_is_here_until_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """[OV1] Its account does not have to send another one for that."""
    now = 0.0
    monkeypatch.setattr("whence.crowd.monotonic", lambda: now)
    turns = Turns()
    await turns.arrive().take(MINE)

    now = 10.0
    await _started(turns, 1)

    assert turns.crowd.is_many


async def test_who_is_alone_has_many_at_a_time() -> None:
    """As many as are of any use; the next one comes when the first has gone."""
    turns = _here(THEIRS)
    made, tasks = await _started(turns, ALONE + 1)
    before = [task.done() for task in tasks]

    made[0].end()
    await tasks[-1]

    assert before == [True] * ALONE + [False]


async def test_who_is_not_alone_has_few_at_a_time() -> None:
    """[OV1] The others wait in their order, and those of another account do not wait for them."""
    turns = _here(MINE, THEIRS)
    made, tasks = await _started(turns, SHARED + 2)
    mine = turns.arrive()
    await mine.take(MINE)
    before = [task.done() for task in tasks]

    for turn in made[:2]:
        turn.end()
        turn.end()
    await asyncio.gather(*tasks)

    assert before == [True] * SHARED + [False] * 2


async def test_who_waits_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is at once who comes when too many wait."""
    monkeypatch.setattr("whence.turns.PATIENCE", 0.05)
    monkeypatch.setattr("whence.turns.MOST_WAITING", 2)
    turns = _here(MINE, THEIRS)
    made, tasks = await _started(turns, SHARED + 3)

    with pytest.raises(Unavailable) as refusal:
        await tasks[-1]
    for task in tasks[-3:-1]:
        with pytest.raises(Unavailable):
            await task
    made[0].end()
    late = turns.arrive()
    await late.take(THEIRS)

    assert refusal.value.retry_after >= 1


async def test_who_leaves_while_it_waits_takes_nobody_s_place() -> None:
    """Before its turn, and as it comes."""
    turns = _here(MINE, THEIRS)
    made, tasks = await _started(turns, SHARED + 3)
    tasks[-3].cancel()
    made[0].end()
    tasks[-2].cancel()
    await asyncio.wait(tasks[-3:-1])

    await tasks[-1]

    assert [task.cancelled() for task in tasks[-3:]] == [True, True, False]


async def test_what_waits_for_somebody_else_has_no_turn() -> None:
    """The next one comes."""
    turns = _here(MINE, THEIRS)
    made, tasks = await _started(turns, SHARED + 1)
    made[0].hold(100)

    made[0].rest()
    await tasks[-1]
    made[0].end()


async def test_an_account_may_keep_as_much_as_is_free() -> None:
    """[OV3] Half of all for one; a first body in any case; all of it is free again when they are answered."""
    turns = _here(MINE, THEIRS)
    (turn,), _ = await _started(turns, 1)
    mine = turns.arrive()
    await mine.take(MINE)
    turn.hold(BODIES // 2)

    with pytest.raises(Unavailable):
        turn.hold(1)
    mine.hold(BODIES // 4)
    with pytest.raises(Unavailable):
        mine.hold(2)
    turn.end()
    mine.hold(BODIES // 4)
    mine.end()
    large = turns.arrive()
    large.hold(2 * BODIES)
    large.end()


async def test_a_body_that_came_before_its_token_is_the_account_s() -> None:
    """As at signing in: what is kept of it goes with the account, and is free in the end."""
    turns = _here(MINE)
    for _ in range(4):
        turn = turns.arrive()
        turn.hold(BODIES // 2)
        await turn.take(MINE)
        turn.end()


async def test_much_work_is_done_by_one_at_a_time() -> None:
    """[OV1] Whoever has the floor gives it away after a moment; nobody is forgotten."""
    turns = _here(MINE, THEIRS)
    heard: list[str] = []

    async def work(name: str) -> None:
        async with turns.floor as floor:
            for _ in range(3):
                heard.append(name)
                floor._until = 0  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  it took long enough
                await floor.pause()

    await asyncio.gather(work("a"), work("b"))

    assert heard == ["a", "b", "a", "b", "a", "b"]


async def test_the_floor_is_held_briefly_by_who_is_alone_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """[OV1] A commit of the same account waits for its next statement meanwhile (ADR 0027)."""
    now = 0.0
    monkeypatch.setattr("whence.turns.perf_counter", lambda: now)
    turns = _here(MINE)
    worked = [0]  # in each round of the loop

    async def serve_others() -> None:
        while True:
            worked.append(0)
            await asyncio.sleep(0)

    others = asyncio.create_task(serve_others())
    async with turns.floor as floor:
        for _ in range(100):
            now += 0.00001  # seconds, as on a fast machine
            worked[-1] += 1
            await floor.pause()
    others.cancel()

    assert sum(worked) == 100
    assert max(worked) <= 4


async def _post(client: Callable[[str | None], httpx.AsyncClient], tenant: Tenant) -> httpx.Response:
    return await client(await tenant.key()).post("/v1/events", json={"title": "a"})


async def _signal(client: Callable[[str | None], httpx.AsyncClient], tenant: Tenant) -> httpx.Response:
    webhook = await tenant.house.context.webhooks.create(tenant.admin, name=f"w-{uuid4()}", receiver="direct")
    path = f"/monitoring/v1/webhook/{webhook.id}/{webhook.access_key}/events"
    return await client(None).post(path, json={"event_key": "k", "title": "a"})


@pytest.mark.parametrize(("send", "done"), [(_post, 201), (_signal, 200)])
async def test_requests_have_turns(
    account: MakeTenant,
    client: Callable[[str | None], httpx.AsyncClient],
    monkeypatch: pytest.MonkeyPatch,
    send: Callable[[Callable[[str | None], httpx.AsyncClient], Tenant], Awaitable[httpx.Response]],
    done: int,
) -> None:
    """[OV1] Beyond the share of its account a request waits; when that takes too long, its API says so."""
    mine, theirs = await account(), await account()
    monkeypatch.setattr("whence.turns.PATIENCE", 0.2)
    turns = mine.house.context.access.turns
    here = turns.arrive()  # and stays: who only came is forgotten in a second or two
    await here.take(mine.admin.account_id)
    held = [turns.arrive() for _ in range(SHARED)]
    for turn in held:
        await turn.take(theirs.admin.account_id)

    refused = await send(client, theirs)
    taken = await send(client, mine)
    held[0].end()
    again = await send(client, theirs)
    for turn in (here, *held):
        turn.end()

    assert [answer.status_code for answer in (refused, taken, again)] == [503, done, done]
    assert int(refused.headers["retry-after"]) >= 1
    assert "unavailable" in refused.text.lower()


async def test_bodies_beyond_what_is_free_are_refused_unread(
    tenant: Tenant, client: Callable[[str | None], httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """[OV3] Whether it says how long it is or not; nothing is left over for the next one."""
    turns = tenant.house.context.access.turns
    monkeypatch.setattr(turns, "_free", 1_000)
    holding = turns.arrive()
    await holding.take(tenant.admin.account_id)
    holding.hold(400)
    api = client(await tenant.key())

    async def chunks() -> object:
        for _ in range(20):
            yield b" " * 50

    said = await api.post("/v1/events", content=b" " * 900)
    unsaid = await api.post("/v1/events", content=chunks())  # pyright: ignore[reportArgumentType]
    holding.end()
    after = await api.post("/v1/events", json={"title": "a"})

    assert [answer.status_code for answer in (said, unsaid, after)] == [503, 503, 201]


async def test_the_same_wrong_token_is_looked_up_once(
    tenant: Tenant, client: Callable[[str | None], httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """[AC10] However often it is tried within some seconds."""
    access = tenant.house.context.access
    asked: list[bytes] = []
    get = access.principals.get

    async def counted(digest: bytes) -> object:
        asked.append(digest)
        return await get(digest)

    monkeypatch.setattr(access.principals, "get", counted)
    nobodys = f"wh_{uuid4().hex}"  # which no other test has tried a moment ago
    statuses = {(await client(nobodys).get("/v1/events")).status_code for _ in range(20)}

    assert statuses == {401}
    assert len(asked) == 1
