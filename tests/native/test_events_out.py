"""Events out: every filter, in order, counted, changed, removed, exported, and as they come."""

import asyncio
import csv
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, Final

import httpx
import pytest

from tests.builders import NOW, ago, asked, draft, moment, report
from tests.native.answers import events, paths, refused, titles
from tests.native.conftest import Client
from tests.native.streams import stream, told
from tests.tenants import MakeTenant, Tenant
from whence.access import Access
from whence.dialects.native import live
from whence.domain.access import Right
from whence.domain.errors import Unauthenticated
from whence.domain.event import Event, Kind, Severity, Span
from whence.domain.scope import Scope
from whence.server import House
from whence.store import feed

DAY: Final = timedelta(days=1)


async def one_of_each(tenant: Tenant) -> list[Event]:
    """Two events that differ in everything."""
    return await tenant.send(
        [
            report(
                title="a",
                type="deploy",
                kind=Kind.PROBLEM,
                severity=Severity.ERROR,
                source="ci",
                dialect="whence",
                span=moment(ago(hours=2)),
                scope=Scope.services(clusters=["c1"], namespaces=["n1"], names=["shop"]),
                properties={"git": {"sha": "abc"}, "x.y": 1, "ok": True},
                description="Über Änderung",
            ),
            report(
                title="b",
                type="flag",
                severity=Severity.INFO,
                source="LaunchDarkly",
                dialect="other",
                span=Span(start=ago(hours=5), end=ago(hours=3)),
                scope=Scope.services(clusters=["c2"], namespaces=["n2"], names=["till"]),
                properties={"git": {"sha": "def"}, "x": {"y": 2}},
            ),
        ]
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "ab"), ("type=deploy", "a"), ("type=deploy&type=flag", "ab"), ("type=Deploy", ""),
        ("type=deploy&source=LaunchDarkly", ""),
        ("kind=problem", "a"), ("kind=info&kind=change", "b"), ("severity=error", "a"), ("source=ci", "a"),
        ("dialect=other", "b"),
        ("status=open", ""), ("status=closed", "ab"), ("status=open&status=closed", "ab"), ("cluster=c1", "a"),
        ("namespace=n2", "b"),
        ("service=shop&service=till", "ab"), ("service=nobody", ""), ("q=%C3%BCber", "a"),
        ("q=deploy+%C3%84nderung", "a"), ("q=a&q=flag", "b"),
        ("q=abc", "a"), ("q=%25", ""), ("prop.git.sha=abc", "a"), ("prop.git.sha=abc&prop.git.sha=def", "ab"),
        ("prop.x.y=1", "a"),
        ("prop.x.y=1&prop.x.y=2", "ab"), ("prop.ok=true", "a"), ("prop.git.sha=abc&prop.x.y=2", ""),
        ("prop.git=abc", ""), ("problem=P-1", ""),
        ("entity=tag", "a"), ("order=time", "ba"), ("order=-time", "ab"), ("limit=1", "a"), ("from={-1h}", ""),
        ("from={-2h}", "a"),
        ("from={-3h}", "ab"), ("from={-4h}&to={-3h}", "b"), ("to={-5h}", "b"), ("to={-6h}", ""), ("from={ms-2h}", "a"),
    ],
)  # fmt: skip
async def test_a_filter_selects(api: httpx.AsyncClient, tenant: Tenant, query: str, expected: str) -> None:
    """Repeated means OR, different ones AND; windows are closed and hold what overlaps them."""
    await tenant.register(draft("shop", tag="tag", cluster="c1", namespace="n1"))
    await one_of_each(tenant)
    for hours in range(7):
        query = query.replace(f"{{-{hours}h}}", ago(hours=hours).strftime("%Y-%m-%dT%H:%M:%SZ"))
        query = query.replace(f"{{ms-{hours}h}}", str(int(ago(hours=hours).timestamp() * 1000)))

    assert "".join(titles(await api.get(f"/v1/events?{query}"))) == expected


