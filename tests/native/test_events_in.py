"""Events in: each field, each content type, once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from tests.builders import NOW, ago, asked, draft
from tests.native.answers import events, fault, paths, refused, titles
from tests.native.conftest import Client
from tests.tenants import Tenant
from whence.domain.access import Right

GOOD: Final[dict[str, Any]] = {"title": "v42 is out"}
DAY: Final = timedelta(days=1)
NDJSON: Final = {"content-type": "application/x-ndjson"}
CLOUD: Final = {"content-type": "application/cloudevents+json"}
CLOUDS: Final = {"content-type": "application/cloudevents-batch+json"}


def text(at: datetime) -> str:
    """The instant as the API writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


FULL: Final[dict[str, Any]] = {
    "id": "build-7",
    "source": "ci/github",
    "kind": "problem",
    "type": "deploy",
    "severity": "critical",
    "title": "v42 is out",
    "description": "all of it",
    "url": "https://ci.example.org/7",
    "links": [{"title": "log", "url": "https://ci.example.org/7/log"}],
    "time": text(ago(hours=2)),
    "end_time": text(ago(hours=1)),
    "key": "shop/deploy",
    "scope": {"clusters": ["b", "a"], "namespaces": ["n"], "services": ["shop"]},
    "properties": {"z": 1, "a": {"b": [1.5, None, True, "É"]}},
}


async def test_every_field_comes_back(api: httpx.AsyncClient) -> None:
    """As it was sent, in its order; and what the server adds."""
    sent = await api.post("/v1/events", json=FULL)
    answer = (await api.get(f"/v1/events/{sent.json()['id']}")).json()

    assert sent.status_code == 201
    assert sent.json() == {"id": answer["id"], "status": "accepted", "alert_id": answer["alert_id"]}
    for name in set(FULL) - {"id"}:
        assert answer[name] == FULL[name], name
    assert json.dumps(answer["properties"]) == json.dumps(FULL["properties"])
    assert (answer["sender_id"], answer["dialect"], answer["status"]) == ("build-7", "whence", "closed")
    assert (answer["report_count"], answer["entities"]) == (1, [])
    assert answer["received_at"] == answer["updated_at"]
    assert answer["matched"] == {"count": 0, "of": 0, "sample": []}


async def test_properties_come_back_as_they_were_sent(api: httpx.AsyncClient) -> None:
    """[IN9] At every depth, by id and in lists: the order of keys and their spelling, values and their nesting."""
    sent = '{"z": 1, "a.b": {"Y": [{"d": null, "c": 1.0}, []], "y": "É"}, "A": {}, "": 123456789012345678901, "a": "1"}'
    body = f'{{"title": "a", "properties": {sent}}}'

    answer = await api.post("/v1/events", content=body, headers={"content-type": "application/json"})
    one = (await api.get(f"/v1/events/{answer.json()['id']}")).json()
    (listed,) = events(await api.get("/v1/events"))

    assert [json.dumps(event["properties"], ensure_ascii=False) for event in (one, listed)] == [sent, sent]


async def test_what_is_not_said_has_a_default(api: httpx.AsyncClient) -> None:
    """A title is enough: now, of the token's name, for every service."""
    before = datetime.now(UTC).replace(microsecond=0)

    sent = await api.post("/v1/events", json=GOOD)
    (answer,) = events(await api.get("/v1/events"))

    assert answer["id"] == sent.json()["id"]
    assert datetime.fromisoformat(answer["time"]) >= before
    defaults: dict[str, Any] = {
        "sender_id": None, "source": "tests", "kind": "info", "type": "info", "severity": "info", "title": "v42 is out",
        "description": "", "url": None, "links": [], "end_time": None, "key": None, "properties": {},
        "status": "closed",
        "scope": {"clusters": [], "namespaces": [], "services": []}, "alert_id": None, "problem_id": None,
    }  # fmt: skip
    assert {name: answer[name] for name in defaults} == defaults


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (text(NOW), text(NOW)),
        (NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), text(NOW)),
        (NOW.strftime("%Y-%m-%d %H:%M:%Sz"), text(NOW)),
        (NOW.strftime("%Y-%m-%dT%H:%M:%S.987654321Z"), NOW.strftime("%Y-%m-%dT%H:%M:%S.987Z")),
        ((NOW + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00"), text(NOW)),
        (int(NOW.timestamp() * 1000), text(NOW)),
        (int(NOW.timestamp() * 1000) + 1, NOW.strftime("%Y-%m-%dT%H:%M:%S.001Z")),
        (None, None),
    ],
    ids=["as_shown", "whole_seconds", "blank", "nanoseconds", "zone", "millis", "odd_millis", "now"],
)
async def test_times_are_rfc_3339_or_milliseconds(api: httpx.AsyncClient, given: object, expected: str | None) -> None:
    """Read in any zone, written in UTC with milliseconds."""
    sent = await api.post("/v1/events", json={**GOOD, "time": given})

    answer = (await api.get(f"/v1/events/{sent.json()['id']}")).json()

    assert expected in {answer["time"], None}


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(seconds=50)])
async def test_what_ends_now_by_a_clock_that_is_behind_is_taken(api: httpx.AsyncClient, late: timedelta) -> None:
    """Without a `time` it would have begun after its end."""
    end = datetime.now(UTC).replace(microsecond=0) - late

    sent = await api.post("/v1/events", json={"title": "a", "end_time": text(end)})

    answer = (await api.get(f"/v1/events/{sent.json()['id']}")).json()
    assert (sent.status_code, answer["time"], answer["end_time"]) == (201, text(end), None)


