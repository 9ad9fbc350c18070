"""Documents: what is put comes back, in order, in its own account, until it or its owner is removed."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, draft
from tests.strategies import objects, values
from tests.tenants import MakeTenant, Tenant
from whence.documents import Documents
from whence.domain.document import NEVER, Document
from whence.domain.errors import Invalid, NotFound, TooLarge
from whence.server import House
from whence.store.documents import MOST_AT_ONCE
from whence.store.pool import Pool

KEYS: Final = ("", "a", "A", "É", "%", "a/b")


@pytest.fixture
def documents(house: House) -> Documents:
    """Those of the house."""
    return house.context.documents


@given(value=values, text=st.one_of(st.none(), st.text(alphabet="a\n É'\"\\%", max_size=5)), more=objects)
async def test_any_json_comes_back_as_it_was_put(
    account: MakeTenant, value: object, text: str | None, more: Mapping[str, Any]
) -> None:
    """Order of keys, large numbers, null and nothing included."""
    tenant = await account()
    use = tenant.house.context.documents
    (shop,) = await tenant.register(draft())
    given = [
        Document(owner=shop.id, kind="k", key="one", value=value, text=text),
        Document(kind="k", key="two", value=dict(more)),
    ]

    put = await use.put(tenant.admin, given)

    for before, after in zip(given, put, strict=True):
        found = await use.get(tenant.admin, before.owner, "k", before.key)
        assert found == after
        assert found is not None
        assert (found.value, found.text) == (before.value, before.text)
        assert repr(found.value) == repr(before.value)
        assert found.updated_at > NOW > NEVER


@given(
    said=st.lists(st.tuples(st.sampled_from([None, "shop", "till"]), st.sampled_from("kl"), st.sampled_from(KEYS))),
    of=st.sampled_from([None, "shop", ...]),
    after=st.sampled_from([None, *KEYS]),
    skip=st.integers(0, 3),
    limit=st.integers(0, 4),
)
async def test_pages_are_slices_of_the_whole(
    account: MakeTenant,
    said: list[tuple[str | None, str, str]],
    of: Any,  # noqa: ANN401  a name, None or ...
    after: str | None,
    skip: int,
    limit: int,
) -> None:
    """By key, then owner; the total is of all of the owner and kind."""
    tenant = await account()
    entities = await tenant.register(draft("shop", tag="shop"), draft("till", tag="till"))
    ids: dict[Any, Any] = {None: None, ...: ..., **{entity.tag: entity.id for entity in entities}}
    put = [Document(owner=ids[owner], kind=kind, key=key, value=n) for n, (owner, kind, key) in enumerate(said)]
    await tenant.house.context.documents.put(tenant.admin, put)
    newest = {document.name: document for document in put}.values()
    matching = sorted(
        (d for d in newest if d.kind == "k" and (of is ... or d.owner == ids[of])),
        key=lambda d: (d.key.encode(), d.owner or ""),
    )

    found, total = await tenant.house.context.documents.page(
        tenant.admin, owner=ids[of], kind="k", after=after, skip=skip, limit=limit
    )

    behind = [d for d in matching if after is None or d.key.encode() > after.encode()]
    assert [(d.name, d.value) for d in found] == [(d.name, d.value) for d in behind][skip : skip + limit]
    assert total == len(matching)


async def test_each_account_has_its_own(account: MakeTenant, documents: Documents) -> None:
    """[AC2] The same name in two accounts is two documents, and nobody puts anything beside another's entity."""
    mine, other = await account(), await account()
    (shop,) = await mine.register(draft())
    await documents.put(mine.admin, [Document(owner=shop.id, kind="k", key="a", value=1)])
    await documents.put(mine.admin, [Document(kind="k", key="a", value=2)])

    assert await documents.get(other.admin, shop.id, "k", "a") is None
    assert await documents.get(other.admin, None, "k", "a") is None
    assert await documents.page(other.admin, owner=..., kind="k", limit=9) == ([], 0)
    assert await documents.of(other.admin, [shop.id, None], ["k"]) == []
    assert await documents.remove(other.admin, shop.id, "k", None) == []
    with pytest.raises(NotFound):
        await documents.put(other.admin, [Document(owner=shop.id, kind="k", key="b")])
    assert [d.value for d in await documents.of(mine.admin, [shop.id, None], ["k"])] == [2, 1]


async def test_what_is_removed_is_told(tenant: Tenant, documents: Documents) -> None:
    """Some by key, or all of a kind; other kinds and owners stay."""
    (shop,) = await tenant.register(draft())
    await documents.put(
        tenant.admin,
        [Document(owner=owner, kind=kind, key=key) for owner in (shop.id, None) for kind in "kl" for key in "abc"],
    )

    some = await documents.remove(tenant.admin, shop.id, "k", ["c", "a", "none"])
    rest = await documents.remove(tenant.admin, shop.id, "k", None)

    assert [d.key for d in some] == ["a", "c"]
    assert [d.key for d in rest] == ["b"]
    assert (await documents.page(tenant.admin, owner=..., kind="k", limit=9))[1] == 3
    assert (await documents.page(tenant.admin, owner=..., kind="l", limit=9))[1] == 6


async def test_documents_go_with_their_entity(tenant: Tenant, documents: Documents) -> None:
    """An entity that comes again under the same tag has none of the old ones."""
    (shop,) = await tenant.register(draft(tag="shop"))
    await documents.put(tenant.admin, [Document(owner=shop.id, kind="k", key="a"), Document(kind="k", key="a")])

    await tenant.house.context.registry.remove(tenant.admin, "shop")
    (again,) = await tenant.register(draft(tag="shop"))

    assert await documents.get(tenant.admin, shop.id, "k", "a") is None
    assert await documents.of(tenant.admin, [again.id], ["k"]) == []
    assert await documents.get(tenant.admin, None, "k", "a") is not None


async def test_documents_and_the_removal_of_their_entity_at_once(tenant: Tenant, documents: Documents) -> None:
    """Whoever comes first: nothing is left beside what is gone, and who comes late is told so."""
    (shop,) = await tenant.register(draft(tag="shop"))

    async def put(n: int) -> None:
        with suppress(NotFound):
            await documents.put(tenant.admin, [Document(owner=shop.id, kind="k", key=str(n))])

    async with asyncio.TaskGroup() as group:
        for n in range(10):
            group.create_task(put(n))
        group.create_task(tenant.house.context.registry.remove(tenant.admin, "shop"))

    assert await documents.of(tenant.admin, [shop.id], ["k"]) == []


async def test_what_is_too_large_or_too_many_is_refused(pool: Pool, tenant: Tenant) -> None:
    """Bounds are those of a body, and nothing of such a call is stored."""
    small = Documents(pool, most_bytes=10)
    good = Document(kind="k", key="good", value="12345678")

    for bad in (Document(kind="k", key="v", value="123456789"), Document(kind="k", key="t", text="É" * 6)):
        with pytest.raises(TooLarge):
            await small.put(tenant.admin, [good, bad])
    with pytest.raises(Invalid):
        await small.put(tenant.admin, [good] * (MOST_AT_ONCE + 1))
    for stored in ("\0", "x" * 10_000 + "".join(map(str, range(3000)))):
        with pytest.raises(Invalid):
            await small.put(tenant.admin, [Document(kind="k", key=stored)])

    assert await small.page(tenant.admin, owner=..., kind="k", limit=9) == ([], 0)
    await small.put(tenant.admin, [good])
