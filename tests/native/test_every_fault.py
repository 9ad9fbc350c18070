"""A body is told all that is wrong with it in one answer: with its shape and with what it means, each fault once."""

import json
from collections import ChainMap
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from tests.builders import NOW, ago, draft
from tests.native.answers import paths, refused
from tests.native.conftest import Client
from tests.tenants import BOOTSTRAP, Tenant
from whence.domain.access import Right

Json = dict[str, Any]

NDJSON: Final = {"content-type": "application/x-ndjson"}
CLOUD: Final = {"content-type": "application/cloudevents+json"}
CLOUDS: Final = {"content-type": "application/cloudevents-batch+json"}
JSON: Final = {"content-type": "application/json"}
SPARE: Final = UUID(int=7)


def text(at: datetime) -> str:
    """The instant as the API writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


BEGUN: Final = text(ago(hours=1))
BEFORE: Final = text(ago(hours=2))
LATER: Final = text(NOW + timedelta(days=1))
LONG_AGO: Final = text(ago(days=91))
LONGER_AGO: Final = text(ago(days=92))

EVENTS: Final[list[tuple[Json, list[str]]]] = [
    ({"title": "", "time": BEGUN, "end_time": BEFORE}, ["title", "end_time"]),
    ({"title": 7, "end_time": BEFORE}, ["title", "end_time"]),
    ({"severity": "awful", "time": LONG_AGO}, ["severity", "title", "time"]),
    ({"title": "a", "time": LONGER_AGO, "end_time": LONG_AGO}, ["time", "end_time"]),
    ({"title": "a", "time": "no", "end_time": LONG_AGO}, ["time", "end_time"]),
    ({"unknown": 1, "timeout_minutes": 5, "handling": ["alone"]}, ["title", "timeout_minutes", "handling", "unknown"]),
    ({"kind": "problem", "end_time": LATER, "timeout_minutes": 5}, ["title", "timeout_minutes"]),
    (
        {"title": "a", "timeout_minutes": 5, "time": LONG_AGO, "entities": ["nobody"]},
        ["entities[0]", "time", "timeout_minutes"],
    ),
    ({"title": "a", "scope": {}, "entities": ["nobody"], "match": []}, ["entities", "entities[0]", "match"]),
    (
        {"title": "a", "scope": {"clusters": [7]}, "entities": ["shop", "", "nobody"]},
        ["scope.clusters[0]", "entities", "entities[1]", "entities[2]"],
    ),
    ({"title": "a", "entities": ["shop"], "match": [{"types": 7}]}, ["match", "match[0].types"]),
    ({"title": "a\0", "severity": "awful", "timeout_minutes": 5}, ["severity", "title", "timeout_minutes"]),
    ({"title": "a", "url": "no\0", "entities": ["nobody"], "links": [{}]}, ["entities[0]", "url", "links[0].url"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), EVENTS, ids=[", ".join(places) for _, places in EVENTS])
async def test_an_event_is_told_every_fault(
    api: httpx.AsyncClient, tenant: Tenant, body: Json, expected: list[str]
) -> None:
    """[IN8] Alone, in an array and in lines alike: in the order of an event's fields."""
    await tenant.register(draft("shop", tag="shop"))
    good = {"title": "good", "entities": ["shop"]}

    one = refused(await api.post("/v1/events", json=body), 400)
    array = (await api.post("/v1/events", json=[good, body])).json()["results"]
    lines = (await api.post("/v1/events", content="\n".join(map(json.dumps, (good, body))), headers=NDJSON)).json()

    assert paths(one) == expected
    assert paths(array[1]["error"]["violations"]) == paths(lines["results"][1]["error"]["violations"]) == expected
    assert array[0]["status"] == lines["results"][0]["status"] == "accepted"


SINGLE: Final[dict[str, Json]] = {
    "severity": {"severity": "awful"},
    "url": {"url": "ftp://example.org"},
    "description": {"description": "\0"},
    "unknown": {"unknown": 1},
    "properties.a[0]": {"properties": {"a": ["\0"]}},
    "links[1].url": {"links": [{"url": "https://example.org"}, {}]},
    "scope.services[0]": {"scope": {"services": [7]}},
    "timeout_minutes": {"timeout_minutes": 5},
    "handling": {"handling": ["alone"]},
    "end_time": {"time": BEGUN, "end_time": BEFORE},
    "key": {"key": ""},
}  # what can be wrong with one event at the same time, by its place


