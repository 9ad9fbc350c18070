"""Alerts: opened, held open and ended by reports, by time and by people; listed, and told as they change."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.builders import NOW, ago, draft, moment, report
from tests.native.answers import events, paths, refused, titles
from tests.native.conftest import Client
from tests.native.grouped import grouped
from tests.native.streams import Said, stream
from tests.tenants import MakeTenant, Tenant
from whence.domain.access import Right
from whence.domain.event import Kind
from whence.server import House

Json = dict[str, Any]

PROBLEM: Final[Json] = {"kind": "problem", "title": "Orders fail", "key": "orders", "severity": "error"}
RECOVERY: Final[Json] = {"kind": "recovery", "title": "Orders are fine", "key": "orders"}


def text(at: datetime) -> str:
    """The instant as the API writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def sent(api: httpx.AsyncClient, **given: object) -> Json:
    """The receipt of a problem."""
    response = await api.post("/v1/events", json={**PROBLEM, **given})
    assert response.status_code == 201, response.text
    return response.json()


async def recovered(api: httpx.AsyncClient, **given: object) -> Json:
    """The receipt of the recovery from it."""
    return await sent(api, **{"severity": "info", **RECOVERY, **given})


async def alert(api: httpx.AsyncClient, alert_id: str) -> Json:
    """The alert as it is."""
    response = await api.get(f"/v1/alerts/{alert_id}")
    assert response.status_code == 200, response.text
    return response.json()


async def event(api: httpx.AsyncClient, event_id: str) -> Json:
    """The event as it is."""
    response = await api.get(f"/v1/events/{event_id}")
    assert response.status_code == 200, response.text
    return response.json()


def at_once(found: Json) -> Json:
    """All that an alert or event says at once: which problem it is part of follows."""
    later = {"problem_id", "since", "silenced_by", "silenced_until"}
    return {name: value for name, value in found.items() if name not in later}


async def ended(api: httpx.AsyncClient, alert_id: str) -> Json:
    """The alert, when it has ended."""
    while (found := await alert(api, alert_id))["state"] != "closed":
        await asyncio.sleep(0.01)
    return found


