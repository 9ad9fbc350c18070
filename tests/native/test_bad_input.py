"""Whatever is sent: a clear refusal or the very same text back; nothing half stored, and never a 500."""

import json
from collections.abc import AsyncGenerator
from typing import Any, Final

import httpx
import pytest

from tests.builders import asked, draft
from tests.native.answers import events, paths, refused
from tests.tenants import Tenant
from tests.walls.door import Key
from tests.walls.doors import NATIVE
from tests.walls.routes import concrete

GOOD: Final = {"title": "v42 is out"}
LIMIT: Final = 2 * 1024 * 1024
JSON: Final = {"content-type": "application/json"}
WRITES: Final = [
    ("POST", "/v1/events"),
    ("POST", "/v1/scope/match"),
    ("PUT", "/v1/entities"),
    ("PUT", "/v1/relations"),
    ("DELETE", "/v1/relations"),
    ("POST", "/v1/accounts"),
    ("POST", "/v1/tokens"),
    ("PATCH", "/v1/events/01890000-0000-7000-8000-000000000000"),
    ("POST", "/v1/problems/P-1/comments"),
]
READS: Final = [
    "/v1/events", "/v1/events/facets", "/v1/events/histogram", "/v1/events/stream", "/v1/events/export", "/v1/entities",
    "/v1/relations", "/v1/tokens", "/v1/audit", "/v1/problems", "/v1/causes",
]  # fmt: skip


