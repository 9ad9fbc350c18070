"""What every dialect reads a request with: a bounded body, JSON that can be stored, the shape of a model."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from math import isfinite
from typing import Any, Final, NamedTuple, TypeVar, cast
from urllib.parse import unquote, unquote_to_bytes

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json
from starlette.requests import Request

from whence.domain.errors import Invalid, TooLarge, Violation
from whence.turns import current

Model = TypeVar("Model", bound=BaseModel)

# What may be beyond a double, in a text whose digits all read 0: a byte translation finds it ten times as fast as a
# regular expression. What stands before its digits tells a number from the middle of a commit's hash.
_MANY_DIGITS: Final = b"0" * 200
_LARGE_EXPONENT: Final = b"0e000"
_BEFORE_NUMBER: Final = b" \t\n\v\f\r:,[-"
_MOST_LOOKS: Final = 1_000  # of a text that is full of what may be one, all is taken for suspect
_DIGITS_AS_0: Final = bytes.maketrans(b"123456789E", b"000000000e")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
PIECE: Final = 32 * 1024  # bytes of a batch that are looked at together: some hundredths of a millisecond
_BLANK: Final = rb"[ \t\n\r]*"
# Up to the first key of the first item, which is how the others are expected to begin.
_OPENING: Final = re.compile(rb"%b\[%b(\{%b\"[^\"\\]{0,200}\")" % (_BLANK, _BLANK, _BLANK))
_NEVER: Final = re.compile(rb"(?!)")
_MOST_TOLD: Final = 1_000  # violations: a body of nothing else may have 150,000, of four times its bytes
_LONGEST_LENGTH: Final = 19  # digits of the length of a body
_MISSES: Final = 8  # in a row, before the rest of an array is parsed in one piece


class Unstorable(NamedTuple):
    """A JSON value that is refused whatever its shape, mostly since it cannot be stored; and why, with the places."""

    value: Any
    violations: Sequence[Violation]


class Misread(Exception):  # noqa: N818  as with what is refused: an error says it twice
    """JSON that is not of the shape that it must have, or cannot be stored: every violation of the two.

    What else is wrong with it may be told as well, so it is no refusal yet.
    """

    def __init__(self, value: object, violations: Iterable[Violation]) -> None:
        self.value = value
        self.violations = tuple(violations)
        super().__init__()  # without the body: whoever shows an error may not show that

    @property
    def refusal(self) -> Invalid:
        """The refusal, when that is all."""
        return Invalid(self.violations)


async def body(request: Request, limit: int) -> bytes:
    """The request's body, a byte order mark aside.

    Raises:
        TooLarge: it is longer than `limit` bytes; no more than that was kept.
        Unavailable: bodies that are under way take what there is for them.
    """
    expected = _declared(request)
    if expected > limit:
        raise TooLarge(limit)
    turn = current()
    if turn is not None and expected:
        turn.hold(expected)
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Invalid.at("", "the request ended before its body did")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit)
        if turn is not None and size > expected:
            turn.hold(size - expected)
            expected = size
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks).removeprefix(_BYTE_ORDER_MARK)


def _declared(request: Request) -> int:
    """How many bytes the body is to have; 0: the request does not say. No more digits are read than there may be."""
    digits = request.headers.get("content-length", "").lstrip("0")
    return int(digits[: _LONGEST_LENGTH + 1]) if digits.isdecimal() else 0


def json_value(raw: bytes) -> Any:  # noqa: ANN401  JSON is anything
    """The JSON value of the bytes.

    Raises:
        Invalid: it is no JSON (path empty), or holds what cannot be stored (with its path).
    """
    value = storable(raw)
    if isinstance(value, Unstorable):
        raise Invalid(value.violations)
    return value


def storable(raw: bytes) -> Any:  # noqa: ANN401  JSON is anything
    """The JSON value of the bytes; `Unstorable`, when it holds what cannot be stored.

    Raises:
        Invalid: it is no JSON (path empty).
    """
    value = _json(raw)
    if _is_suspect(raw) and (violations := list(_unstorable(value, ""))):
        return Unstorable(value, violations)
    return value


def json_items(raw: bytes) -> Iterator[Any]:
    """The items of a JSON array; one that holds what cannot be stored is `Unstorable`, and spoils no other.

    They are parsed as they are asked for, those of a piece together: who takes them one by one may pause in between,
    and has but a piece of a large array twice. Where it does not show soon where an item ends, the rest is one piece.

    Raises:
        Invalid: it is no JSON array; told when that is seen, which may be behind the last item.
    """
    for some in _pieces(raw):
        yield from some


def parse(model: type[Model], raw: bytes) -> Model:
    """The bytes as JSON of the model's shape.

    Raises:
        Invalid: it is no JSON; or more is wrong with it than is told.
        Misread: it is of another shape, or holds what cannot be stored.
    """
    return validate(model, storable(raw)) if _is_suspect(raw) else _parse_plain(model, raw)


def reader(model: type[Model], lines: bytes) -> Callable[[bytes], Model]:
    """What reads each of the lines as `parse` does: what that asks of one is asked of all of them first."""
    return partial(parse if _is_suspect(lines) else _parse_plain, model)


def _parse_plain(model: type[Model], raw: bytes) -> Model:
    try:  # in one pass, which takes half the time of parsing first, and past a method that takes a tenth
        return cast("Model", model.__pydantic_validator__.validate_json(raw))
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise Invalid.at("", f"is not valid JSON: {errors[0].get('ctx', {}).get('error', '')}") from None
        raise _misread(_json(raw), errors) from None


def validate(model: type[Model], value: object) -> Model:
    """The JSON value in the model's shape; one that is `Unstorable` never is. Raises as `parse`."""
    try:
        return model.model_validate(value)
    except ValidationError as exc:
        if not isinstance(value, Unstorable):
            raise _misread(value, exc.errors(include_url=False, include_input=False)) from None
    if len(value.violations) > _MOST_TOLD:
        raise _of_very_many(value.violations, len(value.violations))
    raise Misread(value.value, [*value.violations, *_beside(value, model)])


