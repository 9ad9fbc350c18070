"""`POST /mgmt/v1/events`: what is taken, what is refused, and what is answered."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from httpx import AsyncClient, Response

EVENTS = "/mgmt/v1/events"
GOOD: dict[str, object] = {"eventType": "chaos-run", "summary": "started"}
LEAST_SCOPE: dict[str, list[str]] = {"clusters": [], "servicesNames": [], "namespaces": []}


async def stored(komodor: AsyncClient, sent: Response) -> dict[str, Any]:
    """The event that was created, read back."""
    assert sent.status_code == 201, sent.text
    read = await komodor.get(sent.headers["location"])
    assert read.status_code == 200, read.text
    return read.json()


def faults(refused: Response) -> list[str]:
    """`field: message` of each fault of a body that was refused for its fields."""
    assert refused.status_code == 400, refused.text
    error = refused.json()["error"]
    assert error["message"] == "Validation failed"
    return [f"{fault['field']}: {fault['message']}" for fault in error["fieldErrors"]]


async def test_the_least_event_is_created(komodor: AsyncClient) -> None:
    """[4.4] 201, upstream's body to the byte, the id in the headers."""
    answer = await komodor.post(EVENTS, json=GOOD)

    assert answer.status_code == 201
    assert answer.content == b'{"message": "Custom event sent successfully"}'
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["location"] == f"/mgmt/v1/events/{answer.headers['x-event-id']}"
    assert answer.headers["x-scope-matched"] == "0/0"
    assert "x-whence-warning" not in answer.headers
    assert "x-idempotent-replay" not in answer.headers


@pytest.mark.parametrize("length", [1, 59, 60])
async def test_an_event_type_of_up_to_60_characters_is_kept(komodor: AsyncClient, length: int) -> None:
    """[4.1] Code points are counted, and nothing is cut."""
    name = "\N{ROCKET}" * length

    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "eventType": name}))

    assert event["eventType"] == name


async def test_a_long_summary_is_kept_whole(komodor: AsyncClient) -> None:
    """[4.1] A summary has no limit of its own."""
    summary = "line one\nline two " * 10_000

    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "summary": summary}))

    assert event["summary"] == summary


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, "information"),
        ({"severity": None}, "information"),
        ({"severity": ""}, "information"),
        ({"severity": "  "}, "information"),
        ({"severity": "Info"}, "information"),
        ({"severity": "Warning"}, "warning"),
        ({"severity": "Error"}, "error"),
        ({"severity": "warning"}, "warning"),
        ({"severity": "information"}, "information"),
        ({"severity": "error"}, "error"),
        ({"severity": "INFORMATION"}, "information"),
        ({"severity": "info"}, "information"),
        ({"severity": "eRRor"}, "error"),
    ],
)
async def test_severities_are_folded(komodor: AsyncClient, sent: dict[str, object], kept: str) -> None:
    """[4.2] Three words, in any case; nothing is the mildest."""
    event = await stored(komodor, await komodor.post(EVENTS, json=GOOD | sent))

    assert event["severity"] == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, LEAST_SCOPE),
        ({}, LEAST_SCOPE),
        (LEAST_SCOPE, LEAST_SCOPE),
        ({"clusters": [""], "servicesNames": ["  "], "namespaces": ["\t"]}, LEAST_SCOPE),
        ({"clusters": ["", "eu-west", " "]}, LEAST_SCOPE | {"clusters": ["eu-west"]}),
        ({"clusters": None, "servicesNames": None, "serviceNames": None, "namespaces": None}, LEAST_SCOPE),
        ({"clusters": [None, "eu-west"]}, LEAST_SCOPE | {"clusters": ["eu-west"]}),
        ({"clusters": "eu-west"}, LEAST_SCOPE | {"clusters": ["eu-west"]}),
        ({"servicesNames": 7}, LEAST_SCOPE | {"servicesNames": ["7"]}),
        (
            {"servicesNames": [1, 2, 3, 2.5, 1e3, -0.25, 10**30]},
            LEAST_SCOPE | {"servicesNames": ["1", "2", "3", "2.5", "1000", "-0.25", "1" + "0" * 30]},
        ),
        (
            {"servicesNames": ["b", "a", "b"], "serviceNames": ["c", "a"]},
            LEAST_SCOPE | {"servicesNames": ["b", "a", "c"]},
        ),
        ({"serviceNames": ["ledger"]}, LEAST_SCOPE | {"servicesNames": ["ledger"]}),
        ({"clusters": [" eu-west "]}, LEAST_SCOPE | {"clusters": [" eu-west "]}),
        ({"clusters": ["x" * 500]}, LEAST_SCOPE | {"clusters": ["x" * 500]}),
        ({"details": {"tool": "x"}}, LEAST_SCOPE),
    ],
)
async def test_scopes_are_cleaned(komodor: AsyncClient, sent: object, kept: dict[str, list[str]]) -> None:
    """[4.3] Blanks are no names, one is a list of one, and both spellings are united."""
    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "scope": sent}))

    assert event["scope"] == kept