async def alive(api: httpx.AsyncClient, tenant: Tenant) -> bool:
    """Nothing of what was sent is stored, and the next good request is answered."""
    before = await tenant.found(asked())
    sent = await api.post("/v1/events", json=GOOD)
    return not before and sent.status_code == 201


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_a_body_too_large_is_refused_by_its_head(
    api: httpx.AsyncClient, tenant: Tenant, method: str, path: str
) -> None:
    """A declared length over the limit: 413, before anything of it is read."""

    async def unread() -> AsyncGenerator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    response = await api.request(method, path, content=unread(), headers={**JSON, "content-length": str(LIMIT + 1)})

    refused(response, 413)
    assert await alive(api, tenant)


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_a_body_that_grows_too_large_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, method: str, path: str
) -> None:
    """Chunk by chunk, without a declared length: 413, and no more than the limit was kept."""
    response = await api.request(method, path, content=_Chunks(LIMIT // 65_536 + 2), headers=JSON)

    refused(response, 413)
    assert await alive(api, tenant)


class _Chunks(httpx.AsyncByteStream):
    """So many chunks of blanks, without a declared length."""

    def __init__(self, many: int) -> None:
        self._many = many

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        for _ in range(self._many):
            yield b" " * 65_536


async def test_a_length_of_very_many_digits_is_a_length(api: httpx.AsyncClient) -> None:
    """However it is spelled; more digits than Python makes a number of are no bug of ours."""
    body = json.dumps(GOOD).encode()

    sent = await api.post("/v1/events", content=body, headers={**JSON, "content-length": f"{len(body):06000}"})

    assert sent.status_code == 201


async def test_of_very_many_faults_of_an_event_the_first_are_told(api: httpx.AsyncClient) -> None:
    """Also of what cannot be stored, and of one in a batch, which spoils no other."""
    unknown = {f"k{n}": 1 for n in range(2_000)}
    unstorable = {"properties": {f"k{n}": "\0" for n in range(2_000)}}

    for bad, first in (({**GOOD, **unknown}, list(unknown)), ({**GOOD, **unstorable}, None)):
        one = refused(await api.post("/v1/events", json=bad), 400)
        some = (await api.post("/v1/events", json=[GOOD, bad])).json()

        assert len(paths(one)) == 1_001
        assert one[-1]["message"] == "has 1,000 more faults, which are not told"
        assert first is None or paths(one)[:-1] == first[:1_000]
        assert [result["status"] for result in some["results"]] == ["accepted", "rejected"]
        assert some["results"][1]["error"]["violations"] == one


async def test_a_body_of_just_the_limit_is_read(api: httpx.AsyncClient) -> None:
    """The limit itself is allowed."""
    body = json.dumps(GOOD).encode()

    response = await api.post("/v1/events", content=body + b" " * (LIMIT - len(body)), headers=JSON)

    assert response.status_code == 201


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/xml"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/jsonp"},
        {"content-type": "\xff"},
    ],
)
async def test_a_body_of_another_kind_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, method: str, path: str, headers: dict[str, str]
) -> None:
    """415, whatever the body holds."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    response = await api.request(method, path, content=json.dumps(GOOD), headers=raw)

    refused(response, 415)
    assert await alive(api, tenant)


MALFORMED: Final = [
    b"", b" ", b"{", b"}", b"nul", b"{'title': 'a'}", b'{"title": "a",}', b'{"title": "a"} x', b'{"title": "a\nb"}',
    b'{"title": "\\x41"}', b'{"title": "\xff"}', b'{"\xc3": 1}', b'{"title": "\\ud800"}', b'{"title": "\\udc00x"}',
    b'{"title": "\xed\xa0\x80"}', b'{"title": "a", "properties": {"n": NaN}}',
    b'{"title": "a", "properties": {"n": Infinity}}',
    b'{"title": "a", "properties": {"n": -Infinity}}',
    b'{"title": "a", "properties": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    b'{"title": "a", "properties": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", b"[" * 10_000, b"\x00",
    b"\xfe\xff\x00{",
    b'{"title": "a"}{"title": "b"}', b'{"title": tru}', b'{"title": "a", "properties": {"n": 01}}',
    b'{"title": "a", "properties": {"n": 1e}}',
    b'{"title": "a", "properties": {"n": ' + b"9" * 10_000 + b"}}",
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=[f"{n}: {body[:24]!r}" for n, body in enumerate(MALFORMED)])
@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_what_is_no_json_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, method: str, path: str, body: bytes
) -> None:
    """400 with where it breaks off, or what of it no store keeps."""
    response = await api.request(method, path, content=body, headers=JSON)

    assert refused(response, 400)
    assert await alive(api, tenant)


@pytest.mark.parametrize("body", ["null", "true", "1", "1.5", '"text"'])
@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_json_that_is_no_object_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, method: str, path: str, body: str
) -> None:
    """400, at the whole."""
    response = await api.request(method, path, content=body, headers=JSON)

    assert paths(refused(response, 400)) == [""]
    assert await alive(api, tenant)


WRONG: Final[list[Any]] = [
    None,
    True,
    7,
    -1,
    1.5,
    "",
    " ",
    "text",
    [],
    [[]],
    [None],
    [7],
    {},
    {"a": 1},
    10**30,
    "\u202e" * 3,
]
FIELDS: Final[dict[str, list[Any]]] = {
    "id": ["text", " ", "\u202e" * 3], "source": ["text", " ", "\u202e" * 3], "kind": [],
    "type": ["text", " ", "\u202e" * 3], "severity": [],
    "title": ["text", "\u202e" * 3], "description": ["", " ", "text", "\u202e" * 3], "url": [], "links": [[]],
    "end_time": [], "key": ["text", " ", "\u202e" * 3], "timeout_minutes": [7], "handling": [[]], "scope": [{}],
    "entities": [[]], "match": [[]], "properties": [{}, {"a": 1}], "unknown": [],
}  # fmt: skip
NULLABLE: Final = {
    "id",
    "source",
    "type",
    "url",
    "time",
    "end_time",
    "key",
    "timeout_minutes",
    "scope",
    "entities",
    "match",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param(field, value, id=f"{field}={value!r}"[:40])
        for field, good in FIELDS.items()
        for value in WRONG
        if not any(type(value) is type(one) and value == one for one in good)
        and not (value is None and field in NULLABLE)
    ],
)
async def test_a_wrong_type_is_refused_with_its_path(
    api: httpx.AsyncClient, tenant: Tenant, field: str, value: object
) -> None:
    """Each field of an event, each type that it is not."""
    response = await api.post("/v1/events", json={**GOOD, field: value})

    violations = refused(response, 400)
    assert all(path.startswith(field) for path in paths(violations))
    assert await alive(api, tenant)


TIMES: Final[list[Any]] = [
    "", "now", "2026", "2026-09-21", "2026-09-21T13:33:20", "2026-09-21 13:33:20", "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    "10000-01-01T00:00:00Z",
    "2026-06-30T23:59:60Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z",
    "2026-01-01T00:00:00+99:00",
    "2026-01-01T00:00:00z ", "٢٠٢٦-01-01T00:00:00Z", "-2026-01-01T00:00:00Z", -1, 1e999, 1e30, 10**30, True, [], {},
    253402300799999,
    253402300800000, "1758461600000", 0, 1.5,
]  # fmt: skip


@pytest.mark.parametrize("field", ["time", "end_time"])
@pytest.mark.parametrize("value", TIMES, ids=repr)
async def test_a_time_that_is_none_or_out_of_range_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, field: str, value: object
) -> None:
    """No year, no zone, no such day, a leap second, before the retention or years ahead: with its path."""
    body = json.dumps({**GOOD, field: value}).replace("Infinity", "1e999")

    violations = refused(await api.post("/v1/events", content=body, headers=JSON), 400)

    assert paths(violations) == [field]
    assert await alive(api, tenant)


@pytest.mark.parametrize(
    ("at", "expected"),
    [("9999-12-31T23:59:59.999999Z", ["time"]), ("0001-01-01T00:00:00Z", ["time", "end_time"])],
)
async def test_a_problem_at_an_end_of_the_calendar_is_out_of_range(
    api: httpx.AsyncClient, tenant: Tenant, at: str, expected: list[str]
) -> None:
    """Also one that ends when it begins, which is made a little longer."""
    sent = {"kind": "problem", "title": "a", "time": at, "end_time": at}

    assert paths(refused(await api.post("/v1/events", json=sent), 400)) == expected
    assert await alive(api, tenant)


NUL: Final[list[tuple[dict[str, Any], str]]] = [
    ({"title": "a\0b"}, "title"),
    ({**GOOD, "description": "\0"}, "description"),
    ({**GOOD, "source": "\0"}, "source"),
    ({**GOOD, "type": "\0"}, "type"),
    ({**GOOD, "id": "\0"}, "id"),
    ({**GOOD, "key": "\0"}, "key"),
    ({**GOOD, "url": "https://a/\0"}, "url"),
    ({**GOOD, "links": [{"title": "\0", "url": "https://a/"}]}, "links[0].title"),
    ({**GOOD, "scope": {"clusters": ["a", "\0"]}}, "scope.clusters[1]"),
    ({**GOOD, "scope": {"services": ["\0"]}}, "scope.services[0]"),
    ({**GOOD, "entities": ["\0"]}, "entities[0]"),
    ({**GOOD, "match": [{"types": ["\0"]}]}, "match[0].types[0]"),
    ({**GOOD, "properties": {"a": [{"b": "\0"}]}}, "properties.a[0].b"),
    ({**GOOD, "properties": {"\0": 1}}, "properties"),
]


@pytest.mark.parametrize(("body", "path"), NUL, ids=[path for _, path in NUL])
async def test_nul_characters_are_refused_with_their_path(
    api: httpx.AsyncClient, tenant: Tenant, body: dict[str, Any], path: str
) -> None:
    """No text of PostgreSQL holds one, so none is taken."""
    violations = refused(await api.post("/v1/events", json=body), 400)

    assert paths(violations) == [path]
    assert "NUL" in violations[0]["message"]
    assert await alive(api, tenant)


@pytest.mark.parametrize(("body", "path"), NUL, ids=[path for _, path in NUL])
async def test_a_nul_in_one_item_spoils_no_other(
    api: httpx.AsyncClient, tenant: Tenant, body: dict[str, Any], path: str
) -> None:
    """In an array as in lines: the item is rejected with the path inside of it, its neighbours are stored."""
    items = [GOOD, body, GOOD]

    array = await api.post("/v1/events", json=items)
    lines = await api.post(
        "/v1/events", content="\n".join(map(json.dumps, items)), headers={"content-type": "application/x-ndjson"}
    )

    for response in (array, lines):
        assert response.status_code == 200, response.text
        assert [result["status"] for result in response.json()["results"]] == ["accepted", "rejected", "accepted"]
        assert paths(response.json()["results"][1]["error"]["violations"]) == [path]
    assert len(await tenant.found(asked())) == 4


@pytest.mark.parametrize(
    "number",
    ["1e999", "-1e999", "1e309", "1E+400", "9" * 310 + ".0", "1" + "0" * 300 + "e10", "123456789e0000000308"],
    ids=lambda number: number[:12],
)
async def test_a_number_beyond_a_double_is_refused(api: httpx.AsyncClient, tenant: Tenant, number: str) -> None:
    """It would come back as something else."""
    body = f'{{"title": "a", "properties": {{"n": [{number}]}}}}'

    violations = refused(await api.post("/v1/events", content=body, headers=JSON), 400)

    assert paths(violations) == ["properties.n[0]"]
    assert await alive(api, tenant)


@pytest.mark.parametrize(
    "number",
    ["1e308", "-1.7976931348623157e308", "5e-324", "0", "-0.0", "1.0", "9" * 300, "-" + "9" * 40, "1e-400", "1e22"],
    ids=lambda number: number[:12],
)
async def test_a_number_that_can_be_stored_comes_back(api: httpx.AsyncClient, number: str) -> None:
    """Whole numbers of any size, fractions to the last bit."""
    body = f'{{"title": "a", "properties": {{"n": {number}}}}}'
    sent = await api.post("/v1/events", content=body, headers=JSON)

    answer = await api.get(f"/v1/events/{sent.json()['id']}")

    assert repr(json.loads(answer.text)["properties"]["n"]) == repr(json.loads(number))


HURTFUL: Final = [
    "'; drop table event; --", '" or 1=1 --', "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}",
    "${7*7}",
    "%00%n%s", "\\u0041", "../../etc/passwd", "É ß İ", "%_\\", "\u202eabc", "\ufeffx", "a\u2028\u2029b",
    "\x1b[31m\x07\x7f", "😀" * 10, "a\r\nb: c",
    "\ufffd\uffff", "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", HURTFUL, ids=ascii)
async def test_hurtful_text_comes_back_unchanged(api: httpx.AsyncClient, text: str) -> None:
    """SQL, HTML, templates, control characters: text is text, in every field that holds some."""
    place = {"clusters": [text], "namespaces": [text], "services": [text]}
    links = [{"title": text, "url": "https://example.org/'%3Cb%3E"}]
    fields = {"id": text, "source": text, "type": text, "title": text, "description": text, "key": text}
    body = {**fields, "scope": place, "links": links, "properties": {text: [text, {text: text}]}}

    sent = await api.post("/v1/events", json=body)

    assert sent.status_code == 201, sent.text
    (listed,) = events(await api.get("/v1/events", params={"source": text, "type": text, "cluster": text}))
    one = (await api.get(f"/v1/events/{sent.json()['id']}", params={"include": "original"})).json()
    for answer in (listed, one):
        assert answer["sender_id"] == text
        assert [answer[name] for name in ("source", "type", "title", "description", "key")] == [text] * 5
        assert (answer["scope"], answer["links"], answer["properties"]) == (place, links, body["properties"])
    assert one["original"] == body


QUERIES: Final = [
    "q=%00", "q=a%00b", "service=%00", "entity=%00", "prop.a=%00", "prop.%00=1", "cursor=%00", "from=%00", "limit=%00",
    "kind=%00",
    "q=%ff", "service=%C3", "q=%ED%A0%80", "prop.%ff=1", "%ff=1", "from=%ff", "cursor=%ff",
    "limit=0", "limit=1001", "limit=-1", "limit=1.5", "limit=" + "9" * 5000, "limit=", "order=up", "cursor=nonsense",
    "cursor=",
    "from=yesterday", "from=2026-09-21", "from=9999-12-31T23:59:59Z&to=2026-01-01T00:00:00Z", "kind=deploy",
    "severity=",
    "status=ajar", "nonsense=1", "prop.=1", "prop.a.b.c.d.e.f.g.h=1", "include=all", "q=" + "a" * 1001,
    "&".join(["q=a"] * 21),
    "&".join(f"prop.a{n}=1" for n in range(21)), "&".join(["service=a"] * 101), "from=" + "9" * 400,
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=[query[:40] for query in QUERIES])
async def test_a_query_that_means_nothing_is_refused(api: httpx.AsyncClient, tenant: Tenant, query: str) -> None:
    """NUL, invalid UTF-8, numbers and words that are none, what is unknown, and too much of anything."""
    response = await api.get(f"/v1/events?{query}")

    assert refused(response, 400)
    assert await alive(api, tenant)


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("query", ["x=%00", "%00=x", "x=%ff", "unknown=1"])
async def test_every_list_refuses_what_it_does_not_know(api: httpx.AsyncClient, path: str, query: str) -> None:
    """A misspelt parameter must not widen the question."""
    assert refused(await api.get(f"{path}?{query}"), 400)


CALLS: Final = [call for call, door in NATIVE.items() if door.key not in {Key.NONE, Key.SESSION}]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("query", ["nonsense=1", "nonsense", "nonsense=%FF", "&nonsense=1&nonsense=2"])
async def test_no_call_takes_a_parameter_that_it_does_not_know(
    api: httpx.AsyncClient, tenant: Tenant, method: str, path: str, query: str
) -> None:
    """Nor does one that knows none: it is named, beside one that is missing."""
    await tenant.register(draft("shop", tag=concrete("{name}")))

    response = await api.request(method, f"{concrete(path)}?{query}")

    assert "nonsense" in paths(refused(response, 400))


async def test_every_unknown_parameter_is_named(api: httpx.AsyncClient) -> None:
    """In the words in which every other call refuses one."""
    known, none = [await api.get(f"{path}?b=1&a=2") for path in ("/v1/alerts", "/v1/account")]

    assert refused(none, 400) == refused(known, 400)
    assert paths(refused(none, 400)) == ["b", "a"]


@pytest.mark.parametrize("path", ["/v1/account", "/v1/events"])
@pytest.mark.parametrize(
    ("query", "fault"), [("=%FF", "must be valid UTF-8"), ("=x", "has a parameter without a name")]
)
async def test_a_parameter_without_a_name_is_one_of_the_query(
    api: httpx.AsyncClient, path: str, query: str, fault: str
) -> None:
    """Without any path it would be a fault of the body."""
    assert refused(await api.get(f"{path}?{query}"), 400) == [{"path": "query", "message": fault}]


@pytest.mark.parametrize("path", ["/v1/account", "/v1/alerts", "/v1/events"])
async def test_a_parameter_is_not_called_a_field(api: httpx.AsyncClient, path: str) -> None:
    """Nor is its value looked at when it is none of the call's."""
    told = refused(await api.get(f"{path}?nonsense=1&nonsense=2"), 400)

    assert told == [{"path": "nonsense", "message": "is not a parameter of this call"}]