async def test_faults_do_not_hide_each_other(api: httpx.AsyncClient) -> None:
    """[IN8] Of any of them together is told what is told of each alone, and nothing else."""
    some = [places for many in range(1, len(SINGLE) + 1) for places in combinations(SINGLE, many)]
    events = [{"title": "a", **ChainMap(*(SINGLE[place] for place in places))} for places in some]

    answer = await api.post("/v1/events", content="\n".join(map(json.dumps, events)), headers=NDJSON)

    told = [result["error"]["violations"] for result in answer.json()["results"]]
    alone = {place: fault for (place, *others), (fault, *_) in zip(some, told, strict=True) if not others}
    assert [sorted(faults, key=str) for faults in told] == [
        sorted((alone[place] for place in places), key=str) for places in some
    ]


@pytest.mark.parametrize("body", [{"links": [{"9" * 5000: 1}]}, {"properties": {"9" * 5000: "\0"}}, {"[1]": 1}])
async def test_a_field_may_be_called_anything(api: httpx.AsyncClient, body: Json) -> None:
    """Also as no place of ours is."""
    violations = refused(await api.post("/v1/events", json={**body, "end_time": BEFORE}), 400)

    assert {"title", "end_time"} < set(paths(violations))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"title": "a", "kind": "problm", "timeout_minutes": 5, "handling": ["alone"]}, ["kind"]),
        ({"title": "a", "kind": "problm", "timeout_minutes": 5, "end_time": LATER}, ["kind"]),
        ({"title": "a", "time": "no", "end_time": BEFORE}, ["time"]),
        ({"title": "a", "timeout_minutes": 0}, ["timeout_minutes"]),
        ({"title": "a", "entities": 7}, ["entities"]),
        ({"title": "a", "entities": None, "match": [], "url": "no"}, ["url"]),
    ],
)
async def test_nothing_is_accused_for_another_fault(api: httpx.AsyncClient, body: Json, expected: list[str]) -> None:
    """What cannot be told before another field is right is not guessed."""
    assert paths(refused(await api.post("/v1/events", json=body), 400)) == expected


DATA: Final[Json] = {"severity": "awful", "timeout_minutes": 5, "entities": ["nobody"], "title": "a"}
ENVELOPE: Final[Json] = {"specversion": "1.0", "id": "1", "source": "/ci", "type": "t"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({**ENVELOPE, "data": DATA}, ["entities[0]", "severity", "timeout_minutes"]),
        ({**ENVELOPE, "time": "no", "data": DATA}, ["entities[0]", "severity", "time", "timeout_minutes"]),
        (
            {"specversion": "2", "source": 7, "data": DATA},
            ["entities[0]", "id", "source", "type", "severity", "timeout_minutes", "specversion"],
        ),
        ({**ENVELOPE, "subject": "\0", "data": DATA}, ["entities[0]", "severity", "timeout_minutes", "subject"]),
        ({**ENVELOPE, "time": "no", "data": 1, "data_base64": "A"}, ["time", "data", "data_base64"]),
    ],
)
async def test_a_cloud_event_is_told_every_fault(api: httpx.AsyncClient, sent: Json, expected: list[str]) -> None:
    """[IN8] Of its envelope and of the native event that its data is; alone as among others."""
    one = refused(await api.post("/v1/events", content=json.dumps(sent), headers=CLOUD), 400)
    (among,) = (await api.post("/v1/events", content=json.dumps([sent]), headers=CLOUDS)).json()["results"]

    assert paths(one) == expected
    assert among["error"]["violations"] == one


async def test_a_cloud_event_in_headers_is_told_every_fault(api: httpx.AsyncClient) -> None:
    """[IN8] Of the headers and of the body."""
    headers = {"ce-specversion": "2", "ce-id": "1", "ce-source": "%00", "ce-type": "t", "ce-time": "no", **JSON}

    violations = refused(await api.post("/v1/events", content=json.dumps(DATA), headers=headers), 400)

    assert paths(violations) == [
        "entities[0]", "source", "severity", "time", "timeout_minutes", "specversion",
    ]  # fmt: skip


