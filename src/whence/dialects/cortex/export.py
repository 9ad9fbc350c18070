"""The custom events of all entities in one list: for importers, who else ask once for each entity.

Source: Cortex contract B6.
"""

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import encode
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.filters import Asked
from whence.dialects.cortex.gate import Endpoint, Routes, caller
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.vocabulary import CUSTOM_EVENT


def routes(context: Context, options: Options) -> Routes:
    """The endpoint, by method and path."""
    del options
    return {("GET", "/api/v1/custom-events"): _every_custom_event(context)}


def _every_custom_event(context: Context) -> Endpoint:
    async def page(request: Request) -> Answer:
        """`GET /custom-events`: those of entities that are there, each with the one it is of."""
        by = await caller(context, request, None)
        query = Query.of(request)
        asked, page = Asked.read(query, updates=True), Numbered.read(query)
        query.settle()
        wanted = asked.by_call(CUSTOM_EVENT, entity=None)
        if wanted is None:
            return Answer(encode.page("events", (), page, 0))
        found, total = await context.timeline.window(
            by, wanted, skip=page.skip, limit=page.size, original=True, registered=True
        )
        known = await context.catalog.named(by, sorted({event.scope.only_entity or "" for event in found}))
        rows = (
            encode.custom_event(event, event.id, entity=known[entity_id])
            for event in found
            if (entity_id := event.scope.only_entity or "") in known
        )
        return Answer(encode.page("events", rows, page, total))

    return page
