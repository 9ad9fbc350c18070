"""An account of the service under test, and who may do what in it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from whence.domain.access import Principal, Right, Sees
from whence.domain.entity import Draft, Entity
from whence.domain.event import Accepted, Event, Report
from whence.domain.filter import Filter
from whence.domain.page import Order
from whence.server import House
from whence.store import events

_UNTELL: Final = """
    delete from audit where account_id in ($1, (select account_id from account where name = 'default'))
        and noun_id = any($2::text[]) and action = 'created'
"""


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """An account, seen by who owns it."""

    house: House
    name: str
    admin: Principal

    async def key(
        self,
        *rights: Right,
        sees: Sees = Sees.OWN,
        expires_at: datetime | None = None,
        rate_per_minute: int | None = None,
        name: str = "ci",
        style: Literal["opaque", "jwt"] = "opaque",
    ) -> str:
        """A new token; without rights, one that may read and write events and read entities."""
        usual = (Right.READ_EVENTS, Right.WRITE_EVENTS, Right.READ_ENTITIES)
        return await new_key(
            self.house,
            self.name,
            name=name,
            rights=rights or usual,
            sees=sees,
            expires_at=expires_at,
            rate_per_minute=rate_per_minute,
            style=style,
        )

    async def register(self, *drafts: Draft) -> list[Entity]:
        """The entities stand."""
        return await self.house.context.registry.register(self.admin, drafts) if drafts else []

    async def send(self, said: Iterable[Report]) -> list[Event]:
        """The events of the reports, in their order; each is new."""
        reports = list(said)
        receipts = await self.house.context.ingest.accept(self.admin.account_id, reports) if reports else []
        assert all(isinstance(receipt, Accepted) for receipt in receipts)
        ids = [receipt.id for receipt in receipts if isinstance(receipt, Accepted)]
        return [await self.house.context.timeline.require(self.admin, event_id) for event_id in ids]

    async def found(self, asked: Filter, order: Order = Order.NEWEST) -> list[Event]:
        """The events that SQL finds."""
        account = self.admin.account_id
        async with self.house.pool.reader() as db:
            return await events.page(db, account, asked, order=order, cursor=None, limit=1000)


async def new_key(
    house: House,
    account: str,
    *,
    name: str,
    rights: Iterable[Right],
    sees: Sees = Sees.OWN,
    expires_at: datetime | None = None,
    rate_per_minute: int | None = None,
    style: Literal["opaque", "jwt"] = "opaque",
) -> str:
    """A new token of the account, which is made if need be; no audit trail has a line of it, but of what tests do."""
    made, secret = await house.context.access.create_token(
        None,
        name=name,
        account=account,
        rights=rights,
        sees=sees,
        expires_at=expires_at,
        rate_per_minute=rate_per_minute,
        style=style,
    )
    async with house.pool.transaction() as db:
        await db.execute(_UNTELL, made.account.id, [str(made.id), str(made.account.id)])
    return secret


BOOTSTRAP: Final = "bootstrap-of-the-tests"
"""The token of who runs the installation."""

MakeTenant = Callable[[], Awaitable[Tenant]]
