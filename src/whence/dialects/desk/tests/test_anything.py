"""Whatever is pushed: stored or refused in the dialect's shape, and never a fault of ours."""

import json
from typing import Any, Final

from httpx import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whence.dialects.desk.tests.pushing import EVENTS, PROBLEMS, TEXTS, message, millis

_TEXTS: Final = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["", "\0", "HOST-1", "[AWS]a:b", "a:b", "\\", "NaN", "1e400", "-0", "true", "https://x", "SERVICE", "AWS"]
)
_NUMBERS: Final = (
    st.integers(-(10**30), 10**30) | st.floats() | st.sampled_from([0, millis(), millis(days=-31), 10**11])
)
_NAMES: Final = st.sampled_from([
    "eventType", "source", "attachRules", "start", "end", "timeoutMinutes", "customProperties", "title", "description",
    "entityIds", "tagRule", "meTypes", "tags", "context", "key", "value", "timeseriesIds", "allowDavisMerge",
    "ciBackLink", "annotationType", "dt.event.correlation_tag", "HOST", "CONTEXTLESS",
])  # fmt: skip
_VALUES: Final[st.SearchStrategy[Any]] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | _TEXTS, inner, max_size=5),
    max_leaves=12,
)


def _written(value: object) -> bytes:
    return json.dumps(value).encode()


def _changed(name: str, changes: dict[str, object]) -> dict[str, object]:
    return {**message(name), **changes}


def _mangled(body: dict[str, object], at: int, put: bytes) -> bytes:
    raw = _written(body)
    return raw[: at % len(raw)] + put + raw[at % len(raw) :]


_MESSAGES: Final = st.builds(_changed, st.sampled_from(sorted(TEXTS)), st.dictionaries(_NAMES, _VALUES, max_size=4))
_MANGLED: Final = st.builds(
    _mangled,
    _MESSAGES,
    st.integers(0, 10**6),
    st.binary(max_size=3) | st.sampled_from([b"}", b"\\", b"\\u0000", b"\\ud800", b'"', b"[", b"1e999", b"NaN", b"\n"]),
)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large])
@given(
    raw=st.builds(_written, _MESSAGES) | st.builds(_written, _VALUES) | _MANGLED,
    query=st.sampled_from(["", "?strict=false", "?strict=true&waitForMatch=0"]),
)
async def test_anything_is_stored_or_refused(desk: AsyncClient, raw: bytes, query: str) -> None:
    """200 with the three lists, or 400 in the envelope."""
    answer = await desk.post(EVENTS + query, content=raw)

    said: dict[str, Any] = answer.json()
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:
        assert set(said) - {"ignoredEntityIds", "problemIds"} == {"storedEventIds", "storedIds", "storedCorrelationIds"}
        assert bool(said["storedEventIds"]) != bool(said["storedCorrelationIds"])
        assert len(said["storedEventIds"]) == len(said["storedIds"])
    else:
        assert said["error"].keys() - {"constraintViolations"} == {"code", "message"}


def test_every_type_is_one_or_the_other() -> None:
    """The table of the tests has each type."""
    assert set(PROBLEMS) < set(TEXTS)