async def test_a_thousand_names_are_taken(komodor: AsyncClient) -> None:
    """The limit of a scope list is where the README says."""
    names = [f"service-{n}" for n in range(1000)]

    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "scope": {"servicesNames": names}}))

    assert event["scope"]["servicesNames"] == names


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, {}),
        ({"details": None}, {}),
        ({"details": {}}, {}),
        ({"details": {"Flag owner": "team-cart", "a.b": {" C ": [1, 2.5, None, {"x": True}]}}}, None),
        ({"details": {"z": 1, "a": 2, "m": 3}}, None),
        ({"details": {"n": 10**30, "escaped": "\\u0000", "emoji": "\N{ROCKET}"}}, None),
        ({"scope": {"details": {"tool": "x"}}}, {"tool": "x"}),
        ({"scope": {"details": {"a": 1, "b": 1}}, "details": {"b": 2, "c": 2}}, {"a": 1, "b": 2, "c": 2}),
    ],
)
async def test_details_are_kept_as_sent(
    komodor: AsyncClient, sent: dict[str, Any], kept: dict[str, Any] | None
) -> None:
    """[4.3] Any JSON, in its order; what is in both places is united, and the top level wins."""
    event = await stored(komodor, await komodor.post(EVENTS, json=GOOD | sent))

    assert json.dumps(event["details"]) == json.dumps(sent["details"] if kept is None else kept)


@pytest.mark.parametrize(
    ("sent", "warnings"),
    [
        ({"scope": {"serviceNames": ["a"]}}, ["scope.serviceNames read as scope.servicesNames"]),
        (
            {"scope": {"cluster": "eu-west"}},
            ['unknown scope field "cluster" ignored, the event is wider than you may expect'],
        ),
        ({"owner": "me"}, ['unknown field "owner" ignored']),
        (
            {"scope": {"bad\r\nx-evil: 1\N{ROCKET}": 1}},
            ['unknown scope field "bad\\r\\nx-evil: 1\\U0001f680" ignored, the event is wider than you may expect'],
        ),
        ({"scope": {"clusters": [""], "namespaces": [None], "servicesNames": "a"}}, []),
        ({"x" * 200: 1}, [f'unknown field "{"x" * 100}..." ignored']),
        (
            {f"k{n}": n for n in range(25)},
            [*(f'unknown field "k{n}" ignored' for n in range(20)), "and 5 more"],
        ),
    ],
)
async def test_what_is_ignored_is_said(komodor: AsyncClient, sent: dict[str, object], warnings: list[str]) -> None:
    """[2, 4.3] One header line for each thing that was tolerated, which no sender can break out of."""
    answer = await komodor.post(EVENTS, json=GOOD | sent)

    assert answer.status_code == 201
    assert answer.headers.get_list("x-whence-warning") == warnings


async def test_the_documentations_template_is_valid(komodor: AsyncClient) -> None:
    """[4.3] Every value the word `string`: stored and visible, matching nothing."""
    template = {
        "eventType": "string",
        "summary": "string",
        "scope": {"clusters": ["string"], "servicesNames": ["string"], "namespaces": ["string"]},
        "severity": "string",
        "details": {"string": "string"},
    }

    event = await stored(komodor, await komodor.post(EVENTS, json=template))

    assert event["matched"] == {"count": 0, "of": 0, "sample": []}


REQUIRED = ["eventType: is required", "summary: is required"]


