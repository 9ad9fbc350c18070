"""Two roads to one truth: what the domain says of a value, and what SQL finds of the rows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import asked, report
from tests.strategies import (
    CLUSTERS,
    NAMES,
    NAMESPACES,
    TYPE_WORDS,
    TYPES,
    catalogs,
    few,
    filters,
    places,
    reports,
    scopes,
    values,
    withins,
)
from tests.tenants import MakeTenant
from whence.domain.access import Principal
from whence.domain.entity import Draft, Entity
from whence.domain.event import Accepted, Event, Kind, Report
from whence.domain.filter import SEPARATORS, EntityFilter, Filter, PropertyTest, Within, one_word
from whence.domain.page import Order
from whence.domain.scope import ALL_SERVICES, Clause, Places, Scope
from whence.server import House
from whence.store import entities, events, groups, problems, summary
from whence.store.pool import Pool, Reader

MANY: Final = 1000
PROBLEMS: Final = tuple(UUID(int=number) for number in range(3))


async def stored(house: House, by: Principal, said: list[Report]) -> None:
    """The reports, each an event."""
    receipts = await house.context.ingest.accept(by.account_id, said) if said else []
    assert all(isinstance(receipt, Accepted) for receipt in receipts)


async def found(pool: Pool, by: Principal, question: Filter, order: Order = Order.NEWEST) -> list[Event]:
    """The events that SQL finds."""
    async with pool.reader() as db:
        return await paged(db, by, question, order)


async def paged(db: Reader, by: Principal, question: Filter, order: Order = Order.NEWEST) -> list[Event]:
    """The events that SQL finds, in this transaction."""
    return await events.page(db, by.account_id, question, order=order, cursor=None, limit=MANY)


async def registered(house: House, by: Principal, drafts: list[Draft]) -> list[Entity]:
    """The drafts, each an entity."""
    return await house.context.registry.register(by, drafts) if drafts else []


@given(before=catalogs(), said=st.lists(scopes, max_size=6), after=catalogs())
async def test_an_entity_has_the_events_whose_scope_it_matches(
    house: House, account: MakeTenant, before: list[Draft], said: list[Scope], after: list[Draft]
) -> None:
    """[SC3] Links and their recheck find what `Scope.matches` says, whenever the entity registered."""
    by = (await account()).admin
    await registered(house, by, before)
    await stored(house, by, [report(scope=scope, title=str(n)) for n, scope in enumerate(said)])
    known = {e.id: e for e in [*await registered(house, by, before), *await registered(house, by, after)]}

    for entity in known.values():
        listed = await found(house.pool, by, asked(concerning=(entity,)))

        assert sorted(e.title for e in listed) == [str(n) for n, s in enumerate(said) if s.matches(entity)]


@given(before=catalogs(), said=st.lists(scopes, max_size=6))
async def test_several_entities_have_the_events_of_each(
    house: House, account: MakeTenant, before: list[Draft], said: list[Scope]
) -> None:
    """An event that concerns two of the entities asked for is there once."""
    by = (await account()).admin
    known = tuple(await registered(house, by, before))
    await stored(house, by, [report(scope=scope, title=str(n)) for n, scope in enumerate(said)])

    listed = await found(house.pool, by, asked(concerning=known))

    expected = [str(n) for n, scope in enumerate(said) if any(map(scope.matches, known))]
    assert sorted(e.title for e in listed) == expected


@given(drafts=catalogs(), asked_for=st.lists(scopes, min_size=1, max_size=5))
async def test_a_scope_concerns_the_entities_that_match_it(
    house: House, account: MakeTenant, drafts: list[Draft], asked_for: list[Scope]
) -> None:
    """`concerned` lists, and the census counts, what `Scope.matches` says."""
    by = (await account()).admin
    known = [e for e in await registered(house, by, drafts) if not e.archived]
    services = [e for e in known if e.type == "SERVICE"]

    for scope in asked_for:
        async with house.pool.reader() as db:
            count, listed = await entities.concerned(db, by.account_id, scope, limit=MANY)
        matched = (await house.context.catalog.services(by)).concerned(scope)

        assert sorted(e.id for e in listed) == sorted(e.id for e in known if scope.matches(e))
        assert count == len(listed)
        assert (matched.count, matched.of) == (sum(map(scope.matches, services)), len(services))


@given(said=st.lists(reports, max_size=8), questions=st.lists(filters, min_size=1, max_size=6), drafts=catalogs())
async def test_sql_and_memory_agree(
    house: House,
    account: MakeTenant,
    said: list[Report],
    questions: list[Filter],
    drafts: list[Draft],
) -> None:
    """[TL4] A filter selects in SQL exactly what it matches in memory, in either order."""
    by = (await account()).admin
    await stored(house, by, said)
    known = tuple(await registered(house, by, drafts))
    everything = await found(house.pool, by, asked())
    assert len(everything) == len(said)

    for question in [*questions, asked(concerning=known, words=questions[0].words)]:
        newest = await found(house.pool, by, question)
        oldest = await found(house.pool, by, question, Order.OLDEST)

        assert [e.id for e in newest] == [e.id for e in everything if question.matches(e)]
        assert oldest == newest[::-1]


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (Within(), ["all", "nobody", "nobody in a", "services of a"]),
        (Within(clusters=("a",)), ["all", "services of a"]),
        (Within(clusters=("b",)), ["all"]),
        (Within(namespaces=("shop",)), ["all", "services of a"]),
        (Within(services=("cart",)), ["all", "services of a"]),
    ],
)
async def test_what_concerns_nobody_is_within_no_place(
    house: House, by: Principal, within: Within, expected: list[str]
) -> None:
    """[TL4] A scope without a clause names no place, as the whole account's does not; nothing is in it for all that."""
    nobody = Scope(clauses=())
    await stored(
        house,
        by,
        [
            report(title="all", scope=ALL_SERVICES),
            report(title="services of a", scope=Scope.services(clusters=["a"])),
            report(title="nobody", scope=nobody),
            report(title="nobody in a", scope=nobody, places=Places(clusters=("a",))),
        ],
    )

    listed = await found(house.pool, by, asked(within=within))

    assert sorted(e.title for e in listed) == expected
    assert sorted(e.title for e in await found(house.pool, by, asked()) if within.admits(e)) == expected


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (Within(clusters=("a",)), ["cart", "cart and all hosts", "cart and hosts of b"]),
        (Within(clusters=("b",)), ["cart and all hosts", "cart and hosts of b"]),
        (Within(clusters=("c",)), ["cart and all hosts"]),
        (Within(namespaces=("shop",)), ["cart", "cart and all hosts", "cart and hosts of b"]),
        (Within(namespaces=("office",)), ["cart and all hosts", "cart and hosts of b"]),
        (Within(services=("cart",)), ["cart", "cart and all hosts", "cart and hosts of b"]),
        (Within(services=("lone",)), ["cart and all hosts", "cart and hosts of b", "lone"]),
        (Within(clusters=("a",), services=("lone",)), ["cart and all hosts", "cart and hosts of b"]),
    ],
)
async def test_what_names_entities_alone_is_where_they_are(
    house: House, by: Principal, within: Within, expected: list[str]
) -> None:
    """[TL4] In no cluster when they are in none; beside a clause that names none of them that one counts as well."""
    cart, hosts, of_b = (
        Clause(entity_ids=("SERVICE-1",)),
        Clause(types=("HOST",)),
        Clause(types=("HOST",), clusters=("b",)),
    )
    there = Places(clusters=("a",), namespaces=("shop",), services=("cart",))
    await stored(
        house,
        by,
        [
            report(title="cart", scope=Scope(clauses=(cart,)), places=there),
            report(title="lone", scope=Scope(clauses=(cart,)), places=Places(services=("lone",))),
            report(title="host", scope=Scope(clauses=(cart,))),
            report(title="cart and all hosts", scope=Scope(clauses=(cart, hosts))),
            report(title="cart and hosts of b", scope=Scope(clauses=(cart, of_b)), places=Places(clusters=("a", "b"))),
        ],
    )

    listed = await found(house.pool, by, asked(within=within))

    assert sorted(e.title for e in listed) == expected
    assert sorted(e.title for e in await found(house.pool, by, asked()) if within.admits(e)) == expected


