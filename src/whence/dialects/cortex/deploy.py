"""A deploy: as it is sent, as the house keeps it, and as it is told. Pure.

The house keeps it as a change. What only a deploy has is among the properties: `sha`, `environment`, `deployer` and
`customData`, each only if it was set. Source: Cortex contract B2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self, cast
from uuid import UUID

from pydantic_core import to_json

from whence.dialects.cortex import dates, encode
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.json_text import CUSTOM_DATA, document, member
from whence.dialects.cortex.vocabulary import DEPLOY, NAME
from whence.domain.entity import Entity
from whence.domain.errors import NotFound
from whence.domain.event import Event, Kind, Report, Span
from whence.domain.identity import number
from whence.domain.scope import Places, Scope

TYPES: Final = ("DEPLOY", "SCALE", "ROLLBACK", "RESTART")
SHA: Final = "sha"
ENVIRONMENT: Final = "environment"
_DEPLOYER: Final = "deployer"
_WHO: Final = ("email", "name")
_EXACT_BITS: Final = 53  # of an integer, in the many clients that read numbers as doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """What is posted or put as a deploy. `custom_data` None: there is none, which an empty object is not."""

    title: str
    type: str
    timestamp: datetime
    sha: str | None
    environment: str | None
    url: str | None
    deployer: Mapping[str, str]
    custom_data: Mapping[str, Any] | None

    @classmethod
    def read(cls, sent: Mapping[str, Any]) -> Self:
        """The deploy of a body.

        Raises:
            Invalid: with every fault, in the order of the fields.
        """
        who = sent.get(_DEPLOYER)
        known = cast("dict[str, object]", who) if isinstance(who, dict) else {}
        fields = Fields({**sent, **{f"{_DEPLOYER}.{name}": known.get(name) for name in _WHO}})
        deploy = cls(
            title=fields.required_text("title"),
            type=_type(fields),
            timestamp=fields.required_instant("timestamp"),
            sha=fields.text(SHA),
            environment=fields.text(ENVIRONMENT),
            url=fields.text("url"),
            deployer=_deployer(fields),
            custom_data=fields.json_object(CUSTOM_DATA),
        )
        fields.settle()
        return deploy

    @property
    def properties(self) -> dict[str, object]:
        """What the house has no field for."""
        known = {SHA: self.sha, ENVIRONMENT: self.environment, _DEPLOYER: self.deployer or None}
        return {name: value for name, value in {**known, CUSTOM_DATA: self.custom_data}.items() if value is not None}

    def report(self, text: str, *, entity: Entity, source: str) -> Report:
        """The deploy as a change of the entity; `text` is the body that it was sent in."""
        return Report(
            kind=Kind.CHANGE,
            type=self.type,
            title=self.title,
            url=self.url or "",
            span=Span.moment(self.timestamp),
            source=source,
            dialect=NAME,
            call=DEPLOY,
            scope=Scope.entities([entity.id]),
            places=Places.of([entity]),
            properties=self.properties,
            original=text,
            may_be_far=True,
        )

    def instead_of(self, event: Event, text: str) -> Event:
        """The event with all that a body says in place of what was said before."""
        return replace(
            event,
            kind=Kind.CHANGE,
            type=self.type,
            title=self.title,
            description="",
            url=self.url or "",
            span=Span.moment(self.timestamp),
            properties=self.properties,
            original=text,
        )


def require_own(event: Event, entity: Entity) -> None:
    """Return when the event is a deploy of the entity.

    Raises:
        NotFound: it is not.
    """
    if event.dialect != NAME or event.call != DEPLOY or event.scope.only_entity != entity.id:
        raise NotFound(DEPLOY, event.id)


def told(said: Event | Report, event_id: UUID, *, entity: Entity | None = None) -> bytes:
    """A deploy; by itself (not in a list) with numbers for itself and for the entity that it is of."""
    members = dict(_members(said, event_id, entity))
    return encode.json_object({name: members[name] for name in sorted(members)})


def integer(bits: int) -> int:
    """A number that is no secret and stays, for the clients that want one where the house has longer ids."""
    return bits & ((1 << _EXACT_BITS) - 1)


def _members(said: Event | Report, event_id: UUID, entity: Entity | None) -> Iterator[tuple[str, bytes]]:
    known, body = said.properties, said.original or "{}"
    sent = document(body.encode())
    yield "title", to_json(said.title)
    yield "type", to_json(said.type)
    yield "timestamp", to_json(dates.written(said.span.start))
    yield "uuid", to_json(event_id)
    if said.url or sent.get("url") == "":
        yield "url", to_json(said.url)
    for name in (SHA, ENVIRONMENT):
        if name in known:
            yield name, to_json(known[name])
    if isinstance(who := known.get(_DEPLOYER), dict):
        yield _DEPLOYER, to_json(who)
        by_name = cast("dict[str, object]", who)
        yield from ((f"{_DEPLOYER}{name.capitalize()}", to_json(by_name[name])) for name in _WHO if name in by_name)
    if CUSTOM_DATA in known:
        kept = to_json(known[CUSTOM_DATA])
        as_spelled = member(body, CUSTOM_DATA) if to_json(sent.get(CUSTOM_DATA)) == kept else None
        yield CUSTOM_DATA, kept if as_spelled is None else as_spelled.encode()
    if entity is not None:
        yield "id", to_json(integer(number(event_id)))
        yield "serviceId", to_json(integer(int(entity.cid.removeprefix("en"), 16)))


def _type(fields: Fields) -> str:
    given = fields.required_text("type")
    if given.strip() and "\0" not in given and given not in TYPES:
        fields.fault("type", f"must be one of {', '.join(TYPES)}")
    return given


def _deployer(fields: Fields) -> dict[str, str]:
    fields.json_object(_DEPLOYER)
    given = {name: fields.text(f"{_DEPLOYER}.{name}") for name in _WHO}
    return {name: text for name, text in given.items() if text is not None}
