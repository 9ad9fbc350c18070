"""Everything that is worked out about a window before anyone is accused."""

from collections.abc import Mapping
from dataclasses import dataclass

from whence.correlate.causes.dependence import Dependence
from whence.correlate.causes.evidence import Evidence
from whence.correlate.causes.suspects import Suspect, suspect
from whence.correlate.causes.symptoms import Symptoms, observe


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The evidence, the names by which texts speak of entities (folded), and what follows from both."""

    evidence: Evidence
    known: Mapping[str, str]
    symptoms: Symptoms
    links: Dependence
    suspects: Mapping[str, Suspect]


def survey(evidence: Evidence) -> Scene:
    """The scene of the evidence."""
    links = Dependence(evidence.relations)
    known = _known(evidence)
    symptoms = observe(evidence, known)
    links.hear((alert for entity in sorted(symptoms.alerts) for alert in symptoms.alerts[entity]), known)
    suspects = suspect(symptoms, links, evidence.anchors)
    return Scene(evidence=evidence, known=known, symptoms=symptoms, links=links, suspects=suspects)


def _known(evidence: Evidence) -> dict[str, str]:
    """Name, folded -> entity; of two with one name, the one with the lesser id."""
    entities = evidence.names.keys() | evidence.anchors
    entities |= {alert.entity for alert in evidence.alerts if alert.entity is not None}
    entities |= {entity for change in evidence.changes for entity in change.entities}
    known: dict[str, str] = {}
    for entity in sorted(entities, reverse=True):
        known[evidence.name(entity).casefold()] = entity
    return known
