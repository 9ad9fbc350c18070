"""The native API as an application, with its OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.responses import HTMLResponse, Response

from whence import __version__
from whence.dialects import Context
from whence.dialects.native import (
    accounts,
    admin,
    alerts,
    causes,
    cookie,
    document,
    entities,
    errors,
    events,
    health,
    live,
    maintenance,
    problems,
    send,
    session,
    shape,
    webhooks,
    wire,
)
from whence.dialects.native.answer import Answer

_BODIES: Final[tuple[type[BaseModel], ...]] = (
    wire.EventIn, wire.CloudEventIn, wire.EventChange, wire.TargetIn, wire.EntitiesIn, wire.RelationsIn, wire.AccountIn,
    wire.AccountChange, wire.TokenIn,
    wire.WebhookIn, wire.WebhookChange, wire.CommentIn, wire.ClosingIn, wire.ProblemCommentIn, wire.MaintenanceIn,
    wire.MaintenanceChange, wire.SessionIn, shape.Error,
)  # fmt: skip
_PARTS: Final = (
    send, live, events, alerts, problems, maintenance, causes, entities, accounts, admin, webhooks, session, health,
)  # fmt: skip
_OPEN: Final = ("/healthz", "/readyz", "/metrics", "/v1/openapi.json")
_REFUSALS: Final = {
    400: "Not valid as sent", 401: "No token, or not a good one", 403: "The token lacks a right", 404: "No such thing",
    409: "Contradicts what is stored", 413: "The body is too large", 415: "The content type is not read",
    429: "Over the token's rate", 503: "Not now",
}  # fmt: skip
_OF_BODIES: Final = (409, 413, 415)
_COOKIE: Final = {
    "type": "apiKey",
    "in": "cookie",
    "name": cookie.NAME,
    "description": f"Of `POST /v1/session`. What changes something needs `{cookie.CSRF}`, told by `GET /v1/session`.",
}


def app(context: Context) -> FastAPI:
    """The application; what it needs to know of the installation is in the context."""
    native = FastAPI(
        title="Whence",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    errors.install(native)
    for part in _PARTS:
        native.router.routes.extend(part.routes(context).routes)  # flat: who asks what there is sees it at a glance
    written = _document(native)

    @native.get("/v1/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return Answer(written)

    @native.get("/v1/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(document.page(written), headers=health.PAGE_HEADERS)

    return native


def _document(native: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: what FastAPI knows, the bodies that it does not read, and how everything is refused."""
    written = get_openapi(
        title=native.title,
        version=native.version,
        description="What changed, and what did it break? Times are RFC 3339 in UTC, names are snake_case.",
        routes=native.routes,
    )
    _, bodies = models_json_schema(
        [(model, "validation") for model in _BODIES], ref_template="#/components/schemas/{model}"
    )
    components = written.setdefault("components", {})
    components.setdefault("schemas", {}).update(bodies["$defs"])
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}, cookie.SCHEME: _COOKIE}
    written["security"] = [{"token": []}, {cookie.SCHEME: []}]
    refused = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    for path, operations in written["paths"].items():
        for operation in operations.values():
            if path in _OPEN:
                operation["security"] = []
            operation["responses"].pop("422", None)  # ours is 400
            for code in _refusals(path, operation):
                operation["responses"].setdefault(str(code), {"description": _REFUSALS[code], **refused})
    return written


def _refusals(path: str, operation: Mapping[str, Any]) -> Iterator[int]:
    """The statuses with which the operation may be refused."""
    if path in _OPEN:
        yield from (503,) if path == "/readyz" else ()
        return
    yield from (code for code in _REFUSALS if code not in _OF_BODIES or "requestBody" in operation)
