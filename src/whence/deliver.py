"""What a monitor posts becomes signals: read by the webhook's receiver, and handed to everybody's commit."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final

import httpx
import structlog

from whence import receivers
from whence.domain.delivery import Delivery, Payload
from whence.domain.errors import Reason
from whence.domain.event import Kind, Once, Report, Span
from whence.domain.identity import new_id
from whence.domain.link import Link
from whence.domain.scope import ALL_SERVICES, Scope
from whence.domain.signal import Grade, Signal, SignalKind
from whence.domain.webhook import Webhook
from whence.ingest import Ingest
from whence.receivers import Unreadable
from whence.refusals import count
from whence.store import webhooks
from whence.store.pool import Pool

NOW: Final = partial(datetime.now, UTC)
_CALL: Final = "signal"  # of the events that signals are on the timeline
_KEY_LIFETIME: Final = timedelta(hours=24)
_LONGEST_TITLE: Final = 1000  # characters on the timeline; the signal keeps all
_LONGEST_NAME: Final = 200
_MOST_NAMES: Final = 100  # of resources by which the timeline finds services
_LONG: Final = 64 * 1024  # characters of a payload that is read beside the event loop: a few milliseconds of it
_FETCH_SECONDS: Final = 5.0
_MARGIN: Final = timedelta(minutes=1)  # what is in range when it is read is so still when it is stored
_MOST_KEPT: Final = 2 * 1024 * 1024  # bytes of the payload that all events of it keep together; signals keep it once
_LINKS: Final = {"runbook_url": "Runbook", "generator_url": "Source", "rule_url": "Rule"}  # facts that are addresses

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What the installation decides about deliveries.

    `dialect`: the one through which it is posted. `recovers`: a recovery ends the alert by itself in a project that
    does not say. `confirms`: subscriptions are confirmed, where the address to be fetched is really the sender's.
    """

    dialect: str
    recovers: bool = False
    confirms: bool = False


class Deliver:
    """Takes what is posted to webhooks."""

    def __init__(self, pool: Pool, ingest: Ingest, *, fetch: Callable[[str], Awaitable[None]] | None = None) -> None:
        self._pool = pool
        self._ingest = ingest
        self._fetch = fetch or _fetch

    async def take(
        self, webhook: Webhook, body: Mapping[str, object], text: str, *, key: str | None, manner: Manner
    ) -> None:
        """What the payload says is durable, and counted; what in it cannot be read is one signal that says so.

        Args:
            text: the body as JSON text.
            key: the same again within a day is not stored again.

        Raises:
            Refusal: why some of it is not stored; the rest is, and a repetition under the same key does no harm.
        """
        now = NOW()
        read = partial(receivers.read, webhook.receiver, body, webhook.options, now=now)
        reading = read() if len(text) < _LONG else await asyncio.to_thread(read)
        if reading.handshake is not None:
            await self._confirm(webhook, reading.handshake, confirms=manner.confirms)
        if not reading.signals:
            await self.count(webhook, failed=False)
            return
        unreadable = {one.failure: one for one in reading.signals if isinstance(one, Unreadable)}
        signals = [one for one in reading.signals if isinstance(one, Signal)]
        signals += [_error(webhook, one) for one in unreadable.values()]
        count(manner.dialect, [Reason.INVALID] * len(unreadable))
        payload = Payload(id=new_id(now), text=text)
        original = text if len(text) * len(signals) <= _MOST_KEPT else None
        reports = [
            self._report(
                Delivery(
                    signal=signal,
                    webhook=webhook,
                    payload=payload,
                    counts=n == 0,
                    failed=bool(unreadable),
                    recovers=manner.recovers,
                ),
                dialect=manner.dialect,
                once=_once(webhook, key or receivers.message_id(body), n),
                original=original,
                now=now,
            )
            for n, signal in enumerate(signals)
        ]
        refusals = await self._ingest.deliver(webhook.account_id, reports, retention=webhook.retention)
        if refusals:
            raise refusals[0]

    async def count(self, webhook: Webhook, *, failed: bool) -> None:
        """A request of which nothing is stored is counted."""
        async with self._pool.transaction() as db:
            await webhooks.count(db, webhook.account_id, [(webhook.id, failed)])

    def _report(
        self, delivery: Delivery, *, dialect: str, once: Once | None, original: str | None, now: datetime
    ) -> Report:
        """The signal as one of everybody's reports; which alert it moves is decided where it is stored."""
        signal = delivery.signal
        return Report(
            kind=Kind.RECOVERY if signal.kind is SignalKind.RECOVERY else Kind.PROBLEM,
            type=(signal.rule or signal.info.get("alertname", "") or "alert")[:_LONGEST_NAME],
            title=(signal.title or signal.key or "alert")[:_LONGEST_TITLE],
            description=signal.description,
            url=_address(signal.image_url),
            links=_links(signal),
            span=Span.moment(self._time(delivery, now)),
            source=delivery.webhook.name[:_LONGEST_NAME],
            dialect=dialect,
            scope=_scope(signal),
            original=original,
            once=once,
            delivery=delivery,
            call=_CALL,
        )

    def _time(self, delivery: Delivery, now: datetime) -> datetime:
        """When it is on the timeline: as the source claims, unless that is a time that is not kept."""
        at = delivery.signal.ended_at or delivery.signal.occurred_at
        fault = partial(self._ingest.time_fault, retention=delivery.webhook.retention)
        if at is None or fault(at, now=now + _MARGIN) or fault(at, now=now):
            return now
        return at

    async def _confirm(self, webhook: Webhook, url: str, *, confirms: bool) -> None:
        if not confirms or not receivers.is_real_sns(url):
            log.info("subscription.waiting", webhook=webhook.id, real=receivers.is_real_sns(url))
            return
        try:
            await self._fetch(url)
        except httpx.HTTPError as exc:
            log.warning("subscription.failed", webhook=webhook.id, reason=type(exc).__name__)
        else:
            log.info("subscription.confirmed", webhook=webhook.id)


async def _fetch(url: str) -> None:
    """The address was asked; it may not send us anywhere else, nor keep us waiting."""
    async with (
        httpx.AsyncClient(timeout=_FETCH_SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", url) as answer,
    ):
        answer.raise_for_status()


def _once(webhook: Webhook, key: str | None, number: int) -> Once | None:
    if not key:
        return None
    return Once(key=f"{webhook.id} {number} {key}", content=b"", lifetime=_KEY_LIFETIME)


def _error(webhook: Webhook, unreadable: Unreadable) -> Signal:
    """The signal that says what could not be read: the same failure again is the same condition."""
    digest = sha256(f"{webhook.id} {unreadable.failure}".encode()).hexdigest()
    return Signal(
        key=f"error-{digest[:12]}",
        kind=SignalKind.ERROR,
        grade=Grade.CRITICAL,
        title=f"Webhook Event Parsing Error - {webhook.name}",
        description=unreadable.reason,
    )


def _scope(signal: Signal) -> Scope:
    """The services of the resources' names, and of the service that the facts name; of no name, all services."""
    own = "" if signal.provider else signal.info.get("service", "")  # a provider's services are not the account's
    names = [*signal.resources[:_MOST_NAMES], own]
    known = [name for name in names if name and len(name) <= _LONGEST_NAME]
    return Scope.services(names=known) if known else ALL_SERVICES


def _links(signal: Signal) -> tuple[Link, ...]:
    addresses = ((title, _address(signal.info.get(name, ""))) for name, title in _LINKS.items())
    return tuple(Link(title=title, url=url) for title, url in addresses if url)


def _address(text: str) -> str:
    return text if text.startswith(("http://", "https://")) else ""
