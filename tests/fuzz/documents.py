"""The OpenAPI documents of the dialects, without a server: pytest collects a test for each operation of them."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import httpx

from whence.access import Access
from whence.accounts import Accounts
from whence.alerts import Alerts
from whence.amend import Amend
from whence.catalog import Catalog
from whence.causes import Causes
from whence.deliver import Deliver
from whence.dialects import Context, discover
from whence.documents import Documents
from whence.edge import Edge
from whence.follow import Follow
from whence.ingest import Ingest
from whence.maintenance import Calendar
from whence.problems import Problems
from whence.registry import Registry
from whence.routing import Routing
from whence.signals import Signals
from whence.store.pool import Address, Pool
from whence.tickets import Tickets
from whence.ties import Ties
from whence.timeline import Timeline
from whence.webhooks import Webhooks

PATHS: Final[Mapping[str, str]] = {"native": "/v1/openapi.json", "komodor": "/mgmt/v1/openapi.json"}


def document(dialect: str) -> dict[str, Any]:
    """What the dialect says of itself."""
    return asyncio.run(_fetched(PATHS[dialect]))


async def _fetched(path: str) -> dict[str, Any]:
    app = Edge(discover(), _unopened(), options={}, hosts=())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return (await client.get(path)).raise_for_status().json()


def _unopened() -> Context:
    """Everything in its place, on a database that nobody asks."""
    pool = Pool(Address(), query_seconds=1)
    retention = timedelta(days=90)
    ingest = Ingest(pool, retention=retention, queue_limit=1, slot=0)

    async def ready() -> None:
        return

    return Context(
        access=Access(pool),
        accounts=Accounts(pool, retention=retention),
        ingest=ingest,
        amend=Amend(pool, slot=0),
        timeline=Timeline(pool),
        follow=Follow(pool),
        alerts=Alerts(pool),
        problems=Problems(pool),
        maintenance=Calendar(pool),
        causes=Causes(pool),
        catalog=Catalog(pool),
        registry=Registry(pool, changed=lambda _: None),
        documents=Documents(pool),
        ties=Ties(pool),
        webhooks=Webhooks(pool),
        deliver=Deliver(pool, ingest),
        routing=Routing(pool),
        tickets=Tickets(pool, slot=0),
        signals=Signals(pool),
        ready=ready,
        max_body_bytes=2 * 1024 * 1024,
        retention=retention,
    )
