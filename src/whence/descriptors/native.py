"""Whence's own YAML: `entities:` and `relations:`, each item as the API takes it."""

from typing import Final, cast

from whence.descriptors.found import Described, Faulty, FoundEntity, FoundRelation, Json, sequence
from whence.descriptors.yaml_documents import Document

_FIELDS: Final = frozenset({"entities", "relations"})


def speaks(value: object) -> bool:
    """Whether the document is in this format."""
    return isinstance(value, dict) and not _FIELDS.isdisjoint(cast("Json", value))


def describe(document: Document) -> Described:
    """What the document says.

    Raises:
        ValueError: it is not in this format's shape.
    """
    value = cast("Json", document.value)
    if strange := sorted(map(str, value.keys() - _FIELDS)):
        raise ValueError(f"{', '.join(strange)}: there is no such field beside entities and relations")
    described = Described()
    for field, found, shape in (
        ("entities", described.entities, FoundEntity),
        ("relations", described.relations, FoundRelation),
    ):
        for index, item in enumerate(sequence(value.get(field), field)):
            place = document.item(field, index)
            if isinstance(item, dict):
                found.append(shape(place=place, body=cast("Json", item)))  # pyright: ignore[reportArgumentType]
            else:
                described.faulty.append(Faulty(place=place, reason="must be a mapping"))
    return described
