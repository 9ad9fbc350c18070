"""What every call goes through around its own work: the method, the token, its scope, the refusal."""

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any, Final, cast
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import errors
from whence.dialects.desk.answer import Answer
from whence.dialects.request import body, json_value, query_faults, text_faults
from whence.dialects.resource import Refusals, Resource
from whence.domain.access import Principal, Right
from whence.domain.errors import Forbidden, Invalid, NotFound

Endpoint = Callable[[Request], Awaitable[Answer]]
Routes = Mapping[tuple[str, str], Endpoint]  # by method and path: ("GET", "/api/v1/events/{event_id}")

_SCHEMES: Final = frozenset({"api-token", "bearer"})
_QUERY_NAME: Final = "api-token"
_DATA_EXPORT: Final = "DataExport (Access problem and event feed, metrics, and topology)"


class Scope(Enum):
    """What a call asks of a token: the right that we know it by, and how the vendor spells it in a 403."""

    V1_READ_EVENTS = Right.READ_EVENTS, _DATA_EXPORT
    V1_WRITE_EVENTS = Right.WRITE_EVENTS, _DATA_EXPORT
    V1_WRITE_PROBLEMS = Right.WRITE_PROBLEMS, _DATA_EXPORT
    V1_READ_ENTITIES = Right.READ_ENTITIES, _DATA_EXPORT
    V1_WRITE_ENTITIES = Right.WRITE_ENTITIES, _DATA_EXPORT
    INGEST_EVENTS = Right.WRITE_EVENTS, "events.ingest (Ingest events)"
    READ_EVENTS = Right.READ_EVENTS, "events.read (Read events)"
    READ_PROBLEMS = Right.READ_EVENTS, "problems.read (Read problems)"
    WRITE_PROBLEMS = Right.WRITE_PROBLEMS, "problems.write (Write problems)"
    READ_ENTITIES = Right.READ_ENTITIES, "entities.read (Read entities)"
    WRITE_ENTITIES = Right.WRITE_ENTITIES, "entities.write (Write entities)"


class _Closing(Resource[Answer]):
    """Says so when it was asked to close the connection: a client that hears nothing uses the dead socket again."""

    async def answer(self, request: Request) -> Answer:
        """What the request is answered, whatever happens."""
        answer = await super().answer(request)
        if "close" in request.headers.get("connection", "").lower() and "connection" not in answer.headers:
            answer.end_connection()
        return answer


def resource(**endpoints: Endpoint) -> Resource[Answer]:
    """What one path answers, by method."""
    return _Closing(_REFUSALS, endpoints)


async def _wrong_method(_: Request, allowed: str) -> Answer:
    return errors.wrong_method(allowed)


_REFUSALS: Final = Refusals(refused=errors.refused, broken=errors.broken, wrong_method=_wrong_method)


async def caller(context: Context, request: Request, scope: Scope | None) -> Principal:
    """Whose token it is; it has the scope.

    Raises:
        Unauthenticated, Forbidden: it is no good token, or lacks the scope.
        TooMany: it is used too often.
        Invalid: the query is no UTF-8; looked at behind the token.
    """
    principal = await context.access.authenticate(_token(request))
    if scope is not None:
        right, shown = scope.value
        if right not in principal.rights and Right.ADMIN not in principal.rights:
            raise Forbidden(shown)
    if request.scope["query_string"] and (faults := query_faults(request.scope["query_string"])):
        raise Invalid(errors.Fault(path=f.path, message=f.message, place=errors.Place.QUERY) for f in faults)
    return principal


async def json_object(context: Context, request: Request) -> dict[str, Any]:
    """The body as a JSON object.

    Raises:
        TooLarge: before it is read to its end.
        Invalid: it is no JSON object.
    """
    value = json_value(await body(request, context.max_body_bytes))
    if not isinstance(value, dict):
        raise Invalid.at("", "Could not map JSON at '' near line 1 column 1")
    return cast("dict[str, Any]", value)


def path_text(request: Request, name: str, *, noun: str) -> str:
    """A part of the path as it was meant: routes are found by the encoded path, so that an id may hold a slash.

    A slash at the end of the path is none of it.

    Raises:
        NotFound: it cannot be the id of any `noun`.
    """
    sent = request.path_params[name].rstrip("/")
    text = unquote(sent, errors="surrogateescape")
    if text_faults(text):
        raise NotFound(noun, sent)
    return text


def carries_token(request_query: bytes, authorization: str) -> bool:
    """Whether a credential is there in a way that no other dialect has."""
    return authorization.lower().startswith("api-token ") or bool(_query_token(request_query))


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES and (token := token.strip()):
        return token
    return _query_token(request.scope["query_string"]) if request.scope["query_string"] else None


def _query_token(query: bytes) -> str | None:
    """The first `api-token` of the query, whatever its case."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return next((value for name, value in pairs if name.lower() == _QUERY_NAME), None)
