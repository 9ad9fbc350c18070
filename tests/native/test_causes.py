"""What can have caused what alerts: asked, answered with reasons that can be looked up, and refused."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest

from tests.builders import NOW, ago, draft
from tests.native.answers import paths, refused
from tests.native.conftest import Client
from tests.tenants import MakeTenant, Tenant
from whence.causes import Causes
from whence.dialects.native import shape
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.errors import Unavailable
from whence.store.pool import Pool

Json = dict[str, Any]

_SERVICES: Final = ("shop", "cart", "ledger", "mail")
_CALLS: Final = (("shop", "cart"), ("cart", "ledger"), ("shop", "mail"))


def text(at: datetime) -> str:
    """The instant as the API writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def asked(api: httpx.AsyncClient, **query: str | int) -> Json:
    """The answer to the question, of the shape that the OpenAPI document says."""
    response = await api.get("/v1/causes", params=query)
    assert response.status_code == 200, response.text
    shape.CausesShape.model_validate(response.json())
    return response.json()


async def sent(api: httpx.AsyncClient, **given: object) -> Json:
    """The receipt of the event."""
    response = await api.post("/v1/events", json={"title": "x", **given})
    assert response.status_code == 201, response.text
    return response.json()


async def alerting(api: httpx.AsyncClient, tag: str, minutes: float, **given: object) -> Json:
    """The receipt of a problem that began so long ago."""
    said = {"title": f"{tag} is slow", "type": "latency", "severity": "error", "entities": [tag], **given}
    return await sent(api, kind="problem", key=f"{tag} {minutes}", time=text(ago(minutes=minutes)), **said)


async def deployed(api: httpx.AsyncClient, tag: str, minutes: float, **given: object) -> Json:
    """The receipt of a deploy so long ago."""
    return await sent(
        api, **{"kind": "change", "type": "deploy", "title": f"{tag} v2 is out", "entities": [tag], **given},
        time=text(ago(minutes=minutes)),
    )  # fmt: skip


async def shop(tenant: Tenant, api: httpx.AsyncClient) -> dict[str, Entity]:
    """Services of which the first calls the second, and so on, by tag."""
    made = await tenant.register(*(draft(name, tag=name) for name in _SERVICES))
    ends = [{"from": source, "to": target, "kind": "calls"} for source, target in _CALLS]
    (await api.put("/v1/relations", json={"relations": ends})).raise_for_status()
    return {entity.tag: entity for entity in made}


async def story(tenant: Tenant, api: httpx.AsyncClient) -> Mapping[str, Json]:
    """A deploy of the ledger, then alerts on it and on all that call it; one of another service is older."""
    await shop(tenant, api)
    return {
        "mail": await deployed(api, "mail", 100),
        "ledger": await deployed(api, "ledger", 22),
        "at ledger": await alerting(api, "ledger", 20),
        "at cart": await alerting(api, "cart", 18),
        "at shop": await alerting(api, "shop", 15),
    }


