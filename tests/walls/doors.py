"""Every route and what it takes to pass it. A route that is not here fails the tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from whence.domain.access import Right


class Key(Enum):
    """What opens a door that no single right opens."""

    NONE = "no token"
    ANY = "a good token, whatever its rights"
    BOOTSTRAP = "the token of the installation's admin"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A request that names something, `<event>` or `<tag>` or what else `things.py` knows, wherever it can.

    `path`: in place of the route's own. `stores`: it is good without the thing, too, and stores something.
    """

    path: str = ""
    query: Mapping[str, str] | None = None
    json: object = None
    stores: bool = False


@dataclass(frozen=True, kw_only=True)
class Door:
    """A route: what opens it, and how one might reach through it for what is another account's."""

    key: Right | Key
    probes: tuple[Probe, ...] = ()
    reaches: str = "nothing"  # said where there are no probes: why not
    body: object = None  # one that is read before the key is known not to do

    def __post_init__(self) -> None:
        assert self.key is Key.NONE or self.probes or self.reaches != "nothing"


def _query(**names: str) -> Probe:
    return Probe(query=names)


def _json(json: Any, *, stores: bool = False) -> Probe:  # noqa: ANN401  whatever JSON can say
    return Probe(json=json, stores=stores)


_NAMES: Final = ("<entity>", "<cid>", "<tag>", "<alias>")
_FILTERS: Final = (
    *(_query(entity=name) for name in _NAMES),
    _query(cluster="<cluster>"),
    _query(namespace="<namespace>"),
    _query(service="<service>"),
    _query(source="<source>"),
    _query(type="<type>"),
    _query(q="<title>"),
    _query(**{"prop.place": "<title>"}),
    Probe(query={}),
)
_PAGES: Final = (*_FILTERS, _query(cursor="<events cursor>"), _query(cursor="<entities cursor>"))
_TARGETS: Final = (
    *(_json({"entities": [name]}) for name in _NAMES),
    _json({"scope": {"clusters": ["<cluster>"]}}),
    _json({"scope": {"services": ["<service>"]}}),
    _json({"match": [{"tags": [{"key": "<key>"}]}]}),
    _json({}),
)
_EVENT: Final = {"title": "from the other account"}
_PLACE: Final = {"cluster": "<cluster>", "namespace": "<namespace>", "service": "<service>", "kind": "Deployment"}
_SEARCH: Final = {"scope": _PLACE, "props": {"type": "all"}}
_READ_EVENTS, _WRITE_EVENTS = Right.READ_EVENTS, Right.WRITE_EVENTS
_WRITE_PROBLEMS = Right.WRITE_PROBLEMS
_READ_ENTITIES, _WRITE_ENTITIES = Right.READ_ENTITIES, Right.WRITE_ENTITIES

