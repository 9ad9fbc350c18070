"""What a monitor posts: confirmations of subscriptions, and what of a payload the timeline keeps."""

import json
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from tests.builders import EVER, NOW
from tests.tenants import Tenant
from whence.deliver import Deliver, Manner
from whence.domain.event import Event
from whence.domain.filter import Filter
from whence.domain.query import Query
from whence.domain.webhook import Webhook

_REAL: Final = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
_MANNER: Final = Manner(dialect="whence", recovers=True)


async def _webhook(tenant: Tenant, receiver: str = "direct") -> Webhook:
    return await tenant.house.context.webhooks.create(tenant.admin, name=receiver, receiver=receiver)


async def _post(tenant: Tenant, webhook: Webhook, body: dict[str, Any], *, manner: Manner = _MANNER) -> None:
    await tenant.house.context.deliver.take(webhook, body, json.dumps(body), key=None, manner=manner)


async def _events(tenant: Tenant) -> list[Event]:
    return await tenant.found(Filter(window=EVER))


@pytest.mark.parametrize(
    ("url", "confirms", "fetched"),
    [
        (_REAL, True, [_REAL]),
        (_REAL, False, []),
        ("https://sns.eu-west-1.amazonaws.com.example.org/", True, []),
        ("http://sns.eu-west-1.amazonaws.com/", True, []),
        ("https://169.254.169.254/latest/meta-data", True, []),
        ("https://localhost/", True, []),
    ],
)
async def test_a_subscription_is_confirmed_where_it_is_real_and_wanted(
    tenant: Tenant,
    url: str,
    confirms: bool,  # noqa: FBT001  a column of the table
    fetched: list[str],
) -> None:
    """Nothing else of what a stranger may post is fetched. Source: Cloudforet contract 14.5."""
    asked: list[str] = []

    async def fetch(address: str) -> None:
        asked.append(address)

    deliver = Deliver(tenant.house.pool, tenant.house.context.ingest, fetch=fetch)
    webhook = await _webhook(tenant, "aws_sns")
    body = {"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:eu-west-1:1:t", "SubscribeURL": url}

    await deliver.take(webhook, body, json.dumps(body), key=None, manner=Manner(dialect="whence", confirms=confirms))

    assert asked == fetched
    assert (await tenant.house.context.webhooks.require(tenant.admin, webhook.id)).requests == 1
    assert await _events(tenant) == []


async def test_a_confirmation_that_fails_is_told_to_the_operator_only(tenant: Tenant) -> None:
    async def fetch(_: str) -> None:
        raise httpx.ConnectError("no route")

    deliver = Deliver(tenant.house.pool, tenant.house.context.ingest, fetch=fetch)
    webhook = await _webhook(tenant, "aws_sns")
    body = {"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:eu-west-1:1:t", "SubscribeURL": _REAL}

    await deliver.take(webhook, body, json.dumps(body), key=None, manner=Manner(dialect="whence", confirms=True))

    assert (await tenant.house.context.webhooks.require(tenant.admin, webhook.id)).failures == 0


async def test_the_timeline_has_services_links_and_facts(tenant: Tenant) -> None:
    webhook = await _webhook(tenant)

    await _post(
        tenant,
        webhook,
        {
            "event_key": "k", "title": "Slow", "severity": "ERROR", "rule": "latency", "resources": ["shop"],
            "image_url": "https://graphs.example/1", "provider": "aws",
            "additional_info": {"runbook_url": "https://runbooks.example/1", "host": "h1"},
        },
    )  # fmt: skip

    (event,) = await _events(tenant)
    assert (event.title, event.type, event.severity.value, event.source) == ("Slow", "latency", "error", "direct")
    assert event.places.services == ("shop",)
    assert event.url == "https://graphs.example/1"
    assert [(link.title, link.url) for link in event.links] == [("Runbook", "https://runbooks.example/1")]
    assert event.properties["host"] == "h1"
    assert event.is_open


async def test_a_signal_of_long_ago_is_kept_and_is_on_the_timeline_now(tenant: Tenant) -> None:
    """Alertmanager tells of what has been firing for months: nothing is refused for its age."""
    webhook = await _webhook(tenant)
    long_ago = NOW - timedelta(days=400)

    await _post(tenant, webhook, {"event_key": "k", "title": "Old", "occurred_at": long_ago.isoformat()})

    (event,) = await _events(tenant)
    found = await tenant.house.context.signals.find(tenant.admin, Query(), every=False)
    assert event.span.start >= NOW - timedelta(minutes=5)
    assert found.rows[0]["occurred_at"] == long_ago.strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def test_the_same_fault_of_many_elements_is_one_signal(tenant: Tenant) -> None:
    webhook = await _webhook(tenant, "alertmanager")

    await _post(tenant, webhook, {"alerts": [{"fingerprint": "a", "labels": {"alertname": "x"}}, 1, 2, 3]})

    found = await tenant.house.context.signals.find(tenant.admin, Query(), every=False)
    assert sorted(str(row["event_type"]) for row in found.rows) == ["ALERT", "ERROR"]


async def test_a_long_payload_is_kept_once_however_many_signals_it_holds(tenant: Tenant) -> None:
    webhook = await _webhook(tenant, "alertmanager")
    alerts = [
        {"fingerprint": f"f{n}", "labels": {"alertname": "x"}, "annotations": {"description": "y" * 20_000}}
        for n in range(20)
    ]

    await _post(tenant, webhook, {"alerts": alerts})

    async with tenant.house.pool.reader() as db:
        row = await db.row("select count(*) as bodies from signal_body where account_id = $1", tenant.admin.account_id)
    events = await _events(tenant)
    assert row is not None
    assert row["bodies"] == 1
    assert len(events) == 20
    assert {(await tenant.house.context.timeline.require(tenant.admin, one.id)).original for one in events} == {None}
