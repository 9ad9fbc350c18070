"""Entities by rules on their tags: which are meant, and which are not."""

from datetime import datetime, timedelta
from typing import Final

import pytest

from tests.builders import draft
from tests.catalog.conftest import Quiet
from tests.tenants import MakeTenant, Tenant
from whence.catalog import Catalog
from whence.domain.entity import Tag, TagRule, TagTest
from whence.domain.errors import Invalid

TAGGED: Final = {
    "shop": (Tag(key="lane", value="green"), Tag(key="blue")),
    "till": (Tag(key="lane", value="Green"), Tag(context="AWS", key="blue")),
    "cart": (Tag(key="lane"), Tag(key="blue", value="lane")),
    "É%_\\": (Tag(context="É", key="%_\\", value="é"),),
}


def any_of(*tests: TagTest) -> tuple[TagTest, ...]:
    """The alternatives."""
    return tests


LANE: Final = any_of(TagTest(key="lane"))
BLUE: Final = any_of(TagTest(key="blue"))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], []),
        ([TagRule()], ["cart", "host", "shop", "till", "É%_\\"]),
        ([TagRule(types=("HOST",))], ["host"]),
        ([TagRule(types=("HOST", "SERVICE"), tags=(LANE,))], ["cart", "host", "shop", "till"]),
        ([TagRule(tags=(LANE,))], ["cart", "host", "shop", "till"]),
        ([TagRule(tags=(any_of(TagTest(key="lane", value="green")),))], ["host", "shop"]),
        ([TagRule(tags=(any_of(TagTest(key="lane", value="")),))], ["cart"]),
        ([TagRule(types=("SERVICE",), tags=(any_of(TagTest(key="lane", value="green")),))], ["shop"]),
        ([TagRule(tags=(BLUE,))], ["cart", "shop"]),
        ([TagRule(tags=(any_of(TagTest(context="AWS", key="blue")),))], ["till"]),
        ([TagRule(tags=(LANE, BLUE))], ["cart", "shop"]),
        ([TagRule(tags=(LANE, BLUE, any_of(TagTest(key="none"))))], []),
        ([TagRule(tags=((*BLUE, TagTest(context="AWS", key="blue")), LANE))], ["cart", "shop", "till"]),
        ([TagRule(tags=((),))], []),
        ([TagRule(types=("HOST",)), TagRule(tags=(BLUE,)), TagRule(tags=(BLUE, LANE))], ["cart", "host", "shop"]),
        ([TagRule(tags=(any_of(TagTest(context="É", key="%_\\", value="é")),))], ["É%_\\"]),
        ([TagRule(tags=(any_of(TagTest(context="é", key="%_\\", value="é")),))], []),
    ],
)
async def test_rules_mean_entities(
    catalog: Catalog, tenant: Tenant, account: MakeTenant, quiet: Quiet, rules: list[TagRule], expected: list[str]
) -> None:
    """Case counts; value None is any, and empty is none; archived and other accounts' entities are never meant."""
    drafts = [draft(name, tags=tags) for name, tags in TAGGED.items()]
    drafts.append(draft("host", type="HOST", tags=TAGGED["shop"][:1]))
    await tenant.register(*drafts, draft("gone", archived=True, tags=TAGGED["shop"]))
    await (await account()).register(*drafts)
    await quiet(catalog)

    found = await catalog.matching(tenant.admin, rules)

    assert sorted(e.name for e in found) == expected
    assert [e.id for e in found] == sorted(e.id for e in found)
    assert catalog.matching_now(tenant.admin, rules) == found == await catalog.matching(tenant.admin, rules)


async def test_a_limit_shows_that_there_is_more(catalog: Catalog, tenant: Tenant) -> None:
    """One more than the limit at most, the first by id; another limit is another question."""
    known = sorted(e.id for e in await tenant.register(*(draft(str(n)) for n in range(5))))

    for limit, expected in ((1, 2), (3, 4), (4, 5), (5, 5), (9, 5)):
        assert [e.id for e in await catalog.matching(tenant.admin, [TagRule()], limit=limit)] == known[:expected]


async def test_too_many_tags_are_refused(catalog: Catalog, tenant: Tenant) -> None:
    """Before the database is asked."""
    for rule in (TagRule(tags=(LANE,) * 1001), TagRule(tags=(LANE * 1001,))):
        with pytest.raises(Invalid, match="more than 1000 tags"):
            await catalog.matching(tenant.admin, [rule])


async def aged(catalog: Catalog, tenant: Tenant) -> datetime:
    """Three entities, `a` last seen before the moment and two at it or later."""
    await tenant.register(draft("a"))
    (_, at) = [e.last_seen for e in await tenant.register(draft("b"), draft("c"))]
    assert len(await catalog.matching(tenant.admin, [TagRule()])) == 3
    return at


async def test_only_what_was_seen_lately_is_meant(catalog: Catalog, other: Catalog, tenant: Tenant) -> None:
    """With an age, on any node and with any limit: those last seen at the moment or after."""
    at = await aged(catalog, tenant)

    for _ in range(2):
        for node in (catalog, other):
            for since, expected in ((at, "bc"), (at + timedelta.resolution, ""), (at - timedelta(days=1), "abc")):
                found = await node.matching(tenant.admin, [TagRule()], seen_since=since)
                first = await node.matching(tenant.admin, [TagRule()], seen_since=since, limit=1)

                assert sorted(e.name for e in found) == list(expected)
                assert first == found[:2]


async def test_what_an_event_names_is_seen(catalog: Catalog, other: Catalog, tenant: Tenant, quiet: Quiet) -> None:
    """At once on the node that noted it, on each when it is written; memory does not hide it."""
    at = await aged(catalog, tenant)
    await quiet(catalog, other)
    (a, *_) = [e for e in await other.matching(tenant.admin, [TagRule()]) if e.name == "a"]

    catalog.note_seen(tenant.admin, [a.id, "SERVICE-0000000000000000"])

    assert len(await catalog.matching(tenant.admin, [TagRule()], seen_since=at)) == 3
    assert len(await catalog.matching(tenant.admin, [TagRule()], seen_since=at, limit=1)) == 2
    assert len(await other.matching(tenant.admin, [TagRule()], seen_since=at)) == 2
    await catalog.save_seen()
    for node in (catalog, other):
        assert len(await node.matching(tenant.admin, [TagRule()], seen_since=at)) == 3
        assert node.matching_now(tenant.admin, [TagRule()], seen_since=at) is not None
