"""A5.1, A9, A1.10: entities that come and go, times of any age, many writers at once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from httpx import AsyncClient

from tests.builders import NOW, draft
from tests.tenants import Tenant
from whence.dialects.cortex import vocabulary
from whence.dialects.cortex.tests.answers import GOOD, body, is_missing, made, titles
from whence.dialects.cortex.tests.conftest import EVENTS
from whence.domain.entity import Entity
from whence.domain.event import Kind
from whence.store import partitions
from whence.store.partitions import Partitions


def test_a_type_that_reads_as_a_change_is_one() -> None:
    """However it is written; anything else is information, and nothing is a problem."""
    changes = [
        "DEPLOY",
        "deploy",
        "Config Change",
        "CONFIG_CHANGE",
        "feature-flag",
        "FeatureFlag",
        "ROLLBACK",
        "SCALE_OUT",
    ]
    others = ["POD_CREATION", "OPS_ACTION", "", "INCIDENT", "alert", "deployments are fun", "é"]

    assert {vocabulary.kind(text) for text in changes} == {Kind.CHANGE}
    assert {vocabulary.kind(text) for text in others} == {Kind.INFO}


async def test_an_event_is_one_of_the_house_s(cortex: AsyncClient, admin: AsyncClient, checkout: Entity) -> None:
    """Its entity is its scope, its type stays, its source is the token's name."""
    event = await made(cortex, EVENTS, description="d", url="u", customData={"a": 1})

    known = (await admin.get(f"/v1/events/{event['uuid']}", params={"include": "original"})).json()

    sent = body(description="d", url="u", customData={"a": 1})
    expected = {
        "kind": "change", "type": "FEATURE_FLAG", "title": "Flag turned on", "description": "d", "url": "u",
        "source": "ci", "dialect": "cortex", "properties": {"a": 1}, "key": None, "severity": "info",
        "entities": [checkout.id], "end_time": None, "status": "closed", "original": sent,
    }  # fmt: skip
    assert {name: known[name] for name in expected} == expected
    timeline = (await admin.get(f"/v1/entities/{checkout.id}/events", params={"from": GOOD["timestamp"]})).json()
    assert [one["id"] for one in timeline["events"]] == [event["uuid"]]


@pytest.mark.parametrize("call", ["custom-events", "deploys"])
async def test_an_event_is_where_its_entity_is(
    cortex: AsyncClient, admin: AsyncClient, tenant: Tenant, call: str
) -> None:
    """Found and counted by cluster, namespace and service as any other event of the entity; a PUT leaves it there."""
    await tenant.register(draft("cart", tag="cart", cluster="eu", namespace="shop"))
    where = f"/api/v1/catalog/cart/{call}"
    deploy = body(type="DEPLOY")
    event = await made(cortex, where, **deploy)

    async def found(**place: str) -> list[str]:
        listed = await admin.get("/v1/events", params={"from": GOOD["timestamp"], **place})
        return [one["id"] for one in listed.json()["events"]]

    for _ in range(2):
        for place in ({"cluster": "eu"}, {"namespace": "shop"}, {"service": "cart"}):
            assert await found(**place) == [event["uuid"]]
        assert await found(cluster="us") == []
        facets = (await admin.get("/v1/events/facets", params={"from": GOOD["timestamp"]})).json()
        named = {name: [one["value"] for one in facets["facets"][name]] for name in ("cluster", "service")}
        assert named == {"cluster": ["eu"], "service": ["cart"]}
        assert (await cortex.put(f"{where}/{event['uuid']}", json=deploy)).status_code == 200


