"""What a process remembers of entities: while nothing changes, and no longer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest

from tests.builders import ago, draft, entity
from tests.catalog.conftest import Quiet
from tests.tenants import MakeTenant, Tenant
from whence.catalog import Catalog
from whence.domain.entity import Entity, Tag, TagRule, TagTest
from whence.domain.entity_test import WithId
from whence.registry import Registry
from whence.store import seen
from whence.store.memory import MOST_IN_ALL, MOST_MATCHES, MOST_NAMES, MOST_OF_ACCOUNT, Match, Memory
from whence.store.pool import Address, Pool
from whence.store.seen import Seen

RULES: Final = [TagRule(tags=((TagTest(key="blue"),),))]
BLUE: Final = (Tag(key="blue"),)
NAMES: Final = ["shop-tag", "nobody"]


async def remembered(node: Catalog, tenant: Tenant) -> tuple[list[str], list[str]]:
    """The ids of what is known and of what matches, asked for twice; the second time it is told from memory."""
    await node.known(tenant.admin, NAMES)
    await node.matching(tenant.admin, RULES)
    known = node.known_now(tenant.admin, NAMES)
    matching = node.matching_now(tenant.admin, RULES)

    assert known is not None
    assert matching is not None
    return [e.id for e in known.values()], [e.id for e in matching]


def is_blank(node: Catalog, tenant: Tenant) -> bool:
    """Whether the node remembers neither."""
    return node.known_now(tenant.admin, NAMES) is None and node.matching_now(tenant.admin, RULES) is None


async def test_names_are_known_in_every_spelling(catalog: Catalog, tenant: Tenant, quiet: Quiet) -> None:
    """Id, cid, alias and tag, and those that nobody has; as one answer, from memory the second time."""
    (shop,) = await tenant.register(draft(tag="shop-tag", aliases=("an-alias",)))
    names = [shop.id, shop.cid, "an-alias", "shop-tag", shop.id.lower(), "nobody", "an-alias"]
    await quiet(catalog)

    asked = await catalog.known(tenant.admin, names)

    assert asked == dict.fromkeys([shop.id, shop.cid, "an-alias", "shop-tag"], shop)
    assert catalog.known_now(tenant.admin, names) == asked
    assert catalog.known_now(tenant.admin, [shop.id]) == {shop.id: shop}
    assert catalog.known_now(tenant.admin, ["nobody"]) == {}
    assert catalog.known_now(tenant.admin, [shop.id, "another"]) is None


async def test_a_cid_of_two_types_is_that_of_the_first_by_id(catalog: Catalog, tenant: Tenant) -> None:
    """In whatever order they registered: the digits alone do not tell them apart."""
    digits = "00000000000000AA"
    for kind in ("SERVICE", "HOST", "HOST_GROUP"):
        await tenant.register(draft(id=f"{kind}-{digits}", type=kind))

    (found,) = (await catalog.known(tenant.admin, ["en" + digits.lower()])).values()
    assert found.id == f"HOST-{digits}"


Write = Callable[[Registry, Tenant, Entity], Awaitable[object]]

WRITES: Final[dict[str, Write]] = {
    "register": lambda node, t, _: node.register(t.admin, [draft("till", tags=BLUE)]),
    "introduce": lambda node, t, _: node.introduce(t.admin, [draft("x", id="SERVICE-00000000000000FF", tags=BLUE)]),
    "edit": lambda node, t, shop: node.edit(t.admin, WithId((shop.id,)), lambda entity: entity),
    "remove": lambda node, t, shop: node.remove(t.admin, shop.id),
}


@pytest.mark.parametrize("write", WRITES)
async def test_a_change_is_known_at_once_where_it_is_made(
    catalog: Catalog,
    registry: Registry,
    other: Catalog,
    tenant: Tenant,
    account: MakeTenant,
    quiet: Quiet,
    write: str,
) -> None:
    """And on other nodes as soon as they hear of it; what is remembered of another account stays."""
    neighbour = await account()
    (shop,) = await tenant.register(draft(tag="shop-tag", tags=BLUE))
    await quiet(catalog, other)
    for node in (catalog, other):
        assert await remembered(node, tenant) == ([shop.id], [shop.id])
        assert await remembered(node, neighbour) == ([], [])

    await WRITES[write](registry, tenant, shop)

    assert is_blank(catalog, tenant)
    here = await catalog.matching(tenant.admin, RULES)
    await quiet(catalog, other)
    assert is_blank(other, tenant)
    assert await other.matching(tenant.admin, RULES) == here
    assert not is_blank(other, neighbour)


async def test_nothing_is_remembered_while_nobody_listens(registry: Registry, deaf: Catalog, tenant: Tenant) -> None:
    """Answers are right all the same; what was remembered is forgotten when listening ends or begins again."""
    (shop,) = await tenant.register(draft(tag="shop-tag", tags=BLUE))

    assert list(await deaf.known(tenant.admin, NAMES)) == ["shop-tag"]
    assert [e.id for e in await deaf.matching(tenant.admin, RULES)] == [shop.id]
    assert is_blank(deaf, tenant)
    for listening in (True, False):
        deaf.listening(yes=True)
        await remembered(deaf, tenant)
        deaf.listening(listening)
        assert is_blank(deaf, tenant)
    await registry.remove(tenant.admin, shop.id)
    assert await deaf.matching(tenant.admin, RULES) == ()


async def test_what_is_merely_seen_changes_nothing(
    catalog: Catalog, other: Catalog, tenant: Tenant, quiet: Quiet
) -> None:
    """An event that names an entity, and its writing down, leave memories as they are and wake nobody."""
    (shop,) = await tenant.register(draft(tag="shop-tag", tags=BLUE))
    await quiet(catalog, other)
    for node in (catalog, other):
        await remembered(node, tenant)
    changes = [node.next_change(tenant.admin) for node in (catalog, other)]

    catalog.note_seen(tenant.admin, [shop.id])
    await catalog.save_seen()
    await quiet(catalog, other)

    assert not is_blank(catalog, tenant)
    assert not is_blank(other, tenant)
    assert not any(change.is_set() for change in changes)
    assert (await catalog.require(tenant.admin, shop.id)).last_seen > shop.last_seen


async def test_sights_may_be_written_twice_at_once(catalog: Catalog, tenant: Tenant) -> None:
    """A background turn and somebody who asks for it: both end well, and nothing waits afterwards."""
    shop, cart = await tenant.register(draft(tag="shop-tag"), draft(tag="cart-tag", name="cart"))
    catalog.note_seen(tenant.admin, [shop.id, cart.id])

    await asyncio.gather(*(catalog.save_seen() for _ in range(4)))
    catalog.note_seen(tenant.admin, [shop.id])
    await catalog.save_seen()

    seen_last = [(await catalog.require(tenant.admin, one.id)).last_seen for one in (shop, cart)]
    assert seen_last[0] > seen_last[1] > cart.last_seen


async def test_who_goes_away_takes_no_answer_along(catalog: Catalog, tenant: Tenant, quiet: Quiet) -> None:
    """Those who ask the same at the same time share one question; the first of them may be cancelled."""
    (shop,) = await tenant.register(draft(tags=BLUE))
    await quiet(catalog)
    first, *others = [asyncio.create_task(catalog.matching(tenant.admin, RULES)) for _ in range(5)]
    await asyncio.sleep(0)

    first.cancel()

    assert await asyncio.gather(*others) == [(shop,)] * 4
    assert first.cancelled()


async def test_what_cannot_be_written_now_is_kept(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the next turn; and what is noted is bounded."""
    broken = Seen(Pool(Address(), query_seconds=1))  # never opened
    monkeypatch.setattr(seen, "MOST", 2)
    for ids in (["a"], ["a", "b"], ["c"]):
        broken.note(ACCOUNT, ids)

    with pytest.raises(RuntimeError):
        await broken.save()

    assert broken.since(ACCOUNT, ago(minutes=1)) == {"a", "b"}
    assert broken.since(ACCOUNT, datetime.now(UTC) + timedelta(minutes=1)) == frozenset()
    whole = Seen(pool)
    whole.note(ACCOUNT, ["nobody"])
    await whole.save()
    assert whole.since(ACCOUNT, ago(minutes=1)) == frozenset()