@given(
    said=st.lists(st.tuples(scopes, st.one_of(st.none(), places)), max_size=8),
    questions=st.lists(withins, min_size=1, max_size=6),
)
async def test_sql_and_memory_agree_on_what_is_within_a_place(
    house: House, account: MakeTenant, said: list[tuple[Scope, Places | None]], questions: list[Within]
) -> None:
    """[TL4] Scopes of entities, of services, of both and of nobody, with places of their own or without."""
    by = (await account()).admin
    await stored(house, by, [report(scope=scope, places=own) for scope, own in said])
    everything = await found(house.pool, by, asked())

    for within in questions:
        listed = await found(house.pool, by, asked(within=within))

        assert [e.id for e in listed] == [e.id for e in everything if within.admits(e)]


letters_and_others = st.one_of(
    st.sampled_from([*"dD1éÉßİ\u212a\u017f", *SEPARATORS]),
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"),
)


@given(
    said=st.lists(st.text(alphabet=letters_and_others, max_size=6), max_size=8),
    words=st.lists(st.sampled_from(["d", "dd", "d1", "é", "dé", ""]), min_size=1, max_size=2),
)
async def test_a_type_is_found_however_it_is_written(
    house: House, account: MakeTenant, said: list[str], words: list[str]
) -> None:
    """[TL4] In either case, with whatever separators; of other alphabets no letter becomes another one."""
    by = (await account()).admin
    await stored(house, by, [report(type=each) for each in [*said, *TYPES]])
    question = asked(type_words=(*words, *TYPE_WORDS))

    listed = await found(house.pool, by, question)

    assert sorted(e.type for e in listed) == sorted(
        each for each in [*said, *TYPES] if one_word(each) in question.type_words
    )
    assert [e for e in await found(house.pool, by, asked()) if question.matches(e)] == listed


