"""Upstream's search for services: where they are, and how they stand."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import encode, tolerance, vocabulary, wire
from whence.dialects.komodor.answer import Answer, page
from whence.dialects.komodor.fields import read
from whence.dialects.komodor.gate import base_url, caller, may_read_events, optional_json_body, query
from whence.dialects.komodor.props import events_of
from whence.dialects.komodor.standing import HEALTHY, UNHEALTHY, UNKNOWN, Issue, Standing
from whence.domain.access import Principal, Right
from whence.domain.entity import SERVICE, Entity
from whence.domain.errors import Invalid
from whence.domain.event import Span
from whence.domain.filter import EntityFilter
from whence.domain.page import Page, seal, unseal
from whence.domain.problem import Problem

_LIST: Final = "komodor services"  # what a cursor of services is sealed with
_MOST_AT_ONCE: Final = 1000  # services that are looked at in one turn
_MOST_BY_REASON: Final = 10_000  # services that are looked at for the reasons of their issues: contract 7.2


class Services:
    """The endpoint that lists services."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def search(self, request: Request) -> Answer:
        """`POST /api/v2/services/search`."""
        by = await caller(self._context, request, Right.READ_ENTITIES)
        sent = read(wire.ServicesSearch, await optional_json_body(self._context, request))
        pagination = sent.pagination or wire.Pagination()
        if sent.issueReasonCategory and pagination.token:
            raise Invalid.at("pagination.token", "cannot be used together with issueReasonCategory")
        found = await self._page(by, sent, pagination)
        base = base_url(self._context, request)
        rows = [encode.service(standing, f"{base}/services/{standing.service.id}") for standing in found.items]
        answer = page("services", rows, pagination.pageSize, found.following)
        answer.warn(tolerance.warnings(query(request), sent))
        return answer

    async def _page(self, by: Principal, sent: wire.ServicesSearch, pagination: wire.Pagination) -> Page[Standing]:
        if _asks_in_vain(by, sent):
            return Page(items=(), following=None)
        size = pagination.pageSize
        behind = _behind(by, pagination.token) if pagination.token else ""
        chunk = _MOST_AT_ONCE if _asks_how_they_stand(sent) else min(size + 1, _MOST_AT_ONCE)
        found: list[Standing] = []
        looked_at = 0
        walk = self._context.catalog.walk(by, _filter(sent), behind=behind, chunk=chunk)
        async with aclosing(walk) as chunks:
            async for services in chunks:
                found += await self._kept(by, sent, services)
                looked_at += len(services)
                if len(found) > size or (sent.issueReasonCategory and looked_at >= _MOST_BY_REASON):
                    break
        shown = tuple(await self._told(by, sent, found[:size]))
        if len(found) <= size or sent.issueReasonCategory:
            return Page(items=shown, following=None)
        return Page(items=shown, following=seal(by.secret, [_LIST, shown[-1].service.id]))

    async def _kept(self, by: Principal, sent: wire.ServicesSearch, services: Sequence[Entity]) -> list[Standing]:
        """Those of the services that are asked for, with what shows that they are."""
        of_kind = [service for service in services if not sent.kind or encode.workload_kind(service) in sent.kind]
        standings = await self._standings(by, of_kind)
        standings = [one for one in standings if sent.status in {None, one.status}]
        if categories := sent.issueReasonCategory:
            standings = await self._with_issues(by, standings)
            standings = [one for one in standings if one.issue and _reads(one.issue, categories)]
        if wanted := sent.latestDeployStatus:
            standings = await self._with_deploys(by, standings)
            standings = [one for one in standings if encode.deploy_status(one.deploy) == wanted]
        return standings

    async def _told(self, by: Principal, sent: wire.ServicesSearch, kept: Sequence[Standing]) -> list[Standing]:
        """The same with all that is known of them."""
        told: list[Standing] = []
        for first in range(0, len(kept), _MOST_AT_ONCE):
            standings = list(kept[first : first + _MOST_AT_ONCE])
            if not sent.issueReasonCategory:
                standings = await self._with_issues(by, standings)
            if not sent.latestDeployStatus:
                standings = await self._with_deploys(by, standings)
            told += standings
        return told

    async def _standings(self, by: Principal, services: Sequence[Entity]) -> list[Standing]:
        if not services or not may_read_events(by):
            return [Standing(service=service, status=UNKNOWN) for service in services]
        troubled = await self._context.problems.open_on(by, [service.id for service in services])
        return [
            Standing(service=service, status=UNHEALTHY if service.id in troubled else HEALTHY) for service in services
        ]

    async def _with_issues(self, by: Principal, standings: Sequence[Standing]) -> list[Standing]:
        if not standings or not may_read_events(by):
            return list(standings)
        problems = await self._context.problems.newest_on(by, [one.service.id for one in standings])
        suspects = await self._suspects(by, problems.values())
        issues = {
            entity_id: Issue(problem=problem, suspect=suspects.get(_suspect(problem) or ""))
            for entity_id, problem in problems.items()
        }
        return [replace(one, issue=issues.get(one.service.id)) for one in standings]

    async def _suspects(self, by: Principal, problems: Iterable[Problem]) -> Mapping[str, Entity]:
        ids = sorted({entity_id for problem in problems if (entity_id := _suspect(problem))})
        return await self._context.catalog.named(by, ids) if ids else {}

    async def _with_deploys(self, by: Principal, standings: Sequence[Standing]) -> list[Standing]:
        if not standings or not may_read_events(by):
            return list(standings)
        now = datetime.now(UTC)
        asked = events_of(by, "deploy", Span(start=now - self._context.kept(by), end=now))
        services = [one.service for one in standings]
        deploys = await self._context.timeline.newest_of_each(by, services, asked)
        return [replace(one, deploy=deploys.get(one.service.id)) for one in standings]


def _asks_in_vain(by: Principal, sent: wire.ServicesSearch) -> bool:
    """Whether no service can be what is asked for."""
    if may_read_events(by):
        return sent.status == UNKNOWN  # who is registered was seen
    return sent.status in {HEALTHY, UNHEALTHY} or bool(sent.issueReasonCategory)


def _asks_how_they_stand(sent: wire.ServicesSearch) -> bool:
    """Whether so few of the services may be asked for that they are better looked at in large turns."""
    return bool(sent.kind or sent.status or sent.issueReasonCategory or sent.latestDeployStatus)


def _reads(issue: Issue, categories: Sequence[str]) -> bool:
    return any(category in vocabulary.reasons(issue.problem) for category in categories)


def _suspect(problem: Problem) -> str | None:
    """The id of the entity that is likely at fault, if one is."""
    return problem.causes[0].entity_id if problem.is_likely and problem.causes else None


def _filter(sent: wire.ServicesSearch) -> EntityFilter:
    scope = sent.scope or wire.ServicesScope()
    return EntityFilter(
        types=(SERVICE,),
        clusters=(scope.cluster,) if scope.cluster else (),
        namespaces=tuple(scope.namespaces),
    )


def _behind(by: Principal, token: str) -> str:
    """The id of the service that an earlier page ended with."""
    try:
        match unseal(by.secret, token):
            case [str(name), str(entity_id)] if name == _LIST:
                return entity_id
            case _:
                fault = "belongs to another list"
    except Invalid as exc:
        fault = exc.violations[0].message
    raise Invalid.at("pagination.token", fault)
