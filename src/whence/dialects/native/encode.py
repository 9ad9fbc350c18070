"""From the domain's values to the native API's JSON. Pure; times in UTC with milliseconds."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from whence.catalog import Matched
from whence.causes import Explanation
from whence.domain.access import Account, AuditEntry, Session, Token
from whence.domain.alert import Alert
from whence.domain.cause import Cause, Reason
from whence.domain.entity import Entity, Relation
from whence.domain.event import Accepted, Duplicate, Event, Receipt, Rejected
from whence.domain.link import Link
from whence.domain.maintenance import Maintenance
from whence.domain.page import Page
from whence.domain.problem import Comment, Problem, ProblemState
from whence.domain.retention import kept_from
from whence.domain.scope import Scope
from whence.domain.summary import Facets, Histogram
from whence.domain.webhook import Webhook

Json = dict[str, Any]


def instant(at: datetime) -> str:
    """`2026-09-21T13:33:20.000Z`; `strftime` would write the year 42 with two digits."""
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def maybe(at: datetime | None) -> str | None:
    """The time, or null."""
    return None if at is None else instant(at)


def event(event: Event, *, original: bool = False) -> Json:
    """An event; with `original`, the body as it was received."""
    received_at = instant(event.received_at)
    answer: Json = {
        "id": str(event.id),
        "sender_id": event.sender_id,
        "source": event.source,
        "dialect": event.dialect,
        "kind": event.kind.value,
        "type": event.type,
        "severity": event.severity.value,
        "title": event.title,
        "description": event.description,
        "url": event.url or None,
        "links": links(event.links),
        "time": instant(event.span.start),
        "end_time": maybe(ended_at(event)),
        "key": event.key,
        "scope": _scope(event.scope),
        "entities": sorted({entity_id for clause in event.scope.clauses for entity_id in clause.entity_ids}),
        "properties": event.properties,
        "status": "open" if event.is_open else "closed",
        "alert_id": None if event.alert_id is None else str(event.alert_id),
        "problem_id": None if event.problem_id is None else str(event.problem_id),
        "received_at": received_at,
        "updated_at": received_at if event.updated_at == event.received_at else instant(event.updated_at),
        "report_count": event.report_count,
    }
    if original:
        answer["original"] = None if event.original is None else from_json(event.original)
    return answer


def ended_at(event: Event) -> datetime | None:
    """When the event ended; None for a moment, and for what has not."""
    return None if event.is_open or event.span.is_moment else event.span.end


def events(page: Page[Event], *, original: bool) -> Json:
    """A page of events."""
    return {"events": [event(one, original=original) for one in page.items], "next": page.following}


def receipt(receipt: Accepted | Duplicate) -> Json:
    """What became of one event."""
    said: Json = {"id": str(receipt.id), "status": _status(receipt)}
    if isinstance(receipt, Accepted) and receipt.alert_id is not None:
        said["alert_id"] = str(receipt.alert_id)
    return said


def alert(alert: Alert) -> Json:
    """An alert."""
    return {
        "id": str(alert.id),
        "state": alert.state.value,
        "key": alert.key,
        "severity": alert.severity.value,
        "title": alert.title,
        "type": alert.type,
        "source": alert.source,
        "dialect": alert.dialect,
        "entity": alert.entity_id,
        "event_id": str(alert.event_id),
        "handling": sorted(alert.handling),
        "problem_id": None if alert.problem_id is None else str(alert.problem_id),
        "since": maybe(alert.since),
        "silenced_by": None if alert.silenced_by is None else alert.silenced_by.value,
        "silenced_until": maybe(alert.silenced_until),
        "opened_at": instant(alert.opened_at),
        "last_report_at": instant(alert.last_report_at),
        "expires_at": maybe(alert.expires_at),
        "closed_at": maybe(alert.closed_at),
        "closed_by": None if alert.closed_by is None else alert.closed_by.value,
        "report_count": alert.report_count,
        "acknowledged_at": maybe(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "comment": alert.comment,
    }


def alerts(page: Page[Alert]) -> Json:
    """A page of alerts."""
    return {"alerts": [alert(one) for one in page.items], "next": page.following}


def problem(
    problem: Problem,
    *,
    alerts: Sequence[Alert],
    unattended: int,
    entities: Mapping[str, Entity],
    events: Mapping[UUID, Event],
) -> Json:
    """A problem with some of its alerts; an entity or a change that somebody removed meanwhile is left out.

    Args:
        unattended: how many of all its alerts nobody looks after.
        entities: by their ids, those that it affects and that are its causes.
        events: by their ids, those that are its causes.
    """
    causes = [
        one
        for one in problem.causes
        if (one.entity_id is None or one.entity_id in entities) and (one.event_id is None or one.event_id in events)
    ]
    return {
        "id": str(problem.id),
        "name": problem.name,
        "state": problem.state.value,
        "severity": problem.severity.value,
        "title": problem.title,
        "opened_at": instant(problem.opened_at),
        "closed_at": maybe(problem.closed_at),
        "closed_by": _closed_by(problem),
        "alert_count": problem.alert_count,
        "unattended_count": unattended,
        "alerts": [alert(one) for one in alerts],
        "affected": [brief(entities[entity_id]) for entity_id in problem.entity_ids if entity_id in entities],
        "likely": problem.is_likely and causes[:1] == list(problem.causes[:1]),
        "causes": [_cause(rank, one, entities, events) for rank, one in enumerate(causes, start=1)],
        "explained_at": maybe(problem.explained_at),
        "comment_count": problem.comment_count,
        "merged_into": None if problem.merged_into is None else str(problem.merged_into),
        "updated_at": instant(problem.updated_at),
    }


def comment(comment: Comment) -> Json:
    """What somebody said about a problem."""
    return {"id": str(comment.id), "time": instant(comment.at), "author": comment.author, "text": comment.text}


def matched(matched: Matched) -> Json:
    """How much of the catalogue a scope concerns, and some of it."""
    return {"count": matched.count, "of": matched.of, "sample": [brief(entity) for entity in matched.sample]}


def brief(entity: Entity) -> Json:
    """An entity in one line."""
    return {
        "id": entity.id,
        "tag": entity.tag,
        "type": entity.type,
        "name": entity.name,
        "cluster": entity.cluster,
        "namespace": entity.namespace,
    }


def facets(facets: Facets) -> Json:
    """Counts by dimension; `more`: how many values of each are left out."""
    return {
        "total": facets.total,
        "facets": {
            dimension: [{"value": value, "count": count} for value, count in facet.values]
            for dimension, facet in facets.by_dimension.items()
        },
        "more": {dimension: facet.more for dimension, facet in facets.by_dimension.items()},
    }


def histogram(histogram: Histogram) -> Json:
    """Buckets without holes."""
    return {
        "bucket_seconds": int(histogram.step.total_seconds()),
        "buckets": [
            {"time": instant(bucket.at), **{severity.value: n for severity, n in bucket.events.items()}}
            for bucket in histogram.buckets
        ],
    }


def entity(entity: Entity) -> Json:
    """An entity with all that is known of it."""
    return {
        "id": entity.id,
        "tag": entity.tag,
        "cid": entity.cid,
        "aliases": list(entity.aliases),
        "type": entity.type,
        "name": entity.name,
        "description": entity.description,
        "cluster": entity.cluster,
        "namespace": entity.namespace,
        "tags": [{"context": tag.context, "key": tag.key, "value": tag.value} for tag in entity.tags],
        "links": links(entity.links),
        "properties": entity.properties,
        "archived": entity.archived,
        "first_seen": instant(entity.first_seen),
        "last_seen": instant(entity.last_seen),
    }


def entities(page: Page[Entity]) -> Json:
    """A page of entities."""
    return {"entities": [entity(one) for one in page.items], "next": page.following}


def relation(relation: Relation) -> Json:
    """A relation between two ids."""
    return {"from": relation.source, "to": relation.target, "kind": relation.kind.value}


def explanation(found: Explanation) -> Json:
    """The causes of what alerts, best first."""
    return {
        "at": instant(found.at),
        "window": {"from": instant(found.window.start), "to": instant(found.window.end)},
        "likely": found.ranking.likely,
        "causes": [
            _cause(rank, one, found.entities, found.events) for rank, one in enumerate(found.ranking.causes, start=1)
        ],
    }


def account(account: Account, *, installation: timedelta, now: datetime) -> Json:
    """An account, and how long it is kept where the installation keeps so much."""
    retention = installation if account.retention_days is None else timedelta(days=account.retention_days)
    return {
        "id": str(account.id),
        "name": account.name,
        "created_at": instant(account.created_at),
        "state": "active" if account.deleted_at is None else "deleting",
        "retention_days": retention.days,
        "own_retention_days": account.retention_days,
        "installation_retention_days": installation.days,
        "kept_from": instant(kept_from(now, retention)),
    }


def token(token: Token) -> Json:
    """All of a token but the secret."""
    return {
        "id": str(token.id),
        "name": token.name,
        "account": token.account.name,
        "rights": sorted(right.value for right in token.rights),
        "sees": token.sees.value,
        "rate_per_minute": token.rate_per_minute,
        "created_at": instant(token.created_at),
        "expires_at": maybe(token.expires_at),
        "last_used_at": maybe(token.last_used_at),
        "options": token.options,
    }


def session(session: Session, *, csrf: str, now: datetime) -> Json:
    """Who is signed in, what their requests must name, and what the clock here shows."""
    by = session.principal
    return {
        "token": {
            "id": str(by.token_id),
            "name": by.name,
            "account": by.account_name,
            "rights": sorted(right.value for right in by.rights),
            "sees": by.sees.value,
            "expires_at": maybe(by.expires_at),
            "bootstrap": by.is_bootstrap,
        },
        "csrf": csrf,
        "expires_at": instant(session.expires_at),
        "now": instant(now),
    }


def webhook(webhook: Webhook, *, base_url: str) -> Json:
    """A webhook, with what lets one post to it."""
    return {
        "id": webhook.id,
        "name": webhook.name,
        "receiver": webhook.receiver,
        "state": "enabled" if webhook.is_enabled else "disabled",
        "project": webhook.project,
        "workspace": webhook.workspace,
        "options": webhook.options,
        "access_key": webhook.access_key,
        "url": base_url + webhook.path,
        "requests": {"total": webhook.requests, "failed": webhook.failures},
        "created_at": instant(webhook.created_at),
    }


def maintenance(window: Maintenance, *, now: datetime) -> Json:
    """A maintenance window, and what it does now and next."""
    scope = None if window.scope is None else _scope(window.scope)
    named = None if window.scope is None or scope is not None else window.scope.clauses
    following = window.upcoming(now)
    return {
        "id": str(window.id),
        "name": window.name,
        "description": window.description,
        "mode": window.mode.value,
        "recurrence": window.recurrence.value,
        "starts_at": instant(window.starts_at),
        "ends_at": instant(window.ends_at),
        "time_zone": window.time_zone,
        "last_at": maybe(window.last_at),
        "scope": scope,
        "entities": None if named is None else sorted({one for clause in named for one in clause.entity_ids}),
        "active": window.is_on(now),
        "next": following and {"starts_at": instant(following.start), "ends_at": instant(following.end)},
        "created_by": window.created_by,
        "created_at": instant(window.created_at),
        "updated_at": instant(window.updated_at),
    }


def audit(entry: AuditEntry) -> Json:
    """One line of the audit trail."""
    return {
        "id": str(entry.id),
        "time": instant(entry.at),
        "token": {"id": None if entry.token_id is None else str(entry.token_id), "name": entry.token_name},
        "action": entry.action,
        "noun": entry.noun,
        "noun_id": entry.noun_id,
        "detail": entry.detail,
    }


def links(links: Sequence[Link]) -> list[Json]:
    """Links."""
    return [{"title": link.title, "url": link.url} for link in links]


def _closed_by(problem: Problem) -> str | None:
    if problem.state is ProblemState.OPEN or problem.merged_into is not None:
        return None
    return "user" if problem.is_sealed else "alerts"


def _cause(rank: int, cause: Cause, entities: Mapping[str, Entity], events: Mapping[UUID, Event]) -> Json:
    return {
        "rank": rank,
        "score": cause.score,
        "entity": None if cause.entity_id is None else entity(entities[cause.entity_id]),
        "event": None if cause.event_id is None else event(events[cause.event_id]),
        "reasons": [_reason(one) for one in cause.reasons],
    }


def _reason(reason: Reason) -> Json:
    return {
        "code": reason.code,
        "weight": reason.weight,
        "text": reason.text,
        "event_ids": [str(event_id) for event_id in reason.event_ids],
        "relations": [relation(one) for one in reason.relations],
    }


def _status(receipt: Receipt) -> str:
    match receipt:
        case Accepted():
            return "accepted"
        case Duplicate():
            return "duplicate"
        case Rejected():
            return "rejected"


def _scope(scope: Scope) -> Json | None:
    """The services that an event names; null when it names entities instead."""
    clauses = [clause for clause in scope.clauses if not clause.entity_ids]
    if len(clauses) != 1 or len(scope.clauses) != 1:
        return None
    (clause,) = clauses
    return {
        "clusters": list(clause.clusters),
        "namespaces": list(clause.namespaces),
        "services": list(clause.names),
    }
