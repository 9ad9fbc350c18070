"""Upstream's cluster lists: the clusters that are registered, and those that services are in."""

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import encode
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.gate import caller
from whence.dialects.komodor.vocabulary import CLUSTER
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, Violation
from whence.domain.filter import EntityFilter


class Clusters:
    """The endpoints that list clusters."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def described(self, request: Request) -> Answer:
        """`GET /api/v2/clusters`."""
        by = await caller(self._context, request, Right.READ_ENTITIES)
        names = {name for name in request.query_params.getlist("clusterName") if name.strip()}
        tags = _tags(request.query_params.getlist("tags"))
        known = await self._known(by)
        rows = [encode.cluster(name, entity) for name, entity in known.items() if not names or name in names]
        rows = [row for row in rows if tags.items() <= row["tags"].items()]
        return Answer({"data": {"clusters": rows}, "meta": {"pageSize": len(rows), "page": 0}})

    async def named(self, request: Request) -> Answer:
        """`GET /api/v2/user/clusters`."""
        by = await caller(self._context, request, Right.READ_ENTITIES)
        known = await self._known(by)
        rows = [
            {"name": name} if entity is None else {"name": name, "clusterId": entity.id}
            for name, entity in known.items()
        ]
        return Answer({"data": {"clusters": rows}})

    async def _known(self, by: Principal) -> dict[str, Entity | None]:
        known: dict[str, Entity | None] = dict.fromkeys(await self._context.catalog.clusters(by))
        async for chunk in self._context.catalog.walk(by, EntityFilter(types=(CLUSTER,))):
            known.update((entity.name, entity) for entity in chunk)
        return dict(sorted(known.items()))


def _tags(sent: list[str]) -> dict[str, str]:
    """The tags that are asked for, all of which a cluster must have."""
    faults = [Violation(path=f"tags[{n}]", message="must be key:value") for n, tag in enumerate(sent) if ":" not in tag]
    if faults:
        raise Invalid(faults)
    pairs = (tag.split(":", 1) for tag in sent)
    return {key: value for key, value in pairs}  # noqa: C416  `dict` does not know that each has two