NATIVE: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/"): Door(key=Key.NONE),
    ("GET", "/healthz"): Door(key=Key.NONE),
    ("GET", "/readyz"): Door(key=Key.NONE),
    ("GET", "/metrics"): Door(key=Key.NONE),
    ("GET", "/v1/openapi.json"): Door(key=Key.NONE),
    ("GET", "/v1/docs"): Door(key=Key.NONE),
    ("POST", "/v1/events"): Door(
        key=_WRITE_EVENTS,
        probes=(
            *(_json(_EVENT | {"entities": [name]}) for name in _NAMES),
            _json(_EVENT | {"source": "<source>", "id": "<sender id>"}, stores=True),
            _json(_EVENT | {"match": [{"tags": [{"key": "<key>"}]}]}, stores=True),
            _json([_EVENT | {"entities": ["<entity>"]}]),
            _json(_EVENT | {"kind": "problem", "key": "<alert key>"}, stores=True),
            _json(_EVENT | {"kind": "recovery", "key": "<alert key>"}, stores=True),
        ),
    ),
    ("GET", "/v1/events"): Door(key=_READ_EVENTS, probes=_PAGES),
    ("GET", "/v1/events/facets"): Door(key=_READ_EVENTS, probes=_FILTERS),
    ("GET", "/v1/events/histogram"): Door(key=_READ_EVENTS, probes=_FILTERS),
    ("GET", "/v1/events/stream"): Door(key=_READ_EVENTS, probes=tuple(_query(entity=name) for name in _NAMES)),
    ("GET", "/v1/events/export"): Door(key=_READ_EVENTS, probes=_FILTERS),
    ("POST", "/v1/scope/match"): Door(key=_READ_EVENTS, probes=_TARGETS),
    ("GET", "/v1/events/{event_id}"): Door(
        key=_READ_EVENTS,
        probes=(
            Probe(path="/v1/events/<event>"),
            Probe(path="/v1/events/<event>", query={"include": "original"}),
        ),
    ),
    ("PATCH", "/v1/events/{event_id}"): Door(
        key=_WRITE_EVENTS, probes=(Probe(path="/v1/events/<event>", json={"title": "taken over"}),)
    ),
    ("DELETE", "/v1/events/{event_id}"): Door(key=_WRITE_EVENTS, probes=(Probe(path="/v1/events/<event>"),)),
    ("GET", "/v1/alerts"): Door(
        key=_READ_EVENTS,
        probes=(
            *(_query(entity=name) for name in _NAMES),
            _query(key="<alert key>"),
            _query(source="<source>"),
            _query(type="<type>"),
            _query(cursor="<alerts cursor>"),
            _query(cursor="<events cursor>"),
            Probe(query={}),
        ),
    ),
    ("GET", "/v1/alerts/{alert_id}"): Door(key=_READ_EVENTS, probes=(Probe(path="/v1/alerts/<alert>"),)),
    ("POST", "/v1/alerts/{alert_id}/acknowledge"): Door(
        key=_WRITE_PROBLEMS,
        probes=(
            Probe(path="/v1/alerts/<alert>/acknowledge"),
            Probe(path="/v1/alerts/<alert>/acknowledge", json={"comment": "taken over"}),
        ),
    ),
    ("POST", "/v1/alerts/{alert_id}/close"): Door(
        key=_WRITE_PROBLEMS,
        probes=(
            Probe(path="/v1/alerts/<alert>/close"),
            Probe(path="/v1/alerts/<alert>/close", json={"comment": "taken over"}),
        ),
    ),
    ("PUT", "/v1/entities"): Door(
        key=_WRITE_ENTITIES,
        probes=(
            _json({"entities": [{"id": "<entity>", "name": "mine"}]}, stores=True),
            _json({"entities": [{"tag": "<tag>", "name": "mine"}]}, stores=True),
            _json({"entities": [{"name": "mine too", "aliases": ["<alias>"]}]}, stores=True),
        ),
    ),
    ("GET", "/v1/entities"): Door(
        key=_READ_ENTITIES,
        probes=(
            _query(cluster="<cluster>"),
            _query(namespace="<namespace>"),
            _query(tag="<tag>"),
            _query(q="<service>"),
            _query(cursor="<entities cursor>"),
            _query(cursor="<events cursor>"),
            Probe(query={}),
        ),
    ),
    ("GET", "/v1/entities/{name}"): Door(
        key=_READ_ENTITIES, probes=tuple(Probe(path=f"/v1/entities/{name}") for name in _NAMES)
    ),
    ("DELETE", "/v1/entities/{name}"): Door(
        key=_WRITE_ENTITIES, probes=tuple(Probe(path=f"/v1/entities/{name}") for name in _NAMES)
    ),
    ("GET", "/v1/entities/{name}/events"): Door(
        key=_READ_EVENTS, probes=tuple(Probe(path=f"/v1/entities/{name}/events") for name in _NAMES)
    ),
    ("PUT", "/v1/relations"): Door(
        key=_WRITE_ENTITIES,
        probes=(_json({"relations": [{"from": "<entity>", "to": "<tag>", "kind": "runs_on"}]}),),
    ),
    ("DELETE", "/v1/relations"): Door(
        key=_WRITE_ENTITIES,
        probes=(_json({"relations": [{"from": "<entity>", "to": "<alias>", "kind": "calls"}]}),),
    ),
    ("GET", "/v1/relations"): Door(key=_READ_ENTITIES, probes=tuple(_query(entity=name) for name in _NAMES)),
    ("POST", "/v1/accounts"): Door(key=Key.BOOTSTRAP, body={"name": "doors"}, reaches="every account, by its purpose"),
    ("GET", "/v1/accounts"): Door(key=Key.BOOTSTRAP, reaches="every account, by its purpose"),
    ("POST", "/v1/tokens"): Door(
        key=Right.ADMIN, probes=(_json({"name": "x", "rights": ["admin"], "account": "<account>"}),)
    ),
    ("GET", "/v1/tokens"): Door(key=Right.ADMIN, probes=(_query(cursor="<tokens cursor>"), Probe(query={}))),
    ("DELETE", "/v1/tokens/{token_id}"): Door(key=Right.ADMIN, probes=(Probe(path="/v1/tokens/<token>"),)),
    ("GET", "/v1/audit"): Door(key=Right.ADMIN, probes=(_query(cursor="<tokens cursor>"), Probe(query={}))),
}

