"""What a document describes in the words of the domain, for who registers it without the native API."""

from collections.abc import Sequence

from whence.descriptors.found import FoundEntity, FoundRelation
from whence.domain.entity import Draft, RelationKind, Tag
from whence.domain.link import Link
from whence.domain.wanted import Said


def draft(found: FoundEntity) -> Draft:
    """The entity to register: what `whence entity import` would send, field by field.

    Raises:
        Invalid: the type or the id is not spelled like one.
    """
    fields = dict(found.body)
    tags = tuple(Tag(**tag) for tag in fields.pop("tags", ()))
    links = tuple(Link(**link) for link in fields.pop("links", ()))
    return Draft(**fields, tags=tags, links=links)


def said(name: str, relations: Sequence[FoundRelation]) -> tuple[Said, ...]:
    """What the relations say of the entity that they call `name`; those between others are left out."""
    ends = [(relation.body["from"], RelationKind(relation.body["kind"]), relation.body["to"]) for relation in relations]
    return tuple(
        Said(kind=kind, other=target if source == name else source, outgoing=source == name)
        for source, kind, target in ends
        if name in {source, target}
    )
