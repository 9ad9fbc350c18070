"""Every row of the tables of DESK contract 2.2, 2.3, 3.4, 3.5, 3.6 and 3.9."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.desk.tests.pushing import (
    CART,
    EVENTS,
    INFORMATION,
    MACHINE,
    ORDERS,
    PROBLEMS,
    TEXTS,
    by_tags,
    drafted,
    message,
    millis,
    push,
    refused,
    tagged,
    violations,
    warnings,
)
from whence.dialects.desk.tests.stored import facts, stored
from whence.domain.access import Right
from whence.domain.event import Kind, Severity

DATA_EXPORT: Final = "DataExport (Access problem and event feed, metrics, and topology)"
NOT_NULL: Final = "must not be null"
LENIENT: Final = "?strict=false"
MODES: Final = pytest.mark.parametrize("query", ["", LENIENT], ids=["strict", "lenient"])

# 2.2: credentials --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "query"),
    [
        ("Api-Token {}", ""),
        ("Api-token {}", ""),
        ("api-token {}", ""),
        ("API-TOKEN {}", ""),
        ("Api-Token   {} ", ""),
        ("Bearer {}", ""),
        ("bearer {}", ""),
        (None, "?api-token={}"),
        (None, "?Api-Token={}"),
        (None, "?API-TOKEN={}"),
        (None, "?strict=true&api-token={}"),
        ("Api-Token {}", "?api-token=another"),
        ("Basic b2Y6YXByb3h5", "?api-token={}"),
    ],
)
async def test_a_token_comes_in_any_of_these_forms(
    anonymous: AsyncClient, tenant: Tenant, header: str | None, query: str
) -> None:
    """[2.2] In the header, which wins, or in the query; the case of the names does not count."""
    token = await tenant.key()
    headers = {"authorization": header.format(token)} if header else {}

    answer = await anonymous.post(EVENTS + query.format(token), json=message(), headers=headers)

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("header", "query", "says"),
    [
        (None, "", "Missing authorization parameter."),
        ("Api-Token", "", "Missing authorization parameter."),
        ("Api-Token ", "", "Missing authorization parameter."),
        (None, "?api-token=", "Missing authorization parameter."),
        ("Basic b2Y6YXByb3h5", "", "Missing authorization parameter."),
        ("Api-Token nobody's", "", "Token Authentication failed"),
        ("Bearer nobody's", "", "Token Authentication failed"),
        (None, "?api-token=nobody", "Token Authentication failed"),
        ("Api-Token {expired}", "", "Token Authentication failed"),
        ("Api-Token nobody's", "?api-token={good}", "Token Authentication failed"),
    ],
)
@pytest.mark.parametrize("path", [EVENTS, f"/e/acme{EVENTS}", f"{EVENTS}/1c8cca881849a3d9/close"])
async def test_without_a_good_token_it_is_401(
    anonymous: AsyncClient, tenant: Tenant, header: str | None, query: str, says: str, path: str
) -> None:
    """[2.3] Missing is told from unknown and expired."""
    expired = await tenant.key(expires_at=datetime.now(UTC) - timedelta(minutes=1))
    tokens = {"expired": expired, "good": await tenant.key()}
    headers = {"authorization": header.format(**tokens)} if header else {}

    answer = await anonymous.post(path + query.format(**tokens), content=b"no JSON", headers=headers)

    assert (answer.status_code, answer.json()) == (401, {"error": {"code": 401, "message": says}})


@pytest.mark.parametrize("path", [EVENTS, f"{EVENTS}/1c8cca881849a3d9/close"])
async def test_without_the_scope_it_is_403(anonymous: AsyncClient, tenant: Tenant, path: str) -> None:
    """[2.3] With the vendor's text; every other right is not enough."""
    others = await tenant.key(*(set(Right) - {Right.WRITE_EVENTS, Right.ADMIN}))

    answer = await anonymous.post(path, content=b"no JSON", headers={"authorization": f"Api-Token {others}"})

    says = f"Token is missing required scope. Use one of: {DATA_EXPORT}"
    assert (answer.status_code, answer.json()) == (403, {"error": {"code": 403, "message": says}})


