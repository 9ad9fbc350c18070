"""Custom devices, registered and refreshed by whoever sends them, in both versions of the API.

Their ids follow from what the sender calls them, so that it can attach events without asking. Source: DESK contract 4
and 4.1.
"""

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import device_body, errors, ids, query
from whence.dialects.desk.answer import Answer, Nothing
from whence.dialects.desk.device_body import Device
from whence.dialects.desk.entity_tags import added
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.ids import CustomDevice
from whence.dialects.desk.json_text import document
from whence.dialects.desk.options import Options
from whence.dialects.request import body
from whence.domain.access import Principal
from whence.domain.entity import Draft, Entity, RelationKind
from whence.domain.entity_test import WithId
from whence.registry import Named

V1_PATH: Final = "/api/v1/entity/infrastructure/custom/{device_id:path}"  # some clients do not encode its slashes
V2_PATH: Final = "/api/v2/entities/custom"


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part has the same signature
    """The endpoints of this part."""

    async def v1(request: Request) -> Answer:
        by = await caller(context, request, Scope.V1_WRITE_ENTITIES)
        device_id = path_text(request, "device_id", noun="entity")
        if not device_id:
            return errors.not_served()
        device = device_body.v1(device_id, document(await body(request, context.max_body_bytes)))
        named, _ = await _register(context, by, device)
        answer = Answer(_shown(named))
        answer.warn(device.ignored)
        return answer

    async def v2(request: Request) -> Answer:
        by = await caller(context, request, Scope.WRITE_ENTITIES)
        query.truth(request, "uiBased")  # nothing follows from it, but it means something or is a fault
        device = device_body.v2(document(await body(request, context.max_body_bytes)))
        named, is_new = await _register(context, by, device)
        answer = Answer(_shown(named), HTTPStatus.CREATED) if is_new else Nothing()
        answer.warn(device.ignored)
        return answer

    return {("POST", V1_PATH): v1, ("POST", V2_PATH): v2}


async def _register(context: Context, by: Principal, device: Device) -> tuple[CustomDevice, bool]:
    """The device and its group stand, as it says; and whether it is new."""
    registry = context.registry
    named = ids.custom_device(device.id, group=device.group, kind=device.kind)
    (standing, _), new = await registry.introduce_new(by, [_draft(named, device), _group_draft(named, device)])
    is_new = standing.id in new
    described = partial(_described, device=device)
    if (not is_new or described(standing) != standing) and not await registry.edit(
        by, WithId((named.device_id,)), described
    ):
        await registry.register(by, [_revived(described(standing))])
    await registry.relate(by, [Named(source=named.device_id, target=named.group_id, kind=RelationKind.PART_OF)])
    return named, is_new


def _draft(named: CustomDevice, device: Device) -> Draft:
    return Draft(
        id=named.device_id,
        type=ids.CUSTOM_DEVICE,
        name=device.name or device.id,
        tags=device.tags,
        properties=device.properties,
    )


def _group_draft(named: CustomDevice, device: Device) -> Draft:
    return Draft(id=named.group_id, type=ids.CUSTOM_DEVICE_GROUP, name=device.group or device.kind or device.id)


def _described(entity: Entity, *, device: Device) -> Entity:
    """The entity as the device's sender says: what it does not say stays; tags come on top of those there are."""
    return added(
        replace(entity, name=device.name or entity.name, properties={**entity.properties, **device.properties}),
        device.tags,
    )


def _revived(entity: Entity) -> Draft:
    """The entity as it is, and archived no more: it reports itself."""
    return Draft(
        id=entity.id,
        tag=entity.tag,
        type=entity.type,
        name=entity.name,
        cluster=entity.cluster,
        namespace=entity.namespace,
        description=entity.description,
        aliases=entity.aliases,
        tags=entity.tags,
        links=entity.links,
        properties=entity.properties,
    )


def _shown(named: CustomDevice) -> dict[str, str]:
    return {"entityId": named.device_id, "groupId": named.group_id}
