"""Upstream's searches: services, and the events of one service or one cluster."""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import encode, vocabulary, wire
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.decode import NAME
from whence.dialects.komodor.fields import read
from whence.dialects.komodor.gate import base_url, caller, json_body, optional_json_body
from whence.dialects.komodor.readback import events_cursor, only_dialect, window_of
from whence.domain.access import Principal, Right
from whence.domain.entity import SERVICE, Entity
from whence.domain.errors import Invalid
from whence.domain.event import Event, Kind, Span
from whence.domain.filter import EntityFilter, Filter, Within
from whence.domain.page import Page, seal, unseal

_LIST: Final = "komodor services"  # what a cursor of services is sealed with
_MOST_AT_ONCE: Final = 1000  # services that are looked at in one turn
_NOBODY: Final = "SERVICE-0000000000000000"  # the id of a service that is not registered

Found = tuple[Entity, Event | None]


class Search:
    """The search endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def services(self, request: Request) -> Answer:
        """`POST /api/v2/services/search`."""
        by = await caller(self._context, request, Right.READ_ENTITIES)
        sent = read(wire.ServicesSearch, await optional_json_body(self._context, request))
        pagination = sent.pagination or wire.Pagination()
        if sent.issueReasonCategory and pagination.token:
            raise Invalid.at("pagination.token", "cannot be used together with issueReasonCategory")
        found = await self._services(by, sent, pagination)
        base = base_url(self._context, request)
        rows = [encode.service(e, deploy, f"{base}/services/{e.id}") for e, deploy in found.items]
        return _page("services", rows, pagination.pageSize, found.following)

    async def service_events(self, request: Request) -> Answer:
        """`POST /api/v2/services/k8s-events/search`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        value, _ = await json_body(self._context, request)
        sent = read(wire.ServiceEventsSearch, value)
        place = sent.scope
        services = await self._meant(by, place)
        found = await self._events(by, sent, concerning=services)
        resource = {
            "name": place.service,
            "cluster": place.cluster,
            "namespace": place.namespace,
            "kind": place.kind,
        }
        return self._shown(request, found, [resource] * len(found.items))

    async def cluster_events(self, request: Request) -> Answer:
        """`POST /api/v2/clusters/k8s-events/search`."""
        by = await caller(self._context, request, Right.READ_EVENTS)
        value, _ = await json_body(self._context, request)
        sent = read(wire.ClusterEventsSearch, value)
        within = Within(clusters=(sent.scope.cluster,), namespaces=tuple(sent.scope.namespaces))
        found = await self._events(by, sent, within=within)
        return self._shown(request, found, await self._resources(by, found.items, sent.scope.cluster))

    async def _services(self, by: Principal, sent: wire.ServicesSearch, pagination: wire.Pagination) -> Page[Found]:
        if sent.status in {"unhealthy", "unknown"} or sent.issueReasonCategory:
            return Page(items=(), following=None)  # nothing opens problems yet: every service is healthy
        size = pagination.pageSize
        behind = _behind(by, pagination.token) if pagination.token else ""
        found: list[Found] = []
        walk = self._context.catalog.walk(by, _services_filter(sent), behind=behind, chunk=min(size + 1, _MOST_AT_ONCE))
        async with aclosing(walk) as chunks:
            async for chunk in chunks:
                found += await self._kept(by, sent, chunk)
                if len(found) > size:
                    break
        if len(found) <= size:
            return Page(items=tuple(found), following=None)
        return Page(items=tuple(found[:size]), following=seal(by.secret, [_LIST, found[size - 1][0].id]))

    async def _kept(self, by: Principal, sent: wire.ServicesSearch, chunk: Sequence[Entity]) -> list[Found]:
        """Those of the services that are asked for, each with its last deploy."""
        of_kind = [entity for entity in chunk if not sent.kind or encode.workload_kind(entity) in sent.kind]
        deploys = await self._last_deploys(by, of_kind)
        found = [(entity, deploys.get(entity.id)) for entity in of_kind]
        wanted = sent.latestDeployStatus
        return [one for one in found if wanted is None or encode.deploy_status(one[1]) == wanted]

    async def _last_deploys(self, by: Principal, services: Sequence[Entity]) -> dict[str, Event]:
        if not services or not by.rights & {Right.READ_EVENTS, Right.ADMIN}:
            return {}
        now = datetime.now(UTC)
        window = Span(start=now - self._context.retention, end=now)
        return await self._context.timeline.newest_of_each(by, services, _props_filter(by, "deploy", window))

    async def _meant(self, by: Principal, place: wire.ServiceScope) -> tuple[Entity, ...]:
        """The services at the place, of the kind. One that nobody registered is meant too: events name it."""
        known = await self._context.catalog.services_at(by, [(place.cluster, place.namespace, place.service)])
        if known:
            return tuple(entity for entity in known if entity.properties.get("kind") in {None, place.kind})
        now = datetime.now(UTC)
        unknown = Entity(
            id=_NOBODY,
            tag="",
            type=SERVICE,
            name=place.service,
            cluster=place.cluster,
            namespace=place.namespace,
            first_seen=now,
            last_seen=now,
        )
        return (unknown,)

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
        asked = _props_filter(by, props.type, window, concerning=concerning, within=within)
        return await self._context.timeline.page(by, asked, cursor=cursor, limit=pagination.pageSize)

    async def _resources(self, by: Principal, events: Sequence[Event], cluster: str) -> list[dict[str, str]]:
        places = {event.id: place for event in events if (place := encode.one_service(event, cluster))}
        known = await self._context.catalog.services_at(by, places.values()) if places else []
        kinds = {(e.cluster, e.namespace, e.name): encode.workload_kind(e) for e in known}
        return [encode.resource(e, cluster, kinds.get(places.get(e.id, ("", "", "")))) for e in events]

    def _shown(self, request: Request, found: Page[Event], resources: Sequence[dict[str, str]]) -> Answer:
        base = base_url(self._context, request)
        rows = [
            encode.k8s_event(event, resource, f"{base}/events/{event.id}")
            for event, resource in zip(found.items, resources, strict=True)
        ]
        return _page("events", rows, len(rows), found.following)


def _page(name: str, rows: list[dict[str, Any]], size: int, token: str | None) -> Answer:
    meta = {"pageSize": size} if token is None else {"pageSize": size, "token": token}
    return Answer({"data": {name: rows}, "meta": meta})


def _services_filter(sent: wire.ServicesSearch) -> EntityFilter:
    scope = sent.scope or wire.ServicesScope()
    return EntityFilter(
        types=(SERVICE,),
        clusters=(scope.cluster,) if scope.cluster else (),
        namespaces=tuple(scope.namespaces),
    )


def _props_filter(
    by: Principal,
    props_type: str,
    window: Span,
    *,
    concerning: tuple[Entity, ...] | None = None,
    within: Within | None = None,
) -> Filter:
    """The events of a `props.type` that the principal sees; `custom`: those that came in here."""
    own = NAME if props_type == "custom" else only_dialect(by)
    is_deploy = props_type == "deploy"
    return Filter(
        window=window,
        concerning=concerning,
        within=within,
        kinds=(Kind.CHANGE,) if is_deploy else (),
        types=vocabulary.DEPLOYS if is_deploy else vocabulary.NODES.get(props_type, ()),
        dialects=(own,) if own else (),
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
