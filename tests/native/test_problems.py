"""Problems: found by id and name, listed, closed, commented on; asked for by events, alerts and causes."""

import json
import re
from datetime import datetime
from typing import Final
from uuid import uuid4

import httpx
import pytest

from tests.builders import NOW, ago, draft
from tests.native.answers import events, paths, refused, titles
from tests.native.conftest import Client
from tests.native.grouped import Json, bridged, close, got, listed, made, problem, reported, say, text, until
from tests.tenants import MakeTenant, Tenant
from whence.domain.access import Right
from whence.domain.entity import RelationKind
from whence.registry import Named

PATHS: Final = [
    ("GET", ""), ("POST", "/close"), ("GET", "/comments"), ("POST", "/comments"),
    ("DELETE", "/comments/0199c7b2-61f4-7d20-8a0e-52f1c7a9b3d4"),
]  # fmt: skip


async def shop_and_till(tenant: Tenant) -> list[Json]:
    """Two services, of which the first depends on the second, as a problem names them."""
    made = await tenant.register(draft("shop", tag="shop", cluster="eu"), draft("till", tag="till", namespace="pay"))
    await tenant.house.context.registry.relate(
        tenant.admin, [Named(source="shop", target="till", kind=RelationKind.CALLS)]
    )
    return [
        {name: getattr(one, name) for name in ("id", "tag", "type", "name", "cluster", "namespace")} for one in made
    ]


async def test_alerts_that_share_a_cause_are_a_problem(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR13] Every field of it: from the first of its alerts on, as grave as the gravest, with what it affects."""
    shop, till = await shop_and_till(tenant)
    mild = await reported(api, "Orders are slow", entities=["shop"], severity="warning", time=text(ago(minutes=9)))
    grave = await reported(api, "Nobody can pay", entities=["till"], severity="critical", time=text(ago(minutes=7)))

    found = await problem(api, mild["alert_id"], grave["alert_id"])

    alerts = [await got(api, f"/v1/alerts/{one['alert_id']}") for one in (mild, grave)]
    assert found == {
        "id": alerts[0]["problem_id"], "name": "P-1", "state": "open", "severity": "critical",
        "title": "Nobody can pay", "opened_at": text(ago(minutes=9)), "closed_at": None, "closed_by": None,
        "alert_count": 2, "unattended_count": 2, "alerts": alerts,
        "affected": sorted([shop, till], key=lambda one: one["id"]),
        "likely": found["likely"], "causes": found["causes"], "explained_at": found["explained_at"], "comments": [],
        "comment_count": 0, "merged_into": None, "updated_at": found["updated_at"],
    }  # fmt: skip
    assert datetime.fromisoformat(found["explained_at"]) >= datetime.fromisoformat(found["updated_at"]) >= NOW
    (in_list,) = await listed(api)
    assert {**in_list, "comments": []} == {**found, "explained_at": in_list["explained_at"]}
    assert "comments" not in in_list
    assert [alert["since"] for alert in alerts] == [text(ago(minutes=9)), text(ago(minutes=7))]


async def test_its_causes_are_as_causes_has_them(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR13] Of entities, best first, each with its rank, entity and reasons whose weights add up."""
    _, till = await shop_and_till(tenant)
    await api.post(
        "/v1/events", json={"kind": "change", "title": "v7", "entities": ["till"], "time": text(ago(minutes=9))}
    )
    first = await reported(api, "Nobody can pay", entities=["till"], time=text(ago(minutes=8)))
    second = await reported(api, "Orders fail", entities=["shop"], time=text(ago(minutes=7)))

    found = await problem(api, first["alert_id"], second["alert_id"])

    causes: list[Json] = found["causes"]
    assert causes[0]["entity"] == await got(api, f"/v1/entities/{till['id']}")
    assert [cause["rank"] for cause in causes] == list(range(1, len(causes) + 1))
    assert {cause["event"] for cause in causes} == {None}
    for cause in causes:
        assert sum(round(reason["weight"] * 10_000) for reason in cause["reasons"]) == round(cause["score"] * 10_000)
        assert all(set(reason) == {"code", "weight", "text", "event_ids", "relations"} for reason in cause["reasons"])
    asked = await got(api, f"/v1/causes?problem={found['name']}&limit={len(causes)}")
    assert asked["causes"] == causes
    assert asked["likely"] == found["likely"]


