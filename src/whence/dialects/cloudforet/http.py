"""The calls over REST: which path is answered by what.

Every call has two paths, of the documented and of the deployed prefix; a body is the request as JSON, an answer is the
reply. Source: Cloudforet contract 6 and 13.2.
"""

from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from whence.dialects import Context
from whence.dialects.cloudforet.answer import Answer, failed, not_routed, replied
from whence.dialects.cloudforet.body import json_object
from whence.dialects.cloudforet.bug import broken
from whence.dialects.cloudforet.call import Call, Calls, Rpc, kebab
from whence.dialects.cloudforet.errors import Code, Fault, fault
from whence.dialects.cloudforet.gate import caller, without_credentials
from whence.dialects.cloudforet.messages import read
from whence.dialects.cloudforet.schema import SERVICES
from whence.dialects.resource import Refusals, Resource
from whence.domain.errors import Refusal
from whence.domain.webhook import PATH

Endpoint = Callable[[Request], Awaitable[Answer]]

PREFIXES: Final = ("/monitoring/v1", "/monitoring")
CHECK: Final = "/check"
_LONGEST_PATH: Final = 200  # characters of a path that nothing is at: as much is said of it
_CORS: Final = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["*"],
    allow_headers=["*"],
    expose_headers=["retry-after", "x-request-id"],
)


def app(context: Context, calls: Calls, ingest: Endpoint) -> Starlette:
    """The endpoints. `ingest` answers what is posted to a webhook."""
    routes = [
        Route(CHECK, resource(GET=_check)),
        Route(PATH, resource(POST=ingest)),
        *_routes(context, calls),
    ]
    cloudforet = Starlette(routes=routes, middleware=[_CORS], exception_handlers={HTTPException: _not_found})
    cloudforet.router.redirect_slashes = False  # a redirected POST becomes a GET in many a client
    return cloudforet


def owns(connection: HTTPConnection) -> bool:
    """Whether a request that nothing serves is answered in this dialect's shape."""
    path: str = connection.scope["path"]
    return path == "/monitoring" or path.startswith("/monitoring/")


def resource(**endpoints: Endpoint) -> Resource[Answer]:
    """What one path answers, by method."""
    return Resource(_REFUSALS, {method: _told(endpoint) for method, endpoint in endpoints.items()})


def refused(_: Request, refusal: Refusal) -> Answer:
    """The answer to a refusal."""
    return failed(fault(refusal))


def _routes(context: Context, calls: Calls) -> Iterator[Route]:
    """Those of the calls, and behind them one for what each service has no verb for."""
    for prefix in PREFIXES:
        for rpc in calls.values():
            yield Route(f"{prefix}/{rpc.path}", resource(POST=_called(context, rpc)))
        for service in SERVICES:
            yield Route(f"{prefix}/{kebab(service)}/{{verb}}", resource(POST=_unsupported))


def _called(context: Context, rpc: Rpc) -> Endpoint:
    async def endpoint(request: Request) -> Answer:
        headers = dict(reversed(request.headers.items()))  # the first of a name counts
        by = await caller(context, rpc, headers)
        call = Call(
            request=read(rpc.request, await json_object(context, request)),
            by=by,
            metadata=without_credentials(headers),
            base_url=context.public_url or str(request.base_url).rstrip("/"),
        )
        return replied(rpc.reply, await rpc.handler(call))

    return endpoint


async def _check(_: Request) -> Answer:
    return Answer({"status": "SERVING"})


async def _unsupported(request: Request) -> Answer:
    path = request.scope["path"][:_LONGEST_PATH]
    raise Fault(Code.UNSUPPORTED_API, f"Call Unsupported API. (reason = method: {request.method}, path: {path})")


def _told(endpoint: Endpoint) -> Endpoint:
    """The endpoint, whose faults are answers."""

    async def answer(request: Request) -> Answer:
        try:
            return await endpoint(request)
        except Fault as told:
            return failed(told)

    return answer


def _broken(request: Request, bug: Exception) -> Answer:
    return failed(broken(bug, request.scope["state"]["request_id"]))


async def _wrong_method(_: Request, allowed: str) -> Answer:
    answer = not_routed(HTTPStatus.METHOD_NOT_ALLOWED)
    answer.headers["allow"] = allowed
    return answer


async def _not_found(_: Request, __: Exception) -> Response:
    return not_routed(HTTPStatus.NOT_FOUND)


_REFUSALS: Final = Refusals(refused=refused, broken=_broken, wrong_method=_wrong_method)