async def test_the_default_window_is_the_last_day(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """What ended before is not in it; with `to` alone it is the day before that."""
    spans = [
        moment(ago(hours=23)),
        moment(ago(hours=25)),
        Span(start=ago(days=9), end=ago(hours=1)),
        moment(ago(hours=47)),
    ]
    await tenant.send(report(title=str(n), span=span) for n, span in enumerate(spans))

    last_day = titles(await api.get("/v1/events"))
    day_before = titles(await api.get("/v1/events", params={"to": ago(days=1).isoformat()}))

    assert (last_day, day_before) == (["0", "2"], ["1", "3", "2"])


async def test_pages_are_walked_by_cursor(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """To the end, in either order; the cursor keeps the window and the order of the first page."""
    await tenant.send(report(title=str(n), span=moment(ago(minutes=n))) for n in range(1, 8))

    for order, expected in (("-time", [str(n) for n in range(1, 8)]), ("time", [str(n) for n in range(7, 0, -1)])):
        seen: list[str] = []
        query = {"order": order, "limit": "3"}
        while True:
            page = await api.get("/v1/events", params=query)
            seen += titles(page)
            if page.json()["next"] is None:
                break
            query = {"cursor": page.json()["next"], "limit": "3"}

        assert seen == expected


async def test_a_cursor_is_good_for_its_account_list_and_order(
    api: httpx.AsyncClient, tenant: Tenant, account: MakeTenant, client: Client
) -> None:
    """[TL3] Elsewhere it is refused with its path."""
    await tenant.send([report(), report()])
    await tenant.register(draft("a"), draft("b"))
    of_events = (await api.get("/v1/events", params={"limit": 1})).json()["next"]
    of_entities = (await api.get("/v1/entities", params={"limit": 1})).json()["next"]
    other = client(await (await account()).key(Right.ADMIN))

    for response in (
        await other.get("/v1/events", params={"cursor": of_events}),
        await api.get("/v1/events", params={"cursor": of_entities}),
        await api.get("/v1/entities", params={"cursor": of_events}),
        await api.get("/v1/audit", params={"cursor": of_events}),
        await api.get("/v1/events", params={"cursor": of_events[:-2]}),
    ):
        assert paths(refused(response, 400)) == ["cursor"]
    assert paths(refused(await api.get("/v1/events", params={"cursor": of_events, "order": "time"}), 400)) == ["order"]


async def test_accounts_do_not_see_each_other_s_events(tenant: Tenant, account: MakeTenant, client: Client) -> None:
    """Not in a list, not by id, not to change or remove: as good as none."""
    (event,) = await tenant.send([report()])
    api = client(await (await account()).key(Right.ADMIN))

    assert titles(await api.get("/v1/events")) == []
    for response in (
        await api.get(f"/v1/events/{event.id}"),
        await api.patch(f"/v1/events/{event.id}", json={"title": "mine"}),
        await api.delete(f"/v1/events/{event.id}"),
    ):
        refused(response, 404)
    assert [e.title for e in await tenant.found(asked())] == ["v42 is out"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"title": "new"}, {"title": "new"}),
        ({"description": ""}, {"description": ""}),
        ({"severity": "critical"}, {"severity": "critical"}),
        ({"url": "https://example.org/"}, {"url": "https://example.org/"}),
        ({"url": None}, {"url": None}),
        ({"links": [{"url": "https://example.org/"}]}, {"links": [{"title": "", "url": "https://example.org/"}]}),
        ({"links": []}, {"links": []}),
        ({"properties": {"b": 1, "a": 2}}, {"properties": {"b": 1, "a": 2}}),
        ({"properties": {}}, {"properties": {}}),
        ({"time": "{-70d}"}, {"time": "{-70d}"}),
        ({"end_time": "{-0d}"}, {"end_time": "{-0d}"}),
        ({"end_time": None}, {"end_time": None}),
        ({"time": "{-40d}", "end_time": "{-39d}"}, {"time": "{-40d}", "end_time": "{-39d}"}),
        ({"time": "{-40d}", "end_time": None}, {"time": "{-40d}", "end_time": None}),
    ],
)
async def test_a_change_changes_what_it_names(
    api: httpx.AsyncClient, tenant: Tenant, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    """And nothing else: in the answer, by id, in lists and counts of its new time."""
    for days in (0, 39, 40, 70):
        at = (NOW - days * DAY).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        change = json.loads(json.dumps(change).replace(f"{{-{days}d}}", at))
        expected = json.loads(json.dumps(expected).replace(f"{{-{days}d}}", at))
    (event,) = await tenant.send(
        [report(span=Span(start=ago(days=2), end=ago(days=1)), url="https://a/", sender_id="s")]
    )
    before = (await api.get(f"/v1/events/{event.id}?include=original")).json()

    answer = await api.patch(f"/v1/events/{event.id}", json=change)
    after = (await api.get(f"/v1/events/{event.id}?include=original")).json()

    assert answer.status_code == 200, answer.text
    assert {n: v for n, v in after.items() if n not in {"matched", "original"}} == answer.json()
    assert after == {**before, **expected, "updated_at": after["updated_at"]}
    assert after["updated_at"] >= before["updated_at"]
    began = datetime.fromisoformat(after["time"])
    window = {"from": began.isoformat(), "to": (began + timedelta(hours=1)).isoformat()}
    assert [e["id"] for e in events(await api.get("/v1/events", params=window))] == [str(event.id)]
    assert (await api.get("/v1/events/facets", params=window)).json()["total"] == 1
    again = await api.post("/v1/events", json={"title": "x", "id": "s", "source": "ci"})
    assert again.json() == {"id": str(event.id), "status": "duplicate"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"title": None}, "title"), ({"title": ""}, "title"), ({"title": " "}, "title"),
        ({"description": None}, "description"),
        ({"severity": None}, "severity"), ({"severity": "bad"}, "severity"), ({"links": None}, "links"),
        ({"properties": None}, "properties"),
        ({"properties": []}, "properties"), ({"time": None}, "time"), ({"time": "now"}, "time"),
        ({"kind": "info"}, "kind"),
        ({"id": "x"}, "id"), ({"scope": {}}, "scope"), ({"time": 0}, "time"), ({"time": "{+1}"}, "end_time"),
        ({"end_time": 0}, "end_time"),
        ({"url": "x"}, "url"), ({"title": "a\0"}, "title"), ({"properties": {"a": "\0"}}, "properties.a"),
    ],
)  # fmt: skip
async def test_a_change_that_cannot_be_is_refused(
    api: httpx.AsyncClient, tenant: Tenant, change: dict[str, Any], path: str
) -> None:
    """With its path, and the event is as it was."""
    (event,) = await tenant.send([report(span=Span(start=ago(hours=2), end=ago(hours=1)))])
    if change.get("time") == "{+1}":
        change = {"time": ago(minutes=1).isoformat()}

    violations = refused(await api.patch(f"/v1/events/{event.id}", json=change), 400)

    assert paths(violations) == [path]
    assert await tenant.found(asked()) == [event]


