"""Entities as both versions of the API show them. Pure. Source: DESK contract 4.1."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from whence.dialects.desk import host_shown, relation_names, tag_shown, times
from whence.dialects.desk.device_body import OWN_PROPERTIES
from whence.dialects.desk.ids import type_of
from whence.domain.entity import HOST, Entity, Relation

ALL_FIELDS: Final = (
    "firstSeenTms", "lastSeenTms", "properties", "tags", "managementZones", "fromRelationships", "toRelationships",
)  # fmt: skip

Ends = dict[str, list[str]]  # entity ids by the vendor's name of the relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an entity stands to others: whom its relations lead to, and from whom others lead to it."""

    outgoing: Ends = field(default_factory=dict[str, list[str]])
    incoming: Ends = field(default_factory=dict[str, list[str]])


def standings(entities: Iterable[Entity], relations: Iterable[Relation]) -> dict[str, Standing]:
    """How each of the entities stands, by its id; relations of others are none of its business."""
    found = {entity.id: Standing() for entity in entities}
    for relation in relations:
        name = relation_names.name(relation.kind, type_of(relation.source), type_of(relation.target))
        if (source := found.get(relation.source)) is not None:
            source.outgoing.setdefault(name, []).append(relation.target)
        if (target := found.get(relation.target)) is not None:
            target.incoming.setdefault(name, []).append(relation.source)
    return found


def v1(entity: Entity, standing: Standing) -> dict[str, Any]:
    """An item of the five lists of the first version."""
    properties = _properties(entity)
    return {
        "entityId": entity.id,
        "displayName": entity.name,
        "discoveredName": entity.name,
        "firstSeenTimestamp": times.millis(entity.first_seen),
        "lastSeenTimestamp": times.millis(entity.last_seen),
        "ipAddresses": _texts(properties.get("ipAddresses")),
        **(host_shown.facts(properties) if entity.type == HOST else {}),
        "tags": [tag_shown.v1(tag) for tag in entity.tags],
        "fromRelationships": standing.outgoing,
        "toRelationships": standing.incoming,
        "managementZones": [],
    }


def v2(entity: Entity, standing: Standing, fields: Iterable[str]) -> dict[str, Any]:
    """An item of the second version with the fields that are asked for, and that it has."""
    shown: dict[str, Any] = {"entityId": entity.id, "displayName": entity.name}
    properties: dict[str, Any] = {}
    for name in fields:
        of, _, inner = name.partition(".")
        match of:
            case "type":
                shown["type"] = entity.type
            case "firstSeenTms":
                shown["firstSeenTms"] = times.millis(entity.first_seen)
            case "lastSeenTms":
                shown["lastSeenTms"] = times.millis(entity.last_seen)
            case "tags":
                shown["tags"] = tag_shown.v2(entity.tags)
            case "managementZones":
                shown["managementZones"] = []
            case "fromRelationships":
                shown[of] = {**shown.get(of, {}), **_stubs(standing.outgoing, inner)}
            case "toRelationships":
                shown[of] = {**shown.get(of, {}), **_stubs(standing.incoming, inner)}
            case "properties":
                shown[of] = properties
                own = _properties(entity)
                properties |= {key: own[key] for key in ([inner] if inner else own) if key in own}
            case _:
                pass
    return shown


def is_field(name: str) -> bool:
    """Whether `v2` knows the field."""
    of, dot, inner = name.partition(".")
    if dot:
        return bool(inner) and of in {"properties", "fromRelationships", "toRelationships"}
    return of in ALL_FIELDS or of == "type"


def _properties(entity: Entity) -> dict[str, object]:
    """What is known of the entity, and what its sender added; that never overwrites the former."""
    own = entity.properties.get(OWN_PROPERTIES)
    known = {name: value for name, value in entity.properties.items() if name != OWN_PROPERTIES}
    return {**cast("dict[str, object]", own), **known} if isinstance(own, Mapping) else dict(entity.properties)


def _stubs(ends: Ends, name: str) -> dict[str, list[dict[str, str]]]:
    """The relations of that name, or all; each end by its id and type."""
    return {
        said: [{"id": entity_id, "type": type_of(entity_id)} for entity_id in ids]
        for said, ids in ends.items()
        if name in {"", said}
    }


def _texts(value: object) -> list[str]:
    return [item for item in cast("list[object]", value) if isinstance(item, str)] if isinstance(value, list) else []