FAULTS: list[tuple[Mapping[str, object], list[str]]] = [
    ({}, REQUIRED),
    ({"eventType": None, "summary": None}, REQUIRED),
    ({"eventType": " ", "summary": ""}, ["eventType: must not be blank", "summary: must not be blank"]),
    ({"eventType": 1, "summary": True}, ["eventType: must be a string", "summary: must be a string"]),
    ({"eventType": ["a"], "summary": {}}, ["eventType: must be a string", "summary: must be a string"]),
    (GOOD | {"eventType": "x" * 61}, ["eventType: must be at most 60 characters, got 61"]),
    (GOOD | {"eventType": "\N{ROCKET}" * 74}, ["eventType: must be at most 60 characters, got 74"]),
    (GOOD | {"severity": "critical"}, ["severity: must be one of information, warning, error"]),
    (GOOD | {"severity": "sev1"}, ["severity: must be one of information, warning, error"]),
    (GOOD | {"severity": 3}, ["severity: must be a string"]),
    (GOOD | {"severity": ["error"]}, ["severity: must be a string"]),
    (GOOD | {"scope": "all"}, ["scope: must be an object"]),
    (GOOD | {"scope": []}, ["scope: must be an object"]),
    (GOOD | {"scope": {"clusters": ["a", True]}}, ["scope.clusters[1]: must be a string"]),
    (
        GOOD | {"scope": {"clusters": [{}, []], "servicesNames": [False], "namespaces": [["x"]]}},
        [
            "scope.clusters[0]: must be a string",
            "scope.clusters[1]: must be a string",
            "scope.servicesNames[0]: must be a string",
            "scope.namespaces[0]: must be a string",
        ],
    ),
    (GOOD | {"scope": {"clusters": {}}}, ["scope.clusters: must be a list"]),
    (GOOD | {"scope": {"namespaces": True}}, ["scope.namespaces: must be a list"]),
    (
        GOOD | {"scope": {"clusters": ["x" * 501]}},
        ["scope.clusters[0]: must be at most 500 characters, got 501"],
    ),
    (
        GOOD | {"scope": {"serviceNames": ["x"] * 1001}},
        ["scope.serviceNames: must hold at most 1000 names, got 1001"],
    ),
    (GOOD | {"scope": {"details": "x"}}, ["scope.details: must be an object"]),
    (GOOD | {"details": "x"}, ["details: must be an object"]),
    (GOOD | {"details": [1]}, ["details: must be an object"]),
    (GOOD | {"details": {"a": ["\0"]}}, ["details.a[0]: must not hold a NUL character"]),
    (GOOD | {"idempotencyKey": ""}, ["idempotencyKey: must not be blank"]),
    (GOOD | {"idempotencyKey": 5}, ["idempotencyKey: must be a string"]),
    (
        GOOD | {"idempotencyKey": "k" * 201},
        ["idempotencyKey: must be at most 200 characters, got 201"],
    ),
    (GOOD | {"links": "x"}, ["links: must be a list"]),
    (GOOD | {"links": [{"title": "x"}]}, ["links[0].url: is required"]),
    (GOOD | {"links": [{"url": "ftp://x"}]}, ["links[0].url: must be an http or https URL"]),
    (GOOD | {"links": [{"url": "http://["}]}, ["links[0].url: must be an http or https URL"]),
    (GOOD | {"links": [{"url": "https://x", "title": 1}]}, ["links[0].title: must be a string"]),
    (GOOD | {"links": [{"url": "https://x"}] * 101}, ["links: must hold at most 100 links, got 101"]),
]


@pytest.mark.parametrize(("sent", "expected"), FAULTS)
async def test_faults_are_named_with_their_fields(
    komodor: AsyncClient, sent: Mapping[str, object], expected: list[str]
) -> None:
    """[4.5] Every row of the table, and the limits of the README."""
    answer = await komodor.post(EVENTS, json=sent)

    assert faults(answer) == expected


