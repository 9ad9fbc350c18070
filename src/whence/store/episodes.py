"""Reports that were accepted together move the alerts of their keys, and the events that show these."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from whence.correlate.alerts import Episode, Episodes
from whence.domain.errors import Reason, Unavailable
from whence.domain.event import Accepted, Kind, Report, search_text
from whence.store import alerts, codec, counts
from whence.store.pool import Writer
from whence.store.rows import Item

_OF_ALERTS: Final = frozenset({Kind.PROBLEM, Kind.RECOVERY})


async def correlate(
    db: Writer, account: UUID, fresh: Sequence[Item], tally: counts.Counts, *, at: datetime
) -> list[UUID]:
    """Move the alerts of the items' keys; items that only hold an alert open have their receipt and need no row."""
    keyed = [item for item in fresh if item.report.key is not None and item.report.kind in _OF_ALERTS]
    if not keyed:
        return []
    keys = (key for item in keyed for key in (item.report.key or "", *item.report.also))
    episodes = Episodes(await alerts.standing(db, account, keys), at=at)
    for item in keyed:
        alert = episodes.take(item.report, item.id)
        if alert is None:
            continue
        item.alert_id = alert.id
        if item.report.kind is Kind.PROBLEM and alert.event_id != item.id:
            item.receipt = Accepted(id=alert.event_id, alert_id=alert.id)
    changed = episodes.changed
    opened = {episode.alert.event_id: episode for episode in changed if episode.was is None}
    for item in keyed:
        item.opened = opened.get(item.id)
    await _move(db, account, changed, tally, at=at)
    return [episode.alert.id for episode in changed]


async def _move(db: Writer, account: UUID, changed: Sequence[Episode], tally: counts.Counts, *, at: datetime) -> None:
    """The alerts' rows, and the events of those that stood before, are as the episodes say."""
    if held := [
        (episode.alert, _said(episode, episode.words))
        for episode in changed
        if episode.was is not None and episode.words is not None
    ]:
        await alerts.hold(db, account, held, at=at)
    if over := [episode.alert for episode in changed if episode.was is not None and episode.is_over]:
        await alerts.end(db, account, over, at=at)
    opened = [episode.alert for episode in changed if episode.was is None]
    if opened and not await alerts.insert(db, account, opened):
        raise Unavailable("Service unavailable", because=Reason.RACE, retry_after=1)
    for episode in changed:
        if episode.was is not None and episode.was.severity is not episode.alert.severity:
            tally.regrade(episode.was, episode.alert)


def _said(episode: Episode, words: Report) -> alerts.Words:
    alert = episode.alert
    return alerts.Words(
        description=words.description,
        properties=codec.object_text(words.properties),
        search=search_text(alert.title, words.description, alert.type, alert.source, words.properties),
        reports=episode.reports,
    )