async def test_what_ended_longer_ago_has_a_beginning(api: httpx.AsyncClient) -> None:
    """No clock is as far behind as that."""
    end = datetime.now(UTC) - timedelta(minutes=2)

    answer = await api.post("/v1/events", json={"title": "a", "end_time": text(end)})

    assert [one["path"] for one in refused(answer, 400)] == ["end_time"]


async def test_all_faults_are_told_at_once(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Every violation with its path and a sentence that a person understands."""
    body = {
        "title": " ",
        "kind": "deploy",
        "severity": 7,
        "url": "ftp://example.org",
        "links": [{"url": "x"}, {"title": "a"}],
        "scope": {"clusters": ["a", ""], "cluster": []},
        "timeout_minutes": 0,
        "nonsense": 1,
    }

    violations = refused(await api.post("/v1/events", json=body), 400)

    assert {v["path"]: v["message"] for v in violations} == {
        "title": "must not be blank",
        "kind": "must be 'change', 'info', 'problem' or 'recovery'",
        "severity": "must be 'info', 'warning', 'error' or 'critical'",
        "url": "must be an http or https address",
        "links[0].url": "must be an http or https address",
        "links[1].url": "is required",
        "scope.clusters[1]": "string should have at least 1 character",
        "scope.cluster": "is not a field of this call",
        "timeout_minutes": "must be greater than or equal to 1",
        "nonsense": "is not a field of this call",
    }
    assert await tenant.found(asked()) == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({**GOOD, "time": text(ago(hours=1)), "end_time": text(ago(hours=2))}, "end_time"),
        ({**GOOD, "time": text(ago(days=91))}, "time"),
        ({**GOOD, "time": text(NOW + timedelta(days=8))}, "time"),
        ({**GOOD, "end_time": text(NOW + timedelta(days=8))}, "end_time"),
        ({**GOOD, "scope": {}, "entities": []}, "entities"),
        ({**GOOD, "entities": [], "match": []}, "match"),
        ({**GOOD, "entities": ["nobody"]}, "entities[0]"),
        ({**GOOD, "timeout_minutes": 5}, "timeout_minutes"),
        ({**GOOD, "kind": "recovery", "timeout_minutes": 5}, "timeout_minutes"),
        ({**GOOD, "kind": "problem", "end_time": text(NOW + DAY), "timeout_minutes": 5}, "timeout_minutes"),
    ],
)
async def test_what_contradicts_itself_or_the_store_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, body: dict[str, Any], path: str
) -> None:
    """With the path of the fault, alone and in a batch."""
    alone = refused(await api.post("/v1/events", json=body), 400)
    together = (await api.post("/v1/events", json=[GOOD, body])).json()["results"]

    assert paths(alone) == paths(together[1]["error"]["violations"]) == [path]
    assert len(await tenant.found(asked())) == 1


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson", "application/jsonl"])
async def test_a_bad_item_spoils_no_other(api: httpx.AsyncClient, tenant: Tenant, kind: str) -> None:
    """[IN5] Each has its result, in order; the bad ones with their error."""
    items: list[Any] = [GOOD, {}, 7, None, {"title": "a", "nonsense": 1}, {**GOOD, "id": "x"}, {**GOOD, "id": "x"}]
    body = json.dumps(items) if kind == "application/json" else "\r\n\n".join(map(json.dumps, items)) + "\n"

    response = await api.post("/v1/events", content=body, headers={"content-type": kind})

    answer = response.json()
    assert response.status_code == 200
    assert {name: answer[name] for name in ("accepted", "duplicate", "rejected")} == {
        "accepted": 2, "duplicate": 1, "rejected": 4,
    }  # fmt: skip
    assert [result["index"] for result in answer["results"]] == list(range(7))
    faulty = [result["error"] for result in answer["results"] if result["status"] == "rejected"]
    assert [paths(fault(error, 400, response.headers["x-request-id"])) for error in faulty] == [
        ["title"], [""], [""], ["nonsense"],
    ]  # fmt: skip
    assert len(await tenant.found(asked())) == 2


@pytest.mark.parametrize(
    "kind", ["application/ld+json", "application/vnd.github+json", "APPLICATION/X+JSON; charset=utf-8", "text/a+json"]
)
async def test_json_may_go_by_a_name_of_its_own(api: httpx.AsyncClient, tenant: Tenant, kind: str) -> None:
    """As for every other call: one event, or an array of them."""
    headers = {"content-type": kind}

    one = await api.post("/v1/events", content=json.dumps(GOOD), headers=headers)
    some = await api.post("/v1/events", content=json.dumps([GOOD, {}]), headers=headers)

    assert one.status_code == 201, one.text
    assert [result["status"] for result in some.json()["results"]] == ["accepted", "rejected"]
    assert len(await tenant.found(asked())) == 2


@pytest.mark.parametrize("kind", ["application/cloudevents-stream+json", "application/cloudevents+avro"])
@pytest.mark.parametrize("headers", [{}, {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/ci", "ce-type": "t"}])
async def test_a_cloud_event_of_another_form_is_no_event_of_ours(
    api: httpx.AsyncClient, tenant: Tenant, kind: str, headers: dict[str, str]
) -> None:
    """It would be read by other rules than it was written by, also when headers say something of it."""
    refused(await api.post("/v1/events", content=json.dumps(GOOD), headers={"content-type": kind, **headers}), 415)

    assert await tenant.found(asked()) == []


async def test_a_broken_line_spoils_no_other(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """What is no JSON at all, and no UTF-8 at all."""
    lines = [b'{"title": "a"}', b"{", b"\xff", b'{"title": "\xff"}', b'{"title": "b"}', b"[]"]

    answer = (await api.post("/v1/events", content=b"\n".join(lines), headers=NDJSON)).json()

    assert [result["status"][0] for result in answer["results"]] == ["a", "r", "r", "r", "a", "r"]
    assert sorted(event.title for event in await tenant.found(asked())) == ["a", "b"]


@pytest.mark.parametrize(("body", "headers"), [("[]", {}), ("", NDJSON), ("\n\n", NDJSON), ("[]", CLOUDS)])
async def test_an_empty_batch_is_answered(api: httpx.AsyncClient, body: str, headers: dict[str, str]) -> None:
    """Nothing came, nothing is wrong."""
    response = await api.post("/v1/events", content=body, headers={"content-type": "application/json", **headers})

    assert (response.status_code, response.json()) == (
        200,
        {"accepted": 0, "duplicate": 0, "rejected": 0, "results": []},
    )


async def test_a_batch_holds_ten_thousand(api: httpx.AsyncClient) -> None:
    """So many, and no more: of too many none is stored."""
    just = await api.post("/v1/events", content="\n".join(['{"title":"a"}'] * 10_000), headers=NDJSON)
    over = [
        await api.post("/v1/events", json=[GOOD] * 10_001),
        await api.post("/v1/events", content="\n".join(['{"title":"a"}'] * 10_003), headers=NDJSON),
    ]

    assert just.json()["accepted"] == 10_000
    assert [refused(one, 400)[0]["message"] for one in over] == [
        "must hold at most 10000 events, got 10001",
        "must hold at most 10000 events, got 10003",
    ]
    assert (await api.get("/v1/events/facets")).json()["total"] == 10_000


def envelope(**given: object) -> dict[str, Any]:
    """A CloudEvent."""
    return {"specversion": "1.0", "id": "c1", "source": "/ci", "type": "org.example.deploy", **given}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (envelope(), {"title": "org.example.deploy", "properties": {}}),
        (
            envelope(subject="v42"),
            {"title": "v42", "properties": {"cloudevent": {"specversion": "1.0", "subject": "v42"}}},
        ),
        (envelope(data={"title": "t", "severity": "error"}), {"title": "t", "severity": "error"}),
        (envelope(data={"a": 1}), {"title": "org.example.deploy", "properties": {"a": 1}}),
        (envelope(data=[1]), {"properties": {"data": [1]}}),
        (envelope(data_base64="AAE="), {"properties": {"data_base64": "AAE="}}),
        (envelope(time="2026-01-01T00:00:00Z") | {"time": text(ago(hours=1))}, {"time": text(ago(hours=1))}),
    ],
)
async def test_a_cloud_event_is_an_event(
    api: httpx.AsyncClient, sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Structured, or in a batch: its envelope and its data."""
    one = await api.post("/v1/events", content=json.dumps(sent), headers=CLOUD)
    batch = await api.post("/v1/events", content=json.dumps([sent]), headers=CLOUDS)

    assert (one.status_code, one.json()["status"]) == (201, "accepted")
    assert batch.json()["duplicate"] == 1
    (answer,) = events(await api.get("/v1/events"))
    assert (answer["sender_id"], answer["source"], answer["type"]) == ("c1", "/ci", "org.example.deploy")
    for name, value in expected.items():
        if name == "properties":
            further = answer["properties"].pop("cloudevent", {})
            assert further.get("subject") == value.pop("cloudevent", {}).get("subject")
        assert answer[name] == value, name


@pytest.mark.parametrize(
    ("own", "is_native"),
    [
        ({"id": "c1", "source": "/ci", "type": "org.example.deploy"}, True),
        ({"type": "outage"}, False),
        ({"id": 7}, False),
        ({"time": "2026-01-01T00:00:00Z"}, False),
    ],
)
async def test_a_cloud_event_loses_nothing_of_what_its_data_calls_itself(
    api: httpx.AsyncClient, own: dict[str, Any], *, is_native: bool
) -> None:
    """Data that says another id, source, type or time than the envelope is kept as it is: only one could stand."""
    data = {"title": "cart is down", "kind": "problem", **own}
    await api.post("/v1/events", content=json.dumps(envelope(data=data)), headers=CLOUD)

    (answer,) = events(await api.get("/v1/events"))
    assert answer["kind"] == ("problem" if is_native else "info")
    assert answer["properties"] == ({} if is_native else data)


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        ({"title": "x", "properties": {"cloudevent": {"mine": 1}}}, {"cloudevent": {"mine": 1}}),
        ({"cloudevent": "mine", "cloudevent_": 1}, {"cloudevent": "mine", "cloudevent_": 1}),
    ],
)
async def test_a_cloud_event_loses_no_property_to_its_attributes(
    api: httpx.AsyncClient, data: object, taken: dict[str, Any]
) -> None:
    """They are under the next name that is free."""
    sent = await api.post("/v1/events", content=json.dumps(envelope(data=data, region="eu")), headers=CLOUD)

    (answer,) = events(await api.get("/v1/events"))
    assert sent.status_code == 201
    further = answer["properties"].pop(max(taken) + "_")
    assert (answer["properties"], further["region"]) == (taken, "eu")


