"""A5.2, A8: the six calls, example by example."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from tests.builders import NOW, ago, draft, report
from tests.tenants import Tenant
from whence.dialects.cortex.tests.answers import DAY, GOOD, body, is_bad, is_error, is_missing, made, titles
from whence.dialects.cortex.tests.conftest import EVENTS, MakeClient
from whence.domain.access import Right, Sees
from whence.domain.entity import Entity
from whence.domain.event import Kind, Severity, Span
from whence.domain.scope import Scope

NOBODY = "00000000-0000-0000-0000-000000000000"
SLASHED = "/api/v1/catalog/%2Fteam%2Fpay%2F%2Fapi/custom-events"


async def test_a_list_looks_like_the_example(cortex: AsyncClient) -> None:
    """[A8.1] Member by member, newest first."""
    sent = [
        {
            "customData": {"replicas": 12, "cluster": "eu-1"}, "description": "autoscaler",
            "timestamp": f"{DAY}T09:14:07.310Z", "title": "Scaled out", "type": "SCALE_OUT",
            "url": "https://ci.example.com/runs/881",
        },
        {"timestamp": f"{DAY}T06:30:00Z", "title": "Flag turned on", "type": "FEATURE_FLAG"},
        *({"timestamp": f"{DAY}T0{hour}:00:00Z", "title": "x", "type": "y"} for hour in (1, 2, 3)),
    ]  # fmt: skip
    uuids = [(await cortex.post(EVENTS, json=event)).json()["uuid"] for event in sent]

    answer = await cortex.get(f"{EVENTS}?pageSize=2&page=0&startTime={DAY}T00:00:00")

    shown = [{**event, "uuid": uuid} for event, uuid in zip(sent[:2], uuids[:2], strict=True)]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == json.dumps({"events": shown, "page": 0, "total": 5, "totalPages": 3}, separators=(",", ":"))


async def test_an_empty_list_looks_like_the_example(cortex: AsyncClient, checkout: Entity) -> None:
    """[A8.1] No rows, no pages."""
    where = f"/api/v1/catalog/{checkout.cid}/custom-events"

    answer = await cortex.get(f"{where}?type=FEATURE_FLAG&endTime=2020-01-01T00:00:00")

    assert answer.text == '{"events":[],"page":0,"total":0,"totalPages":0}'


async def test_a_create_looks_like_the_example(cortex: AsyncClient, tenant: Tenant) -> None:
    """[A8.2] 200, not 201; a url of null is none; an instant keeps whatever the zone."""
    flag = {"title": "Flag turned on", "timestamp": f"{DAY}T06:30:00", "type": "FEATURE_FLAG", "url": None}
    flushed = {
        "customData": {"n": 3, "tags": ["a", None], "owner": {"team": "pay"}}, "description": "manual",
        "timestamp": f"{DAY}T08:30:00+02:00", "title": "Cache flushed", "type": "OPS_ACTION",
        "url": "https://wiki.example.com/cache",
    }  # fmt: skip
    await tenant.register(draft("api", tag="/team/pay//api"))

    plain = await cortex.post(EVENTS, json=flag)
    full = await cortex.post(SLASHED, json=flushed)

    assert plain.status_code == full.status_code == 200
    assert list(plain.json().items()) == [
        ("timestamp", f"{DAY}T06:30:00Z"), ("title", "Flag turned on"), ("type", "FEATURE_FLAG"),
        ("uuid", plain.json()["uuid"]),
    ]  # fmt: skip
    expected: dict[str, Any] = {**flushed, "timestamp": f"{DAY}T06:30:00Z", "uuid": full.json()["uuid"]}
    assert list(full.json().items()) == list(expected.items())
    is_bad(await cortex.post(EVENTS, json={"title": "No time given", "type": "OPS_ACTION"}), "timestamp is required")


async def test_every_create_is_an_event_of_its_own(cortex: AsyncClient) -> None:
    """[A8.2] The same sent three times is three events, there for the next read."""
    uuids = {(await made(cortex, EVENTS))["uuid"] for _ in range(3)}

    listed = (await cortex.get(EVENTS)).json()

    assert {event["uuid"] for event in listed["events"]} == uuids
    assert listed["total"] == len(uuids) == 3


async def test_one_event_looks_like_the_example(cortex: AsyncClient, tenant: Tenant) -> None:
    """[A8.4] By its uuid in any letter case, and only below its own entity."""
    await tenant.register(draft("other", tag="other-service"))
    event = await made(cortex, EVENTS)
    uuid = event["uuid"]

    for spelled in (uuid, uuid.upper()):
        answer = await cortex.get(f"{EVENTS}/{spelled}")
        assert (answer.status_code, answer.json()) == (200, event)
    elsewhere = f"{EVENTS.replace('checkout-api', 'other-service')}/{uuid.upper()}"
    is_missing(await cortex.get(elsewhere), f"Custom event not found: {uuid}")
    is_missing(await cortex.put(elsewhere, json=GOOD), f"Custom event not found: {uuid}")
    is_missing(await cortex.delete(elsewhere), f"Custom event not found: {uuid}")
    assert (await cortex.get(f"{EVENTS}/{uuid}")).json() == event


async def test_a_put_replaces_the_whole(cortex: AsyncClient) -> None:
    """[A8.5] What is left out is cleared, the uuid stays, and an event is never made."""
    event = await made(cortex, EVENTS, description="d", url="u", customData={"a": 1})
    sent = {"title": "Scaled out again", "type": "SCALE_OUT", "timestamp": f"{DAY}T09:20:00Z"}

    answer = await cortex.put(f"{EVENTS}/{event['uuid'].upper()}", json=sent)

    expected = {"timestamp": f"{DAY}T09:20:00Z", "title": "Scaled out again", "type": "SCALE_OUT"}
    assert answer.status_code == 200
    assert list(answer.json().items()) == [*expected.items(), ("uuid", event["uuid"])]
    assert (await cortex.get(EVENTS)).json()["events"] == [answer.json()]
    is_missing(await cortex.put(f"{EVENTS}/{NOBODY}", json=GOOD), f"Custom event not found: {NOBODY}")
    again = await cortex.put(f"{EVENTS}/{event['uuid']}", json=body(customData={"b": 1.0}))
    assert again.json() == {**GOOD, "customData": {"b": 1.0}, "uuid": event["uuid"]}


async def test_a_put_may_move_an_event_to_another_month(cortex: AsyncClient) -> None:
    """[A8.5] And it is found there, and nowhere else."""
    event = await made(cortex, EVENTS)
    there = (NOW - timedelta(days=50)).strftime("%Y-%m-%dT00:00:00Z")

    await cortex.put(f"{EVENTS}/{event['uuid']}", json=body(timestamp=there))

    assert await titles(cortex, EVENTS, startTime=there, endTime=there) == ["Flag turned on"]
    assert await titles(cortex, EVENTS, startTime=f"{DAY}T00:00:00Z") == []


async def test_a_delete_is_done_once(cortex: AsyncClient) -> None:
    """[A8.6] 204, then 404."""
    event = await made(cortex, EVENTS)
    where = f"{EVENTS}/{event['uuid']}"

    gone = await cortex.request("DELETE", where, json={})

    assert (gone.status_code, gone.content) == (204, b"")
    assert "content-type" not in gone.headers
    assert "content-length" not in gone.headers
    missing = f"Custom event not found: {event['uuid']}"
    for method in ("DELETE", "GET", "PUT"):
        is_missing(await cortex.request(method, where, json=GOOD), missing)


async def test_delete_all_is_of_one_entity_and_one_kind(cortex: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """[A8.3, A1.11] 204 also when nothing is left; what other calls made stays."""
    await tenant.register(draft("other", tag="other"))
    other = EVENTS.replace("checkout-api", "other")
    for where in (EVENTS, EVENTS, other):
        await made(cortex, where)
    said = {"scope": Scope.entities([checkout.id]), "span": Span.moment(ago(days=1))}
    stay = await tenant.send([report(**said, dialect="cortex", call="deploy"), report(**said)])

    for _ in range(2):
        gone = await cortex.request("DELETE", EVENTS, json={})
        assert (gone.status_code, gone.content) == (204, b"")

    assert await titles(cortex, EVENTS) == []
    assert await titles(cortex, other) == ["Flag turned on"]
    for event in stay:
        assert await tenant.house.context.timeline.require(tenant.admin, event.id) == event


AT = [f"{DAY}T10:00:51Z", f"{DAY}T10:00:51.226Z", f"{DAY}T10:00:51.226500Z", f"{DAY}T11:00:00Z"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abcd"),
        (f"startTime={AT[1]}", "bcd"),
        (f"endTime={AT[1]}", "ab"),
        (f"endTime={AT[0]}", "a"),
        (f"startTime={AT[1]}&endTime={AT[1]}", "b"),
        (f"startTime={DAY}T10:00:51.226&endTime={DAY}T11:00:00", "bcd"),
        (f"startTime={DAY}T12:00:00+02:00&endTime={DAY}T12:00:51+02:00", "a"),
        (f"startTime={DAY}T12:00:51%2B02:00", "abcd"),
        (f"startTime={DAY}T10:00", "abcd"),
        (f"timestamp={AT[3]}", "d"),
        (f"timestamp={DAY}T10:00:51.226", "bcd"),
        (f"timestamp={AT[3]}&startTime={AT[0]}", "abcd"),
        (f"startTime={AT[3]}&endTime={AT[0]}", ""),
        ("startTime=0001-01-01T00:00:00&endTime=9999-12-31T23:59:59.999999Z", "abcd"),
        ("startTime=9999-01-01T00:00:00", ""),
        ("endTime=1900-01-01T00:00:00", ""),
        ("type=odd", "ac"),
        ("type=Odd", ""),
        ("type=odd&type=even", "abcd"),
        ("type=", "abcd"),
        ("type=&type=odd", "ac"),
        ("type=%25", ""),
        (f"type=odd&startTime={AT[1]}&endTime={AT[3]}", "c"),
        ("q=nothing&kind=x", "abcd"),
    ],
)
async def test_filters_list_and_delete_the_same(cortex: AsyncClient, query: str, found: str) -> None:
    """[A5.2, A8.3] Both bounds are inclusive and to the microsecond; all are ANDed, types are ORed."""
    for title, at in zip("abcd", AT, strict=True):
        await made(cortex, EVENTS, title=title, timestamp=at, type="odd" if title in "ac" else "even")

    listed = (await cortex.get(f"{EVENTS}?{query}")).json()
    gone = await cortex.delete(f"{EVENTS}?{query}")

    assert "".join(event["title"] for event in reversed(listed["events"])) == found
    assert listed["total"] == len(found)
    assert gone.status_code == 204
    assert sorted(await titles(cortex, EVENTS)) == sorted(set("abcd") - set(found))


SPAN = {"end_time": f"{DAY}T12:00:00Z"}  # of what began at 06:30


async def test_filters_go_by_when_an_event_began(
    cortex: AsyncClient, admin: AsyncClient, tenant: Tenant, speak: MakeClient
) -> None:
    """[A5.2] However long somebody made it since; whoever sees all finds what reaches into a window, and no more."""
    event = await made(cortex, EVENTS)
    assert (await admin.patch(f"/v1/events/{event['uuid']}", json=SPAN)).status_code == 200
    seeing = speak(await tenant.key(Right.READ_EVENTS, Right.WRITE_EVENTS, sees=Sees.ALL))
    during = {"startTime": f"{DAY}T07:00:00"}

    assert await titles(cortex, EVENTS, **during) == []
    assert await titles(cortex, "/api/v1/custom-events", **during) == []
    assert await titles(seeing, EVENTS, **during) == ["Flag turned on"]
    for client in (cortex, seeing):
        assert (await client.delete(EVENTS, params=during)).status_code == 204
        assert await titles(cortex, EVENTS) == ["Flag turned on"]
    assert await titles(cortex, EVENTS, startTime=GOOD["timestamp"]) == ["Flag turned on"]
    assert (await cortex.delete(EVENTS, params={"startTime": GOOD["timestamp"]})).status_code == 204
    assert await titles(cortex, EVENTS) == []


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ("endTime=last-week", "endTime is not an ISO-8601 date-time: last-week"),
        ("startTime=yesterday", "startTime is not an ISO-8601 date-time: yesterday"),
        ("timestamp=1707633000", "timestamp is not an ISO-8601 date-time: 1707633000"),
        ("startTime=", "startTime is not an ISO-8601 date-time: "),
        (f"startTime={DAY}", f"startTime is not an ISO-8601 date-time: {DAY}"),
        (f"startTime={DAY}T06:30:00Z&timestamp=x", "timestamp is not an ISO-8601 date-time: x"),
        (
            "endTime=b&startTime=a",
            "startTime is not an ISO-8601 date-time: a; endTime is not an ISO-8601 date-time: b",
        ),
        (f"startTime={DAY}T06:30:00Z&startTime={DAY}T06:30:00Z", "startTime must be given once"),
        ("type=%00", "type must not hold a NUL character"),
        ("type=%ff", "type must be valid UTF-8"),
        ("=%ff", "query must be valid UTF-8"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_bad_filter_is_told(cortex: AsyncClient, method: str, query: str, details: str) -> None:
    """[A7.1] And nothing is deleted."""
    await made(cortex, EVENTS)

    is_bad(await cortex.request(method, f"{EVENTS}?{query}"), details)

    assert await titles(cortex, EVENTS) == ["Flag turned on"]


@pytest.mark.parametrize("since", ["", "2030-01-01T00:00:00Z", "x&updatedSince=y"])
async def test_a_removal_is_not_wider_than_it_was_meant(cortex: AsyncClient, since: str) -> None:
    """[A8.3, B6] A filter of ours that it does not read is refused; one of nobody's is ignored, as everywhere."""
    await made(cortex, EVENTS)

    refused = await cortex.delete(f"{EVENTS}?endTime=x&updatedSince={since}")

    is_bad(refused, "endTime is not an ISO-8601 date-time: x; updatedSince is not read by this call")
    is_bad(await cortex.delete(f"{EVENTS}?updatedSince={since}"), "updatedSince is not read by this call")
    assert await titles(cortex, EVENTS) == ["Flag turned on"]
    assert (await cortex.delete(f"{EVENTS}?updatedUntil=x")).status_code == 204