async def test_a_removed_event_is_gone_and_may_come_again(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[IN10] From lists and counts; removed twice it is not found; both are on the audit trail."""
    body = {"title": "a", "id": "build-7"}
    key = {"idempotency-key": "k"}
    first = (await api.post("/v1/events", json=body, headers=key)).json()["id"]

    removed = await api.delete(f"/v1/events/{first}")
    facets = (await api.get("/v1/events/facets")).json()
    again = await api.post("/v1/events", json=body, headers=key)

    assert (removed.status_code, removed.content) == (204, b"")
    assert facets["total"] == 0
    assert (again.status_code, again.json()["status"]) == (201, "accepted")
    refused(await api.delete(f"/v1/events/{first}"), 404)
    assert [event.title for event in await tenant.found(asked())] == ["a"]
    (entry,) = (await api.get("/v1/audit")).json()["entries"]
    assert (entry["action"], entry["noun"], entry["noun_id"], entry["token"]["name"]) == (
        "removed",
        "event",
        first,
        "tests",
    )


async def counted(api: httpx.AsyncClient, entity: str, **window: str) -> list[int]:
    """How many events each list and each count has: list, timeline, export, facets, histogram."""
    listed = events(await api.get("/v1/events", params=window))
    timeline = events(await api.get(f"/v1/entities/{entity}/events", params=window))
    lines = (await api.get("/v1/events/export", params={"format": "ndjson", **window})).text.splitlines()
    facets = (await api.get("/v1/events/facets", params=window)).json()
    buckets = (await api.get("/v1/events/histogram", params=window)).json()["buckets"]
    drawn = sum(bucket[str(severity)] for bucket in buckets for severity in Severity)
    return [len(listed), len(timeline), len(lines), facets["total"], drawn]


async def test_a_change_and_a_removal_are_everywhere_at_once(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[IN10] In every list and count, out of the old window and into the new; and on the audit trail."""
    (shop,) = await tenant.register(draft())
    (event,) = await tenant.send([report()])
    then = {"from": ago(days=41).isoformat(), "to": ago(days=39).isoformat()}
    before = [await counted(api, shop.id), await counted(api, shop.id, **then)]

    await api.patch(f"/v1/events/{event.id}", json={"time": ago(days=40).isoformat()})
    moved = [await counted(api, shop.id), await counted(api, shop.id, **then)]
    await api.delete(f"/v1/events/{event.id}")
    removed = [await counted(api, shop.id), await counted(api, shop.id, **then)]

    assert (before, moved, removed) == ([[1] * 5, [0] * 5], [[0] * 5, [1] * 5], [[0] * 5, [0] * 5])
    trail = (await api.get("/v1/audit")).json()["entries"]
    assert [(e["action"], e["noun"], e["noun_id"]) for e in trail] == [
        ("removed", "event", str(event.id)),
        ("changed", "event", str(event.id)),
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(89, 1, 1), (89, 80, 1), (50, 49, 1), (2, 1, 1), (88.5, 88.4, 1), (1, 0, 1), (0.5, 0, 0), (89.5, 89.1, 0)],
)
async def test_an_event_with_an_end_is_in_every_window_that_it_overlaps(
    api: httpx.AsyncClient, tenant: Tenant, first: float, last: float, expected: int
) -> None:
    """[TL5] However long ago it began: in lists, timelines and counts."""
    (shop,) = await tenant.register(draft())
    await tenant.send([report(span=Span(start=ago(days=89), end=ago(days=1)))])

    found = await counted(api, shop.id, **{"from": ago(days=first).isoformat(), "to": ago(days=last).isoformat()})

    assert found == [expected] * 5