# 2.3: what every endpoint has in common ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v1/nothing", {"authorization": "Api-Token any"}),
        ("/api/v2/nothing", {"authorization": "api-token any"}),
        ("/api/nothing", {"authorization": "Api-Token any"}),
        ("/api/v2/nothing?api-token=any", {}),
        ("/api/v2/nothing", {"authorization": "Api-Token any", "x-api-key": "any"}),
        ("/api/v1/nothing", {}),
        ("/api/v2/nothing", {}),
        ("/api/v1/events/a/b/c", {}),
        ("/e/acme/nothing", {}),
        ("/e/acme/api/v1/nothing/", {}),
        ("/e/acme/v1/events", {}),
        ("/e/acme/", {}),
        ("/e/acme", {}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_path_is_404(anonymous: AsyncClient, method: str, path: str, headers: dict[str, str]) -> None:
    """[2.3] Before any token is looked at; the header of the credential decides in whose words."""
    answer = await anonymous.request(method, path, headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json() == {"error": {"code": 404, "message": "The requested resource was not found."}}


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/api/v2/nothing", {"x-api-key": "any"}), ("/v1/nothing", {}), ("/nothing", {}), ("/mgmt/v1/nothing", {})],
)
async def test_what_is_not_ours_is_answered_by_others(
    anonymous: AsyncClient, path: str, headers: dict[str, str]
) -> None:
    """[2.3] In another dialect's shape."""
    answer = await anonymous.get(path, headers=headers)

    assert answer.status_code == 404
    assert answer.json()["error"].keys() != {"code", "message"}


@pytest.mark.parametrize(("path", "allowed"), [(EVENTS, "POST"), (f"{EVENTS}/1c8cca881849a3d9/close", "POST")])
@pytest.mark.parametrize("prefix", ["", "/e/acme"])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_wrong_method_is_405(anonymous: AsyncClient, prefix: str, path: str, slash: str, allowed: str) -> None:
    """[2.3] With `Allow`, before any token is looked at."""
    answer = await anonymous.delete(prefix + path + slash)

    assert (answer.status_code, answer.json()) == (405, {"error": {"code": 405, "message": "Method not allowed."}})
    assert allowed in answer.headers["allow"].split(", ")


@pytest.mark.parametrize("path", [EVENTS, f"{EVENTS}/", f"/e/acme{EVENTS}", f"/e/any%20thing{EVENTS}/", f"{EVENTS}//"])
async def test_the_push_has_these_addresses(desk: AsyncClient, path: str) -> None:
    """[2.1] Bare and below any environment; a trailing slash is as good as none, and never redirected."""
    answer = await desk.post(path, json=message())

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json"])
async def test_any_content_type_is_read_as_json(desk: AsyncClient, kind: str | None) -> None:
    """[2.1] Shell scripts leave it out."""
    headers = {} if kind is None else {"content-type": kind}

    answer = await desk.post(EVENTS, content=json.dumps(message()), headers=headers)

    assert answer.status_code == 200


async def test_a_body_over_the_limit_is_413(desk: AsyncClient) -> None:
    """[2.3] With the limit; the connection ends."""
    answer = await desk.post(EVENTS, content=b" " * (2 * 1024 * 1024 + 1))

    says = "The request body is larger than 2097152 bytes."
    assert (answer.status_code, answer.json()) == (413, {"error": {"code": 413, "message": says}})
    assert answer.headers["connection"] == "close"


async def test_a_token_over_its_rate_is_429(anonymous: AsyncClient, tenant: Tenant) -> None:
    """[2.1, 2.3] With the limit a minute, what is left of it, when to come again in microseconds, and in seconds."""
    headers = {"authorization": f"Api-Token {await tenant.key(rate_per_minute=1)}"}
    await anonymous.post(EVENTS, json=message(), headers=headers)

    answer = await anonymous.post(EVENTS, json=message(), headers=headers)

    assert (answer.status_code, answer.json()) == (429, {"error": {"code": 429, "message": "Too many requests."}})
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("1", "0")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert millis() * 1000 < int(answer.headers["x-ratelimit-reset"]) <= millis(minutes=1) * 1000 + 1_000_000


@pytest.mark.parametrize("wish", ["close", "Close", "keep-alive, close"])
async def test_a_wish_to_close_is_echoed(desk: AsyncClient, wish: str) -> None:
    """[2.1] In any spelling; else a client uses the dead socket again."""
    answer = await desk.post(EVENTS, json=message(), headers={"connection": wish})
    kept = await desk.post(EVENTS, json=message())

    assert answer.headers.get_list("connection") == ["close"]
    assert "connection" not in kept.headers


@pytest.mark.parametrize("said", ["maybe", "yes", "2"])
async def test_a_bad_word_in_the_query_is_a_fault_of_the_query(desk: AsyncClient, said: str) -> None:
    """[2.3] Worded as the vendor words a bad enum."""
    answer = await push(desk, message(), query=f"?strict={said}")

    assert violations(answer, "QUERY") == [("strict", f"'{said}' must be any of [false, true]")]


@pytest.mark.parametrize("query", ["?strict=%ff", "?%00=1&waitForMatch=%00", "?waitForMatch=soon", "?waitForMatch=-1"])
async def test_a_query_that_means_nothing_is_refused(desk: AsyncClient, tenant: Tenant, query: str) -> None:
    """[2.3] And nothing is stored."""
    answer = await push(desk, message(), query=query)

    assert answer.status_code == 400
    assert violations(answer, "QUERY")
    assert await stored(tenant) == []


# 3.3 and 3.4: types and the matrix ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "name", "kind", "severity", "shown"),
    [
        ("AVAILABILITY_EVENT", "AVAILABILITY_EVENT", Kind.PROBLEM, Severity.CRITICAL, "some title"),
        ("ERROR_EVENT", "ERROR_EVENT", Kind.PROBLEM, Severity.ERROR, "some title"),
        ("PERFORMANCE_EVENT", "PERFORMANCE_EVENT", Kind.PROBLEM, Severity.WARNING, "some title"),
        ("RESOURCE_CONTENTION", "RESOURCE_CONTENTION", Kind.PROBLEM, Severity.WARNING, "some title"),
        ("RESOURCE_CONTENTION_EVENT", "RESOURCE_CONTENTION", Kind.PROBLEM, Severity.WARNING, "some title"),
        ("CUSTOM_ALERT", "CUSTOM_ALERT", Kind.PROBLEM, Severity.WARNING, "some title"),
        (
            "CUSTOM_DEPLOYMENT", "CUSTOM_DEPLOYMENT", Kind.CHANGE, Severity.INFO,
            "some deploymentName some deploymentVersion",
        ),
        ("CUSTOM_CONFIGURATION", "CUSTOM_CONFIGURATION", Kind.CHANGE, Severity.INFO, "some configuration"),
        ("CUSTOM_ANNOTATION", "CUSTOM_ANNOTATION", Kind.INFO, Severity.INFO, "some annotationType"),
        ("CUSTOM_INFO", "CUSTOM_INFO", Kind.INFO, Severity.INFO, "Custom info"),
        ("MARKED_FOR_TERMINATION", "MARKED_FOR_TERMINATION", Kind.INFO, Severity.INFO, "Marked for termination"),
    ],
)  # fmt: skip
async def test_each_type_is_this_to_the_house(
    desk: AsyncClient, tenant: Tenant, sent: str, name: str, kind: Kind, severity: Severity, shown: str
) -> None:
    """[3.3, 3.11] Stored in the spelling of the first version; with this kind, severity and title."""
    answer = await push(desk, message(name, eventType=sent))

    assert answer.status_code == 200, answer.text
    found = await facts(tenant)
    assert (found["type"], found["kind"], found["severity"], found["title"]) == (name, kind, severity, shown)
    assert (found["is_open"], found["minutes"]) == ((True, 15) if kind is Kind.PROBLEM else (False, None))


