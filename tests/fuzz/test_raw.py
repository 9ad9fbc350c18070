"""Whatever bytes are sent: never a 5xx, always the dialect's shape, and nothing stored of what was refused."""

import json
from collections.abc import Generator
from typing import Final
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.acceptance.server import TOKEN, Server
from tests.walls.speech import SPEECH
from whence.domain.access import Right

_WRITES: Final = [
    ("native", "/v1/events"),
    ("native", "/v1/scope/match"),
    ("native", "/v1/session"),
    ("native", "/v1/maintenance"),
    ("native", "/v1/problems/P-1/close"),
    ("native", "/v1/problems/P-1/comments"),
    ("cortex", "/api/v1/catalog/raw/custom-events"),
    *(
        ("cloudforet", f"/monitoring/{call}")
        for call in (
            "event/create",
            "event/get",
            "event/list",
            "event/stat",
            "alert/create",
            "alert/list",
            "event-rule/create",
            "project-alert-config/update",
            "webhook/create",
            "v1/webhook/webhook-0/0/events",
        )
    ),
    ("komodor", "/mgmt/v1/events"),
    ("komodor", "/api/v2/services/k8s-events"),
    ("komodor", "/api/v2/services/issues/search"),
    ("komodor", "/api/v2/clusters/issues/search"),
    ("komodor", "/v0/config_change"),
    ("komodor", "/v0/image/source"),
    ("desk", "/api/v1/events"),
    ("desk", "/e/any/api/v1/events"),
    ("desk", "/api/v1/events/1c8cca881849a3d9/close"),
    ("desk", "/api/v1/problem/details/1_1790000000000V2/close"),
    ("desk", "/api/v1/problem/details/1_1790000000000V2/comments"),
    ("desk", "/api/v2/problems/1_1790000000000V2/close"),
    ("desk", "/api/v2/problems/1_1790000000000V2/comments"),
    ("desk", "/api/v2/events/ingest"),
    ("desk", "/api/v1/entity/infrastructure/custom/cold room:3/b"),
    ("desk", "/api/v2/entities/custom"),
    ("desk", "/api/v2/tags"),
    ("desk", "/api/v2/apiTokens/lookup"),
]
_KINDS: Final = [
    "application/json", "application/x-ndjson", "application/cloudevents+json", "application/cloudevents-batch+json",
    "application/json; charset=latin-1", "text/plain", "", "application/octet-stream",
]  # fmt: skip
_FIELDS: Final = [
    "title", "type", "time", "end_time", "scope", "entities", "match", "properties", "links", "key", "id", "severity",
    "eventType", "summary", "details", "timestamp", "image", "clusters", "servicesNames", "data", "specversion",
    "description", "url", "customData", "source", "start", "end", "timeoutMinutes", "attachRules", "entityIds",
    "tagRule", "meTypes", "tags", "customProperties", "startTime", "endTime", "timeout", "entitySelector", "group",
    "customDeviceId", "displayName", "listenPorts", "token", "query", "webhook_id", "name", "plugin_info", "options",
    "project_id", "event_id", "conditions", "conditions_policy", "actions", "resource_group",
]  # fmt: skip
_REQUIRED: Final = ("title", "eventType", "summary", "image")  # of one dialect or another
_TEXTS: Final = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from([
    "", "\0", "é" * 300, "2026-02-30T00:00:00Z", "9" * 40, "1.0", "https://x", "%", "_", "\\", "-1", "now-1w/d",
    "CUSTOM_INFO", "ERROR_EVENT", "HOST", "HOST-1234567890ABCDEF", "type(HOST)", 'not(tag("a")', "+properties.a.b",
])  # fmt: skip
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_FIELDS) | _TEXTS, inner, max_size=4),
    max_leaves=12,
)
_EVENTS: Final = st.fixed_dictionaries(
    dict.fromkeys(_REQUIRED, _TEXTS), optional=dict.fromkeys(sorted(set(_FIELDS) - set(_REQUIRED)), _VALUES)
)
_BODIES: Final = (
    st.binary(max_size=60)
    | (_VALUES | _EVENTS | st.lists(_EVENTS, max_size=3)).map(lambda value: json.dumps(value).encode())
    | st.lists(_VALUES | _EVENTS, max_size=4).map(lambda some: b"\n".join(json.dumps(v).encode() for v in some))
)
_VISIBLE: Final = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=30)
_HEADERS: Final = st.dictionaries(
    st.sampled_from([
        "idempotency-key", "content-encoding", "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time",
        "ce-subject", "x-request-id", "accept", "last-event-id", "connection", "if-none-match",
    ]),
    _VISIBLE.map(str.strip),
    max_size=5,
)  # fmt: skip
_QUERIES: Final = st.dictionaries(
    st.sampled_from([
        "dryRun", "clusterName", "namespace", "serviceName", "from", "limit", "cursor", "x", "strict", "api-token",
        "entitySelector", "to",
    ])
    | st.text(st.characters(codec="utf-8"), max_size=5),
    _TEXTS,
    max_size=4,
)  # fmt: skip
_BOUNDED: Final = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def client(whence: Server) -> Generator[httpx.Client]:
    """The admin of an account of the module's."""
    account = f"raw-{uuid4()}"
    with whence.client() as root:
        root.post("/v1/accounts", json={"name": account}).raise_for_status()
        asked = {"name": "raw", "account": account, "rights": [Right.ADMIN]}
        token = root.post("/v1/tokens", json=asked).raise_for_status().json()["token"]
    with whence.client(token) as client:
        client.put("/v1/entities", json={"entities": [{"name": "raw", "tag": "raw"}]}).raise_for_status()
        yield client


