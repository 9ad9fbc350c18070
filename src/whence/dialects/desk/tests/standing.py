"""Entities that stand since long ago, as no call can make them."""

from datetime import datetime
from typing import Any

from tests.builders import NOW, ago, entity
from tests.tenants import Tenant
from whence.domain.entity import Entity, RelationKind
from whence.registry import Named
from whence.store import entities


async def stand(tenant: Tenant, *standing: Entity) -> None:
    """The entities are in the catalogue exactly so."""
    async with tenant.house.pool.transaction() as db:
        await entities.upsert(db, tenant.admin.account_id, standing)


async def relate(tenant: Tenant, *relations: tuple[str, RelationKind, str]) -> None:
    """The first of each three stands in that relation to the last."""
    named = [Named(source=source, kind=kind, target=target) for source, kind, target in relations]
    await tenant.house.context.registry.relate(tenant.admin, named)


def seen(name: str, *, first: datetime = ago(days=30), last: datetime = NOW, **given: Any) -> Entity:  # noqa: ANN401, B008  a builder takes what the value does
    """An entity that was first and last seen then."""
    return entity(name, first_seen=first, last_seen=last, **given)
