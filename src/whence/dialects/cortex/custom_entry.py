"""An entry of an entity's custom data: set by a call, or said by the descriptor. Pure.

Of a key that both have, the call's entry counts. A descriptor's entry that was removed by force stays away until the
descriptor is sent again. Source: Cortex contract B4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, cast

from whence.dialects.cortex import dates
from whence.dialects.cortex.deploy import integer
from whence.dialects.cortex.described import INFO, generated, info_of
from whence.dialects.cortex.descriptor_rules import LONGEST_NAME, X
from whence.dialects.cortex.fields import Fields
from whence.domain.document import Document
from whence.domain.entity import Entity

KIND: Final = "custom-data"
REMOVED: Final = "custom-data-removed"
KINDS: Final = (INFO, KIND, REMOVED)
TOO_LONG: Final = f"must be at most {LONGEST_NAME} characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An entry as a body has it; the value may be null."""

    key: str
    value: object
    description: str | None

    @classmethod
    def read(cls, fields: Fields) -> "Sent":
        """The entry; what is wrong with it is a fault of the fields."""
        key = fields.required_text("key")
        if len(key) > LONGEST_NAME:
            fields.fault("key", TOO_LONG)
        return cls(key=key, value=fields.anything("value"), description=fields.text("description"))

    def document(self, entity: Entity) -> Document:
        """The entry as it is kept."""
        said = {} if self.description is None else {"description": self.description}
        return Document(owner=entity.id, kind=KIND, key=self.key, value={"value": self.value, **said})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry. `is_declared`: the descriptor says so."""

    owner: str
    key: str
    value: object
    description: str | None
    updated_at: datetime
    is_declared: bool = False

    @property
    def told(self) -> dict[str, object]:
        """The entry as an answer has it."""
        named = blake2b(f"{self.owner} {self.key}".encode(), digest_size=8).digest()
        said: dict[str, object] = {
            "id": integer(int.from_bytes(named)),
            "key": self.key,
            "value": self.value,
            "source": "YAML" if self.is_declared else "API",
            "dateUpdated": dates.written(self.updated_at),
        }
        return said if self.description is None else {**said, "description": self.description}


def kept(document: Document) -> Entry:
    """The entry of a document that a call has stored."""
    said = cast("dict[str, Any]", document.value)
    return Entry(
        owner=document.owner or "",
        key=document.key,
        value=said["value"],
        description=said.get("description"),
        updated_at=document.updated_at,
    )


def entries(entity: Entity, documents: Iterable[Document]) -> list[Entry]:
    """What an entity's documents of the `KINDS` come to, by key."""
    by_kind: dict[str, list[Document]] = {kind: [] for kind in KINDS}
    for document in documents:
        by_kind[document.kind].append(document)
    info = by_kind[INFO][0] if by_kind[INFO] else undescribed(entity)
    removed_at = {document.key: document.updated_at for document in by_kind[REMOVED]}
    found = {
        key: Entry(
            owner=entity.id,
            key=key,
            value=value,
            description=None,
            updated_at=info.updated_at,
            is_declared=True,
        )
        for key, value in declared(info.value).items()
        if key not in removed_at or removed_at[key] < info.updated_at
    }
    found |= {document.key: kept(document) for document in by_kind[KIND]}
    return [found[key] for key in sorted(found)]


def undescribed(entity: Entity) -> Document:
    """What a descriptor says in `info` of an entity that nobody sent one of."""
    info = info_of(generated(entity))
    return Document(owner=entity.id, kind=INFO, key="", value=info, updated_at=entity.first_seen)


def declared(info: object) -> Mapping[str, Any]:
    """What a descriptor says in `info`."""
    known = cast("dict[str, Any]", info) if isinstance(info, dict) else {}
    metadata = known.get(f"{X}custom-metadata")
    return cast("dict[str, Any]", metadata) if isinstance(metadata, dict) else {}
