"""Which services a place means, and what an event in a cluster is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from whence.catalog import Catalog
from whence.dialects.komodor import encode, wire
from whence.domain.access import Principal
from whence.domain.entity import SERVICE, Entity
from whence.domain.event import Event

_NOBODY: Final = "SERVICE-0000000000000000"  # the id of a service that is not registered


async def meant(catalog: Catalog, by: Principal, place: wire.ServiceScope) -> tuple[Entity, ...]:
    """The services at the place, of the kind. One that nobody registered is meant too: events name it."""
    known = await catalog.services_at(by, [(place.cluster, place.namespace, place.service)])
    if known:
        return tuple(entity for entity in known if entity.properties.get("kind") in {None, place.kind})
    now = datetime.now(UTC)
    unknown = Entity(
        id=_NOBODY,
        tag="",
        type=SERVICE,
        name=place.service,
        cluster=place.cluster,
        namespace=place.namespace,
        first_seen=now,
        last_seen=now,
    )
    return (unknown,)


async def resources(catalog: Catalog, by: Principal, events: Sequence[Event], cluster: str) -> list[dict[str, str]]:
    """What each of the events in the cluster is about."""
    places = {event.id: place for event in events if (place := encode.one_service(event, cluster))}
    known = await catalog.services_at(by, places.values()) if places else []
    kinds = {(e.cluster, e.namespace, e.name): encode.workload_kind(e) for e in known}
    return [encode.resource(e, cluster, kinds.get(places.get(e.id, ("", "", "")))) for e in events]
