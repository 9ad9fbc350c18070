"""Wrong methods, unknown paths, trailing slashes: told in the dialect's own way, and never by a redirect."""

from collections import defaultdict
from typing import Final

import httpx
import pytest

from tests.acceptance.server import Server
from tests.walls.cloudforet import CLOUDFORET
from tests.walls.doors import DOORS
from tests.walls.routes import concrete
from tests.walls.speech import SPEECH

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "LOCK"})


def _methods_by_path() -> dict[tuple[str, str], set[str]]:
    methods: dict[tuple[str, str], set[str]] = defaultdict(set)
    for dialect, doors in DOORS.items():
        for method, path in doors:
            methods[dialect, path].add(method)
    return methods


@pytest.mark.parametrize(("where", "served"), _methods_by_path().items(), ids=lambda one: " ".join(sorted(one)))
def test_a_wrong_method_is_told_the_right_ones(whence: Server, where: tuple[str, str], served: set[str]) -> None:
    """405 with every method of the path in Allow (RFC 9110, 15.5.6), in the dialect's shape."""
    dialect, path = where
    with whence.client() as client:  # with a token: there are dialects that tell nothing without
        answers = [client.request(method, concrete(path)) for method in sorted(_METHODS - served)]

    assert {answer.status_code for answer in answers} == {405}
    assert all(SPEECH[dialect].refuses(answer) for answer in answers)
    allowed = [set(answer.headers["allow"].split(", ")) - {"HEAD", "OPTIONS"} for answer in answers]
    assert allowed == [served] * len(allowed)


@pytest.mark.parametrize(
    ("path", "headers", "dialect"),
    [
        ("/nothing", {}, "native"),
        ("/v1", {}, "native"),
        ("/v1/nothing", {}, "native"),
        ("/v1/events/a/b", {}, "native"),
        ("/v1//events", {}, "native"),
        ("/v1/%2e%2e/healthz", {}, "native"),
        ("/mgmt/v1/nothing", {}, "komodor"),
        ("/v0/nothing", {}, "komodor"),
        ("/api/v2/nothing", {"x-api-key": "any"}, "komodor"),
        ("/api/v2/nothing", {"authorization": "Api-Token any"}, "desk"),
        ("/api/v2/nothing?Api-Token=any", {}, "desk"),
        ("/api/v1/events/a/b", {}, "desk"),
        ("/e/acme/api/v1/nothing", {}, "desk"),
        ("/e/acme/v1/events", {}, "desk"),
        ("/e/acme", {}, "desk"),
        ("/monitoring", {}, "cloudforet"),
        ("/monitoring/v1/nothing/get", {}, "cloudforet"),
        ("/monitoring/event", {}, "cloudforet"),
        ("/monitoring/v1/event/get/one", {}, "cloudforet"),
        ("/monitoring/v1/webhook/webhook-1/events", {}, "cloudforet"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "LOCK"])
def test_an_unknown_path_is_told_in_the_dialect_of_its_place(
    whence: Server, method: str, path: str, headers: dict[str, str], dialect: str
) -> None:
    with whence.client(None) as client:
        answer = client.request(method, path, headers=headers)

    assert answer.status_code == 404
    assert SPEECH[dialect].refuses(answer)


@pytest.mark.parametrize("where", DOORS["desk"], ids=str)
def test_below_an_environment_it_is_the_same(whence: Server, where: tuple[str, str]) -> None:
    """The token selects the account: what stands behind `/e/` selects nothing. Source: DESK contract 2.1."""
    method, path = where
    with whence.client(None) as client:
        plain = client.request(method, concrete(path))
        below = client.request(method, f"/e/acme{concrete(path)}")
        wrong = client.request("LOCK", f"/e/acme{concrete(path)}")

    assert _comparable(below) == _comparable(plain)
    assert wrong.status_code == 405


@pytest.mark.parametrize("where", CLOUDFORET, ids=str)
def test_a_browser_of_any_origin_may_ask(whence: Server, where: tuple[str, str]) -> None:
    """The preflight of CORS needs no token, and a refusal can be read as well. Source: Cloudforet contract 1.11."""
    method, path = where
    origin = {"origin": "https://console.example.com"}
    asked = {**origin, "access-control-request-method": method, "access-control-request-headers": "authorization"}
    with whence.client(None) as client:
        preflight = client.options(concrete(path), headers=asked)
        answer = client.request(method, concrete(path), headers=origin)

    assert preflight.status_code == 200
    assert method in preflight.headers["access-control-allow-methods"]
    assert preflight.headers["access-control-allow-headers"] == "authorization"
    for one in (preflight, answer):
        assert one.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in one.headers


def _comparable(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.text.replace(answer.headers["x-request-id"], "")
    return answer.status_code, answer.headers.get("content-type", ""), body


@pytest.mark.parametrize("where", [(m, p) for doors in DOORS.values() for m, p in doors if p != "/metrics"], ids=str)
def test_a_trailing_slash_is_as_good_as_none(whence: Server, where: tuple[str, str]) -> None:
    method, path = where
    with whence.client(None) as client:
        plain = client.request(method, concrete(path))
        slashed = client.request(method, f"{concrete(path)}/")

    assert not plain.has_redirect_location
    assert _comparable(slashed) == _comparable(plain)