async def test_a_problem_has_many_names(api: httpx.AsyncClient) -> None:
    """[PR13] Its id and its name, in any case; what is called otherwise is no problem's."""
    made_first = await made(api, "a")
    made_second = await made(api, "b", time=text(ago(hours=3)))

    for found, name in ((made_first, "1"), (made_second, "2")):
        for spelled in (found["id"], found["id"].upper(), f"P-{name}", f"p-{name}", f"%50-{name}"):
            assert (await got(api, f"/v1/problems/{spelled}"))["id"] == found["id"]
    unknown = [
        str(uuid4()), made_first["alerts"][0]["id"], made_first["id"].replace("-", ""), f"urn:uuid:{made_first['id']}",
        "P-3", "P-0", "P-01", "P--1", "P-", "P1", "1", "P-1.0", "P-999999999", "P-99999999999999999999", "P-%D9%A1",
        "%00", "%FF",
    ]  # fmt: skip
    for spelled in unknown:
        for method, path in PATHS:
            body = {"comment": "c"} if (method, path) == ("POST", "/comments") else None
            refused(await api.request(method, f"/v1/problems/{spelled}{path}", json=body), 404)


async def test_a_problem_is_over_with_its_alerts(api: httpx.AsyncClient) -> None:
    """When the last of them ends, whatever ends it."""
    await made(api, time=text(ago(minutes=40)))

    await api.post(
        "/v1/events",
        json={"kind": "recovery", "title": "Orders are fine", "key": "Orders fail", "time": text(ago(minutes=3))},
    )
    over = await until(lambda: got(api, "/v1/problems/P-1"), lambda found: found["state"] == "closed")

    assert (over["closed_at"], over["closed_by"]) == (text(ago(minutes=3)), "alerts")
    assert [alert["closed_by"] for alert in over["alerts"]] == ["recovery"]


