"""Fills an empty account with the demo's history, and says how to look around in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from whence.access import DEFAULT_ACCOUNT
from whence.cli import history
from whence.cli.output import stderr
from whence.cli.running import places, reachable, show
from whence.domain.access import Principal, Right, Sees
from whence.domain.event import Accepted, Span
from whence.domain.filter import Filter
from whence.listen import Addresses
from whence.server import House
from whence.settings import Settings

_NAME: Final = "demo"  # of the token that is made anew at each start


async def show_around(asked: Settings, house: House, addresses: Addresses) -> None:
    """The demo's history stands, and whoever started it knows address and token."""
    bootstrap = asked.bootstrap_token.get_secret_value() if asked.bootstrap_token else None
    secret = bootstrap or house.first_token or await _fresh_token(house)
    by = await _holder(house, secret)
    planted = await _plant(house, by)
    shown, spelled = ("the one in WHENCE_BOOTSTRAP_TOKEN", "$WHENCE_BOOTSTRAP_TOKEN") if bootstrap else (secret, secret)
    where = reachable(addresses.http)
    show(
        "whence demo",
        {**places(addresses), "Token": shown},
        note=f"{planted} events of the last day and a half were made up." if planted else "",
    )
    _print_commands(where, spelled)


async def _fresh_token(house: House) -> str:
    """A new admin token; those that starts before made so open nothing any more. The database's first one stays."""
    access = house.context.access
    made, secret = await access.create_token(
        None, name=_NAME, rights={Right.ADMIN}, account=DEFAULT_ACCOUNT, sees=Sees.ALL
    )
    by = await _holder(house, secret)
    cursor: str | None = None
    while True:
        page = await access.tokens(by, cursor=cursor, limit=100)
        for token in page.items:
            if token.name == _NAME and token.id != made.id:
                await access.revoke(by, token.id)
        cursor = page.following
        if cursor is None:
            return secret


async def _holder(house: House, secret: str) -> Principal:
    """Whose token it is. As a task, with which its turn ends: the one that serves goes on, and would keep it."""
    return await asyncio.create_task(house.context.access.authenticate(secret))


async def _plant(house: House, by: Principal) -> int:
    """How many events were made: none when the account has some already."""
    now = datetime.now(UTC)
    context = house.context
    ever = Filter(window=Span(start=now - context.retention, end=now + timedelta(days=7)))
    if (await context.timeline.page(by, ever, limit=1)).items:
        return 0
    registered = await context.registry.register(by, history.entities())
    await context.registry.relate(by, history.relations())
    ids = {entity.tag: entity.id for entity in registered}
    # A sender's id of its own each: a start that was cut short is finished by the next.
    reports = history.reports(now, ids)
    receipts = await context.ingest.accept(by.account_id, reports)
    return sum(isinstance(receipt, Accepted) for receipt in receipts)


def _print_commands(where: str, token: str) -> None:
    """Unframed, so that they can be copied."""
    header = f'-H "Authorization: Bearer {token}"'
    body = '{"kind":"change","type":"deploy","title":"checkout v2.14.2 is out","scope":{"services":["checkout"]}}'
    console = stderr()
    console.print("Send an event:", style="bold")
    console.print(f"  curl {header} -H 'Content-Type: application/json' \\\n    -d '{body}' {where}/v1/events")
    console.print("Read a timeline:", style="bold")
    console.print(f"  curl {header} '{where}/v1/events?entity={history.SUFFERER}&limit=5'")
    console.print("Stop with Ctrl-C.", style="dim")
