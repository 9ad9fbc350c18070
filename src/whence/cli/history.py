"""A day and a half at a made-up shop, which ends in an incident half an hour ago.

What went wrong: the payments team lowered a connection limit. The ledger waits for connections, payments for
the ledger, checkout for payments; and checkout, which everybody suspects, was deployed in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from whence.domain.entity import HOST, SERVICE, Draft, RelationKind, Tag
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import Scope
from whence.registry import Named

SUFFERER: Final = "eu-checkout"  # the tag of the entity whose timeline is worth a look

_STILL: Final = timedelta(days=1)  # how long the alerts of the incident stay open: nobody reports them again
_EU: Final = "prod-eu"
_US: Final = "prod-us"
_SHORT: Final = {_EU: "eu", _US: "us"}
_NAMESPACES: Final = {
    "gateway": "edge",
    "storefront": "shop",
    "catalog": "shop",
    "search": "shop",
    "cart": "shop",
    "checkout": "shop",
    "payments": "payments",
    "ledger": "payments",
    "notifications": "platform",
}
_TEAMS: Final = {"edge": "platform", "shop": "shop", "payments": "payments", "platform": "platform"}
_SERVICES: Final = {_EU: tuple(_NAMESPACES), _US: ("gateway", "storefront", "catalog", "search", "cart")}
_HOSTS: Final = {
    _EU: {
        "node-eu-1": ("gateway", "storefront", "search"),
        "node-eu-2": ("catalog", "cart", "checkout", "notifications"),
        "node-eu-3": ("payments", "ledger"),
    },
    _US: {"node-us-1": ("gateway", "storefront"), "node-us-2": ("catalog", "search", "cart")},
}
_CALLS: Final = (
    ("gateway", "storefront"),
    ("storefront", "catalog"),
    ("storefront", "search"),
    ("storefront", "cart"),
    ("cart", "catalog"),
    ("cart", "checkout"),
    ("checkout", "payments"),
    ("checkout", "notifications"),
    ("payments", "ledger"),
)
_DATABASES: Final = {
    "orders-db": "checkout",
    "ledger-db": "ledger",
    "catalog-db": "catalog",
}  # each in the EU

# Hours ago, service, version, where. Ordinary days look like this.
_DEPLOYS: Final = (
    (35.6, "search", "v5.2.0", _US),
    (34.9, "search", "v5.2.0", _EU),
    (33.1, "notifications", "v1.19.3", _EU),
    (31.4, "catalog", "v3.40.1", _US),
    (30.8, "catalog", "v3.40.1", _EU),
    (28.2, "storefront", "v8.11.0", _US),
    (27.5, "storefront", "v8.11.0", _EU),
    (26.3, "payments", "v4.7.2", _EU),
    (24.7, "cart", "v2.3.9", _US),
    (24.2, "cart", "v2.3.9", _EU),
    (11.9, "gateway", "v1.88.0", _US),
    (11.2, "gateway", "v1.88.0", _EU),
    (9.7, "search", "v5.2.1", _US),
    (9.1, "search", "v5.2.1", _EU),
    (7.4, "ledger", "v0.61.0", _EU),
    (5.8, "storefront", "v8.11.1", _US),
    (5.2, "storefront", "v8.11.1", _EU),
    (3.3, "catalog", "v3.41.0", _US),
    (2.6, "catalog", "v3.41.0", _EU),
    (0.72, "checkout", "v2.14.1", _EU),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Happening:
    """Something that is no deploy. `ago`: hours; `entity`: a tag, where no service of the scope is meant."""

    ago: float
    lasts: float = 0
    type: str
    title: str
    source: str
    kind: Kind = Kind.INFO
    severity: Severity = Severity.INFO
    cluster: str = _EU
    services: tuple[str, ...] = ()
    entity: str | None = None
    description: str = ""
    properties: Mapping[str, object] = field(default_factory=dict[str, object])
    key: str | None = None


def _alert(
    ago: float,
    key: str,
    severity: Severity,
    title: str,
    *services: str,
    kind: Kind = Kind.PROBLEM,
    lasts: float = 0,
    entity: str | None = None,
    **properties: object,
) -> _Happening:
    """What monitoring says of one condition; one that does not say how long it lasted goes on."""
    return _Happening(
        ago=ago,
        lasts=lasts,
        kind=kind,
        key=key,
        type="alert",
        title=title,
        source="monitoring",
        severity=severity,
        services=services,
        entity=entity,
        properties=properties,
    )


_HAPPENINGS: Final = (
    _Happening(
        ago=34.0,
        lasts=0.4,
        type="backup",
        title="Nightly backup of ledger-db",
        source="cron",
        entity="eu-ledger-db",
        properties={"gigabytes": 212},
    ),
    _Happening(
        ago=29.5,
        type="feature-flag",
        title="free-shipping-banner: on for everybody",
        source="flags",
        kind=Kind.CHANGE,
        services=("storefront",),
        properties={"flag": "free-shipping-banner", "from": "10 %", "to": "100 %"},
    ),
    _alert(27.3, "storefront/latency", Severity.WARNING, "Latency p95 above 800 ms", "storefront", p95_ms=912),
    _alert(
        27.1,
        "storefront/latency",
        Severity.INFO,
        "Latency p95 is normal again",
        "storefront",
        kind=Kind.RECOVERY,
        p95_ms=410,
    ),
    _Happening(
        ago=23.0,
        type="config",
        title="Log level of search: debug to info",
        source="config-repo",
        kind=Kind.CHANGE,
        services=("search",),
        properties={"key": "log.level", "from": "debug", "to": "info"},
    ),
    _Happening(
        ago=20.5,
        lasts=1.5,
        type="maintenance",
        title="Kernel update of node-us-2",
        source="platform-team",
        kind=Kind.CHANGE,
        cluster=_US,
        entity="us-node-us-2",
        properties={"kernel": "6.12.57"},
    ),
    _alert(20.3, "node-us-2/ping", Severity.WARNING, "Host does not answer", entity="us-node-us-2", lasts=1.1),
    _Happening(
        ago=14.0,
        lasts=0.5,
        type="backup",
        title="Nightly backup of orders-db",
        source="cron",
        entity="eu-orders-db",
        properties={"gigabytes": 388},
    ),
    _alert(
        13.8,
        "orders-db/lag",
        Severity.WARNING,
        "Replication lag above 10 s",
        entity="eu-orders-db",
        lasts=0.4,
        lag_seconds=14,
    ),
    _Happening(
        ago=10.4,
        type="scaling",
        title="storefront scaled from 6 to 9 replicas",
        source="autoscaler",
        kind=Kind.CHANGE,
        services=("storefront",),
        properties={"from": 6, "to": 9},
    ),
    _Happening(
        ago=8.6,
        type="certificate",
        title="Certificate of the gateway renewed",
        source="cert-manager",
        kind=Kind.CHANGE,
        services=("gateway",),
        properties={"expires_in_days": 90},
    ),
    _Happening(
        ago=6.5,
        type="feature-flag",
        title="new-search-ranking: on for 5 %",
        source="flags",
        kind=Kind.CHANGE,
        services=("search",),
        properties={"flag": "new-search-ranking", "from": "0 %", "to": "5 %"},
    ),
    _Happening(
        ago=4.4,
        type="pod-restart",
        title="notifications-7d9f restarted: out of memory",
        source="kubernetes",
        severity=Severity.WARNING,
        services=("notifications",),
        properties={"reason": "OOMKilled", "limit_mib": 512},
    ),
    _Happening(
        ago=1.9,
        type="feature-flag",
        title="new-search-ranking: on for 25 %",
        source="flags",
        kind=Kind.CHANGE,
        services=("search",),
        properties={"flag": "new-search-ranking", "from": "5 %", "to": "25 %"},
    ),
    _Happening(
        ago=0.92,
        type="config",
        title="Connections of ledger to its database: at most 20 instead of 200",
        source="config-repo",
        kind=Kind.CHANGE,
        services=("ledger",),
        description="Part of the payments team's clean-up of limits that nobody remembered the reason of.",
        properties={"key": "database.pool.max", "from": 200, "to": 20},
    ),
    _alert(
        0.74, "ledger/connections", Severity.WARNING, "Waiting for a database connection: 340 ms", "ledger", wait_ms=340
    ),
    _alert(0.67, "ledger/latency", Severity.WARNING, "Latency p95 above 2 s", "ledger", p95_ms=2870),
    _alert(
        0.64,
        "payments/timeouts",
        Severity.ERROR,
        "Timeouts on calls to ledger: 18 %",
        "payments",
        timeouts_percent=18,
    ),
    _alert(0.6, "payments/errors", Severity.ERROR, "Errors on POST /pay: 22 %", "payments", errors_percent=22),
    _alert(0.57, "checkout/errors", Severity.CRITICAL, "Orders that fail: 31 %", "checkout", errors_percent=31),
    _alert(0.55, "cart/given-up", Severity.WARNING, "Carts that are given up: twice as many", "cart", ratio=2.1),
    _Happening(
        ago=0.5,
        type="incident",
        title="Customers in Europe cannot pay",
        source="incident-desk",
        severity=Severity.CRITICAL,
        services=("checkout", "payments"),
        description="Declared by the shop team. First suspect: the deploy of checkout v2.14.1.",
        properties={"number": 41, "team": "shop"},
    ),
    _alert(0.48, "checkout/queue", Severity.ERROR, "Queue of unpaid orders: 1,840", "checkout", queued=1840),
)


def entities() -> list[Draft]:
    """What runs at the shop, each with a tag of its own."""
    drafts = [
        Draft(
            tag=_tag(cluster, name),
            type=SERVICE,
            name=name,
            cluster=cluster,
            namespace=_NAMESPACES[name],
            tags=(Tag(key="team", value=_TEAMS[_NAMESPACES[name]]),),
        )
        for cluster, names in _SERVICES.items()
        for name in names
    ]
    drafts += [
        Draft(tag=_tag(cluster, host), type=HOST, name=host, cluster=cluster)
        for cluster, hosts in _HOSTS.items()
        for host in hosts
    ]
    drafts += [Draft(tag=_tag(_EU, name), type="DATABASE", name=name, cluster=_EU) for name in _DATABASES]
    return drafts


def relations() -> list[Named]:
    """Who calls whom, runs where, and keeps its data in what; by tags."""
    calls = [
        Named(source=_tag(cluster, caller), target=_tag(cluster, callee), kind=RelationKind.CALLS)
        for cluster, names in _SERVICES.items()
        for caller, callee in _CALLS
        if {caller, callee} <= set(names)
    ]
    across = [Named(source=_tag(_US, "cart"), target=_tag(_EU, "checkout"), kind=RelationKind.CALLS)]
    places = [
        Named(source=_tag(cluster, name), target=_tag(cluster, host), kind=RelationKind.RUNS_ON)
        for cluster, hosts in _HOSTS.items()
        for host, names in hosts.items()
        for name in names
    ]
    data = [
        Named(source=_tag(_EU, service), target=_tag(_EU, name), kind=RelationKind.DEPENDS_ON)
        for name, service in _DATABASES.items()
    ]
    return [*calls, *across, *places, *data]


def reports(now: datetime, ids: Mapping[str, str]) -> list[Report]:
    """What happened up to `now`, oldest first; `ids`: of the entities, by tag."""
    told = [_deploy(now, *deploy) for deploy in _DEPLOYS]
    told += [_told(now, happening, ids) for happening in _HAPPENINGS]
    return sorted(told, key=lambda report: report.span.start)


def _deploy(now: datetime, ago: float, service: str, version: str, cluster: str) -> Report:
    start = now - timedelta(hours=ago)
    return Report(
        kind=Kind.CHANGE,
        type="deploy",
        title=f"{service} {version} is out in {cluster}",
        span=Span(start=start, end=start + timedelta(minutes=4)),
        source="ci/pipeline",
        dialect="whence",
        scope=Scope.services(clusters=[cluster], namespaces=[_NAMESPACES[service]], names=[service]),
        properties={"version": version, "team": _TEAMS[_NAMESPACES[service]]},
        sender_id=f"demo-deploy-{_SHORT[cluster]}-{service}-{version}",
    )


def _told(now: datetime, happening: _Happening, ids: Mapping[str, str]) -> Report:
    start = now - timedelta(hours=happening.ago)
    if happening.entity is None:
        scope = Scope.services(clusters=[happening.cluster], names=happening.services)
    else:
        scope = Scope.entities([ids[happening.entity]])
    return Report(
        kind=happening.kind,
        type=happening.type,
        severity=happening.severity,
        title=happening.title,
        description=happening.description,
        span=Span(start=start, end=start + timedelta(hours=happening.lasts)),
        source=happening.source,
        dialect="whence",
        scope=scope,
        properties=happening.properties,
        key=happening.key,
        timeout=_STILL if happening.kind is Kind.PROBLEM and not happening.lasts else None,
        sender_id=f"demo-{happening.type}-{round(happening.ago * 60)}-minutes",
    )


def _tag(cluster: str, name: str) -> str:
    return f"{_SHORT[cluster]}-{name}"
