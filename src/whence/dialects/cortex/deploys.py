"""The calls over deploys: of an entity, and (removals alone) of all entities.

Source: Cortex contract B2. Each looks at the key, the permission, the path and the body before it looks for anything.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import deploy, encode, path
from whence.dialects.cortex.answer import Answer, Done
from whence.dialects.cortex.deploy import ENVIRONMENT, SHA, Deploy
from whence.dialects.cortex.filters import Asked
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.retention import is_past, not_kept
from whence.dialects.cortex.vocabulary import DEPLOY, NAME
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, NotFound
from whence.domain.event import Event
from whence.domain.filter import Filter, PropertyTest
from whence.domain.identity import new_id

MOST_TOLD: Final = 10_000  # removed deploys in one answer
_LIST: Final = "/api/v1/catalog/{tag_or_id}/deploys"
_ONE: Final = f"{_LIST}/{{uuid}}"
_OF_ANY_ENTITY: Final = "/api/v1/catalog/deploys"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Deploys(context)
    return {
        ("GET", _LIST): calls.page,
        ("POST", _LIST): calls.create,
        ("DELETE", _LIST): calls.remove_some,
        ("GET", _ONE): calls.deploy,
        ("PUT", _ONE): calls.replace,
        ("DELETE", _ONE): calls.remove,
        ("DELETE", _OF_ANY_ENTITY): calls.remove_anywhere,
        ("DELETE", f"{_OF_ANY_ENTITY}/all"): calls.remove_all,
    }


class Deploys:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/deploys`."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        asked, page = _Narrowed.read(query), Numbered.read(query)
        query.settle()
        wanted = asked.filter(await path.entity(self._context, by, request))
        if wanted is None:
            return Answer(encode.page("deployments", (), page, 0))
        found, total = await self._context.timeline.window(by, wanted, skip=page.skip, limit=page.size, original=True)
        return Answer(encode.page("deployments", (deploy.told(event, event.id) for event in found), page, total))

    async def create(self, request: Request) -> Answer:
        """`POST /catalog/{tagOrId}/deploys`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        value, text = await json_object(self._context, request)
        sent = Deploy.read(value)
        entity = await path.entity(self._context, by, request)
        report = sent.report(text, entity=entity, source=by.name)
        if is_past(self._context, by, sent.timestamp):
            return not_kept(self._context, by, deploy.told(report, new_id(datetime.now(UTC)), entity=entity))
        receipt = await self._context.ingest.accept_one(by.account_id, report, retention=by.retention)
        return Answer(deploy.told(report, receipt.id, entity=entity))

    async def deploy(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/deploys/{uuid}`."""
        by = await caller(self._context, request, None)
        event_id = path.uuid(request)
        entity = await path.entity(self._context, by, request)
        found = await self._require(by, event_id, entity)
        return Answer(deploy.told(found, event_id, entity=entity))

    async def replace(self, request: Request) -> Answer:
        """`PUT /catalog/{tagOrId}/deploys/{uuid}`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        event_id = path.uuid(request)
        value, text = await json_object(self._context, request)
        sent = Deploy.read(value)
        entity = await path.entity(self._context, by, request)
        said = sent.instead_of(await self._require(by, event_id, entity), text)
        with _deploy_or_none():
            if is_past(self._context, by, sent.timestamp):
                await self._context.amend.remove(by, event_id, dialect=NAME)
                return not_kept(self._context, by, deploy.told(said, event_id, entity=entity))
            await self._context.amend.change(by, event_id, lambda event: sent.instead_of(event, text), dialect=NAME)
        return Answer(deploy.told(said, event_id, entity=entity))

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/{tagOrId}/deploys/{uuid}`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        event_id = path.uuid(request)
        entity = await path.entity(self._context, by, request)
        found = await self._require(by, event_id, entity)
        with _deploy_or_none():
            await self._context.amend.remove(by, event_id, dialect=NAME)
        return Answer(deploy.told(found, event_id, entity=entity))

    async def remove_some(self, request: Request) -> Answer:
        """`DELETE /catalog/{tagOrId}/deploys`: those that the query narrows it to, or all."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        query = Query.of(request)
        asked = _Narrowed.read(query)
        query.settle()
        wanted = asked.filter(await path.entity(self._context, by, request))
        if wanted is not None:
            await self._context.amend.remove_all(by, wanted, dialect=NAME)
        return Done()

    async def remove_anywhere(self, request: Request) -> Answer:
        """`DELETE /catalog/deploys`: those of every entity that the query narrows it to."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        query = Query.of(request)
        asked = _Narrowed.read(query)
        query.settle()
        if not asked.names_something:
            raise Invalid.at("", "at least one of environment, sha, type is required")
        return await self._taken(by, asked)

    async def remove_all(self, request: Request) -> Answer:
        """`DELETE /catalog/deploys/all`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        return await self._taken(by, _Narrowed(Asked(), properties=()))

    async def _taken(self, by: Principal, asked: "_Narrowed") -> Answer:
        """What is answered when these are gone: the deploys of entities that are there, as nobody sees others."""
        wanted = asked.filter(None)
        count, gone = 0, list[Event]()
        if wanted is not None:
            count, gone = await self._context.amend.take_all(by, wanted, dialect=NAME, most=MOST_TOLD, registered=True)
        rows = b",".join(deploy.told(event, event.id) for event in gone)
        answer = Answer(encode.json_object({"deploys": b"[" + rows + b"]"}))
        if count > len(gone):
            answer.headers["x-whence-warning"] = f"{count} deploys are gone, and {len(gone)} of them listed"
        return answer

    async def _require(self, by: Principal, event_id: UUID, entity: Entity) -> Event:
        with _deploy_or_none():
            found = await self._context.timeline.require(by, event_id)
        deploy.require_own(found, entity)
        return found


class _Narrowed:
    """Which deploys a query is about."""

    def __init__(self, asked: Asked, *, properties: tuple[PropertyTest, ...]) -> None:
        self._asked = asked
        self._properties = properties

    @classmethod
    def read(cls, query: Query) -> "_Narrowed":
        """What is asked for; what is wrong with it is a fault of the query."""
        values = {name: query.several(name) for name in (ENVIRONMENT, SHA)}
        asked = Asked(types=query.several("type"), start=query.instant("startTime"), end=query.instant("endTime"))
        tests = (PropertyTest(path=name, values=given, exactly=True) for name, given in values.items() if given)
        return cls(asked, properties=tuple(tests))

    @property
    def names_something(self) -> bool:
        """Whether it says which in other words than when."""
        return bool(self._properties or self._asked.types)

    def filter(self, entity: Entity | None) -> Filter | None:
        """The deploys of the entity, or of any; None: nothing can be among them."""
        wanted = self._asked.by_call(DEPLOY, entity=entity)
        return None if wanted is None else replace(wanted, properties=self._properties)


@contextmanager
def _deploy_or_none() -> Generator[None]:
    """What the house calls an event is called a deploy, where there is none."""
    try:
        yield
    except NotFound as refusal:
        raise NotFound(DEPLOY, refusal.name) from None
