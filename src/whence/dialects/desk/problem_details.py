"""What an answer tells of problems besides themselves: whom they affect, their events, and who may be at fault.

Whatever it is, it is read for all problems of an answer at once.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from whence.dialects import Context
from whence.dialects.desk import flags, levels, nearest, subject
from whence.dialects.desk.flags import Flags
from whence.dialects.desk.problem_facts import Facts
from whence.dialects.desk.sight import Sight
from whence.dialects.desk.subject import Subject
from whence.dialects.desk.vocabulary import EventType
from whence.domain.alert import Alert
from whence.domain.cause import Cause
from whence.domain.entity import Entity
from whence.domain.event import Event, Handling, Kind
from whence.domain.identity import number
from whence.domain.problem import Problem

MOST_EVIDENCE: Final = 5_000  # events that reasons name, of all the problems of an answer

_INFORMATION: Final = frozenset({Kind.CHANGE, Kind.INFO})
_UNTOLD: Final = "Told by events that this token does not see"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an entity is suspected, as far as whoever asks may know."""

    code: str
    weight: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An event of a problem, or one near its cause, with how much the entity that it is shown on is suspected.

    `is_root_cause`: that one is at fault, and the event is of what it suffers.
    """

    event: Event
    subject: Subject
    flags: Flags = flags.NONE
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    is_root_cause: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """An entity that is affected. `worst`: the type of the gravest event there. `is_over`: it has recovered."""

    subject: Subject
    worst: EventType
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A problem with what is known of it. `entities`: those that it affects, and the one at fault, by their ids.

    `impacts`, `candidates`: what people notice first, and what is suspected most, comes first; empty where nobody asked
    for alerts, or for events.
    """

    problem: Problem
    facts: Facts
    entities: Mapping[str, Entity]
    impacts: tuple[Impact, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    def subject(self, entity_id: str) -> Subject:
        """The entity as it is shown."""
        known = self.entities.get(entity_id)
        return Subject.unknown(entity_id) if known is None else Subject.of(known)


async def told(
    context: Context, sight: Sight, problems: Sequence[Problem], *, alerts: bool = False, events: bool = False
) -> list[Told]:
    """What is known of each of the problems.

    Args:
        alerts: whether its impacts are asked for.
        events: whether its candidates are, which takes as much work again.
    """
    facts = {problem.id: Facts.of(problem, sight.by.account_id) for problem in problems}
    members = await sight.alerts(context, problems) if alerts or events else {}
    of_alerts: Mapping[UUID, Event] = {}
    evidence: Mapping[UUID, Event] = {}
    if events:
        of_alerts = await context.problems.events_of(sight.by, [one for those in members.values() for one in those])
        evidence = await _evidence(context, sight, problems, of_alerts.values())
    lit = _Lit(
        sight=sight,
        of_alerts=of_alerts,
        evidence=evidence,
        seen=frozenset(evidence).union(event.id for event in of_alerts.values()),
        known=await _known(context, sight, facts.values(), (*of_alerts.values(), *evidence.values())),
        now=datetime.now(UTC),
    )

    def whole(problem: Problem) -> Told:
        of_it, those = facts[problem.id], members.get(problem.id, ())
        return Told(
            problem=problem,
            facts=of_it,
            entities=lit.entities(of_it),
            impacts=tuple(_impacts(problem, of_it, those, lit)) if alerts else (),
            candidates=tuple(_candidates(problem, of_it, those, lit)) if events else (),
        )

    return await asyncio.to_thread(lambda: list(map(whole, problems)))  # there may be thousands


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lit:
    """What was read for an answer, as of `now`.

    `of_alerts`: events by their alert. `evidence`: what reasons name besides, by its id. `seen`: the ids of all these.
    `known`: entities by their ids.
    """

    sight: Sight
    of_alerts: Mapping[UUID, Event]
    evidence: Mapping[UUID, Event]
    seen: frozenset[UUID]
    known: Mapping[str, Entity]
    now: datetime

    def subject(self, name: str) -> Subject:
        known = self.known.get(name)
        return Subject.unknown(name) if known is None else Subject.of(known)

    def entities(self, facts: Facts) -> dict[str, Entity]:
        names = (*facts.affected, facts.root_cause or "")
        return {name: self.known[name] for name in names if name in self.known}

    def candidate(self, event: Event, alert: Alert | None, cause: Cause | None, facts: Facts) -> Candidate:
        name = subject.id_of(event, self.sight.by.account_id)
        is_relevant = alert is not None and Handling.NO_CAUSE not in alert.handling
        return Candidate(
            event=event,
            subject=self.subject(name),
            flags=flags.of(alert, now=self.now),
            score=0.0 if cause is None else cause.score,
            reasons=() if cause is None else tuple(self.reasons(cause)),
            is_root_cause=is_relevant and name == facts.root_cause,
        )

    def reasons(self, cause: Cause) -> Iterator[Reason]:
        """The reasons; what one tells of events that are not seen is not told."""
        for reason in cause.reasons:
            is_told = self.sight.sees_all or self.seen.issuperset(reason.event_ids)
            yield Reason(code=reason.code, weight=reason.weight, text=reason.text if is_told else _UNTOLD)


async def _evidence(
    context: Context, sight: Sight, problems: Iterable[Problem], read: Iterable[Event]
) -> dict[UUID, Event]:
    """The events that reasons name and that are seen, those aside that have been read."""
    known = {event.id for event in read}
    named = dict.fromkeys(name for problem in problems for name in _named(problem) if name not in known)
    found = await context.problems.evidence(sight.by, list(named)[:MOST_EVIDENCE])
    return {event_id: event for event_id, event in found.items() if sight.shows(event)}


async def _known(
    context: Context, sight: Sight, facts: Iterable[Facts], events: Iterable[Event]
) -> Mapping[str, Entity]:
    """The entities that are to be shown."""
    names = {subject.id_of(event, sight.by.account_id) for event in events}
    for one in facts:
        names.update(one.affected)
        if one.root_cause is not None:
            names.add(one.root_cause)
    return await context.catalog.known(sight.by, sorted(names)) if names else {}


def _named(problem: Problem) -> Iterator[UUID]:
    """The events that the reasons of the problem's causes name."""
    for cause in problem.causes:
        for reason in cause.reasons:
            yield from reason.event_ids


def _impacts(problem: Problem, facts: Facts, alerts: Iterable[Alert], lit: _Lit) -> Iterator[Impact]:
    """The entities that the problem affects, what people notice first before all."""
    about: dict[str, list[Alert]] = {name: [] for name in facts.affected}
    for alert in alerts:
        for name in alert.subjects if problem.entity_ids else facts.affected:
            if name in about:
                about[name].append(alert)
    found = [
        Impact(
            subject=lit.subject(name),
            worst=_worst(problem, those),
            is_over=problem.closed_at is not None or (bool(those) and all(one.closed_at is not None for one in those)),
        )
        for name, those in about.items()
    ]
    yield from sorted(found, key=_notice)


def _worst(problem: Problem, alerts: Iterable[Alert]) -> EventType:
    """The gravest type of these; of the problem, where none of its first alerts is about the entity."""
    types = [nearest.alert_type(alert.type, alert.severity) for alert in alerts]
    return min(types or [nearest.alert_type(name, problem.severity) for name in problem.types], key=_gravity)


def _notice(impact: Impact) -> tuple[int, int, str]:
    return levels.IMPACTS.index(impact.subject.impact_level), _gravity(impact.worst), impact.subject.id


def _candidates(problem: Problem, facts: Facts, alerts: Iterable[Alert], lit: _Lit) -> Iterator[Candidate]:
    """The problem's events and those near its cause, what is suspected most before all."""
    beside = (lit.evidence[name] for name in dict.fromkeys(_named(problem)) if name in lit.evidence)
    events = [(lit.of_alerts[alert.id], alert) for alert in alerts if alert.id in lit.of_alerts]
    events += [(event, None) for event in beside if event.kind in _INFORMATION]
    causes = {cause.entity_id: cause for cause in reversed(problem.causes)}
    account_id = lit.sight.by.account_id
    found = [
        lit.candidate(event, alert, causes.get(subject.id_of(event, account_id)), facts) for event, alert in events
    ]
    yield from sorted(found, key=_suspicion)


def _suspicion(one: Candidate) -> tuple[float, bool, int, datetime, int]:
    gravity = _gravity(nearest.event_type(one.event))
    return -one.score, one.event.kind in _INFORMATION, gravity, one.event.span.start, number(one.event.id)


def _gravity(of: EventType) -> int:
    """From 0, the worst, on; what only informs is behind all others."""
    return len(levels.SEVERITIES) if of.severity_level is None else levels.rank(of.severity_level)