async def post(api: httpx.AsyncClient, alert_id: str, verb: str, body: object = None) -> Json:
    """The alert after somebody did this to it."""
    response = await api.post(f"/v1/alerts/{alert_id}/{verb}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_problem_opens_an_alert(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """In the words of the problem, for a quarter of an hour; its event is open, and names it and what it is part of."""
    (entity,) = await tenant.register(draft("shop", tag="shop"))

    receipt = await sent(api, entities=["shop"], type="slo", time=text(ago(minutes=2)))
    found, shown = await grouped(api, receipt["alert_id"]), await event(api, receipt["id"])

    received = datetime.fromisoformat(found["last_report_at"])
    assert found == {
        "id": receipt["alert_id"], "state": "open", "key": "orders", "severity": "error", "title": "Orders fail",
        "type": "slo", "source": "tests", "dialect": "whence", "entity": entity.id, "event_id": receipt["id"],
        "handling": [], "problem_id": found["problem_id"], "since": text(ago(minutes=2)), "silenced_by": None,
        "silenced_until": None, "opened_at": text(ago(minutes=2)), "last_report_at": shown["received_at"],
        "expires_at": text(received + timedelta(minutes=15)), "closed_at": None, "closed_by": None, "report_count": 1,
        "acknowledged_at": None, "acknowledged_by": None, "comment": "",
    }  # fmt: skip
    assert (shown["status"], shown["end_time"]) == ("open", None)
    assert (shown["alert_id"], shown["problem_id"]) == (receipt["alert_id"], found["problem_id"])
    assert (await api.get("/v1/alerts")).json() == {"alerts": [found], "next": None}


@pytest.mark.parametrize(
    ("minutes", "given"), [(15, {}), (1, {"timeout_minutes": 1}), (10_080, {"timeout_minutes": 10_080})]
)
async def test_an_alert_expires_when_its_problem_says(api: httpx.AsyncClient, minutes: int, given: Json) -> None:
    """So long after its last report, whenever the problem is said to have begun."""
    receipt = await sent(api, time=text(ago(days=3)), **given)
    found = await alert(api, receipt["alert_id"])

    lasts = datetime.fromisoformat(found["expires_at"]) - datetime.fromisoformat(found["last_report_at"])
    assert lasts == timedelta(minutes=minutes)


async def test_a_report_holds_an_alert_open(api: httpx.AsyncClient) -> None:
    """[AL2] It writes no new event: the one that is there has its words, and its own title, time and key."""
    first = await sent(api, time=text(ago(hours=3)), description="18 %", properties={"percent": 18})

    again = await sent(
        api,
        title="Other words",
        severity="critical",
        description="31 %",
        properties={"percent": 31},
        timeout_minutes=60,
    )
    found, shown = await alert(api, first["alert_id"]), await event(api, first["id"])

    assert again == {**first, "status": "accepted"}
    assert (found["report_count"], found["severity"], found["title"]) == (2, "critical", "Orders fail")
    assert datetime.fromisoformat(found["expires_at"]) > NOW + timedelta(minutes=59)
    assert (shown["title"], shown["time"], shown["report_count"]) == ("Orders fail", text(ago(hours=3)), 2)
    assert (shown["severity"], shown["description"], shown["properties"]) == ("critical", "31 %", {"percent": 31})
    assert shown["updated_at"] > shown["received_at"]
    assert titles(await api.get("/v1/events")) == ["Orders fail"]


async def test_many_at_once_open_one_alert(api: httpx.AsyncClient) -> None:
    """[AL3] Whoever comes first opens it, alone and in batches; every report counts."""
    alone = [sent(api) for _ in range(20)]
    together = [api.post("/v1/events", json=[PROBLEM] * 5) for _ in range(4)]

    receipts, batches = await asyncio.gather(asyncio.gather(*alone), asyncio.gather(*together))

    told = [*receipts, *(result for batch in batches for result in batch.json()["results"])]
    assert len({(receipt["id"], receipt["alert_id"]) for receipt in told}) == 1
    assert (await alert(api, told[0]["alert_id"]))["report_count"] == 40
    assert len(events(await api.get("/v1/events"))) == 1


async def test_a_retry_holds_nothing_open(api: httpx.AsyncClient) -> None:
    """[AL5, IN3] The same Idempotency-Key again is a duplicate: what it held open has one report more, not two."""
    first = await sent(api)
    headers = {"idempotency-key": "the second report"}

    held = [(await api.post("/v1/events", json=PROBLEM, headers=headers)).json() for _ in range(3)]

    assert [receipt["status"] for receipt in held] == ["accepted", "duplicate", "duplicate"]
    assert {receipt["id"] for receipt in held} == {first["id"]}
    assert (await alert(api, first["alert_id"]))["report_count"] == 2


_SAME: Final[list[tuple[Json, Json]]] = [
    ({}, {}),
    ({}, {"severity": "critical", "description": "d", "properties": {"a": 1}, "url": "https://example.org"}),
    ({}, {"time": text(ago(minutes=5)), "timeout_minutes": 3}),
    ({"type": "slo", "source": "probe"}, {"type": "slo", "source": "probe"}),
    ({"scope": {"services": ["a", "b"]}}, {"scope": {"services": ["b", "a", "a"]}}),
    ({}, {"scope": {}}),
    ({}, {"type": "problem"}),
    ({"type": "problem"}, {}),
    ({"entities": ["shop"]}, {"entities": ["other name"]}),
    ({"match": [{"types": ["SERVICE"]}]}, {"match": [{"types": ["SERVICE"], "tags": []}]}),
]
_OTHER: Final[list[tuple[Json, Json]]] = [
    ({}, {"title": "Orders are slow"}),
    ({}, {"type": "slo"}),
    ({}, {"source": "probe"}),
    ({}, {"scope": {"services": ["a"]}}),
    ({"scope": {"services": ["a"]}}, {"scope": {"namespaces": ["a"]}}),
    ({"entities": ["shop"]}, {"entities": ["till"]}),
    ({"entities": ["shop"]}, {"scope": {"services": ["shop"]}}),
    ({"match": [{"types": ["SERVICE"]}]}, {"match": [{"types": ["HOST"]}]}),
    ({}, {"key": "mine"}),
]


@pytest.mark.parametrize(
    ("first", "then", "is_same"),
    [*((first, then, True) for first, then in _SAME), *((first, then, False) for first, then in _OTHER)],
)
@pytest.mark.parametrize("kind", ["problem", "recovery"])
async def test_a_problem_without_a_key_is_known_by_what_it_says(
    api: httpx.AsyncClient,
    tenant: Tenant,
    kind: str,
    first: Json,
    then: Json,
    is_same: bool,  # noqa: FBT001
) -> None:
    """Type, title, source and whom it concerns, as sent: the same again is the same condition, also when it is over."""
    await tenant.register(draft("shop", tag="shop", aliases=("other name",)), draft("till", tag="till"))
    then = {name: value for name, value in then.items() if kind == "problem" or name != "timeout_minutes"}

    opened = await sent(api, **{"key": None, **first})
    later = await sent(api, **{"key": None, **then, "kind": kind})

    assert (later.get("alert_id") == opened["alert_id"]) is is_same
    state = "closed" if is_same and kind == "recovery" else "open"
    assert (await alert(api, opened["alert_id"]))["state"] == state


@pytest.mark.parametrize("of_problem", [None, "problem"])
@pytest.mark.parametrize("of_recovery", [None, "recovery", "problem"])
async def test_a_type_that_is_its_default_says_nothing(
    api: httpx.AsyncClient, of_problem: str | None, of_recovery: str | None
) -> None:
    """Who spells out the defaults, or the type that the alert shows, ends it like who leaves them out."""
    opened = await sent(api, key=None, type=of_problem)
    closing = await sent(api, key=None, type=of_recovery, kind="recovery")

    assert closing.get("alert_id") == opened["alert_id"]


async def _recover(api: httpx.AsyncClient, _: str) -> None:
    await recovered(api, time=text(ago(minutes=3)))


async def _close(api: httpx.AsyncClient, alert_id: str) -> None:
    await post(api, alert_id, "close")


async def _let_end(api: httpx.AsyncClient, _: str) -> None:
    await sent(api, time=text(ago(hours=1)), end_time=text(ago(minutes=2)))


Ending = Callable[[httpx.AsyncClient, str], Awaitable[None]]


@pytest.mark.parametrize(
    ("end", "by", "at"),
    [(_recover, "recovery", ago(minutes=3)), (_close, "user", None), (_let_end, "timeout", ago(minutes=2))],
)
async def test_an_alert_ends_once(api: httpx.AsyncClient, end: Ending, by: str, at: datetime | None) -> None:
    """[AL1] By whatever comes first; its event ends at that moment, and what comes later changes neither."""
    receipt = await sent(api, time=text(ago(hours=1)))

    await end(api, receipt["alert_id"])
    found, shown = await alert(api, receipt["alert_id"]), await event(api, receipt["id"])
    await recovered(api)
    await post(api, receipt["alert_id"], "close")

    assert (found["state"], found["closed_by"]) == ("closed", by)
    assert (shown["status"], shown["end_time"]) == ("closed", found["closed_at"])
    assert found["closed_at"] == text(at) if at else datetime.fromisoformat(found["closed_at"]) >= NOW
    assert at_once(await alert(api, receipt["alert_id"])) == at_once(found)
    assert at_once(await event(api, receipt["id"])) == at_once(shown)


@pytest.mark.parametrize("end", [_recover, _close, _let_end])
async def test_the_same_problem_later_is_another_alert(api: httpx.AsyncClient, end: Ending) -> None:
    """[AL1] Under the same key, with an event of its own; the first one stays as it ended."""
    first = await sent(api, time=text(ago(hours=1)))
    await end(api, first["alert_id"])
    was = await alert(api, first["alert_id"])

    second = await sent(api)
    found = (await api.get("/v1/alerts", params={"key": "orders"})).json()["alerts"]

    assert second["id"] != first["id"]
    assert [one["id"] for one in found] == [second["alert_id"], first["alert_id"]]
    assert [one["state"] for one in found] == ["open", "closed"]
    assert at_once(found[1]) == at_once(was)


async def test_a_recovery_is_an_event_of_its_own(api: httpx.AsyncClient) -> None:
    """It names the alert that it ended; where there is none, it is an event like any other."""
    opened = await sent(api)

    closing, alone = await recovered(api), await recovered(api)

    assert closing["alert_id"] == opened["alert_id"]
    assert "alert_id" not in alone
    assert [(await event(api, one["id"]))["alert_id"] for one in (closing, alone)] == [opened["alert_id"], None]
    assert titles(await api.get("/v1/events")) == ["Orders are fine", "Orders are fine", "Orders fail"]


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(ago(hours=2), ago(hours=1)), (ago(hours=2), ago(hours=2)), (ago(seconds=1), NOW)],
)
async def test_a_problem_with_an_end_is_over_then(api: httpx.AsyncClient, begins: datetime, ends: datetime) -> None:
    """Told when it was over: closed from the start, with the times that were sent."""
    receipt = await sent(api, time=text(begins), end_time=text(ends))
    found, shown = await alert(api, receipt["alert_id"]), await event(api, receipt["id"])

    assert (found["state"], found["closed_by"]) == ("closed", "timeout")
    assert (found["opened_at"], found["closed_at"]) == (text(begins), text(ends))
    assert (shown["status"], shown["time"], shown["end_time"]) == ("closed", text(begins), text(ends))


async def test_a_problem_may_end_in_the_future(api: httpx.AsyncClient) -> None:
    """Open until then, and no longer."""
    receipt = await sent(api, end_time=text(NOW + timedelta(days=1)))
    found = await alert(api, receipt["alert_id"])

    assert (found["state"], found["expires_at"]) == ("open", text(NOW + timedelta(days=1)))


async def test_an_alert_that_nobody_reports_again_ends_by_itself(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[AL8] When its time is over, as its event does; also in lists, filters and counts."""
    (shown,) = await tenant.send(
        [report(kind=Kind.PROBLEM, title="brief", key="brief", timeout=timedelta(milliseconds=40), span=moment())]
    )
    found = await ended(api, str(shown.alert_id))

    over = await event(api, str(shown.id))
    assert (found["closed_by"], found["closed_at"]) == ("timeout", found["expires_at"])
    assert (over["status"], over["end_time"]) == ("closed", found["closed_at"])
    assert titles(await api.get("/v1/events", params={"status": "open"})) == []
    assert (await api.get("/v1/alerts", params={"state": "open"})).json()["alerts"] == []
    closed = (await api.get("/v1/alerts", params={"state": "closed"})).json()["alerts"]
    assert list(map(at_once, closed)) == [at_once(found)]


async def test_an_open_event_is_in_every_window_since(api: httpx.AsyncClient) -> None:
    """However long ago it began; when it has ended, up to its end. Exported, it has no end yet."""
    await sent(api, time=text(ago(days=2)))
    windows = [
        {"from": text(ago(hours=2)), "to": text(ago(hours=1))},
        {"from": text(ago(minutes=1))},
        {"to": text(ago(days=3))},
    ]

    still = [len(events(await api.get("/v1/events", params=window))) for window in windows]
    lines = (await api.get("/v1/events/export", params={"format": "csv"})).text.splitlines()
    row = dict(zip(lines[0].split(","), lines[1].split(","), strict=False))
    await recovered(api, time=text(ago(hours=1, minutes=30)))
    then = [titles(await api.get("/v1/events", params=window)) for window in windows]

    assert still == [1, 1, 0]
    assert (row["time"], row["end_time"]) == (text(ago(days=2)), "")
    assert [("Orders fail" in found) for found in then] == [True, False, False]


async def test_an_alert_is_acknowledged(api: httpx.AsyncClient) -> None:
    """[AL6] By who was first, with what they said; it stays open, and further reports change nothing of that."""
    receipt = await sent(api)

    first = await post(api, receipt["alert_id"], "acknowledge", {"comment": "I am on it"})
    again = await post(api, receipt["alert_id"], "acknowledge", {"comment": "So am I"})
    await sent(api)
    found = await alert(api, receipt["alert_id"])

    assert (first["state"], first["acknowledged_by"], first["comment"]) == ("acknowledged", "tests", "I am on it")
    assert datetime.fromisoformat(first["acknowledged_at"]) >= NOW
    assert at_once(again) == at_once(first)
    assert at_once(found) == {
        **at_once(first), "report_count": 2, "last_report_at": found["last_report_at"],
        "expires_at": found["expires_at"],
    }  # fmt: skip
    assert (await event(api, receipt["id"]))["status"] == "open"
    assert [entry["action"] for entry in (await api.get("/v1/audit")).json()["entries"]] == ["acknowledged"]


async def test_what_is_closed_stays_as_it_is(api: httpx.AsyncClient) -> None:
    """[AL6] Closed once, with the comment and a line on the audit trail; neither verb changes it afterwards."""
    receipt = await sent(api)
    await post(api, receipt["alert_id"], "acknowledge", {"comment": "I am on it"})

    closed = await post(api, receipt["alert_id"], "close", {"comment": "Rolled back"})
    later = [await post(api, receipt["alert_id"], verb, {"comment": "x"}) for verb in ("close", "acknowledge")]

    assert (closed["state"], closed["closed_by"], closed["comment"]) == ("closed", "user", "Rolled back")
    assert closed["acknowledged_by"] == "tests"
    assert list(map(at_once, later)) == [at_once(closed)] * 2
    entries = (await api.get("/v1/audit")).json()["entries"]
    assert [(entry["action"], entry["noun"], entry["noun_id"]) for entry in entries] == [
        ("closed", "alert", receipt["alert_id"]), ("acknowledged", "alert", receipt["alert_id"]),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b" \n", b"{}", b'{"comment": ""}'])
