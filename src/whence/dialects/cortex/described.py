"""What a descriptor means to the house: an entity, how it stands to others, and the documents beside it. Pure.

The mapping itself is `whence.descriptors`', so that a file that is imported and a body that is sent come to the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar, cast

from whence.descriptors import cortex, drafts
from whence.descriptors.found import Place
from whence.descriptors.yaml_documents import Document as Parsed
from whence.dialects.cortex import relationship
from whence.dialects.cortex.dependency import DESCRIPTOR
from whence.dialects.cortex.descriptor_rules import TAG, TYPE, X
from whence.dialects.cortex.violations import Fault, ViolatedError
from whence.domain.document import Document
from whence.domain.entity import CONTEXTLESS, Draft, Entity
from whence.domain.wanted import Said, Statement

INFO: Final = "info"  # the kind of document of what a descriptor says in `info`, which lists look at: the rest is long

GROUP: Final = "group"  # the keys of tags of the house
OWNER: Final = "owner"
_GIT: Final = "git"  # property of the house

Info = Mapping[str, Any]
T = TypeVar("T")


def info_of(descriptor: object) -> dict[str, Any]:
    """What a good descriptor says in `info`."""
    return cast("dict[str, dict[str, Any]]", descriptor)["info"]


def draft(descriptor: object) -> tuple[Draft, tuple[Said, ...]]:
    """The entity that a good descriptor describes, and what it says of that to others.

    Raises:
        ViolatedError: it means nothing for a reason that is not among the rules.
    """
    try:
        described = cortex.describe(Parsed(place=Place(file="", line=1), value=descriptor))
        found = drafts.draft(described.entities[0])
    except ValueError as exc:
        raise ViolatedError([Fault(said=f"cannot be taken: {exc}")]) from None
    tag = found.tag or ""
    return found, tuple(said for said in drafts.said(tag, described.relations) if said.other != tag)


def laid_over(standing: Entity, descriptor: object, now: Draft) -> Draft:
    """What is to be of an entity: what it says `now`, and what others say; not what only `descriptor` said so far.

    Its aliases, its place and whether it is archived are not the descriptor's to say; a place may be.
    """
    old = now if descriptor is None else draft(descriptor)[0]
    tags = [tag for tag in standing.tags if tag not in old.tags]
    links = [link for link in standing.links if link not in old.links]
    kept = {key: value for key, value in standing.properties.items() if key not in old.properties}
    return replace(
        now,
        cluster=now.cluster or standing.cluster,
        namespace=now.namespace or standing.namespace,
        aliases=standing.aliases,
        tags=_united(tags, now.tags),
        links=_united(links, now.links),
        properties={**kept, **now.properties},
        archived=standing.archived,
    )


def documents(tag: str, descriptor: object, text: str) -> tuple[Document, Document]:
    """What is kept beside the entity with the tag."""
    return (
        Document(owner=tag, kind=DESCRIPTOR, key="", value=descriptor, text=text),
        Document(owner=tag, kind=INFO, key="", value=info_of(descriptor)),
    )


def statement(tag: str, descriptor: object, said: tuple[Said, ...]) -> Statement:
    """What the descriptor says of the entity to others: that, and no more."""
    return Statement(owner=tag, origin=DESCRIPTOR, said=said, ties=relationship.declared(info_of(descriptor)))


def generated(entity: Entity) -> dict[str, Any]:
    """The descriptor of an entity that nobody sent one of."""
    groups, owners = tagged(entity, GROUP), tagged(entity, OWNER)
    metadata = dict(entity.properties)
    git = metadata.pop(_GIT) if isinstance(metadata.get(_GIT), dict) else None
    info = {
        "title": entity.name,
        "description": entity.description,
        TAG: entity.tag,
        TYPE: entity.type.lower(),
        f"{X}groups": groups,
        f"{X}owners": [{"name": name, "type": "group"} for name in owners],
        f"{X}link": [{"name": link.title, "type": "other", "url": link.url} for link in entity.links],
        f"{X}git": git,
        f"{X}custom-metadata": metadata,
    }
    return {"openapi": "3.0.1", "info": {key: value for key, value in info.items() if value}}


def tagged(entity: Entity, key: str) -> list[str]:
    """The values of the entity's tags with this key."""
    return [tag.value for tag in entity.tags if (tag.context, tag.key) == (CONTEXTLESS, key) and tag.value]


def _united(some: Sequence[T], others: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*some, *others)))
