"""From the house's nouns to Komodor's words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from whence.dialects.komodor import vocabulary
from whence.dialects.komodor.standing import Issue, Standing
from whence.domain.census import Concerned, Service
from whence.domain.entity import SERVICE, Entity
from whence.domain.event import Event, Report, Severity
from whence.domain.problem import Problem
from whence.domain.scope import Scope

SEVERITY: Final[Mapping[Severity, str]] = {
    Severity.INFO: "information",
    Severity.WARNING: "warning",
    Severity.ERROR: "error",
    Severity.CRITICAL: "error",  # Komodor has nothing worse
}
_DEFAULT_KIND: Final = "Deployment"
FAILED: Final = (Severity.ERROR, Severity.CRITICAL)  # of a deploy


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _epoch_times(start: datetime, end: datetime | None) -> dict[str, int]:
    times = {"startTime": int(start.timestamp())}
    return times if end is None else {**times, "endTime": int(end.timestamp())}


def _ended_at(event: Event) -> datetime | None:
    """None for a moment, and for what goes on."""
    return None if event.is_open or event.span.is_moment else event.span.end


def event(event: Event, concerned: Concerned) -> dict[str, Any]:
    """An event as it is read back."""
    return {
        "id": str(event.id),
        "eventType": event.type,
        "summary": event.title,
        "severity": SEVERITY[event.severity],
        "scope": _places_named(event),
        "details": event.properties,
        "eventTime": instant(event.span.start),
        "endTime": _end_time(event),
        "receivedAt": instant(event.received_at),
        "updatedAt": instant(event.updated_at),
        "count": event.report_count,
        "matched": {"count": concerned.count, "of": concerned.of, "sample": places(concerned.first)},
        "links": [{"title": link.title, "url": link.url} for link in event.links],
    }


def ended(event: Event) -> dict[str, Any]:
    """As much of an event as who ended it is told in any case."""
    return {"id": str(event.id), "endTime": _end_time(event)}


def _end_time(event: Event) -> str | None:
    return None if (end := _ended_at(event)) is None else instant(end)


def scope(scope: Scope) -> dict[str, list[str]]:
    """What the scope names, as far as Komodor has words for it, in the order sent."""
    clauses = [clause for clause in scope.clauses if SERVICE in clause.types]
    return {
        "clusters": _once(name for clause in clauses for name in clause.clusters),
        "servicesNames": _once(name for clause in clauses for name in clause.names),
        "namespaces": _once(name for clause in clauses for name in clause.namespaces),
    }


def _places_named(event: Event) -> dict[str, list[str]]:
    """As `scope`; of an event that names entities, which Komodor cannot, where those are."""
    if any(SERVICE in clause.types for clause in event.scope.clauses):
        return scope(event.scope)
    named = event.places
    return {
        "clusters": list(named.clusters),
        "servicesNames": list(named.services),
        "namespaces": list(named.namespaces),
    }


def places(services: Iterable[Service]) -> list[dict[str, str]]:
    """Where the services are."""
    return [{"cluster": s.cluster, "namespace": s.namespace, "service": s.name} for s in services]


def created(event_id: UUID, made: Report, at: datetime, details: Mapping[str, Any] | None) -> dict[str, Any]:
    """The answer of the newer create, in the words that were sent; `details` None: none were."""
    body = {
        "id": str(event_id),
        "eventType": made.type,
        "summary": made.title,
        "severity": SEVERITY[made.severity],
        "eventTime": instant(at),
    }
    return body if details is None else {**body, "details": details}


def rehearsal(report: Report, concerned: Concerned, warnings: list[str]) -> dict[str, Any]:
    """What a create would do."""
    return {
        "dryRun": True,
        "event": {
            "eventType": report.type,
            "severity": SEVERITY[report.severity],
            "scope": scope(report.scope),
        },
        "matched": {"count": concerned.count, "of": concerned.of, "services": places(concerned.first)},
        "warnings": warnings,
    }


def service(standing: Standing, link: str) -> dict[str, Any]:
    """A service in a list."""
    entity, deploy, issue = standing.service, standing.deploy, standing.issue
    found: dict[str, Any] = {
        "cluster": entity.cluster,
        "namespace": entity.namespace,
        "service": entity.name,
        "kind": workload_kind(entity),
        "status": standing.status,
        "uid": entity.id,
    }
    if deploy is not None:
        found["lastDeploy"] = {**_epoch_times(deploy.span.start, _ended_at(deploy)), "status": deploy_status(deploy)}
    if issue is not None:
        found["lastIssue"] = _last_issue(issue)
    found["link"] = link
    if entity.tags:
        found["labels"] = tags(entity)
    return found


def workload_kind(entity: Entity) -> str:
    """Deployment, StatefulSet, …: what the registrar says in the property `kind`."""
    kind = entity.properties.get("kind")
    return kind if isinstance(kind, str) and kind else _DEFAULT_KIND


def _kind(entity: Entity) -> str:
    """As `workload_kind`; of what is no service, what is usual for its type."""
    if entity.type == SERVICE:
        return workload_kind(entity)
    kind = entity.properties.get("kind")
    return kind if isinstance(kind, str) and kind else vocabulary.kind_of_type(entity.type)


def deploy_status(deploy: Event | None) -> str:
    """How a deploy went; a sender says so by its severity."""
    if deploy is None:
        return "unknown"
    return "failure" if deploy.severity in FAILED else "success"


def tags(entity: Entity) -> dict[str, str]:
    """The tags as labels; of two contexts with one key the later one wins."""
    return {tag.key: tag.value for tag in entity.tags}


def one_service(event: Event, cluster: str) -> tuple[str, str, str] | None:
    """The place (cluster, namespace, name) of the one service that the event names, if it names one."""
    named = event.places
    if len(named.services) != 1:
        return None
    return cluster, named.namespaces[0] if len(named.namespaces) == 1 else "", named.services[0]


def resource(event: Event, cluster: str, kind: str | None) -> dict[str, str]:
    """What an event in a cluster is about, as narrowly as one name says it; `kind`: of that service."""
    named = event.places
    namespace = {"namespace": named.namespaces[0]} if len(named.namespaces) == 1 else {}
    if len(named.services) == 1:
        return {"name": named.services[0], "cluster": cluster, **namespace, "kind": kind or _DEFAULT_KIND}
    if namespace:
        return {"name": namespace["namespace"], "cluster": cluster, **namespace, "kind": "Namespace"}
    return {"name": cluster, "cluster": cluster, "kind": "Cluster"}


def k8s_event(event: Event, resource: Mapping[str, str], link: str) -> dict[str, Any]:
    """An event in a search."""
    return {
        "resource": resource,
        "type": vocabulary.props_type(event),
        **_epoch_times(event.span.start, _ended_at(event)),
        "status": "open" if event.is_open else "closed",
        "summary": event.title,
        "details": _details(event),
        "link": link,
    }


def _details(event: Event) -> str:
    return to_json(event.properties).decode()


def _last_issue(issue: Issue) -> dict[str, Any]:
    """A service's newest problem. Of `reason` and `podStatus` upstream says that they are there, not what they hold.

    Source: Komodor contract 7.2.
    """
    problem, suspect = issue.problem, issue.suspect
    insights = [f"{suspect.name}: {reason.text}" for reason in problem.causes[0].reasons] if suspect else []
    return {
        "startTime": int(problem.opened_at.timestamp()),
        "reasons": vocabulary.reasons(problem),
        "errorMessage": problem.title,
        "insights": insights,
        "reason": problem.types[0] if problem.types else "",
        "podStatus": "",
    }


def issue(problem: Problem, issue_type: str, affected: Sequence[Entity], link: str) -> dict[str, Any]:
    """A problem as an issue; `affected`: some of what it affects, the most telling first."""
    return {
        "type": issue_type,
        **_epoch_times(problem.opened_at, problem.closed_at),
        "kind": _kind(affected[0]) if affected else _DEFAULT_KIND,
        "status": problem.state.value,
        "summary": problem.title,
        "details": _alerts_on(problem, affected),
        "link": link,
    }


def _alerts_on(problem: Problem, affected: Sequence[Entity]) -> str:
    """`2 alerts on shop/cart, shop/ledger and 3 more`."""
    alerts = "1 alert" if problem.alert_count == 1 else f"{problem.alert_count} alerts"
    named = ", ".join(f"{entity.namespace}/{entity.name}".lstrip("/") for entity in affected)
    hidden = len(problem.entity_ids) - len(affected)
    return f"{alerts} on {named}{f' and {hidden} more' if hidden > 0 else ''}" if named else alerts


def failed_deploy(event: Event, kind: str, link: str) -> dict[str, Any]:
    """A deploy that failed as an issue; it is over when it is known."""
    return {
        "type": vocabulary.FAILED_DEPLOY,
        **_epoch_times(event.span.start, _ended_at(event)),
        "kind": kind,
        "status": "closed",
        "summary": event.title,
        "details": _details(event),
        "link": link,
    }


def cluster(name: str, entity: Entity | None) -> dict[str, Any]:
    """A cluster; who only appears in the names of services has no more than its name."""
    if entity is None:
        return {"name": name, "tags": {}, "apiServerUrl": ""}
    url = entity.properties.get("apiServerUrl")
    return {
        "name": name,
        "tags": tags(entity),
        "apiServerUrl": url if isinstance(url, str) else "",
        "clusterId": entity.id,
    }


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
