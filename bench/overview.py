"""What a timeline of everything asks for: a page, the facets and the histogram of 30 days."""

from typing import Final

from bench.clock import millis, quantile
from bench.figure import Figure
from bench.size import Size
from bench.stored import Stored
from whence.domain.filter import Filter
from whence.store import summary
from whence.store.matching import Statement
from whence.timeline import steps

_BUCKETS: Final = 60
_AT_MOST_MS: Final = 500
_COUNTS_AT_MOST_MS: Final = 50


async def overview(stored: Stored, size: Size) -> list[Figure]:
    """The three requests in a row; and the two statements on the hourly counts alone, in turn with them."""
    days, total = stored.history.days, stored.history.events
    paths = (
        f"/v1/events?{stored.query(limit=100)}",
        f"/v1/events/facets?{stored.query()}",
        f"/v1/events/histogram?{stored.query(buckets=_BUCKETS)}",
    )
    parts: dict[str, list[float]] = {name: [] for name in ("page", "facets", "histogram")}
    alone: dict[str, list[float]] = {name: [] for name in ("facets", "histogram")}
    for turn in range(size.views + 1):
        asked = [await millis(stored.client.get(path)) for path in paths]
        counted = [await millis(stored.bare.fetch(one.sql, *one.args)) for one in statements(stored)]
        if turn:  # the first fills caches
            for kept, ms in zip((*parts.values(), *alone.values()), (*asked, *counted), strict=True):
                kept.append(ms)
    sums = [sum(three, 0.0) for three in zip(*parts.values(), strict=True)]
    counts = [sum(two, 0.0) for two in zip(*alone.values(), strict=True)]
    return [
        Figure(
            name=f"overview {total:,}",
            what=f"page, facets and histogram of {days} days, {total:,} stored, p95 of the sum",
            unit="ms",
            measured=quantile(sums, 0.95),
            bound="<=",
            budget=_AT_MOST_MS,
            samples={"whence": sums, **parts},
            note=_split(parts),
        ),
        Figure(
            name=f"overview-counts {total:,}",
            what=f"the statements of facets and histogram alone, {total:,} stored, p95 of the sum",
            unit="ms",
            measured=quantile(counts, 0.95),
            bound="<=",
            budget=_COUNTS_AT_MOST_MS,
            samples={"whence": counts, **alone},
            note=_split(alone),
        ),
    ]


def statements(stored: Stored) -> tuple[Statement, Statement]:
    """What the server asks its database for, for facets and for the histogram."""
    everything = Filter(window=stored.window)
    step, _ = steps(everything.window, _BUCKETS)
    account = stored.by.account_id
    return summary.facets_statement(account, everything), summary.histogram_statement(account, everything, step=step)


def _split(parts: dict[str, list[float]]) -> str:
    return "p50 " + ", ".join(f"{name} {quantile(times, 0.5):.1f} ms" for name, times in parts.items())