async def test_every_item_of_a_batch_is_told_its_own_faults(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[IN5] However the good and the bad are mixed, and whoever of them names entities."""
    await tenant.register(draft("shop", tag="shop"))
    bad, expected = zip(*EVENTS, strict=True)
    items = [one for body in bad for one in ({"title": "a", "entities": ["shop"]}, body, {"title": "a"})]

    results = (await api.post("/v1/events", json=items)).json()["results"]

    assert [r["status"] for r in results] == ["accepted", "rejected", "accepted"] * len(bad)
    assert [paths(r["error"]["violations"]) for r in results[1::3]] == list(expected)


async def test_whom_a_scope_concerns(api: httpx.AsyncClient) -> None:
    """A target by itself is told as that of an event is."""
    target = {"unknown": 1, "scope": {"clusters": [""]}, "entities": ["nobody"]}

    wrong = refused(await api.post("/v1/scope/match", json=target), 400)
    contradiction = refused(await api.post("/v1/scope/match", json={"scope": {}, "entities": ["nobody"]}), 400)

    assert paths(wrong) == ["scope.clusters[0]", "entities", "entities[0]", "unknown"]
    assert paths(contradiction) == ["entities", "entities[0]"]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"id": "HOST-1"}], ["entities[0].id", "entities[0].name"]),
        (
            [{"name": "", "id": "HOST-0123456789ABCDEF"}, {"name": "b", "id": "x"}],
            ["entities[0].id", "entities[0].name", "entities[1].id"],
        ),
        (
            [{"name": "b", "type": "host", "id": "x"}, 7, {"id": "x", "name": "c"}],
            ["entities[0].type", "entities[1]", "entities[2].id"],
        ),
        (
            [{"name": "b", "tag": "b", "aliases": ["al"]}, {"name": "c", "id": "x"}],
            ["entities[0].aliases[0]", "entities[1].id"],
        ),
        (
            [{"x": 1}, {"name": "c", "tag": "c", "aliases": ["d", "al"]}],
            ["entities[0].name", "entities[0].x", "entities[1].aliases[1]"],
        ),
    ],
)
async def test_entities_are_told_every_fault(
    api: httpx.AsyncClient, tenant: Tenant, items: list[Any], expected: list[str]
) -> None:
    """Of each: its shape, that its id is none of its type, and that a name is another's."""
    await tenant.register(draft("standing", tag="standing", aliases=("al",)))

    violations = refused(await api.put("/v1/entities", json={"entities": items}), 400)

    assert paths(violations) == expected


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_relations_are_told_every_fault(api: httpx.AsyncClient, tenant: Tenant, method: str) -> None:
    """Of each: its shape, and that an end is no entity."""
    await tenant.register(draft("shop", tag="shop"))
    relations = [
        {"from": "nobody", "to": "shop", "kind": "likes"},
        {"from": "shop", "to": "no one", "kind": "calls"},
        {"to": "shop", "kind": "calls"},
        {"from": "", "to": "no one", "kind": "calls"},
    ]

    violations = refused(await api.request(method, "/v1/relations", json={"relations": relations, "x": 1}), 400)

    assert paths(violations) == [
        "relations[0].from", "relations[0].kind", "relations[1].to", "relations[2].from", "relations[3].from",
        "relations[3].to", "x",
    ]  # fmt: skip


async def test_a_token_is_told_every_fault(api: httpx.AsyncClient) -> None:
    """Its shape, an end that has been, and options that no dialect has."""
    options = {"nobody": {"a": "b"}, "desk": {"a": 7}, "noone": {}}
    body = {"name": "", "rights": ["x"], "expires_at": BEFORE, "options": options}

    violations = refused(await api.post("/v1/tokens", json=body), 400)

    assert paths(violations) == ["name", "rights[0]", "expires_at", "options.desk.a", "options.nobody", "options.noone"]


async def test_an_account_is_told_every_fault(api: httpx.AsyncClient) -> None:
    """Its shape, and that it may not be kept so long."""
    violations = refused(await api.patch("/v1/account", json={"x": 1, "retention_days": 91}), 400)

    assert paths(violations) == ["retention_days", "x"]


async def test_who_runs_the_installation_may_keep_more(client: Client) -> None:
    """And is not told otherwise beside another fault."""
    runs = client(BOOTSTRAP)

    assert paths(refused(await runs.patch("/v1/account", json={"x": 1, "retention_days": 91}), 400)) == ["x"]


OPTIONS: Final = {"confirm_url": 7, "message_root": "x"}  # the second is Grafana's


async def test_a_webhook_is_told_every_fault(api: httpx.AsyncClient) -> None:
    """Its shape, and options that its receiver cannot work with; those that it has, when it is changed."""
    body = {"name": "n", "receiver": "direct", "options": OPTIONS}
    made = (await api.post("/v1/webhooks", json={"name": "n", "receiver": "direct"})).json()

    new = refused(await api.post("/v1/webhooks", json={**body, "name": ""}), 400)
    unkept = {**body, "options": {**OPTIONS, "load_json": ["\0"]}}
    unstorable = refused(await api.post("/v1/webhooks", json=unkept), 400)
    changed = refused(await api.patch(f"/v1/webhooks/{made['id']}", json={"name": "", "options": OPTIONS}), 400)
    unread = refused(await api.post("/v1/webhooks", json={**body, "receiver": "pager"}), 400)

    assert paths(new) == paths(changed) == ["name", "options.confirm_url", "options.message_root"]
    assert paths(unstorable) == ["options.load_json[0]", "options.confirm_url", "options.message_root"]
    assert paths(unread) == ["receiver"]


PLANNED: Final[Json] = {"name": "n", "starts_at": text(NOW), "ends_at": text(NOW + timedelta(hours=1))}
WINDOWS: Final[list[tuple[Json, list[str]]]] = [
    ({"name": "", "ends_at": BEFORE, "time_zone": "Nowhere"}, ["name", "ends_at", "time_zone"]),
    ({"mode": "x", "entities": ["nobody"], "scope": {}}, ["entities", "entities[0]", "mode"]),
    ({"name": "", "match": [{"tags": [{"key": "nobody has it"}]}]}, ["match", "name"]),
    ({"starts_at": "no", "ends_at": 0, "time_zone": "Nowhere"}, ["starts_at", "time_zone"]),
    ({"starts_at": "no", "ends_at": 253_402_300_799_999}, ["starts_at", "ends_at"]),
    ({"recurrence": "x", "last_at": text(NOW)}, ["recurrence"]),
    ({"recurrence": "x", "last_at": BEFORE}, ["recurrence", "last_at"]),
    ({"time_zone": 7, "recurrence": "daily", "ends_at": text(NOW + timedelta(days=9))}, ["time_zone"]),
    ({"scope": {}, "entities": ["nobody"], "last_at": text(NOW)}, ["entities", "entities[0]", "last_at"]),
]


@pytest.mark.parametrize(("fault", "expected"), WINDOWS, ids=[", ".join(places) for _, places in WINDOWS])
async def test_maintenance_is_told_every_fault(api: httpx.AsyncClient, fault: Json, expected: list[str]) -> None:
    """When it is planned, and when it is changed: of what it would be then."""
    made = (await api.post("/v1/maintenance", json=PLANNED)).json()

    assert paths(refused(await api.post("/v1/maintenance", json=PLANNED | fault), 400)) == expected
    assert paths(refused(await api.patch(f"/v1/maintenance/{made['id']}", json=fault), 400)) == expected


CHANGES: Final[list[tuple[Json, list[str]]]] = [
    ({"title": "", "end_time": BEFORE}, ["title", "end_time"]),
    ({"title": "", "time": LONG_AGO}, ["title", "time"]),
    ({"time": LONGER_AGO, "end_time": LONG_AGO}, ["time", "end_time"]),
    ({"time": "no", "end_time": BEFORE}, ["time"]),
    ({"time": "no", "end_time": LONG_AGO}, ["time", "end_time"]),
    ({"title": "", "time": BEGUN}, ["title"]),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
async def test_a_change_of_an_event_is_told_every_fault(
    api: httpx.AsyncClient, change: Json, expected: list[str]
) -> None:
    """Its shape, and times that the event cannot have."""
    event = (await api.post("/v1/events", json={"title": "a", "time": BEGUN})).json()

    assert paths(refused(await api.patch(f"/v1/events/{event['id']}", json=change), 400)) == expected


MISSING: Final[list[tuple[str, str, Json]]] = [
    ("PATCH", f"/v1/events/{SPARE}", {"title": ""}),
    ("PATCH", f"/v1/events/{SPARE}", {"time": BEGUN, "end_time": BEFORE}),
    ("PATCH", f"/v1/maintenance/{SPARE}", {"name": ""}),
    ("PATCH", f"/v1/maintenance/{SPARE}", {"time_zone": "Nowhere"}),
    ("PATCH", f"/v1/maintenance/{SPARE}", {"entities": ["nobody"]}),
    ("PATCH", f"/v1/maintenance/{SPARE}", {"starts_at": text(NOW), "ends_at": BEFORE}),
    ("POST", f"/v1/alerts/{SPARE}/acknowledge", {"comment": 7}),
    ("POST", f"/v1/alerts/{SPARE}/close", {"comment": 7}),
    ("POST", "/v1/problems/P-1/close", {"comment": 7}),
    ("POST", "/v1/problems/P-1/comments", {}),
    ("PATCH", "/v1/webhooks/nobody", {"name": ""}),
    ("PATCH", f"/v1/webhooks/{'n' * 200}", {"name": ""}),
    ("POST", "/v1/webhooks/nobody/rekey", {"x": 1}),
    ("POST", f"/v1/webhooks/{'n' * 200}/rekey", {"x": 1}),
    ("PATCH", "/v1/accounts/nobody", {"retention_days": 0}),
]


@pytest.mark.parametrize(("method", "path", "body"), MISSING)
async def test_a_bad_body_is_told_before_what_is_missing(client: Client, method: str, path: str, body: Json) -> None:
    """400 for what is bad whatever there is, and only then 404."""
    assert refused(await client(BOOTSTRAP).request(method, path, json=body), 400)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", f"/v1/events/{SPARE}", {"title": "a", "time": BEGUN, "end_time": text(NOW)}),
        ("PATCH", f"/v1/maintenance/{SPARE}", {"ends_at": BEFORE}),
        ("PATCH", f"/v1/webhooks/{'n' * 200}", {"name": "n"}),
        ("GET", f"/v1/webhooks/{'n' * 200}", None),
        ("PATCH", "/v1/webhooks/nobody", {"options": OPTIONS}),
    ],
)
async def test_what_is_missing_is_told_of_a_good_body(
    api: httpx.AsyncClient, method: str, path: str, body: Json | None
) -> None:
    """404 also where the body is bad for what would have to be there, or good for it."""
    assert not refused(await api.request(method, path, json=body), 404)


