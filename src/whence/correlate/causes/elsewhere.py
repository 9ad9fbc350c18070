"""Whether the symptoms themselves say that nobody of ours changed anything."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from whence.correlate.causes.symptoms import Symptoms

ENOUGH: Final = 0.25  # of the symptoms' strength: when so much of it says so, the rest are consequences
_SIGNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("another's address", re.compile(r"\b(?:[\w-]{1,63}\.){1,8}(?:com|net|org|io|cloud)\b", re.IGNORECASE)),
    ("a certificate that ran out", re.compile(r"certificate|x509", re.IGNORECASE)),
    ("name resolution", re.compile(r"no such host|ENOTFOUND|SERVFAIL|name resol|nameserver|resolver", re.IGNORECASE)),
    (
        "the machine below",
        re.compile(r"evict|preempt|node (?:not ready|pressure)|cpu contend|co-tenant|noisy neighbo", re.IGNORECASE),
    ),
    ("more demand than can be served", re.compile(r"shedding load|overload|request volume", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """How far the symptoms point away from our changes, 0 to 1; the first sign of it, and the alerts that show it."""

    share: float
    sign: str
    alerts: tuple[UUID, ...]


def elsewhere(symptoms: Symptoms) -> Elsewhere:
    """What the alerts' texts say of causes outside: it is the ways of failing that need no change."""
    total, away = 0.0, 0.0
    signs: list[str] = []
    shown: list[UUID] = []
    for entity in sorted(symptoms.alerts):
        for alert in symptoms.alerts[entity]:
            total += symptoms.told[alert.id]
            sign = next((name for name, pattern in _SIGNS if pattern.search(alert.title)), None)
            if sign is not None:
                away += symptoms.told[alert.id]
                signs.append(sign)
                shown.append(alert.id)
    share = min(away / total / ENOUGH, 1.0) if total > 0 else 0.0
    return Elsewhere(share=share, sign=signs[0] if signs else "", alerts=tuple(shown))
