"""A made-up company: its services and hosts, and what happens to them. The same seed gives the same history."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from whence.domain.entity import HOST, SERVICE, Draft
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import ALL_SERVICES, Scope

CLUSTERS: Final = tuple(
    f"{region}-{n}" for region in ("eu-west", "eu-north", "us-east", "ap-south", "edge") for n in (1, 2)
)
NAMESPACES: Final = tuple(f"team-{n:02}" for n in range(20))
HOSTS: Final = 200
DIALECTS: Final = ("whence", "komodor", "desk")

_SENDERS: Final = (
    ("ci/github", Kind.CHANGE, ("deploy", "rollback", "build", "release", "migration")),
    ("argo-cd", Kind.CHANGE, ("sync", "sync-failed", "drift")),
    ("LaunchDarkly", Kind.CHANGE, ("feature-flag", "flag-archived", "segment-change")),
    ("terraform", Kind.CHANGE, ("plan-applied", "infrastructure-change")),
    ("config-service", Kind.CHANGE, ("config-change", "secret-rotation", "certificate-renewal")),
    ("kubernetes", Kind.INFO, ("POD_CREATION", "POD_EVICTION", "SCALE_UP", "SCALE_DOWN", "NODE_DRAIN")),
    ("backup", Kind.INFO, ("backup-done", "backup-late", "restore-test")),
    ("chat", Kind.INFO, ("annotation", "maintenance", "announcement")),
    ("cron", Kind.INFO, ("job-done", "job-skipped")),
    ("alertmanager", Kind.PROBLEM, ("HighErrorRate", "HighLatency", "DiskPressure", "PodCrashLooping", "Saturation")),
    ("synthetic", Kind.PROBLEM, ("probe-failed", "certificate-expiring", "dns-slow")),
    ("pager", Kind.RECOVERY, ("resolved", "acknowledged", "handed-over")),
)  # fmt: skip
# Weights are cumulative: `choices` would add them up each time.
_SEVERITIES: Final = {
    Kind.CHANGE: ((Severity.INFO, Severity.WARNING), (9, 10)),
    Kind.INFO: ((Severity.INFO, Severity.WARNING), (8, 10)),
    Kind.PROBLEM: ((Severity.WARNING, Severity.ERROR, Severity.CRITICAL), (5, 9, 10)),
    Kind.RECOVERY: ((Severity.INFO,), (1,)),
}
_SENDER_WEIGHTS: Final = tuple(accumulate((30, 14, 8, 2, 4, 18, 3, 2, 4, 8, 2, 5)))
_TYPE_WEIGHTS: Final = tuple(accumulate((16, 8, 4, 2, 1)))
_DIALECT_WEIGHTS: Final = tuple(accumulate((70, 20, 10)))
_PEOPLE: Final = ("ada", "grace", "linus", "barbara", "edsger", "margaret", "ken", "radia")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where a service is, and the scopes that name it, its namespace and its cluster."""

    cluster: str
    namespace: str
    name: str
    alone: Scope
    with_namespace: Scope
    with_cluster: Scope


def _service(number: int) -> Service:
    cluster, namespace = CLUSTERS[number % len(CLUSTERS)], NAMESPACES[number // len(CLUSTERS) % len(NAMESPACES)]
    name = f"svc-{number:04}"
    return Service(
        cluster=cluster,
        namespace=namespace,
        name=name,
        alone=Scope.services(clusters=[cluster], namespaces=[namespace], names=[name]),
        with_namespace=Scope.services(clusters=[cluster], namespaces=[namespace]),
        with_cluster=Scope.services(clusters=[cluster]),
    )


SERVICES: Final = tuple(_service(number) for number in range(2_000))
"""The busy ones first."""


class World:
    """What happens in the company."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)

    def report(self, at: datetime) -> Report:
        """Something that happens then: one in five lasts, one in a hundred for hours."""
        pick = self._random
        ((source, kind, types),) = pick.choices(_SENDERS, cum_weights=_SENDER_WEIGHTS)
        (event_type,) = pick.choices(types, cum_weights=_TYPE_WEIGHTS[: len(types)])
        severities, weights = _SEVERITIES[kind]
        (severity,) = pick.choices(severities, cum_weights=weights)
        service = SERVICES[int(len(SERVICES) * pick.random() ** 2)]
        number = pick.randrange(1_000_000)
        person = pick.choice(_PEOPLE)
        return Report(
            kind=kind,
            type=event_type,
            severity=severity,
            title=f"{event_type} of {service.name} #{number}",
            description=f"Started by {person} for {service.namespace} in {service.cluster}.",
            url=f"https://{source.partition('/')[0].lower()}.example.org/{service.name}/{number}",
            span=Span(start=at, end=at + self._length()),
            source=source,
            dialect=pick.choices(DIALECTS, cum_weights=_DIALECT_WEIGHTS)[0],
            scope=self._scope(service),
            properties={
                "version": f"{number % 9}.{number % 97}.{number % 389}",
                "commit": f"{pick.getrandbits(80):020x}",
                "author": person,
                "pipeline": {"id": number, "attempt": 1 + number % 3},
                "duration_s": number % 900,
            },
        )

    def _length(self) -> timedelta:
        chance = self._random.random()
        if chance < 0.8:  # noqa: PLR2004  a share, said once
            return timedelta()
        if chance < 0.99:  # noqa: PLR2004  a share, said once
            return timedelta(seconds=self._random.randrange(5, 1800))
        return timedelta(hours=self._random.randrange(2, 9))

    def _scope(self, service: Service) -> Scope:
        chance = self._random.random()
        if chance < 0.70:  # noqa: PLR2004  a share, said once
            return service.alone
        if chance < 0.85:  # noqa: PLR2004  a share, said once
            return service.with_namespace
        if chance < 0.95:  # noqa: PLR2004  a share, said once
            return service.with_cluster
        return ALL_SERVICES


def entities() -> list[Draft]:
    """Everything that the company would register."""
    services = [Draft(type=SERVICE, name=s.name, cluster=s.cluster, namespace=s.namespace) for s in SERVICES]
    hosts = [Draft(type=HOST, name=f"node-{n:03}", cluster=CLUSTERS[n % len(CLUSTERS)]) for n in range(HOSTS)]
    return services + hosts


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