@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_a_comment_is_not_required(api: httpx.AsyncClient, verb: str, content: bytes) -> None:
    """Nor is a body."""
    receipt = await sent(api)
    headers = {"content-type": "application/json"} if content else {}

    response = await api.post(f"/v1/alerts/{receipt['alert_id']}/{verb}", content=content, headers=headers)

    assert response.status_code == 200
    assert response.json()["comment"] == ""


@pytest.mark.parametrize(
    ("content", "kind", "status", "where"),
    [
        (b"{", "application/json", 400, [""]),
        (b"[]", "application/json", 400, [""]),
        (b"null", "application/json", 400, [""]),
        (b'{"comment": 7}', "application/json", 400, ["comment"]),
        (b'{"comment": null}', "application/json", 400, ["comment"]),
        (b'{"comment": "a\\u0000"}', "application/json", 400, ["comment"]),
        (json.dumps({"comment": "c" * 10_001}).encode(), "application/json", 400, ["comment"]),
        (b'{"comments": "a", "by": "me"}', "application/json", 400, ["comments", "by"]),
        (b"hello", "text/plain", 415, []),
    ],
)
@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_a_bad_body_is_refused(
    api: httpx.AsyncClient, verb: str, content: bytes, kind: str, status: int, where: list[str]
) -> None:
    """[IN8] With the path of each fault; the alert stays as it was."""
    receipt = await sent(api)
    was = await alert(api, receipt["alert_id"])

    response = await api.post(
        f"/v1/alerts/{receipt['alert_id']}/{verb}", content=content, headers={"content-type": kind}
    )

    assert paths(refused(response, status)) == where
    assert at_once(await alert(api, receipt["alert_id"])) == at_once(was)