async def test_an_archived_entity_keeps_its_events(cortex: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """[A9] Readable and writable by tag and id, archived or not."""
    first = await made(cortex, EVENTS, title="before")
    by_id = EVENTS.replace("checkout-api", checkout.cid)

    for archived in (True, False):
        await tenant.register(draft("Checkout API", tag="checkout-api", archived=archived))
        assert (await cortex.get(f"{EVENTS}/{first['uuid']}")).json() == first
        during = await made(cortex, by_id, title="during")
        assert await titles(cortex, EVENTS) == ["during", "before"] or await titles(cortex, EVENTS) == [
            "before",
            "during",
        ]
        assert (await cortex.put(f"{EVENTS}/{during['uuid']}", json=GOOD)).status_code == 200
        assert (await cortex.delete(f"{by_id}/{during['uuid']}")).status_code == 204


async def test_a_described_anew_entity_keeps_its_events(cortex: AsyncClient, tenant: Tenant) -> None:
    """[A9] What is replaced is the description alone; a new tag is another way to the same events."""
    event = await made(cortex, EVENTS)
    (entity,) = await tenant.register(draft("Renamed", tag="checkout-api", description="new"))
    moved = replace(draft("Renamed"), id=entity.id, tag="moved")
    assert (await cortex.get(f"{EVENTS}/{event['uuid']}")).json() == event

    await tenant.register(moved)

    assert (await cortex.get(f"{EVENTS.replace('checkout-api', 'moved')}/{event['uuid']}")).json() == event
    is_missing(await cortex.get(EVENTS), "Entity not found: checkout-api")


async def test_a_deleted_entity_takes_its_events_out_of_reach(
    cortex: AsyncClient, tenant: Tenant, checkout: Entity
) -> None:
    """[A9] For good: one of the same tag starts empty, with another id."""
    event = await made(cortex, EVENTS)
    by_id = EVENTS.replace("checkout-api", checkout.cid)
    await tenant.house.context.registry.remove(tenant.admin, checkout.id)

    for method in ("GET", "POST", "DELETE"):
        is_missing(await cortex.request(method, EVENTS, json=GOOD), "Entity not found: checkout-api")
        is_missing(await cortex.request(method, by_id, json=GOOD), f"Entity not found: {checkout.cid}")
    is_missing(await cortex.get(f"{EVENTS}/{event['uuid']}"), "Entity not found: checkout-api")

    (again,) = await tenant.register(draft("Checkout API", tag="checkout-api"))
    assert again.cid != checkout.cid
    assert (await cortex.get(EVENTS)).json()["total"] == 0
    assert (await cortex.get("/api/v1/custom-events")).json()["total"] == 0
    is_missing(await cortex.get(f"{EVENTS}/{event['uuid']}"), f"Custom event not found: {event['uuid']}")
    assert (await cortex.delete(EVENTS)).status_code == 204


async def test_the_last_put_wins_whole(cortex: AsyncClient) -> None:
    """[A9] However many come at once: each is taken, and no event has the fields of two."""
    event = await made(cortex, EVENTS)
    where = f"{EVENTS}/{event['uuid']}"
    sent = [
        body(
            title=f"t{n}",
            description=f"d{n}",
            customData={"n": n},
            timestamp=f"{GOOD['timestamp'][:10]}T0{n % 10}:00:00Z",
        )
        for n in range(24)
    ]

    answers = await asyncio.gather(*(cortex.put(where, json=one) for one in sent))

    assert {answer.status_code for answer in answers} == {200}
    shown = (await cortex.get(where)).json()
    assert {name: value for name, value in shown.items() if name != "uuid"} in sent
    assert (await cortex.get(EVENTS)).json() == {"events": [shown], "page": 0, "total": 1, "totalPages": 1}


async def test_a_put_and_a_delete_at_once_leave_one_truth(cortex: AsyncClient) -> None:
    """[A9] Each delete of an event that is there is done once; what is gone stays gone."""
    for _ in range(8):
        event = await made(cortex, EVENTS)
        where = f"{EVENTS}/{event['uuid']}"

        puts = [cortex.put(where, json=GOOD) for _ in range(4)]
        deletes = [cortex.delete(where) for _ in range(3)]
        answers = await asyncio.gather(*puts, *deletes)

        assert {answer.status_code for answer in answers[:4]} <= {200, 404}
        assert sorted(answer.status_code for answer in answers[4:]) == [204, 404, 404]
        assert (await cortex.get(where)).status_code == 404


async def test_the_same_key_at_once_makes_one_event(cortex: AsyncClient) -> None:
    """[A8.2] Whoever comes first."""
    answers = await asyncio.gather(
        *(cortex.post(EVENTS, json=GOOD, headers={"idempotency-key": "k"}) for _ in range(20))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["uuid"] for answer in answers}) == 1


