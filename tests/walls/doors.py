"""Every route and what it takes to pass it. A route that is not here fails the tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.walls.cloudforet import CLOUDFORET
from tests.walls.door import Door, Key, Probe
from whence.domain.access import Right


def _query(**names: str) -> Probe:
    return Probe(query=names)


def _millis(at: datetime) -> str:
    return str(int(at.timestamp()) * 1000)


def _json(json: Any, *, stores: bool = False) -> Probe:  # noqa: ANN401  whatever JSON can say
    return Probe(json=json, stores=stores)


_TODAY: Final = {"at": _millis(datetime.now(UTC) + timedelta(hours=12)), "lookback": "P1D"}  # the same at every moment
_NAMES: Final = ("<entity>", "<cid>", "<tag>", "<alias>")
_PROBLEM_NAMES: Final = ("<problem>", "<problem name>")
_FILTERS: Final = (
    *(_query(entity=name) for name in _NAMES),
    _query(cluster="<cluster>"),
    _query(namespace="<namespace>"),
    _query(service="<service>"),
    _query(source="<source>"),
    _query(type="<type>"),
    _query(q="<title>"),
    _query(**{"prop.place": "<title>"}),
    *(_query(problem=name) for name in _PROBLEM_NAMES),
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
_PLANNED: Final = {"name": "mine", "starts_at": "2100-01-01T00:00:00Z", "ends_at": "2100-01-02T00:00:00Z"}
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
    ("POST", "/v1/session"): Door(key=Key.NONE, answers=400),  # the token is in the body
    ("GET", "/v1/session"): Door(key=Key.SESSION, reaches="the session of the cookie"),
    ("DELETE", "/v1/session"): Door(key=Key.SESSION, reaches="the session of the cookie"),
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
            *(_query(problem=name) for name in _PROBLEM_NAMES),
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
    ("GET", "/v1/problems"): Door(
        key=_READ_EVENTS,
        probes=(
            *(_query(entity=name) for name in _NAMES),
            _query(key="<alert key>"),
            _query(type="<type>"),
            _query(q="<pushed>"),
            _query(cursor="<problems cursor>"),
            _query(cursor="<alerts cursor>"),
            Probe(query={}),
        ),
    ),
    ("GET", "/v1/problems/{problem_id}"): Door(
        key=_READ_EVENTS, probes=tuple(Probe(path=f"/v1/problems/{name}") for name in _PROBLEM_NAMES)
    ),
    ("POST", "/v1/problems/{problem_id}/close"): Door(
        key=_WRITE_PROBLEMS,
        probes=(
            *(Probe(path=f"/v1/problems/{name}/close") for name in _PROBLEM_NAMES),
            Probe(path="/v1/problems/<problem>/close", json={"comment": "taken over"}),
        ),
    ),
    ("GET", "/v1/problems/{problem_id}/comments"): Door(
        key=_READ_EVENTS, probes=tuple(Probe(path=f"/v1/problems/{name}/comments") for name in _PROBLEM_NAMES)
    ),
    ("POST", "/v1/problems/{problem_id}/comments"): Door(
        key=_WRITE_PROBLEMS,
        probes=tuple(
            Probe(path=f"/v1/problems/{name}/comments", json={"comment": "taken over"}) for name in _PROBLEM_NAMES
        ),
    ),
    ("DELETE", "/v1/problems/{problem_id}/comments/{comment_id}"): Door(
        key=_WRITE_PROBLEMS,
        probes=tuple(Probe(path=f"/v1/problems/{name}/comments/<comment>") for name in _PROBLEM_NAMES),
    ),
    ("GET", "/v1/maintenance"): Door(
        key=_READ_EVENTS,
        probes=(_query(cursor="<maintenance cursor>"), _query(cursor="<events cursor>"), Probe(query={})),
    ),
    ("POST", "/v1/maintenance"): Door(
        key=_WRITE_PROBLEMS,
        probes=(
            *(_json(_PLANNED | {"entities": [name]}) for name in _NAMES),
            _json(_PLANNED | {"match": [{"tags": [{"key": "<key>"}]}]}),
            _json(_PLANNED | {"scope": {"services": ["<service>"]}}, stores=True),
        ),
    ),
    ("GET", "/v1/maintenance/{maintenance_id}"): Door(
        key=_READ_EVENTS, probes=(Probe(path="/v1/maintenance/<maintenance>"),)
    ),
    ("PATCH", "/v1/maintenance/{maintenance_id}"): Door(
        key=_WRITE_PROBLEMS,
        probes=(
            Probe(path="/v1/maintenance/<maintenance>", json={"name": "taken over"}),
            Probe(path="/v1/maintenance/<maintenance>", json={"entities": ["<entity>"]}),
        ),
    ),
    ("DELETE", "/v1/maintenance/{maintenance_id}"): Door(
        key=_WRITE_PROBLEMS, probes=(Probe(path="/v1/maintenance/<maintenance>"),)
    ),
    ("GET", "/v1/causes"): Door(
        key=_READ_EVENTS,
        probes=(
            *(_query(**_TODAY, entity=name) for name in _NAMES),
            *(_query(problem=name) for name in _PROBLEM_NAMES),
            _query(**_TODAY),
            _query(**_TODAY, of="changes"),
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
    ("POST", "/v1/webhooks"): Door(
        key=Right.ADMIN, reaches="a name and a project, which are the account's own words; tests/native proves it"
    ),
    ("GET", "/v1/webhooks"): Door(key=Right.ADMIN, probes=(Probe(query={}),)),
    ("GET", "/v1/webhooks/{webhook_id}"): Door(key=Right.ADMIN, probes=(Probe(path="/v1/webhooks/<webhook>"),)),
    ("PATCH", "/v1/webhooks/{webhook_id}"): Door(
        key=Right.ADMIN,
        probes=(
            Probe(path="/v1/webhooks/<webhook>", json={"name": "taken over", "state": "disabled"}),
            Probe(path="/v1/webhooks/<webhook>", json={"options": {"message_root": "a"}}),
        ),
    ),
    ("POST", "/v1/webhooks/{webhook_id}/rekey"): Door(
        key=Right.ADMIN, probes=(Probe(path="/v1/webhooks/<webhook>/rekey"),)
    ),
    ("DELETE", "/v1/webhooks/{webhook_id}"): Door(key=Right.ADMIN, probes=(Probe(path="/v1/webhooks/<webhook>"),)),
    ("POST", "/v1/accounts"): Door(key=Key.BOOTSTRAP, body={"name": "doors"}, reaches="every account, by its purpose"),
    ("GET", "/v1/accounts"): Door(key=Key.BOOTSTRAP, reaches="every account, by its purpose"),
    ("PATCH", "/v1/accounts/{name}"): Door(
        key=Key.BOOTSTRAP, body={"retention_days": None}, reaches="every account, by its purpose"
    ),
    ("DELETE", "/v1/accounts/{name}"): Door(key=Key.BOOTSTRAP, reaches="every account, by its purpose"),
    ("GET", "/v1/account"): Door(key=Right.ADMIN, reaches="the account of the token"),
    ("PATCH", "/v1/account"): Door(key=Right.ADMIN, reaches="the account of the token"),
    ("POST", "/v1/tokens"): Door(
        key=Right.ADMIN, probes=(_json({"name": "x", "rights": ["admin"], "account": "<account>"}),)
    ),
    ("GET", "/v1/tokens"): Door(key=Right.ADMIN, probes=(_query(cursor="<tokens cursor>"), Probe(query={}))),
    ("DELETE", "/v1/tokens/{token_id}"): Door(key=Right.ADMIN, probes=(Probe(path="/v1/tokens/<token>"),)),
    # Its cursor is a moment, not somebody's thing: what lies behind another one may well be the same.
    ("GET", "/v1/audit"): Door(key=Right.ADMIN, probes=(Probe(query={}),)),
}

_ISSUES: Final = {"props": {"type": "availability", "statuses": ["open", "closed"]}}
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
    ("POST", "/api/v2/services/issues/search"): Door(key=_READ_EVENTS, probes=(_json(_ISSUES | {"scope": _PLACE}),)),
    ("POST", "/api/v2/clusters/issues/search"): Door(
        key=_READ_EVENTS,
        probes=(
            _json(_ISSUES | {"scope": {"cluster": "<cluster>"}}),
            _json(_ISSUES | {"scope": {"cluster": "<cluster>", "namespaces": ["<namespace>"]}}),
        ),
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

# The answer of the first version repeats the window: one that does not depend on the moment, and holds it.
_YEAR: Final = datetime(datetime.now(UTC).year, 1, 1, tzinfo=UTC)
_WINDOW: Final = {
    "from": _millis(_YEAR - timedelta(days=31)),
    "to": _millis(_YEAR + timedelta(days=400)),
}
_DESK_INFO: Final = {"eventType": "CUSTOM_INFO", "source": "<pusher>", "description": "from the other account"}
_DESK_ERROR: Final = {
    "eventType": "ERROR_EVENT", "source": "<pusher>", "title": "<pushed>", "description": "from the other account",
}  # fmt: skip
_DESK_INGESTED: Final = {"eventType": "CUSTOM_INFO", "title": "from the other account"}
_BY_TAG: Final = {"tagRule": [{"meTypes": ["SERVICE"], "tags": ["<key>"]}]}
_OF_ENTITY: Final = 'entityId("<entity>")'
_OF_TAG: Final = "type(SERVICE),tag(<key>)"
_INGEST: Final = Door(
    key=_WRITE_EVENTS,
    probes=(
        _json(_DESK_INGESTED | {"entitySelector": _OF_TAG}),
        _json(_DESK_INGESTED | {"entitySelector": _OF_ENTITY}, stores=True),
        _json(_DESK_ERROR | {"properties": {"dt.event.source": "<pusher>"}, "entitySelector": _OF_ENTITY}, stores=True),
        _json(_DESK_INGESTED, stores=True),
    ),
)
_OTHER_LIST: Final = Door(key=_READ_ENTITIES, probes=(_query(nextPageKey="<desk services key>"), Probe(query={})))
_EVENT_CATALOGUE: Final = Door(key=_READ_EVENTS, probes=(_query(nextPageKey="<pushed events key>"), Probe(query={})))
_ONE_OF_ALL: Final = "nothing: what is asked for is the same for everybody"
_DESK_DETAILS: Final = "/api/v1/problem/details/<desk problem>"
_DESK_PROBLEM: Final = "/api/v2/problems/<desk problem>"
_DESK_SAID: Final = {"comment": "taken over", "user": "somebody"}
_DESK_CLOSE: Final = Door(
    key=_WRITE_PROBLEMS,
    probes=(
        Probe(path=f"{_DESK_DETAILS}/close"),
        Probe(path=f"{_DESK_DETAILS}/close", query={"content": "taken over"}),
    ),
)
_DESK_PROBLEMS: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/api/v1/problem/status"): Door(key=_READ_EVENTS, probes=(Probe(query={}),)),
    ("GET", "/api/v1/problem/feed"): Door(
        key=_READ_EVENTS,
        probes=(
            _query(correlationId="<correlation>", expandDetails="true"),
            _query(tag="<key>"),
            _query(expandDetails="true", allDialects="true"),
            Probe(query={}),
        ),
    ),
    ("GET", "/api/v1/problem/details/{problem_id}"): Door(key=_READ_EVENTS, probes=(Probe(path=_DESK_DETAILS),)),
    ("POST", "/api/v1/problem/details/{problem_id}/close"): _DESK_CLOSE,
    ("GET", "/api/v1/problem/details/{problem_id}/close"): _DESK_CLOSE,
    ("GET", "/api/v1/problem/details/{problem_id}/comments"): Door(
        key=_READ_EVENTS, probes=(Probe(path=f"{_DESK_DETAILS}/comments"),)
    ),
    ("POST", "/api/v1/problem/details/{problem_id}/comments"): Door(
        key=_WRITE_PROBLEMS, probes=(Probe(path=f"{_DESK_DETAILS}/comments", json=_DESK_SAID),)
    ),
    ("PUT", "/api/v1/problem/details/{problem_id}/comments/{comment_id}"): Door(
        key=_WRITE_PROBLEMS, probes=(Probe(path=f"{_DESK_DETAILS}/comments/<desk comment>", json=_DESK_SAID),)
    ),
    ("DELETE", "/api/v1/problem/details/{problem_id}/comments/{comment_id}"): Door(
        key=_WRITE_PROBLEMS, probes=(Probe(path=f"{_DESK_DETAILS}/comments/<desk comment>"),)
    ),
    ("GET", "/api/v2/problems"): Door(
        key=_READ_EVENTS,
        probes=(
            _query(problemSelector='problemId("<desk problem>")'),
            _query(problemSelector='displayId("<problem name>")'),
            _query(problemSelector='affectedEntities("<entity>")'),
            _query(problemSelector='entityTags("<key>")'),
            _query(problemSelector='text("<entity>")'),
            _query(entitySelector=_OF_ENTITY, fields="evidenceDetails,impactAnalysis,recentComments"),
            _query(entitySelector=_OF_TAG),
            _query(nextPageKey="<desk problems key>"),
            _query(nextPageKey="<pushed events key>"),
            Probe(query={}),
        ),
    ),
    ("GET", "/api/v2/problems/{problem_id}"): Door(
        key=_READ_EVENTS,
        probes=(
            Probe(path=_DESK_PROBLEM),
            Probe(path=_DESK_PROBLEM, query={"fields": "evidenceDetails,impactAnalysis,recentComments"}),
        ),
    ),
    ("POST", "/api/v2/problems/{problem_id}/close"): Door(
        key=_WRITE_PROBLEMS, probes=(Probe(path=f"{_DESK_PROBLEM}/close", json={"message": "taken over"}),)
    ),
    ("GET", "/api/v2/problems/{problem_id}/comments"): Door(
        key=_READ_EVENTS,
        probes=(
            Probe(path=f"{_DESK_PROBLEM}/comments"),
            Probe(path=f"{_DESK_PROBLEM}/comments", query={"nextPageKey": "<desk comments key>"}),
        ),
    ),
    ("POST", "/api/v2/problems/{problem_id}/comments"): Door(
        key=_WRITE_PROBLEMS, probes=(Probe(path=f"{_DESK_PROBLEM}/comments", json={"message": "taken over"}),)
    ),
    ("GET", "/api/v2/problems/{problem_id}/comments/{comment_id}"): Door(
        key=_READ_EVENTS, probes=(Probe(path=f"{_DESK_PROBLEM}/comments/<desk comment>"),)
    ),
    ("PUT", "/api/v2/problems/{problem_id}/comments/{comment_id}"): Door(
        key=_WRITE_PROBLEMS,
        probes=(Probe(path=f"{_DESK_PROBLEM}/comments/<desk comment>", json={"message": "taken over"}),),
    ),
    ("DELETE", "/api/v2/problems/{problem_id}/comments/{comment_id}"): Door(
        key=_WRITE_PROBLEMS, probes=(Probe(path=f"{_DESK_PROBLEM}/comments/<desk comment>"),)
    ),
}
DESK: Final[Mapping[tuple[str, str], Door]] = {
    **_DESK_PROBLEMS,
    ("POST", "/api/v1/events"): Door(
        key=_WRITE_EVENTS,
        probes=(
            _json(_DESK_INFO | {"attachRules": _BY_TAG}),
            _json(_DESK_INFO | {"attachRules": {"entityIds": ["<cid>"]}}),
            _json(_DESK_INFO | {"attachRules": {"entityIds": ["<entity>"]}}, stores=True),
            _json(_DESK_ERROR | {"attachRules": {"entityIds": ["<entity>"]}}, stores=True),
        ),
    ),
    ("POST", "/api/v1/events/{correlation_id}/close"): Door(
        key=_WRITE_EVENTS, probes=(Probe(path="/api/v1/events/<correlation>/close"),)
    ),
    ("GET", "/api/v1/events"): Door(
        key=_READ_EVENTS,
        probes=(
            _query(**_WINDOW, entityId="<entity>"),
            _query(**_WINDOW, correlationId="<correlation>"),
            _query(**_WINDOW, eventType="CUSTOM_INFO"),
            _query(**_WINDOW, allDialects="true"),
            _query(cursor="<pushed events key>"),
            _query(cursor="<events cursor>"),
        ),
    ),
    ("GET", "/api/v1/events/{event_id}"): Door(key=_READ_EVENTS, probes=(Probe(path="/api/v1/events/<pushed event>"),)),
    ("POST", "/api/v2/events/ingest"): _INGEST,
    ("POST", "/api/v2/events"): _INGEST,
    ("GET", "/api/v2/events"): Door(
        key=_READ_EVENTS,
        probes=(
            _query(eventSelector=_OF_ENTITY),
            _query(eventSelector='correlationId("<correlation>")'),
            _query(eventSelector='eventId("<pushed event>")'),
            _query(eventSelector='property.dt.event.source("<pusher>")'),
            _query(eventSelector='property.dt.event.description("<pushed>")'),
            _query(entitySelector=_OF_TAG),
            _query(entitySelector=_OF_ENTITY),
            _query(nextPageKey="<pushed events key>"),
            _query(nextPageKey="<desk entities key>"),
            Probe(query={}),
        ),
    ),
    ("GET", "/api/v2/events/{event_id}"): Door(key=_READ_EVENTS, probes=(Probe(path="/api/v2/events/<pushed event>"),)),
    ("GET", "/api/v2/eventTypes"): _EVENT_CATALOGUE,
    ("GET", "/api/v2/eventTypes/{name}"): Door(key=_READ_EVENTS, reaches=_ONE_OF_ALL),
    ("GET", "/api/v2/eventProperties"): _EVENT_CATALOGUE,
    ("GET", "/api/v2/eventProperties/{name}"): Door(key=_READ_EVENTS, reaches=_ONE_OF_ALL),
    ("POST", "/api/v1/entity/infrastructure/custom/{device_id}"): Door(
        key=_WRITE_ENTITIES,
        probes=(
            Probe(
                path="/api/v1/entity/infrastructure/custom/<device>",
                json={"group": "<group>", "displayName": "mine"},
                stores=True,
            ),
        ),
    ),
    ("POST", "/api/v2/entities/custom"): Door(
        key=_WRITE_ENTITIES,
        probes=(_json({"customDeviceId": "<device>", "displayName": "mine", "group": "<group>"}, stores=True),),
    ),
    ("GET", "/api/v1/entity/applications"): _OTHER_LIST,
    ("GET", "/api/v1/entity/services"): Door(
        key=_READ_ENTITIES,
        probes=(
            _query(entity="<entity>"),
            _query(tag="<key>"),
            _query(nextPageKey="<desk services key>"),
            _query(nextPageKey="<desk entities key>"),
            Probe(query={}),
        ),
    ),
    ("GET", "/api/v1/entity/infrastructure/hosts"): _OTHER_LIST,
    ("GET", "/api/v1/entity/infrastructure/processes"): _OTHER_LIST,
    ("GET", "/api/v1/entity/infrastructure/process-groups"): _OTHER_LIST,
    ("GET", "/api/v2/entities"): Door(
        key=_READ_ENTITIES,
        probes=(
            _query(entitySelector=_OF_ENTITY),
            _query(entitySelector=_OF_TAG),
            _query(entitySelector='type(SERVICE),entityName.equals("<service>")'),
            _query(entitySelector=f"type(SERVICE),fromRelationships.calls(type(SERVICE)),not({_OF_ENTITY})"),
            _query(nextPageKey="<desk entities key>"),
            _query(nextPageKey="<pushed events key>"),
        ),
    ),
    ("GET", "/api/v2/entities/{entity_id}"): Door(
        key=_READ_ENTITIES,
        probes=(Probe(path="/api/v2/entities/<entity>"), Probe(path="/api/v2/entities/<cid>")),
    ),
    ("GET", "/api/v2/entityTypes"): _OTHER_LIST,
    ("GET", "/api/v2/entityTypes/{name}"): Door(key=_READ_ENTITIES, reaches=_ONE_OF_ALL),
    ("GET", "/api/v2/tags"): Door(
        key=_READ_ENTITIES, probes=(_query(entitySelector=_OF_ENTITY), _query(entitySelector=_OF_TAG))
    ),
    ("POST", "/api/v2/tags"): Door(
        key=_WRITE_ENTITIES,
        probes=tuple(
            Probe(query={"entitySelector": selector}, json={"tags": [{"key": "mine"}]})
            for selector in (_OF_ENTITY, _OF_TAG)
        ),
    ),
    ("DELETE", "/api/v2/tags"): Door(
        key=_WRITE_ENTITIES, probes=(_query(key="<key>", entitySelector=_OF_ENTITY, deleteAllWithKey="true"),)
    ),
    ("GET", "/api/v1/config/clusterversion"): Door(key=Key.ANY, reaches=_ONE_OF_ALL),
    ("GET", "/api/v1/time"): Door(key=Key.ANY, reaches=_ONE_OF_ALL),
    ("POST", "/api/v2/apiTokens/lookup"): Door(key=Key.ANY, probes=(_json({"token": "<secret>"}),)),
}

_CORTEX_EVENT: Final = {"title": "from the other account", "type": "<type>", "timestamp": "2999-01-01T00:00:00Z"}
_CORTEX_EVENTS: Final = tuple(f"/api/v1/catalog/{name}/custom-events" for name in ("<tag>", "<cid>"))
_CORTEX_ONE: Final = "/api/v1/catalog/<tag>/custom-events/<cortex event>"

_CORTEX: Final = "/api/v1/catalog"
_CORTEX_DEPLOY: Final = {"title": "from the other account", "type": "SCALE", "timestamp": "2999-01-01T00:00:00Z"}
_CORTEX_DEPLOYED: Final = f"{_CORTEX}/<tag>/deploys/<cortex deploy>"
_CORTEX_EDGE: Final = f"{_CORTEX}/<tag>/dependencies/<other tag>"
_CORTEX_EDGES: Final = {"values": {"<tag>": [{"tag": "<other tag>"}]}}
_CORTEX_ENTRY: Final = {"key": "<key>", "value": "from the other account"}
_CORTEX_GROUPS: Final = {"groups": [{"tag": "<key>"}]}
_CORTEX_TYPE: Final = f"{_CORTEX}/definitions/<cortex type>"
_CORTEX_DOCS: Final = f"{_CORTEX}/<tag>/documentation/openapi"


def _of_entity(rest: str, *, query: Mapping[str, str] | None = None, json: object = None) -> tuple[Probe, ...]:
    """The path behind an entity, by both of its names there."""
    return tuple(Probe(path=f"{_CORTEX}/{name}/{rest}", query=query, json=json) for name in ("<tag>", "<cid>"))


_CORTEX_DEPLOYS: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/api/v1/catalog/{tag_or_id}/deploys"): Door(key=Key.ANY, probes=_of_entity("deploys")),
    ("POST", "/api/v1/catalog/{tag_or_id}/deploys"): Door(
        key=_WRITE_EVENTS, probes=_of_entity("deploys", json=_CORTEX_DEPLOY)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/deploys"): Door(
        key=_WRITE_EVENTS, probes=_of_entity("deploys", query={"sha": "<key>"})
    ),
    ("GET", "/api/v1/catalog/{tag_or_id}/deploys/{uuid}"): Door(key=Key.ANY, probes=(Probe(path=_CORTEX_DEPLOYED),)),
    ("PUT", "/api/v1/catalog/{tag_or_id}/deploys/{uuid}"): Door(
        key=_WRITE_EVENTS, probes=(Probe(path=_CORTEX_DEPLOYED, json=_CORTEX_DEPLOY),)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/deploys/{uuid}"): Door(
        key=_WRITE_EVENTS, probes=(Probe(path=_CORTEX_DEPLOYED),)
    ),
    ("DELETE", "/api/v1/catalog/deploys"): Door(
        key=_WRITE_EVENTS, probes=(_query(sha="<key>"), _query(environment="<key>"))
    ),
    ("DELETE", "/api/v1/catalog/deploys/all"): Door(key=_WRITE_EVENTS, probes=(Probe(query={}),)),
}

_CORTEX_DEPENDENCIES: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/api/v1/catalog/{tag_or_id}/dependencies"): Door(
        key=Key.ANY, probes=_of_entity("dependencies", query={"includeIncoming": "true"})
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/dependencies"): Door(
        key=_WRITE_ENTITIES, probes=_of_entity("dependencies")
    ),
    ("GET", "/api/v1/catalog/{tag_or_id}/dependencies/{callee}"): Door(key=Key.ANY, probes=(Probe(path=_CORTEX_EDGE),)),
    ("POST", "/api/v1/catalog/{tag_or_id}/dependencies/{callee}"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_EDGE, query={"method": "PUT"}, json={}),)
    ),
    ("PUT", "/api/v1/catalog/{tag_or_id}/dependencies/{callee}"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_EDGE, json={"description": "taken over", "metadata": {}}),)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/dependencies/{callee}"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_EDGE),)
    ),
    ("PUT", "/api/v1/catalog/dependencies"): Door(key=_WRITE_ENTITIES, probes=(_json(_CORTEX_EDGES),)),
    ("DELETE", "/api/v1/catalog/dependencies"): Door(key=_WRITE_ENTITIES, probes=(_json(_CORTEX_EDGES),)),
}

_CORTEX_BESIDE: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/api/v1/catalog/{tag_or_id}/custom-data"): Door(key=Key.ANY, probes=_of_entity("custom-data")),
    ("POST", "/api/v1/catalog/{tag_or_id}/custom-data"): Door(
        key=_WRITE_ENTITIES, probes=_of_entity("custom-data", json=_CORTEX_ENTRY)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/custom-data"): Door(
        key=_WRITE_ENTITIES, probes=_of_entity("custom-data", query={"key": "<key>"})
    ),
    ("GET", "/api/v1/catalog/{tag_or_id}/custom-data/{key}"): Door(key=Key.ANY, probes=_of_entity("custom-data/<key>")),
    ("GET", "/api/v1/catalog/custom-data"): Door(
        key=Key.ANY, probes=(_query(tag="<tag>"), _query(tag="<cid>", key="<key>"))
    ),
    ("POST", "/api/v1/catalog/custom-data"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(query={"tag": "<tag>"}, json=_CORTEX_ENTRY),)
    ),
    ("DELETE", "/api/v1/catalog/custom-data"): Door(key=_WRITE_ENTITIES, probes=(_query(tag="<tag>", key="<key>"),)),
    ("PUT", "/api/v1/catalog/custom-data"): Door(
        key=_WRITE_ENTITIES, probes=(_json({"values": {"<tag>": [_CORTEX_ENTRY]}}),)
    ),
    ("GET", "/api/v1/catalog/{tag_or_id}/groups"): Door(key=Key.ANY, probes=_of_entity("groups")),
    ("PUT", "/api/v1/catalog/{tag_or_id}/groups"): Door(
        key=_WRITE_ENTITIES, probes=_of_entity("groups", json=_CORTEX_GROUPS)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/groups"): Door(
        key=_WRITE_ENTITIES, probes=_of_entity("groups", json=_CORTEX_GROUPS)
    ),
    ("GET", "/api/v1/catalog/definitions"): Door(key=Key.ANY, probes=(Probe(query={}),)),
    ("POST", "/api/v1/catalog/definitions"): Door(
        key=_WRITE_ENTITIES, reaches="a type of the asker's own: a second one of a name that another account has"
    ),
    ("GET", "/api/v1/catalog/definitions/{type}"): Door(key=Key.ANY, probes=(Probe(path=_CORTEX_TYPE),)),
    ("PUT", "/api/v1/catalog/definitions/{type}"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_TYPE, json={"schema": {"a": 1}}),)
    ),
    ("DELETE", "/api/v1/catalog/definitions/{type}"): Door(key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_TYPE),)),
    ("GET", "/api/v1/catalog/{tag_or_id}/documentation/openapi"): Door(
        key=Key.ANY, probes=_of_entity("documentation/openapi", query={"name": "<key>"})
    ),
    ("PUT", "/api/v1/catalog/{tag_or_id}/documentation/openapi"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_DOCS, json={"spec": "a: 1"}),)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/documentation/openapi"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_DOCS),)
    ),
}

_CORTEX_KIND: Final = "/api/v1/relationship-types/<cortex kind>"
_CORTEX_RELATED: Final = "/api/v1/relationships/<cortex kind>"
_CORTEX_PAIRS: Final = {"relationships": [{"source": "<tag>", "destination": "<other tag>"}]}

_CORTEX_RELATIONSHIPS: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/api/v1/relationship-types"): Door(key=Key.ANY, probes=(Probe(query={}),)),
    ("POST", "/api/v1/relationship-types"): Door(
        key=_WRITE_ENTITIES, reaches="a type of the asker's own: a second one of a tag that another account has"
    ),
    ("GET", "/api/v1/relationship-types/{type}"): Door(key=Key.ANY, probes=(Probe(path=_CORTEX_KIND),)),
    ("PUT", "/api/v1/relationship-types/{type}"): Door(
        key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_KIND, json={"name": "taken over"}),)
    ),
    ("DELETE", "/api/v1/relationship-types/{type}"): Door(key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_KIND),)),
    ("GET", "/api/v1/relationships/{type}"): Door(key=Key.ANY, probes=(Probe(path=_CORTEX_RELATED),)),
    **{
        (method, "/api/v1/relationships/{type}"): Door(
            key=_WRITE_ENTITIES, probes=(Probe(path=_CORTEX_RELATED, json=_CORTEX_PAIRS),)
        )
        for method in ("POST", "PUT")
    },
    **{
        ("GET", f"/api/v1/catalog/{{tag_or_id}}/relationships/{{type}}/{side}"): Door(
            key=Key.ANY, probes=_of_entity(f"relationships/<cortex kind>/{side}", query={"depth": "2"})
        )
        for side in ("destinations", "sources")
    },
    **{
        (method, f"/api/v1/catalog/{{tag_or_id}}/relationships/{{type}}/{side}"): Door(
            key=_WRITE_ENTITIES,
            probes=_of_entity(f"relationships/<cortex kind>/{side}", query={"force": "true"}, json={side: ["<tag>"]}),
        )
        for side in ("destinations", "sources")
        for method in ("POST", "PUT")
    },
}

_CORTEX_DESCRIPTOR: Final = {"info": {"title": "from the other account", "x-cortex-tag": "<tag>"}}
_CORTEX_NAMED: Final = (Probe(path=f"{_CORTEX}/<tag>"), Probe(path=f"{_CORTEX}/<cid>"))

_CORTEX_CATALOG: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/api/v1/catalog"): Door(
        key=Key.ANY, probes=(_query(query="<service>"), _query(query="<tag>", types="service"), Probe(query={}))
    ),
    ("DELETE", "/api/v1/catalog"): Door(
        key=_WRITE_ENTITIES, reaches="no more than it names: the answer is the same whatever went"
    ),
    ("GET", "/api/v1/catalog/{tag_or_id}"): Door(key=Key.ANY, probes=_CORTEX_NAMED),
    ("DELETE", "/api/v1/catalog/{tag_or_id}"): Door(key=_WRITE_ENTITIES, probes=_CORTEX_NAMED),
    ("PUT", "/api/v1/catalog/{tag_or_id}/archive"): Door(key=_WRITE_ENTITIES, probes=_of_entity("archive", json={})),
    ("PUT", "/api/v1/catalog/{tag_or_id}/unarchive"): Door(
        key=_WRITE_ENTITIES, probes=_of_entity("unarchive", json={})
    ),
    ("GET", "/api/v1/catalog/{tag_or_id}/openapi"): Door(
        key=Key.ANY, probes=(*_of_entity("openapi"), *_of_entity("openapi", query={"yaml": "true"}))
    ),
    ("GET", "/api/v1/catalog/descriptors"): Door(key=Key.ANY, probes=(Probe(query={}), _query(yaml="true"))),
    ("POST", "/api/v1/open-api"): Door(
        key=_WRITE_ENTITIES,
        probes=(
            Probe(query={"dryRun": "true", "mode": "CREATE"}, json=_CORTEX_DESCRIPTOR),
            _json(_CORTEX_DESCRIPTOR, stores=True),
        ),
    ),
    ("PATCH", "/api/v1/open-api"): Door(
        key=_WRITE_ENTITIES,
        probes=(
            Probe(query={"failIfEntityDoesNotExist": "true"}, json=_CORTEX_DESCRIPTOR),
            _json(_CORTEX_DESCRIPTOR, stores=True),
        ),
    ),
}

CORTEX: Final[Mapping[tuple[str, str], Door]] = {
    **_CORTEX_CATALOG,
    **_CORTEX_DEPLOYS,
    **_CORTEX_DEPENDENCIES,
    **_CORTEX_BESIDE,
    **_CORTEX_RELATIONSHIPS,
    ("GET", "/api/v1/catalog/{tag_or_id}/custom-events"): Door(
        key=Key.ANY, probes=tuple(Probe(path=path) for path in _CORTEX_EVENTS)
    ),
    ("POST", "/api/v1/catalog/{tag_or_id}/custom-events"): Door(
        key=_WRITE_EVENTS, probes=tuple(Probe(path=path, json=_CORTEX_EVENT) for path in _CORTEX_EVENTS)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/custom-events"): Door(
        key=_WRITE_EVENTS, probes=tuple(Probe(path=path) for path in _CORTEX_EVENTS)
    ),
    ("GET", "/api/v1/catalog/{tag_or_id}/custom-events/{uuid}"): Door(key=Key.ANY, probes=(Probe(path=_CORTEX_ONE),)),
    ("PUT", "/api/v1/catalog/{tag_or_id}/custom-events/{uuid}"): Door(
        key=_WRITE_EVENTS, probes=(Probe(path=_CORTEX_ONE, json=_CORTEX_EVENT),)
    ),
    ("DELETE", "/api/v1/catalog/{tag_or_id}/custom-events/{uuid}"): Door(
        key=_WRITE_EVENTS, probes=(Probe(path=_CORTEX_ONE),)
    ),
    ("GET", "/api/v1/custom-events"): Door(key=Key.ANY, probes=(_query(type="<type>"), Probe(query={}))),
}

DOORS: Final = {"native": NATIVE, "cloudforet": CLOUDFORET, "cortex": CORTEX, "desk": DESK, "komodor": KOMODOR}