@pytest.mark.parametrize(("method", "verb"), [("GET", ""), ("POST", "/acknowledge"), ("POST", "/close")])
async def test_no_other_account_s_alert_is_found(
    api: httpx.AsyncClient, account: MakeTenant, client: Client, method: str, verb: str
) -> None:
    """[AC1] It is as good as none, and stays as it was."""
    receipt = await sent(api)
    was = await alert(api, receipt["alert_id"])
    other = client(await (await account()).key(Right.ADMIN))

    for alert_id in (receipt["alert_id"], str(uuid4()), receipt["id"], "nonsense"):
        refused(await other.request(method, f"/v1/alerts/{alert_id}{verb}"), 404)

    assert at_once(await alert(api, receipt["alert_id"])) == at_once(was)
    assert (await other.get("/v1/alerts")).json()["alerts"] == []


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "", Right.READ_EVENTS), ("GET", "/{id}", Right.READ_EVENTS),
        ("POST", "/{id}/acknowledge", Right.WRITE_PROBLEMS), ("POST", "/{id}/close", Right.WRITE_PROBLEMS),
    ],
)  # fmt: skip
async def test_each_call_needs_its_right(
    api: httpx.AsyncClient, tenant: Tenant, client: Client, method: str, path: str, right: Right
) -> None:
    """[AC5] That one alone is enough, all others together are not."""
    receipt = await sent(api)
    path = f"/v1/alerts{path}".replace("{id}", receipt["alert_id"])

    refused(await client(None).request(method, path), 401)
    refused(await client(await tenant.key(*set(Right) - {right, Right.ADMIN})).request(method, path), 403)
    assert (await client(await tenant.key(right)).request(method, path)).status_code == 200


