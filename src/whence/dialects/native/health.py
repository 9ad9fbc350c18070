"""What needs no token: whether the service lives, whether it is ready, its metrics, and where to read on."""

from typing import Final

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import HTMLResponse, Response

from whence.dialects import Context
from whence.dialects.native import shape
from whence.dialects.native.answer import Answer

_PAGE: Final = """<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
<title>Whence</title><style>body{font:18px/1.6 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem;
color:#1a2433}a{color:#0b5cad}@media(prefers-color-scheme:dark){body{background:#11161d;color:#dfe6ee}a{color:#7db7ff}}
</style><h1>Whence</h1><p>What changed, and what did it break?</p>
<p><a href="/v1/docs">The API</a> · <a href="/v1/openapi.json">its OpenAPI document</a> ·
<a href="/healthz">alive?</a> · <a href="/readyz">ready?</a></p>
<p>The web UI was not built into this installation. In a checkout: <code>cd web &amp;&amp; npm ci &amp;&amp; npm run
build</code>, then start Whence again.</p>
"""


def routes(context: Context) -> APIRouter:
    """The endpoints without a gate."""
    router = APIRouter()

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", summary="Is the process alive?", response_model=shape.Health)
    async def healthz() -> Response:
        return Answer({"status": "ok"})

    @router.head("/readyz", include_in_schema=False)
    @router.get(
        "/readyz",
        summary="Does the database answer, with its schema up to date?",
        response_model=shape.Health,
    )
    async def readyz() -> Response:
        await context.ready()
        return Answer({"status": "ok"})

    @router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def root() -> Response:  # where no web UI was built; else the Edge shows that
        return HTMLResponse(_PAGE, headers=PAGE_HEADERS)

    if context.serves_metrics:

        @router.get(
            "/metrics",
            summary="Prometheus metrics",
            response_class=Response,
            responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        )
        async def metrics() -> Response:
            return Response(context.metrics(), headers={"content-type": CONTENT_TYPE_LATEST})

    return router


PAGE_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