@pytest.mark.parametrize(
    ("kind", "body", "properties"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("text/plain", b"hi", {"data_base64": "aGk="}),
        ("application/json", b"", {}),
        ("Application/JSON", b'{"a": 1}', {"a": 1}),
        ("Application/Vnd.Example+JSON; v=1", b'{"a": 1}', {"a": 1}),
        ("text/json", b'{"a": 1}', {"a": 1}),
        ("image/png; like=json", b"hi", {"data_base64": "aGk="}),
        ("application/x-ndjson", b"1\n2", {"data_base64": "MQoy"}),
    ],
)
async def test_a_cloud_event_in_headers_is_an_event(
    api: httpx.AsyncClient, kind: str, body: bytes, properties: dict[str, Any]
) -> None:
    """Binary mode: attributes percent-encoded in `ce-` headers."""
    headers = {
        "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/ci", "ce-type": "t", "ce-subject": "%C3%89%20v42",
        "content-type": kind,
    }  # fmt: skip

    sent = await api.post("/v1/events", content=body, headers=headers)
    (answer,) = events(await api.get("/v1/events"))

    assert sent.status_code == 201, sent.text
    assert answer["title"] == "É v42"
    del answer["properties"]["cloudevent"]
    assert answer["properties"] == properties


@pytest.mark.parametrize("kind", ["text/plain", "image/png"])
async def test_bytes_that_are_no_text_are_kept(api: httpx.AsyncClient, kind: str) -> None:
    """All of them, also in what is kept as received: two bodies are not the same for looking alike as text."""
    headers = {
        "ce-specversion": "1.0", "ce-source": "/ci", "ce-type": "t", "content-type": kind, "idempotency-key": "k",
    }  # fmt: skip

    sent = await api.post("/v1/events", content=b"\x89\0", headers={**headers, "ce-id": "1"})
    other = await api.post("/v1/events", content=b"\xff\0", headers={**headers, "ce-id": "1"})

    answer = (await api.get(f"/v1/events/{sent.json()['id']}", params={"include": "original"})).json()
    assert answer["properties"] == answer["original"] == {"data_base64": "iQA="}
    assert refused(other, 409) == []


