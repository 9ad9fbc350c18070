"""Words that say what an event or an issue is about, however they are written: deploys, nodes, volumes, workflows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from whence.domain.entity import HOST
from whence.domain.event import Event, Kind
from whence.domain.problem import Problem

_SEPARATORS: Final = re.compile(r"[\W_]+")
_DEPLOY_WORDS: Final = ("deploy", "deployment", "rollout", "rollback", "release", "custom deployment")
_CHANGE_WORDS: Final = (*_DEPLOY_WORDS, "config change", "feature flag")
_NODE_WORDS: Final[Mapping[str, str]] = {"node-created": "node created", "node-terminated": "node terminated"}
CLUSTER: Final = "CLUSTER"  # the type of an entity that is a cluster

FAILED_DEPLOY: Final = "failed-deploy"
_VOLUMES: Final = (
    "PERSISTENT_VOLUME_CLAIM", "PVC", "PERSISTENT_VOLUME", "VOLUME", "DISK", "EBS_VOLUME", "CINDER_VOLUME",
)  # fmt: skip
# Types of entities by the type of the issue that a problem on them is, the most telling first; on all others it is an
# availability issue, which tells most.
_ISSUES: Final[Mapping[str, tuple[str, ...]]] = {
    "pvc-issue": _VOLUMES,
    "workflow-issue": ("WORKFLOW", "CRONJOB", "CRON_JOB", "JOB"),
    "node-issue": (HOST, "NODE", "KUBERNETES_NODE"),
}
ISSUE_RANKS: Final = tuple(_ISSUES.values())
ISSUE_TYPES: Final = ("availability", FAILED_DEPLOY, "node-issue", "pvc-issue", "workflow-issue")
OTHER: Final = "Other"
REASONS: Final = (
    "NonZeroExitCode", "Unhealthy", "OOMKilled", "Creating/Initializing", "BackOff", "Infrastructure", "Pending",
    "Image", "Volume/Secret/ConfigMap", "Container Creation", "Pod Termination", "Completed", OTHER,
)  # fmt: skip
_KINDS: Final[Mapping[str, str]] = {
    CLUSTER: "Cluster",
    "WORKFLOW": "Workflow",
    "CRONJOB": "CronJob",
    "CRON_JOB": "CronJob",
    "JOB": "Job",
    **dict.fromkeys(_ISSUES["node-issue"], "Node"),
    **dict.fromkeys(_VOLUMES, "PersistentVolumeClaim"),
}


def folded(words: str) -> str:
    """The words as they are compared: in one case, without separators."""
    return _SEPARATORS.sub("", words).casefold()


_CHANGES: Final = frozenset(map(folded, _CHANGE_WORDS))
_DEPLOYS: Final = frozenset(map(folded, _DEPLOY_WORDS))
_NODES: Final = {folded(words): name for name, words in _NODE_WORDS.items()}


def kind(event_type: str) -> Kind:
    """A change when the type reads as one. Never a problem: a custom event opens no alert, however severe."""
    return Kind.CHANGE if folded(event_type) in _CHANGES else Kind.INFO


def props_type(event: Event) -> str:
    """The event's `props.type`."""
    word = folded(event.type)
    if event.kind is Kind.CHANGE and word in _DEPLOYS:
        return "deploy"
    return _NODES.get(word, "custom")


def issue_rank(issue_type: str) -> int:
    """The place among `ISSUE_RANKS` of the entities that make a problem an issue of the type; 0: those in none."""
    return [*_ISSUES].index(issue_type) + 1 if issue_type in _ISSUES else 0


def kind_of_type(entity_type: str) -> str:
    """Kubernetes' word for an entity of the type that is no service; its own where that has none."""
    return _KINDS.get(entity_type, entity_type)


def reasons(problem: Problem) -> tuple[str, ...]:
    """Upstream's categories that are types of the problem's alerts, in upstream's order; the last one if none is."""
    types = set(map(folded, problem.types))
    return tuple(category for category in REASONS if folded(category) in types) or (OTHER,)


def spellings(words: Iterable[str]) -> tuple[str, ...]:
    """The ways in which the words are written by those who send them: an index knows no other comparison."""
    return tuple(sorted({spelled for each in words for spelled in _spelled(each.split())}))


def _spelled(parts: list[str]) -> Iterator[str]:
    first, *rest = parts
    titled = [part.capitalize() for part in parts]
    for cased in (parts, titled, [part.upper() for part in parts], [titled[0], *rest], [first, *titled[1:]]):
        for separator in ("", " ", "-", "_"):
            yield separator.join(cased)


DEPLOYS: Final = spellings(_DEPLOY_WORDS)
NODES: Final[Mapping[str, tuple[str, ...]]] = {name: spellings([words]) for name, words in _NODE_WORDS.items()}
