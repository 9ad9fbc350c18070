"""Two roads to one truth: what a test of entities says of each, and which ones SQL selects."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import draft, entity
from tests.strategies import ENTITY_IDS, KEYS, LETTERS, few, objects, paths, spellings
from tests.tenants import MakeTenant, Tenant
from whence.domain.entity import Draft, Tag, TagRule, TagTest
from whence.domain.entity_test import (
    LOWER,
    UPPER,
    AllOf,
    Comparison,
    Documented,
    EntityTest,
    FirstSeen,
    Having,
    LastSeen,
    Named,
    NameMatch,
    Negated,
    Never,
    OfType,
    Related,
    SpelledType,
    Tagged,
    Unhealthy,
    WithId,
    folded,
    passes,
)
from whence.domain.errors import Invalid
from whence.server import House
from whence.store import entities
from whence.store.pool import Pool

LONG_AGO: Final = datetime(2020, 2, 29, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
SPOKEN: Final = ("", "a", "É", "%")

names = st.text(alphabet=LETTERS + "Äéèsß", max_size=4)
tags = st.builds(
    Tag, context=st.sampled_from(SPOKEN[1:]), key=st.sampled_from(SPOKEN[1:]), value=st.sampled_from(SPOKEN)
)
tag_tests = st.builds(
    TagTest,
    context=st.sampled_from(SPOKEN[1:]),
    key=st.sampled_from(SPOKEN[1:]),
    value=st.sampled_from((None, *SPOKEN)),
)
alternatives = st.lists(tag_tests, max_size=2).map(tuple)
moments = st.sampled_from([LONG_AGO, datetime(2099, 1, 1, tzinfo=UTC)])
rules = st.builds(
    TagRule,
    types=few(("SERVICE", "HOST")),
    tags=st.lists(st.lists(tag_tests, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple),
)
tests: st.SearchStrategy[EntityTest] = st.recursive(
    st.one_of(
        st.builds(OfType, few(("SERVICE", "HOST", "%"))),
        st.builds(WithId, few(ENTITY_IDS, 3)),
        st.builds(Tagged, alternatives),
        st.builds(Named, st.lists(names, max_size=2).map(tuple), st.sampled_from(NameMatch), st.booleans()),
        st.builds(FirstSeen, st.sampled_from(Comparison), moments),
        st.builds(LastSeen, moments),
        st.builds(Having, paths, st.one_of(st.none(), spellings)),
        st.builds(Never),
    ),
    lambda inner: st.one_of(st.builds(Negated, inner), st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))),
    max_leaves=4,
)


@st.composite
def catalogs(draw: st.DrawFn) -> list[Draft]:
    """Entities with names, tags and properties of letters that hurt."""
    return [
        Draft(
            id=entity_id,
            tag=entity_id,
            type=entity_id.partition("-")[0],
            name=draw(names),
            tags=tuple(draw(st.lists(tags, max_size=3))),
            properties=draw(objects),
            archived=draw(st.integers(0, 5)) == 0,
        )
        for entity_id in draw(few(ENTITY_IDS, most=6))
    ]


@given(drafts=catalogs(), asked=st.lists(tests, min_size=1, max_size=6))
async def test_sql_and_memory_agree(
    house: House, account: MakeTenant, drafts: list[Draft], asked: list[EntityTest]
) -> None:
    """A test selects, and counts, in SQL exactly what passes in memory; in the order of ids, archived ones never."""
    tenant = await account()
    known = await tenant.register(*drafts)

    for test in asked:
        selected = await house.context.catalog.select(tenant.admin, test, limit=100)

        assert [e.id for e in selected] == sorted(e.id for e in known if passes(test, e)), test
        assert await house.context.catalog.count(tenant.admin, test) == len(selected)


@given(drafts=catalogs(), asked=st.lists(rules, max_size=3))
async def test_rules_agree_in_sql_and_memory(
    pool: Pool, account: MakeTenant, drafts: list[Draft], asked: list[TagRule]
) -> None:
    """Rules find, one or several, by the index what they match in memory; each once, in the order of ids."""
    tenant = await account()
    known = await tenant.register(*drafts)

    async with pool.reader() as db:
        found = await entities.matching(db, tenant.admin.account_id, asked, limit=None)

    assert [e.id for e in found] == sorted(e.id for e in known if any(rule.matches(e) for rule in asked))


@pytest.mark.parametrize("comparison", Comparison)
@pytest.mark.parametrize("apart", [-TICK, TICK * 0, TICK])
async def test_moments_are_compared_to_the_microsecond(
    house: House, tenant: Tenant, comparison: Comparison, apart: timedelta
) -> None:
    """First seen at the moment, just before it and just after it; last seen includes the moment itself."""
    (shop,) = await tenant.register(draft())

    for test in (FirstSeen(comparison, shop.first_seen + apart), LastSeen(shop.last_seen + apart)):
        assert await house.context.catalog.count(tenant.admin, test) == passes(test, shop), test


@pytest.mark.parametrize("first", range(0, len(UPPER), 16))
async def test_case_is_folded_without_the_database_s_locale(house: House, tenant: Tenant, first: int) -> None:
    """Every letter that is folded at all, by a test in either case; and no other letter becomes one of them."""
    upper, lower = UPPER[first : first + 16], LOWER[first : first + 16]
    await tenant.register(draft(upper), draft(f"ßİ{lower}", cluster="other"))

    for text in (upper, lower):
        selected = await house.context.catalog.select(
            tenant.admin, Named((text,), NameMatch.CONTAINS, folds_case=True), limit=9
        )

        assert {e.name for e in selected} == {upper, f"ßİ{lower}"}
        assert folded(text) == lower


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("value", "spelled", "has"),
    [
        ("x", "x", True), ("x", "X", False), (["a", "x"], "x", True), (["a", ["x"]], "x", False), ([], None, True),
        ({}, None, True), (None, None, False), (False, None, True), ("", "", True), (None, "null", False),
        ({"x": 1}, "x", False), (1, "1", True), (1, "1.0", False), (True, "true", True), ([1e22], "1e+22", True),
    ],
)  # fmt: skip
async def test_a_property_is_had(
    house: House,
    tenant: Tenant,
    key: str,
    value: object,
    spelled: str | None,
    has: bool,  # noqa: FBT001  drawn
) -> None:
    """Whatever is not null is there; a scalar is itself or one of a list, spelled as JSON."""
    test = Having(key, spelled)
    await tenant.register(draft(properties={key: value}))

    assert await house.context.catalog.count(tenant.admin, test) == has
    assert passes(test, entity(properties={key: value})) == has


def test_what_relates_or_ails_is_not_told_by_the_entity_alone() -> None:
    """It is a mistake to ask; deep questions are refused as such."""
    beside: tuple[EntityTest, ...] = (Documented("k", ("x",)), SpelledType("k", "type", ("service",)))
    related = Related((), outgoing=True, inner=AllOf(()))
    for test in (Unhealthy(), Negated(Unhealthy(yes=False)), related, *beside):
        with pytest.raises(ValueError, match="alone"):
            passes(test, entity())


async def test_a_question_has_its_limits(house: House, tenant: Tenant) -> None:
    """Relations of relations are followed only so far, paths have so many dots, and no text holds a NUL."""
    test: EntityTest = Never()
    for _ in range(5):
        test = Related((), outgoing=True, inner=test)

    for refused in (test, Named(("\0",)), Tagged((TagTest(key="\0"),))):
        with pytest.raises(Invalid):
            await house.context.catalog.count(tenant.admin, refused)
    with pytest.raises(Invalid):
        Having("a" + 7 * ".b")