async def test_attributes_in_headers_are_part_of_what_a_key_stands_for(api: httpx.AsyncClient) -> None:
    """Two events without data have the same body, and are not the same."""
    headers = {"ce-specversion": "1.0", "ce-source": "/ci", "ce-type": "t", "idempotency-key": "k"}

    sent = await api.post("/v1/events", content=b"", headers={**headers, "ce-id": "1"})
    again = await api.post("/v1/events", content=b"", headers={"ce-id": "1", **headers})
    other = await api.post("/v1/events", content=b"", headers={**headers, "ce-id": "2"})

    assert (sent.json()["status"], again.json()) == ("accepted", {**sent.json(), "status": "duplicate"})
    assert refused(other, 409) == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
async def test_a_cloud_event_in_another_character_set_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, kind: str
) -> None:
    """Rather than kept as what it does not say."""
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/ci", "ce-type": "t"}

    sent = await api.post(
        "/v1/events", content=b'"gr\xfc\xdfe"', headers={**headers, "content-type": f"{kind}; charset=ISO-8859-1"}
    )

    refused(sent, 415)
    assert await tenant.found(asked()) == []


@pytest.mark.parametrize("name", ["ce-id", "ce-subject", "idempotency-key"])
async def test_a_header_of_one_value_is_given_once(api: httpx.AsyncClient, tenant: Tenant, name: str) -> None:
    """Neither the first nor the last of two counts in silence."""
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/ci", "ce-type": "t", "ce-subject": "s"}
    twice = [*headers.items(), ("idempotency-key", "a"), (name, "b")]

    sent = await api.post("/v1/events", content=b"", headers=twice)

    path = "Idempotency-Key" if name == "idempotency-key" else name.removeprefix("ce-")
    assert refused(sent, 400) == [{"path": path, "message": "takes one value, got 2"}]
    assert await tenant.found(asked()) == []


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ('"v42 is out"', "v42 is out"),
        (r'"the \"blue\" one \\ the%20other"', r'the "blue" one \ the other'),
        ("%22v42%22", '"v42"'),
        ('"', '"'),
        ('v42 "is" out', 'v42 "is" out'),
        ('"v42" "is out"', '"v42" "is out"'),
    ],
)
async def test_an_attribute_in_a_header_may_be_quoted(api: httpx.AsyncClient, sent: str, read: str) -> None:
    """Older senders quote what has blanks: a quoted string is unescaped first, then what is percent-encoded."""
    headers = {"ce-specversion": '"1.0"', "ce-id": "1", "ce-source": "/ci", "ce-type": "t", "ce-subject": sent}

    answer = await api.post("/v1/events", content=b"", headers=headers)

    assert answer.status_code == 201, answer.text
    assert titles(await api.get("/v1/events")) == [read]


