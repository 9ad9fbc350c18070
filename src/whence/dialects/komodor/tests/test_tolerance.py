"""What a call ignores is said, on every call."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import pytest
from httpx import AsyncClient

from whence.dialects.komodor.tests.test_create import EVENTS, GOOD
from whence.dialects.komodor.tests.test_document import METHODS, document

CART: Final = {"cluster": "a", "namespace": "b", "service": "c", "kind": "Deployment"}
ISSUES: Final = {"type": "availability", "statuses": ["open"]}
DEPLOYS: Final = {"type": "failed-deploy", "statuses": ["open"]}
PLACE: Final = {"clusterName": "a", "namespace": "b", "serviceName": "c"}
GOOD_CALLS: Final[list[tuple[str, str, Mapping[str, Any] | None, dict[str, str]]]] = [
    ("GET", "/mgmt/v1/events", None, {}),
    ("POST", "/mgmt/v1/events", GOOD, {}),
    ("POST", "/mgmt/v1/events", GOOD, {"dryRun": "true"}),
    ("GET", "/mgmt/v1/events/{event_id}", None, {}),
    ("POST", "/mgmt/v1/events/{event_id}/close", None, {}),
    ("POST", "/mgmt/v1/events/{event_id}/close", {}, {}),
    ("GET", "/mgmt/v1/apikey/validate", None, {}),
    ("GET", "/mgmt/v1/openapi.json", None, {}),
    ("GET", "/api/v2/apikey/validate", None, {}),
    ("POST", "/api/v2/services/k8s-events", GOOD, {}),
    ("POST", "/api/v2/services/search", None, {}),
    ("POST", "/api/v2/services/search", {}, {}),
    ("POST", "/api/v2/services/k8s-events/search", {"scope": CART, "props": {"type": "all"}}, {}),
    ("POST", "/api/v2/clusters/k8s-events/search", {"scope": {"cluster": "a"}, "props": {"type": "all"}}, {}),
    ("POST", "/api/v2/services/issues/search", {"scope": CART, "props": ISSUES}, {}),
    ("POST", "/api/v2/services/issues/search", {"scope": CART, "props": DEPLOYS}, {}),
    ("POST", "/api/v2/clusters/issues/search", {"scope": {"cluster": "a"}, "props": ISSUES}, {}),
    ("POST", "/api/v2/clusters/issues/search", {"scope": {"cluster": "a"}, "props": DEPLOYS}, {}),
    ("GET", "/api/v2/clusters", None, {}),
    ("GET", "/api/v2/user/clusters", None, {}),
    ("POST", "/v0/config_change", {"any": 1}, PLACE),
    ("POST", "/v0/event/config_change", {"any": 1}, PLACE),
    ("POST", "/v0/image/source", {"image": "cart:1", "any": 1}, {}),
]


@pytest.mark.parametrize(("method", "path", "body", "query"), GOOD_CALLS)
async def test_an_unknown_parameter_is_said_on_every_call(
    komodor: AsyncClient, method: str, path: str, body: Mapping[str, Any] | None, query: dict[str, str]
) -> None:
    """[2] A filter with a typing error shows more than was asked for, and `dry_run` rehearses nothing."""
    sent = await komodor.post(EVENTS, json=GOOD | {"summary": "another"})
    path = path.format(event_id=sent.headers["x-event-id"])

    plain = await komodor.request(method, path, json=body, params=query)
    answer = await komodor.request(method, path, json=body, params=query | {"dry_run": "true", "ü": ""})

    assert plain.is_success, plain.text
    assert "x-whence-warning" not in plain.headers
    assert answer.status_code == plain.status_code
    assert answer.headers.get_list("x-whence-warning") == [
        'unknown parameter "dry_run" ignored',
        'unknown parameter "\\xfc" ignored',
    ]


async def test_every_call_is_among_these(anonymous: AsyncClient) -> None:
    """One that is added says what it ignores, too."""
    written = await document(anonymous)

    documented = {
        (method.upper(), path)
        for path, operations in written["paths"].items()
        for method in operations
        if method in METHODS
    }
    assert {(method, path) for method, path, *_ in GOOD_CALLS} == documented


@pytest.mark.parametrize("path", ["/api/v2/services/k8s-events", "/v0/config_change", "/v0/image/source"])
async def test_a_create_that_cannot_be_rehearsed_says_so(komodor: AsyncClient, path: str) -> None:
    """[2, 9.4] Only `POST /mgmt/v1/events` can; the others store."""
    query = {**PLACE, "dryRun": "true"} if "config_change" in path else {"dryRun": "true"}

    answer = await komodor.post(path, params=query, json=GOOD | {"image": "cart:1"})

    assert 'unknown parameter "dryRun" ignored' in answer.headers.get_list("x-whence-warning")
    assert answer.headers["x-event-id"] == str(UUID(answer.headers["x-event-id"]))


WIDER: Final = "ignored, the search is wider than you may expect"
IGNORED: Final[list[tuple[str, dict[str, Any], list[str]]]] = [
    ("/api/v2/services/search", {"scope": {"clusters": ["a"]}}, [f'unknown scope field "clusters" {WIDER}']),
    (
        "/api/v2/services/search",
        {"cluster": "a", "pagination": {"page": 1}, "scope": {"namespace": "b"}},
        [
            f'unknown scope field "namespace" {WIDER}',
            'unknown pagination field "page" ignored',
            'unknown field "cluster" ignored',
        ],
    ),
    (
        "/api/v2/clusters/k8s-events/search",
        {"scope": {"cluster": "a", "namespace": "b"}, "props": {"type": "all", "from": 1}, "limit": 5},
        [
            f'unknown scope field "namespace" {WIDER}',
            'unknown props field "from" ignored',
            'unknown field "limit" ignored',
        ],
    ),
    (
        "/api/v2/services/k8s-events/search",
        {"scope": CART | {"workflowRun": "w"}, "props": {"type": "all"}},
        [f'unknown scope field "workflowRun" {WIDER}'],
    ),
    (
        "/api/v2/services/issues/search",
        {"scope": CART, "props": ISSUES, "pagination": {"token": "x"}},
        ['unknown pagination field "token" ignored'],
    ),
    (
        "/api/v2/services/issues/search",
        {"scope": CART, "props": DEPLOYS | {"status": "open"}},
        ['unknown props field "status" ignored'],
    ),
    (
        "/api/v2/clusters/issues/search",
        {"scope": {"cluster": "a", "clusters": ["b"]}, "props": DEPLOYS},
        [f'unknown scope field "clusters" {WIDER}'],
    ),
    (
        "/api/v2/clusters/issues/search",
        {"scope": {"cluster": "a"}, "props": ISSUES, "bad\r\nx-evil: 1": 1},
        ['unknown field "bad\\r\\nx-evil: 1" ignored'],
    ),
    (
        EVENTS,
        GOOD | {"links": [{"url": "https://x"}, {"url": "https://x", "text": "y"}]},
        ['unknown links[1] field "text" ignored'],
    ),
]


@pytest.mark.parametrize(("path", "body", "warnings"), IGNORED)
async def test_an_unknown_member_is_said(
    komodor: AsyncClient, path: str, body: dict[str, Any], warnings: list[str]
) -> None:
    """[2] Of a body, and of the objects in it."""
    answer = await komodor.post(path, json=body)

    assert answer.is_success, answer.text
    assert answer.headers.get_list("x-whence-warning") == warnings


async def test_an_event_that_is_closed_with_a_typing_error_ends_now_and_says_why(komodor: AsyncClient) -> None:
    """[2, 9.2] The time that was meant is not read."""
    sent = await komodor.post(EVENTS, json=GOOD)

    closed = await komodor.post(f"{sent.headers['location']}/close?at=1", json={"endTimestmap": "2026-09-21T14:00:00Z"})

    assert closed.json()["endTime"] is not None
    assert closed.headers.get_list("x-whence-warning") == [
        'unknown parameter "at" ignored',
        'unknown field "endTimestmap" ignored',
    ]


async def test_the_warnings_of_a_call_are_counted_together(komodor: AsyncClient) -> None:
    """[2] The first twenty, and how many more."""
    many = {f"k{n}": "1" for n in range(15)}

    answer = await komodor.post(EVENTS, params=many, json=GOOD | many)

    warnings = answer.headers.get_list("x-whence-warning")
    assert (len(warnings), warnings[-1]) == (21, "and 10 more")
