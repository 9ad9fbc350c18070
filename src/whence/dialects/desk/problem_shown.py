"""Problems and what is said of them, in both versions of the API. Pure. Source: DESK contract 5.2 and 5.6."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from whence.dialects.desk import encode, ids, levels, nearest, tag_shown, times
from whence.dialects.desk.encode import OPEN_END
from whence.dialects.desk.levels import IMPACTS
from whence.dialects.desk.problem_details import Candidate, Told
from whence.dialects.desk.problem_ids import of_comment, of_problem
from whence.dialects.desk.subject import Subject
from whence.domain.entity import Tag
from whence.domain.problem import Comment, Problem

_COUNTED: Final = ("INFRASTRUCTURE", "SERVICE", "APPLICATION", "ENVIRONMENT")
_EVENT_FIELDS: Final = ("startTime", "endTime", "entityId", "entityName", "severityLevel", "impactLevel", "eventType")
_NOT_HERE: Final = frozenset({"eventId", "id", "tags", "eventStatus"})  # what an event has in its own list alone
_USERS_KNOWN: Final = 0  # nobody counts users here
# What the impact on an entity is called; on what is no application and no service nobody notices any.
_APPLICATIONS: Final = {"MOBILE_APPLICATION": "MOBILE", "CUSTOM_APPLICATION": "CUSTOM_APPLICATION"}


def v1(told: Told, *, with_events: bool) -> dict[str, Any]:
    """A problem of the first version; DESK contract 5.2."""
    problem, facts = told.problem, told.facts
    shown: dict[str, Any] = {
        "id": of_problem(problem),
        "startTime": times.millis(problem.opened_at),
        "endTime": end_time(problem),
        "displayName": str(problem.number),
        "impactLevel": facts.impact_level,
        "status": status(problem),
        "severityLevel": facts.severity_level,
        "commentCount": problem.comment_count,
        "tagsOfAffectedEntities": [tag_shown.v1(tag) for tag in _tags(told)],
    }
    if with_events:
        shown["rankedEvents"] = [_ranked(candidate) for candidate in told.candidates]
    levels_of = [(impact.subject.impact_level, impact.is_over) for impact in told.impacts]
    return {
        **shown,
        "rankedImpacts": [
            {
                "entityId": impact.subject.id,
                "entityName": impact.subject.name,
                "severityLevel": impact.worst.severity_level,
                "impactLevel": impact.subject.impact_level,
                "eventType": impact.worst.name,
            }
            for impact in told.impacts
        ],
        "affectedCounts": counts(level for level, is_over in levels_of if not is_over),
        "recoveredCounts": counts(level for level, is_over in levels_of if is_over),
        "hasRootCause": facts.root_cause is not None,
    }


def v2(told: Told, main: Problem | None = None) -> dict[str, Any]:
    """A problem of the second version, without what is shown on request; `main`: what it is part of by now."""
    problem, facts = told.problem, told.facts
    affected = [entity for name in facts.affected if (entity := told.entities.get(name)) is not None]
    shown: dict[str, Any] = {
        "problemId": of_problem(problem),
        "displayId": problem.name,
        "title": problem.title,
        "impactLevel": levels.V2_IMPACTS[facts.impact_level],
        "severityLevel": facts.severity_level,
        "status": status(problem),
        "affectedEntities": [_stub(told.subject(name)) for name in facts.affected],
        "impactedEntities": [_stub(told.subject(name)) for name in facts.impacted],
        "rootCauseEntity": None if facts.root_cause is None else _stub(told.subject(facts.root_cause)),
        "managementZones": [],
        "entityTags": tag_shown.v2(_tags(told)),
        "problemFilters": [],
    }
    if main is not None:
        shown["linkedProblemInfo"] = {"problemId": of_problem(main), "displayId": main.name}
    return {
        **shown,
        "startTime": times.millis(problem.opened_at),
        "endTime": end_time(problem),
        "k8s.cluster.name": sorted({entity.cluster for entity in affected if entity.cluster}),
        "k8s.cluster.uid": [],
        "k8s.namespace.name": sorted({entity.namespace for entity in affected if entity.namespace}),
    }


def evidence(candidates: Sequence[Candidate]) -> dict[str, Any]:
    """The events as `evidenceDetails`."""
    return {"totalCount": len(candidates), "details": [_evidence(candidate) for candidate in candidates]}


def impact_analysis(told: Told) -> dict[str, Any]:
    """What is hit as `impactAnalysis`."""
    impacted = [(name, _impact_type(ids.type_of(name))) for name in told.facts.impacted]
    return {
        "impacts": [
            {
                "impactType": kind,
                "impactedEntity": _stub(told.subject(name)),
                "estimatedAffectedUsers": _USERS_KNOWN,
            }
            for name, kind in impacted
            if kind is not None
        ]
    }


def v1_comment(comment: Comment) -> dict[str, Any]:
    """A comment of the first version."""
    return _comment(comment, "userName")


def v2_comment(comment: Comment) -> dict[str, Any]:
    """A comment of the second version."""
    return _comment(comment, "authorName")


def status(problem: Problem) -> str:
    """Whether it is over."""
    return problem.state.value.upper()


def end_time(problem: Problem) -> int:
    """The end in milliseconds; -1 while the problem is open."""
    return OPEN_END if problem.closed_at is None else times.millis(problem.closed_at)


def counts(impact_levels: Iterable[str]) -> dict[str, int]:
    """How many there are of each, in the words and the order of the first version."""
    found = Counter(impact_levels)
    return {level: found[level] for level in _COUNTED}


def _ranked(candidate: Candidate) -> dict[str, Any]:
    """A ranked event; ours are its score and the reasons for it."""
    told = encode.v1(candidate.event, candidate.subject)
    head = {name: told[name] for name in _EVENT_FIELDS}
    rest = {name: value for name, value in told.items() if name not in head and name not in _NOT_HERE}
    return {
        **head,
        "status": told["eventStatus"],
        "severities": [],
        "isRootCause": candidate.is_root_cause,
        **rest,
        "score": candidate.score,
        "reasons": [
            {"code": reason.code, "weight": reason.weight, "text": reason.text} for reason in candidate.reasons
        ],
    }


def _evidence(candidate: Candidate) -> dict[str, Any]:
    event = candidate.event
    return {
        "evidenceType": "EVENT",
        "displayName": event.title,
        "entity": _stub(candidate.subject),
        "rootCauseRelevant": candidate.is_root_cause,
        "startTime": times.millis(event.span.start),
        "endTime": encode.end_time(event),
        "eventId": encode.event_id(event),
        "eventType": nearest.event_type(event).v2_name,
        "data": encode.v2(event, candidate.subject, candidate.flags),
    }


def _impact_type(entity_type: str) -> str | None:
    level = levels.impact_of_type(entity_type)
    return _APPLICATIONS.get(entity_type, level) if level in IMPACTS[:2] else None


def _comment(comment: Comment, author: str) -> dict[str, Any]:
    return {
        "id": of_comment(comment),
        "createdAtTimestamp": times.millis(comment.at),
        "content": comment.text,
        author: comment.author,
        "context": comment.context,
    }


def _stub(subject: Subject) -> dict[str, Any]:
    return {"entityId": {"id": subject.id, "type": subject.type}, "name": subject.name}


def _tags(told: Told) -> list[Tag]:
    """The tags of the entities that the problem affects, each once."""
    return sorted({tag for name in told.facts.affected for tag in told.subject(name).tags})