async def test_headers_beside_a_whole_cloud_event_say_nothing(api: httpx.AsyncClient) -> None:
    """The content type alone tells the modes apart: a sender may repeat in headers what stands in the envelope."""
    beside = {"ce-specversion": "1.0", "ce-id": "9", "ce-source": "/else", "ce-type": "other"}
    data = {"title": "t", "severity": "error"}

    one = await api.post("/v1/events", content=json.dumps(envelope(id="1", data=data)), headers={**CLOUD, **beside})
    some = await api.post("/v1/events", content=json.dumps([envelope(id="2", data=data)]), headers={**CLOUDS, **beside})

    stored = events(await api.get("/v1/events"))
    assert (one.status_code, some.status_code) == (201, 200)
    assert {event["sender_id"] for event in stored} == {"1", "2"}
    assert {(event["title"], event["severity"], len(event["properties"])) for event in stored} == {("t", "error", 0)}


@pytest.mark.parametrize(
    "data", [None, {"title": "t", "severity": "error", "key": "k"}, {"b": {"z": 1.5, "a": None}, "a": "É"}, [1], "text"]
)
async def test_a_cloud_event_means_the_same_in_every_mode(api: httpx.AsyncClient, data: object) -> None:
    """[IN11] Structured, in a batch and in headers: but for its id and times the very same event is stored."""
    given = {"subject": "v42", "time": text(ago(hours=1)), "region": "eu"} | ({} if data is None else {"data": data})
    headers = {
        "ce-specversion": "1.0", "ce-id": "3", "ce-source": "/ci", "ce-type": "org.example.deploy",
        "ce-subject": "v42", "ce-time": text(ago(hours=1)), "ce-region": "eu", "content-type": "application/json",
    }  # fmt: skip

    await api.post("/v1/events", content=json.dumps(envelope(id="1", **given)), headers=CLOUD)
    await api.post("/v1/events", content=json.dumps([envelope(id="2", **given)]), headers=CLOUDS)
    await api.post("/v1/events", content=b"" if data is None else json.dumps(data), headers=headers)

    stored = events(await api.get("/v1/events"))
    own = {"id", "sender_id", "received_at", "updated_at"}
    meant = [json.dumps({name: value for name, value in one.items() if name not in own}) for one in stored]
    assert {one["sender_id"] for one in stored} == {"1", "2", "3"}
    assert len(set(meant)) == 1


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"ce-specversion": "0.3"}, "specversion"),
        ({"ce-id": ""}, "id"),
        ({"ce-subject": "a%00b"}, "subject"),
        ({"ce-id": "%00"}, "id"),
        ({"ce-further": "%00"}, "further"),
        ({"ce-time": "yesterday"}, "time"),
    ],
)
async def test_a_cloud_event_in_bad_headers_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, headers: dict[str, str], path: str
) -> None:
    """With the attribute that is at fault."""
    good = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/ci", "ce-type": "t"}

    response = await api.post("/v1/events", content=b"", headers={**good, **headers})

    assert paths(refused(response, 400)) == [path]
    assert await tenant.found(asked()) == []