_KOMODOR_EVENT: Final = {"eventType": "x", "summary": "from the other account"}
KOMODOR: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/mgmt/v1/openapi.json"): Door(key=Key.NONE),
    ("POST", "/mgmt/v1/events"): Door(
        key=_WRITE_EVENTS,
        probes=(
            Probe(
                query={"dryRun": "true"},
                json=_KOMODOR_EVENT | {"scope": {"clusters": ["<cluster>"], "servicesNames": ["<service>"]}},
            ),
            _json(_KOMODOR_EVENT | {"idempotencyKey": "<idempotency key>"}, stores=True),
        ),
    ),
    ("GET", "/mgmt/v1/events"): Door(
        key=_READ_EVENTS,
        probes=(
            _query(cluster="<cluster>"),
            _query(namespace="<namespace>"),
            _query(service="<service>"),
            _query(eventType="<type>"),
            _query(q="<title>"),
            _query(cursor="<custom events cursor>"),
            Probe(query={}),
        ),
    ),
    ("GET", "/mgmt/v1/events/{event_id}"): Door(
        key=_READ_EVENTS, probes=(Probe(path="/mgmt/v1/events/<custom event>"),)
    ),
    ("POST", "/mgmt/v1/events/{event_id}/close"): Door(
        key=_WRITE_EVENTS,
        probes=(
            Probe(path="/mgmt/v1/events/<custom event>/close"),
            Probe(path="/mgmt/v1/events/<custom event>/close", json={}),
        ),
    ),
    ("GET", "/mgmt/v1/apikey/validate"): Door(key=Key.ANY, reaches="the key itself"),
    ("GET", "/api/v2/apikey/validate"): Door(key=Key.ANY, reaches="the key itself"),
    ("POST", "/api/v2/services/k8s-events"): Door(
        key=_WRITE_EVENTS, probes=(_json(_KOMODOR_EVENT | {"scope": {"clusters": ["<cluster>"]}}, stores=True),)
    ),
    ("POST", "/api/v2/services/k8s-events/search"): Door(
        key=_READ_EVENTS,
        probes=(_json(_SEARCH), _json(_SEARCH | {"pagination": {"token": "<custom events cursor>"}})),
    ),
    ("POST", "/api/v2/services/search"): Door(
        key=_READ_ENTITIES,
        probes=(
            _json({"scope": {"cluster": "<cluster>"}}),
            _json({"scope": {"namespaces": ["<namespace>"]}}),
            _json({"pagination": {"token": "<entities cursor>"}}),
            _json({}),
        ),
    ),
    ("POST", "/api/v2/clusters/k8s-events/search"): Door(
        key=_READ_EVENTS, probes=(_json({"scope": {"cluster": "<cluster>"}, "props": {"type": "all"}}),)
    ),
    ("GET", "/api/v2/clusters"): Door(key=_READ_ENTITIES, probes=(Probe(query={}),)),
    ("GET", "/api/v2/user/clusters"): Door(key=_READ_ENTITIES, probes=(Probe(query={}),)),
    ("POST", "/v0/config_change"): Door(
        key=_WRITE_EVENTS,
        probes=(
            Probe(
                query={"clusterName": "<cluster>", "namespace": "<namespace>", "serviceName": "<service>"},
                json={"x": "y"},
                stores=True,
            ),
        ),
    ),
    ("POST", "/v0/event/config_change"): Door(
        key=_WRITE_EVENTS,
        probes=(
            Probe(
                query={"clusterName": "<cluster>", "namespace": "<namespace>", "serviceName": "<service>"},
                json={"x": "y"},
                stores=True,
            ),
        ),
    ),
    ("POST", "/v0/image/source"): Door(key=_WRITE_EVENTS, probes=(_json({"image": "<title>"}, stores=True),)),
}

DOORS: Final = {"native": NATIVE, "komodor": KOMODOR}
