"""A made-up company: its services and hosts, and what happens to them. The same seed gives the same history."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from whence.domain.entity import HOST, SERVICE, Draft
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import ALL_SERVICES, Scope

CLUSTERS: Final = tuple(
    f"{region}-{n}" for region in ("eu-west", "eu-north", "us-east", "ap-south", "edge") for n in (1, 2)
)
NAMESPACES: Final = tuple(f"team-{n:02}" for n in range(20))
SERVICES: Final = 2_000
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
_SEVERITIES: Final = {
    Kind.CHANGE: ((Severity.INFO, Severity.WARNING), (9, 1)),
    Kind.INFO: ((Severity.INFO, Severity.WARNING), (8, 2)),
    Kind.PROBLEM: ((Severity.WARNING, Severity.ERROR, Severity.CRITICAL), (5, 4, 1)),
    Kind.RECOVERY: ((Severity.INFO,), (1,)),
}
_SENDER_WEIGHTS: Final = (30, 14, 8, 2, 4, 18, 3, 2, 4, 8, 2, 5)
_TYPE_WEIGHTS: Final = (16, 8, 4, 2, 1)
_PEOPLE: Final = ("ada", "grace", "linus", "barbara", "edsger", "margaret", "ken", "radia")


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service is."""

    cluster: str
    namespace: str
    name: str


class World:
    """The company. `services` come with the busy ones first."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)
        self.services = [
            Service(CLUSTERS[n % len(CLUSTERS)], NAMESPACES[n // len(CLUSTERS) % len(NAMESPACES)], f"svc-{n:04}")
            for n in range(SERVICES)
        ]

    def entities(self) -> list[Draft]:
        """Everything that the company would register."""
        services = [Draft(type=SERVICE, name=s.name, cluster=s.cluster, namespace=s.namespace) for s in self.services]
        hosts = [Draft(type=HOST, name=f"node-{n:03}", cluster=CLUSTERS[n % len(CLUSTERS)]) for n in range(HOSTS)]
        return services + hosts

    def report(self, at: datetime) -> Report:
        """Something that happens then: one in five lasts, one in a hundred for hours."""
        pick = self._random
        ((source, kind, types),) = pick.choices(_SENDERS, _SENDER_WEIGHTS)
        (event_type,) = pick.choices(types, _TYPE_WEIGHTS[: len(types)])
        (severity,) = pick.choices(*_SEVERITIES[kind])
        service = self.services[int(SERVICES * pick.random() ** 2)]
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
            dialect=pick.choices(DIALECTS, (70, 20, 10))[0],
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
        if chance < 0.8:  # noqa: PLR2004
            return timedelta()
        if chance < 0.99:  # noqa: PLR2004
            return timedelta(seconds=self._random.randrange(5, 1800))
        return timedelta(hours=self._random.randrange(2, 9))

    def _scope(self, service: Service) -> Scope:
        chance = self._random.random()
        if chance < 0.70:  # noqa: PLR2004
            return Scope.services(clusters=[service.cluster], namespaces=[service.namespace], names=[service.name])
        if chance < 0.85:  # noqa: PLR2004
            return Scope.services(clusters=[service.cluster], namespaces=[service.namespace])
        if chance < 0.95:  # noqa: PLR2004
            return Scope.services(clusters=[service.cluster])
        return ALL_SERVICES


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
