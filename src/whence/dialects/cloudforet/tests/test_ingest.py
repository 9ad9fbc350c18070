"""What is posted to a webhook is an event. Source: Cloudforet contract 7.1 to 7.3, 7.6."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from grpc import StatusCode

from tests.operations.counted import refused_since
from tests.tenants import Tenant
from whence.dialects.cloudforet.events import Events
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.posting import Posting
from whence.dialects.cloudforet.tests.spoken import (
    ALERTMANAGER,
    DISK,
    Hook,
    Speaker,
    batch,
    domain,
    hook,
    not_active,
    refusal,
    required,
    workspace,
)
from whence.dialects.cloudforet.tests.wired import over_grpc

_NO_JSON: Final = (400, "ERROR_UNKNOWN", "JSON Parsing Error: Request body requires JSON format.")
_NO_OBJECT: Final = (400, "ERROR_INVALID_PARAMETER_TYPE", "Parameter type is invalid. (key = data, type = dict)")
_DENIED: Final = (403, "ERROR_PERMISSION_DENIED", "Permission denied.")


async def _only(owner: Speaker) -> dict[str, Any]:
    (event,) = await owner.rows("event/list")
    return event


async def _requests(owner: Speaker, one: Hook) -> dict[str, str]:
    return (await owner("webhook/get", webhook_id=one.id))["requests"]


async def test_an_event_has_all_that_was_said(owner: Speaker, direct: Hook, tenant: Tenant) -> None:
    """[7.3] With the webhook's place, and the whole body."""
    said = {
        **DISK,
        "description": "full",
        "rule": "disk",
        "image_url": "https://grafana.example.com/p.png",
        "resource": {"resource_id": "server-1", "resource_type": "inventory.Server", "name": "db1"},
        "resources": ["rack-7"],
        "provider": "aws",
        "account": "123",
        "additional_info": {"hosts": ["192.0.2.17"], "full": True, "level": 91.0},
        "occurred_at": "2026-03-04T17:15:00.1239+09:00",
        "beside": {"x": None},
    }
    before = datetime.now(UTC) - timedelta(seconds=1)

    await direct.post(said)

    event = await _only(owner)
    assert before < datetime.fromisoformat(event.pop("created_at")) < datetime.now(UTC)
    assert event.pop("event_id").startswith("event-")
    assert event.pop("alert_id").startswith("alert-")
    assert event == {
        "event_key": "disk-db1",
        "event_type": "ALERT",
        "title": "Disk 91% on db1",
        "description": "full",
        "severity": "WARNING",
        "rule": "disk",
        "image_url": "https://grafana.example.com/p.png",
        "resources": ["rack-7", "db1"],
        "provider": "aws",
        "account": "123",
        "additional_info": {"hosts": "['192.0.2.17']", "full": "True", "level": "91"},
        "raw_data": said,
        "resource": {"resource_id": "server-1", "resource_type": "inventory.Server", "name": "db1"},
        "domain_id": domain(tenant),
        "workspace_id": workspace(tenant),
        "project_id": "p",
        "webhook_id": direct.id,
        "occurred_at": "2026-03-04T08:15:00.123Z",
    }


async def test_what_was_not_said_is_left_out(owner: Speaker, direct: Hook) -> None:
    """[5.3, 7.3] But for the severity, which is NONE, and the two objects."""
    await direct.post({"event_key": "k", "title": "t"})

    event = await _only(owner)
    assert (event["event_type"], event["severity"], event["additional_info"]) == ("ALERT", "NONE", {})
    assert not event.keys() & {"description", "rule", "resources", "resource", "provider", "account", "occurred_at"}


async def test_ids_read_as_the_vendors(owner: Speaker, direct: Hook) -> None:
    """[4.5] A word and twelve hexadecimal digits."""
    await direct.post(DISK)

    event = await _only(owner)
    for name in ("event", "alert", "webhook", "domain", "workspace"):
        word, _, digits = event[f"{name}_id"].partition("-")
        assert (word, len(digits), digits.strip("0123456789abcdef")) == (name, 12, "")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", _NO_JSON),
        (b"event_key=k", _NO_JSON),
        (b'{"event_key":"k",}', _NO_JSON),
        (b"[]", _NO_OBJECT),
        (b'"text"', _NO_OBJECT),
        (b"1", _NO_OBJECT),
        (b"null", _NO_OBJECT),
    ],
)
async def test_a_body_that_is_no_payload(owner: Speaker, direct: Hook, body: bytes, told: object) -> None:
    """[7.2] Refused, counted as a request and as a failure, and nothing is stored."""
    answer = await direct.client.post(direct.path, content=body)

    assert refusal(answer) == told
    assert await _requests(owner, direct) == {"total": "1", "error": "1"}
    assert await owner.rows("event/list") == []


