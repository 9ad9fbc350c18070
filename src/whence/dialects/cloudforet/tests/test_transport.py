"""Calls over REST, around whatever answers them (contract 1, 2.1, 5, 6, 13.2)."""

from dataclasses import replace
from typing import Any, Final

import httpx
import pytest

from tests.logged import logged
from tests.tenants import Tenant
from whence.dialects.cloudforet.answer import STATUS
from whence.dialects.cloudforet.call import kebab
from whence.dialects.cloudforet.errors import Code, Fault, required
from whence.dialects.cloudforet.http import PREFIXES
from whence.dialects.cloudforet.schema import SERVICES
from whence.dialects.cloudforet.tests.wired import PACKAGE, Recorder, over_rest
from whence.domain import errors
from whence.domain.errors import Refusal
from whence.server import House

_LIST: Final = "/monitoring/v1/event/list"
_NO_JSON: Final = {"code": "ERROR_UNKNOWN", "message": "JSON Parsing Error: Request body requires JSON format."}
_METHODS: Final = [(name, method.name) for name, service in SERVICES.items() for method in service.methods]


def _detail(answer: httpx.Response) -> Any:  # noqa: ANN401  an object, or a text of the routing
    assert answer.headers["content-type"] == "application/json"
    return answer.json()["detail"]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_call_reaches_its_handler(house: House, tenant: Tenant, prefix: str) -> None:
    """By both prefixes, with what was asked, by whom, and what came beside it, but for the credential."""
    handler = Recorder({"results": [{"event_id": "event-7c1e0a94b2d3", "title": "é"}], "total_count": 41})

    async with over_rest(house.context, {"Event.list": handler}, await tenant.key()) as client:
        answer = await client.post(
            f"{prefix}/event/list", json={"domainId": "domain-b", "query": {}}, headers={"Idempotency-Key": "k-1"}
        )

    (call,) = handler.calls
    assert answer.status_code == httpx.codes.OK
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"results": [{"event_id": "event-7c1e0a94b2d3", "title": "é"}], "total_count": 41}
    assert call.request == {"domain_id": "domain-b", "query": {}}
    assert call.by is not None
    assert call.by.account_id == tenant.admin.account_id
    assert call.base_url == "http://localhost"
    assert call.metadata["idempotency-key"] == "k-1"
    assert not {"token", "authorization"} & call.metadata.keys()


@pytest.mark.parametrize(("service", "verb"), _METHODS)
async def test_every_method_has_its_paths(house: House, tenant: Tenant, service: str, verb: str) -> None:
    """In kebab case: `event-rule/change-order`."""
    handler = Recorder({})
    path = f"{kebab(service)}/{verb.replace('_', '-')}"

    async with over_rest(house.context, {f"{service}.{verb}": handler}, await tenant.key()) as client:
        answers = [await client.post(f"{prefix}/{path}", json={}) for prefix in PREFIXES]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(handler.calls) == 2


def test_names_in_paths() -> None:
    assert [kebab(name) for name in ("Event", "EventRule", "ProjectAlertConfig")] == [
        "event",
        "event-rule",
        "project-alert-config",
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer {}"},
        {"authorization": "bEaReR  {} "},
        {"token": "{}"},
        {"token": " {} ", "authorization": "Basic dTpw"},
    ],
)
async def test_a_token_is_taken_from_where_clients_put_it(
    house: House, tenant: Tenant, headers: dict[str, str]
) -> None:
    key = await tenant.key()

    async with over_rest(house.context, {"Event.list": Recorder({})}) as client:
        answer = await client.post(_LIST, json={}, headers={name: value.format(key) for name, value in headers.items()})

    assert answer.status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Authenticate failure. (message = empty token provided.)"),
        ({"authorization": "Bearer"}, "Authenticate failure. (message = empty token provided.)"),
        ({"authorization": "Bearer nobody"}, "Authenticate failure. (message = Token is invalid or expired.)"),
        ({"token": "nobody"}, "Authenticate failure. (message = Token is invalid or expired.)"),
    ],
)
async def test_without_a_good_token_nothing_is_read(house: House, headers: dict[str, str], message: str) -> None:
    """The token is looked at before the body."""
    handler = Recorder({})

    async with over_rest(house.context, {"Event.list": handler}) as client:
        answer = await client.post(_LIST, content=b"no json", headers=headers)

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert _detail(answer) == {"code": "ERROR_AUTHENTICATE_FAILURE", "message": message}
    assert handler.calls == []