async def one_of_each(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """An open, an acknowledged and a closed alert that differ in everything, opened in that order."""
    await tenant.register(draft("shop", tag="shop"), draft("till", tag="till"))
    await sent(api, title="a", key="ka", type="ta", source="sa", entities=["shop"], time=text(ago(hours=5)))
    seen = await sent(
        api, title="b", key="kb", type="tb", source="sb", entities=["till"], severity="warning", time=text(ago(hours=4))
    )
    await post(api, seen["alert_id"], "acknowledge")
    await sent(api, title="c", key="kc", severity="critical", time=text(ago(hours=3)), end_time=text(ago(hours=2)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "cba"), ("state=open", "a"), ("state=acknowledged", "b"), ("state=closed", "c"),
        ("state=open&state=closed", "ca"), ("entity=shop", "a"), ("entity=shop&entity=till", "ba"),
        ("severity=warning", "b"), ("severity=error&severity=critical", "ca"), ("severity=info", ""), ("key=ka", "a"),
        ("key=ka&key=kb&key=none", "ba"), ("key=KA", ""), ("type=tb", "b"), ("type=problem", "c"), ("source=sa", "a"),
        ("source=sa&type=tb", ""), ("dialect=whence", "cba"), ("dialect=komodor", ""), ("limit=1", "c"),
        ("limit=2&state=open", "a"), ("from={-1h}", "ba"), ("from={-2h}", "cba"), ("to={-6h}", ""), ("to={-5h}", "a"),
        ("to={-3h}", "cba"), ("from={-4h}&to={-4h}", "ba"), ("from={-1h}&state=closed", ""),
    ],
)  # fmt: skip
async def test_a_filter_selects(api: httpx.AsyncClient, tenant: Tenant, query: str, expected: str) -> None:
    """Repeated means OR, different ones AND; a window holds the alerts whose life overlaps it."""
    await one_of_each(api, tenant)
    for hours in range(7):
        query = query.replace(f"{{-{hours}h}}", text(ago(hours=hours)))

    found = (await api.get(f"/v1/alerts?{query}")).json()["alerts"]

    assert "".join(one["title"] for one in found) == expected