@pytest.mark.parametrize(
    ("event_type", "shown"),
    [
        ("AVAILABILITY_EVENT", "Availability event"),
        ("ERROR_EVENT", "Error event"),
        ("PERFORMANCE_EVENT", "Performance event"),
        ("RESOURCE_CONTENTION", "Resource contention event"),
        ("CUSTOM_ALERT", "Custom alert"),
        ("CUSTOM_DEPLOYMENT", "Custom deployment"),
        ("CUSTOM_CONFIGURATION", "Custom configuration"),
        ("CUSTOM_ANNOTATION", "Custom annotation"),
        ("CUSTOM_INFO", "Custom info"),
        ("MARKED_FOR_TERMINATION", "Marked for termination"),
    ],
)
async def test_what_has_no_title_is_called_by_its_type(
    desk: AsyncClient, tenant: Tenant, event_type: str, shown: str
) -> None:
    """[3.4] Where nothing that could name it was sent."""
    body = {"eventType": event_type, "source": "s", "attachRules": {"entityIds": [ORDERS]}}

    answer = await push(desk, body, query=LENIENT)

    assert answer.status_code == 200
    assert (await facts(tenant))["title"] == shown


_MATRIX: Final = """
                       AVAILABILITY_EVENT CUSTOM_ANNOTATION CUSTOM_CONFIGURATION CUSTOM_DEPLOYMENT CUSTOM_INFO \
 ERROR_EVENT PERFORMANCE_EVENT RESOURCE_CONTENTION MARKED_FOR_TERMINATION
description            req opt req -   req req req req req
title                  req -   -   -   opt req req req opt
source                 req req req req req req req req req
annotationType         -   req -   -   -   -   -   -   -
annotationDescription  -   req -   -   -   -   -   -   -
deploymentName         -   -   -   req -   -   -   -   -
deploymentVersion      -   -   -   req -   -   -   -   -
deploymentProject      -   -   -   opt -   -   -   -   -
ciBackLink             -   -   -   opt -   -   -   -   opt
remediationAction      -   -   -   opt -   -   -   -   -
original               -   -   opt -   -   -   -   -   -
changed                -   -   opt -   -   -   -   -   -
configuration          -   -   req -   -   -   -   -   -
customProperties       opt opt opt opt opt opt opt opt opt
"""
_HEAD, *_ROWS = [line.split() for line in _MATRIX.strip().splitlines()]
CELLS: Final = [
    (event_type, row[0], need)
    for row in _ROWS
    for event_type, need in [*zip(_HEAD, row[1:], strict=True), ("CUSTOM_ALERT", row[1 + _HEAD.index("ERROR_EVENT")])]
]


@pytest.mark.parametrize(("event_type", "name", "need"), CELLS)
async def test_every_cell_of_the_matrix(
    desk: AsyncClient, tenant: Tenant, event_type: str, name: str, need: str
) -> None:
    """[3.4] Required, optional, or not applicable; strict, lenient, and when it is sent."""
    always = name in {"source", "customProperties"}
    absent = message(event_type, **{name: ...})

    strict = await push(desk, absent)
    if need == "req":
        assert violations(strict) == [(name, NOT_NULL)]
        assert await stored(tenant) == []
    else:
        assert strict.status_code == 200

    lenient = await push(desk, absent, query=LENIENT)
    if name == "source":
        assert violations(lenient) == [(name, NOT_NULL)]
    else:
        assert lenient.status_code == 200
        assert warnings(lenient) == ([f"{name} is required for {event_type}"] if need == "req" else [])

    sent = {"k": "v"} if name == "customProperties" else "https://example.com/x"
    given = await push(desk, message(event_type, **{name: sent}))
    assert given.status_code == 200
    assert warnings(given) == ([f"{name} does not apply to {event_type}, ignored"] if need == "-" else [])
    newest = (await stored(tenant))[0]
    kept = {newest.title, newest.description, newest.source, *map(str, newest.properties.values())}
    assert ("https://example.com/x" in kept) == (need != "-" and name != "customProperties")
    assert newest.properties.get("k") == ("v" if name == "customProperties" else None)
    assert always or newest.source == "perf-lab"


@pytest.mark.parametrize("event_type", TEXTS)
async def test_blank_counts_as_given(desk: AsyncClient, event_type: str) -> None:
    """[3.4] A plugin sends a blank deployment version."""
    blank = await push(desk, message(event_type, **dict.fromkeys(TEXTS[event_type], "")))

    assert blank.status_code == 200
    assert warnings(blank) == []


@pytest.mark.parametrize("query", ["", LENIENT])
async def test_all_that_is_missing_is_told_at_once(desk: AsyncClient, query: str) -> None:
    """[3.4, 3.9] In the order of the fields."""
    nothing = await push(desk, {}, query=query)
    deployment = await push(desk, {"eventType": "CUSTOM_DEPLOYMENT", "timeoutMinutes": -1, "end": 5}, query=query)

    always = [("attachRules", NOT_NULL), ("source", NOT_NULL)]
    texts = [("deploymentName", NOT_NULL), ("deploymentVersion", NOT_NULL)] if not query else []
    assert violations(nothing) == [("eventType", NOT_NULL), *always]
    end = ("end", "is far in the past, are these seconds? milliseconds are expected")
    assert violations(deployment) == [end, *always, *texts]