@given(
    of=st.lists(st.sampled_from([None, *PROBLEMS]), max_size=6),
    over=st.sets(st.integers(0, 5), max_size=3),
    questions=st.lists(st.tuples(st.lists(st.sampled_from(PROBLEMS), max_size=2), filters), min_size=1, max_size=4),
)
async def test_an_event_is_of_the_problem_that_its_alert_is_part_of(
    house: House,
    account: MakeTenant,
    of: list[UUID | None],
    over: set[int],
    questions: list[tuple[list[UUID], Filter]],
) -> None:
    """[TL4, TL6] So are the problem's event and the recovery's; lists, in memory and in SQL, and counts agree."""
    by = (await account()).admin
    opened = [report(kind=Kind.PROBLEM, key=str(n), timeout=timedelta(days=1)) for n in range(len(of))]
    ended = [report(kind=Kind.RECOVERY, key=str(n)) for n in over if n < len(of)]
    await stored(house, by, [*opened, *ended, report()])

    async with house.pool.transaction() as db:
        await problems.turn(db, by.account_id)  # nobody else says which problem an alert is part of
        alerts = {e.key: e.alert_id for e in await paged(db, by, asked())}
        parts = {alerts[str(n)]: problem_id for n, problem_id in enumerate(of) if problem_id is not None}
        await groups.move(db, by.account_id, {one: whole for one, whole in parts.items() if one is not None})
        everything = await paged(db, by, asked())

        for names, question in questions:
            for one in (asked(problems=tuple(names)), replace(question, problems=tuple(names))):
                listed = await paged(db, by, one)

                assert [e.id for e in listed] == [e.id for e in everything if one.matches(e)]
                assert await summary.total(db, by.account_id, one) == len(listed)