ACCOUNT: Final = UUID(int=1)


def listening() -> Memory:
    """An empty memory that is kept."""
    memory = Memory()
    memory.listening(yes=True)
    return memory


def asked(n: int) -> tuple[tuple[TagRule, ...], int]:
    """A question of its own."""
    return (TagRule(),), n


def test_an_answer_that_a_change_overtook_is_not_remembered() -> None:
    """It was asked for before the change and came after it: it may be older than the change."""
    memory = listening()
    leaf = memory.leaf(ACCOUNT)
    memory.forget(ACCOUNT)

    memory.learn_names(ACCOUNT, leaf, ["a"], {})
    memory.learn_match(ACCOUNT, leaf, asked(1), Match.of([]))

    assert memory.named(ACCOUNT, ["a"]) is None
    assert memory.match(ACCOUNT, asked(1)) is None


def test_memory_is_bounded_in_an_account() -> None:
    """In names, in questions and in entities; the oldest are forgotten first, and a very large answer at once."""
    memory = listening()
    leaf = memory.leaf(ACCOUNT)
    names = [str(n) for n in range(MOST_NAMES)]
    memory.learn_names(ACCOUNT, leaf, [*names, "last", "x" * 501], {})
    for n in range(MOST_MATCHES + 1):
        memory.learn_match(ACCOUNT, leaf, asked(n), Match.of([]))

    assert memory.named(ACCOUNT, ["1", "last"]) == {}
    assert memory.named(ACCOUNT, ["0"]) is None
    assert memory.named(ACCOUNT, ["x" * 501]) is None
    assert memory.match(ACCOUNT, asked(0)) is None
    assert memory.match(ACCOUNT, asked(1)) is not None

    half = Match.of([entity()] * (MOST_OF_ACCOUNT // 2))
    for n in range(3):
        memory.learn_match(ACCOUNT, leaf, asked(1000 + n), half)
    memory.learn_match(ACCOUNT, leaf, asked(2000), Match.of([entity()] * MOST_OF_ACCOUNT))
    kept = [n for n in (MOST_MATCHES, 1000, 1001, 1002, 2000) if memory.match(ACCOUNT, asked(n)) is not None]
    assert kept == [1002]


def test_memory_is_bounded_in_all() -> None:
    """In entities over all accounts, and in accounts; the oldest account is forgotten first, its last answer too."""
    memory = listening()
    large = Match.of([entity()] * (MOST_OF_ACCOUNT - 1))
    accounts = [UUID(int=n) for n in range(MOST_IN_ALL // MOST_OF_ACCOUNT + 1)]
    for account in accounts:
        for _ in range(3):  # again is not more
            memory.learn_match(account, memory.leaf(account), asked(1), large)

    assert [account for account in accounts if memory.match(account, asked(1)) is None] == accounts[:1]

    for n in range(MOST_IN_ALL):
        memory.leaf(UUID(int=1000 + n))
        memory.learn_names(UUID(int=1000 + n), memory.leaf(UUID(int=1000 + n)), ["a"], {})
    assert not any(memory.match(account, asked(1)) for account in accounts)
    assert memory.named(UUID(int=1000), ["a"]) == {}