async def test_a_problem_is_closed_by_a_person(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR14] Its alerts end with it, at the same moment; it is on the audit trail; doing it again changes nothing."""
    await shop_and_till(tenant)
    receipts = [await reported(api, tag, entities=[tag], time=text(ago(minutes=5))) for tag in ("shop", "till")]
    await problem(api, *(one["alert_id"] for one in receipts))

    closed = await close(api, "P-1", {"comment": "Rolled back"})
    again = [await close(api, name) for name in ("P-1", closed["id"])]

    assert (closed["state"], closed["closed_by"]) == ("closed", "user")
    assert datetime.fromisoformat(closed["closed_at"]) >= NOW
    assert {(one["state"], one["closed_by"], one["closed_at"]) for one in closed["alerts"]} == {
        ("closed", "problem", closed["closed_at"])
    }
    assert [(said["text"], said["author"]) for said in closed["comments"]] == [("Rolled back", "tests")]
    assert closed["comment_count"] == 1
    unmoved = {"updated_at", "explained_at", "causes", "likely"}
    assert [{name: one[name] for name in one.keys() - unmoved} for one in again] == [
        {name: closed[name] for name in closed.keys() - unmoved}
    ] * 2
    entries = (await api.get("/v1/audit")).json()["entries"]
    assert [(one["action"], one["noun"], one["noun_id"], one["detail"]) for one in entries] == [
        ("closed", "problem", closed["id"], "Rolled back")
    ]
    assert [(await got(api, f"/v1/events/{one['id']}"))["status"] for one in receipts] == ["closed"] * 2


async def test_a_problem_that_is_yet_to_begin_ends_where_it_begins(api: httpx.AsyncClient) -> None:
    """An alert may begin ahead of time; nothing ends before that."""
    begins = text(ago(minutes=-60))
    await made(api, time=begins)

    closed = await close(api, "P-1")

    assert (closed["opened_at"], closed["closed_at"]) == (begins, begins)
    assert [one["closed_at"] for one in closed["alerts"]] == [begins]


async def test_a_comment_on_what_is_closed_is_kept(api: httpx.AsyncClient) -> None:
    """[PR14] The problem itself stays as it ended."""
    await made(api)
    closed = await close(api, "P-1")

    later = await close(api, "P-1", {"comment": "It was the cache"})

    assert closed["comments"] == []
    assert [said["text"] for said in later["comments"]] == ["It was the cache"]
    assert (later["closed_at"], later["alerts"]) == (closed["closed_at"], closed["alerts"])


async def test_a_comment_is_not_required(api: httpx.AsyncClient) -> None:
    """Nor is a body: nothing is said then."""
    await made(api)

    for content in (b"", b" \n", b"{}", b'{"comment": ""}'):
        headers = {"content-type": "application/json"} if content else {}
        response = await api.post("/v1/problems/P-1/close", content=content, headers=headers)

        assert response.status_code == 200
        assert response.json()["comments"] == []


_BAD_COMMENTS: Final[list[tuple[bytes, str, int, list[str]]]] = [
    (b"{", "application/json", 400, [""]), (b"[]", "application/json", 400, [""]),
    (b"null", "application/json", 400, [""]), (b'{"comment": 7}', "application/json", 400, ["comment"]),
    (b'{"comment": null}', "application/json", 400, ["comment"]),
    (b'{"comment": " \\t\\n\\u3000"}', "application/json", 400, ["comment"]),
    (b'{"comment": "a\\u0000"}', "application/json", 400, ["comment"]),
    (b'{"comment": "\\ud800"}', "application/json", 400, [""]),
    (json.dumps({"comment": "c" * 10_001}).encode(), "application/json", 400, ["comment"]),
    (b'{"comment": 7, "text": "a", "author": "me"}', "application/json", 400, ["comment", "text", "author"]),
    (b"hello", "text/plain", 415, []),
]  # fmt: skip


async def test_a_bad_body_is_refused(api: httpx.AsyncClient) -> None:
    """[IN8] With the path of each fault; the problem stays as it was."""
    was = await made(api)
    table = [
        *(("close", *bad) for bad in _BAD_COMMENTS),
        *(("comments", *bad) for bad in _BAD_COMMENTS),
        ("comments", b"", "application/json", 400, [""]),
        ("comments", b"{}", "application/json", 400, ["comment"]),
        ("comments", b'{"comment": ""}', "application/json", 400, ["comment"]),
    ]

    for verb, content, kind, status, where in table:
        response = await api.post(f"/v1/problems/P-1/{verb}", content=content, headers={"content-type": kind})

        assert paths(refused(response, status)) == where, content
    now = await got(api, "/v1/problems/P-1")
    assert (now["state"], now["comments"], now["alerts"]) == ("open", [], was["alerts"])


async def test_what_people_say_is_kept_in_order(api: httpx.AsyncClient, client: Client, tenant: Tenant) -> None:
    """[PR15] By whom and when, of any length up to the limit; one is removed, and the others stay."""
    await made(api)
    other = client(await tenant.key(Right.WRITE_PROBLEMS, name="night shift"))
    said = [
        await say(api, "P-1", "On it"),
        await say(other, "p-1", "É" * 10_000),
        await say(api, "P-1", " <b>It</b>\n"),
    ]

    found, alone = await got(api, "/v1/problems/P-1/comments"), await got(api, "/v1/problems/P-1")
    in_list = (await listed(api))[0]
    removed = await api.delete(f"/v1/problems/P-1/comments/{said[1]['id']}")
    left = await got(api, "/v1/problems/P-1/comments")

    assert found == {"comments": said, "next": None}
    assert [(one["text"], one["author"]) for one in said] == [
        ("On it", "tests"), ("É" * 10_000, "night shift"), (" <b>It</b>\n", "tests"),
    ]  # fmt: skip
    assert all(set(one) == {"id", "time", "author", "text"} for one in said)
    assert [one["time"] for one in said] == sorted(one["time"] for one in said)
    assert (alone["comments"], alone["comment_count"]) == (said, 3)
    assert in_list["comment_count"] == 3
    assert (removed.status_code, removed.content) == (204, b"")
    assert left["comments"] == [said[0], said[2]]
    assert (await got(api, "/v1/problems/P-1"))["comment_count"] == 2
    actions = [entry["action"] for entry in (await api.get("/v1/audit")).json()["entries"]]
    assert actions == ["removed comment", "commented", "commented", "commented"]


async def test_a_comment_is_of_its_problem(api: httpx.AsyncClient) -> None:
    """[PR15] Through another one it is not found; nor a second time, nor by what is no id."""
    await made(api, "a")
    await made(api, "b", time=text(ago(hours=3)))
    said = await say(api, "P-1", "On it")

    refused(await api.delete(f"/v1/problems/P-2/comments/{said['id']}"), 404)
    refused(await api.delete("/v1/problems/P-1/comments/nonsense"), 404)
    first = await api.delete(f"/v1/problems/P-1/comments/{said['id']}")

    assert first.status_code == 204
    refused(await api.delete(f"/v1/problems/P-1/comments/{said['id']}"), 404)


async def test_each_call_needs_its_right(api: httpx.AsyncClient, tenant: Tenant, client: Client) -> None:
    """[AC5] That one alone is enough, all others together are not."""
    await made(api)
    said = await say(api, "P-1", "On it")
    table = [
        ("GET", "", Right.READ_EVENTS, 200), ("GET", "/P-1", Right.READ_EVENTS, 200),
        ("GET", "/P-1/comments", Right.READ_EVENTS, 200), ("POST", "/P-1/close", Right.WRITE_PROBLEMS, 200),
        ("POST", "/P-1/comments", Right.WRITE_PROBLEMS, 201),
        ("DELETE", f"/P-1/comments/{said['id']}", Right.WRITE_PROBLEMS, 204),
    ]  # fmt: skip

    for method, path, right, status in table:
        others = set(Right) - {right, Right.ADMIN}
        body = {"comment": "c"} if status == 201 else None
        askers = [client(None), client(await tenant.key(*others)), client(await tenant.key(right))]
        answers = [await asker.request(method, f"/v1/problems{path}", json=body) for asker in askers]

        refused(answers[0], 401)
        refused(answers[1], 403)
        assert answers[2].status_code == status


async def test_no_other_account_s_problem_is_found(api: httpx.AsyncClient, account: MakeTenant, client: Client) -> None:
    """[AC1] By none of its names, for whatever call, and it stays as it was; names count up in each account alone."""
    was = await made(api)
    said = await say(api, "P-1", "On it")
    other = client(await (await account()).key(Right.ADMIN))

    for name in (was["id"], "P-1"):
        for method, path in (*PATHS, ("DELETE", f"/comments/{said['id']}")):
            body = {"comment": "c"} if (method, path) == ("POST", "/comments") else None
            refused(await other.request(method, f"/v1/problems/{name}{path}", json=body), 404)
        refused(await other.get("/v1/causes", params={"problem": name}), 404)
        for path, rows in (("/v1/events", "events"), ("/v1/alerts", "alerts")):
            assert (await other.get(path, params={"problem": name})).json()[rows] == []
    assert await listed(other) == []

    now = await got(api, "/v1/problems/P-1")
    assert (now["state"], now["comments"], now["alerts"]) == ("open", [said], was["alerts"])
    assert (await made(other))["name"] == "P-1"


async def three(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """A problem that is over, one that somebody closed and one that is open, which differ in everything."""
    await tenant.register(draft("shop", tag="shop"), draft("till", tag="till"))
    # In the order of their names: each is there before the next comes.
    await made(
        api, "Alpha É fails", key="ka", type="ta", entities=["shop"], severity="warning", time=text(ago(hours=9)),
        end_time=text(ago(hours=8)), timeout_minutes=None,
    )  # fmt: skip
    await made(api, "Beta fails", key="kb", type="tb", entities=["till"], time=text(ago(hours=5)))
    await close(api, "P-2")
    await made(api, "Gamma 100%", key="kc", type="tc", severity="critical", time=text(ago(hours=1)))


_FILTERS: Final = [
        ("", "321"), ("state=open", "3"), ("state=closed", "21"), ("state=open&state=closed", "321"),
        ("severity=warning", "1"), ("severity=error&severity=critical", "32"), ("severity=info", ""),
        ("entity=shop", "1"), ("entity=shop&entity=till", "21"), ("entity=shop&state=open", ""), ("type=tb", "2"),
        ("type=tb&type=tc", "32"), ("type=TB", ""), ("key=ka", "1"), ("key=ka&key=kc&key=none", "31"), ("key=KA", ""),
        ("dialect=whence", "321"), ("dialect=komodor", ""), ("q=fails", "21"), ("q=FAILS alpha", "1"),
        ("q=fails&q=beta", "2"), ("q=é", "1"), ("q=%25", "3"), ("q=_", ""), ("q=", "321"), ("limit=1", "3"),
        ("limit=2&state=closed", "21"), ("from={-30m}", "32"), ("from={-8h}", "321"), ("to={-10h}", ""),
        ("to={-9h}", "1"), ("to={-2h}", "21"), ("from={-7h}&to={-6h}", ""), ("merged=true", "321"),
        ("merged=false", "321"),
]  # fmt: skip


async def test_a_filter_selects(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Repeated means OR, different ones AND, the last opened first; a window holds those whose life overlaps it."""
    await three(api, tenant)
    times = {"-30m": text(ago(minutes=30)), **{f"-{hours}h": text(ago(hours=hours)) for hours in range(11)}}

    found = {
        query: (await got(api, "/v1/problems?" + re.sub(r"{(.*?)}", lambda at: times[at[1]], query)))["problems"]
        for query, _ in _FILTERS
    }

    names = {query: "".join(one["name"].removeprefix("P-") for one in those) for query, those in found.items()}
    assert names == dict(_FILTERS)


