"""Upstream's searches for issues: problems as Komodor sorts them, and deploys that failed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import encode, tolerance, vocabulary, wire
from whence.dialects.komodor.answer import Answer, numbered_page
from whence.dialects.komodor.fields import read
from whence.dialects.komodor.gate import base_url, caller, json_body, query
from whence.dialects.komodor.places import meant, resources
from whence.dialects.komodor.props import events_of
from whence.dialects.komodor.readback import window_of
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity, RelationKind
from whence.domain.event import Event, Span
from whence.domain.filter import EntityFilter, Within
from whence.domain.problem import Affecting, ProblemFilter, ProblemState

_NAMED: Final = 3  # of what a problem affects
_MOST_CLUSTERS: Final = 100  # entities that are the cluster asked for
_TELLING_LESS: Final = frozenset(entity_type for rank in vocabulary.ISSUE_RANKS for entity_type in rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One page of the issues of a type."""

    issue_type: str
    states: tuple[ProblemState, ...]
    window: Span
    page: int
    page_size: int

    @property
    def skip(self) -> int:
        return self.page * self.page_size


class Issues:
    """The endpoints that search for issues."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def of_service(self, request: Request) -> Answer:
        """`POST /api/v2/services/issues/search`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        value, _ = await json_body(self._context, request)
        sent = read(wire.ServiceIssuesSearch, value)
        answer = await self._of_service(request, by, sent)
        answer.warn(tolerance.warnings(query(request), sent))
        return answer

    async def of_cluster(self, request: Request) -> Answer:
        """`POST /api/v2/clusters/issues/search`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        value, _ = await json_body(self._context, request)
        sent = read(wire.ClusterIssuesSearch, value)
        answer = await self._of_cluster(request, by, sent)
        answer.warn(tolerance.warnings(query(request), sent))
        return answer

    async def _of_service(self, request: Request, by: Principal, sent: wire.ServiceIssuesSearch) -> Answer:
        asked = _asked(sent)
        services = await meant(self._context.catalog, by, sent.scope)
        if asked.issue_type != vocabulary.FAILED_DEPLOY:
            return await self._problems(request, by, asked, await self._under(by, services))
        events, is_last = await self._failed_deploys(by, asked, concerning=services)
        return self._deploys_shown(request, asked, events, [sent.scope.kind] * len(events), is_last=is_last)

    async def _of_cluster(self, request: Request, by: Principal, sent: wire.ClusterIssuesSearch) -> Answer:
        asked = _asked(sent)
        cluster, namespaces = sent.scope.cluster, tuple(sent.scope.namespaces)
        if asked.issue_type != vocabulary.FAILED_DEPLOY:
            ids = () if namespaces else await self._clusters(by, cluster)
            affecting = Affecting(cluster=cluster, namespaces=namespaces, ids=ids)
            return await self._problems(request, by, asked, affecting)
        within = Within(clusters=(cluster,), namespaces=namespaces)
        events, is_last = await self._failed_deploys(by, asked, within=within)
        kinds = [resource["kind"] for resource in await resources(self._context.catalog, by, events, cluster)]
        return self._deploys_shown(request, asked, events, kinds, is_last=is_last)

    async def _clusters(self, by: Principal, name: str) -> tuple[str, ...]:
        """The ids of the entities that are the cluster itself."""
        asked = EntityFilter(types=(vocabulary.CLUSTER,), names=(name,))
        found = await self._context.catalog.page(by, asked, cursor=None, limit=_MOST_CLUSTERS)
        return tuple(entity.id for entity in found.items)

    async def _under(self, by: Principal, services: Sequence[Entity]) -> Affecting:
        """The services, and the volumes, nodes and workflows that they run on, however far."""
        ids = [service.id for service in services]
        line = await self._context.catalog.lineage(by, ids, RelationKind.RUNS_ON)
        under = {id_ for ends in line.above.values() for id_ in ends if line.entities[id_].type in _TELLING_LESS}
        return Affecting(ids=(*ids, *sorted(under)))

    async def _problems(self, request: Request, by: Principal, asked: _Asked, affecting: Affecting) -> Answer:
        problems, base = self._context.problems, base_url(self._context, request)
        ranks, rank = vocabulary.ISSUE_RANKS, vocabulary.issue_rank(asked.issue_type)
        affecting = replace(affecting, ranks=ranks, rank=rank)
        wanted = ProblemFilter(window=asked.window, states=asked.states, affecting=affecting)
        found = await problems.window(by, wanted, skip=asked.skip, limit=asked.page_size + 1)
        shown = found[: asked.page_size]
        affected = await problems.affected(by, [problem.id for problem in shown], affecting, each=_NAMED)
        rows = [
            encode.issue(problem, asked.issue_type, affected[problem.id], f"{base}/problems/{problem.name}")
            for problem in shown
        ]
        return numbered_page("issues", rows, asked.page, is_last=len(found) <= asked.page_size)

    async def _failed_deploys(
        self,
        by: Principal,
        asked: _Asked,
        *,
        concerning: tuple[Entity, ...] | None = None,
        within: Within | None = None,
    ) -> tuple[list[Event], bool]:
        """Those of the page, and whether it is the last; all of them are closed."""
        if ProblemState.CLOSED not in asked.states:
            return [], True
        failed = events_of(by, "deploy", asked.window, concerning=concerning, within=within, severities=encode.FAILED)
        timeline = self._context.timeline
        found, total = await timeline.window(by, failed, skip=asked.skip, limit=asked.page_size)
        return found, asked.skip + len(found) >= total

    def _deploys_shown(
        self, request: Request, asked: _Asked, events: Sequence[Event], kinds: Sequence[str], *, is_last: bool
    ) -> Answer:
        base = base_url(self._context, request)
        rows = [
            encode.failed_deploy(event, kind, f"{base}/events/{event.id}")
            for event, kind in zip(events, kinds, strict=True)
        ]
        return numbered_page("issues", rows, asked.page, is_last=is_last)


def _asked(sent: wire.ServiceIssuesSearch | wire.ClusterIssuesSearch) -> _Asked:
    """What is asked for.

    Raises:
        Invalid: the window ends before it begins.
    """
    props, pagination = sent.props, sent.pagination or wire.NumberedPages()
    return _Asked(
        issue_type=props.type,
        states=tuple(map(ProblemState, sorted(set(props.statuses)))),
        window=window_of(props.fromEpoch, props.toEpoch, datetime.now(UTC), path="props.fromEpoch"),
        page=pagination.page,
        page_size=pagination.pageSize,
    )