async def test_facets_count_and_say_what_is_left_out(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Every dimension, the frequent values first, at most fifty."""
    await one_of_each(tenant)
    await tenant.send(report(type=f"t{n}", scope=Scope.services(names=["shop"])) for n in range(60))

    answer = (await api.get("/v1/events/facets")).json()
    narrowed = (await api.get("/v1/events/facets", params={"dialect": "other"})).json()

    assert answer["total"] == 62
    assert list(answer["facets"]) == list(answer["more"])
    assert set(answer["facets"]) == {"type", "severity", "kind", "source", "dialect", "cluster", "namespace", "service"}
    assert (len(answer["facets"]["type"]), answer["more"]["type"]) == (50, 12)
    assert answer["facets"]["service"] == [{"value": "shop", "count": 61}, {"value": "till", "count": 1}]
    assert narrowed["facets"]["cluster"] == [{"value": "c2", "count": 1}]


@pytest.mark.parametrize("buckets", [1, 7, 60, 500])
async def test_a_histogram_has_no_holes(api: httpx.AsyncClient, tenant: Tenant, buckets: int) -> None:
    """As many buckets as asked for at most, one step apart, every event in one."""
    await one_of_each(tenant)

    answer = (await api.get("/v1/events/histogram", params={"buckets": buckets})).json()

    times = [datetime.fromisoformat(bucket["time"]) for bucket in answer["buckets"]]
    step = timedelta(seconds=answer["bucket_seconds"])
    assert 1 <= len(times) <= buckets
    assert times == [times[0] + n * step for n in range(len(times))]
    totals = {s: sum(bucket[s] for bucket in answer["buckets"]) for s in ("info", "warning", "error", "critical")}
    assert totals == {"info": 1, "warning": 0, "error": 1, "critical": 0}


@pytest.mark.parametrize("buckets", [0, 501, -1, "x"])
async def test_a_histogram_has_limits(api: httpx.AsyncClient, buckets: object) -> None:
    """One to five hundred buckets."""
    assert paths(refused(await api.get("/v1/events/histogram", params={"buckets": str(buckets)}), 400)) == ["buckets"]


async def test_an_export_has_all_of_the_window(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """As lines the very events; as a table for programs and for people what they need."""
    await tenant.send(report(title=f"t{n}", span=moment(ago(seconds=n))) for n in range(2_100))
    await tenant.send([report(title="=1+1|<b>[x](javascript:1)\n", span=moment(ago(hours=1)))])

    lines = await api.get("/v1/events/export", params={"format": "ndjson"})
    table = await api.get("/v1/events/export", params={"format": "csv", "order": "time"})
    page = await api.get("/v1/events/export", params={"format": "markdown"})

    listed = [json.loads(line) for line in lines.text.splitlines()]
    assert [event["title"] for event in listed] == [*(f"t{n}" for n in range(2_100)), "=1+1|<b>[x](javascript:1)\n"]
    assert set(listed[0]) == set(events(await api.get("/v1/events"))[0])
    rows = list(csv.DictReader(StringIO(table.text, newline="")))
    assert [row["title"] for row in rows[:2]] == ["'=1+1|<b>[x](javascript:1)\n", "t2099"]
    assert page.text.splitlines()[-1].count(" | ") == 5
    assert "=1+1\\|&lt;b>\\[x](javascript:1) " in page.text
    for response, kind in ((lines, "x-ndjson"), (table, "csv"), (page, "markdown")):
        assert kind in response.headers["content-type"]
        assert response.headers["content-disposition"].startswith('attachment; filename="events.')


async def test_a_table_for_people_says_whom_an_event_concerns(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Every service, or only one host, or nobody at all."""
    (host,) = await tenant.register(draft("box", type="HOST"))
    assert (await api.post("/v1/events", json={"title": "all"})).status_code == 201
    for title, whom in (("one", [host.id]), ("none", list[str]())):
        assert (await api.post("/v1/events", json={"title": title, "entities": whom})).status_code == 201

    _, _, *rows = (await api.get("/v1/events/export", params={"format": "markdown"})).text.splitlines()

    cells = [row.strip("| ").split(" | ") for row in rows]
    assert {cell[3]: cell[5] for cell in cells} == {"all": "every service", "one": host.id, "none": "nobody"}


async def test_a_timeline_is_of_the_entity_of_its_path(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Another one in the query would be passed over."""
    (shop,) = await tenant.register(draft("shop"))

    told = refused(await api.get(f"/v1/entities/{shop.id}/events", params={"entity": "till"}), 400)

    assert told == [{"path": "entity", "message": "is not a parameter of this call"}]


async def test_a_scope_can_be_tried_before_it_is_sent(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """How many it would concern of how many, and whom."""
    shop, *_ = await tenant.register(
        draft("shop", cluster="c"), draft("till", cluster="c"), draft("box", type="HOST"), draft("old", archived=True)
    )

    bodies: list[dict[str, Any]] = [
        {},
        {"scope": {"clusters": ["c"], "services": ["shop", "nobody"]}},
        {"entities": [shop.id]},
        {"match": [{"types": ["HOST"]}]},
        {"match": []},
    ]

    answers = [(await api.post("/v1/scope/match", json=body)).json() for body in bodies]

    assert [(answer["count"], [e["name"] for e in answer["entities"]]) for answer in answers] == [
        (2, ["shop", "till"]), (1, ["shop"]), (1, ["shop"]), (1, ["box"]), (0, []),
    ]  # fmt: skip
    assert [answer["of"] for answer in answers[:3]] == [2, 2, 3]
    assert paths(refused(await api.post("/v1/scope/match", json={"entities": ["nobody"]}), 400)) == ["entities[0]"]


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"scope": {"clusters": ["c"]}},
        {"scope": {"clusters": ["c", "d"], "services": ["shop", "nobody"]}},
        {"entities": ["box", "shop"]},
        {"match": [{"types": ["HOST"]}]},
    ],
    ids=str,
)
async def test_the_dry_run_counts_what_timelines_show(
    api: httpx.AsyncClient, tenant: Tenant, target: dict[str, Any]
) -> None:
    """[SC4] Sent, it is on the timelines of those that were counted, and of nobody else."""
    known = await tenant.register(
        draft("shop", cluster="c", aliases=("shop",)), draft("till", cluster="c"), draft("desk", cluster="d"),
        draft("box", type="HOST", aliases=("box",)),
    )  # fmt: skip

    tried = (await api.post("/v1/scope/match", json=target)).json()
    await api.post("/v1/events", json={"title": "a", **target})

    shown = [entity.id for entity in known if titles(await api.get(f"/v1/entities/{entity.id}/events"))]
    assert tried["count"] == len(shown) > 0
    assert {entity["id"] for entity in tried["entities"]} == set(shown)


async def test_a_stream_tells_what_comes(house: House, tenant: Tenant) -> None:
    """The event as the list has it, under an id from which to go on."""
    token = await tenant.key()

    async with stream(house.app, token) as said:
        first = await anext(said)
        (event,) = await tenant.send([report(title="a")])
        told = await anext(said)

    assert (first.comment, first.id) == ("connected", "0.2147483647")
    assert (told.event, told.id, json.loads(told.data)["id"]) == ("event", "1.0", str(event.id))


async def test_a_stream_follows_an_entity_to_its_new_name(house: House, tenant: Tenant) -> None:
    """As the list of its events does; when it is removed the stream ends, and who asks again is told."""
    token = await tenant.key()
    (cart,) = await tenant.register(draft("cart", tag="cart"))

    async with stream(house.app, token, entity="cart") as said:
        await anext(said)
        await tenant.register(draft("basket", tag="cart"))
        of_old, of_new = await tenant.send(
            report(title=name, scope=Scope.services(names=[name])) for name in ("cart", "basket")
        )
        told = await anext(said)
        await house.context.registry.remove(tenant.admin, cart.id)
        await tenant.send([report(title="later")])
        rest = [one async for one in said]

    assert json.loads(told.data)["id"] == str(of_new.id) != str(of_old.id)
    assert rest == []


async def test_a_stream_goes_on_where_it_was(house: House, tenant: Tenant) -> None:
    """Behind `Last-Event-ID` or since a time, of what is asked for alone; a lost place is a reset."""
    token = await tenant.key()
    await tenant.send(report(title=name) for name in "abc")
    await tenant.send([report(title="d", severity=Severity.ERROR)])

    async with stream(house.app, token, last_event_id="1.1") as said:
        behind = [json.loads((await anext(said)).data or '{"title": ""}')["title"] for _ in range(3)]
    async with stream(house.app, token, since=ago(hours=1).isoformat(), severity="error") as said:
        since = [json.loads((await anext(said)).data or '{"title": ""}')["title"] for _ in range(2)]
    async with stream(house.app, token, last_event_id="99.0") as said:
        lost = [one async for one in said]

    assert (behind, since) == (["", "c", "d"], ["", "d"])
    assert [one.event for one in lost] == ["", "reset"]


async def test_a_stream_shows_that_it_lives(house: House, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat when nothing was sent for a while, even when events come that are not asked for."""
    monkeypatch.setattr(live, "HEARTBEAT", timedelta(milliseconds=20))
    token = await tenant.key()

    async with stream(house.app, token, severity="critical") as said:
        await anext(said)
        quiet = await anext(said)
        monkeypatch.setattr(live, "HEARTBEAT", timedelta(0))
        await tenant.send([report()])
        busy = await anext(said)

    assert (quiet.comment, busy.comment) == ("heartbeat", "heartbeat")


async def test_a_stream_goes_on_behind_what_was_not_asked_for(
    house: House, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[LV2] Who was sent nothing yet has a place, too: with the heartbeat, as browsers keep it (WHATWG HTML, 9.2.6)."""
    monkeypatch.setattr(live, "HEARTBEAT", timedelta(0))
    token = await tenant.key()

    async with stream(house.app, token, severity="critical") as said:
        await anext(said)
        await tenant.send(report(title=name) for name in "ab")
        while (passed := (await anext(said)).id) not in {"1.0", "1.1"}:
            pass
    await tenant.send([report(title="c", severity=Severity.CRITICAL)])
    async with stream(house.app, token, severity="critical", last_event_id=passed) as said:
        while not (told := await anext(said)).data:
            pass

    assert json.loads(told.data)["title"] == "c"


async def test_a_stream_ends_with_its_token(house: House, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """[AC3] Within a heartbeat, whether something happens or not."""
    monkeypatch.setattr(live, "HEARTBEAT", timedelta(milliseconds=20))
    access = house.context.access
    made, token = await access.create_token(tenant.admin, name="screen", rights=[Right.READ_EVENTS])

    async with stream(house.app, token) as said:
        assert (await anext(said)).comment == "connected"
        assert (await anext(said)).comment == "heartbeat"
        await access.revoke(tenant.admin, made.id)

        assert {one.comment async for one in said} <= {"heartbeat"}


async def test_a_file_ends_with_its_token(house: House, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """[AC3] It breaks off, so that nobody takes it for all there is."""
    monkeypatch.setattr(live, "HEARTBEAT", timedelta(0))
    access = house.context.access
    made, token = await access.create_token(tenant.admin, name="report", rights=[Right.READ_EVENTS])
    await tenant.send(report(title=str(n)) for n in range(9))
    heard: list[bytes] = []

    async def hear(line: bytes) -> None:
        heard.append(line)
        if len(heard) == 3:
            await access.revoke(tenant.admin, made.id)
            await _refused(access, token)

    assert not await told(house.app, "/v1/events/export", token, hear)
    assert len(heard) == 3


async def _refused(access: Access, token: str) -> None:
    """Return when the token is good for nothing any more."""
    with suppress(Unauthenticated):
        while await access.authenticate(token):
            await asyncio.sleep(0.01)


async def test_a_stream_ends_after_an_hour(house: House, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that keeps connections for so long, and no longer, sees no difference."""
    monkeypatch.setattr(live, "LONGEST", timedelta(0))
    token = await tenant.key()

    async with stream(house.app, token) as said:
        await anext(said)
        await tenant.send([report()])

        assert [one.event async for one in said] == ["event"]


@pytest.mark.parametrize("before", [0, 2])
async def test_who_was_told_nothing_yet_misses_nothing(house: House, tenant: Tenant, before: int) -> None:
    """[LV2] Nor when the feed was trimmed down to where it stands: it has a place from the beginning."""
    token = await tenant.key()
    await tenant.send(report(title=f"before {n}") for n in range(before))

    async with stream(house.app, token) as said:
        place = (await anext(said)).id
    async with house.pool.transaction() as db:
        await feed.trim(db, tenant.admin.account_id, at=datetime.now(UTC))
    async with stream(house.app, token, last_event_id=place) as said:
        assert (await anext(said)).id == place
        await tenant.send([report(title="between")])
        first = json.loads((await anext(said)).data)
    async with stream(house.app, token, last_event_id=place) as said:
        await anext(said)
        again = json.loads((await anext(said)).data)

    assert (first["title"], again["title"]) == ("between", "between")


async def test_since_a_time_there_is_a_place(house: House, tenant: Tenant) -> None:
    """[LV2] From which the same comes, though nothing was told yet."""
    token = await tenant.key()
    since = datetime.now(UTC).isoformat()
    await tenant.send([report(title="a")])

    async with stream(house.app, token, since=since) as said:
        place = (await anext(said)).id
    async with stream(house.app, token, last_event_id=place) as said:
        await anext(said)
        assert json.loads((await anext(said)).data)["title"] == "a"


@pytest.mark.parametrize(
    "path", ["/v1/events", "/v1/events/facets", "/v1/events/histogram", "/v1/events/export", "/v1/events/stream"]
)
async def test_reading_needs_the_right_to(tenant: Tenant, client: Client, path: str) -> None:
    """403 for who may only write, 401 for nobody."""
    refused(await client(await tenant.key(Right.WRITE_EVENTS)).get(path), 403)
    refused(await client(None).get(path), 401)
    refused(await client("wh_" + "a" * 40).get(path), 401)
