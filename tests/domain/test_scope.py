"""What a scope says of an entity, and the keys by which an index finds that out."""

import pytest
from hypothesis import given

from tests.builders import entity
from tests.strategies import catalogs, scopes
from whence.domain.entity import HOST, SERVICE, Draft, Entity
from whence.domain.scope import ALL_SERVICES, MOST_KEYS, Clause, Places, Scope, keys_of


def known(drafts: list[Draft]) -> list[Entity]:
    """The drafts as entities."""
    return [entity(d.name, id=d.id, tag=d.tag, type=d.type, cluster=d.cluster, namespace=d.namespace) for d in drafts]


@given(scope=scopes, drafts=catalogs())
def test_whoever_is_concerned_has_a_key_of_the_scope(scope: Scope, drafts: list[Draft]) -> None:
    """So that the index misses nobody; and whoever has an exact key is concerned."""
    keys = {link.key: link.exact for link in scope.link_keys()}

    for one in known(drafts):
        shared = [keys[key] for key in keys_of(one) if key in keys]

        assert bool(shared) >= scope.matches(one)
        assert scope.matches(one) >= any(shared)


@given(scope=scopes)
def test_a_clause_has_a_bounded_number_of_keys(scope: Scope) -> None:
    """However many names it lists, an event writes few links; each key once."""
    keys = [link.key for link in scope.link_keys()]

    assert len(set(keys)) == len(keys) <= MOST_KEYS * max(1, len(scope.clauses))


@given(drafts=catalogs())
def test_an_entity_has_at_most_nine_keys(drafts: list[Draft]) -> None:
    """A timeline is the merge of so many ranges of an index."""
    assert all(len(set(keys_of(one))) <= 9 for one in known(drafts))


@given(drafts=catalogs())
def test_no_scope_is_every_service(drafts: list[Draft]) -> None:
    """Of whatever place; and nothing but services."""
    for one in known(drafts):
        assert ALL_SERVICES.matches(one) == (one.type == SERVICE)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.services(clusters=["a", "b"]), ["shop", "till"]),
        (Scope.services(clusters=["a"], namespaces=["n"]), ["shop"]),
        (Scope.services(names=["shop", "nobody"]), ["shop"]),
        (Scope.services(names=["SHOP"]), []),
        (Scope.services(clusters=[""], names=[""]), ["shop", "till", "bare"]),
        (Scope(clauses=(Clause(types=(HOST,)), Clause(types=(SERVICE,), names=("bare",)))), ["bare", "box"]),
        (Scope(clauses=()), []),
        (Scope.entities([]), []),
    ],
)
def test_fields_are_anded_and_names_are_ored(scope: Scope, expected: list[str]) -> None:
    """Empty fields do not narrow; names compare exactly; clauses are alternatives."""
    all_of_them = [
        entity("shop", cluster="a", namespace="n"),
        entity("till", cluster="b"),
        entity("bare"),
        entity("box", type=HOST, cluster="a"),
    ]

    assert [one.name for one in all_of_them if scope.matches(one)] == expected


def test_entities_are_named_by_their_ids() -> None:
    """A scope of ids concerns exactly those, of any type."""
    shop, box = entity("shop"), entity("box", type=HOST)

    scope = Scope.entities([box.id])

    assert (scope.matches(shop), scope.matches(box)) == (False, True)


def test_a_clause_of_nothing_cannot_be() -> None:
    """It would concern everything by accident."""
    with pytest.raises(ValueError, match="types or entity ids"):
        Clause(names=("shop",))


def test_places_are_each_named_once_and_sorted() -> None:
    """Of a scope what it spells out; of entities where they are, and the names of the services among them."""
    spelled = Scope.services(clusters=["b", "a", "b", ""], names=["z"]).places()
    there = Places.of([entity("z", cluster="b"), entity("a", cluster="b"), entity("box", type=HOST, namespace="n")])

    assert spelled == Places(clusters=("a", "b"), services=("z",))
    assert there == Places(clusters=("b",), namespaces=("n",), services=("a", "z"))
