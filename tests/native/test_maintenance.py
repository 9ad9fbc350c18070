"""Maintenance windows: planned, shown, listed, changed and removed; and what becomes of alerts in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from tests.builders import NOW, ago, draft
from tests.native.answers import paths, refused
from tests.native.conftest import Client
from tests.native.grouped import got, grouped, silenced, until
from tests.tenants import MakeTenant, Tenant
from whence.dialects.native import shape
from whence.domain.access import Right
from whence.domain.errors import Invalid
from whence.domain.maintenance import Maintenance
from whence.domain.scope import Scope
from whence.maintenance import MOST_BYTES, MOST_WINDOWS

Json = dict[str, Any]

HOUR: Final = timedelta(hours=1)
BEGUN: Final = ago(minutes=30)
END: Final = NOW + 20 * HOUR  # later than any run of the tests
PATHS: Final = [
    ("GET", "/v1/maintenance"),
    ("POST", "/v1/maintenance"),
    *((method, f"/v1/maintenance/{UUID(int=7)}") for method in ("GET", "PATCH", "DELETE")),
]


def text(at: datetime) -> str:
    """The instant as the API writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


FAULTY: Final[list[tuple[Json, list[str]]]] = [
    ({"name": ""}, ["name"]),
    ({"name": " \t"}, ["name"]),
    ({"name": "x" * 201}, ["name"]),
    ({"description": "x" * 10_001}, ["description"]),
    ({"mode": "quiet", "recurrence": "monthly"}, ["mode", "recurrence"]),
    ({"starts_at": None, "ends_at": "tomorrow"}, ["starts_at", "ends_at"]),
    ({"starts_at": "2026-05-01T20:00:00"}, ["starts_at"]),
    ({"time_zone": ""}, ["time_zone"]),
    ({"weekdays": ["MONDAY"]}, ["weekdays"]),
    ({"entities": []}, ["entities"]),
    ({"match": []}, ["match"]),
    ({"match": [{"tags": [{"key": "nobody has it"}]}]}, ["match"]),
    ({"scope": {}, "entities": ["x"]}, ["entities", "entities[0]"]),
    ({"scope": {}, "entities": ["x"], "match": [{}]}, ["entities", "entities[0]", "match"]),
    ({"entities": ["nobody", "no-one"]}, ["entities[0]", "entities[1]"]),
    ({"ends_at": text(BEGUN)}, ["ends_at"]),
    ({"ends_at": text(NOW + 91 * 24 * HOUR)}, ["ends_at"]),
    ({"recurrence": "daily", "ends_at": text(NOW + 24 * HOUR)}, ["ends_at"]),
    ({"recurrence": "weekly", "ends_at": text(NOW + 7 * 24 * HOUR)}, ["ends_at"]),
    ({"starts_at": 0, "ends_at": 253_402_300_799_999}, ["ends_at"]),
    ({"starts_at": "0001-01-01T00:00:00Z", "ends_at": "0001-01-01T01:00:00Z"}, ["starts_at", "ends_at"]),
    ({"time_zone": "Middle-earth/Shire"}, ["time_zone"]),
    ({"last_at": text(NOW)}, ["last_at"]),
    ({"recurrence": "daily", "last_at": text(ago(hours=1))}, ["last_at"]),
    (
        {"entities": ["nobody"], "ends_at": 0, "time_zone": "../UTC", "last_at": text(NOW)},
        ["entities[0]", "ends_at", "time_zone", "last_at"],
    ),
]


def asked(**given: object) -> Json:
    """The body for a window that goes on now."""
    return {"name": "database upgrade", "starts_at": text(BEGUN), "ends_at": text(END), **given}


def window(maintenance_id: UUID, now: datetime) -> Maintenance:
    """An hour of everything."""
    return Maintenance(
        id=maintenance_id, name="an hour", starts_at=NOW, ends_at=NOW + HOUR, created_by="tests", created_at=now,
        updated_at=now,
    )  # fmt: skip


async def planned(api: httpx.AsyncClient, **given: object) -> Json:
    """The window that was made."""
    response = await api.post("/v1/maintenance", json=asked(**given))
    assert response.status_code == 201, response.text
    return response.json()


async def changed(api: httpx.AsyncClient, window: Json, **given: object) -> Json:
    """The window after the change."""
    response = await api.patch(f"/v1/maintenance/{window['id']}", json=given)
    assert response.status_code == 200, response.text
    return response.json()