def _misread(value: object, errors: Sequence[ErrorDetails]) -> Misread | Invalid:
    if len(errors) > _MOST_TOLD:
        return _of_very_many(map(violation, errors[:_MOST_TOLD]), len(errors))
    return Misread(value, map(violation, errors))


def _of_very_many(violations: Iterable[Violation], count: int) -> Invalid:
    """The refusal of what has so many faults, which tells the first of them."""
    untold = Violation(path="", message=f"has {count - _MOST_TOLD:,} more faults, which are not told")
    return Invalid([*islice(violations, _MOST_TOLD), untold])


def _beside(unstorable: Unstorable, model: type[Model]) -> list[Violation]:
    """What is wrong with the shape where nothing is that cannot be stored."""
    try:
        validate(model, unstorable.value)
    except Misread as misread:
        told = {violation.path for violation in unstorable.violations}
        return [violation for violation in misread.violations if violation.path not in told]
    return []


def violation(error: ErrorDetails, *, within: int = 0) -> Violation:
    """A validator's error in the house's words; the first `within` parts of its path say nothing."""
    path = ""
    for part in error["loc"][within:]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return Violation(path=path, message=_message(error))


def _message(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return "is not a field of this call"
        case "model_type" | "dict_type":
            return "must be an object"
        case "string_pattern_mismatch" if error.get("ctx", {}).get("pattern") == r"\S":
            return "must not be blank"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case _:
            said = error["msg"]
            if said.startswith("Input should "):
                return "must " + said.removeprefix("Input should ")
            return said[:1].lower() + said[1:]


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


def query_faults(query: bytes) -> list[Violation]:
    """The parameters of a query string that are no UTF-8; a framework reads them as something else in silence.

    One without a name is called `query`: no path at all would be the body.
    """
    if query.isascii() and b"%" not in query:
        return []
    return [
        Violation(path=unquote(part.partition(b"=")[0]) or "query", message="must be valid UTF-8")
        for part in query.split(b"&")
        if not is_utf_8(unquote_to_bytes(part))
    ]


def is_utf_8(raw: bytes) -> bool:
    """Whether the bytes are text."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _json(raw: bytes) -> Any:  # noqa: ANN401  JSON is anything
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as exc:
        raise Invalid.at("", f"is not valid JSON: {exc}") from None


def _pieces(array: bytes) -> Iterator[list[Any]]:
    """The items of each piece.

    One may end where another item seems to begin, as the first did. When it is JSON, that is so: how far a parser comes
    does not depend on what follows.
    """
    opening = _OPENING.match(array)
    first = begin = opening.start(1) if opening else 0
    at, misses = begin + PIECE, 0
    between = re.compile(rb"\}%b,%b(?=%b)" % (_BLANK, _BLANK, re.escape(opening[1]))) if opening else _NEVER
    while misses < _MISSES and (found := between.search(array, at)):
        piece = b"[%b]" % array[begin : found.start() + 1]
        try:
            items = _json(piece)
        except Invalid:  # it ends inside of an item; or the array is no JSON, which the rest will say
            at, misses = found.end(), misses + 1
            continue
        yield _storable(items, piece)
        begin = found.end()
        at, misses = begin + PIECE, 0
    rest = array if begin == first else b"[" + array[begin:]
    try:
        items = _json(rest)
    except Invalid:
        items = _json(array)  # for the place of the fault in all of it
    if not isinstance(items, list):
        raise Invalid.at("", "must be a JSON array")
    yield _storable(cast("list[Any]", items), rest)


def _storable(items: list[Any], raw: bytes) -> list[Any]:
    """The items, which are those of the text; one that cannot be stored says so."""
    if not _is_suspect(raw):
        return items
    faults = (list(_unstorable(item, "")) for item in items)
    return [Unstorable(item, found) if found else item for item, found in zip(items, faults, strict=True)]


def _is_suspect(raw: bytes) -> bool:
    """Whether the JSON may hold what cannot be stored, at a hundredth of what looking at each value costs."""
    if b"\\u0000" in raw or b"NaN" in raw or b"Infinity" in raw:
        return True
    numbers = raw.translate(_DIGITS_AS_0, b"+")
    return _MANY_DIGITS in numbers or _has_large_exponent(numbers)


def _has_large_exponent(numbers: bytes) -> bool:
    """Whether a number with three digits of exponent may be among these, whose digits all read 0."""
    at = -1
    for _ in range(_MOST_LOOKS):
        at = numbers.find(_LARGE_EXPONENT, at + 1)
        if at < 0:
            return False
        before = numbers[max(0, at - len(_MANY_DIGITS)) : at].rstrip(b"0.")
        if before[-1:] in _BEFORE_NUMBER:  # as nothing at all is
            return True
    return True


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
