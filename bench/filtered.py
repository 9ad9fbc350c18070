"""Pages of what there is little of: all that is not asked for may lie between one and the next."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

from bench.clock import millis, quantile
from bench.figure import Figure
from bench.size import Size
from bench.stored import Stored

_AT_MOST_MS: Final = 500  # as page, facets and histogram of everything may take
_RAREST_TYPE: Final = """
    select type from event_day_count where account_id = $1 group by type order by sum(events), type limit 1
"""
_RAREST_SERVICE: Final = """
    select value from event_place_day_count where account_id = $1 and dimension = 'service'
    group by value order by sum(events), value limit 1
"""


async def filtered(stored: Stored, size: Size) -> list[Figure]:
    """A type that no event has, the type that fewest have, and the service that fewest name, in turn."""
    days, total, account = stored.history.days, stored.history.events, stored.by.account_id
    asked = {
        "of a type that none has": "type=none",
        "of the rarest type": f"type={await _one(stored, _RAREST_TYPE, account)}",
        "that name the rarest service": f"service={await _one(stored, _RAREST_SERVICE, account)}",
    }
    times: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(size.views + 1):
        for name, narrowed in asked.items():
            taken = await millis(stored.client.get(f"/v1/events?{stored.query(limit=100)}&{narrowed}"))
            if turn:  # the first fills caches
                times[name].append(taken)
    p95 = {name: quantile(each, 0.95) for name, each in times.items()}
    return [
        Figure(
            name=f"filtered {total:,}",
            what=f"newest 100 events that there are few of in {days} days, {total:,} stored, the slowest of three, p95",
            unit="ms",
            measured=max(p95.values()),
            bound="<=",
            budget=_AT_MOST_MS,
            samples=times,
            note="p95 of those " + ", ".join(f"{name} {ms:.0f} ms" for name, ms in p95.items()),
        )
    ]


async def _one(stored: Stored, sql: str, account: UUID) -> str:
    return quote(str(await stored.bare.fetchval(sql, account)))
