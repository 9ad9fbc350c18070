"""From the native API's shapes to the domain's values. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID

from pydantic_core import to_json

from whence.dialects.native import wire
from whence.domain.alert import AlertFilter
from whence.domain.entity import Draft, Entity, Tag
from whence.domain.errors import Invalid, Violation
from whence.domain.event import GRACE, Event, Kind, Once, Report, Span, began
from whence.domain.filter import EntityFilter, Filter, PropertyTest
from whence.domain.identity import in_millis
from whence.domain.link import Link
from whence.domain.maintenance import Maintenance
from whence.domain.page import Cursor
from whence.domain.problem import ProblemFilter, ProblemTold
from whence.domain.scope import ALL_SERVICES, Places, Scope
from whence.registry import Named

DIALECT: Final = "whence"
DAY: Final = timedelta(days=1)
PATIENCE: Final = timedelta(minutes=15)  # three silent rounds of five minutes: one lost report is no recovery
_SHORTEST: Final = timedelta(microseconds=1)  # a problem that ended when it began must not seem to have no end
_OF_ALERTS: Final = frozenset({Kind.PROBLEM, Kind.RECOVERY})
_OF_PROBLEMS: Final = ("timeout_minutes", "handling")
TARGETS: Final = ("scope", "entities", "match")
_FOREVER: Final = Span(start=datetime(1, 1, 1, tzinfo=UTC), end=datetime(9999, 12, 31, tzinfo=UTC))
_EVERYTHING: Final = Filter(window=_FOREVER)


def beginning(event: wire.EventIn, now: datetime) -> datetime:
    """When the event began, as `domain.event.began` has it."""
    return began(event.time, event.end_time, now=now, late=now - GRACE)


def report(
    event: wire.EventIn,
    *,
    source: str,
    now: datetime,
    entities: Sequence[Entity] | None = None,
    once: Once | None = None,
    original: str | None = None,
) -> Report:
    """The event as a report.

    Args:
        source: says so when the event does not.
        entities: those that the event names or matches; None when it has a scope or nothing of the kind.

    Raises:
        Invalid: it ends before it starts, or has a timeout or a handling that means nothing.
    """
    start = beginning(event, now)
    require_problem(event)
    concerned = scope(event, entities)
    return Report(
        kind=event.kind,
        type=event.type or event.kind.value,
        severity=event.severity,
        title=event.title,
        description=event.description,
        url=event.url or "",
        links=links(event.links),
        span=span(event, start),
        source=event.source or source,
        dialect=DIALECT,
        scope=concerned,
        places=None if entities is None else Places.of(entities),
        properties=event.properties,
        original=original,
        sender_id=event.id,
        key=event.key or default_key(event, event.source or source, concerned),
        timeout=timeout(event),
        once=once,
        handling=frozenset(event.handling),
    )


def default_key(event: wire.EventIn, source: str, concerned: Scope) -> str | None:
    """The key of a problem or recovery that names none: the same for what is said of the same in the same words.

    Of a `match` the rules count, not who passes them: that changes while the condition is the same. A type that is
    spelled out, and is the one that it would have anyway, counts as none; so does the one that such a problem has.
    """
    if event.kind not in _OF_ALERTS:
        return None
    type_ = None if event.type in {event.kind.value, Kind.PROBLEM.value} else event.type
    rules = None if event.match is None else [rule.model_dump(mode="json") for rule in event.match]
    clauses = [] if rules is not None else [
        [sorted(set(names)) for names in (clause.clusters, clause.namespaces, clause.names, clause.entity_ids)]
        for clause in concerned.clauses
    ]  # fmt: skip
    said = to_json([type_, event.title, source, clauses, rules])
    return blake2b(said, digest_size=16).hexdigest()


def span(event: wire.EventIn, start: datetime) -> Span:
    """The time of an event that begins then.

    Raises:
        Invalid: it ends before.
    """
    if event.kind is Kind.PROBLEM and event.end_time == start < _FOREVER.end:
        return Span(start=start, end=start + _SHORTEST)
    return Span(start=start, end=start if event.end_time is None else event.end_time)


def require_problem(event: wire.EventIn) -> None:
    """Return when the event is a problem, or has nothing that is of a problem only.

    Raises:
        Invalid: at all that it has.
    """
    if event.kind is not Kind.PROBLEM and (given := [name for name in _OF_PROBLEMS if getattr(event, name)]):
        raise Invalid(Violation(path=name, message="is of a problem only") for name in given)


def timeout(event: wire.EventIn) -> timedelta | None:
    """How long a problem is believed; None: it has an end, or is none.

    Raises:
        Invalid: a timeout is given beside an end.
    """
    given = event.timeout_minutes
    if event.kind is not Kind.PROBLEM:
        return None
    if event.end_time is None:
        return PATIENCE if given is None else timedelta(minutes=given)
    if given is not None:
        raise Invalid.at("timeout_minutes", "must not stand beside end_time")
    return None


def require_one_target(target: wire.TargetIn) -> None:
    """Return when at most one of scope, entities and match is given.

    Raises:
        Invalid: at every one but the first.
    """
    if (target.scope is not None) + (target.entities is not None) + (target.match is not None) > 1:
        raise Invalid(beside([name for name in TARGETS if getattr(target, name) is not None]))


def beside(given: Sequence[str]) -> list[Violation]:
    """What is wrong with saying in all of these ways whom something concerns."""
    return [Violation(path=name, message=f"must not stand beside {given[0]}") for name in given[1:]]


def scope(target: wire.TargetIn, entities: Sequence[Entity] | None) -> Scope:
    """Whom the target concerns; every service when it says nothing."""
    if entities is not None:
        return Scope.entities(entity.id for entity in entities)
    asked = target.scope
    if asked is None:
        return ALL_SERVICES
    return Scope.services(clusters=asked.clusters, namespaces=asked.namespaces, names=asked.services)


def affected(target: wire.AffectedIn, entities: Sequence[Entity] | None) -> Scope | None:
    """What the maintenance is of; None: of everything, as the target says nothing.

    Raises:
        Invalid: the rules match no entity: it would be of nothing.
    """
    if entities is None and target.scope is None:
        return None
    if not entities and target.match is not None:
        raise Invalid.at("match", "matches no entity")
    return scope(target, entities)


def maintenance(
    asked: wire.MaintenanceIn, scope: Scope | None, *, maintenance_id: UUID, by: str, now: datetime
) -> Maintenance:
    """The window as it is to be made; its times as they are shown."""
    return Maintenance(
        id=maintenance_id,
        name=asked.name,
        description=asked.description,
        mode=asked.mode,
        recurrence=asked.recurrence,
        starts_at=in_millis(asked.starts_at),
        ends_at=in_millis(asked.ends_at),
        time_zone=asked.time_zone,
        last_at=None if asked.last_at is None else in_millis(asked.last_at),
        scope=scope,
        created_by=by,
        created_at=now,
        updated_at=now,
    )


def replanned(window: Maintenance, change: wire.MaintenanceChange, scope: Scope | None) -> Maintenance:
    """The window with what the change names; `scope`: what that is of, if it names it."""
    named = change.model_fields_set
    return replace(
        window,
        name=change.name if "name" in named else window.name,
        description=change.description if "description" in named else window.description,
        mode=change.mode if "mode" in named else window.mode,
        recurrence=change.recurrence if "recurrence" in named else window.recurrence,
        starts_at=in_millis(change.starts_at) if "starts_at" in named else window.starts_at,
        ends_at=in_millis(change.ends_at) if "ends_at" in named else window.ends_at,
        time_zone=change.time_zone if "time_zone" in named else window.time_zone,
        last_at=(change.last_at and in_millis(change.last_at)) if "last_at" in named else window.last_at,
        scope=scope if named.intersection(TARGETS) else window.scope,
    )


def links(given: Sequence[wire.LinkIn]) -> tuple[Link, ...]:
    """The links."""
    return tuple(Link(title=link.title, url=link.url) for link in given)


def changed(event: Event, change: wire.EventChange) -> Event:
    """The event with what the change names.

    Raises:
        Invalid: it would end before it starts.
    """
    named = change.model_fields_set
    start = change.time if "time" in named else event.span.start
    end = (change.end_time or start) if "end_time" in named else event.span.end
    if "time" in named and "end_time" not in named and event.span.is_moment:
        end = start
    return replace(
        event,
        title=change.title if "title" in named else event.title,
        description=change.description if "description" in named else event.description,
        url=(change.url or "") if "url" in named else event.url,
        links=links(change.links) if "links" in named else event.links,
        span=Span(start=start, end=end),
        severity=change.severity if "severity" in named else event.severity,
        properties=change.properties if "properties" in named else event.properties,
    )


def asked(
    query: wire.Narrowing,
    *,
    now: datetime,
    concerning: Sequence[Entity] | None,
    problems: Sequence[UUID] | None,
    cursor: Cursor | None = None,
) -> Filter:
    """The filter of a query; the window of a walk that goes on is the one with which it began.

    Args:
        problems: those that the query names, by their ids; None when it names none, and empty when there are none such.

    Raises:
        Invalid: as `properties`.
    """
    window = cursor.window if cursor else _window(query, now)
    open_or_closed = set(query.status)
    is_of_none = problems is not None and not problems
    return Filter(
        window=window,
        concerning=() if is_of_none else None if concerning is None else tuple(concerning),
        clusters=tuple(query.cluster),
        namespaces=tuple(query.namespace),
        services=tuple(query.service),
        types=tuple(query.type),
        kinds=tuple(query.kind),
        severities=tuple(query.severity),
        sources=tuple(query.source),
        dialects=tuple(query.dialect),
        is_open=None if len(open_or_closed) != 1 else open_or_closed == {"open"},
        problems=tuple(problems or ()),
        words=tuple(word for text in query.q for word in text.split()),
        properties=properties(query),
    )


def properties(query: wire.Narrowing) -> tuple[PropertyTest, ...]:
    """What is asked of properties.

    Raises:
        Invalid: it is more than one question may.
    """
    named = query.model_extra or {}
    if len(named) > 20:  # noqa: PLR2004  as many as any other parameter may be repeated
        raise Invalid.at("prop", "must be at most 20 tests")
    return tuple(PropertyTest(path=name.removeprefix("prop."), values=tuple(texts)) for name, texts in named.items())


def followed(
    query: wire.StreamQuery, *, concerning: Sequence[Entity] | None, problems: Sequence[UUID] | None
) -> Filter:
    """The filter of a live reader: any time, unless the query names one."""
    start = query.start or _FOREVER.start
    end = query.end or max(start, _FOREVER.end)
    ever = query.model_copy(update={"start": start, "end": end})
    return asked(ever, now=end, concerning=concerning, problems=problems)


def by_events(filtered: Filter) -> bool:
    """Whether it takes its events to tell if a live reader asks for a problem."""
    return replace(filtered, problems=()) != _EVERYTHING


def passes(told: ProblemTold, filtered: Filter) -> bool:
    """Whether a live reader asks for the problem: for an event of one of its alerts, or for everything."""
    if filtered.problems and told.problem.id not in filtered.problems:
        return False
    return not by_events(filtered) or any(map(replace(filtered, problems=()).matches, told.events))


def alert_filter(query: wire.AlertQuery, *, entity_ids: Sequence[str], problems: Sequence[UUID] | None) -> AlertFilter:
    """Which alerts: those whose life overlaps the window, which is open where the query names no end."""
    return AlertFilter(
        window=_life(query.start, query.end),
        states=tuple(query.state),
        entity_ids=tuple(entity_ids),
        severities=tuple(query.severity),
        keys=tuple(query.key),
        types=tuple(query.type),
        sources=tuple(query.source),
        dialects=tuple(query.dialect),
        problems=None if problems is None else tuple(problems),
    )


def problem_filter(query: wire.ProblemQuery, *, entity_ids: Sequence[str]) -> ProblemFilter:
    """Which problems. As `alert_filter`."""
    return ProblemFilter(
        window=_life(query.start, query.end),
        states=tuple(query.state),
        severities=tuple(query.severity),
        entity_ids=tuple(entity_ids) or None,
        types=tuple(query.type),
        dialects=tuple(query.dialect),
        keys=tuple(query.key),
        words=tuple(word for text in query.q for word in text.split()),
        merged=query.merged,
    )


def require_one_question(query: wire.CausesQuery) -> None:
    """Return when what is to be explained is either a problem, or something at a time.

    Raises:
        Invalid: at whatever stands beside a problem.
    """
    beside = [name for name in ("at", "entity") if getattr(query, name) is not None]
    if query.problem is not None and beside:
        raise Invalid(Violation(path=name, message="must not stand beside problem") for name in beside)


def draft(entity: wire.EntityIn) -> Draft:
    """The entity as it is to be registered.

    Raises:
        Invalid: its id does not fit its type.
    """
    return Draft(
        id=entity.id,
        tag=entity.tag,
        type=entity.type,
        name=entity.name,
        cluster=entity.cluster,
        namespace=entity.namespace,
        description=entity.description,
        aliases=tuple(dict.fromkeys(entity.aliases)),
        tags=tuple(Tag(context=tag.context, key=tag.key, value=tag.value) for tag in entity.tags),
        links=links(entity.links),
        properties=entity.properties,
        archived=entity.archived,
    )


def drafts(given: wire.EntitiesIn) -> list[Draft]:
    """All of them, or every fault of any."""
    made: list[Draft] = []
    faults: list[Violation] = []
    for n, entity in enumerate(given.entities):
        try:
            made.append(draft(entity))
        except Invalid as refusal:
            faults += [Violation(path=f"entities[{n}].{v.path}", message=v.message) for v in refusal.violations]
    if faults:
        raise Invalid(faults)
    return made


def entity_filter(query: wire.EntityQuery) -> EntityFilter:
    """Which entities; archived ones when they are asked for by their ids."""
    return EntityFilter(
        ids=tuple(query.id),
        archived=None if query.id else False,
        types=tuple(query.type),
        clusters=tuple(query.cluster),
        namespaces=tuple(query.namespace),
        tags=tuple(query.tag),
        words=tuple(word for text in query.q for word in text.split()),
    )


def named(given: wire.RelationsIn) -> list[Named]:
    """The relations, their ends by name."""
    return [Named(source=r.source, target=r.target, kind=r.kind) for r in given.relations]


def _life(start: datetime | None, end: datetime | None) -> Span | None:
    """The window that a life must overlap; None when neither end is named."""
    if start is None and end is None:
        return None
    begins = start or _FOREVER.start
    return Span(start=begins, end=end or max(begins, _FOREVER.end))


def _window(query: wire.Narrowing, now: datetime) -> Span:
    end = query.end or (now if query.start is None or query.start <= now else query.start)
    start = query.start or max(end, _FOREVER.start + DAY) - DAY
    return Span(start=start, end=end)