async def test_only_events_made_here_are_listed(cortex: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """[A1.11] Neither other dialects' nor other calls' events are there, in `total` or by their uuid."""
    said = {"scope": Scope.entities([checkout.id])}
    others = await tenant.send([report(**said, dialect="cortex", call="deploy"), report(**said), report()])
    event = await made(cortex, EVENTS)

    assert (await cortex.get(EVENTS)).json() == {"events": [event], "page": 0, "total": 1, "totalPages": 1}
    for other in others:
        where = f"{EVENTS}/{other.id}"
        for method in ("GET", "PUT", "DELETE"):
            is_missing(await cortex.request(method, where, json=GOOD), f"Custom event not found: {other.id}")


async def test_a_key_that_sees_all_lists_every_event(
    cortex: AsyncClient, tenant: Tenant, speak: MakeClient, checkout: Entity
) -> None:
    """[A1.11] As custom events; it changes and deletes only those made here."""
    mine = await made(cortex, EVENTS, title="mine")
    alert, wide = await tenant.send(
        [
            report(
                title="alert", type="disk", kind=Kind.PROBLEM, severity=Severity.ERROR, description="d", url="https://u",
                properties={"a": 1}, scope=Scope.entities([checkout.id]), dialect="desk",
                span=Span(start=ago(hours=2), end=ago(hours=1)),
            ),
            report(title="wide", dialect="komodor"),
        ]
    )  # fmt: skip
    (elsewhere,) = await tenant.send([report(scope=Scope.entities(["SERVICE-0000000000000001"]))])
    seeing = speak(await tenant.key(Right.READ_EVENTS, Right.WRITE_EVENTS, sees=Sees.ALL))

    listed = (await seeing.get(EVENTS)).json()

    assert [event["title"] for event in listed["events"]] == ["wide", "alert", "mine"]
    assert listed["total"] == 3
    assert listed["events"][1] == (await seeing.get(f"{EVENTS}/{alert.id}")).json()
    assert listed["events"][1] == {
        "customData": {"a": 1}, "description": "d", "timestamp": f"{ago(hours=2):%Y-%m-%dT%H:%M:%SZ}", "title": "alert",
        "type": "disk", "url": "https://u", "uuid": str(alert.id),
    }  # fmt: skip
    is_missing(await seeing.get(f"{EVENTS}/{elsewhere.id}"), f"Custom event not found: {elsewhere.id}")
    is_missing(await seeing.delete(f"{EVENTS}/{wide.id}"), f"Custom event not found: {wide.id}")
    is_missing(await seeing.put(f"{EVENTS}/{wide.id}", json=GOOD), f"Custom event not found: {wide.id}")
    assert (await seeing.delete(EVENTS)).status_code == 204
    assert await titles(seeing, EVENTS) == ["wide", "alert"]
    is_missing(await cortex.get(f"{EVENTS}/{mine['uuid']}"), f"Custom event not found: {mine['uuid']}")


KEYED = {"idempotency-key": "run-17"}


async def test_a_key_seen_before_makes_nothing_new(cortex: AsyncClient, tenant: Tenant) -> None:
    """[A8.2] The first event, as it is now; with another body a conflict, of another entity an event of its own."""
    await tenant.register(draft("other", tag="other"))
    first = await cortex.post(EVENTS, json=GOOD, headers=KEYED)
    again = await cortex.post(EVENTS, json=GOOD, headers=KEYED)
    changed = await cortex.post(EVENTS, json=body(title="x"), headers=KEYED)
    elsewhere = await cortex.post(EVENTS.replace("checkout-api", "other"), json=body(title="x"), headers=KEYED)

    assert (again.status_code, again.content) == (200, first.content)
    is_error(changed, 409, "CONFLICT", "Conflict", "Idempotency-Key was used for another event")
    assert elsewhere.status_code == 200
    assert (await cortex.get(EVENTS)).json()["total"] == 1
    await cortex.put(f"{EVENTS}/{first.json()['uuid']}", json=body(title="edited"))
    assert (await cortex.post(EVENTS, json=GOOD, headers=KEYED)).json()["title"] == "edited"


@pytest.mark.parametrize("how", ["one", "all"])
async def test_a_key_is_free_once_its_event_is_deleted(cortex: AsyncClient, how: str) -> None:
    """[A8.2] What is gone cannot be returned."""
    first = (await cortex.post(EVENTS, json=GOOD, headers=KEYED)).json()

    await cortex.delete(f"{EVENTS}/{first['uuid']}" if how == "one" else EVENTS)
    again = await cortex.post(EVENTS, json=GOOD, headers=KEYED)

    assert again.status_code == 200
    assert again.json()["uuid"] != first["uuid"]


async def test_a_key_has_its_bounds(cortex: AsyncClient) -> None:
    """An empty one is none; a long one is refused."""
    for _ in range(2):
        assert (await cortex.post(EVENTS, json=GOOD, headers={"idempotency-key": " "})).status_code == 200
    assert (await cortex.get(EVENTS)).json()["total"] == 2
    assert (await cortex.post(EVENTS, json=GOOD, headers={"idempotency-key": "k" * 200})).status_code == 200
    long = await cortex.post(EVENTS, json=GOOD, headers={"idempotency-key": "k" * 201})
    is_bad(long, "Idempotency-Key must be at most 200 characters")


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def test_what_was_written_since_is_found(cortex: AsyncClient) -> None:
    """[B6] New events and edited ones, however old what they tell of is."""
    old = await made(cortex, EVENTS, title="old")
    await made(cortex, EVENTS, title="never touched")
    between = _written(datetime.now(NOW.tzinfo))
    await cortex.put(f"{EVENTS}/{old['uuid']}", json=body(title="edited", timestamp=f"{DAY}T00:00:00Z"))
    await made(cortex, EVENTS, title="new")

    for where in (EVENTS, "/api/v1/custom-events"):
        assert await titles(cortex, where, updatedSince=between) == ["new", "edited"]
        assert await titles(cortex, where, updatedSince=between, type="x") == []
        assert len(await titles(cortex, where, updatedSince="2020-01-01T00:00:00")) == 3
        assert await titles(cortex, where, updatedSince="2999-01-01T00:00:00") == []
        bad = await cortex.get(where, params={"updatedSince": "x"})
        is_bad(bad, "updatedSince is not an ISO-8601 date-time: x")


async def test_the_events_of_all_entities_are_one_list(cortex: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """[B6, A9] Filtered and paged as one entity's; each row says whose it is. Removed entities have none."""
    other, gone = await tenant.register(draft("other", tag="/o"), draft("gone", tag="gone"))
    catalog = "/api/v1/catalog/{}/custom-events"
    first = await made(cortex, EVENTS, title="1", customData={"n": 1.0})
    second = await made(cortex, catalog.format("%2Fo"), title="2", timestamp=f"{DAY}T07:00:00Z")
    await made(cortex, catalog.format("gone"), title="3", timestamp=f"{DAY}T08:00:00Z")
    await tenant.send([report(), report(dialect="cortex", call="deploy", scope=Scope.entities([other.id]))])
    await tenant.house.context.registry.remove(tenant.admin, gone.id)

    listed = (await cortex.get("/api/v1/custom-events")).json()
    narrow = (
        await cortex.get(f"/api/v1/custom-events?endTime={DAY}T06:30:00&pageSize=1&page=0&type=FEATURE_FLAG")
    ).json()
    past = (await cortex.get("/api/v1/custom-events?pageSize=1&page=2")).json()
    none = (await cortex.get(f"/api/v1/custom-events?startTime={DAY}T02:00&endTime={DAY}T01:00")).json()

    rows = [
        {**second, "entityTag": "/o", "entityId": other.cid},
        {**first, "entityTag": "checkout-api", "entityId": checkout.cid},
    ]
    assert listed == {"events": rows, "page": 0, "total": 2, "totalPages": 1}
    assert list(listed["events"][0])[-2:] == ["entityTag", "entityId"]
    assert narrow == {"events": rows[1:], "page": 0, "total": 1, "totalPages": 1}
    assert past == {"events": [], "page": 2, "total": 2, "totalPages": 2}
    assert none == {"events": [], "page": 0, "total": 0, "totalPages": 0}