async def test_create_asks_for_no_token(house: House) -> None:
    """Its reply is an empty object."""
    handler = Recorder({})

    async with over_rest(house.context, {"Event.create": handler}, "nobody") as client:
        answer = await client.post("/monitoring/event/create", json={"webhook_id": "w", "data": {"n": 2**64}})

    assert (answer.status_code, answer.content) == (200, b"{}")
    assert handler.asked == {"webhook_id": "w", "data": {"n": 2**64}}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", _NO_JSON),
        (b"event_id=1", _NO_JSON),
        (b'{"event_id":"event-7c1e0a94b2d3",}', _NO_JSON),
        (b"\xff\xfe", _NO_JSON),
        (b'{"a":NaN}', _NO_JSON),
        (b"[" * 100_000, _NO_JSON),
        (
            b"[]",
            {"code": "ERROR_INVALID_PARAMETER_TYPE", "message": "Parameter type is invalid. (key = body, type = dict)"},
        ),
        (
            b"null",
            {"code": "ERROR_INVALID_PARAMETER_TYPE", "message": "Parameter type is invalid. (key = body, type = dict)"},
        ),
        (
            b'"x"',
            {"code": "ERROR_INVALID_PARAMETER_TYPE", "message": "Parameter type is invalid. (key = body, type = dict)"},
        ),
        (
            b'{"colour":1}',
            {
                "code": "ERROR_UNKNOWN",
                "message": f'Message type "{PACKAGE}.EventQuery" has no field named "colour" at "EventQuery".',
            },
        ),
        (
            b'{"event_key":"a\\u0000"}',
            {
                "code": "ERROR_INVALID_PARAMETER",
                "message": "Parameter is invalid. (key = event_key, reason = must not hold a NUL character)",
            },
        ),
    ],
)
async def test_a_body_that_is_no_request(house: House, tenant: Tenant, body: bytes, detail: dict[str, str]) -> None:
    """It is told why, and nobody is asked."""
    handler = Recorder({})

    async with over_rest(house.context, {"Event.list": handler}, await tenant.key()) as client:
        answer = await client.post(_LIST, content=body)

    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert _detail(answer) == detail
    assert handler.calls == []


@pytest.mark.parametrize(
    "kind", ["text/plain; charset=UTF-8", "application/x-www-form-urlencoded", "", "application/xml"]
)
async def test_content_types_say_nothing(house: House, tenant: Tenant, kind: str) -> None:
    handler = Recorder({})

    async with over_rest(house.context, {"Event.list": handler}, await tenant.key()) as client:
        answer = await client.post(_LIST, content=b'\xef\xbb\xbf{"severity":"INFO"}', headers={"content-type": kind})

    assert answer.status_code == httpx.codes.OK
    assert handler.asked == {"severity": "INFO"}


@pytest.mark.parametrize(
    ("limit", "size", "status"), [(2_000_000, 1_900_000, 200), (2_000_000, 2_100_000, 413), (2048, 1_000_000, 200)]
)
async def test_a_body_has_a_limit(house: House, limit: int, size: int, status: int) -> None:
    """The server's own, and never less than 1 MiB."""
    context = replace(house.context, max_body_bytes=limit)

    async with over_rest(context, {"Event.create": Recorder({})}) as client:
        answer = await client.post("/monitoring/event/create", json={"data": {"text": "x" * size}})

    assert answer.status_code == status


async def test_a_body_over_the_limit_ends_the_connection(house: House) -> None:
    """What the caller still sends will not be read."""
    async with over_rest(house.context, {"Event.create": Recorder({})}) as client:
        answer = await client.post("/monitoring/event/create", content=b"x" * (house.context.max_body_bytes + 1))

    assert answer.headers["connection"] == "close"
    assert _detail(answer)["code"] == "ERROR_UNKNOWN"


@pytest.mark.parametrize(
    ("told", "status", "code", "message"),
    [
        (required("event_id"), 400, "ERROR_REQUIRED_PARAMETER", "Required parameter. (key = event_id)"),
        (Fault(Code.DB_QUERY, "é"), 400, "ERROR_DB_QUERY", "é"),
        (Fault(Code.NOT_FOUND, "gone"), 404, "ERROR_NOT_FOUND", "gone"),
        (Fault(Code.SAVE_UNIQUE_VALUES, "twice"), 409, "ERROR_SAVE_UNIQUE_VALUES", "twice"),
        (Fault(Code.NOT_IMPLEMENTED, "Not implemented."), 501, "ERROR_NOT_IMPLEMENTED", "Not implemented."),
        (errors.Forbidden("admin"), 403, "ERROR_PERMISSION_DENIED", "Permission denied."),
        (errors.Unavailable("away", because=errors.Reason.DATABASE, retry_after=1), 503, "ERROR_UNKNOWN", "away"),
        (
            errors.TooMany("slow down", retry_after=3, rate_per_minute=1),
            429,
            "ERROR_TOO_MANY_REQUESTS",
            "Too many requests. (retry_after = 3)",
        ),
    ],
)
async def test_a_refusal_is_a_status_and_a_code(
    house: House, tenant: Tenant, told: Fault | Refusal, status: int, code: str, message: str
) -> None:
    """What is pushed back says when to come again."""
    async with over_rest(house.context, {"Event.get": Recorder(told)}, await tenant.key()) as client:
        answer = await client.post("/monitoring/event/get", json={})

    assert answer.status_code == status
    assert _detail(answer) == {"code": code, "message": message}
    assert ("retry-after" in answer.headers) == isinstance(told, errors.Pushback)