async def test_walks_never_fail_while_others_write(cortex: AsyncClient) -> None:
    """[CX2] A6.8 and A6.9: inserts and deletes move what is behind them, and break nothing."""
    stays = [
        await made(cortex, EVENTS, title=f"stays {n}", timestamp=f"{GOOD['timestamp'][:10]}T05:00:0{n}Z")
        for n in range(9)
    ]
    at_work = True

    async def write() -> None:
        for n in count():
            if not at_work:
                return
            event = await made(cortex, EVENTS, title=f"goes {n}")
            if n % 5 == 4:
                assert (
                    await cortex.delete(f"{EVENTS}?type=FEATURE_FLAG&startTime={GOOD['timestamp']}")
                ).status_code == 204
            elif n % 2:
                gone = await cortex.delete(f"{EVENTS}/{event['uuid']}")
                assert gone.status_code in {204, 404}  # another writer deletes all of them

    async def walk() -> set[str]:
        seen: set[str] = set()
        for page in count():
            answer = await cortex.get(EVENTS, params={"pageSize": 3, "page": page})
            assert answer.status_code == 200
            listed = answer.json()
            assert len(listed["events"]) == max(0, min(3, listed["total"] - 3 * page))
            assert listed["totalPages"] == -(-listed["total"] // 3)
            seen |= {event["title"] for event in listed["events"]}
            if not listed["events"]:
                return seen
        raise AssertionError

    writers = [asyncio.create_task(write()) for _ in range(3)]
    walked = [await walk() for _ in range(12)]
    at_work = False
    await asyncio.gather(*writers)

    assert all(walked)
    left = {
        event["uuid"]
        for event in (await cortex.get(EVENTS, params={"endTime": stays[-1]["timestamp"]})).json()["events"]
    }
    assert left == {event["uuid"] for event in stays}


@pytest.mark.parametrize(
    "at",
    [
        NOW + timedelta(days=8),
        NOW + timedelta(days=400),
        datetime(2999, 2, 3, tzinfo=UTC),
        datetime(8999, 12, 31, tzinfo=UTC),
    ],
)
async def test_the_future_has_no_bounds(cortex: AsyncClient, at: datetime) -> None:
    """[A5.1] An event may lie a week or a thousand years ahead: listed, changed and deleted as any other."""
    text = f"{at:%Y-%m-%dT%H:%M:%S}Z"
    event = await made(cortex, EVENTS, timestamp=text)
    where = f"{EVENTS}/{event['uuid']}"

    assert event["timestamp"] == text
    assert await titles(cortex, EVENTS, startTime=text, endTime=text) == ["Flag turned on"]
    assert (await cortex.put(where, json=body(timestamp=text, title="moved"))).json()["title"] == "moved"
    assert (await cortex.put(where, json=GOOD)).json()["timestamp"] == GOOD["timestamp"]
    assert (await cortex.put(where, json=body(timestamp=text))).json() == event
    assert (await cortex.get(EVENTS)).json()["events"] == [event]
    assert (await cortex.delete(EVENTS, params={"startTime": text})).status_code == 204
    assert (await cortex.get(EVENTS)).json()["total"] == 0


async def test_what_lies_far_ahead_makes_no_table_of_its_own(cortex: AsyncClient, tenant: Tenant) -> None:
    """[A5.1] Else whoever may send events could make thousands of them."""
    for year in range(2100, 2110):
        await made(cortex, EVENTS, timestamp=f"{year}-05-01T00:00:00Z")

    async with tenant.house.pool.reader() as db:
        months = await partitions.standing(db)

    assert [month for month in months if 2099 < month.year < 9999] == []


async def test_what_lay_far_ahead_moves_when_its_month_comes(
    cortex: AsyncClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[A5.1] Its month's partition is made around it, and it stays where one looks for it."""
    april, may = "2444-04-30T23:59:59Z", "2444-05-01T00:00:00Z"
    events = [await made(cortex, EVENTS, timestamp=at) for at in (may, april)]
    monkeypatch.setattr(partitions, "AHEAD", timedelta(days=365 * 500))

    for _ in range(2):
        await Partitions().ensure(tenant.house.pool, [datetime(2444, 4, 5, tzinfo=UTC)])

    assert (await cortex.get(EVENTS)).json()["events"] == events
    assert await titles(cortex, EVENTS, startTime=april, endTime=april) == ["Flag turned on"]
    more = await made(cortex, EVENTS, timestamp=april)
    assert (await cortex.delete(f"{EVENTS}/{more['uuid']}")).status_code == 204
    async with tenant.house.pool.reader() as db:
        assert datetime(2444, 4, 1, tzinfo=UTC) in await partitions.standing(db)
    await partitions.drop(tenant.house.pool, datetime(2444, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "1969-07-20T20:17:40Z", "2001-09-09T01:46:40Z"])
async def test_what_is_past_the_retention_is_taken_and_unknown(cortex: AsyncClient, at: str) -> None:
    """[A5.1, A1.10] 200, whatever the time; what is older than events are kept answers like an unknown one."""
    posted = await cortex.post(EVENTS, json=body(timestamp=at, customData={"n": 1.0}))
    stands = await made(cortex, EVENTS)
    put = await cortex.put(f"{EVENTS}/{stands['uuid']}", json=body(timestamp=at))

    for answer in (posted, put):
        assert answer.status_code == 200
        assert answer.json()["timestamp"] == at
        assert answer.headers["x-whence-warning"] == "not kept: older than 90 days"
        uuid = answer.json()["uuid"]
        is_missing(await cortex.get(f"{EVENTS}/{uuid}"), f"Custom event not found: {uuid}")
    assert posted.json()["customData"] == {"n": 1.0}
    assert put.json()["uuid"] == stands["uuid"]
    assert (await cortex.get(EVENTS)).json()["total"] == 0
    unknown = "00000000-0000-0000-0000-000000000000"
    is_missing(await cortex.put(f"{EVENTS}/{unknown}", json=body(timestamp=at)), f"Custom event not found: {unknown}")
