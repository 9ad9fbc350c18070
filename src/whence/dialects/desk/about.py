"""What clients ask before they begin: which version this is, what time it is, and what their token may do.

Source: DESK contract 4.1, at its end, and 2.2.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import errors, fields, times
from whence.dialects.desk.answer import Answer, Text
from whence.dialects.desk.errors import NOT_NULL
from whence.dialects.desk.gate import Routes, caller
from whence.dialects.desk.json_text import document
from whence.dialects.desk.options import Options
from whence.dialects.request import body
from whence.domain.access import Right, Token
from whence.domain.errors import Invalid, NotFound

VERSION: Final = "1.331.0.20260921-133320"  # of the API that is spoken here: a client refuses what is below 1.328

_SCOPES: Final[Mapping[Right, tuple[str, ...]]] = {
    Right.WRITE_EVENTS: ("DataExport", "events.ingest"),
    Right.READ_EVENTS: ("DataExport", "events.read", "problems.read"),
    Right.WRITE_PROBLEMS: ("DataExport", "problems.write"),
    Right.READ_ENTITIES: ("DataExport", "entities.read"),
    Right.WRITE_ENTITIES: ("DataExport", "entities.write"),
}


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part has the same signature
    """The endpoints of this part."""

    async def cluster_version(request: Request) -> Answer:
        await caller(context, request, None)
        return Answer({"version": VERSION})

    async def time(request: Request) -> Answer:
        await caller(context, request, None)
        return Text(str(times.millis(datetime.now(UTC))))

    async def look_up(request: Request) -> Answer:
        by = await caller(context, request, None)
        secret = _secret(await body(request, context.max_body_bytes))
        try:
            token = await context.access.require_by_secret(by, secret)
        except NotFound:
            return errors.envelope(HTTPStatus.NOT_FOUND, "The token was not found.")
        return Answer(_described(token, now=datetime.now(UTC)))

    return {
        ("GET", "/api/v1/config/clusterversion"): cluster_version,
        ("GET", "/api/v1/time"): time,
        ("POST", "/api/v2/apiTokens/lookup"): look_up,
    }


def _secret(raw: bytes) -> str:
    """The token that the body names.

    Raises:
        Invalid: it names none.
    """
    secret = fields.read(document(raw), _token)
    if secret is None:
        raise Invalid.at("token", NOT_NULL)
    return secret


def _token(value: object) -> str | None:
    return fields.text((fields.mapping(value, ()) or {}).get("token"), ("token",))


def _described(token: Token, *, now: datetime) -> dict[str, Any]:
    """The token as it may be shown."""
    shown: dict[str, Any] = {
        "id": f"tok-{token.id.hex}",
        "name": token.name,
        "enabled": token.expires_at is None or token.expires_at > now,
        "scopes": _scopes(token),
        "creationDate": _date(token.created_at),
    }
    return shown if token.expires_at is None else {**shown, "expirationDate": _date(token.expires_at)}


def _scopes(token: Token) -> list[str]:
    """What the vendor calls the token's rights, in the order of the table."""
    rights = _SCOPES if Right.ADMIN in token.rights else token.rights
    return list(dict.fromkeys(scope for right, scopes in _SCOPES.items() if right in rights for scope in scopes))


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