async def listed(api: httpx.AsyncClient, **query: object) -> list[str]:
    """The names of the windows of a page."""
    response = await api.get("/v1/maintenance", params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    shape.MaintenancePage.model_validate(response.json())
    return [window["name"] for window in response.json()["maintenance"]]


async def reported(api: httpx.AsyncClient, *entities: str, **given: object) -> str:
    """The alert of a problem that began a minute ago."""
    said = {"kind": "problem", "title": "Orders fail", "key": uuid4().hex, "timeout_minutes": 600, **given}
    said |= {"time": text(ago(minutes=1)), **({"entities": entities} if entities else {})}
    response = await api.post("/v1/events", json=said)
    assert response.status_code == 201, response.text
    return response.json()["alert_id"]


async def audited(api: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    """What was done to windows, the last first."""
    lines = (await got(api, "/v1/audit"))["entries"]
    return [(one["action"], one["noun_id"], one["detail"]) for one in lines if one["noun"] == "maintenance"]


async def test_a_window_is_shown_as_it_was_planned(api: httpx.AsyncClient) -> None:
    """Every field of it, with what was left out; made, by its id, and in the list."""
    made = await planned(api)

    assert made == {
        "id": made["id"], "name": "database upgrade", "description": "", "mode": "no_problem", "recurrence": "once",
        "starts_at": text(BEGUN), "ends_at": text(END), "time_zone": "UTC", "last_at": None,
        "scope": None, "entities": None, "active": True,
        "next": {"starts_at": text(BEGUN), "ends_at": text(END)}, "created_by": "tests",
        "created_at": made["created_at"], "updated_at": made["created_at"],
    }  # fmt: skip
    assert NOW <= datetime.fromisoformat(made["created_at"]) <= datetime.now(UTC)
    assert await got(api, f"/v1/maintenance/{made['id']}") == made
    assert await got(api, "/v1/maintenance") == {"maintenance": [made], "next": None}
    assert await audited(api) == [("created", made["id"], "database upgrade")]


async def test_a_window_may_recur(api: httpx.AsyncClient) -> None:
    """At the times that its zone's clock shows, until the last; what comes next is told."""
    first = datetime(2026, 1, 5, 21, tzinfo=UTC)  # a Monday, ten in the evening in Vienna
    weekly = await planned(
        api, recurrence="weekly", time_zone="Europe/Vienna", starts_at=text(first), ends_at=text(first + HOUR),
        last_at="2100-01-01T00:00:00+01:00",
    )  # fmt: skip
    over = await planned(
        api, recurrence="daily", starts_at="2024-01-01T00:00:00Z", ends_at=1_704_070_800_000,
        last_at="2024-01-01T00:00:00Z", mode="record_only", description="long ago",
    )  # fmt: skip

    following = {name: datetime.fromisoformat(at) for name, at in weekly["next"].items()}
    assert weekly["last_at"] == "2099-12-31T23:00:00.000Z"
    assert following["ends_at"] - following["starts_at"] == HOUR
    assert datetime.now(UTC) < following["ends_at"] < datetime.now(UTC) + timedelta(days=8)
    assert following["starts_at"].weekday() == 0
    assert following["starts_at"].hour in {20, 21}
    assert (over["active"], over["next"], over["ends_at"]) == (False, None, "2024-01-01T01:00:00.000Z")
    assert (over["mode"], over["description"]) == ("record_only", "long ago")


async def test_a_window_is_of_what_it_names(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """By scope, by names or by rules, as an event; by none of them, of everything."""
    shop, till = await tenant.register(draft("shop", tag="shop", cluster="eu"), draft("till", tag="till"))
    by_scope = await planned(api, scope={"clusters": ["eu"]})
    of_services = await planned(api, scope={})
    by_name = await planned(api, entities=["till", shop.id, "shop"])
    by_rule = await planned(api, match=[{"types": ["SERVICE"]}])

    assert (by_scope["scope"], by_scope["entities"]) == ({"clusters": ["eu"], "namespaces": [], "services": []}, None)
    assert of_services["scope"] == {"clusters": [], "namespaces": [], "services": []}
    assert (by_name["scope"], by_name["entities"]) == (None, sorted([shop.id, till.id]))
    assert (by_rule["scope"], by_rule["entities"]) == (None, sorted([shop.id, till.id]))


async def test_a_time_counts_as_it_is_shown(api: httpx.AsyncClient) -> None:
    """To the millisecond."""
    made = await planned(api, starts_at="2026-05-01T20:00:00.123999Z", ends_at="2026-05-01T20:00:00.124Z")

    assert (made["starts_at"], made["ends_at"]) == ("2026-05-01T20:00:00.123Z", "2026-05-01T20:00:00.124Z")
    response = await api.post(
        "/v1/maintenance", json=asked(starts_at="2026-05-01T20:00:00.123Z", ends_at="2026-05-01T20:00:00.123999Z")
    )
    assert paths(refused(response, 400)) == ["ends_at"]


async def test_windows_are_listed_page_by_page(api: httpx.AsyncClient) -> None:
    """The last made first; all, those of this moment, or the others. A removed one loses nobody's place."""
    for name in "abcde":
        past = name in "bd"
        await planned(api, name=name, **({"ends_at": text(ago(minutes=1))} if past else {}))

    assert await listed(api) == ["e", "d", "c", "b", "a"]
    assert await listed(api, active="true") == ["e", "c", "a"]
    assert await listed(api, active="false", limit=1) == ["d"]
    first = await got(api, "/v1/maintenance?limit=2")
    assert [window["name"] for window in first["maintenance"]] == ["e", "d"]
    await api.delete(f"/v1/maintenance/{first['maintenance'][1]['id']}")
    assert await listed(api, limit=2, cursor=first["next"]) == ["c", "b"]
    assert (await got(api, "/v1/maintenance?limit=4"))["next"] is None


async def test_a_window_is_changed(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[MA3] What is named is as given, the rest as it was; a change to what it is already is none."""
    (shop,) = await tenant.register(draft("shop", tag="shop"))
    made = await planned(api, entities=["shop"], description="v7")

    later = await changed(api, made, name="again", recurrence="daily", last_at=text(NOW + 24 * HOUR))
    wider = await changed(api, later, scope=None)
    narrower = await changed(api, wider, scope={"services": ["shop"]}, last_at=None, recurrence="once")

    shown = {"name": "again", "recurrence": "daily", "last_at": text(NOW + 24 * HOUR)}
    assert later == {**made, **shown, "updated_at": later["updated_at"]}
    assert later["updated_at"] >= made["updated_at"]
    assert later["entities"] == [shop.id]
    assert (wider["scope"], wider["entities"]) == (None, None)
    assert (narrower["scope"]["services"], narrower["last_at"], narrower["description"]) == (["shop"], None, "v7")
    assert await got(api, f"/v1/maintenance/{made['id']}") == narrower
    assert await changed(api, narrower, name="again", description="v7") == narrower
    assert await changed(api, narrower) == narrower
    assert await audited(api) == [
        *[("changed", made["id"], "again")] * 3,
        ("created", made["id"], "database upgrade"),
    ]


async def test_a_window_is_removed(api: httpx.AsyncClient) -> None:
    """[MA3] Once."""
    made = await planned(api)

    removed = await api.delete(f"/v1/maintenance/{made['id']}")

    assert (removed.status_code, removed.content) == (204, b"")
    for method in ("GET", "PATCH", "DELETE"):
        again = await api.request(method, f"/v1/maintenance/{made['id']}", json={} if method == "PATCH" else None)
        assert refused(again, 404) == []
    assert [action for action, *_ in await audited(api)] == ["removed", "created"]


@pytest.mark.parametrize(("given", "where"), FAULTY)
async def test_every_fault_is_told_and_nothing_is_done(api: httpx.AsyncClient, given: Json, where: list[str]) -> None:
    """[IN8] Whether it is to be made or to be changed."""
    made = await planned(api)

    posted = await api.post("/v1/maintenance", json=asked(**given))
    patched = await api.patch(f"/v1/maintenance/{made['id']}", json=given)

    assert paths(refused(posted, 400)) == where
    assert paths(refused(patched, 400)) == where
    assert await got(api, "/v1/maintenance") == {"maintenance": [made], "next": None}


async def test_what_must_be_given_is(api: httpx.AsyncClient) -> None:
    """Its name, and when."""
    assert paths(refused(await api.post("/v1/maintenance", json={}), 400)) == ["name", "starts_at", "ends_at"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"limit": "0"}, ["limit"]),
        ({"limit": "1001", "active": "yes"}, ["limit", "active"]),
        ({"cursor": "x"}, ["cursor"]),
        ({"order": "time"}, ["order"]),
    ],
)
async def test_a_list_takes_no_other_parameters(api: httpx.AsyncClient, query: Json, where: list[str]) -> None:
    """Nor other values."""
    assert paths(refused(await api.get("/v1/maintenance", params=query), 400)) == where


async def test_a_cursor_is_of_this_list(api: httpx.AsyncClient, account: MakeTenant, client: Client) -> None:
    """[TL3] And of this account."""
    for name in "ab":
        await planned(api, name=name)
        await api.post("/v1/events", json={"title": name})
    other = client(await (await account()).key(Right.ADMIN))
    ours, events = await got(api, "/v1/maintenance?limit=1"), await got(api, "/v1/events?limit=1")

    for who, cursor in ((api, events["next"]), (other, ours["next"])):
        assert paths(refused(await who.get("/v1/maintenance", params={"cursor": cursor}), 400)) == ["cursor"]
    assert paths(refused(await api.get("/v1/events", params={"cursor": ours["next"]}), 400)) == ["cursor"]


async def test_another_account_s_window_is_as_good_as_none(
    api: httpx.AsyncClient, account: MakeTenant, client: Client
) -> None:
    """[AC1] It is not listed, shown, changed or removed."""
    made = await planned(api)
    other = client(await (await account()).key(Right.ADMIN))

    for method, body in (("GET", None), ("PATCH", {"name": "taken over"}), ("DELETE", None)):
        assert refused(await other.request(method, f"/v1/maintenance/{made['id']}", json=body), 404) == []
    assert await listed(other) == []
    assert await got(api, "/v1/maintenance") == {"maintenance": [made], "next": None}


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_each_call_needs_its_right(tenant: Tenant, client: Client, method: str, path: str) -> None:
    """[AC5] To read events, or to write problems."""
    needed = Right.READ_EVENTS if method == "GET" else Right.WRITE_PROBLEMS
    others = client(await tenant.key(*(set(Right) - {Right.ADMIN, needed})))
    enough = client(await tenant.key(needed))

    assert refused(await others.request(method, path), 403) == []
    assert (await enough.request(method, path)).status_code in {200, 400, 404}


async def test_an_account_has_so_many_windows(tenant: Tenant) -> None:
    """Beyond, another one is refused, and those that are there can be changed."""
    calendar = tenant.house.context.maintenance
    last: Maintenance | None = None
    for _ in range(MOST_WINDOWS):
        last = await calendar.create(tenant.admin, window)
    assert last is not None

    with pytest.raises(Invalid, match="2000 maintenance windows"):
        await calendar.create(tenant.admin, window)
    assert (await calendar.change(tenant.admin, last.id, lambda old: replace(old, name="other"))).name == "other"


async def test_what_all_windows_say_is_bounded(tenant: Tenant) -> None:
    """As grouping reads all of it."""
    calendar = tenant.house.context.maintenance
    names = [f"{n:0500}" for n in range(1_000)]
    large = Scope.services(names=names)

    def made(maintenance_id: UUID, now: datetime) -> Maintenance:
        return replace(window(maintenance_id, now), scope=large)

    windows = [await calendar.create(tenant.admin, made) for _ in range(MOST_BYTES // 510_000)]

    with pytest.raises(Invalid, match="bytes together"):
        await calendar.create(tenant.admin, made)
    await calendar.change(tenant.admin, windows[0].id, lambda old: replace(old, scope=Scope.services(names=names[1:])))


async def test_an_alert_in_maintenance_is_in_no_problem(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[MA2] Of what the window is of; as long as windows go on, and why it is quiet is told. Others count."""
    await tenant.register(draft("shop", tag="shop"), draft("till", tag="till"))
    await planned(api, entities=["shop"])
    await planned(api, entities=["shop"], starts_at=text(END), ends_at=text(END + HOUR), mode="record_only")

    shop, till = await reported(api, "shop"), await reported(api, "till")

    quiet, counted = await silenced(api, shop), await grouped(api, till)
    assert (quiet["silenced_by"], quiet["silenced_until"]) == ("maintenance", text(END + HOUR))
    assert (quiet["since"], quiet["problem_id"]) == (None, None)
    assert counted["silenced_by"] is None


async def test_an_alert_may_be_only_recorded(api: httpx.AsyncClient) -> None:
    """[MA2] In a window of everything, also what is about nothing that is known."""
    await planned(api, mode="record_only")

    quiet = await silenced(api, await reported(api))

    assert (quiet["silenced_by"], quiet["problem_id"]) == ("planned", None)


async def test_a_window_holds_for_what_is_open(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[MA3] Planned late, moved, or removed: the alerts that it covers are looked at again."""
    await tenant.register(draft("shop", tag="shop"))
    alert_id = await reported(api, "shop")
    await grouped(api, alert_id)

    made = await planned(api, entities=["shop"])
    late = await silenced(api, alert_id)
    await changed(api, made, ends_at=text(END + HOUR))
    longer = await until(
        lambda: got(api, f"/v1/alerts/{alert_id}"), lambda alert: alert["silenced_until"] == text(END + HOUR)
    )
    await api.delete(f"/v1/maintenance/{made['id']}")
    loud = await grouped(api, alert_id)

    assert (late["silenced_by"], late["problem_id"]) == ("maintenance", None)
    assert longer["problem_id"] is None
    assert (loud["silenced_by"], loud["since"]) == (None, text(ago(minutes=1)))