async def test_a_webhook_that_is_not_there(direct: Hook) -> None:
    """[7.2] Its id is said again, and nothing else."""
    answer = await direct.client.post("/monitoring/v1/webhook/webhook-0000deadbeef/k/events", json=DISK)

    assert refusal(answer) == (
        404, "ERROR_NOT_FOUND", "Resource cannot be found or access is denied. (webhook_id = webhook-0000deadbeef)",
    )  # fmt: skip


@pytest.mark.parametrize("key", ["wrong", "0" * 32, "%C3%A9", "%00", "%FF", " "])
async def test_a_wrong_key(owner: Speaker, direct: Hook, key: str) -> None:
    """[7.2] Whatever it holds; it does not count as a request of the webhook."""
    answer = await direct.client.post(f"/monitoring/v1/webhook/{direct.id}/{key}/events", json=DISK)

    assert refusal(answer) == _DENIED
    assert await _requests(owner, direct) == {}


@pytest.mark.parametrize(
    ("odd", "shown"), [("%00", "\0"), ("webhook-%00", "webhook-\0"), ("%FF", "\ufffd"), ("webhook-%C3%A9", "webhook-é")]
)
@pytest.mark.parametrize("key", ["k", "%00"])
async def test_an_odd_id_is_nobodys(direct: Hook, odd: str, shown: str, key: str) -> None:
    """[7.2] No text is a fault of ours, nor one of the body."""
    answer = await direct.client.post(f"/monitoring/v1/webhook/{odd}/{key}/events", json=DISK)

    assert refusal(answer) == (
        404, "ERROR_NOT_FOUND", f"Resource cannot be found or access is denied. (webhook_id = {shown})",
    )  # fmt: skip


async def test_a_disabled_webhook_takes_nothing_at_once(owner: Speaker, direct: Hook) -> None:
    """[7.2, 7.3, 20.9] And takes again when it is enabled."""
    await owner("webhook/disable", webhook_id=direct.id)
    refused = await direct.send(DISK)
    await owner("webhook/enable", webhook_id=direct.id)
    await direct.post(DISK)

    assert refusal(refused) == (
        400, "ERROR_WEBHOOK_STATE_DISABLED", f"Webhook state is disabled. (webhook_id = {direct.id})",
    )  # fmt: skip
    assert await _requests(owner, direct) == {"total": "1"}


async def test_a_removed_webhook_takes_nothing(owner: Speaker, direct: Hook) -> None:
    """[20.9] It is as if it had never been."""
    await owner("webhook/delete", webhook_id=direct.id)

    assert refusal(await direct.send(DISK))[:2] == (404, "ERROR_NOT_FOUND")


async def test_a_key_is_looked_at_before_the_state(owner: Speaker, direct: Hook) -> None:
    """[7.3] Who does not know the key learns nothing."""
    await owner("webhook/disable", webhook_id=direct.id)

    answer = await direct.client.post(f"/monitoring/v1/webhook/{direct.id}/wrong/events", json=DISK)

    assert refusal(answer) == _DENIED


async def test_a_body_has_a_limit(tenant: Tenant, owner: Speaker, direct: Hook) -> None:
    """[1.6, 7.2] As everywhere; what is below is stored."""
    most = tenant.house.context.max_body_bytes

    small = await direct.client.post(direct.path, json={**DISK, "description": "x" * (most - 1000)})
    large = await direct.client.post(direct.path, json={**DISK, "description": "x" * most})

    assert small.status_code == httpx.codes.OK
    assert refusal(large)[:2] == (413, "ERROR_UNKNOWN")
    assert len((await _only(owner))["description"]) == most - 1000


@pytest.mark.parametrize("kind", ["text/plain; charset=UTF-8", "application/x-www-form-urlencoded", "", "image/png"])
async def test_content_types_say_nothing(owner: Speaker, direct: Hook, kind: str) -> None:
    """[1.12]."""
    answer = await direct.client.post(
        direct.path, content=b'{"event_key":"k","title":"t"}', headers={"content-type": kind}
    )

    assert (answer.status_code, answer.content) == (200, b"{}")
    assert (await _only(owner))["title"] == "t"


@pytest.mark.parametrize("lacking", ["webhook_id", "access_key", "data"])
async def test_create_needs_everything(direct: Hook, anonymous: httpx.AsyncClient, lacking: str) -> None:
    """[7.3 step 1] In this order."""
    names = ("webhook_id", "access_key", "data")
    known = {"webhook_id": direct.id, "access_key": "k", "data": dict(DISK)}
    asked = {name: known[name] for name in names[: names.index(lacking)]}

    answer = await anonymous.post("/monitoring/v1/event/create", json=asked)

    assert refusal(answer) == required(lacking)


