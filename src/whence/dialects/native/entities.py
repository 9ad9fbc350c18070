"""Entities and relations."""

from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import decode, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.events import listed
from whence.dialects.native.gate import EntityName, gate, json_body, principal, read
from whence.dialects.native.meaning import ends, look_up, of_drafts, strangers
from whence.dialects.native.part import Part, whole
from whence.domain.access import Principal, Right
from whence.domain.errors import Invalid, Violation


def routes(context: Context) -> APIRouter:
    """The endpoints below `/v1/entities` and `/v1/relations`."""
    router = APIRouter()
    catalog, registry = context.catalog, context.registry
    reads = [gate(context, Right.READ_ENTITIES)]
    writes = [gate(context, Right.WRITE_ENTITIES)]
    reads_events = [gate(context, Right.READ_EVENTS)]

    @router.put(
        "/v1/entities",
        summary="Register entities",
        description="Each by its id, else its tag, else its (type, cluster, namespace, name); all or none.",
        response_model=shape.Entities,
        openapi_extra=json_body(wire.EntitiesIn),
        dependencies=writes,
    )
    async def register(request: Request) -> Response:
        by = principal(request)
        meaning = partial(_draft_faults, context, by)
        asked = await read(context, request, wire.EntitiesIn, meaning)
        try:
            drafts = decode.drafts(asked)
        except Invalid:
            part = whole(asked)
            raise part.refusal(await meaning(part)) from None
        entities = await registry.register(by, drafts) if drafts else []
        return Answer({"entities": [encode.entity(entity) for entity in entities]})

    @router.get("/v1/entities", summary="Entities", response_model=shape.EntityPage, dependencies=reads)
    async def page(request: Request, query: Annotated[wire.EntityQuery, Query()]) -> Response:
        by = principal(request)
        found = await catalog.page(by, decode.entity_filter(query), cursor=query.cursor, limit=query.limit)
        return Answer(encode.entities(found))

    @router.get("/v1/entities/{name}", summary="One entity", response_model=shape.Entity, dependencies=reads)
    async def one(request: Request, name: EntityName) -> Response:
        by = principal(request)
        return Answer(encode.entity(await catalog.require(by, name)))

    @router.delete(
        "/v1/entities/{name}",
        summary="Remove an entity; its past events stay",
        status_code=204,
        dependencies=writes,
    )
    async def remove(request: Request, name: EntityName) -> Response:
        by = principal(request)
        await registry.remove(by, name)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.get(
        "/v1/entities/{name}/events",
        summary="An entity's timeline",
        response_model=shape.EventPage,
        dependencies=reads_events,
    )
    async def timeline(request: Request, name: EntityName, query: Annotated[wire.TimelineQuery, Query()]) -> Response:
        by = principal(request)
        return await listed(context, by, query, [name])

    @router.put(
        "/v1/relations",
        summary="Let relations stand",
        response_model=shape.Relations,
        openapi_extra=json_body(wire.RelationsIn),
        dependencies=writes,
    )
    async def relate(request: Request) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.RelationsIn, partial(_strangers, context, by))
        relations = await registry.relate(by, decode.named(asked))
        return Answer({"relations": [encode.relation(relation) for relation in relations]})

    @router.delete(
        "/v1/relations",
        summary="Let relations go",
        response_model=shape.Relations,
        openapi_extra=json_body(wire.RelationsIn),
        dependencies=writes,
    )
    async def unrelate(request: Request) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.RelationsIn, partial(_strangers, context, by))
        relations = await registry.unrelate(by, decode.named(asked))
        return Answer({"relations": [encode.relation(relation) for relation in relations]})

    @router.get(
        "/v1/relations",
        summary="What is around an entity",
        response_model=shape.Surroundings,
        dependencies=reads,
    )
    async def around(request: Request, query: Annotated[wire.AroundQuery, Query()]) -> Response:
        by = principal(request)
        entities, relations = await catalog.around(by, query.entity, depth=query.depth)
        return Answer(
            {
                "entities": [encode.entity(entity) for entity in entities],
                "relations": [encode.relation(relation) for relation in relations],
            }
        )

    return router


async def _draft_faults(context: Context, by: Principal, part: Part[wire.EntitiesIn]) -> list[Violation]:
    drafts, faults = of_drafts(part)
    return [*faults, *await context.registry.faults(by, drafts)]


async def _strangers(context: Context, by: Principal, part: Part[wire.RelationsIn]) -> list[Violation]:
    names = ends(part)
    return strangers(names, await look_up(context.catalog, by, names))
