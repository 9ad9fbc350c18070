"""How unusual an alert is: on that entity, and among the alerts that came with it."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from whence.correlate.causes.evidence import Background, Symptom

ECHO: Final = (
    0.5  # the same words on n entities: each tells n ** -0.5 as much, between an echo (1/n) and n witnesses (1)
)
LEAST: Final = 0.05  # what the most usual alert tells: where nothing else alerts, it is still the best that there is
Wording = tuple[str, str]  # an alert's type, and its title without names and numbers
_NUMBER: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[^\s,;'\"()\[\]{}<>=]+")


def unusual(entity: str, alert_type: str, background: Background, *, hours: float) -> float:
    """The chance that no such alert would have come there by itself within `hours`, or `LEAST`; 1 if nothing is known.

    Arrivals are taken as a Poisson process. A pair that was seen seldom borrows half of its rate from its type, so that
    the first alert of a type that comes everywhere all the time is no surprise.
    """
    own = background.rates.get((entity, alert_type), 0.0)
    usual = background.type_rates.get(alert_type, 0.0)
    return max(math.exp(-(own + usual) / 2 * hours), LEAST)


def wording(alert: Symptom, known: Mapping[str, str]) -> Wording:
    """What the alert says with names and numbers taken out; alerts of one wording are one complaint on many entities.

    Args:
        known: name, folded -> entity.
    """
    words = ("#" if word.casefold() in known else word for word in _WORD.findall(alert.title))
    return alert.type, _NUMBER.sub("0", " ".join(words))


def distinct(alerts: Iterable[Symptom], said: Mapping[UUID, Wording]) -> dict[Wording, float]:
    """How much each wording tells in view of how many entities complain in it; above 0, up to 1."""
    speakers: dict[Wording, set[str | None]] = {}
    for alert in alerts:
        speakers.setdefault(said[alert.id], set()).add(alert.entity)
    return {words: len(entities) ** -ECHO for words, entities in speakers.items()}
