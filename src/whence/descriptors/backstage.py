"""Backstage's `catalog-info.yaml`: entities with `apiVersion: backstage.io/…`.

Each is known here by its reference (`component:default/checkout`), as other files name it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from whence.descriptors.found import (
    Described,
    Faulty,
    FoundEntity,
    FoundRelation,
    Json,
    Place,
    mapping,
    present,
    required,
    sequence,
    text,
    type_name,
    web_links,
)
from whence.descriptors.yaml_documents import Document

_API: Final = "backstage.io/"
_REFERENCE: Final = re.compile(r"(?:(?P<kind>[^:/]+):)?(?:(?P<namespace>[^:/]+)/)?(?P<name>[^:/]+)")
_TYPES: Final = {"api": "API", "system": "SYSTEM", "domain": "DOMAIN", "group": "TEAM"}
_BY_SPEC: Final = {
    "component": "service",
    "resource": "resource",
}  # kinds whose spec.type says more: its default
_UNWATCHED: Final = frozenset({"user", "location", "template"})  # nothing of these runs or breaks

# Field of `spec` -> kind that a bare name there has, relation, and whether the other end is the source.
# Who consumes an API depends on it, and the API on who provides it: faults travel from provider to consumer.
_RELATIONS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "dependsOn": ("component", "depends_on", False),
    "dependencyOf": ("component", "depends_on", True),
    "consumesApis": ("api", "depends_on", False),
    "providesApis": ("api", "depends_on", True),
    "subcomponentOf": ("component", "part_of", False),
    "system": ("system", "part_of", False),
    "domain": ("domain", "part_of", False),
    "subdomainOf": ("domain", "part_of", False),
    "parent": ("group", "part_of", False),
    "children": ("group", "part_of", True),
}


def speaks(value: object) -> bool:
    """Whether the document is in this format."""
    return isinstance(value, dict) and str(cast("Json", value).get("apiVersion", "")).startswith(_API)


def describe(document: Document) -> Described:
    """What the document says.

    Raises:
        ValueError: it is not in this format's shape.
    """
    value = mapping(document.value, "the document")
    kind = required(value.get("kind"), "kind").lower()
    metadata = mapping(value.get("metadata"), "metadata")
    spec = mapping(value.get("spec"), "spec")
    name = required(metadata.get("name"), "metadata.name")
    home = text(metadata.get("namespace"), "metadata.namespace") or "default"
    place = document.place
    if kind in _UNWATCHED:
        return Described(ignored=[Faulty(place=place, reason=f"{kind} {name}: nothing that is monitored")])
    if kind in _BY_SPEC:
        type_ = type_name(text(spec.get("type"), "spec.type") or _BY_SPEC[kind])
    elif kind in _TYPES:
        type_ = _TYPES[kind]
    else:
        raise ValueError(f"kind {kind} is none of Backstage's")
    own = _canonical(kind, home, name)
    annotations = mapping(metadata.get("annotations"), "metadata.annotations")
    body = present(
        {
            "tag": own,
            "type": type_,
            "name": name,
            "description": text(metadata.get("description"), "metadata.description"),
            "cluster": text(annotations.get("backstage.io/kubernetes-cluster"), "annotation"),
            "namespace": text(annotations.get("backstage.io/kubernetes-namespace"), "annotation"),
            "tags": list(_tags(metadata, spec)),
            "links": web_links(_links(metadata)),
            "properties": {"title": metadata["title"]} if metadata.get("title") else {},
        }
    )
    return Described(
        entities=[FoundEntity(place=place, body=body)],
        relations=[
            FoundRelation(place=said, body={"from": source, "to": target, "kind": relation})
            for (source, target, relation), said in _relations(own, home, document).items()
        ],
    )


def _relations(own: str, home: str, document: Document) -> Mapping[tuple[str, str, str], Place]:
    """The relations, each with where it is said first."""
    spec = mapping(mapping(document.value, "the document").get("spec"), "spec")
    related: dict[tuple[str, str, str], Place] = {}
    for name, (kind, relation, reverse) in _RELATIONS.items():
        value, field = spec.get(name), f"spec.{name}"
        for n, reference in enumerate(sequence([value] if isinstance(value, str) else value, field)):
            other = _resolved(required(reference, field), kind, home)
            ends = (other, own, relation) if reverse else (own, other, relation)
            related.setdefault(ends, document.item(field, n))
    return related


def _resolved(reference: str, kind: str, home: str) -> str:
    spelled = _REFERENCE.fullmatch(reference)
    if spelled is None:
        raise ValueError(f"{reference!r} is no reference: [kind:][namespace/]name")
    return _canonical(spelled["kind"] or kind, spelled["namespace"] or home, spelled["name"])


def _canonical(kind: str, namespace: str, name: str) -> str:
    return f"{kind}:{namespace}/{name}".lower()


def _tags(metadata: Mapping[str, object], spec: Mapping[str, object]) -> Iterator[Json]:
    for tag in sequence(metadata.get("tags"), "metadata.tags"):
        yield {"key": required(tag, "metadata.tags")}
    for key, value in mapping(metadata.get("labels"), "metadata.labels").items():
        yield {"key": key, "value": text(value, f"metadata.labels.{key}")}
    for field in ("owner", "lifecycle"):
        if value := text(spec.get(field), f"spec.{field}"):
            yield {"key": field, "value": value}


def _links(metadata: Mapping[str, object]) -> list[tuple[str, str]]:
    links = [mapping(item, "metadata.links") for item in sequence(metadata.get("links"), "metadata.links")]
    return [(text(link.get("title"), "link title"), text(link.get("url"), "link url")) for link in links]
