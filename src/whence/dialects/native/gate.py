"""Who asks, and what a request's body is: the same for every endpoint of the native API."""

from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from fastapi import Path, Request
from fastapi.params import Depends as DependsOn
from pydantic import AfterValidator, BaseModel

from whence.dialects import Context
from whence.dialects.native import cookie, query
from whence.dialects.native.part import Part, salvaged
from whence.dialects.request import Misread, body, parse, text_faults
from whence.domain.access import Principal, Right
from whence.domain.errors import Unsupported, Violation

Model = TypeVar("Model", bound=BaseModel)
Meaning = Callable[[Part[Model]], Awaitable[Iterable[Violation]]]


def gate(context: Context, right: Right) -> DependsOn:
    """An endpoint's dependency: whoever asks has the right. It comes before anything else of the request is read.

    Parameters of an endpoint that declares none are refused, as by the shape of a query; FastAPI passes over them.
    """

    async def open_for(request: Request) -> None:
        request.scope["state"]["principal"] = await authorised(context, request, right)
        if asked := request.scope["route"].dependant.query_params:
            query.require_sound(request, asked[0].field_info.annotation)
        else:
            query.require_none(request)

    return DependsOn(open_for)


def principal(request: Request) -> Principal:
    """Who came through the gate."""
    return request.scope["state"]["principal"]


async def authorised(context: Context, request: Request, right: Right) -> Principal:
    """Who asks: by `Authorization`, or else by the cookie of a session.

    Raises:
        Unauthenticated, TooMany: as `Access.authenticate`, `Access.session`.
        Forbidden: the token lacks the right, or another page may have made the browser ask.
    """
    given = request.headers.get("authorization")
    if given is None and cookie.sent(request) is not None:
        by = (await cookie.session(context, request)).principal
    else:
        scheme, _, token = (given or "").partition(" ")
        by = await context.access.authenticate(token.strip() if scheme.lower() == "bearer" else None)
    by.require(right)
    return by


def media_type(request: Request) -> str:
    """The content type in lower case without its parameters; JSON when there is none.

    Raises:
        Unsupported: the body is compressed, or in another character set than UTF-8.
    """
    return _kind(request.headers.get("content-type", ""), request.headers.get("content-encoding", ""))


@lru_cache(maxsize=256)  # senders say the same each time
def _kind(content_type: str, encoding: str) -> str:
    if encoding.lower() not in {"", "identity"}:
        raise Unsupported(f"Content-Encoding {encoding} is not read; send the body as it is")
    kind, _, parameters = content_type.partition(";")
    for parameter in parameters.lower().split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "charset" and value.strip('" ') not in {"utf-8", "utf8", "us-ascii"}:
            raise Unsupported("Content-Type must have the character set UTF-8")
    return kind.strip().lower() or "application/json"


async def read(
    context: Context,
    request: Request,
    model: type[Model],
    meaning: Meaning[Model] | None = None,
    *,
    most_bytes: int | None = None,
) -> Model:
    """The JSON body in the model's shape.

    Args:
        meaning: what is wrong besides with a body that is of another shape; of one that is read it is not asked.
        most_bytes: how long a body is read that need not be as long as any; None: as long as the server reads.

    Raises:
        Unsupported, TooLarge, Invalid: why it is not.
    """
    _require_json(media_type(request))
    limit = context.max_body_bytes if most_bytes is None else min(most_bytes, context.max_body_bytes)
    return await _read(model, await body(request, limit), meaning)


async def read_optional(context: Context, request: Request, model: type[Model]) -> Model:
    """As `read`; no body at all is an empty object."""
    if not (raw := await body(request, context.max_body_bytes)).strip():
        return model()
    _require_json(media_type(request))
    return await _read(model, raw, None)


async def _read(model: type[Model], raw: bytes, meaning: Meaning[Model] | None) -> Model:
    try:
        return parse(model, raw)
    except Misread as misread:
        part = salvaged(model, misread)
        raise part.refusal(await meaning(part) if meaning else ()) from None


def is_json(kind: str) -> bool:
    """Whether a body of this content type is JSON, be it with a name of its own (RFC 6839, 3.1)."""
    return kind == "application/json" or kind.endswith("+json")


def _require_json(kind: str) -> None:
    if not is_json(kind):
        raise Unsupported(f"Content-Type {kind} is not read; send application/json")


def _decoded(segment: str) -> str:
    """A path segment as it was meant: the Edge routes by the encoded path, so that a tag may hold slashes."""
    text = unquote(segment, errors="surrogateescape")
    if fault := text_faults(text):
        raise ValueError(fault)
    return text


EntityName = Annotated[
    str,
    Path(description="The entity's id, cid, alias, or URL-encoded tag.", min_length=1, max_length=3000),
    AfterValidator(_decoded),
]

AccountName = Annotated[
    str,
    Path(description="The account's name, URL-encoded.", min_length=1, max_length=3000),
    AfterValidator(_decoded),
]


def json_body(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """The `openapi_extra` of an endpoint that reads such a body."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}