BACKWARDS: Final = "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"
NAMING: Final = [
    "/v1/entities/nobody/events?", "/v1/events?entity=nobody&", "/v1/events/facets?entity=nobody&",
    "/v1/events/histogram?entity=nobody&", "/v1/events/stream?entity=nobody&", "/v1/events/export?entity=nobody&",
]  # fmt: skip


@pytest.mark.parametrize("path", NAMING)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("nonsense=1", ["nonsense"]),
        ("prop.=1", ["prop."]),
        ("prop.a=%00", ["prop.a"]),
        (BACKWARDS, ["to"]),
        (f"b=1&{BACKWARDS}&a=1&kind=x&prop.%00=1", ["to", "kind[0]", "b", "a", "prop.\0"]),
        ("&".join(f"prop.a{n}=1" for n in range(21)), ["prop"]),
    ],
)
async def test_a_bad_query_is_told_before_whom_it_names(
    api: httpx.AsyncClient, path: str, query: str, expected: list[str]
) -> None:
    """Every parameter at once, and only then 404."""
    assert paths(refused(await api.get(path + query), 400)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/v1/entities/nobody/events?",
        "/v1/events?entity=nobody&",
        "/v1/alerts?entity=nobody&",
        "/v1/problems?entity=nobody&",
    ],
)
async def test_a_bad_cursor_is_told_before_whom_a_query_names(api: httpx.AsyncClient, path: str) -> None:
    """It is bad whoever there is."""
    assert paths(refused(await api.get(f"{path}cursor=x"), 400)) == ["cursor"]
    assert not refused(await api.get(path), 404)


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/problems"])
async def test_a_window_that_is_none_is_told_with_the_rest(api: httpx.AsyncClient, path: str) -> None:
    """And before whom the query names."""
    assert paths(refused(await api.get(f"{path}?entity=nobody&limit=0&{BACKWARDS}"), 400)) == ["to", "limit"]
    assert paths(refused(await api.get(f"{path}?entity=nobody&{BACKWARDS}"), 400)) == ["to"]


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/problems"])
async def test_a_window_may_begin_at_the_end_of_the_calendar(api: httpx.AsyncClient, path: str) -> None:
    """There is nothing in it, and nothing wrong with it."""
    assert (await api.get(f"{path}?from=9999-12-31T23:59:59Z")).status_code == 200


async def test_rights_come_first(tenant: Tenant, client: Client) -> None:
    """Who may not ask is told nothing of what is wrong with it, nor who there is."""
    reader = client(await tenant.key(Right.READ_EVENTS))

    assert not refused(await reader.put("/v1/entities", json={"entities": [{"id": "x"}]}), 403)
    assert not refused(await reader.post("/v1/events", json={"entities": ["nobody"]}), 403)