@pytest.mark.parametrize("own", [{}, {"strict": "false"}, {"strict": "true"}], ids=str)
async def test_a_token_may_be_lenient_for_itself(
    anonymous: AsyncClient, tenant: Tenant, own: Mapping[str, str]
) -> None:
    """[3.4] What the request says wins."""
    _, token = await tenant.house.context.access.create_token(
        None, name="plugin", account=tenant.name, rights=[Right.WRITE_EVENTS], options={"desk": dict(own)}
    )
    anonymous.headers["authorization"] = f"Api-Token {token}"
    body = message("AVAILABILITY_EVENT", title=...)

    answers = [(await push(anonymous, body, query=q)).status_code for q in ("", "?strict=true", "?strict=false")]

    assert answers == [200 if own == {"strict": "false"} else 400, 400, 200]


# 3.5: what is tolerated --------------------------------------------------------------------------------------------

T: Final = millis(minutes=-10) // 1000 * 1000
INFO: Final = "CUSTOM_INFO"
ERROR: Final = "ERROR_EVENT"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A body, and what is stored of it."""

    said: str
    body: Mapping[str, Any]
    stores: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        return self.said


def _sent(said: str, event_type: str = INFO, *, stores: Mapping[str, Any] | None = None, **fields: Any) -> Sent:  # noqa: ANN401  any JSON
    return Sent(said=said, body=message(event_type, **fields), stores=stores or {})


def _matches(said: str, rules: object) -> Sent:
    """Attach rules that mean the service that `tolerant` registers."""
    return _sent(said, attachRules=rules, stores={"entity": CART})


_CART_RULE: Final = {"meTypes": ["SERVICE"], "tags": [{"context": "KUBERNETES", "key": "app", "value": "cart"}]}
_PROPERTIES: Final = {
    "z": 1, "a": 2.5, "t": True, "l": [1, {"x": None}], "o": {"k": ""}, "": "", "dotted.key": "x", "with blank": "y",
    "a:b": "z",
}  # fmt: skip
_NULLS: Final = dict.fromkeys(
    (
        "start", "end", "timeoutMinutes", "customProperties", "annotationType", "annotationDescription", "title",
        "deploymentName", "deploymentVersion", "deploymentProject", "timeseriesIds", "ciBackLink", "remediationAction",
        "original", "changed", "configuration", "allowDavisMerge",
    )
)  # fmt: skip
TOLERATED: Final = [
    _sent("unknown keys", unknown=1, attachRules={"entityIds": [ORDERS], "more": {"deep": []}}),
    _matches("unknown keys in rules and tags", {"tagRule": [_CART_RULE | {"x": 1, "tags": [
        {"context": "KUBERNETES", "key": "app", "value": "cart", "y": 2}]}], "z": 3}),
    _sent("nulls", **_NULLS, stores={"properties": {}, "title": "Custom info"}),
    _sent("null tag rules", attachRules={"entityIds": [ORDERS], "tagRule": None}, stores={"entity": ORDERS}),
    _sent("nulls in a problem", ERROR, **{**_NULLS, "title": "t"}, stores={"minutes": 15}),
    _matches("null ids", {"entityIds": None, "tagRule": [_CART_RULE]}),
    _matches("nulls in lists", {"entityIds": [None], "tagRule": [None, _CART_RULE | {
        "meTypes": [None, "SERVICE"], "tags": [None, *_CART_RULE["tags"]]}]}),
    _matches("a null value of a tag", {"tagRule": [{"meTypes": ["SERVICE"], "tags": [
        {"context": None, "key": "blue", "value": None}]}]}),
    _sent("start and end 0", start=0, end=0),
    _sent("an empty start", start="", end=""),
    _sent("timeout 0 of an annotation", "CUSTOM_ANNOTATION", timeoutMinutes=0),
    _sent("timeout 0 of a problem", ERROR, timeoutMinutes=0, stores={"minutes": 15}),
    _sent("an empty timeout", ERROR, timeoutMinutes="", stores={"minutes": 15}),
    _sent("times as text", start=str(T), end=str(T + 5000), stores={"start": T, "end": T + 5000}),
    _sent("a timeout as text", ERROR, timeoutMinutes="10", stores={"minutes": 10}),
    _sent("a truth as text", ERROR, allowDavisMerge="false", stores={"properties": {"allowDavisMerge": False}}),
    _sent("a truth", ERROR, allowDavisMerge=True, stores={"properties": {"allowDavisMerge": True}}),
    _sent("fractions", start=T + 0.9, end=f"{T + 5}.999", stores={"start": T, "end": T + 5}),
    _sent("a fraction of a minute", ERROR, timeoutMinutes=10.9, stores={"minutes": 10}),
    _sent("less than a minute", ERROR, timeoutMinutes=0.9, stores={"minutes": 15}),
    _sent("a whole number with an exponent", start=float(T), end=T, stores={"start": T}),
    _sent("a number for a text", "CUSTOM_CONFIGURATION", changed=30, stores={"properties": {
        "configuration": "some configuration", "changed": "30"}}),
    _sent("truths and fractions for texts", "CUSTOM_CONFIGURATION", changed=True, original=1.5, stores={"properties": {
        "configuration": "some configuration", "original": "1.5", "changed": "true"}}),
    _sent("a number for the source", source=7, stores={"source": "7"}),
    _matches("one rule for a list", {"tagRule": _CART_RULE}),
    _matches("one type for a list", {"tagRule": [_CART_RULE | {"meTypes": "SERVICE"}]}),
    _matches("one tag for a list", {"tagRule": [_CART_RULE | {"tags": _CART_RULE["tags"][0]}]}),
    _matches("one tag as text for a list", {"tagRule": {"meTypes": "SERVICE", "tags": "blue"}}),
    _sent("one id for a list", attachRules={"entityIds": MACHINE}, stores={"entity": MACHINE}),
    _sent("one metric for a list", timeseriesIds="cpu", stores={"properties": {"timeseriesIds": ["cpu"]}}),
    _matches("a tag as text", by_tags("blue")),
    _matches("a tag as text with a value", by_tags("stage:prod")),
    _matches("a tag as text with a context", by_tags("[KUBERNETES]app:cart")),
    _matches("a tag as text with an escaped colon", by_tags(r"http\://cart")),
    _matches("a tag without context", by_tags({"key": "blue"})),
    _matches("an empty value", by_tags({"key": "blue", "value": ""})),
    _matches("a number for a tag", by_tags(7)),
    _matches("a number for a key", by_tags({"key": 7})),
    _sent("a list for no properties", customProperties=[], stores={"properties": {}}),
    _sent("properties of any kind", customProperties=_PROPERTIES, stores={"properties": _PROPERTIES}),
    _matches("the same tag and id twice", {"entityIds": [CART, CART], "tagRule": [_CART_RULE, {
        "meTypes": ["SERVICE", "SERVICE"], "tags": [*_CART_RULE["tags"], *_CART_RULE["tags"]]}]}),
    _sent("an id without its zeros", attachRules={"entityIds": "HOST-42"}, stores={"entity": "HOST-0000000000000042"}),
    _sent("an id in lower case", attachRules={"entityIds": [MACHINE[:-4] + "cdef"]}, stores={"entity": MACHINE}),
    _sent("what a problem has not", ERROR, end="when?", deploymentName={"x": 1}, stores={"minutes": 15}),
    _sent("what information has not", timeoutMinutes="ever", allowDavisMerge="perhaps", configuration=[1]),
    _sent("words for links", "CUSTOM_DEPLOYMENT", ciBackLink="null", remediationAction="run it again", stores={
        "links": [], "properties": {"deploymentName": "some deploymentName", "deploymentVersion":
        "some deploymentVersion", "ciBackLink": "null", "remediationAction": "run it again"}}),
]  # fmt: skip


@pytest.fixture
async def tolerant(desk: AsyncClient, tenant: Tenant) -> AsyncClient:
    """The client, where a service with some tags is known."""
    tags = (
        tagged("app", "cart", "KUBERNETES"), tagged("blue"), tagged("stage", "prod"), tagged("http://cart"),
        tagged("7"),
    )  # fmt: skip
    await tenant.register(drafted(CART, *tags))
    return desk


@MODES
@pytest.mark.parametrize("sent", TOLERATED, ids=str)
async def test_what_is_written_a_little_off_is_read_as_it_was_meant(
    tolerant: AsyncClient, tenant: Tenant, sent: Sent, query: str
) -> None:
    """[3.5] In both modes."""
    answer = await push(tolerant, sent.body, query=query)

    assert answer.status_code == 200, answer.text
    found = await facts(tenant)
    assert {name: found[name] for name in sent.stores} == dict(sent.stores)
    if "properties" in sent.stores:
        assert list(found["properties"]) == list(sent.stores["properties"])  # in their order, too


GOOD: Final = json.dumps(message(description="twice"))


@MODES
@pytest.mark.parametrize(
    ("raw", "tells"),
    [
        (f"{GOOD}}}".encode(), True),
        (f"{GOOD}\n{GOOD}".encode(), True),
        (GOOD.encode() + b" \xff\xfe\x00", True),
        (b"\xef\xbb\xbf" + GOOD.encode(), False),
        (b" \r\n\t" + GOOD.encode() + b"\n ", False),
        (GOOD.replace('"source"', '"description": "once", "source": 1, "source"').encode(), False),
    ],
    ids=["a surplus brace", "a second document", "garbage", "byte order mark", "blanks", "a key twice"],
)
async def test_what_is_around_the_document_is_ignored(
    desk: AsyncClient, tenant: Tenant, raw: bytes, query: str, *, tells: bool
) -> None:
    """[3.5] And what surrounds it is no part of what is kept; of a key that is there twice the last counts."""
    answer = await desk.post(EVENTS + query, content=raw)

    assert answer.status_code == 200, answer.text
    assert warnings(answer) == (["what follows the JSON document is ignored"] if tells else [])
    found = await facts(tenant)
    assert (found["description"], found["source"]) == ("twice", "perf-lab")
    assert json.loads(found["original"])["description"] == "twice"


@MODES
@pytest.mark.parametrize("name", ["start", "end"])
@pytest.mark.parametrize("value", [1_790_000_000, 99_999_999_999, -1, "1790000000", 1.79e9])
async def test_seconds_are_refused(desk: AsyncClient, query: str, name: str, value: object) -> None:
    """[3.5] With a hint."""
    answer = await push(desk, message(**{name: value}), query=query)

    assert violations(answer) == [(name, "is far in the past, are these seconds? milliseconds are expected")]


# 3.6: time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event_type", INFORMATION)
@pytest.mark.parametrize(
    ("start", "end", "at", "until"),
    [
        (None, None, 0, 0),
        (-29 * 1440 - 1439, None, -29 * 1440 - 1439, 0),
        (7 * 1440 - 1, None, 7 * 1440 - 1, 7 * 1440 - 1),
        (-5, -5, -5, -5),
        (-90, -30, -90, -30),
        (None, 5, 0, 5),
        (-90, None, -90, 0),
        (None, -0.5, -0.5, -0.5),
    ],
    ids=str,
)
async def test_information_is_at_these_times(
    desk: AsyncClient, tenant: Tenant, event_type: str, start: float | None, end: float | None, at: float, until: float
) -> None:
    """[3.6] Minutes from now: what was not sent is now, and an end that would be before the start is the start.

    An end that is past by less than a minute of grace for the sender's clock is a start, too, where none was sent.
    """
    now = millis(minutes=0)  # one reading of the clock: equal times are equal
    times = {name: now + round(m * 60_000) for name, m in (("start", start), ("end", end)) if m is not None}

    answer = await push(desk, message(event_type, **times))

    assert answer.status_code == 200, answer.text
    found = await facts(tenant)
    assert abs(found["start"] - millis(minutes=at)) < 5000
    assert abs(found["end"] - millis(minutes=until)) < 5000
    assert all(found[name] == value for name, value in times.items())
    assert (found["end"] == found["start"]) == (at == until)
    assert found["is_open"] is False


@pytest.mark.parametrize("event_type", PROBLEMS)
@pytest.mark.parametrize("start", [None, -59, -60.5, 4.9])
async def test_a_problem_is_open_from_these_times(
    desk: AsyncClient, tenant: Tenant, event_type: str, start: float | None
) -> None:
    """[3.6] Minutes from now; a minute of grace for the sender's clock. An end does not apply."""
    times = {} if start is None else {"start": millis(minutes=start)}

    answer = await push(desk, message(event_type, **times, end=millis(minutes=-1)))

    assert answer.status_code == 200, answer.text
    found = await facts(tenant)
    assert found["is_open"]
    assert found["start"] == times.get("start", found["start"])
    assert abs(found["start"] - millis(minutes=start or 0)) < 5000


