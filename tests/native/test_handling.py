"""How a sender wants the alert of its report to be taken."""

import json
from typing import Final

import httpx
import pytest

from tests.builders import ago, draft
from tests.native.answers import paths, refused, titles
from tests.native.grouped import Json, got, grouped, reported, silenced, text
from tests.tenants import Tenant

_HANDLINGS: Final = ["alone", "no_problem", "always", "no_cause"]


@pytest.mark.parametrize(
    "handling", [[], *([one] for one in _HANDLINGS), ["always", "alone"], ["alone", "alone"], _HANDLINGS]
)
async def test_a_sender_says_how_its_alert_is_taken(api: httpx.AsyncClient, handling: list[str]) -> None:
    """Alone, in a batch and in a CloudEvent; the alert says so."""
    one = await reported(api, "a", handling=handling)
    batch = await api.post("/v1/events", json=[{"kind": "problem", "title": "b", "handling": handling}])
    cloud = {"specversion": "1.0", "id": "1", "source": "probe", "type": "slo"}
    data = {"kind": "problem", "title": "c", "handling": handling}
    sent = await api.post(
        "/v1/events",
        content=json.dumps({**cloud, "data": data}),
        headers={"content-type": "application/cloudevents+json"},
    )

    ids = [one["alert_id"], batch.json()["results"][0]["alert_id"], sent.json()["alert_id"]]
    assert [(await got(api, f"/v1/alerts/{alert_id}"))["handling"] for alert_id in ids] == [sorted(set(handling))] * 3


async def test_a_sender_wants_no_problem_or_one_alone(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """The first is in none, and says why; the second is in one of its own, whatever else alerts there."""
    await tenant.register(draft("shop", tag="shop"))
    at = {"entities": ["shop"], "time": text(ago(minutes=5))}

    usual = await grouped(api, (await reported(api, "usual", **at))["alert_id"])
    alone = await grouped(api, (await reported(api, "alone", handling=["alone"], **at))["alert_id"])
    none = await silenced(api, (await reported(api, "none", handling=["no_problem"], **at))["alert_id"])

    assert usual["problem_id"] != alone["problem_id"]
    assert (none["problem_id"], none["silenced_by"], none["silenced_until"], none["since"]) == (
        None, "asked", None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"kind": "info", "handling": ["alone"]}, ["handling"]),
        ({"kind": "recovery", "handling": ["alone"]}, ["handling"]),
        ({"handling": ["always"], "timeout_minutes": 5}, ["timeout_minutes", "handling"]),
        ({"kind": "problem", "handling": ["ALONE"]}, ["handling[0]"]),
        ({"kind": "problem", "handling": ["alone", "x", 7]}, ["handling[1]", "handling[2]"]),
        ({"kind": "problem", "handling": "alone"}, ["handling"]), ({"kind": "problem", "handling": None}, ["handling"]),
        ({"kind": "problem", "handling": ["alone"] * 11}, ["handling"]),
    ],
)  # fmt: skip
async def test_a_bad_handling_is_refused(api: httpx.AsyncClient, given: Json, where: list[str]) -> None:
    """[IN8] It is of a problem only, and one of four; with every fault and its path, and nothing is stored."""
    response = await api.post("/v1/events", json={"title": "a", **given})
    batch = (await api.post("/v1/events", json=[{"title": "a", **given}])).json()

    assert paths(refused(response, 400)) == where
    assert [paths(result["error"]["violations"]) for result in batch["results"]] == [where]
    assert titles(await api.get("/v1/events")) == []