TWICE: Final = [
    ("/v1/events", "limit=1&limit=2"), ("/v1/events", "from=2026-09-21T00:00:00Z&from=1"),
    ("/v1/events", "q=a&to=1&to=1"), ("/v1/events", "cursor=a&cursor=b"), ("/v1/events/facets", "to=1&to=2"),
    ("/v1/events/histogram", "buckets=1&buckets=2"), ("/v1/events/stream", "since=1&since=2"),
    ("/v1/events/export", "format=csv&format=ndjson"), ("/v1/entities/nobody/events", "order=time&order=-time"),
    ("/v1/relations", "entity=a&entity=b"), ("/v1/causes", "of=changes&of=entities"),
    ("/v1/problems", "merged=true&merged=false"), ("/v1/maintenance", "active=true&active=false"),
    ("/v1/tokens", "limit=1&limit=2"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query"), TWICE, ids=[f"{path}?{query}" for path, query in TWICE])
async def test_a_parameter_of_one_value_is_given_once(api: httpx.AsyncClient, path: str, query: str) -> None:
    """Not the last of them counts, nor the first: nobody can know which was meant."""
    name = query.rpartition("&")[2].partition("=")[0]

    told = refused(await api.get(f"{path}?{query}"), 400)

    assert told == [{"path": name, "message": "takes one value, got 2"}]


async def test_an_account_is_deleted_by_one_name(api: httpx.AsyncClient) -> None:
    """Though the last of two were the right one."""
    told = refused(await api.delete("/v1/accounts/a?confirm=b&confirm=a"), 400)

    assert told == [{"path": "confirm", "message": "takes one value, got 2"}]


async def test_every_fault_of_a_query_is_told(api: httpx.AsyncClient) -> None:
    """What is given twice, what is none of the call's, no text, and without a name; each once, and for itself."""
    query = "limit=0&limit=5&from=9&from=8&to=1&kind=deploy&service=%FF&nonsense=1&order=up&=x"

    told = refused(await api.get(f"/v1/events?{query}"), 400)

    assert {fault["path"]: fault["message"] for fault in told} == {
        "limit": "takes one value, got 2",
        "from": "takes one value, got 2",
        "kind[0]": "must be 'change', 'info', 'problem' or 'recovery'",
        "service": "must be valid UTF-8",
        "nonsense": "is not a parameter of this call",
        "order": "must be '-time' or 'time'",
        "query": "has a parameter without a name",
    }
    assert len(told) == 7


@pytest.mark.parametrize(
    ("path", "allowed"), [("/healthz", "GET, HEAD"), ("/readyz", "GET, HEAD"), ("/v1/events", "GET, POST")]
)
async def test_a_wrong_method_is_told_every_right_one(api: httpx.AsyncClient, path: str, allowed: str) -> None:
    """HEAD only where it is answered."""
    assert (await api.put(path)).headers["allow"] == allowed
    assert (await api.head(path)).status_code == (200 if "HEAD" in allowed else 405)


async def test_an_unknown_parameter_changes_nothing(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """What is good but for it is not done."""
    event = f"/v1/events/{(await api.post('/v1/events', json=GOOD)).json()['id']}"
    stored = await tenant.found(asked())

    refused(await api.post("/v1/events?nonsense=1", json=GOOD), 400)
    refused(await api.patch(f"{event}?nonsense=1", json={"title": "taken over"}), 400)
    refused(await api.delete(f"{event}?nonsense=1"), 400)

    assert await tenant.found(asked()) == stored


@pytest.mark.parametrize("query", ["?", "?&", "?&&"])
async def test_an_empty_query_is_as_good_as_none(api: httpx.AsyncClient, query: str) -> None:
    """Some clients always send the mark."""
    assert (await api.post(f"/v1/events{query}", json=GOOD)).status_code == 201
    assert (await api.get(f"/v1/account{query}")).status_code == 200


PATHS: Final = [
    ("/v1/events/%00", 404), ("/v1/events/%ff", 404), ("/v1/events/7", 404), ("/v1/events/" + "9" * 5000, 404),
    ("/v1/events/%2e%2e%2f", 404),
    ("/v1/entities/%00", 400), ("/v1/entities/a%00b", 400), ("/v1/entities/%ff", 400), ("/v1/entities/%ED%A0%80", 400),
    ("/v1/entities/nobody", 404), ("/v1/entities/%27%3B--", 404), ("/v1/entities/" + "a" * 5000, 400),
    ("/v1/entities/%00/events", 400),
    ("/v1/nothing", 404), ("/v1/", 404), ("/v1//events", 404), ("/v1/events/x/y/z", 404), ("/%00", 404), ("/%ff", 404),
    ("/v1/%", 404), ("/v1/%zz", 404),
]  # fmt: skip


@pytest.mark.parametrize(("path", "status"), PATHS, ids=[path[:40] for path, _ in PATHS])
async def test_a_path_that_means_nothing_is_refused(api: httpx.AsyncClient, path: str, status: int) -> None:
    """404, or 400 where the name itself cannot be read."""
    url = httpx.URL("http://localhost").copy_with(raw_path=path.encode())

    refused(await api.get(url), status)


HEADERS: Final = [
    ("authorization", b"Bearer \xff\xfe", 401), ("authorization", b"Bearer a\x00b", 401),
    ("authorization", b"Basic YTpi", 401),
    ("authorization", b"Bearer", 401), ("authorization", b"", 401), ("authorization", b"Bearer " + b"a" * 60_000, 401),
    ("idempotency-key", b"", 400), ("idempotency-key", b"a" * 201, 400), ("idempotency-key", b"a\x00b", 400),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "status"), HEADERS, ids=[f"{name}: {value[:20]!r}" for name, value, _ in HEADERS]
)
async def test_a_header_that_means_nothing_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, name: str, value: bytes, status: int
) -> None:
    """NUL, bytes that are no text, too long, or of another scheme."""
    response = await api.post("/v1/events", json=GOOD, headers=[(name.encode(), value)])

    refused(response, status)
    assert await alive(api, tenant)


@pytest.mark.parametrize(
    "value", [b"x", b"1", b"1.", b".1", b"1.x", b"-1.0", b"1.-1", b"1.0.0", b"9" * 50 + b".1", b"\xb2.\xb3", b"a\x00"]
)
async def test_a_place_that_no_stream_gave_is_refused(api: httpx.AsyncClient, value: bytes) -> None:
    """`Last-Event-ID` is a place of this stream."""
    response = await api.get("/v1/events/stream", headers=[(b"last-event-id", value)])

    assert paths(refused(response, 400)) == ["Last-Event-ID"]


LONG: Final = "x" * 10_000_000


@pytest.mark.parametrize("field", ["title", "description", "type", "source", "id", "key", "url"])
async def test_a_field_of_ten_megabytes_is_refused(api: httpx.AsyncClient, tenant: Tenant, field: str) -> None:
    """By the size of the body."""
    refused(await api.post("/v1/events", json={**GOOD, field: LONG}), 413)

    assert await alive(api, tenant)


@pytest.mark.parametrize(
    ("field", "longest"),
    [("title", 1000), ("description", 65_536), ("type", 200), ("source", 200), ("id", 200), ("key", 500)],
)
@pytest.mark.parametrize("letter", ["x", "É", "😀"])
async def test_a_field_may_be_so_long_and_no_longer(
    api: httpx.AsyncClient, field: str, longest: int, letter: str
) -> None:
    """Characters count, not bytes: the limit is stored, whatever it takes, and one more is refused."""
    just = await api.post("/v1/events", json={**GOOD, field: letter * longest})
    over = await api.post("/v1/events", json={**GOOD, field: letter * (longest + 1)})

    assert just.status_code == 201, just.text
    assert paths(refused(over, 400)) == [field]


@pytest.mark.parametrize("item", [1, None, "x", []])
async def test_what_is_no_object_is_told_in_our_words(api: httpx.AsyncClient, item: object) -> None:
    """Alone or among others, and not by the name of a class."""
    (result,) = (await api.post("/v1/events", json=[item])).json()["results"]

    assert result["error"]["violations"] == [{"path": "", "message": "must be an object"}]