_EARLY: Final = "must not be more than 30 days in the past"
_LATE: Final = "must not be more than 60 minutes in the past"
_AHEAD: Final = "must not be more than 7 days in the future"
_SOON: Final = "must not be more than 5 minutes in the future"


@pytest.mark.parametrize(
    ("event_type", "minutes", "fault"),
    [
        *((name, -30 * 1440 - 1, _EARLY) for name in INFORMATION),
        *((name, 7 * 1440 + 1, _AHEAD) for name in INFORMATION),
        *((name, -62, _LATE) for name in PROBLEMS),
        *((name, -10_000, _LATE) for name in PROBLEMS),
        *((name, 6, _SOON) for name in PROBLEMS),
    ],
)
async def test_a_start_outside_of_its_window_is_refused(
    desk: AsyncClient, tenant: Tenant, event_type: str, minutes: float, fault: str
) -> None:
    """[3.6, 3.9] And nothing is stored, nor any entity registered."""
    answer = await push(desk, message(event_type, start=millis(minutes=minutes)))

    assert violations(answer) == [("start", fault)]
    assert await stored(tenant) == []
    assert await tenant.house.context.catalog.named(tenant.admin, [ORDERS]) == {}


@pytest.mark.parametrize(
    ("times", "faults"),
    [
        ({"start": -5, "end": -6}, [("end", "must not be before start")]),
        ({"end": -6}, [("end", "must not be before start")]),
        ({"end": 7 * 1440 + 1}, [("end", _AHEAD)]),
        ({"start": -30 * 1440 - 5, "end": -30 * 1440 - 6}, [("start", _EARLY), ("end", "must not be before start")]),
    ],
    ids=str,
)
async def test_an_end_that_cannot_be_is_refused(
    desk: AsyncClient, times: Mapping[str, float], faults: list[tuple[str, str]]
) -> None:
    """[3.6] Both times at once."""
    answer = await push(desk, message(**{name: millis(minutes=m) for name, m in times.items()}))

    assert violations(answer) == faults


