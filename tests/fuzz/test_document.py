"""The OpenAPI documents are true: whatever they allow is taken, whatever they forbid is refused, as they say."""

# pyright: reportUnknownMemberType=false, reportUntypedFunctionDecorator=false
# pyright: reportUnknownVariableType=false
# schemathesis types its own code, but not its decorators.

import json
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import SerializationContext

from tests.acceptance.server import TOKEN, Server
from tests.fuzz.documents import PATHS, document
from tests.fuzz.truth import check
from tests.walls.doors import DOORS

_BOUNDED: Final = settings(
    max_examples=12,  # of each operation, beside one for each border of each parameter
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@schemathesis.serializer("application/x-ndjson")
def lines(_: SerializationContext, value: object) -> bytes:
    """Text as it is; what should have been text, as one line."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


native = schemathesis.openapi.from_dict(document("native"))
komodor = schemathesis.openapi.from_dict(document("komodor"))


@native.exclude(path="/v1/events/stream").parametrize()  # a good answer never ends; test_raw asks it
@_BOUNDED
def test_native(case: schemathesis.Case[Any], whence: Server) -> None:
    """[RU8] The native document."""
    check(case, whence.url, {"Authorization": f"Bearer {TOKEN}"})


@komodor.parametrize()
@_BOUNDED
def test_komodor(case: schemathesis.Case[Any], whence: Server) -> None:
    """[RU8] The Komodor document."""
    check(case, whence.url, {"x-api-key": TOKEN})


def test_every_document_is_fuzzed() -> None:
    assert {name: path for name, doors in DOORS.items() for _, path in doors if path.endswith("/openapi.json")} == dict(
        PATHS
    )