@given(
    kept=st.lists(st.dictionaries(st.sampled_from(["a", "a.b", "0", ""]), values, max_size=3), max_size=6),
    path=st.lists(st.sampled_from(["a", "b", "0", "-1", "01", "+1", " 0", "", "\u0661"]), min_size=1, max_size=3),
    spelled=st.lists(
        st.sampled_from(["true", "0", "1", "1.0", "1e22", "1e16", "0.00001", "1.2e-7", "-0.0", "a", ""]),
        min_size=1,
    ),
)
async def test_a_property_is_found_by_its_path(
    house: House, account: MakeTenant, kept: list[dict[str, Any]], path: list[str], spelled: list[str]
) -> None:
    """Keys with dots, places in lists and numbers mean the same to SQL and to `PropertyTest.matches`."""
    by = (await account()).admin
    test = PropertyTest(path=".".join(path), values=tuple(spelled))
    await stored(house, by, [report(properties=properties) for properties in kept])

    listed = await found(house.pool, by, asked(properties=(test,)))

    assert [e.id for e in listed] == [e.id for e in await found(house.pool, by, asked()) if test.matches(e.properties)]
    assert len(listed) == sum(map(test.matches, kept))


@pytest.mark.parametrize(
    ("number", "spelled"),
    [
        (1, "1"),
        (1.0, "1.0"),
        (1e22, "1e22"),
        (1e22, "1E+22"),
        (1e-5, "0.00001"),
        (1e-5, "1e-05"),
        (2e-6, "2e-6"),
        (-0.0, "-0.0"),
        (10**30, str(10**30)),
        (True, "true"),
    ],
)
async def test_a_number_is_found_as_senders_spell_it(house: House, by: Principal, number: object, spelled: str) -> None:
    """1e22 is 1E+22, wherever it was written; but 1 is not 1.0, as JSON tells them apart."""
    others: list[object] = [0, 1, 1.0, 2e-6, 1e22, 1e-5, False, "x", None, [], 10**30]
    said = [report(properties={"n": other}) for other in others if repr(other) != repr(number)]
    await stored(house, by, [*said, report(title="this", properties={"n": number})])

    listed = await found(house.pool, by, asked(properties=(PropertyTest(path="n", values=(spelled,)),)))

    assert [e.title for e in listed] == ["this"]


@given(said=st.lists(reports, max_size=8))
async def test_what_is_stored_comes_back(house: House, account: MakeTenant, said: list[Report]) -> None:
    """Every field of a report is the same in its event, order and spelling of keys included."""
    by = (await account()).admin
    receipts = await house.context.ingest.accept(by.account_id, said) if said else []

    everything = {e.id: e for e in await found(house.pool, by, asked())}

    for receipt, sent in zip(receipts, said, strict=True):
        assert isinstance(receipt, Accepted)
        event = everything[receipt.id]
        for name in ("kind", "type", "severity", "title", "description", "links", "span", "source", "scope", "call"):
            assert getattr(event, name) == getattr(sent, name)
        assert event.places == (sent.places or sent.scope.places())
        assert event.properties == sent.properties
        assert list(event.properties) == list(sent.properties)


@given(
    drafts=catalogs(),
    clusters=few(("", *CLUSTERS)),
    namespaces=few(("", *NAMESPACES)),
    names=few(NAMES),
    archived=st.sampled_from([None, True, False]),
)
async def test_entities_are_filtered_by_their_fields(
    house: House,
    account: MakeTenant,
    drafts: list[Draft],
    clusters: tuple[str, ...],
    namespaces: tuple[str, ...],
    names: tuple[str, ...],
    archived: bool | None,  # noqa: FBT001  drawn
) -> None:
    """OR inside a field, AND between fields, archived ones only when asked for."""
    by = (await account()).admin
    known = await registered(house, by, drafts)
    question = EntityFilter(clusters=clusters, namespaces=namespaces, names=names, archived=archived)

    async with house.pool.reader() as db:
        listed = await entities.page(db, by.account_id, question, after="", limit=MANY)
        count = await entities.count(db, by.account_id, question)

    assert [e.id for e in listed] == sorted(
        e.id
        for e in known
        if (not clusters or e.cluster in clusters)
        and (not namespaces or e.namespace in namespaces)
        and (not names or e.name in names)
        and archived in {None, e.archived}
    )
    assert count == len(listed)
