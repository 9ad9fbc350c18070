"""Say why a cause is suspected: sentences, with the events and relations that show them, whose weights add up."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from whence.correlate.causes.changes import Trace
from whence.correlate.causes.dependence import Link
from whence.correlate.causes.scene import Scene
from whence.correlate.causes.suspects import ROUND as _ROUND  # which is documented where it is decided
from whence.correlate.causes.suspects import Suspect, strongest_dependency
from whence.correlate.causes.symptoms import Symptoms
from whence.domain.cause import Reason
from whence.domain.entity import Relation
from whence.domain.event import Severity

PLACES: Final = 4  # decimals of a weight; a score is the sum of rounded weights, so that what is shown adds up
_LONGEST: Final = 120  # letters of a title that is quoted
_NAMED: Final = 3  # entities and words that a sentence lists before it counts the rest
_COUNTED: Final = 10  # times an hour, from which on they are said without a fraction
_PROOFS: Final = 50  # events or relations that a reason shows at most
_STEPS: Final = 4  # of a trail from an alerting entity
_WIDEST: Final = 500  # entities that are looked at for a trail, and those that alert beside them
_ORDER: Final = tuple(Severity)


def total(reasons: Iterable[Reason]) -> float:
    """The score that the reasons make."""
    return round(sum(reason.weight for reason in reasons), PLACES)


def of_entity(suspect: Suspect, change: Trace | None, shares: tuple[float, float], scene: Scene) -> tuple[Reason, ...]:
    """Why the entity is suspected.

    Args:
        change: the most suspected change on it.
        shares: of the score, for the symptoms and for the change.
    """
    symptoms, changed = shares
    found = [
        _alerts(suspect, symptoms, scene),
        _spread(suspect, symptoms, scene),
        _dependants(suspect, symptoms, scene),
    ]
    if change is not None:
        text = f"{_quoted(change.change.title)} {_when(change)}"
        events = (change.change.id, *(note.id for note in change.notes))
        found.append(_reason("change", changed * change.score, text, events))
    return tuple(reason for reason in found if reason.weight > 0)


def of_change(found: Trace, scene: Scene) -> tuple[Reason, ...]:
    """Why the change is suspected. Place and time share evenly what they make together."""
    half = found.circumstance / 2
    first = (found.first.id,) if found.first is not None else ()
    reasons = [
        _reason("place", half, _where(found, scene), _shown(found, scene), _trail(found, scene)),
        _reason("timing", half, _capital(_when(found)), (found.change.id, *first)),
    ]
    if found.shared:
        text = f"It speaks of {_listed(found.shared)}, and so do the symptoms"
        events = (found.change.id, *(note.id for note in found.notes))
        reasons.append(_reason("words", found.wording, text, events))
    for doubt in found.doubts:
        text = f"But {doubt.text}: suspected {doubt.left:.0%} as much for it"
        reasons.append(_reason("doubt", 0.0, text, doubt.events))
    return tuple(reasons)


def _alerts(suspect: Suspect, share: float, scene: Scene) -> Reason:
    alerts = scene.symptoms.alerts.get(suspect.entity, ())
    if not alerts:
        return _reason("alerts", 0.0, "")
    worst = max(alerts, key=lambda alert: (_ORDER.index(alert.severity), scene.symptoms.told[alert.id], alert.id))
    count = "1 alert" if len(alerts) == 1 else f"{len(alerts)} alerts"
    rate = scene.evidence.background.rates.get((suspect.entity, worst.type), 0.0)
    often = f"{rate:.2g}" if rate < _COUNTED else f"{rate:,.0f}"
    usual = f"; alerts of the type {worst.type} come there {often} times an hour" if rate else ""
    text = f"{count} on it, the worst: {_quoted(worst.title)} ({worst.severity}){usual}"
    return _reason("alerts", share * suspect.own, text, (alert.id for alert in alerts))


def _spread(suspect: Suspect, share: float, scene: Scene) -> Reason:
    trail = trail_to(suspect.entity, scene)
    if trail:
        sources = sorted({link.dependant for link in trail if link.dependant in scene.symptoms.alerts})
        text = f"Suspicion leads here from {_listed(scene.evidence.name(source) for source in sources)}"
    elif suspect.entity in scene.symptoms.alerts:
        text = _unmoved(suspect, scene)
    else:
        text = "Suspicion leads here from afar"
    alerting = [suspect.entity, *(link.dependant for link in trail)]
    events = (alert.id for entity in alerting for alert in scene.symptoms.alerts.get(entity, ()))
    heard = (link.alert for link in trail if link.alert is not None)
    return _reason("spread", share * suspect.standing, text, (*heard, *events), _relations(trail))


def _unmoved(suspect: Suspect, scene: Scene) -> str:
    """Why suspicion rests on an entity that alerts, to which none comes from others."""
    below = strongest_dependency(suspect.entity, scene.suspects, scene.links)
    if below is not None and below.score > suspect.score:
        return "Nothing that depends on it alerts; some suspicion stays with who complains"
    return "Nothing that depends on it alerts, and what it depends on explains its alerts no better"


def _dependants(suspect: Suspect, share: float, scene: Scene) -> Reason:
    related = [link for link in suspect.suffering if link.kind is not None]
    heard = [link for link in suspect.suffering if link.kind is None]
    said = [_related(suspect.entity, related, scene)] if related else []
    if heard:
        said.append(_heard(heard, scene) if related else _capital(_heard(heard, scene)))
    firsts = (scene.symptoms.alerts[link.dependant][0].id for link in related)
    events = (*firsts, *(link.alert for link in heard if link.alert is not None))
    return _reason("dependants", share * suspect.dependants, "; ".join(said), events, _relations(related))


def _related(entity: str, links: Sequence[Link], scene: Scene) -> str:
    names = _listed(scene.evidence.name(link.dependant) for link in links)
    when = _since(entity, links, scene.symptoms)
    return f"{names} depend on it, and alert{when}" if len(links) > 1 else f"{names} depends on it, and alerts{when}"


def _since(entity: str, links: Iterable[Link], symptoms: Symptoms) -> str:
    if entity not in symptoms.alerts:
        return ""
    is_earlier = any(symptoms.onset(link.dependant) < symptoms.onset(entity) for link in links)
    return f" at most {_length(_ROUND)} earlier" if is_earlier else " no earlier"


def _heard(links: Sequence[Link], scene: Scene) -> str:
    names = _listed(scene.evidence.name(link.dependant) for link in links)
    return f"alerts on {names} name it" if len(links) > 1 else f"an alert on {names} names it"


def trail_to(entity: str, scene: Scene) -> tuple[Link, ...]:
    """The links from the nearest entities that alert and depend on it, the nearest last; none when nobody does."""
    alerting = scene.symptoms.alerts
    seen = {entity}
    border: dict[str, tuple[Link, ...]] = {entity: ()}
    for _ in range(_STEPS):
        reached: dict[str, tuple[Link, ...]] = {}
        for below, way in border.items():
            if len(seen) >= _WIDEST:
                break
            for link in scene.links.up(below):
                if link.dependant not in seen and (link.dependant in alerting or len(seen) < _WIDEST):
                    seen.add(link.dependant)
                    reached[link.dependant] = (link, *way)
        arrived = [way for above, way in reached.items() if above in alerting]
        if arrived:
            return tuple(dict.fromkeys(link for way in arrived[:_PROOFS] for link in way))
        border = reached
    return ()


def _trail(found: Trace, scene: Scene) -> tuple[Relation, ...]:
    if found.suspect is None:
        return ()
    below = _below(found, scene)
    return _relations(trail_to(found.suspect.entity, scene) if below is None else [below])


def _below(found: Trace, scene: Scene) -> Link | None:
    """How the place of the change depends on the one whose suspicion falls on it; None when that is no other."""
    if found.entity is None or found.suspect is None or found.suspect.entity == found.entity:
        return None
    links = scene.links.down(found.entity)
    return next((link for link in links if link.dependency == found.suspect.entity), None)


def _shown(found: Trace, scene: Scene) -> tuple[UUID, ...]:
    """The change, the alert that names the one whose suspicion falls on it where only that does, and its alerts."""
    below = _below(found, scene)
    naming = (below.alert,) if below is not None and below.alert is not None else ()
    alerts = scene.symptoms.alerts.get(found.suspect.entity, ()) if found.suspect is not None else ()
    return (found.change.id, *naming, *(alert.id for alert in alerts))


def _where(found: Trace, scene: Scene) -> str:
    suspected = f"suspected by {found.suspect.score:.2f} from the symptoms" if found.suspect is not None else ""
    if found.entity is None and found.suspect is not None and found.change.within is not None:
        return f"The most suspected of all that it concerns is {scene.evidence.name(found.suspect.entity)}, {suspected}"
    if found.entity is None or found.suspect is None:
        return f"It names no place; the most suspected one is {suspected}"
    place = scene.evidence.name(found.entity)
    below = _below(found, scene)
    if below is not None:
        tie = "which uses" if below.kind is not None else "an alert on which names"
        return f"Made on {place}, {tie} {scene.evidence.name(below.dependency)}, {suspected}"
    if not found.change.entities:
        return f"It speaks of {place}, {suspected}"
    return f"Made on {place}, {suspected}"


def _when(found: Trace) -> str:
    if found.first is None:
        return "at no symptom's time"
    lag = found.first.at - found.change.at
    if lag < timedelta(0):
        return f"{_length(-lag)} after {_quoted(found.first.title)}: it can only have made things worse"
    return f"{_length(lag)} before {_quoted(found.first.title)}"


def _length(span: timedelta) -> str:
    """The span in the largest unit of which it has two or more."""
    for unit, name in ((timedelta(hours=1), "hours"), (timedelta(minutes=1), "minutes")):
        if span >= 2 * unit:
            return f"{span // unit} {name}"
    seconds = span // timedelta(seconds=1)
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def _relations(links: Iterable[Link]) -> tuple[Relation, ...]:
    return tuple(link.relation for link in links if link.relation is not None)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    if len(every) > _NAMED:
        return f"{', '.join(every[:_NAMED])} and {len(every) - _NAMED} more"
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def _quoted(title: str) -> str:
    return f"“{title}”" if len(title) <= _LONGEST else f"“{title[: _LONGEST - 1]}…”"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reason(
    code: str, weight: float, text: str, events: Iterable[UUID] = (), relations: Sequence[Relation] = ()
) -> Reason:
    return Reason(
        code=code,
        weight=round(weight, PLACES),
        text=text,
        event_ids=tuple(dict.fromkeys(events))[:_PROOFS],
        relations=tuple(relations[:_PROOFS]),
    )