@pytest.mark.parametrize(
    ("query", "status", "where"),
    [
        ("state=new", 400, ["state[0]"]), ("severity=bad", 400, ["severity[0]"]), ("limit=0", 400, ["limit"]),
        ("limit=1001", 400, ["limit"]), ("from=yesterday", 400, ["from"]), ("nonsense=1", 400, ["nonsense"]),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, ["to"]), ("cursor=made.up", 400, ["cursor"]),
        ("key=%00", 400, ["key[0]"]), ("limit=x&state=y", 400, ["state[0]", "limit"]), ("entity=nobody", 404, []),
    ],
)  # fmt: skip
async def test_a_bad_question_is_refused(api: httpx.AsyncClient, query: str, status: int, where: list[str]) -> None:
    """With every fault and its path."""
    assert paths(refused(await api.get(f"/v1/alerts?{query}"), status)) == where


async def test_pages_are_walked_by_cursor(api: httpx.AsyncClient, account: MakeTenant, client: Client) -> None:
    """[TL2, TL3] To the end, none twice, while others open; a cursor is of one account and of this list."""
    for n in range(7):
        await sent(api, title=str(n), key=str(n), time=text(ago(hours=7 - n)))
    seen: list[str] = []
    query = {"limit": "3"}

    while True:
        page = (await api.get("/v1/alerts", params=query)).json()
        seen += [one["title"] for one in page["alerts"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
        await sent(api, key=str(uuid4()))
    other = client(await (await account()).key(Right.ADMIN))

    assert seen == list("6543210")
    assert paths(refused(await other.get("/v1/alerts", params=query), 400)) == ["cursor"]
    assert paths(refused(await api.get("/v1/events", params=query), 400)) == ["cursor"]
    events_cursor = (await api.get("/v1/events", params={"limit": "1"})).json()["next"]
    assert paths(refused(await api.get("/v1/alerts", params={"cursor": events_cursor}), 400)) == ["cursor"]


async def test_a_batch_opens_holds_and_ends(api: httpx.AsyncClient) -> None:
    """[AL4, IN5] In its order; each result names the alert that it did something to, and a bad item none."""
    batch = [PROBLEM, {**PROBLEM, "severity": "critical"}, {"kind": "problem"}, RECOVERY, PROBLEM, {"title": "a"}]

    results = (await api.post("/v1/events", json=batch)).json()["results"]

    ids = [result.get("alert_id") for result in results]
    assert ids == [ids[0], ids[0], None, ids[0], ids[4], None]
    assert None not in {ids[0], ids[4]}
    assert ids[0] != ids[4]
    assert [result["status"] for result in results].count("rejected") == 1
    found = (await api.get("/v1/alerts")).json()["alerts"]
    assert sorted((one["id"], one["state"], one["report_count"]) for one in found) == sorted(
        [(ids[0], "closed", 2), (ids[4], "open", 1)]
    )


async def test_an_alert_that_is_over_never_ends_before_it_began(api: httpx.AsyncClient) -> None:
    """Its event may be moved behind its end: then it began and ended at once."""
    receipt = await sent(api)
    await api.post(f"/v1/alerts/{receipt['alert_id']}/close")
    later = text(NOW + timedelta(days=2))

    await api.patch(f"/v1/events/{receipt['id']}", json={"time": later, "end_time": None})

    found = await alert(api, receipt["alert_id"])
    assert (found["opened_at"], found["closed_at"]) == (later, later)


@pytest.mark.parametrize(
    ("change", "begins", "ends"),
    [
        ({"end_time": text(ago(hours=1))}, ago(hours=3), ago(hours=1)),
        ({"end_time": None}, ago(hours=3), ago(hours=3)),
        ({"time": text(ago(hours=4))}, ago(hours=4), ago(hours=2)),
        ({"time": text(ago(hours=9)), "end_time": text(ago(hours=8))}, ago(hours=9), ago(hours=8)),
    ],
)
async def test_an_alert_that_is_over_ended_when_its_event_did(
    api: httpx.AsyncClient, change: Json, begins: datetime, ends: datetime
) -> None:
    """[IN10] Also after somebody says that it was at another time; a list for that time has both."""
    receipt = await sent(api, time=text(ago(hours=3)))
    await recovered(api, time=text(ago(hours=2)))

    changed = (await api.patch(f"/v1/events/{receipt['id']}", json=change)).json()

    found = await alert(api, receipt["alert_id"])
    assert (found["opened_at"], found["closed_at"], found["closed_by"]) == (text(begins), text(ends), "recovery")
    assert (changed["time"], changed["end_time"] or changed["time"]) == (found["opened_at"], found["closed_at"])
    window = {"from": text(ends), "to": text(ends)}
    assert [one["id"] for one in (await api.get("/v1/alerts", params=window)).json()["alerts"]] == [found["id"]]


async def test_a_moment_that_an_alert_was_is_moved_whole(api: httpx.AsyncClient) -> None:
    """It ended when it began, and does so at the other time."""
    receipt = await sent(api, time=text(ago(hours=3)))
    await recovered(api, time=text(ago(hours=3)))

    await api.patch(f"/v1/events/{receipt['id']}", json={"time": text(ago(hours=7))})

    found = await alert(api, receipt["alert_id"])
    assert (found["opened_at"], found["closed_at"]) == (text(ago(hours=7)), text(ago(hours=7)))


async def test_a_change_of_what_has_just_expired_stays(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[IN10, AL8] Whoever comes by later to end it finds that it has ended, as somebody said."""
    (shown,) = await tenant.send(
        [report(kind=Kind.PROBLEM, title="brief", key="brief", timeout=timedelta(milliseconds=40), span=moment())]
    )
    found = await ended(api, str(shown.alert_id))
    later = text(datetime.fromisoformat(found["closed_at"]) + timedelta(hours=1))

    changed = await api.patch(f"/v1/events/{shown.id}", json={"end_time": later})
    await tenant.house.context.alerts.expire()

    assert (changed.status_code, changed.json()["end_time"]) == (200, later)
    assert (await event(api, str(shown.id)))["end_time"] == later
    over = await alert(api, str(shown.alert_id))
    assert (over["state"], over["closed_at"], over["closed_by"]) == ("closed", later, "timeout")


async def test_an_alert_follows_its_event(api: httpx.AsyncClient) -> None:
    """A changed title or time is the alert's, too; the end is the alert's to say; removed, both are gone."""
    receipt = await sent(api)
    path = f"/v1/events/{receipt['id']}"

    changed = await api.patch(path, json={"title": "Orders in Europe fail", "time": text(ago(hours=9))})
    found = await alert(api, receipt["alert_id"])
    for end in (text(NOW), None):
        refused(await api.patch(path, json={"end_time": end}), 409)
    assert paths(refused(await api.patch(path, json={"time": text(ago(days=400))}), 400)) == ["time"]
    removed = await api.delete(path)

    assert (changed.status_code, changed.json()["status"], changed.json()["end_time"]) == (200, "open", None)
    assert (found["title"], found["opened_at"], found["state"]) == ("Orders in Europe fail", text(ago(hours=9)), "open")
    assert removed.status_code == 204
    refused(await api.get(f"/v1/alerts/{receipt['alert_id']}"), 404)


async def test_a_cloud_event_opens_an_alert(api: httpx.AsyncClient) -> None:
    """Its data is a problem like any other."""
    cloud = {"specversion": "1.0", "id": "1", "source": "probe", "type": "slo", "data": PROBLEM}

    sent_in = await api.post(
        "/v1/events", content=json.dumps(cloud), headers={"content-type": "application/cloudevents+json"}
    )

    found = await alert(api, sent_in.json()["alert_id"])
    assert (found["source"], found["type"], found["key"]) == ("probe", "slo", "orders")


def _told(said: Said) -> tuple[str, Json]:
    return said.event, json.loads(said.data)


async def _without_problems(told: AsyncGenerator[Said]) -> AsyncGenerator[Said]:
    """What is told, but for what happens to problems: that comes some time after."""
    async for said in told:
        if said.event != "problem":
            yield said


async def test_a_stream_tells_what_happens_to_alerts(house: House, api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[AL7] Opened (behind its event), held open, acknowledged, closed: the alert as it is; other accounts' never."""
    async with stream(house.app, await tenant.key()) as told:
        said = _without_problems(told)
        await anext(said)
        receipt = await sent(api)
        opened = [_told(await anext(said)) for _ in range(2)]
        await sent(api, severity="critical")
        held = _told(await anext(said))
        await post(api, receipt["alert_id"], "acknowledge")
        seen = _told(await anext(said))
        await post(api, receipt["alert_id"], "close")
        closed = _told(await anext(said))

    assert [kind for kind, _ in opened] == ["event", "alert"]
    assert opened[0][1]["id"] == receipt["id"]
    news = [opened[1], held, seen, closed]
    assert {kind for kind, _ in news} == {"alert"}
    assert {one["id"] for _, one in news} == {receipt["alert_id"]}
    assert [(one["state"], one["report_count"], one["severity"]) for _, one in news] == [
        ("open", 1, "error"), ("open", 2, "critical"), ("acknowledged", 2, "critical"), ("closed", 2, "critical"),
    ]  # fmt: skip
    assert at_once(closed[1]) == at_once(await alert(api, receipt["alert_id"]))


@pytest.mark.parametrize("end", ["recovery", "timeout"])
async def test_a_stream_tells_that_an_alert_is_over(
    house: House, api: httpx.AsyncClient, tenant: Tenant, end: str
) -> None:
    """[AL7] Also when nobody did anything."""
    async with stream(house.app, await tenant.key(), kind="problem") as told:
        said = _without_problems(told)
        await anext(said)
        await tenant.send([report(kind=Kind.PROBLEM, key="k", timeout=timedelta(milliseconds=300), span=moment())])
        opened = [await anext(said), await anext(said)]
        if end == "recovery":
            await recovered(api, key="k")
        kind, over = _told(await anext(said))

    assert [one.event for one in opened] == ["event", "alert"]
    assert (kind, over["state"], over["closed_by"]) == ("alert", "closed", end)


async def test_a_stream_s_filter_is_for_alerts_as_well(house: House, api: httpx.AsyncClient, tenant: Tenant) -> None:
    """An alert passes when its event does; a place between the two is a place from which to go on."""
    token = await tenant.key()
    await sent(api, title="mild", key="mild", severity="warning")
    await sent(api, title="bad", key="bad", severity="critical")
    since = ago(minutes=1).isoformat()

    async with stream(house.app, token, since=since, severity="critical") as told:
        said = _without_problems(told)
        found = [await anext(said) for _ in range(3)]
    async with stream(house.app, token, last_event_id=found[1].id) as told:
        said = _without_problems(told)
        behind = [await anext(said) for _ in range(2)]

    assert [(one.event, json.loads(one.data)["title"]) for one in found[1:]] == [("event", "bad"), ("alert", "bad")]
    assert (behind[1].id, behind[1].event) == (found[2].id, "alert")