async def test_the_entity_that_the_others_depend_on_is_first(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """[CS1] Not the one that complains the loudest: alerts on callers lead to the callee."""
    await story(tenant, api)

    answer = await asked(api)

    assert list(answer) == ["at", "window", "likely", "causes"]
    assert answer["causes"][0]["entity"]["tag"] == "ledger"
    assert [cause["rank"] for cause in answer["causes"]] == list(range(1, len(answer["causes"]) + 1))
    assert {cause["event"] for cause in answer["causes"]} == {None}
    assert answer["likely"] is True


async def test_the_change_to_it_is_first(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """[CS1] With the event, and the entity that it was made on."""
    receipts = await story(tenant, api)

    first = (await asked(api, of="changes"))["causes"][0]

    event = (await api.get(f"/v1/events/{receipts['ledger']['id']}")).json()
    assert first["event"] == {name: value for name, value in event.items() if name != "matched"}
    assert first["entity"]["tag"] == "ledger"
    assert {reason["code"] for reason in first["reasons"]} >= {"place", "timing"}


@pytest.mark.parametrize("of", ["entities", "changes"])
async def test_weights_add_up_to_the_score(tenant: Tenant, api: httpx.AsyncClient, of: str) -> None:
    """[CS2] As decimals, exactly; scores are from 0 to 1, and fall."""
    await story(tenant, api)

    causes = (await asked(api, of=of, limit=50))["causes"]

    scores = [Decimal(str(cause["score"])) for cause in causes]
    assert scores == [sum(Decimal(str(reason["weight"])) for reason in cause["reasons"]) for cause in causes]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert all(reason["text"] for cause in causes for reason in cause["reasons"])


@pytest.mark.parametrize("of", ["entities", "changes"])
async def test_every_proof_can_be_looked_up(tenant: Tenant, api: httpx.AsyncClient, of: str) -> None:
    """[CS3] Events by their ids, relations as they stand."""
    await story(tenant, api)

    reasons = [reason for cause in (await asked(api, of=of))["causes"] for reason in cause["reasons"]]

    ids = {event_id for reason in reasons for event_id in reason["event_ids"]}
    assert {(await api.get(f"/v1/events/{event_id}")).status_code for event_id in ids} == {200}
    standing = (await api.get("/v1/relations", params={"entity": "shop", "depth": 5})).json()["relations"]
    shown = [relation for reason in reasons for relation in reason["relations"]]
    assert shown
    assert all(relation in standing for relation in shown)
    assert all(reason["event_ids"] or reason["relations"] for reason in reasons)


@pytest.mark.parametrize("of", ["entities", "changes"])
async def test_the_same_data_gives_the_same_answer(tenant: Tenant, api: httpx.AsyncClient, of: str) -> None:
    """[CS4] Byte for byte."""
    await story(tenant, api)
    query = {"of": of, "at": text(NOW)}

    answers = [(await api.get("/v1/causes", params=query)).content for _ in range(3)]

    assert len(set(answers)) == 1


async def test_an_entity_is_asked_about_by_any_name(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """By id, cid, alias or tag; what it cannot suffer from comes later."""
    await shop(tenant, api)
    (other,) = await tenant.register(draft("lonely", tag="lonely", aliases=("hermit",)))
    await alerting(api, "lonely", 5)
    await alerting(api, "cart", 5)
    at = text(NOW)

    found = [await asked(api, entity=name, at=at) for name in (other.id, other.cid, "hermit", "lonely")]
    of_shop = await asked(api, entity="shop", at=at)

    assert found.count(found[0]) == 4
    assert of_shop["causes"][0]["entity"]["tag"] == "cart"


async def test_the_window(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """As of `at`, back to `lookback` before the first alert that is open; later things are not looked at."""
    await story(tenant, api)

    late = await asked(api, at=text(ago(minutes=17)), lookback="PT2M")
    early = await asked(api, at=text(ago(minutes=30)))

    assert late["at"] == text(ago(minutes=17))
    assert late["window"] == {"from": text(ago(minutes=22)), "to": text(ago(minutes=17))}
    alerts = [r for cause in late["causes"] for r in cause["reasons"] if r["code"] == "alerts"]
    assert len(alerts) == 2
    assert early["causes"] == []


async def test_what_is_open_for_long_is_explained_by_its_own_time(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """[CS5] Nothing opened lately, but something is open: the window is around the moment at which it opened."""
    await shop(tenant, api)
    await deployed(api, "ledger", 605)
    await alerting(api, "ledger", 600, timeout_minutes=1000)

    answer = await asked(api, of="changes")

    assert answer["window"] == {"from": text(ago(minutes=720)), "to": text(ago(minutes=480))}
    assert [cause["event"]["title"] for cause in answer["causes"]] == ["ledger v2 is out"]


async def test_events_that_name_services_are_placed(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """[CS1] By scope as by id; the service of that name elsewhere has nothing to do with it."""
    await tenant.register(draft("pay", tag="eu", cluster="eu"), draft("pay", tag="us", cluster="us"))
    scope = {"clusters": ["eu"], "services": ["pay"]}
    await sent(api, kind="change", type="deploy", title="v7", scope=scope, time=text(ago(minutes=12)))
    problem = {"kind": "problem", "severity": "critical", "title": "It fails", "scope": scope}
    await sent(api, **problem, time=text(ago(minutes=10)))

    entities, changes = await asked(api), await asked(api, of="changes")

    assert [cause["entity"]["tag"] for cause in entities["causes"]] == ["eu"]
    assert [(cause["event"]["title"], cause["entity"]["tag"]) for cause in changes["causes"]] == [("v7", "eu")]
    assert changes["likely"] is True


@pytest.mark.parametrize(
    "place",
    [
        {"scope": {"clusters": ["us"]}},
        {"scope": {"clusters": ["us"], "services": ["mail"]}},
        {"scope": {"clusters": ["eu"], "namespaces": ["nobody's"]}},
        {"match": [{"types": ["HOST"]}]},
        {"match": [{"types": ["NOPE"]}]},
    ],
)
async def test_a_change_somewhere_else_is_not_blamed(tenant: Tenant, api: httpx.AsyncClient, place: Json) -> None:
    """Though it names no entity, it says where it was, and nothing that is suspected is there."""
    await tenant.register(draft("pay", tag="eu", cluster="eu"), draft("rack", type="HOST", cluster="eu"))
    await sent(api, kind="change", type="upgrade", title="pay: v7", time=text(ago(minutes=12)), **place)
    await alerting(api, "eu", 10)

    assert (await asked(api, of="changes"))["causes"] == []


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ({}, "It names no place; the most suspected one is suspected by 0.70 from the symptoms"),
        (
            {"scope": {"clusters": ["eu"]}},
            "The most suspected of all that it concerns is pay, suspected by 0.70 from the symptoms",
        ),
        (
            {"scope": {"namespaces": ["shop"]}},
            "The most suspected of all that it concerns is pay, suspected by 0.70 from the symptoms",
        ),
    ],
)
async def test_a_change_to_many_is_suspected_a_little(
    tenant: Tenant, api: httpx.AsyncClient, place: Json, sentence: str
) -> None:
    """As one that may have been made anywhere, if what is suspected is among them."""
    await tenant.register(draft("pay", tag="eu", cluster="eu", namespace="shop"), draft("mail", cluster="us"))
    await sent(api, kind="change", type="upgrade", title="v7", time=text(ago(minutes=12)), **place)
    await alerting(api, "eu", 10)

    (cause,) = (await asked(api, of="changes"))["causes"]

    assert cause["entity"] is None
    assert cause["reasons"][0]["text"] == sentence


async def test_a_change_to_what_was_removed_is_not_blamed(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """It named its place, which is no other's for being gone."""
    entities = await shop(tenant, api)
    await deployed(api, "mail", 12)
    (await api.delete(f"/v1/entities/{entities['mail'].id}")).raise_for_status()
    await alerting(api, "cart", 10)

    assert (await asked(api, of="changes"))["causes"] == []


@pytest.mark.parametrize("of", ["entities", "changes"])
async def test_without_an_alert_there_is_no_cause(tenant: Tenant, api: httpx.AsyncClient, of: str) -> None:
    """[CS6] However much was changed."""
    await shop(tenant, api)
    await deployed(api, "ledger", 5)

    answer = await asked(api, of=of)

    assert (answer["causes"], answer["likely"]) == ([], False)


async def test_it_says_that_no_change_is_likely(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """[CS6] Rather than to blame the one that happens to be there."""
    await shop(tenant, api)
    await deployed(api, "cart", 115)
    await alerting(api, "cart", 2)

    answer = await asked(api, of="changes")

    assert answer["likely"] is False


async def test_what_comes_all_the_time_counts_less(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """The past tells what is usual: of two that alert alike, the one that never does so is first."""
    await shop(tenant, api)
    for hours in range(3, 40):
        await alerting(api, "mail", hours * 60, title="again", end_time=text(ago(hours=hours, minutes=-1)))
    await alerting(api, "mail", 30)
    await alerting(api, "ledger", 30)

    answer = await asked(api)

    assert answer["causes"][0]["entity"]["tag"] == "ledger"


async def test_an_entity_that_was_removed_is_no_cause(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """[CS3] Its events stay, but nobody could look it up."""
    entities = await shop(tenant, api)
    await alerting(api, "ledger", 10)
    (await api.delete(f"/v1/entities/{entities['ledger'].id}")).raise_for_status()

    answer = await asked(api)

    assert entities["ledger"].id not in {cause["entity"]["id"] for cause in answer["causes"]}


async def test_no_other_account_s_alerts_are_explained(
    tenant: Tenant, api: httpx.AsyncClient, account: MakeTenant, client: Client
) -> None:
    """[AC1] Nor can its entities be asked about."""
    await story(tenant, api)
    other = client(await (await account()).key(Right.ADMIN))

    assert (await asked(other))["causes"] == []
    refused(await other.get("/v1/causes", params={"entity": "ledger"}), 404)


async def test_it_takes_the_right_to_read_events(api: httpx.AsyncClient, tenant: Tenant, client: Client) -> None:
    """[AC5] That one alone is enough, all others together are not."""
    refused(await client(None).get("/v1/causes"), 401)
    refused(await client(await tenant.key(*set(Right) - {Right.READ_EVENTS, Right.ADMIN})).get("/v1/causes"), 403)
    await asked(client(await tenant.key(Right.READ_EVENTS)))
    assert api


@pytest.mark.parametrize(
    ("lookback", "minutes"),
    [
        ("PT1M", 1), ("PT60S", 1), ("PT90M", 90), ("PT1H30M", 90), ("P1D", 1440), ("P7D", 10_080), ("P1W", 10_080),
        ("P1DT2H", 1560), ("PT168H", 10_080),
    ],
)  # fmt: skip
async def test_a_lookback_is_an_iso_8601_duration(api: httpx.AsyncClient, lookback: str, minutes: int) -> None:
    """From a minute to seven days."""
    answer = await asked(api, at=text(NOW), lookback=lookback)

    assert answer["window"] == {"from": text(NOW - (NOW - ago(minutes=minutes))), "to": text(NOW)}


async def test_the_defaults(api: httpx.AsyncClient) -> None:
    """Now, two hours back."""
    answer = await asked(api)

    window = {name: datetime.fromisoformat(at) for name, at in answer["window"].items()}
    assert answer["at"] == answer["window"]["to"]
    assert (window["to"] - window["from"]).total_seconds() == 7200
    assert window["to"] >= NOW


_DAWN: Final = "0001-01-01T00:00:00.000Z"  # nothing is before it, in any calendar of ours


@pytest.mark.parametrize(
    ("at", "lookback", "begins", "ends"),
    [
        (_DAWN, "P7D", _DAWN, _DAWN),
        ("0001-01-01T00:00:30Z", "PT1M", _DAWN, "0001-01-01T00:00:30.000Z"),
        ("0001-01-08T00:00:00Z", "P7D", _DAWN, "0001-01-08T00:00:00.000Z"),
        ("0", "P7D", "1969-12-25T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        ("1970-12-31T23:59:59.999Z", "PT1M", "1970-12-31T23:58:59.999Z", "1970-12-31T23:59:59.999Z"),
        ("1971-01-01T00:00:00Z", "P7D", "1970-12-25T00:00:00.000Z", "1971-01-01T00:00:00.000Z"),
        ("9000-01-01T00:00:00Z", "P7D", "8999-12-25T00:00:00.000Z", "9000-01-01T00:00:00.000Z"),
        ("9000-01-01T00:00:00.001Z", "PT1M", "8999-12-31T23:59:00.001Z", "9000-01-01T00:00:00.001Z"),
        ("9999-12-31T23:59:59.999Z", "P7D", "9999-12-24T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("253402300799000", "PT1M", "9999-12-31T23:58:59.000Z", "9999-12-31T23:59:59.000Z"),
    ],
)
@pytest.mark.parametrize("of", ["entities", "changes"])
async def test_any_time_may_be_asked_about(
    tenant: Tenant, api: httpx.AsyncClient, at: str, lookback: str, begins: str, ends: str, of: str
) -> None:
    """There was nothing then, and the answer is about the time that was asked about."""
    await story(tenant, api)

    answer = await asked(api, at=at, lookback=lookback, of=of)

    assert answer == {"at": ends, "window": {"from": begins, "to": ends}, "likely": False, "causes": []}


@pytest.mark.parametrize(
    ("query", "status", "where"),
    [
        ("lookback=2h", 400, ["lookback"]), ("lookback=P", 400, ["lookback"]), ("lookback=PT", 400, ["lookback"]),
        ("lookback=PT59S", 400, ["lookback"]), ("lookback=P7DT1S", 400, ["lookback"]), ("lookback=", 400, ["lookback"]),
        ("lookback=P1M", 400, ["lookback"]), ("lookback=-PT2H", 400, ["lookback"]),
        ("lookback=7200", 400, ["lookback"]), ("lookback=P999W", 400, ["lookback"]),
        ("lookback=PT1.5H", 400, ["lookback"]),
        ("lookback=PT%D9%A2H", 400, ["lookback"]), ("of=hosts", 400, ["of"]), ("limit=0", 400, ["limit"]),
        ("limit=51", 400, ["limit"]), ("limit=x", 400, ["limit"]), ("at=yesterday", 400, ["at"]),
        ("problem=1", 400, ["problem"]), ("entity=%00", 400, ["entity"]), ("entity=%FF", 400, ["entity"]),
        ("at=x&of=y&limit=0", 400, ["at", "of", "limit"]), ("entity=nobody", 404, []), ("entity=", 404, []),
    ],
)  # fmt: skip
async def test_a_bad_question_is_refused(api: httpx.AsyncClient, query: str, status: int, where: list[str]) -> None:
    """With every fault and its path."""
    assert paths(refused(await api.get(f"/v1/causes?{query}"), status)) == where


async def test_who_waits_too_long_for_a_turn_is_told_to_come_again(pool: Pool, by: Principal) -> None:
    """Two questions are worked on at a time; a third waits, but not for ever, and later there is room again."""
    causes = Causes(pool, patience=timedelta(milliseconds=50))

    async with pool.transaction() as db:
        await db.execute("lock table alert in access exclusive mode")
        *first, third = [asyncio.create_task(causes.explain(by, limit=1)) for _ in range(3)]
        with pytest.raises(Unavailable):
            await third
    await asyncio.gather(*first)

    assert (await causes.explain(by, limit=1)).ranking.causes == ()


async def test_a_limit_cuts_the_end_off(tenant: Tenant, api: httpx.AsyncClient) -> None:
    """What is left is what comes first without it."""
    await story(tenant, api)
    at = text(NOW)

    every = await asked(api, at=at, limit=50)
    first = await asked(api, at=at, limit=1)

    assert first["causes"] == every["causes"][:1]
    assert len(every["causes"]) > 1
