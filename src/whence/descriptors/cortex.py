"""Cortex entity descriptors: OpenAPI documents whose `info` has `x-cortex-…` keys.

A dependency is a call (Cortex names the caller and the callee, often with method and path); parents, children
and domain parents are what is part of what.
"""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from whence.descriptors.found import (
    Described,
    Faulty,
    FoundEntity,
    FoundRelation,
    Json,
    Place,
    exact,
    mapping,
    present,
    required,
    sequence,
    text,
    type_name,
    web_links,
)
from whence.descriptors.yaml_documents import Document

_X: Final = "x-cortex-"
# Lists that name other entities -> how they are related, and whether this one is where the relation begins.
_NAMING: Final[Mapping[str, tuple[str, bool]]] = {
    f"info.{_X}dependency": ("calls", True),
    f"info.{_X}parents": ("part_of", True),
    f"info.{_X}domain-parents": ("part_of", True),
    f"info.{_X}children": ("part_of", False),
}
# What is read here, and what says nothing about a service's place among others.
_KNOWN: Final = frozenset(
    f"{_X}{name}"
    for name in (
        "tag", "type", "groups", "owners", "link", "git", "custom-metadata", "k8s",
        "parents", "domain-parents", "children", "dependency",
    )
)  # fmt: skip


def speaks(value: object) -> bool:
    """Whether the document is in this format."""
    if not isinstance(value, dict):
        return False
    info = cast("Json", value).get("info")
    return isinstance(info, dict) and any(str(key).startswith(_X) for key in cast("Json", info))


def describe(document: Document) -> Described:
    """What the document says.

    Raises:
        ValueError: it is not in this format's shape.
    """
    info = mapping(mapping(document.value, "the document").get("info"), "info")
    tag = required(exact(info.get(f"{_X}tag"), f"info.{_X}tag"), f"info.{_X}tag")
    place = document.place
    cluster, namespace = _kubernetes(info.get(f"{_X}k8s"))
    body = present(
        {
            "tag": tag,
            "type": type_name(exact(info.get(f"{_X}type"), f"info.{_X}type") or "service"),
            "name": required(info.get("title"), "info.title"),
            "description": text(info.get("description"), "info.description"),
            "cluster": cluster,
            "namespace": namespace,
            "tags": [
                *(
                    {"key": "group", "value": group}
                    for group in dict.fromkeys(_texts(info.get(f"{_X}groups"), f"{_X}groups"))
                ),
                *({"key": "owner", "value": owner} for owner in dict.fromkeys(_owners(info.get(f"{_X}owners")))),
            ],
            "links": web_links(_links(info.get(f"{_X}link"))),
            "properties": _properties(info),
        }
    )
    named = [(field, other, said) for field in _NAMING for other, said in _named(document, field)]
    related: dict[tuple[str, str, str], Place] = {}
    for field, other, said in named:
        kind, begins_here = _NAMING[field]
        if other != tag:
            related.setdefault((tag, other, kind) if begins_here else (other, tag, kind), said)
    strange = sorted(key for key in info if key.startswith(_X) and key not in _KNOWN)
    return Described(
        entities=[FoundEntity(place=place, body=body)],
        relations=[
            FoundRelation(place=said, body={"from": source, "to": target, "kind": kind})
            for (source, target, kind), said in related.items()
        ],
        ignored=[
            *([Faulty(place=place, reason=f"{', '.join(strange)} of {tag}")] if strange else []),
            *(Faulty(place=said, reason=f"{field}: {tag} itself") for field, other, said in named if other == tag),
        ],
    )


def _named(document: Document, field: str) -> Iterator[tuple[str, Place]]:
    """The tags in the list, each with where it stands."""
    info = mapping(mapping(document.value, "the document").get("info"), "info")
    for n, item in enumerate(sequence(info.get(field.removeprefix("info.")), field)):
        tag = item if isinstance(item, str) else mapping(item, f"{field}[{n}]").get("tag")
        yield required(tag, f"{field}[{n}].tag"), document.item(field, n)


def _texts(value: object, name: str) -> list[str]:
    return [required(item, f"info.{name}[{n}]") for n, item in enumerate(sequence(value, f"info.{name}"))]


def _owners(value: object) -> list[str]:
    owners = [mapping(item, f"info.{_X}owners") for item in sequence(value, f"info.{_X}owners")]
    # People (`type: email`) are no label of a service: they come and go.
    return [text(owner.get("name"), "owner") for owner in owners if owner.get("name") and owner.get("type") != "email"]


def _links(value: object) -> list[tuple[str, str]]:
    links = [mapping(item, f"info.{_X}link") for item in sequence(value, f"info.{_X}link")]
    return [(text(link.get("name"), "link name"), text(link.get("url"), "link url")) for link in links]


def _properties(info: object) -> Json:
    known = mapping(info, "info")
    metadata = dict(mapping(known.get(f"{_X}custom-metadata"), f"info.{_X}custom-metadata"))
    if git := mapping(known.get(f"{_X}git"), f"info.{_X}git"):
        metadata.setdefault("git", dict(git))
    return cast("Json", metadata)


def _kubernetes(value: object) -> tuple[str, str]:
    """Cluster and namespace of the first workload that is named: `identifier: namespace/name`."""
    for workloads in mapping(value, f"info.{_X}k8s").values():
        for workload in sequence(workloads, f"info.{_X}k8s"):
            fields = mapping(workload, f"info.{_X}k8s")
            namespace, slash, _ = text(fields.get("identifier"), "identifier").partition("/")
            return text(fields.get("cluster"), "cluster"), namespace if slash else ""
    return "", ""