@pytest.mark.parametrize("event_type", PROBLEMS)
@pytest.mark.parametrize(
    ("sent", "minutes"), [(..., 15), (None, 15), (0, 15), (1, 1), (60, 60), (119, 119), (120, 120), ("120", 120)]
)
async def test_a_timeout_is_this_long(
    desk: AsyncClient, tenant: Tenant, event_type: str, sent: object, minutes: int
) -> None:
    """[3.6] 15 minutes when none is sent, 120 at most."""
    answer = await push(desk, message(event_type, timeoutMinutes=sent))

    assert answer.status_code == 200
    assert (await facts(tenant))["minutes"] == minutes


@pytest.mark.parametrize("sent", [121, 2880, 10**12, "121"])
async def test_a_timeout_over_the_maximum_is_refused_or_cut(desk: AsyncClient, tenant: Tenant, sent: object) -> None:
    """[3.6, 3.9] Strict: refused. Lenient: 120, and says so."""
    strict = await push(desk, message(ERROR, timeoutMinutes=sent))
    lenient = await push(desk, message(ERROR, timeoutMinutes=sent), query=LENIENT)

    assert violations(strict) == [("timeoutMinutes", "must be between 0 and 120")]
    assert warnings(lenient) == [f"timeoutMinutes {sent} is over the maximum, 120 taken"]
    assert (await facts(tenant))["minutes"] == 120


@MODES
@pytest.mark.parametrize("sent", [-1, -2880, "-1"])
async def test_a_negative_timeout_is_refused(desk: AsyncClient, sent: object, query: str) -> None:
    """[3.6] In both modes; of an annotation it does not matter."""
    problem = await push(desk, message(ERROR, timeoutMinutes=sent), query=query)
    annotation = await push(desk, message("CUSTOM_ANNOTATION", timeoutMinutes=sent), query=query)

    assert violations(problem) == [("timeoutMinutes", "must be between 0 and 120")]
    assert annotation.status_code == 200


# 3.9: errors -------------------------------------------------------------------------------------------------------


@MODES
@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b"", 1, 1),
        (b"\xef\xbb\xbf", 1, 1),
        (b'{"eventType": }', 1, 15),
        (b'{\n  "eventType": "CUSTOM_INFO",\n  "source" "x"}', 3, 12),
        ('{"source": "öäü",\n "title": x}'.encode(), 2, 11),
        ('{"söurce": x}'.encode(), 1, 12),
        (b'{"a": NaN}', 1, 7),
        (b'{"a": "\xff"}', 1, 8),
        (b'{"a": "\x01"}', 1, 8),
        (b'{"a": 01}', 1, 8),
    ],
)
async def test_no_json_is_told_with_its_place(
    desk: AsyncClient, raw: bytes, line: int, column: int, query: str
) -> None:
    """[3.9] Line and column, both from 1, in characters."""
    answer = await desk.post(EVENTS + query, content=raw)

    assert refused(answer) == f"Could not parse JSON near line {line} column {column}"