@pytest.mark.parametrize(
    "sent", [{}, [], 7, envelope(specversion=1), envelope(id=7), {"specversion": "1.0"}, envelope(data={"title": 7})]
)
async def test_what_is_no_cloud_event_is_refused(api: httpx.AsyncClient, sent: object) -> None:
    """By itself 400, in a batch alone."""
    one = await api.post("/v1/events", content=json.dumps(sent), headers=CLOUD)
    batch = await api.post("/v1/events", content=json.dumps([envelope(), sent]), headers=CLOUDS)

    assert refused(one, 400)
    assert [result["status"] for result in batch.json()["results"]] == ["accepted", "rejected"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (envelope(data={"a": 1}, data_base64="AAE="), ["data"]),
        (envelope(data_base64="A"), ["data_base64"]),
        (envelope(data_base64="A A="), ["data_base64"]),
        (envelope(data_base64="É"), ["data_base64"]),
        (envelope(data_base64=7), ["data_base64"]),
        (envelope(data_base64=None), ["data_base64"]),
        (envelope(data=[], data_base64="A") | {"id": 7}, ["id", "data", "data_base64"]),
        (envelope(data={"properties": "text"}, region="eu"), ["properties"]),
        (envelope(data={"properties": ""}, region="eu"), ["properties"]),
    ],
)
async def test_nothing_of_a_cloud_event_is_left_out_in_silence(
    api: httpx.AsyncClient, tenant: Tenant, sent: dict[str, Any], expected: list[str]
) -> None:
    """[CloudEvents JSON 3.1] It has `data` or `data_base64`; what cannot be kept is refused, by its place."""
    assert paths(refused(await api.post("/v1/events", content=json.dumps(sent), headers=CLOUD), 400)) == expected
    assert await tenant.found(asked()) == []


