"""Upstream's searches for the events of one service, or of one cluster."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import encode, tolerance, wire
from whence.dialects.komodor.answer import Answer, page
from whence.dialects.komodor.fields import read
from whence.dialects.komodor.gate import base_url, caller, json_body, query
from whence.dialects.komodor.places import meant, resources
from whence.dialects.komodor.props import events_of
from whence.dialects.komodor.readback import events_cursor, window_of
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.event import Event
from whence.domain.filter import Within
from whence.domain.page import Page


class Search:
    """The endpoints that search for events."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def service_events(self, request: Request) -> Answer:
        """`POST /api/v2/services/k8s-events/search`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        value, _ = await json_body(self._context, request)
        sent = read(wire.ServiceEventsSearch, value)
        place = sent.scope
        services = await meant(self._context.catalog, by, place)
        found = await self._events(by, sent, concerning=services)
        resource = {
            "name": place.service,
            "cluster": place.cluster,
            "namespace": place.namespace,
            "kind": place.kind,
        }
        return self._shown(request, sent, found, [resource] * len(found.items))

    async def cluster_events(self, request: Request) -> Answer:
        """`POST /api/v2/clusters/k8s-events/search`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        value, _ = await json_body(self._context, request)
        sent = read(wire.ClusterEventsSearch, value)
        cluster = sent.scope.cluster
        within = Within(clusters=(cluster,), namespaces=tuple(sent.scope.namespaces))
        found = await self._events(by, sent, within=within)
        return self._shown(request, sent, found, await resources(self._context.catalog, by, found.items, cluster))

    async def _events(
        self,
        by: Principal,
        sent: wire.ServiceEventsSearch | wire.ClusterEventsSearch,
        *,
        concerning: tuple[Entity, ...] | None = None,
        within: Within | None = None,
    ) -> Page[Event]:
        pagination = sent.pagination or wire.Pagination()
        token, props = pagination.token, sent.props
        cursor = events_cursor(by, token, path="pagination.token") if token else None
        now = datetime.now(UTC)
        window = cursor.window if cursor else window_of(props.fromEpoch, props.toEpoch, now, path="props.fromEpoch")
        asked = events_of(by, props.type, window, concerning=concerning, within=within)
        return await self._context.timeline.page(by, asked, cursor=cursor, limit=pagination.pageSize)

    def _shown(
        self,
        request: Request,
        sent: wire.ServiceEventsSearch | wire.ClusterEventsSearch,
        found: Page[Event],
        resources: Sequence[dict[str, str]],
    ) -> Answer:
        base = base_url(self._context, request)
        rows = [
            encode.k8s_event(event, resource, f"{base}/events/{event.id}")
            for event, resource in zip(found.items, resources, strict=True)
        ]
        answer = page("events", rows, len(rows), found.following)
        answer.warn(tolerance.warnings(query(request), sent))
        return answer
