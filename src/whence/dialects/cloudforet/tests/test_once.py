"""What is sent again under one key is one event, and what comes at once is counted exactly.

Source: Cloudforet contract 7.3, 7.4.
"""

from asyncio import gather
from typing import Any, Final

import pytest

from tests.tenants import MakeTenant, Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    ALERTMANAGER,
    DISK,
    SNS,
    Hook,
    Speaker,
    batch,
    hook,
    invalid,
    key,
    refusal,
)

_ALARM: Final = (
    '{"AlarmArn":"arn:aws:cloudwatch:eu-west-1:123:alarm:cpu","AlarmName":"cpu","NewStateValue":"ALARM","Trigger":{}}'
)


async def test_two_equal_posts_are_two_events(owner: Speaker, direct: Hook) -> None:
    """[7.4] Without a key nothing is compared."""
    await direct.post(DISK)
    await direct.post(DISK)

    assert (await owner("event/list"))["total_count"] == 2


async def test_the_same_key_again_is_the_same_event(owner: Speaker, direct: Hook) -> None:
    """[7.4] Whatever the body; each is a request, and another key is another event."""
    for name in ("k-1", "k-1", " k-1 ", "k-2"):
        await direct.post({**DISK, "title": name}, idempotency_key=name)

    assert sorted(event["title"] for event in await owner.rows("event/list")) == ["k-1", "k-2"]
    assert (await owner("webhook/get", webhook_id=direct.id))["requests"] == {"total": "4"}


async def test_a_key_is_of_its_webhook(owner: Speaker, direct: Hook) -> None:
    """[7.4] The same key on another one is another event."""
    other = await hook(owner, name="other")

    await direct.post(DISK, idempotency_key="k")
    await other.post(DISK, idempotency_key="k")

    assert (await owner("event/list"))["total_count"] == 2


async def test_a_batch_is_sent_again_as_a_whole(owner: Speaker) -> None:
    """[7.4] No event of it is stored twice."""
    one = await hook(owner, plugin_id=ALERTMANAGER)

    for _ in range(2):
        await one.post(batch(3), idempotency_key="k")

    assert (await owner("event/list"))["total_count"] == 3


async def test_a_key_of_what_did_nothing_is_used(owner: Speaker, direct: Hook) -> None:
    """[7.4] A recovery of what was not open stays without effect when it is sent again."""
    recovery = {**DISK, "event_type": "RECOVERY"}

    await direct.post(recovery, idempotency_key="k")
    await direct.post(DISK)
    await direct.post(recovery, idempotency_key="k")

    assert [event["event_type"] for event in await owner.rows("event/list")] == ["ALERT"]


async def test_a_key_holds_for_create(owner: Speaker, direct: Hook) -> None:
    """[7.4] There it is a header, too, or metadata."""
    asked = {"webhook_id": direct.id, "access_key": direct.shown["access_key"], "data": dict(DISK)}

    for _ in range(2):
        await direct.client.post("/monitoring/v1/event/create", json=asked, headers={"idempotency-key": "k"})

    assert (await owner("event/list"))["total_count"] == 1


async def test_a_key_has_a_limit(owner: Speaker, direct: Hook) -> None:
    answer = await direct.send(DISK, idempotency_key="k" * 201)

    assert refusal(answer) == invalid("Idempotency-Key", "String value is too long. (max_length = 200)")
    assert await owner.rows("event/list") == []


async def test_sns_has_a_key_of_its_own(owner: Speaker) -> None:
    """[7.4] Its `MessageId`."""
    one = await hook(owner, plugin_id=SNS)
    said = {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:123:t", "Message": _ALARM}

    for message_id in ("m-1", "m-1", "m-2"):
        await one.post({**said, "MessageId": message_id})

    assert (await owner("event/list"))["total_count"] == 2


async def test_sns_has_a_key_of_its_own_without_an_envelope_too(owner: Speaker) -> None:
    """[7.4, 14.5] Raw delivery has it in a header alone; it is the same when a notice is sent again."""
    one = await hook(owner, plugin_id=SNS)

    for message_id in ("m-1", "m-1", "m-2"):
        answer = await one.client.post(one.path, content=_ALARM, headers={"x-amz-sns-message-id": message_id})
        assert answer.status_code == 200

    assert (await owner("event/list"))["total_count"] == 2


async def test_parallel_first_events_have_one_alert(owner: Speaker, direct: Hook) -> None:
    """[CF7] [7.4, 20.13] Of fifty, through two webhooks of the project."""
    other = await hook(owner, name="other")

    await gather(*((direct, other)[n % 2].post({**DISK, "title": f"{n}"}) for n in range(50)))

    events = await owner("event/list")
    alerts = await owner("alert/list")
    assert (events["total_count"], alerts["total_count"]) == (50, 1)
    assert {event["alert_id"] for event in events["results"]} == {alerts["results"][0]["alert_id"]}


async def test_the_same_key_at_once_is_one_event(owner: Speaker, direct: Hook) -> None:
    """[7.4] The connector sends a create again that it thinks was lost."""
    await gather(*(direct.post(DISK, idempotency_key="k") for _ in range(20)))

    assert (await owner("event/list"))["total_count"] == 1


async def test_numbers_have_no_gaps(owner: Speaker, direct: Hook) -> None:
    """[CF7] Neither those of parallel posts nor those of alerts that people open meanwhile."""
    posts = [direct.post({**DISK, "event_key": f"k{n}"}) for n in range(30)]
    opened = [owner("alert/create", title=f"t{n}", project_id="p") for n in range(10)]

    await gather(*posts, *opened)

    numbers = [alert["alert_number"] for alert in await owner.rows("alert/list")]
    assert sorted(numbers) == list(range(1, 41))


async def test_workspaces_count_for_themselves(
    account: MakeTenant, tenant: Tenant, speak: MakeSpeaker, owner: Speaker
) -> None:
    """[7.4] As do accounts."""
    elsewhere = speak(await key(tenant, workspace="w-2"))
    other = speak(await key(await account()))

    for client, project in ((owner, "p"), (elsewhere, "q"), (other, "p")):
        one = await hook(client, project_id=project)
        for n in range(2):
            await one.post({**DISK, "event_key": f"k{n}"})

    own = await owner.rows("alert/list")
    numbers: dict[str, list[int]] = {}
    for alert in [*own, *await other.rows("alert/list")]:
        numbers.setdefault(alert["domain_id"] + alert["workspace_id"], []).append(alert["alert_number"])
    assert [sorted(found) for found in numbers.values()] == [[1, 2]] * 3


@pytest.mark.parametrize("bad", [{}, {"event_key": "k"}])
async def test_requests_are_counted(owner: Speaker, direct: Hook, bad: dict[str, Any]) -> None:
    """[7.3 steps 3 and 5] All of them, also at once; and of these the ones that could not be read."""
    await gather(*(direct.post(DISK if n % 3 else bad) for n in range(12)))

    assert (await owner("webhook/get", webhook_id=direct.id))["requests"] == {"total": "12", "error": "4"}
