"""The services of an account, as a scope finds them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from whence.domain.census import Census, Service
from whence.domain.entity import SERVICE, Entity
from whence.domain.scope import Places, Scope

SEEN = datetime(2026, 9, 21, tzinfo=UTC)
services = st.lists(
    st.builds(
        Service,
        cluster=st.sampled_from(["", *strategies.CLUSTERS]),
        namespace=st.sampled_from(["", *strategies.NAMESPACES]),
        name=st.sampled_from(strategies.NAMES),
        id=st.sampled_from([entity_id for entity_id in strategies.ENTITY_IDS if entity_id.startswith(SERVICE)]),
    ),
    max_size=12,
    unique_by=lambda service: service.id,
)


def entity(service: Service) -> Entity:
    """The service as an entity."""
    cluster, namespace, name, entity_id = service
    return Entity(
        id=entity_id,
        tag=entity_id,
        type=SERVICE,
        name=name,
        cluster=cluster,
        namespace=namespace,
        first_seen=SEEN,
        last_seen=SEEN,
    )


@given(known=services, scope=strategies.scopes, first=st.integers(0, 5))
def test_a_census_matches_what_the_scope_matches(known: list[Service], scope: Scope, first: int) -> None:
    """All are counted, the first are shown in order, and asking again changes nothing."""
    census = Census(known)

    matched = sorted(service for service in known if scope.matches(entity(service)))
    for _ in range(2):
        found = census.concerned(scope, first=first)
        assert (found.count, found.of, found.first) == (len(matched), len(known), tuple(matched[:first]))


def test_names_that_no_service_has_are_unknown() -> None:
    """Each field by itself."""
    census = Census([Service("a", "b", "cart", "SERVICE-1")])

    unknown = census.unknown(Places(clusters=("a", "b"), namespaces=("a", "b"), services=("cart", "crat")))

    assert unknown == Places(clusters=("b",), namespaces=("a",), services=("crat",))
    assert Census(()).unknown(Places(services=("cart",))) == Places(services=("cart",))