@pytest.mark.parametrize(
    ("query", "status", "where"),
    [
        ("state=new", 400, ["state[0]"]), ("severity=bad", 400, ["severity[0]"]), ("limit=0", 400, ["limit"]),
        ("limit=1001", 400, ["limit"]), ("from=yesterday", 400, ["from"]), ("nonsense=1", 400, ["nonsense"]),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, ["to"]), ("cursor=made.up", 400, ["cursor"]),
        ("key=%00", 400, ["key[0]"]), ("q=%00", 400, ["q[0]"]), ("q=%FF", 400, ["q"]), ("merged=yes", 400, ["merged"]),
        ("merged=", 400, ["merged"]), ("merged=1", 400, ["merged"]),
        ("limit=x&state=y&merged=z", 400, ["state[0]", "merged", "limit"]), ("entity=nobody", 404, []),
        ("&".join(["q=a"] * 21), 400, ["q"]), ("&".join(["type=a"] * 101), 400, ["type"]),
        ("&".join(["entity=a"] * 21), 400, ["entity"]), ("q=" + "a" * 1001, 400, ["q[0]"]),
    ],
)  # fmt: skip
async def test_a_bad_question_is_refused(api: httpx.AsyncClient, query: str, status: int, where: list[str]) -> None:
    """With every fault and its path."""
    assert paths(refused(await api.get(f"/v1/problems?{query}"), status)) == where


