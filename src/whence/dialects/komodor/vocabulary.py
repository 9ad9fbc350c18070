"""Words that say what an event or an issue is about, however they are written: deploys, nodes, volumes, workflows."""

from collections.abc import Mapping
from typing import Final

from whence.domain.entity import HOST
from whence.domain.event import Event, Kind
from whence.domain.filter import one_word
from whence.domain.problem import Problem

_DEPLOY_WORDS: Final = ("deploy", "deployment", "rollout", "rollback", "release", "custom deployment")
_CHANGE_WORDS: Final = (*_DEPLOY_WORDS, "config change", "feature flag")
CLUSTER: Final = "CLUSTER"  # the type of an entity that is a cluster

DEPLOY: Final = "deploy"
CUSTOM: Final = "custom"
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
_CHANGES: Final = frozenset(map(one_word, _CHANGE_WORDS))
# What an event's type reads as, by the `props.type` that it then has: searches ask for the same words.
TYPE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    DEPLOY: tuple(map(one_word, _DEPLOY_WORDS)),
    "node-created": (one_word("node created"),),
    "node-terminated": (one_word("node terminated"),),
}


def kind(event_type: str) -> Kind:
    """A change when the type reads as one. Never a problem: a custom event opens no alert, however severe."""
    return Kind.CHANGE if one_word(event_type) in _CHANGES else Kind.INFO


def props_type(event: Event) -> str:
    """The event's `props.type`."""
    word = one_word(event.type)
    found = next((name for name, words in TYPE_WORDS.items() if word in words), CUSTOM)
    return CUSTOM if found == DEPLOY and event.kind is not Kind.CHANGE else found


def issue_rank(issue_type: str) -> int:
    """The place among `ISSUE_RANKS` of the entities that make a problem an issue of the type; 0: those in none."""
    return [*_ISSUES].index(issue_type) + 1 if issue_type in _ISSUES else 0


def kind_of_type(entity_type: str) -> str:
    """Kubernetes' word for an entity of the type that is no service; its own where that has none."""
    return _KINDS.get(entity_type, entity_type)


def reasons(problem: Problem) -> tuple[str, ...]:
    """Upstream's categories that are types of the problem's alerts, in upstream's order; the last one if none is."""
    types = set(map(one_word, problem.types))
    return tuple(category for category in REASONS if one_word(category) in types) or (OTHER,)
