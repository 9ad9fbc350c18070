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
        _, secret = await self.house.context.access.create_token(
            None,
            name=name,
            account=self.name,
            rights=rights or usual,
            sees=sees,
            expires_at=expires_at,
            rate_per_minute=rate_per_minute,
            style=style,
        )
        return secret

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


BOOTSTRAP: Final = "bootstrap-of-the-tests"
"""The token of who runs the installation."""

MakeTenant = Callable[[], Awaitable[Tenant]]
