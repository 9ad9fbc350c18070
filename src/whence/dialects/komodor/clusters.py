"""Upstream's cluster lists: the clusters that are registered, and those that services are in."""

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import encode, tolerance, wire
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.gate import caller, query, query_as
from whence.dialects.komodor.vocabulary import CLUSTER
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.filter import EntityFilter


class Clusters:
    """The endpoints that list clusters."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def described(self, request: Request) -> Answer:
        """`GET /api/v2/clusters`."""
        by = await caller(self._context, request, Right.READ_ENTITIES)
        asked = query_as(wire.ClustersQuery, request.scope["query_string"])
        known = await self._known(by)
        rows = [encode.cluster(name, entity) for name, entity in known.items() if _is_asked_for(asked, name, entity)]
        answer = Answer({"data": {"clusters": rows}, "meta": {"pageSize": len(rows), "page": 0}})
        answer.warn(tolerance.warnings(asked))
        return answer

    async def named(self, request: Request) -> Answer:
        """`GET /api/v2/user/clusters`."""
        by = await caller(self._context, request, Right.READ_ENTITIES)
        known = await self._known(by)
        rows = [
            {"name": name} if entity is None else {"name": name, "clusterId": entity.id}
            for name, entity in known.items()
        ]
        answer = Answer({"data": {"clusters": rows}})
        answer.warn(tolerance.warnings(query(request)))
        return answer

    async def _known(self, by: Principal) -> dict[str, Entity | None]:
        known: dict[str, Entity | None] = dict.fromkeys(await self._context.catalog.clusters(by))
        async for chunk in self._context.catalog.walk(by, EntityFilter(types=(CLUSTER,))):
            known.update((entity.name, entity) for entity in chunk)
        return dict(sorted(known.items()))


def _is_asked_for(asked: wire.ClustersQuery, name: str, entity: Entity | None) -> bool:
    """Whether the cluster has one of the names, and every one of the tags, in whatever context."""
    tags = {f"{tag.key}:{tag.value}" for tag in entity.tags} if entity else set[str]()
    return (not asked.clusterName or name in asked.clusterName) and tags.issuperset(asked.tags)
