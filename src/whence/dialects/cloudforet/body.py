"""The body of a request over REST: a JSON object, whatever its content type says."""

from typing import Any, Final, cast

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cloudforet.errors import Code, Fault, invalid, wrong_type
from whence.dialects.request import body, json_value
from whence.domain.errors import Invalid

_LEAST_LIMIT: Final = 1024 * 1024  # bytes: what the vendor's own proxy takes
_NO_JSON: Final = "JSON Parsing Error: Request body requires JSON format."


async def json_object(context: Context, request: Request, *, key: str = "body") -> dict[str, Any]:
    """The body's object. `key` is what it is called when it is something else.

    Raises:
        TooLarge: before it is read to its end.
        Fault: it is no JSON, no object, or holds what cannot be stored.
    """
    raw = await body(request, max(context.max_body_bytes, _LEAST_LIMIT))
    try:
        value = json_value(raw)
    except Invalid as refusal:
        raise _unreadable(refusal) from None
    if not isinstance(value, dict):
        raise wrong_type(key, "dict")
    return cast("dict[str, Any]", value)


def _unreadable(refusal: Invalid) -> Fault:
    first = refusal.violations[0]
    return invalid(first.path, first.message) if first.path else Fault(Code.UNREADABLE, _NO_JSON)
