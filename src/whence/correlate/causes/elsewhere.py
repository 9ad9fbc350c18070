"""Whether the symptoms themselves say that nobody of ours changed anything."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from whence.correlate.causes.symptoms import Symptoms

ENOUGH: Final = 0.25  # of the symptoms' strength: when so much of it says so, the rest are consequences
_PACKAGE: Final = r"(?:com|io|java|javax|net|org|system)\."  # `java.io.IOException`, `com.acme.io`: code, no host
_PIECE: Final = re.compile(r"[^\s/:@,;'\"()\[\]{}<>=]+")
_SIGNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "another's address",
        re.compile(
            rf"(?<![\w.-])(?!{_PACKAGE})(?:[\w-]{{1,63}}\.){{1,8}}(?:com|net|org|io|cloud)(?![\w-]|\.\w)",
            re.IGNORECASE,
        ),
    ),
    ("a certificate that ran out", re.compile(r"certificate|x509", re.IGNORECASE)),
    (
        "name resolution",
        re.compile(
            r"no such host|ENOTFOUND|SERVFAIL|name resol|nameserver|dns\b.{0,40}\bresolver|\bresolver\b.{0,40}\bdns",
            re.IGNORECASE,
        ),
    ),
    (
        "the machine below",
        re.compile(
            r"pods?(?:\b.{0,60}\b)?evict(?!\w*[ _]keys)|evict[a-z]* (?:(?:from|of|the|\d+) )*(?:pod|node)"
            r"|preempt|node (?:not ready|pressure)|cpu contend|co-tenant|noisy neighbo",
            re.IGNORECASE,
        ),
    ),
    ("more demand than can be served", re.compile(r"shedding load|overload|request volume", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """How far the symptoms point away from our changes, 0 to 1; the first sign of it, and the alerts that show it."""

    share: float
    sign: str
    alerts: tuple[UUID, ...]


def elsewhere(symptoms: Symptoms, known: Mapping[str, str]) -> Elsewhere:
    """What the alerts' texts say of causes outside: it is the ways of failing that need no change.

    Args:
        known: name, folded -> entity. A name is no sign, whatever it is made of.
    """
    total, away = 0.0, 0.0
    signs: list[str] = []
    shown: list[UUID] = []
    for entity in sorted(symptoms.alerts):
        for alert in symptoms.alerts[entity]:
            total += symptoms.told[alert.id]
            sign = _sign(alert.title, known)
            if sign is not None:
                away += symptoms.told[alert.id]
                signs.append(sign)
                shown.append(alert.id)
    share = min(away / total / ENOUGH, 1.0) if total > 0 else 0.0
    return Elsewhere(share=share, sign=signs[0] if signs else "", alerts=tuple(shown))


def _sign(title: str, known: Mapping[str, str]) -> str | None:
    """The first sign that the title shows, unless all that shows it is a name."""
    names = [piece.span() for piece in _PIECE.finditer(title) if piece[0].strip(".-!?").casefold() in known]
    return next((sign for sign, pattern in _SIGNS if _shows(pattern, title, names)), None)


def _shows(pattern: re.Pattern[str], title: str, names: Sequence[tuple[int, int]]) -> bool:
    found = (match.span() for match in pattern.finditer(title))
    return any(not any(start <= begin and end <= stop for start, stop in names) for begin, end in found)
