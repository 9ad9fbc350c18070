"""What reports are in the tables: rows of `event` and `event_link`, and what they add to the counts. No statement."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from asyncpg.pgproto import pgproto

from whence.correlate.alerts import Episode
from whence.domain.alert import Alert
from whence.domain.event import ENDLESS, Ignored, Receipt, Report, searchable
from whence.domain.identity import new_bytes, number
from whence.domain.scope import Places, Scope, ScopeKey
from whence.store import codec, counts

EVENT_COLUMNS: Final = (
    "account_id", "event_id", "occurred_at", "ended_at", "received_at", "updated_at", "report_count", "is_open",
    "kind", "severity", "type", "source", "dialect", "title", "description", "url", "links", "scope",
    "clusters", "namespaces", "services", "properties", "search", "sender_id", "key", "original",
    "alert_id", "open_until", "number", "call",
)  # fmt: skip
LINK_COLUMNS: Final = ("account_id", "key", "occurred_at", "event_id", "ended_at", "exact")


@dataclass(slots=True, kw_only=True)
class Item:
    """A report on its way into the store: the id it will have, and what became of it.

    `opened`: the alert that it opens. `alert_id`: that one, or the one that it closes.
    """

    id: UUID
    report: Report
    receipt: Receipt | Ignored | None = None
    opened: Episode | None = None
    alert_id: UUID | None = None


def row_id(at: datetime) -> UUID:
    """What `identity.new_id` makes, as the driver's own type: written, compared and spelled several times as fast."""
    return pgproto.UUID(new_bytes(at))


class Rows:
    """What reports of an account, received at `at`, are in the tables: records of `event` and `event_link`.

    Args:
        tally: is told what they add to the counts.
    """

    def __init__(self, account: UUID, tally: counts.Counts, *, at: datetime) -> None:
        self.events: list[tuple[object, ...]] = []
        self.links: list[tuple[object, ...]] = []
        self._account = account
        self._tally = tally
        self._at = at

    def add(self, item: Item) -> None:
        """The rows that its report will be."""
        account, at = self._account, self._at
        report = _spoken(item)
        scope = report.scope
        known = _place_small(scope) if scope.is_small else _place(scope)
        places = report.places or known.places
        self._tally.add(report, places)
        start = report.span.start
        alert = item.opened.alert if item.opened else None
        end = _end_of(report, alert)
        is_open = alert is not None and alert.closed_at is None
        self.events.append((
            account, item.id, start, end, at, at, alert.report_count if alert else 1, is_open,
            report.kind, report.severity, report.type, report.source, report.dialect,
            report.title, report.description, report.url, codec.links_text(report.links),
            known.text, places.clusters or None, places.namespaces or None,
            places.services or None, codec.object_text(report.properties), searchable(report),
            report.sender_id, report.key, report.original, item.alert_id,
            alert.expires_at if alert and is_open else None, number(item.id) if report.numbered else None,
            report.call,
        ))  # fmt: skip
        for link in known.links:
            self.links.append((account, link.key, start, item.id, end, link.exact))


@dataclass(frozen=True, slots=True)
class _Placed:
    """What a scope comes to in the tables."""

    text: str | None
    places: Places
    links: tuple[ScopeKey, ...]


def _place(scope: Scope) -> _Placed:
    return _Placed(codec.scope_text(scope), scope.places(), tuple(scope.link_keys()))


_place_small = lru_cache(maxsize=4096)(_place)  # what senders speak of again and again


def _spoken(item: Item) -> Report:
    """The report in the words of the last one of its commit that held its alert open."""
    words = item.opened.words if item.opened else None
    if words is None or words is item.report:
        return item.report
    return replace(item.report, description=words.description, properties=words.properties, severity=words.severity)


def _end_of(report: Report, alert: Alert | None) -> datetime | None:
    """Where its event's row ends: null for a moment, after every window while its alert is open."""
    if alert is None:
        return None if report.span.is_moment else report.span.end
    if alert.closed_at is None:
        return ENDLESS
    return alert.closed_at if alert.closed_at > report.span.start else None
