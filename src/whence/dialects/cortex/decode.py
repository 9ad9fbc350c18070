"""From Cortex's words to the house's nouns. Pure."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

from whence.dialects.cortex import vocabulary, wire
from whence.dialects.cortex.vocabulary import CUSTOM_EVENT, NAME
from whence.domain.entity import Entity
from whence.domain.errors import NotFound
from whence.domain.event import Event, Once, Report, Span
from whence.domain.scope import Places, Scope

LONGEST_KEY: Final = 200  # characters of an idempotency key
_KEY_LIFETIME: Final = timedelta(hours=24)


def report(sent: wire.CustomEvent, text: str, *, entity: Entity, source: str, key: str | None) -> Report:
    """The custom event of the entity; `text` is the body that it was sent in, `key` makes a retry of it safe."""
    return Report(
        kind=vocabulary.kind(sent.type),
        type=sent.type,
        title=sent.title,
        description=sent.description or "",
        url=sent.url or "",
        span=Span.moment(sent.timestamp),
        source=source,
        dialect=NAME,
        call=CUSTOM_EVENT,
        scope=Scope.entities([entity.id]),
        places=Places.of([entity]),
        properties=sent.custom_data or {},
        original=text,
        once=_once(key, text, entity) if key else None,
        may_be_far=True,
    )


def replaced(event: Event, sent: wire.CustomEvent, text: str, *, entity: Entity) -> Event:
    """The event with all that a body says of it in place of what was said before.

    Raises:
        NotFound: it is no custom event of the entity.
    """
    require_own(event, entity)
    return replace(
        event,
        kind=vocabulary.kind(sent.type),
        type=sent.type,
        title=sent.title,
        description=sent.description or "",
        url=sent.url or "",
        span=Span.moment(sent.timestamp),
        properties=sent.custom_data or {},
        original=text,
    )


def require_own(event: Event, entity: Entity) -> None:
    """Return when the event was made by these calls, and of this entity.

    Raises:
        NotFound: it was not.
    """
    if event.dialect != NAME or event.call != CUSTOM_EVENT or event.scope.only_entity != entity.id:
        raise NotFound("event", event.id)


def _once(key: str, text: str, entity: Entity) -> Once:
    """A key is of one entity: a build that tells ten of them about itself may use its number for all."""
    return Once(
        key=f"{NAME} {CUSTOM_EVENT} {entity.id} {key}", content=sha256(text.encode()).digest(), lifetime=_KEY_LIFETIME
    )