async def test_pages_are_walked_by_cursor(api: httpx.AsyncClient, account: MakeTenant, client: Client) -> None:
    """[TL2, TL3] To the end, none twice, while others come; a cursor is of one account and of this list."""
    names = [(await made(api, str(n), time=text(ago(hours=7 - n))))["name"] for n in range(5)]
    seen: list[str] = []
    query = {"limit": "2"}

    while True:
        page = (await api.get("/v1/problems", params=query)).json()
        seen += [one["name"] for one in page["problems"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
        await made(api, str(uuid4()))
    other = client(await (await account()).key(Right.ADMIN))

    assert seen == names[::-1]
    assert paths(refused(await other.get("/v1/problems", params=query), 400)) == ["cursor"]
    assert paths(refused(await api.get("/v1/alerts", params=query), 400)) == ["cursor"]
    alerts_cursor = (await api.get("/v1/alerts", params={"limit": "1"})).json()["next"]
    assert paths(refused(await api.get("/v1/problems", params={"cursor": alerts_cursor}), 400)) == ["cursor"]


async def test_a_list_has_some_of_many_alerts(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """The first ten of each problem; all of them alone, up to a thousand. The count is of all."""
    await tenant.register(draft("shop", tag="shop"))
    said = {"kind": "problem", "title": "It is slow", "entities": ["shop"], "timeout_minutes": 600}
    batch = [{**said, "key": str(n), "time": text(ago(minutes=9, seconds=-n))} for n in range(12)]

    results = (await api.post("/v1/events", json=batch)).json()["results"]
    alone = await problem(api, *(one["alert_id"] for one in results))
    (in_list,) = await listed(api)

    assert [alert["key"] for alert in alone["alerts"]] == [str(n) for n in range(12)]
    assert in_list["alerts"] == alone["alerts"][:10]
    assert {one["alert_count"] for one in (alone, in_list)} == {12}


async def test_a_problem_says_how_many_of_its_alerts_nobody_looks_after(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR13] Of all of them, however few are shown: neither those that somebody acknowledged nor those that ended."""
    await tenant.register(draft("shop", tag="shop"))
    said = {"kind": "problem", "title": "It is slow", "entities": ["shop"]}
    batch = [{**said, "key": str(n), "time": text(ago(minutes=9, seconds=-n))} for n in range(13)]

    results = (await api.post("/v1/events", json=batch)).json()["results"]
    ids = [one["alert_id"] for one in results]
    counts = [await _unattended(api, await problem(api, *ids))]
    for each in (ids[:11], ids[11:12]):
        for alert_id in each:
            await api.post(f"/v1/alerts/{alert_id}/acknowledge")
        counts.append(await _unattended(api, await got(api, "/v1/problems/P-1")))
    await api.post(f"/v1/alerts/{ids[0]}/close")
    await api.post(f"/v1/alerts/{ids[12]}/close")
    counts.append(await _unattended(api, await got(api, "/v1/problems/P-1")))

    assert counts == [13, 2, 1, 0]
    assert (await got(api, "/v1/problems/P-1"))["state"] == "open"
    assert (await close(api, "P-1"))["unattended_count"] == 0


async def _unattended(api: httpx.AsyncClient, found: Json) -> int:
    """How many there are, as the problem says alone and in a list: as many as the list of alerts has."""
    (in_list,) = await listed(api)
    alerts = (await got(api, f"/v1/alerts?problem={found['name']}&state=open"))["alerts"]
    assert found["unattended_count"] == in_list["unattended_count"] == len(alerts)
    return len(alerts)


async def test_what_was_removed_is_left_out(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[CS3] An entity that is gone is neither affected nor a cause, and nothing is likely when the first is gone."""
    shop, _ = await shop_and_till(tenant)
    receipts = [await reported(api, tag, entities=[tag], time=text(ago(minutes=5))) for tag in ("till", "shop")]
    was = await problem(api, *(one["alert_id"] for one in receipts))
    gone = was["causes"][0]["entity"]["id"]

    await api.delete(f"/v1/entities/{gone}")
    now = await got(api, "/v1/problems/P-1")

    assert now["affected"] == [one for one in was["affected"] if one["id"] != gone]
    assert gone not in {cause["entity"]["id"] for cause in now["causes"]}
    assert [cause["rank"] for cause in now["causes"]] == list(range(1, len(now["causes"]) + 1))
    assert now["likely"] is False
    assert shop["id"] in {one["id"] for one in was["affected"]}


async def test_events_and_alerts_are_asked_for_by_their_problem(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR16, TL6] By id and name, repeated means OR, counted as listed; of an unknown one there is nothing."""
    await tenant.register(draft("shop", tag="shop"))
    first = await reported(api, "a", entities=["shop"], time=text(ago(hours=5)))
    await api.post(
        "/v1/events", json={"kind": "recovery", "title": "over", "key": "a", "time": text(ago(hours=4)), "entities": []}
    )
    one = await problem(api, first["alert_id"])
    two = await made(api, "b", severity="critical", time=text(ago(hours=2)))
    await api.post("/v1/events", json={"title": "of none"})
    table: list[tuple[list[str], list[str]]] = [
        (["P-1"], ["over", "a"]), ([one["id"]], ["over", "a"]), (["p-2"], ["b"]), ([two["id"].upper()], ["b"]),
        (["P-1", two["id"]], ["b", "over", "a"]), (["P-1", "P-9", str(uuid4())], ["over", "a"]), (["P-9"], []),
        ([str(uuid4())], []),
    ]  # fmt: skip

    for names, expected in table:
        query = tuple(("problem", name) for name in names)
        found = await api.get("/v1/events", params=query)
        facets = (await api.get("/v1/events/facets", params=query)).json()
        histogram = (await api.get("/v1/events/histogram", params=query)).json()
        exported = (await api.get("/v1/events/export", params=query)).text.splitlines()
        counted = sum(bucket[level] for bucket in histogram["buckets"] for level in ("info", "error", "critical"))
        alerts = (await api.get("/v1/alerts", params=query)).json()["alerts"]

        assert titles(found) == expected
        assert (facets["total"], counted, len(exported)) == (len(expected),) * 3
        assert [alert["title"] for alert in alerts] == [title for title in expected if title != "over"]
    both = events(await api.get("/v1/events", params=[("problem", "P-1"), ("kind", "recovery")]))
    assert [event["problem_id"] for event in both] == [one["id"]]
    shop = await api.get("/v1/entities/shop/events", params={"problem": "P-1"})
    assert titles(shop) == ["a"]


@pytest.mark.parametrize(
    "path",
    ["/v1/events", "/v1/events/facets", "/v1/events/histogram", "/v1/events/export", "/v1/events/stream", "/v1/alerts"],
)
@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("problem=nonsense", ["problem[0]"]), ("problem=", ["problem[0]"]), ("problem=P-0", ["problem[0]"]),
        ("problem=P-1&problem=41&problem=%00", ["problem[1]", "problem[2]"]), ("problem=%FF", ["problem"]),
        ("problem=P-9999999999", ["problem[0]"]), ("&".join(["problem=P-1"] * 101), ["problem"]),
    ],
)  # fmt: skip
async def test_what_cannot_be_a_problem_s_name_is_refused(
    api: httpx.AsyncClient, path: str, query: str, where: list[str]
) -> None:
    """[IN8] With the path of each."""
    assert paths(refused(await api.get(f"{path}?{query}"), 400)) == where


@pytest.mark.parametrize(
    ("query", "status", "where"),
    [
        ("problem=P-1&at={now}", 400, ["at"]), ("problem=P-1&entity=shop", 400, ["entity"]),
        ("problem=P-1&entity=shop&at={now}", 400, ["at", "entity"]), ("problem=P-9&at={now}", 400, ["at"]),
        ("problem=x&limit=0", 400, ["problem", "limit"]), ("problem=P-1&lookback=P8D", 400, ["lookback"]),
        ("problem=P-9", 404, []), ("problem=00000000-0000-0000-0000-000000000007", 404, []),
    ],
)  # fmt: skip
async def test_a_bad_question_for_causes_is_refused(
    api: httpx.AsyncClient, query: str, status: int, where: list[str]
) -> None:
    """With every fault and its path: a problem says by itself what suffers, and when."""
    response = await api.get(f"/v1/causes?{query}".replace("{now}", text(NOW)))

    assert paths(refused(response, status)) == where


async def test_the_causes_of_a_problem_are_asked_for(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR16] By id and name, of entities and of changes, with as far a look back as is asked for."""
    await shop_and_till(tenant)
    change = {"kind": "change", "type": "deploy", "title": "till v7", "entities": ["till"]}
    await api.post("/v1/events", json={**change, "time": text(ago(minutes=9))})
    receipts = [
        await reported(api, tag, entities=[tag], time=text(ago(minutes=when)))
        for tag, when in (("till", 8), ("shop", 7))
    ]
    found = await problem(api, *(one["alert_id"] for one in receipts))

    by_name, by_id = [await got(api, f"/v1/causes?problem={name}") for name in ("p-1", found["id"])]
    changes = await got(api, "/v1/causes?problem=P-1&of=changes")

    assert by_name["causes"] == by_id["causes"]
    assert by_name["causes"][0]["entity"]["tag"] == "till"
    assert [cause["event"]["title"] for cause in changes["causes"]] == ["till v7"]


async def test_a_problem_becomes_part_of_another(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR4] It keeps its name, and says which one has its alerts; it is listed only for who asks for it."""
    whole, part = await bridged(api, tenant)
    query = {"problem": "P-2"}

    assert (whole["merged_into"], part["merged_into"]) == (None, whole["id"])
    assert (part["state"], part["closed_by"], part["alerts"]) == ("closed", None, [])
    assert [one["name"] for one in await listed(api)] == ["P-1"]
    assert [one["name"] for one in await listed(api, merged="true")] == ["P-2", "P-1"]
    assert events(await api.get("/v1/events", params=query)) == []
    closed = await close(api, "P-2")
    assert (closed["name"], closed["closed_by"]) == ("P-1", "user")


async def test_what_is_said_of_a_part_is_said_of_the_whole(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR4] Whoever still has its old name is heard where people look; what was said before stays where it was."""
    await bridged(api, tenant)

    made = await api.post("/v1/problems/P-2/comments", json={"comment": "Rolled back"})

    said = {name: (await api.get(f"/v1/problems/{name}")).json() for name in ("P-1", "P-2")}
    assert made.status_code == 201
    assert [one["id"] for one in said["P-1"]["comments"]] == [made.json()["id"]]
    assert (said["P-1"]["comment_count"], said["P-2"]["comment_count"]) == (1, 0)


async def test_a_closed_problem_counts_the_alerts_that_there_are(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """Also when the event of one is removed after a person has closed it; else nothing of it changes."""
    await shop_and_till(tenant)
    ids = [await reported(api, title, entities=[title], time=text(ago(minutes=9))) for title in ("shop", "till")]
    await problem(api, *(one["alert_id"] for one in ids))
    closed = await close(api, "P-1")

    assert (await api.delete(f"/v1/events/{ids[0]['id']}")).status_code == 204

    now = (await api.get("/v1/problems/P-1")).json()
    assert (closed["alert_count"], now["alert_count"], len(now["alerts"])) == (2, 1, 1)
    assert (now["state"], now["closed_by"]) == ("closed", "user")