@pytest.mark.parametrize("prefix", ["/monitoring/v1", "/monitoring"])
async def test_create_needs_no_token(owner: Speaker, direct: Hook, anonymous: httpx.AsyncClient, prefix: str) -> None:
    """[2.1, 7.1] The key of the webhook is the credential, and the reply is empty."""
    asked = {"webhook_id": direct.id, "access_key": direct.shown["access_key"], "data": dict(DISK)}

    answer = await anonymous.post(f"{prefix}/event/create", json=asked)
    wrong = await anonymous.post(f"{prefix}/event/create", json={**asked, "access_key": "wrong"})

    assert (answer.status_code, answer.content) == (200, b"{}")
    assert refusal(wrong) == _DENIED
    assert (await _only(owner))["raw_data"] == DISK


async def test_of_a_message_nothing_is_made_before_its_key_is_good(
    tenant: Tenant, owner: Speaker, direct: Hook
) -> None:
    """[7.1, 7.3] A stranger learns of the key; who knows it, what cannot be stored, which counts as a failure."""
    options = Options.read({})
    events = Events(tenant.house.context, options, Posting(tenant.house.context, options))
    asked: dict[str, Any] = {"webhook_id": direct.id, "access_key": "wrong", "data": {"title": "\0"}}

    async with over_grpc(tenant.house.context, events.handlers()) as wire:
        stranger = await wire.failure("Event.create", asked)
        told = await wire.failure("Event.create", {**asked, "access_key": direct.shown["access_key"]})

    assert stranger == (StatusCode.PERMISSION_DENIED, "ERROR_PERMISSION_DENIED: Permission denied.")
    reason = "(key = data.title, reason = must not hold a NUL character)"
    assert told == (StatusCode.INVALID_ARGUMENT, f"ERROR_INVALID_PARAMETER: Parameter is invalid. {reason}")
    assert await _requests(owner, direct) == {"total": "1", "error": "1"}


async def test_empty_data_is_there(owner: Speaker, direct: Hook, anonymous: httpx.AsyncClient) -> None:
    """[4.2] It says nothing, which is told by an ERROR event."""
    asked: dict[str, Any] = {"webhook_id": direct.id, "access_key": direct.shown["access_key"], "data": {}}

    answer = await anonymous.post("/monitoring/event/create", json=asked)

    assert answer.status_code == httpx.codes.OK
    assert (await _only(owner))["event_type"] == "ERROR"


async def test_every_event_of_a_batch_has_the_whole_body(owner: Speaker) -> None:
    """[7.3 step 6]."""
    one = await hook(owner, plugin_id=ALERTMANAGER)

    await one.post(batch(3))

    events = await owner.rows("event/list", query={"sort": [{"key": "title"}]})
    assert [event["title"] for event in events] == ["A0000", "A0001", "A0002"]
    assert [event["raw_data"] for event in events] == [batch(3)] * 3
    assert len({event["alert_id"] for event in events}) == 3
    assert await _requests(owner, one) == {"total": "1"}


async def test_a_bad_event_of_a_batch_spoils_no_other(owner: Speaker) -> None:
    """[7.3 step 11, 20.12] It is an ERROR event, and counted as refused."""
    payload: dict[str, Any] = {
        "alerts": [
            {"fingerprint": "f0", "labels": {"alertname": "A0"}},
            {"fingerprint": "f1", "labels": "none"},
            {"fingerprint": "f2", "labels": {"alertname": "A2"}},
        ]
    }
    one = await hook(owner, plugin_id=ALERTMANAGER)
    since = refused_since()

    await one.post(payload)

    assert since() == {("cloudforet", "invalid"): 1}
    events = await owner.rows("event/list")
    assert sorted(event["title"] for event in events) == ["A0", "A2", "Webhook Event Parsing Error - direct"]
    assert [event["raw_data"] for event in events] == [payload] * 3
    assert await _requests(owner, one) == {"total": "1", "error": "1"}


async def test_a_payload_without_events_is_a_request(owner: Speaker) -> None:
    """[7.2, 7.3 step 4] Answered and counted; nothing is stored."""
    one = await hook(owner, plugin_id=ALERTMANAGER)

    await one.post({"alerts": []})

    assert await _requests(owner, one) == {"total": "1"}
    assert await owner.rows("event/list") == []


async def test_a_project_that_was_removed_takes_nothing(owner: Speaker, direct: Hook, tenant: Tenant) -> None:
    """[18] Until it has settings again."""
    await owner("project-alert-config/delete", project_id="p")
    refused = await direct.send(DISK)
    await owner("project-alert-config/create", project_id="p")
    await direct.post(DISK)

    assert refusal(refused) == not_active("p", workspace(tenant))