def test_every_code_has_a_status() -> None:
    """A new one cannot reach a client as a bug of ours."""
    assert {code.value[1] for code in Code} <= STATUS.keys()


async def test_a_bug_is_logged_once_and_told_by_its_id(house: House, tenant: Tenant) -> None:
    """Never with what was wrong."""
    async with over_rest(house.context, {"Event.get": Recorder(LookupError("secret"))}, await tenant.key()) as client:
        with logged() as logs:
            answer = await client.post("/monitoring/event/get", json={})

    (line,) = logs
    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert line["event"] == "request.broken"
    assert line["request_id"] == answer.headers["x-request-id"]
    assert _detail(answer) == {
        "code": "ERROR_UNKNOWN",
        "message": f"Internal error. (request_id = {line['request_id']})",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", _LIST, 405, "Method Not Allowed"),
        ("PUT", "/monitoring/event/get", 405, "Method Not Allowed"),
        ("GET", "/monitoring/v1/webhook/w/k/events", 405, "Method Not Allowed"),
        ("POST", "/check", 405, "Method Not Allowed"),
        ("POST", "/monitoring", 404, "Not Found"),
        ("POST", "/monitoring/v1/nothing/list", 404, "Not Found"),
        ("GET", "/monitoring/v1/domain/d/alert/a/k/ACKNOWLEDGED", 404, "Not Found"),
        ("POST", "/monitoring/webhook/w/k/events", 404, "Not Found"),
        (
            "POST",
            "/monitoring/event/purge",
            404,
            {
                "code": "ERROR_UNSUPPORTED_API",
                "message": "Call Unsupported API. (reason = method: POST, path: /monitoring/event/purge)",
            },
        ),
    ],
)
async def test_what_is_not_there(
    house: House, tenant: Tenant, method: str, path: str, status: int, detail: object
) -> None:
    """As the vendor's routing says it, but for an unknown verb."""
    handlers = {"Event.list": Recorder({}), "Event.get": Recorder({})}

    async with over_rest(house.context, handlers, await tenant.key()) as client:
        answer = await client.request(method, path)

    assert answer.status_code == status
    assert _detail(answer) == detail


async def test_a_webhook_has_its_own_endpoint(house: House) -> None:
    async with over_rest(house.context, {}) as client:
        answer = await client.post("/monitoring/v1/webhook/webhook-1/0123/events", content=b"anything")

    assert answer.json() == {"webhook_id": "webhook-1", "access_key": "0123"}


async def test_it_is_alive(house: House) -> None:
    """[1.10] Without a token."""
    async with over_rest(house.context, {}) as client:
        answer = await client.get("/check")

    assert (answer.status_code, answer.json()) == (200, {"status": "SERVING"})


async def test_any_page_may_call(house: House, tenant: Tenant) -> None:
    """[1.11] Browsers ask before they post JSON with a token, and read refusals, too."""
    origin = {"origin": "https://console.example.com"}
    asking = {
        **origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }

    async with over_rest(house.context, {"Event.list": Recorder({})}) as client:
        asked = await client.options(_LIST, headers=asking)
        refused = await client.post(_LIST, json={}, headers=origin)
        good = await client.post(_LIST, json={}, headers={**origin, "authorization": f"Bearer {await tenant.key()}"})

    assert asked.status_code == httpx.codes.OK
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert [answer.headers["access-control-allow-origin"] for answer in (asked, refused, good)] == ["*"] * 3


@pytest.mark.parametrize(
    ("name", "reply", "written"),
    [
        ("Event.list", {}, b'{"results":[],"total_count":0}'),
        ("Event.stat", {"results": []}, b'{"results":[]}'),
        ("Event.stat", {"results": [{"mean": 2.0, "half": 0.5}]}, b'{"results":[{"mean":2,"half":0.5}]}'),
        ("Event.stat", {"results": [2**53 + 1, 1e22, -0.5]}, b'{"results":[9007199254740993,1e+22,-0.5]}'),
        (
            "Event.get",
            {"title": "x.0,", "raw_data": {"a": [3.0, {"b": 1.5}]}},
            b'{"title":"x.0,","raw_data":{"a":[3,{"b":1.5}]}}',
        ),
        ("Webhook.get", {"requests": {"total": 24, "error": 0}}, b'{"requests":{"total":"24","error":"0"}}'),
        ("Webhook.get", {"requests": {}, "state": "ENABLED"}, b'{"requests":{},"state":"ENABLED"}'),
        ("Event.get", {"title": "Größe 字"}, '{"title":"Größe 字"}'.encode()),
    ],
)
async def test_a_reply_is_written(
    house: House, tenant: Tenant, name: str, reply: dict[str, Any], written: bytes
) -> None:
    """Lists with both members, whole numbers without a fraction, 64 bits as text, letters as they are."""
    service, _, verb = name.partition(".")

    async with over_rest(house.context, {name: Recorder(reply)}, await tenant.key()) as client:
        answer = await client.post(f"/monitoring/{kebab(service)}/{verb}", json={})

    assert answer.content == written
