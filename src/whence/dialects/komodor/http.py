"""The application of this dialect: which path is answered by what."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from whence.dialects import Context
from whence.dialects import Endpoint as Calls
from whence.dialects.komodor import errors, tolerance
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.clusters import Clusters
from whence.dialects.komodor.create import Create
from whence.dialects.komodor.gate import KEY_HEADER, Endpoint, caller, query, resource
from whence.dialects.komodor.issues import Issues
from whence.dialects.komodor.legacy import Legacy
from whence.dialects.komodor.options import Options
from whence.dialects.komodor.readback import Readback
from whence.dialects.komodor.search import Search
from whence.dialects.komodor.services import Services

DOCUMENT: Final = Path(__file__).parent / "contract" / "openapi.yaml"


def app(context: Context) -> Starlette:
    """The endpoints.

    Raises:
        ValueError: an option of the dialect means nothing.
    """
    options = Options.read(context.options)
    create = Create(context, options)
    legacy = Legacy(context, options)
    readback = Readback(context)
    services = Services(context)
    search = Search(context)
    issues = Issues(context)
    clusters = Clusters(context)
    validate = resource(GET=_validate(context))
    routes = [
        Route("/mgmt/v1/events", resource(GET=readback.page, POST=create.custom_event)),
        Route("/mgmt/v1/events/{event_id}", resource(GET=readback.event)),
        Route("/mgmt/v1/events/{event_id}/close", resource(POST=readback.close)),
        Route("/mgmt/v1/apikey/validate", validate),
        Route("/mgmt/v1/openapi.json", resource(GET=_document())),
        Route("/api/v2/apikey/validate", validate),
        Route("/api/v2/services/k8s-events", resource(POST=create.k8s_event)),
        Route("/api/v2/services/k8s-events/search", resource(POST=search.service_events)),
        Route("/api/v2/services/search", resource(POST=services.search)),
        Route("/api/v2/clusters/k8s-events/search", resource(POST=search.cluster_events)),
        Route("/api/v2/services/issues/search", resource(POST=issues.of_service)),
        Route("/api/v2/clusters/issues/search", resource(POST=issues.of_cluster)),
        Route("/api/v2/clusters", resource(GET=clusters.described)),
        Route("/api/v2/user/clusters", resource(GET=clusters.named)),
        Route("/v0/config_change", resource(POST=legacy.config_change)),
        Route("/v0/event/config_change", resource(POST=legacy.config_change)),
        Route("/v0/image/source", resource(POST=legacy.image_source)),
    ]
    komodor = Starlette(routes=routes, exception_handlers={HTTPException: _not_routed})
    komodor.router.redirect_slashes = False  # a redirected POST becomes a GET in many a client
    return komodor


def direct(context: Context) -> Mapping[tuple[str, str], Calls]:
    """The creates, which are called most."""
    create = Create(context, Options.read(context.options))
    return {
        ("POST", "/mgmt/v1/events"): resource(POST=create.custom_event).answer,
        ("POST", "/api/v2/services/k8s-events"): resource(POST=create.k8s_event).answer,
    }


def owns(connection: HTTPConnection) -> bool:
    """Whether a request that nothing serves is answered in this dialect's envelope."""
    path = connection.url.path
    return path.startswith(("/mgmt/", "/v0/")) or (path.startswith("/api/") and KEY_HEADER in connection.headers)


async def _not_routed(request: Request, _: Exception) -> Response:
    return errors.not_found(request)


def _validate(context: Context) -> Endpoint:
    async def validate(request: Request) -> Answer:
        await caller(context, request, None)
        return _warned(request, Answer({"valid": True}))

    return validate


def _document() -> Endpoint:
    written = to_json(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))

    async def document(request: Request) -> Answer:
        return _warned(request, Answer(written))

    return document


def _warned(request: Request, answer: Answer) -> Answer:
    answer.warn(tolerance.warnings(query(request)))
    return answer
