"""A dependency: one entity calls another, by a method and a path or by nothing in particular. Pure.

Some are said by a descriptor, and stand for as long as it says so; the others were made by calls, and each of those is
a document of its caller. Source: Cortex contract B3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

from pydantic_core import to_json

from whence.domain.document import Document
from whence.domain.entity import Entity, RelationKind
from whence.domain.wanted import Said, Statement

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
KIND: Final = "dependency"  # of documents, and what speaks of the relations that follow from them
DESCRIPTOR: Final = "descriptor"
_LONGEST_KEY: Final = 500  # bytes: an index holds some 2,700, and a path may be longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What tells an edge from the others of its caller; `callee` is an entity's id. None is a value of its own."""

    callee: str
    method: str | None = None
    path: str | None = None

    @property
    def key(self) -> str:
        """The name of its document."""
        text = to_json([self.callee, self.method, self.path])
        return text.decode() if len(text) <= _LONGEST_KEY else f"sha256:{sha256(text).hexdigest()}"

    @property
    def origin(self) -> str:
        """What says that the caller calls the callee: each edge for itself, so that one may go and another stay."""
        return f"{KIND} {sha256(self.key.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What may be said of an edge."""

    description: str | None = None
    metadata: Mapping[str, Any] | None = None

    @property
    def members(self) -> dict[str, object]:
        """What was said."""
        said = {"description": self.description, "metadata": self.metadata}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A dependency. `is_declared`: a descriptor says so, and no call may change it."""

    caller: Entity
    callee: Entity
    call: Call
    about: About
    is_declared: bool = False

    def told(self, types: Mapping[str, str]) -> dict[str, object]:
        """The edge as an answer has it; `types` are those of its ends, by their ids."""
        return {
            "callerTag": self.caller.tag,
            "callerType": types[self.caller.id],
            "calleeTag": self.callee.tag,
            "calleeType": types[self.callee.id],
            **how(self.call),
            **self.about.members,
        }

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands in a list."""
        return self.caller.tag, self.callee.tag, self.call.method or "", self.call.path or "", self.call.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a descriptor says: the callee by a name that may be nobody's yet."""

    tag: str
    method: str | None
    path: str | None
    about: About


def how(call: Call) -> dict[str, object]:
    """The method and the path, where there are such."""
    return {name: value for name, value in (("method", call.method), ("path", call.path)) if value is not None}


def document(caller: Entity, call: Call, about: About) -> Document:
    """The edge as it is kept."""
    return Document(
        owner=caller.id, kind=KIND, key=call.key, value={"callee": call.callee, **how(call), **about.members}
    )


def kept(found: Document) -> tuple[Call, About]:
    """The edge of a document."""
    value = cast("dict[str, Any]", found.value)
    call = Call(callee=value["callee"], method=value.get("method"), path=value.get("path"))
    return call, About(description=value.get("description"), metadata=value.get("metadata"))


def statement(caller: Entity, call: Call, *, stands: bool) -> Statement:
    """That the edge makes a relation, or does not any more; who calls itself stands in none."""
    said = (Said(kind=RelationKind.CALLS, other=call.callee),) if stands and call.callee != caller.id else ()
    return Statement(owner=caller.id, origin=call.origin, said=said)


def declared(info: object) -> Iterator[Declared]:
    """What a descriptor says in `info`. What has no shape of a dependency is left out: no answer can be made of it."""
    items = _mapping(info).get("x-cortex-dependency")
    for item in cast("list[object]", items) if isinstance(items, list) else []:
        fields = {"tag": item} if isinstance(item, str) else _mapping(item)
        tag, method, path = (_text(fields.get(name)) for name in ("tag", "method", "path"))
        if tag:
            metadata = fields.get("metadata")
            about = About(
                description=_text(fields.get("description")),
                metadata=cast("dict[str, Any]", metadata) if isinstance(metadata, dict) else None,
            )
            yield Declared(tag=tag, method=method.upper() if method else None, path=path or None, about=about)


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """Text, or a number's digits, as the importer of descriptors reads a tag."""
    if value is None or isinstance(value, bool | list | dict):
        return None
    return str(value).strip()


class Edges:
    """The edges of callers, each once: what a descriptor says comes before what was made by a call."""

    def __init__(self) -> None:
        self._by_caller: dict[str, dict[Call, Edge]] = {}

    def add(self, edge: Edge) -> None:
        """One edge more, unless a descriptor says the same."""
        known = self._by_caller.setdefault(edge.caller.id, {})
        standing = known.get(edge.call)
        if standing is None or not standing.is_declared:
            known[edge.call] = edge

    def find(self, caller: Entity, call: Call) -> Edge | None:
        """The edge, if there is one."""
        return self._by_caller.get(caller.id, {}).get(call)

    def __iter__(self) -> Iterator[Edge]:
        """Every one, by caller, callee, method and path."""
        found = (edge for edges in self._by_caller.values() for edge in edges.values())
        return iter(sorted(found, key=lambda edge: edge.place))
