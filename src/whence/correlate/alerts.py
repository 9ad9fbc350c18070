"""Decide what reports do to the alerts of their keys: open one, hold it open, close it, or nothing.

Pure: no SQL, no clock, no await. A recorded day replays to the same alerts, so a bug comes with its test.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from whence.domain.alert import Alert, ClosedBy
from whence.domain.event import Kind, Report
from whence.domain.identity import new_id

LONGEST: Final = timedelta(days=60)  # that reports hold an alert open which would expire without (DESK contract 3.8)


@dataclass(slots=True, kw_only=True)
class Episode:
    """An alert that a commit opens or changes.

    `was`: as it stood before, None when it is new. `words`: the report whose description, properties and severity
    its event has from now on; None when no report of the commit held it open. `reports`: how many did.
    """

    alert: Alert
    was: Alert | None
    words: Report | None = None
    reports: int = 0

    @property
    def is_over(self) -> bool:
        """Whether it ends in this commit."""
        return self.alert.closed_at is not None


class Episodes:
    """The alerts of one account through one commit.

    Args:
        standing: the open alert of each key that has one.
        at: when the reports were received; what expired before is no longer held open by them.
    """

    def __init__(self, standing: Iterable[Alert], *, at: datetime) -> None:
        self._at = at
        self._open: dict[str, Episode] = {alert.key: Episode(alert=alert, was=alert) for alert in standing}
        self._touched: dict[UUID, Episode] = {}

    @property
    def changed(self) -> list[Episode]:
        """Every alert that was opened or changed, as it is after the commit."""
        return list(self._touched.values())

    def take(self, report: Report, event_id: UUID) -> Alert | None:
        """The alert that the report opens, holds open or closes; None when it does nothing to any.

        A report that opens one is the event with the id `event_id`, the alert's own; the words of one that holds it
        open go to the event that is there.
        """
        if report.key is None:
            return None
        match report.kind:
            case Kind.PROBLEM:
                return self._hold(report, report.key, event_id)
            case Kind.RECOVERY:
                for key in report.also:
                    self._recover(report, key)
                return self._recover(report, report.key)
            case _:
                return None

    def _hold(self, report: Report, key: str, event_id: UUID) -> Alert:
        until = expiry(report, self._at)
        standing = self._standing(key)
        if standing is not None and until is not None and until <= min(standing.alert.opened_at, self._at):
            return self._begin(report, key, event_id, until)  # it was over before the standing one began
        if standing is not None and is_worn_out(standing.alert, self._at):
            self._end(standing, self._at, ClosedBy.TIMEOUT)
            standing = None
        if standing is None:
            return self._begin(report, key, event_id, until)
        standing.alert = replace(
            standing.alert,
            last_report_at=self._at,
            expires_at=until,
            report_count=standing.alert.report_count + 1,
            severity=report.severity,
        )
        standing.words = report
        standing.reports += 1
        self._touched[standing.alert.id] = standing
        self._end_if_expired(standing)
        return standing.alert

    def _begin(self, report: Report, key: str, event_id: UUID, until: datetime | None) -> Alert:
        alert = Alert(
            id=new_id(self._at),
            key=key,
            opened_at=report.span.start,
            last_report_at=self._at,
            expires_at=until,
            severity=report.severity,
            title=report.title,
            type=report.type,
            source=report.source,
            dialect=report.dialect,
            entity_id=report.scope.only_entity,
            event_id=event_id,
            event_at=report.span.start,
            handling=report.handling,
        )
        episode = Episode(alert=alert, was=None, words=report, reports=1)
        self._touched[alert.id] = episode
        if not self._end_if_expired(episode):
            self._open[key] = episode
        return episode.alert

    def _recover(self, report: Report, key: str) -> Alert | None:
        standing = self._standing(key)
        if standing is None:
            return None
        self._end(standing, report.span.end, ClosedBy.RECOVERY)
        return standing.alert

    def _standing(self, key: str) -> Episode | None:
        standing = self._open.get(key)
        return None if standing is None or self._end_if_expired(standing) else standing

    def _end_if_expired(self, episode: Episode) -> bool:
        alert = episode.alert
        if alert.expires_at is None or not alert.has_expired(self._at):
            return False
        self._end(episode, alert.expires_at, ClosedBy.TIMEOUT)
        return True

    def _end(self, episode: Episode, at: datetime, by: ClosedBy) -> None:
        episode.alert = episode.alert.closed(at, by)
        self._touched[episode.alert.id] = episode
        if self._open.get(episode.alert.key) is episode:
            del self._open[episode.alert.key]


def expiry(report: Report, at: datetime) -> datetime | None:
    """When the alert of a problem received at `at` ends if nobody reports it again; None: never by itself.

    What was a span when it was reported ends with the span.
    """
    if not report.span.is_moment:
        return report.span.end
    return None if report.timeout is None else at + report.timeout


def is_worn_out(alert: Alert, now: datetime) -> bool:
    """Whether it has been held open for as long as reports can: the next one opens another."""
    return alert.expires_at is not None and alert.opened_at + LONGEST <= now