async def test_all_faults_are_told_at_once_in_the_order_of_the_fields(komodor: AsyncClient) -> None:
    """[4.5] Whatever their order in the body."""
    body = {
        "links": 1,
        "endTimestamp": "soon",
        "timestamp": "now",
        "details": 1,
        "severity": "fatal",
        "scope": {"namespaces": [True], "serviceNames": [True], "servicesNames": [True], "clusters": [True]},
        "summary": 1,
        "eventType": 1,
    }

    answer = await komodor.post(EVENTS, json=body)

    assert [fault.partition(":")[0] for fault in faults(answer)] == [
        "eventType",
        "summary",
        "scope.clusters[0]",
        "scope.servicesNames[0]",
        "scope.serviceNames[0]",
        "scope.namespaces[0]",
        "severity",
        "details",
        "timestamp",
        "endTimestamp",
        "links",
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "Request body is not valid JSON"),
        (b"   ", "Request body is not valid JSON"),
        (b'{"eventType": "x", "summary": "y"', "Request body is not valid JSON"),
        (b"{'eventType': 'x'}", "Request body is not valid JSON"),
        (b'{"eventType": "x", ...}', "Request body is not valid JSON"),
        (b"\xff\xfe", "Request body is not valid JSON"),
        (b'{"eventType": "\xff"}', "Request body is not valid JSON"),
        (b'{"eventType": "\\ud800"}', "Request body is not valid JSON"),
        (b'{"details": {"x": NaN}}', "Request body is not valid JSON"),
        (b"[" * 5000, "Request body is not valid JSON"),
        (b"[]", "Request body must be a JSON object"),
        (b'"text"', "Request body must be a JSON object"),
        (b"null", "Request body must be a JSON object"),
        (b"42", "Request body must be a JSON object"),
        (b'{"a\\u0000": 1}', "Request body must not have a NUL character in a key"),
    ],
)
async def test_a_body_that_is_no_object_is_refused_whole(komodor: AsyncClient, raw: bytes, message: str) -> None:
    """[4.5] With a message of its own, and no field."""
    answer = await komodor.post(EVENTS, content=raw)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error == {"code": 400, "message": message, "requestID": answer.headers["x-request-id"]}


async def test_a_number_beyond_a_double_is_refused(komodor: AsyncClient) -> None:
    """No store can keep it."""
    answer = await komodor.post(EVENTS, content=b'{"eventType":"x","summary":"y","details":{"n":1e999}}')

    assert faults(answer) == ["details.n: must be a number that a double can hold"]


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"]
)
async def test_the_content_type_is_not_looked_at(komodor: AsyncClient, content_type: str | None) -> None:
    """[2] JSON is JSON; a byte order mark is skipped."""
    headers = {"content-type": content_type} if content_type else {}

    answer = await komodor.post(EVENTS, content=b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), headers=headers)

    assert answer.status_code == 201


async def test_a_refused_body_stores_nothing(komodor: AsyncClient) -> None:
    """[4.5] Not even the part that was good."""
    await komodor.post(EVENTS, json=GOOD | {"severity": "fatal"})

    listed = await komodor.get(EVENTS)

    assert listed.json() == {"events": [], "next": None}


async def test_the_contracts_example_with_three_faults(komodor: AsyncClient) -> None:
    """[4.6 d] To the letter."""
    body = {
        "eventType": "A label that somebody generated from a whole sentence and never shortened",
        "severity": "fatal",
    }

    answer = await komodor.post(EVENTS, json=body)

    assert answer.json()["error"] == {
        "code": 400,
        "message": "Validation failed",
        "requestID": answer.headers["x-request-id"],
        "fieldErrors": [
            {"field": "eventType", "message": "must be at most 60 characters, got 73"},
            {"field": "summary", "message": "is required"},
            {"field": "severity", "message": "must be one of information, warning, error"},
        ],
    }


async def test_the_contracts_example_with_a_blank_label(komodor: AsyncClient) -> None:
    """[4.6 c] The table's spelling, blanks from a template, one warning."""
    body = {
        "eventType": "DiskPressure",
        "summary": "Node volume above 85 %",
        "severity": "error",
        "scope": {"clusters": ["eu-west"], "namespaces": [""], "serviceNames": ["", "ledger"]},
    }

    answer = await komodor.post(EVENTS, json=body)

    assert len(answer.headers.get_list("x-whence-warning")) == 1
    assert (await stored(komodor, answer))["scope"] == {
        "clusters": ["eu-west"],
        "servicesNames": ["ledger"],
        "namespaces": [],
    }
