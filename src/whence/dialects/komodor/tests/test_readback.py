"""Reading events back, listing them, and ending them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response

from tests.tenants import MakeTenant, Tenant
from whence.dialects.komodor import encode
from whence.dialects.komodor.tests.test_create import EVENTS, GOOD, faults
from whence.domain.access import Right, Sees
from whence.domain.entity import Draft
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import ALL_SERVICES, Scope

NOW = datetime.now(UTC).replace(microsecond=0)


def at(hours: float) -> str:
    """So many hours ago."""
    return (NOW - timedelta(hours=hours)).isoformat()


async def test_an_event_reads_as_in_the_contract(komodor: AsyncClient, tenant: Tenant) -> None:
    """[4.6 b, 9.2] Every field, the scope as the sender gave it."""
    await tenant.register(
        Draft(name="cart", cluster="eu-west", namespace="shop"),
        Draft(name="cart", cluster="eu-north", namespace="shop"),
        Draft(name="ledger", cluster="eu-west", namespace="shop"),
    )
    body = {
        "eventType": "feature-flag",
        "summary": "checkout.fast-path switched on for 25 % of the users",
        "scope": {"clusters": ["eu-west", "eu-north"], "namespaces": ["shop"], "servicesNames": ["cart"]},
        "severity": "Warning",
        "details": {"Flag owner": "team-cart", "rollout": {"from": 0, "to": 25}, "reversible": True},
    }

    sent = await komodor.post(EVENTS, json=body)
    read = await komodor.get(sent.headers["location"])

    event = read.json()
    assert sent.headers["x-scope-matched"] == "2/3"
    assert list(event) == [
        "id", "eventType", "summary", "severity", "scope", "details", "eventTime", "endTime", "receivedAt",
        "updatedAt", "count", "matched", "links",
    ]  # fmt: skip
    assert event == body | {
        "id": sent.headers["x-event-id"],
        "severity": "warning",
        "eventTime": event["eventTime"],
        "endTime": None,
        "receivedAt": event["receivedAt"],
        "updatedAt": event["receivedAt"],
        "count": 1,
        "matched": {
            "count": 2,
            "of": 3,
            "sample": [
                {"cluster": "eu-north", "namespace": "shop", "service": "cart"},
                {"cluster": "eu-west", "namespace": "shop", "service": "cart"},
            ],
        },
        "links": [],
    }


@pytest.mark.parametrize("event_id", ["0199c7b2-0000-7000-8000-000000000000", "42", "%00", "ü"])
async def test_an_event_that_is_none_is_not_found(komodor: AsyncClient, event_id: str) -> None:
    """[9.2] Also when the id is no id."""
    for answer in (
        await komodor.get(f"{EVENTS}/{event_id}"),
        await komodor.post(f"{EVENTS}/{event_id}/close"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == "Not found"


async def test_another_accounts_event_is_not_found(
    komodor: AsyncClient, anonymous: AsyncClient, account: MakeTenant
) -> None:
    """Its id opens nothing."""
    sent = await komodor.post(EVENTS, json=GOOD)
    headers = {"x-api-key": await (await account()).key()}

    assert (await anonymous.get(sent.headers["location"], headers=headers)).status_code == 404
    assert (await anonymous.post(f"{sent.headers['location']}/close", headers=headers)).status_code == 404
    assert (await anonymous.get(EVENTS, headers=headers)).json()["events"] == []


SENT: list[dict[str, Any]] = [
    {"eventType": "deploy", "summary": "v1 of cart", "scope": {"clusters": ["a"], "servicesNames": ["cart"]}},
    {"eventType": "note", "summary": "Node replaced", "scope": {"clusters": ["b"]}, "severity": "warning"},
    {
        "eventType": "note",
        "summary": "all hands",
        "severity": "error",
        "details": {"Who": "Straße 7"},
        "scope": None,
    },
    {
        "eventType": "drill",
        "summary": "ledger off",
        "scope": {"namespaces": ["shop"], "servicesNames": ["ledger"]},
    },
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [3, 2, 1, 0]),
        ({"eventType": "note"}, [2, 1]),
        ({"eventType": ["note", "drill"]}, [3, 2, 1]),
        ({"eventType": "Note"}, []),
        ({"eventType": ""}, [3, 2, 1, 0]),
        ({"severity": "warning"}, [1]),
        ({"severity": ["Warning", "ERROR"]}, [2, 1]),
        ({"severity": "info"}, [3, 0]),
        ({"cluster": "a"}, [3, 2, 0]),
        ({"cluster": ["a", "b"]}, [3, 2, 1, 0]),
        ({"cluster": "q"}, [3, 2]),
        ({"namespace": "shop"}, [3, 2, 1, 0]),
        ({"namespace": "other"}, [2, 1, 0]),
        ({"service": "cart"}, [2, 1, 0]),
        ({"service": "ledger", "cluster": "b"}, [3, 2, 1]),
        ({"service": "nobody"}, [2, 1]),
        ({"eventType": "note", "severity": "error"}, [2]),
        ({"q": "CART"}, [0]),
        ({"q": "strasse"}, [2]),
        ({"q": "node replaced"}, [1]),
        ({"q": "node cart"}, []),
        ({"limit": 2}, [3, 2]),
        ({"from": at(2.5)}, [3, 2]),
        ({"to": at(2.5)}, [1, 0]),
        ({"to": "0001-01-01T00:00:00Z"}, []),
        ({"to": "0001-01-01T12:00:00Z"}, []),
        ({"to": "-62135596800"}, []),
        ({"from": "0001-01-01T00:00:00Z"}, [3, 2, 1, 0]),
        ({"from": "9999-12-31T23:59:59Z", "to": "9999-12-31T23:59:59.999999Z"}, []),
        ({"from": at(3.5), "to": at(1.5)}, [2, 1]),
        ({"from": int((NOW - timedelta(hours=2.5)).timestamp())}, [3, 2]),
        ({"from": int((NOW - timedelta(hours=2.5)).timestamp() * 1000)}, [3, 2]),
    ],
)
async def test_a_list_is_filtered(komodor: AsyncClient, query: dict[str, Any], expected: list[int]) -> None:
    """[9.2] Newest first; repeated is OR, different is AND; a place shuts out what names others."""
    for n, body in enumerate(SENT):
        sent = await komodor.post(EVENTS, json=body | {"timestamp": at(4 - n)})
        assert sent.status_code == 201

    listed = await komodor.get(EVENTS, params=query)

    assert listed.status_code == 200, listed.text
    summaries = [body["summary"] for body in SENT]
    assert [summaries.index(event["summary"]) for event in listed.json()["events"]] == expected


async def test_a_list_is_of_the_last_day(komodor: AsyncClient) -> None:
    """[9.2] Of what overlaps it: a span that began earlier and goes on is in."""
    await komodor.post(EVENTS, json={"eventType": "old", "summary": "point", "timestamp": at(25)})
    await komodor.post(
        EVENTS, json={"eventType": "long", "summary": "span", "timestamp": at(90), "endTimestamp": at(1)}
    )
    await komodor.post(EVENTS, json={"eventType": "new", "summary": "point", "timestamp": at(23)})

    listed = (await komodor.get(EVENTS)).json()["events"]

    assert [event["eventType"] for event in listed] == ["new", "long"]


async def test_pages_follow_each_other_while_events_come(komodor: AsyncClient) -> None:
    """[9.2] Each event once, whatever is created meanwhile; `next` is null at the end."""
    for n in range(5):
        await komodor.post(EVENTS, json={"eventType": "e", "summary": str(n), "timestamp": at(6 - n)})
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await komodor.get(EVENTS, params=query)).json()
        seen += [event["summary"] for event in page["events"]]
        await komodor.post(EVENTS, json={"eventType": "e", "summary": f"later {len(seen)}"})
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert seen == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"limit": "0"}, ["limit: must be an integer from 1 to 1000"]),
        ({"limit": "1001"}, ["limit: must be an integer from 1 to 1000"]),
        ({"limit": "ten"}, ["limit: must be an integer from 1 to 1000"]),
        ({"limit": ["1", "2"]}, ["limit: must be given once"]),
        ({"severity": "fatal"}, ["severity[0]: must be one of information, warning, error"]),
        (
            {"from": "x", "to": "1e5"},
            [
                "from: must be an RFC 3339 time with a zone, epoch seconds or epoch milliseconds",
                "to: must be an RFC 3339 time with a zone, epoch seconds or epoch milliseconds",
            ],
        ),
        ({"from": at(1), "to": at(2)}, ["from: must not be after the end of the window"]),
        ({"q": "\0"}, ["q: must not hold a NUL character"]),
        ({"service": "\0"}, ["service[0]: must not hold a NUL character"]),
        ({"cursor": "made-up"}, ["cursor: is not one that this server gave to this account"]),
        ({"cursor": "ü"}, ["cursor: is not one that this server gave to this account"]),
    ],
)
async def test_a_query_that_means_nothing_is_refused(
    komodor: AsyncClient, query: dict[str, Any], expected: list[str]
) -> None:
    """With every fault."""
    assert faults(await komodor.get(EVENTS, params=query)) == expected


async def test_an_unknown_parameter_is_said(komodor: AsyncClient) -> None:
    """[2] A filter with a typing error would show more than was asked for."""
    listed = await komodor.get(EVENTS, params={"sevrity": "error"})

    assert listed.headers["x-whence-warning"] == 'unknown parameter "sevrity" ignored'


async def close(komodor: AsyncClient, sent: Response, body: dict[str, Any] | None = None) -> Response:
    """End the event that was created."""
    path = f"{sent.headers['location']}/close"
    return await (komodor.post(path) if body is None else komodor.post(path, json=body))


async def test_closing_ends_an_event(komodor: AsyncClient) -> None:
    """[9.2] At the time given, or now; the event comes back and stays so."""
    sent = await komodor.post(EVENTS, json=GOOD | {"timestamp": at(2)})

    closed = await close(komodor, sent, {"endTimestamp": at(1)})
    again = await close(komodor, sent)

    assert closed.status_code == 200
    assert closed.json()["endTime"] == encode.instant(NOW - timedelta(hours=1))
    assert again.json()["endTime"] >= encode.instant(NOW)
    assert again.json() == (await komodor.get(sent.headers["location"])).json()
    assert again.json()["updatedAt"] > again.json()["receivedAt"]


@pytest.mark.parametrize(
    ("rights", "is_told"),
    [
        ([Right.WRITE_EVENTS], False),
        ([Right.WRITE_EVENTS, Right.READ_ENTITIES], False),
        ([Right.WRITE_EVENTS, Right.READ_EVENTS], True),
        ([Right.ADMIN], True),
    ],
)
async def test_who_closes_is_told_what_they_may_read(
    komodor: AsyncClient, anonymous: AsyncClient, tenant: Tenant, rights: list[Right], *, is_told: bool
) -> None:
    """[3, 9.2] The event, or no more than that it ended, and when."""
    sent = await komodor.post(EVENTS, json=GOOD | {"timestamp": at(2), "details": {"secret": 1}})
    headers = {"x-api-key": await tenant.key(*rights)}

    closed = await anonymous.post(
        f"{sent.headers['location']}/close", json={"endTimestamp": at(1), "end": 1}, headers=headers
    )

    event = (await komodor.get(sent.headers["location"])).json()
    assert event["endTime"] == encode.instant(NOW - timedelta(hours=1))
    assert closed.status_code == 200
    assert closed.json() == (event if is_told else {"id": event["id"], "endTime": event["endTime"]})
    assert closed.headers["x-whence-warning"] == 'unknown field "end" ignored'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"endTimestamp": at(3)}, ["endTimestamp: must not be before timestamp"]),
        (
            {"endTimestamp": "x"},
            ["endTimestamp: must be an RFC 3339 time with a zone, epoch seconds or epoch milliseconds"],
        ),
        ({"endTimestamp": (NOW + timedelta(days=8)).isoformat()}, ["endTimestamp: must be at most 7 days ahead"]),
    ],
)
async def test_an_end_that_cannot_be_is_refused(
    komodor: AsyncClient, body: dict[str, Any], expected: list[str]
) -> None:
    """[9.2] And the event is as it was."""
    sent = await komodor.post(EVENTS, json=GOOD | {"timestamp": at(2)})

    assert faults(await close(komodor, sent, body)) == expected
    assert (await komodor.get(sent.headers["location"])).json()["endTime"] is None


async def foreign(tenant: Tenant, scope: Scope = ALL_SERVICES) -> str:
    """The id of an event that came in through another dialect."""
    report = Report(
        kind=Kind.PROBLEM,
        type="ERROR_EVENT",
        title="too many errors",
        severity=Severity.CRITICAL,
        span=Span.moment(datetime.now(UTC)),
        source="monitor",
        dialect="desk",
        scope=scope,
    )
    stored = await tenant.house.context.ingest.accept_one(tenant.admin.account_id, report)
    return str(stored.id)


async def test_a_key_sees_its_own_dialects_events(komodor: AsyncClient, tenant: Tenant) -> None:
    """`sees: own` is the default; what came in elsewhere is not there."""
    other = await foreign(tenant)

    assert (await komodor.get(EVENTS)).json()["events"] == []
    assert (await komodor.get(f"{EVENTS}/{other}")).status_code == 404


async def test_a_key_that_sees_all_reads_them_in_our_words_and_closes_none(
    anonymous: AsyncClient, tenant: Tenant
) -> None:
    """`sees: all`: critical reads as error; entities read as where they are."""
    (cart,) = await tenant.register(Draft(name="cart", cluster="a", namespace="b"))
    other = await foreign(tenant, scope=Scope.entities([cart.id]))
    headers = {"x-api-key": await tenant.key(sees=Sees.ALL)}

    listed = await anonymous.get(EVENTS, params={"severity": "error"}, headers=headers)
    read = await anonymous.get(f"{EVENTS}/{other}", headers=headers)
    closed = await anonymous.post(f"{EVENTS}/{other}/close", headers=headers)

    (event,) = listed.json()["events"]
    assert event == read.json()
    assert (event["eventType"], event["severity"], event["id"]) == ("ERROR_EVENT", "error", other)
    assert event["matched"] == {
        "count": 1,
        "of": 1,
        "sample": [{"cluster": "a", "namespace": "b", "service": "cart"}],
    }
    assert closed.status_code == 404


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ({}, True), ({"cluster": "q"}, False), ({"namespace": "q"}, False), ({"service": "q"}, False),
        ({"service": "cart"}, True), ({"service": "cart", "cluster": "q"}, False),
    ],
)  # fmt: skip
async def test_an_event_that_names_entities_is_where_those_are(
    anonymous: AsyncClient, api: AsyncClient, tenant: Tenant, query: dict[str, str], *, is_there: bool
) -> None:
    """[9.2] In no cluster and no namespace if they are in none."""
    (cart,) = await tenant.register(Draft(name="cart"))
    await api.post("/v1/events", json={"title": "x", "entities": [cart.id]})
    headers = {"x-api-key": await tenant.key(sees=Sees.ALL)}

    listed = (await anonymous.get(EVENTS, params=query, headers=headers)).json()["events"]

    assert [event["summary"] for event in listed] == (["x"] if is_there else [])


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("deploy", "change"),
        ("Deployment", "change"),
        ("ROLL-OUT", "change"),
        ("roll_back", "change"),
        ("config change", "change"),
        ("Config-Change", "change"),
        ("featureFlag", "change"),
        ("feature-flag", "change"),
        ("Release", "change"),
        ("released", "info"),
        ("outage", "info"),
        ("deploy failed", "info"),
    ],
)
async def test_the_kind_is_read_from_the_type(komodor: AsyncClient, tenant: Tenant, event_type: str, kind: str) -> None:
    """[10] A change when it reads as one, never a problem, however severe."""
    sent = await komodor.post(EVENTS, json=GOOD | {"eventType": event_type, "severity": "error"})

    event = await tenant.house.context.timeline.require(tenant.admin, UUID(sent.headers["x-event-id"]))
    assert event.kind == kind
    assert event.type == event_type


async def test_what_was_received_is_kept(komodor: AsyncClient, tenant: Tenant) -> None:
    """[8.3] For the raw view: to the byte."""
    raw = '{ "summary":"y","eventType" : "x", "n": 1.50 }'

    sent = await komodor.post(EVENTS, content=raw)

    event = await tenant.house.context.timeline.require(tenant.admin, UUID(sent.headers["x-event-id"]))
    assert event.original == raw
