"""The cookie of somebody who signed in at the web UI, and which requests it is good for."""

from hmac import compare_digest
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from whence.dialects import Context
from whence.domain.access import Session
from whence.domain.errors import Forbidden

NAME: Final = "whence_session"
CSRF: Final = "X-CSRF-Token"
SCHEME: Final = "session"  # its name in the OpenAPI document
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1; TRACE is not served
_PORTS: Final = {"http": 80, "https": 443}


def sent(request: Request) -> str | None:
    """The secret of a session that the browser sent along, if any."""
    return request.cookies.get(NAME) or None


async def session(context: Context, request: Request) -> Session:
    """The session that the request is part of: a page of ours made it.

    Raises:
        Unauthenticated, TooMany: as `Access.session`.
        Forbidden: another page may have made the browser ask.
    """
    secret = sent(request)
    found = await context.access.session(secret)
    require_own_page(context, request)
    if request.method not in _SAFE and not _same(request.headers.get(CSRF, ""), found.csrf(secret or "")):
        raise Forbidden(because=f"{CSRF} is not that of the session: GET /v1/session tells it")
    return found


def require_own_page(context: Context, request: Request) -> None:
    """Return when no page of another place made the request, as far as the browser says.

    Raises:
        Forbidden: `Origin` is neither the host that was asked nor the public URL.
    """
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(origin, request.headers.get("host", ""), context.public_url):
        raise Forbidden(because="Origin is another place: a session is for the pages of this server")


def put(context: Context, request: Request, response: Response, secret: str, *, seconds: int) -> None:
    """The browser keeps the cookie so long, shows it to no script and sends it from our own pages alone."""
    response.set_cookie(
        NAME, secret, max_age=seconds, path="/", secure=_is_https(context, request), httponly=True, samesite="strict"
    )


def take_back(context: Context, request: Request, response: Response) -> None:
    """The browser forgets the cookie."""
    put(context, request, response, "", seconds=0)


def _same(given: str, own: str) -> bool:
    return compare_digest(given.encode(), own.encode())


def _is_https(context: Context, request: Request) -> bool:
    """Whether the browser is at an `https://` address, as far as can be known.

    It says so itself in `Origin`. `X-Forwarded-Proto` is not looked at: nobody here knows which proxy to believe.
    """
    said = request.headers.get("origin") or context.public_url or ""
    return request.url.scheme == "https" or said.lower().startswith("https://")


def _is_own(origin: str, host: str, public_url: str | None) -> bool:
    try:
        page = urlsplit(origin)
        # Behind a proxy that speaks TLS, the host has the port of the browser's scheme, not of ours.
        return _place(page) == _place(urlsplit(f"{page.scheme}://{host}")) or (
            public_url is not None and _place(page) == _place(urlsplit(public_url))
        )
    except ValueError:  # brackets or a port that are none
        return False


def _place(url: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port.

    Raises:
        ValueError: it has none of these.
    """
    if url.scheme not in _PORTS or not url.hostname:
        raise ValueError(url.scheme)
    return url.scheme, url.hostname, url.port or _PORTS[url.scheme]