async def test_an_idempotency_key_is_honoured(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Again the same is a duplicate, another body a conflict; a batch has keys of its own."""
    key = {"idempotency-key": "k"}

    first = await api.post("/v1/events", json=GOOD, headers=key)
    again = await api.post("/v1/events", json=GOOD, headers=key)
    other = await api.post("/v1/events", json={"title": "other"}, headers=key)
    batches = [await api.post("/v1/events", json=[GOOD, {}, {"title": "b"}], headers=key) for _ in range(2)]
    alike = await api.post("/v1/events", json={"title": "c"}, headers={"idempotency-key": "k#0"})

    assert (first.json()["status"], again.json()["status"]) == ("accepted", "duplicate")
    assert first.json()["id"] == again.json()["id"]
    refused(other, 409)
    assert [[one.json()[name] for name in ("accepted", "duplicate", "rejected")] for one in batches] == [
        [2, 0, 1],
        [0, 2, 1],
    ]
    assert alike.status_code == 201
    assert len(await tenant.found(asked())) == 4


async def test_original_is_what_was_sent(api: httpx.AsyncClient) -> None:
    """To the letter of its values, on request only; of a batch the item's own."""
    body = '{ "title" : "a", "properties": {"b": 1.50, "a": "\\u00c9"} }'
    await api.post("/v1/events", content=body, headers={"content-type": "application/json"})
    await api.post("/v1/events", json=[{"title": "b"}])

    plain = events(await api.get("/v1/events"))
    told = events(await api.get("/v1/events", params={"include": "original", "order": "time"}))

    assert not any("original" in event for event in plain)
    assert [event["original"] for event in told] == [json.loads(body), {"title": "b"}]


async def test_whom_an_event_names(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Entities by id, cid, alias or tag, or those that a rule matches now: once each, and their places."""
    shop, box = await tenant.register(draft("shop", tag="a/b", aliases=("s1",), cluster="c"), draft("box", type="HOST"))

    for target in (
        {"entities": [shop.id, shop.cid, "s1", "a/b"]},
        {"match": [{"types": ["SERVICE"]}]},
    ):
        sent = await api.post("/v1/events", json={**GOOD, **target})
        answer = (await api.get(f"/v1/events/{sent.json()['id']}")).json()

        assert (answer["entities"], answer["scope"]) == ([shop.id], None)
        assert (answer["matched"]["count"], answer["matched"]["sample"][0]["tag"]) == (1, "a/b")
    assert len(titles(await api.get("/v1/events", params={"cluster": "c"}))) == 2
    assert titles(await api.get("/v1/events", params={"entity": box.id})) == []


async def test_those_of_a_batch_that_name_entities_keep_their_places(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """They are looked up together, behind the others; each result is that of the event in its place."""
    (shop,) = await tenant.register(draft("shop"))
    named: list[dict[str, Any]] = [{"entities": [shop.id]}, {}, {"entities": ["none"]}, {"match": [{}]}]
    lines = [json.dumps({"title": f"{n}", **named[n % 4], "properties": {"pad": "x" * 999}}) for n in range(80)]
    lines[41] = "{"

    headers = {**NDJSON, "idempotency-key": "k"}
    first, again = [(await api.post("/v1/events", content="\n".join(lines), headers=headers)).json() for _ in range(2)]

    refused = {*range(2, 80, 4), 41}
    assert {result["index"] for result in first["results"] if result["status"] == "rejected"} == refused
    assert paths(first["results"][2]["error"]["violations"]) == ["entities[0]"]
    for result in first["results"]:
        if result["index"] not in refused:
            stored = (await api.get(f"/v1/events/{result['id']}")).json()
            of_shop = [] if result["index"] % 4 == 1 else [shop.id]
            assert (stored["title"], stored["entities"]) == (str(result["index"]), of_shop)
    assert (again["duplicate"], again["rejected"]) == (first["accepted"], 21)
    assert [result.get("id") for result in again["results"]] == [result.get("id") for result in first["results"]]


@pytest.mark.parametrize(
    "rights", [[Right.READ_EVENTS], [Right.WRITE_ENTITIES], [Right.READ_ENTITIES, Right.WRITE_PROBLEMS]]
)
async def test_writing_needs_the_right_to(tenant: Tenant, client: Client, rights: list[Right]) -> None:
    """403, whatever the body is."""
    api = client(await tenant.key(*rights))

    for body in (json.dumps(GOOD), "nonsense"):
        refused(await api.post("/v1/events", content=body, headers={"content-type": "application/json"}), 403)