@pytest.mark.parametrize(
    "raw",
    [
        b"no JSON", b"{", b'{"a": "', b'{"a": "\\ud800"}', b"{'a': 1}", b'{"a": 1,}', b"[" * 100_000,
        b'{"a":' * 100_000, b'{"a": ' + b"9" * 10_000 + b"}", b"\x00", b"\xff\xfe{\x00}\x00", b'{"a": tru}',
        b'{"a": 1 "b": 2}', b"\n" * 100_000,
    ],
    ids=range(14),
)  # fmt: skip
async def test_whatever_is_no_json_is_refused_as_such(desk: AsyncClient, raw: bytes) -> None:
    """[3.9] Nested without end, too long a number, half a character."""
    answer = await desk.post(EVENTS, content=raw)

    assert refused(answer).startswith("Could not parse JSON near line ")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"a": "x\0y"}, "a"),
        ({"customProperties": {"k": ["\0"]}}, "customProperties.k[0]"),
    ],
)
async def test_what_cannot_be_stored_is_told_with_its_path(desk: AsyncClient, body: object, path: str) -> None:
    """A text with a NUL fits no column."""
    answer = await push(desk, body)

    assert violations(answer) == [(path, "must not hold a NUL character")]


_SHAPES: Final[list[tuple[object, str]]] = [
    ([], ""),
    ("text", ""),
    (5, ""),
    (None, ""),
    (message(eventType="custom_info"), "eventType"),
    (message(eventType="WARNING"), "eventType"),
    (message(eventType=""), "eventType"),
    (message(eventType=5), "eventType"),
    (message(eventType=["CUSTOM_INFO"]), "eventType"),
    (message(source={"name": "x"}), "source"),
    (message(source=["x"]), "source"),
    (message(start="yesterday"), "start"),
    (message(start=True), "start"),
    (message(start={}), "start"),
    (message(end="1e12"), "end"),
    (message(ERROR, timeoutMinutes="long"), "timeoutMinutes"),
    (message(ERROR, timeoutMinutes=[]), "timeoutMinutes"),
    (message(ERROR, allowDavisMerge="maybe"), "allowDavisMerge"),
    (message(ERROR, allowDavisMerge=1), "allowDavisMerge"),
    (message(ERROR, title={}), "title"),
    (message(description=["x"]), "description"),
    (message(customProperties="x"), "customProperties"),
    (message(customProperties=[1]), "customProperties"),
    (message(timeseriesIds=["a", {}]), "timeseriesIds[1]"),
    (message(timeseriesIds={}), "timeseriesIds[0]"),
    (message(attachRules=[]), "attachRules"),
    (message(attachRules="HOST-42"), "attachRules"),
    (message(attachRules={"entityIds": {}}), "attachRules.entityIds[0]"),
    (message(attachRules={"entityIds": ["HOST-1", ["HOST-2"]]}), "attachRules.entityIds[1]"),
    (message(attachRules={"tagRule": "x"}), "attachRules.tagRule[0]"),
    (message(attachRules={"tagRule": [{}, 5]}), "attachRules.tagRule[1]"),
    (message(attachRules=by_tags("x", types=["SERVICE", "SERVER"])), "attachRules.tagRule[0].meTypes[1]"),
    (message(attachRules=by_tags("x", types="service")), "attachRules.tagRule[0].meTypes[0]"),
    (message(attachRules=by_tags("x", types={})), "attachRules.tagRule[0].meTypes[0]"),
    (message(attachRules=by_tags({"context": "K8S", "key": "x"})), "attachRules.tagRule[0].tags[0].context"),
    (message(attachRules=by_tags({"context": 5, "key": "x"})), "attachRules.tagRule[0].tags[0].context"),
    (message(attachRules=by_tags("a", "[K8S]x")), "attachRules.tagRule[0].tags[1]"),
    (message(attachRules=by_tags(["x"])), "attachRules.tagRule[0].tags[0]"),
    (message(attachRules=by_tags({"key": {}})), "attachRules.tagRule[0].tags[0].key"),
    (message(attachRules=by_tags({"key": "x", "value": []})), "attachRules.tagRule[0].tags[0].value"),
]


@MODES
@pytest.mark.parametrize(("body", "path"), _SHAPES, ids=range(len(_SHAPES)))
async def test_json_of_another_shape_is_told_with_its_place(
    desk: AsyncClient, body: object, path: str, query: str
) -> None:
    """[3.9] Alone, before anything that is missing; the place is that of the value."""
    lacking = _without_source(body) if path != "source" else body
    text = json.dumps(lacking, indent=2)

    answer = await desk.post(EVENTS + query, content=text)

    said = refused(answer)
    line, column = _place(text, said)
    assert said == f"Could not map JSON at '{path}' near line {line} column {column}"
    value = "\n".join(text.split("\n")[line - 1 :])[column - 1 :]
    assert json.JSONDecoder().raw_decode(value)[0] == _value(lacking, path)


def _without_source(body: Any) -> Any:  # noqa: ANN401  of JSON
    return {name: value for name, value in body.items() if name != "source"} if isinstance(body, dict) else body  # pyright: ignore[reportUnknownVariableType]


def _place(text: str, said: str) -> tuple[int, int]:
    """The line and column of the message; within the text."""
    words = said.split()
    line, column = int(words[-3]), int(words[-1])
    assert 1 <= line <= text.count("\n") + 1
    return line, column


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _value(body: Any, path: str) -> Any:  # noqa: ANN401  of JSON
    """What is at the path; an index of what is no list is the value itself."""
    for part in path.replace("[", ".[").split(".") if path else ():
        if not part.startswith("["):
            body = body[part]
        elif _is_list(body):
            body = body[int(part[1:-1])]
    return body


