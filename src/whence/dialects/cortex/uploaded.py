"""What becomes of a descriptor that was sent: what it is to be put in place of, or merged into. Pure.

Source: Cortex contract B1.2 and B1.3.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Self, cast

from whence.descriptors.found import Faulty
from whence.descriptors.yaml_documents import only
from whence.descriptors.yaml_text import written
from whence.dialects.cortex import described, descriptor_rules, entity_type
from whence.dialects.cortex.descriptor_rules import TAG, TYPE
from whence.dialects.cortex.merge import Merging, is_same
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.violations import Fault, ViolatedError
from whence.domain.document import Document
from whence.domain.entity import Draft, Entity
from whence.domain.wanted import Said

_UPSERT: Final = "UPSERT"
_CREATE: Final = "CREATE"
_JSON_ESCAPE: Final = re.compile(rb"\s*\{.*\\u[dD][89a-fA-F]", re.DOTALL)  # that YAML has no word for


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a descriptor is to be taken. `merging`: how into what stands (which `must_stand`), if at all."""

    is_rehearsal: bool
    only_new: bool = False
    merging: Merging | None = None
    must_stand: bool = False

    @classmethod
    def replacing(cls, query: Query) -> Self:
        """What a POST asks for; what is wrong with it is a fault of the query."""
        is_rehearsal = query.flag("dryRun")
        mode = query.one("mode") or _UPSERT
        if mode not in {_UPSERT, _CREATE}:
            query.fault("mode", f"must be one of {_UPSERT}, {_CREATE}")
        return cls(is_rehearsal=is_rehearsal, only_new=mode == _CREATE)

    @classmethod
    def merged(cls, query: Query) -> Self:
        """What a PATCH asks for; what is wrong with it is a fault of the query."""
        return cls(
            is_rehearsal=query.flag("dryRun"),
            merging=Merging(appends=query.flag("appendArrays"), marker=query.one("deleteMarkerValue") or None),
            must_stand=query.flag("failIfEntityDoesNotExist"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is of a tag. `descriptor`: what was sent of the entity, `NEVER` updated if nothing was."""

    entity: Entity
    descriptor: Document

    @property
    def value(self) -> dict[str, Any] | None:
        """The descriptor that was sent."""
        return cast("dict[str, Any] | None", self.descriptor.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A good descriptor, what it means, and what is doubtful about it; and what stood when it was looked at."""

    value: dict[str, Any]
    text: str
    draft: Draft
    said: tuple[Said, ...]
    doubts: list[Fault]
    standing: Standing | None


def parsed(source: bytes) -> dict[str, Any]:
    """The one object of the text.

    Raises:
        ViolatedError: it is no YAML, not one document, or none that is taken from strangers.
    """
    found = only(source)
    if isinstance(found, Faulty):
        raise ViolatedError([Fault(said=found.reason, line=found.place.line)])
    if not isinstance(found.value, dict):
        raise ViolatedError(descriptor_rules.faults(found.value))
    return cast("dict[str, Any]", found.value)


def tag(sent: dict[str, Any], merging: Merging | None) -> str:
    """Whose descriptor it is.

    Raises:
        ViolatedError: with everything that is wrong, when that is not said.
    """
    value = sent if merging is None else merging.cleared(sent)
    if nameless := descriptor_rules.tag_faults(value):
        raise ViolatedError(descriptor_rules.faults(value) if merging is None else nameless)
    return described.info_of(value)[TAG]


def taken(asked: Asked, sent: dict[str, Any], source: bytes, standing: Standing | None) -> Taken:
    """The descriptor as it is to stand.

    Raises:
        ViolatedError: it must not.
    """
    before = _before(asked.merging, standing)
    value = sent if asked.merging is None else cast("dict[str, Any]", asked.merging.merged(before or {}, sent))
    faults = descriptor_rules.faults(value)
    if not any(fault.blocks for fault in faults):
        faults += _misplaced(asked, value, standing)
    if any(fault.blocks for fault in faults):
        raise ViolatedError(faults)
    draft, said = described.draft(value)
    if standing is not None:
        draft = described.laid_over(standing.entity, before, draft)
    text = _text(value, sent, source, standing)
    return Taken(value=value, text=text, draft=draft, said=said, doubts=faults, standing=standing)


def _before(merging: Merging | None, standing: Standing | None) -> dict[str, Any] | None:
    """What the descriptor said so far; what others said of the entity is only told to who merges into it."""
    if standing is None:
        return None
    if standing.value is None and merging is not None:
        return described.generated(standing.entity)
    return standing.value


def _misplaced(asked: Asked, value: dict[str, Any], standing: Standing | None) -> list[Fault]:
    """What is wrong with a good descriptor because of what stands."""
    if standing is None:
        return []
    if asked.only_new:
        return [Fault(at=("info", TAG), said=f"{standing.entity.tag} exists already")]
    if entity_type.meant(value) != standing.entity.type:
        shown = entity_type.shown(standing.entity, (standing.value or {}).get("info"))
        return [Fault(at=("info", TYPE), said=f"must be {shown}: the type of an entity does not change")]
    return []


def _text(value: dict[str, Any], sent: dict[str, Any], source: bytes, standing: Standing | None) -> str:
    """The descriptor as YAML: as it was sent; if that is not what stands, as it stood; else in our own spelling."""
    if value is sent or is_same(value, sent):
        try:
            return written(value) if _JSON_ESCAPE.match(source) else source.decode()
        except UnicodeDecodeError:  # UTF-16 is YAML, too
            return written(value)
    if standing is not None and standing.descriptor.text is not None and is_same(value, standing.value):
        return standing.descriptor.text
    return written(value)
