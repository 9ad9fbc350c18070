"""What every dialect reads a request with: a bounded body, JSON that can be stored, the shape of a model."""

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json
from starlette.requests import ClientDisconnect, Request

from whence.domain.errors import Invalid, TooLarge, Violation

Model = TypeVar("Model", bound=BaseModel)

# What JSON can say and no store can keep: NUL characters, and numbers beyond what a double holds.
_SUSPECT: Final = re.compile(rb"\\u0000|[eE]\+?[0-9]{3}|[0-9]{309}")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


async def body(request: Request, limit: int) -> bytes:
    """The request's body, a byte order mark aside.

    Raises:
        TooLarge: it is longer than `limit` bytes; no more than that was kept.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit)
            chunks.append(chunk)
    except ClientDisconnect:
        raise Invalid.at("", "the request ended before its body did") from None
    return b"".join(chunks).removeprefix(_BYTE_ORDER_MARK)


def json_value(raw: bytes) -> Any:
    """The JSON value of the bytes.

    Raises:
        Invalid: it is no JSON (path empty), or holds what cannot be stored (with its path).
    """
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError as exc:
        raise Invalid.at("", f"is not valid JSON: {exc}") from None
    if _SUSPECT.search(raw) and (violations := list(_unstorable(value, ""))):
        raise Invalid(violations)
    return value


def parse(model: type[Model], raw: bytes) -> Model:
    """The bytes as JSON of the model's shape.

    Raises:
        Invalid: with every violation and its path.
    """
    return validate(model, json_value(raw))


def validate(model: type[Model], value: object) -> Model:
    """The JSON value in the model's shape. Raises as `parse`."""
    try:
        return model.model_validate(value)
    except ValidationError as exc:
        raise Invalid(map(violation, exc.errors(include_url=False, include_input=False))) from None


def violation(error: ErrorDetails) -> Violation:
    """A validator's error in the house's words."""
    path = ""
    for part in error["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    message = error["msg"].removeprefix("Value error, ")
    return Violation(path=path, message=message[:1].lower() + message[1:])


def text_faults(text: str) -> str | None:
    """Why a text from outside a body (a query, a header, a path) cannot be used, if so."""
    if "\0" in text:
        return "must not hold a NUL character"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "must be valid Unicode"
    return None


def _unstorable(value: object, path: str) -> Iterator[Violation]:
    match value:
        case str():
            if "\0" in value:
                yield Violation(path=path, message="must not hold a NUL character")
        case float():
            if not isfinite(value):
                yield Violation(path=path, message="must be a number that a double can hold")
        case list():
            for n, item in enumerate(cast("list[object]", value)):
                yield from _unstorable(item, f"{path}[{n}]")
        case Mapping():
            for key, item in cast("Mapping[str, object]", value).items():
                if "\0" in key:
                    yield Violation(path=path, message="must not have a NUL character in a key")
                yield from _unstorable(item, f"{path}.{key}" if path else key)
        case _:
            return