_NO_ENTITY: Final = ("attachRules", "names no entity: give entityIds or tagRule")
_NOT_EMPTY: Final = "must not be empty"
_SIZE: Final = "size must be between 1 and 2000"
_RULE: Final = "attachRules.tagRule[0]"
_ATTACH: Final[list[tuple[object, list[tuple[str, str]]]]] = [
    (None, [("attachRules", NOT_NULL)]),
    ({}, [_NO_ENTITY]),
    ({"entityIds": []}, [_NO_ENTITY]),
    ({"tagRule": []}, [_NO_ENTITY]),
    ({"entityIds": [], "tagRule": []}, [_NO_ENTITY]),
    ({"entityIds": None, "tagRule": None}, [_NO_ENTITY]),
    ({"entityIds": [None]}, [_NO_ENTITY]),
    ({"tagRule": [{}]}, [(f"{_RULE}.meTypes", _NOT_EMPTY), (f"{_RULE}.tags", _NOT_EMPTY)]),
    ({"tagRule": {"meTypes": [], "tags": []}}, [(f"{_RULE}.meTypes", _NOT_EMPTY), (f"{_RULE}.tags", _NOT_EMPTY)]),
    ({"tagRule": [{"tags": ["a"]}]}, [(f"{_RULE}.meTypes", _NOT_EMPTY)]),
    ({"entityIds": [ORDERS], "tagRule": [{"meTypes": ["HOST"]}]}, [(f"{_RULE}.tags", _NOT_EMPTY)]),
    (by_tags({"context": "AWS"}), [(f"{_RULE}.tags[0].key", _SIZE)]),
    (by_tags("a", {"key": ""}), [(f"{_RULE}.tags[1].key", _SIZE)]),
    (by_tags({"key": None}), [(f"{_RULE}.tags[0].key", _SIZE)]),
    (by_tags(""), [(f"{_RULE}.tags[0].key", _SIZE)]),
    (by_tags({"key": "k" * 2001}), [(f"{_RULE}.tags[0].key", _SIZE)]),
    (by_tags({"key": "k", "value": "v" * 2001}), [(f"{_RULE}.tags[0].value", "size must be between 0 and 2000")]),
    (
        {"tagRule": [{"meTypes": "HOST", "tags": "a"}, {"meTypes": "HOST"}, {"tags": ":x"}]},
        [
            ("attachRules.tagRule[1].tags", _NOT_EMPTY),
            ("attachRules.tagRule[2].meTypes", _NOT_EMPTY),
            ("attachRules.tagRule[2].tags[0].key", _SIZE),
        ],
    ),
]


@MODES
@pytest.mark.parametrize(("rules", "faults"), _ATTACH, ids=range(len(_ATTACH)))
async def test_attach_rules_that_name_nobody_are_refused(
    desk: AsyncClient, tenant: Tenant, rules: object, faults: list[tuple[str, str]], query: str
) -> None:
    """[3.9] Each fault with its path."""
    answer = await push(desk, message(attachRules=rules), query=query)

    assert violations(answer) == faults
    assert await stored(tenant) == []


async def test_a_source_has_a_longest(desk: AsyncClient, tenant: Tenant) -> None:
    """Events are counted by it; what is too long is told, and nothing is registered."""
    long = await push(desk, message(source="ö" * 501))
    registered = await tenant.house.context.catalog.named(tenant.admin, [ORDERS])
    longest = await push(desk, message(source="ö" * 500))

    assert violations(long) == [("source", "size must be between 0 and 500")]
    assert registered == {}
    assert longest.status_code == 200


async def test_the_longest_key_and_value_are_good(desk: AsyncClient) -> None:
    """[3.2] 2000 characters each."""
    answer = await push(desk, message(attachRules=by_tags({"key": "ö" * 2000, "value": "ä" * 2000})))

    assert "No entity IDs match" in refused(answer)


async def test_the_checks_come_in_this_order(anonymous: AsyncClient, tenant: Tenant) -> None:
    """[3.9] Path, method, token, scope, size, JSON, shape, constraints, time, matching: each hides those behind it."""
    good, reader = await tenant.key(), await tenant.key(Right.READ_EVENTS)
    large = b"[" * (2 * 1024 * 1024 + 1)
    no_match = by_tags("nobody")
    wrong_shape = {"eventType": "NOPE"}
    lacking = {"eventType": INFO, "attachRules": no_match}
    too_old = message(start=millis(days=-31), attachRules=no_match)

    def headers(token: str) -> dict[str, str]:
        return {"authorization": f"Api-Token {token}"}

    answers: list[httpx.Response] = [
        await anonymous.put("/api/v1/event", content=large),
        await anonymous.put(EVENTS, content=large),
        await anonymous.post(EVENTS, content=large),
        await anonymous.post(EVENTS, content=large, headers=headers(reader)),
        await anonymous.post(EVENTS, content=large, headers=headers(good)),
        await anonymous.post(EVENTS, content=b'{"eventType": "NOPE",', headers=headers(good)),
        await anonymous.post(EVENTS, json=wrong_shape, headers=headers(good)),
        await anonymous.post(EVENTS, json=lacking, headers=headers(good)),
        await anonymous.post(EVENTS, json=too_old, headers=headers(good)),
        await anonymous.post(EVENTS, json=message(attachRules=no_match), headers=headers(good)),
    ]

    assert [answer.status_code for answer in answers] == [404, 405, 401, 403, 413, 400, 400, 400, 400, 400]
    says: list[Callable[[str], bool]] = [
        lambda said: said.startswith("Could not parse JSON"),
        lambda said: said.startswith("Could not map JSON at 'eventType'"),
    ]
    assert [check(refused(answer)) for check, answer in zip(says, answers[5:7], strict=True)] == [True, True]
    assert violations(answers[7]) == [("source", NOT_NULL), ("description", NOT_NULL)]
    assert violations(answers[8]) == [("start", _EARLY)]
    assert "No entity IDs match" in refused(answers[9])