def _stored(client: httpx.Client) -> int:
    window = {"from": "1970-01-02T00:00:00Z", "to": "2999-01-01T00:00:00Z"}
    total: int = client.get("/v1/events/facets", params=window).raise_for_status().json()["total"]
    return total


def _assert_answered(dialect: str, answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    assert answer.headers["x-request-id"]
    assert answer.is_success or SPEECH[dialect].refuses(answer), answer.text


@pytest.mark.parametrize(("dialect", "path"), _WRITES)
@given(body=_BODIES, kind=st.sampled_from(_KINDS), headers=_HEADERS, query=_QUERIES)
@example(body=b'{"title": "x"}', kind="application/json", headers={"content-encoding": "gzip"}, query={})
@example(body=b"\xef\xbb\xbf{}", kind="application/json", headers={}, query={})
@example(body=b"[" * 5000, kind="application/json", headers={}, query={})
@example(body=b'{"title": 1e400}', kind="application/json", headers={}, query={})
@example(body=b'{"title": "\\ud800"}', kind="application/json", headers={}, query={})
@example(
    body=b'{"eventType": "CUSTOM_INFO", "source": 1, "description": [], "attachRules": {"entityIds": "HOST-1"}} }',
    kind="",
    headers={},
    query={"strict": "false"},
)
@example(
    body=b'{"eventType": "WARNING", "title": "x", "startTime": 1e30, "entitySelector": "entityId(HOST-1)"}',
    kind="",
    headers={},
    query={},
)
@example(body=b'{"tags": [{"key": "a"}, "b"]}', kind="", headers={}, query={"entitySelector": "type(HOST)"})
@example(body=b'{"title": "a", "title": "b"}', kind="application/json", headers={}, query={})
@example(
    body=b"", kind="", headers={"ce-specversion": "1.0", "ce-id": "%ff", "ce-source": "/", "ce-type": "t"}, query={}
)
@_BOUNDED
def test_any_bytes_are_answered_in_the_dialect(
    client: httpx.Client,
    dialect: str,
    path: str,
    body: bytes,
    kind: str,
    headers: dict[str, str],
    query: dict[str, str],
) -> None:
    """[IN8] And what was refused is not there afterwards."""
    before = _stored(client)
    own = {"content-type": kind, "x-api-key": client.headers["authorization"].removeprefix("Bearer "), **headers}

    answer = client.post(
        path, content=body, params=query, headers={k.encode(): v.encode("latin-1") for k, v in own.items()}
    )

    _assert_answered(dialect, answer)
    if not answer.is_success:
        assert _stored(client) == before


_QUESTIONS: Final = [
    *(("native", f"/v1/{of}") for of in ("events", "events/facets", "events/histogram", "events/export", "entities")),
    *(("native", f"/v1/{of}") for of in ("alerts", "problems", "problems/P-1", "causes", "maintenance")),
    ("komodor", "/mgmt/v1/events"),
    ("cortex", "/api/v1/custom-events"),
    ("cortex", "/api/v1/catalog/raw/custom-events"),
    ("desk", "/api/v1/events"),
    ("desk", "/api/v1/entity/infrastructure/hosts"),
    ("desk", "/api/v1/problem/status"),
    ("desk", "/api/v1/problem/feed"),
    ("desk", "/api/v2/problems"),
    ("desk", "/api/v2/events"),
    ("desk", "/api/v2/entities"),
    ("desk", "/api/v2/tags"),
    ("desk", "/api/v2/eventTypes"),
    ("desk", "/api/v2/entityTypes"),
]


@pytest.mark.parametrize(("dialect", "path"), _QUESTIONS)
@given(
    query=st.dictionaries(
        st.sampled_from([
            "from", "to", "entity", "cluster", "service", "type", "kind", "q", "prop.a", "prop.a.b", "limit", "cursor",
            "order", "buckets", "format", "tag", "eventType", "problem", "status", "startTime", "updatedSince", "page",
            "pageSize", "relativeTime", "entityId", "correlationId", "allDialects", "entitySelector", "eventSelector",
            "problemSelector", "impactLevel", "severityLevel", "expandDetails", "state", "merged",
            "mzSelector", "fields", "sort", "nextPageKey", "startTimestamp", "endTimestamp", "includeDetails",
        ]),
        st.lists(_TEXTS, min_size=1, max_size=3),
        max_size=4,
    )
)  # fmt: skip
@_BOUNDED
def test_any_question_is_answered_in_the_dialect(
    client: httpx.Client, dialect: str, path: str, query: dict[str, list[str]]
) -> None:
    """Never a 5xx, whatever is asked."""
    key = {"x-api-key": client.headers["authorization"].removeprefix("Bearer ")}

    answer = client.get(path, params=query, headers=key)

    _assert_answered(dialect, answer)


@pytest.mark.parametrize("last", ["", "x", "1", "1.", ".1", "1.1.1", "-1.0", "1.0", "9" * 30 + ".0", "٣.٣"])
def test_a_stream_begins_or_says_why_not(whence: Server, last: str) -> None:
    """[LV3] A `Last-Event-ID` of another form is refused; one that reaches too far is told `reset`."""
    headers = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"last-event-id", last.encode())]
    with (
        httpx.Client(base_url=whence.url, timeout=10) as client,
        client.stream("GET", "/v1/events/stream", headers=headers) as answer,
    ):
        if answer.status_code != 200:
            answer.read()
            assert answer.status_code == 400
            assert SPEECH["native"].refuses(answer)
        else:
            assert next(answer.iter_lines()) == ": connected"


def test_every_hot_write_is_fuzzed(whence: Server) -> None:
    """The list above has a path of each dialect that takes events."""
    del whence
    assert {dialect for dialect, _ in _WRITES} == set(SPEECH)
