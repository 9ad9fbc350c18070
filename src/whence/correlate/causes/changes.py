"""How far each change is suspected: where it was made, when, and what it says."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from whence.correlate.causes.dependence import named
from whence.correlate.causes.elsewhere import Elsewhere, elsewhere
from whence.correlate.causes.evidence import Change, Symptom
from whence.correlate.causes.scene import Scene
from whence.correlate.causes.suspects import Suspect, strongest_dependency
from whence.correlate.causes.telling import Vocabulary, common, is_cosmetic, is_inert, join, learn, spoken

HALF: Final = timedelta(minutes=20)  # a change so long before the first symptom is suspected half as much as one just
# before it. The curve is flat at its top, because rollouts take minutes and detectors too: the latest is not simply
# guilty. It falls as a power, because leaks need hours.
SLIP: Final = timedelta(minutes=2)  # clocks differ, and many report a rollout when it is done
TOO_LATE: Final = 0.3  # at most, for a change after the first symptom: it can only have made things worse
LOAD: Final = 0.5  # of a dependency's suspicion, for a change to what uses it: load and bad requests go that way
NOWHERE: Final = 0.3  # of the highest suspicion, for a change that names no place
WORDLESS: Final = 0.6  # what is left when the change shares no word with the symptoms: a hint more than a proof, since
# a symptom names the place where a fault shows, and an innocent change to that place does so too
ENOUGH: Final = 4.0  # nats of surprise in shared words that half convince: about two rare words
MANY: Final = 20  # places of one change that are looked at, the most suspected first
INERT: Final = 0.3  # what is left for documents, tests and styles: they do not run, though a label can be wrong
COSMETIC: Final = 0.7  # what is left for a rename or a tidying: less at stake, but such changes have broken things
OUTSIDE: Final = 0.5  # what is left when the symptoms point away from all changes: our handling of it may be at fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What speaks for a change, the share of its suspicion that is left for it, and the events that show it."""

    text: str
    left: float
    events: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A change and what makes it suspect; `place`, `timing` and `overlap` go from 0 to 1.

    `entity`: where it was made or what it names. `suspect`: whose suspicion falls on it. `first`: the symptom with
    which the trouble most likely began, seen from it. `shared`: the words that it has in common with the symptoms.
    `doubts`: what speaks for it.
    """

    change: Change
    notes: tuple[Change, ...]
    entity: str | None
    suspect: Suspect | None
    place: float
    timing: float
    first: Symptom | None
    overlap: float
    shared: tuple[str, ...]
    doubts: tuple[Doubt, ...]

    @property
    def certainty(self) -> float:
        """What the doubts leave, from 0 to 1."""
        return math.prod(doubt.left for doubt in self.doubts)

    @property
    def circumstance(self) -> float:
        """The part of the score that place and time make; one without the other is nothing."""
        return WORDLESS * self.place * self.timing * self.certainty

    @property
    def wording(self) -> float:
        """The part of the score that its words add."""
        return (1 - WORDLESS) * self.overlap * self.place * self.timing * self.certainty

    @property
    def score(self) -> float:
        """From 0 to 1: the right place and the right time, more when its words fit, less with each doubt."""
        return self.circumstance + self.wording


def trace(scene: Scene) -> list[Trace]:
    """Every change of the window on which some suspicion falls."""
    evidence, symptoms = scene.evidence, scene.symptoms
    if not symptoms.alerts:
        return []
    since = evidence.at - evidence.lookback
    changes = [change for change in evidence.changes if since <= change.at <= evidence.at]
    notes = sorted((note for note in evidence.notes if note.at <= evidence.at), key=lambda note: (note.at, note.id))
    joined = join(changes, notes)
    lone = {note.id: note for note in notes} | {change.id: change for change in changes}
    vocabulary = learn(evidence, symptoms, [(one,) for one in lone.values()])
    away = elsewhere(symptoms, scene.known)
    found = (_trace(change, joined[change.id], scene, vocabulary, away) for change in changes)
    return [suspected for suspected in found if suspected.score > 0]


def _trace(change: Change, notes: tuple[Change, ...], scene: Scene, vocabulary: Vocabulary, away: Elsewhere) -> Trace:
    said = (change, *notes)
    entity, suspect, place = _place(said, scene)
    first, timing = _timing(change, entity, scene)
    own = scene.evidence.name(entity) if entity is not None else ""
    shared = common(said, own, vocabulary)
    surprise = sum(vocabulary.surprise.get(word, 0.0) for word in shared)
    return Trace(
        change=change,
        notes=notes,
        entity=entity,
        suspect=suspect,
        place=place,
        timing=timing,
        first=first,
        overlap=surprise / (surprise + ENOUGH),
        shared=tuple(shared.values()),
        doubts=_doubts(said, {own, *map(scene.evidence.name, change.entities)}, away),
    )


def _doubts(said: tuple[Change, ...], places: Iterable[str], away: Elsewhere) -> tuple[Doubt, ...]:
    ids = tuple(one.id for one in said)
    doubts: list[Doubt] = []
    if is_inert(said):
        doubts.append(Doubt(text="it touches nothing that runs", left=INERT, events=ids))
    elif is_cosmetic(said, places):
        doubts.append(Doubt(text="by its own words it changes no behaviour", left=COSMETIC, events=ids))
    if away.share > 0:
        left = 1 - (1 - OUTSIDE) * away.share
        doubts.append(Doubt(text=f"the symptoms speak of {away.sign}", left=left, events=away.alerts))
    return tuple(doubts)


def _place(said: tuple[Change, ...], scene: Scene) -> tuple[str | None, Suspect | None, float]:
    """Where the change was made, whose suspicion falls on it for that, and how much; the worst place of several."""
    places = said[0].entities
    if not places:
        return _spoken_place(said, scene)
    foremost = sorted(places, key=lambda entity: (-_suspicion(entity, scene), entity))[:MANY]
    return max((_made_on(entity, scene) for entity in foremost), key=lambda found: (found[2], found[0]))


def _made_on(entity: str, scene: Scene) -> tuple[str, Suspect | None, float]:
    own = _suspicion(entity, scene)
    below = strongest_dependency(entity, scene.suspects, scene.links)
    if below is not None and LOAD * below.score > own:
        return entity, below, LOAD * below.score
    return entity, scene.suspects.get(entity), own


def _suspicion(entity: str, scene: Scene) -> float:
    return scene.suspects[entity].score if entity in scene.suspects else 0.0


def _spoken_place(said: tuple[Change, ...], scene: Scene) -> tuple[str | None, Suspect | None, float]:
    """The most suspected entity that the change names; when it names none, any that it can have been made on."""
    within = said[0].within
    open_to = {entity: one for entity, one in scene.suspects.items() if within is None or entity in within}
    spoken_of = {entity for text in spoken(said) for entity in named(text, scene.known)}
    there = _worst({entity: open_to[entity] for entity in spoken_of if entity in open_to})
    if there is not None:
        return there.entity, there, there.score
    worst = _worst(open_to)
    return None, worst, NOWHERE * worst.score if worst is not None else 0.0


def _worst(suspects: Mapping[str, Suspect]) -> Suspect | None:
    return max(suspects.values(), key=lambda other: (other.score, other.entity), default=None)


def _timing(change: Change, entity: str | None, scene: Scene) -> tuple[Symptom | None, float]:
    """How far the time fits, and the symptom that says so most.

    The trouble began with the first symptom that the change can have caused, if that one was right: the chance is its
    strength. If it was not, it began with the next, and so on.
    """
    alerts = sorted(
        (alert for other in _affected(entity, scene) for alert in scene.symptoms.alerts[other]),
        key=lambda alert: (alert.at, alert.id),
    )
    fits: list[tuple[float, Symptom]] = []
    wrong = 1.0
    for alert in alerts:
        right = scene.symptoms.told[alert.id]
        fits.append((wrong * right * _fit(alert.at - change.at), alert))
        wrong *= 1 - right
    if not fits:
        return None, 0.0
    best = max(fits, key=lambda fit: fit[0])  # the first of equals
    return best[1], sum(fit for fit, _ in fits) / (1 - wrong)


def _fit(lag: timedelta) -> float:
    """How far a cause fits an effect so much later; negative: earlier."""
    return TOO_LATE * math.exp(lag / SLIP) if lag < timedelta(0) else 1 / (1 + (lag / HALF) ** 2)


def _affected(entity: str | None, scene: Scene) -> set[str]:
    """The alerting entities that a change there can have reached: itself, what uses it, and what it uses."""
    if entity is None:
        return set(scene.symptoms.alerts)
    return scene.links.beside(entity) & scene.symptoms.alerts.keys()
