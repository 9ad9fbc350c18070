"""An entity as a descriptor describes it, without the call that takes one."""

from typing import Any

import yaml

from tests.tenants import Tenant
from whence.dialects.cortex import described
from whence.domain.entity import Entity, RelationKind
from whence.domain.wanted import Said, Statement


async def describe(tenant: Tenant, entity: Entity, **info: Any) -> None:  # noqa: ANN401  whatever YAML can say
    """The entity's descriptor says so: `dependency=[…]` is `x-cortex-dependency`, and so on."""
    named = {f"x-cortex-{name.replace('_', '-')}": value for name, value in info.items()}
    value = {"openapi": "3.0.1", "info": {"title": entity.name, "x-cortex-tag": entity.tag, **named}}
    said = tuple(Said(kind=RelationKind.CALLS, other=one["tag"]) for one in info.get("dependency", ()))
    await tenant.house.context.registry.write(
        tenant.admin,
        (),
        documents=described.documents(entity.tag, value, yaml.safe_dump(value)),
        statements=[Statement(owner=entity.id, origin="descriptor", said=said)],
    )
