"""Every call of the Cloudforet dialect, and the routes that each has beside its method over gRPC."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from tests.walls.door import Door, Key, Probe
from whence.domain.access import Right

PREFIXES: Final = ("/monitoring/v1", "/monitoring")
INGEST: Final = "/monitoring/v1/webhook/{webhook_id}/{access_key}/events"
_READ, _WORK, _ADMIN = Right.READ_EVENTS, Right.WRITE_PROBLEMS, Right.ADMIN
_EMPTY: Final[Mapping[str, object]] = {}


def _door(key: Right, *probes: Probe) -> Door:
    """A call: its message is read before the right is known, but none of its fields is asked for."""
    return Door(key=key, probes=probes, body=_EMPTY)


def _asks(**request: Any) -> Probe:  # noqa: ANN401  whatever a message holds
    return Probe(json=request)


def _stores(**request: Any) -> Probe:  # noqa: ANN401  whatever a message holds
    return Probe(json=request, stores=True)


def _filter(key: str, value: object, operator: str = "eq") -> dict[str, object]:
    return {"filter": [{"key": key, "value": value, "operator": operator}]}


def _listed(names: Mapping[str, str], words: str) -> tuple[Probe, ...]:
    """What a list is asked for: each field by a name, in the request and in conditions, and words."""
    key, name = next(iter(names.items()))
    return (
        *(_asks(**{field: value}) for field, value in names.items()),
        _asks(query=_filter("workspace_id", "<workspace>")),
        _asks(query=_filter("domain_id", "<domain>")),
        _asks(query=_filter(key, [name, "x"], "in")),
        _asks(query={"filter_or": [{"k": key, "v": name, "o": "contain"}], "count_only": True}),
        _asks(query={"keyword": words}),
        Probe(json={}),
    )


def _computed(key: str, name: str) -> tuple[Probe, ...]:
    """What statistics are asked for."""
    group = {"keys": [{"key": key, "name": "k"}], "fields": [{"name": "n", "operator": "count"}]}
    return (
        _asks(query={"distinct": key, **_filter("domain_id", "<domain>")}),
        _asks(query={"distinct": key, **_filter(key, name)}),
        _asks(query={"aggregate": [{"group": group}], **_filter("workspace_id", "<workspace>")}),
        _asks(query={"aggregate": [{"limit": 5}]}),
    )


_OF_WORKSPACE: Final = _asks(workspace_id="<workspace>")
_EVENTS: Final = {
    "event_id": "<signal>", "event_key": "<condition>", "alert_id": "<ticket>", "webhook_id": "<webhook>",
    "project_id": "<project>", "resource": "<service>",
}  # fmt: skip
_ALERTS: Final = {
    "alert_id": "<ticket>", "title": "<title>", "webhook_id": "<webhook>", "project_id": "<project>",
    "triggered_by": "<webhook>", "escalation_policy_id": "<policy>", "resource": "<service>",
}  # fmt: skip
_RULES: Final = {"event_rule_id": "<rule>", "project_id": "<project>"}
_CONFIGS: Final = {"project_id": "<project>", "escalation_policy_id": "<policy>"}
_WEBHOOKS: Final = {
    "webhook_id": "<webhook>", "name": "<webhook name>", "access_key": "<access key>", "project_id": "<project>",
}  # fmt: skip
_RULE: Final = {"conditions_policy": "ALWAYS", "resource_group": "PROJECT", "project_id": "<project>"}
_OF_WEBHOOK: Final = _asks(webhook_id="<webhook>")
_BY_KEY: Final = Door(
    key=Key.WEBHOOK,
    reaches="no account: whoever has an id is told whether it is a webhook's, by contract 7.2, and no more",
)

RPCS: Final[Mapping[str, Door]] = {
    "Event.create": _BY_KEY,
    "Event.get": _door(_READ, _asks(event_id="<signal>"), _asks(event_id="<signal>", domain_id="<domain>")),
    "Event.list": _door(
        _READ, *_listed(_EVENTS, "<title>"), _asks(domain_id="<domain>", event_id="<signal>"), _OF_WORKSPACE
    ),
    "Event.stat": _door(_READ, *_computed("event_id", "<signal>")),
    "Alert.create": _door(_WORK, _stores(title="mine", project_id="<project>")),
    "Alert.update": _door(
        _WORK, _asks(alert_id="<ticket>", description="taken over"), _asks(alert_id="<ticket>", state="RESOLVED")
    ),
    "Alert.assign_user": _door(_WORK, _asks(alert_id="<ticket>", assignee="taken over")),
    "Alert.delete": _door(_WORK, _asks(alert_id="<ticket>")),
    "Alert.get": _door(_READ, _asks(alert_id="<ticket>")),
    "Alert.list": _door(_READ, *_listed(_ALERTS, "<title>"), _OF_WORKSPACE),
    "Alert.stat": _door(_READ, *_computed("alert_id", "<ticket>")),
    "EventRule.create": _door(
        _ADMIN,
        _stores(**_RULE, actions={"no_notification": True}),
        _asks(**_RULE, actions={"change_escalation_policy": "<policy>"}),
    ),
    "EventRule.update": _door(_ADMIN, _asks(event_rule_id="<rule>", name="taken over")),
    "EventRule.change_order": _door(_ADMIN, _asks(event_rule_id="<rule>", order=1)),
    "EventRule.delete": _door(_ADMIN, _asks(event_rule_id="<rule>")),
    "EventRule.get": _door(_READ, _asks(event_rule_id="<rule>")),
    "EventRule.list": _door(_READ, *_listed(_RULES, "<rule>"), _OF_WORKSPACE),
    "EventRule.stat": _door(_READ, *_computed("event_rule_id", "<rule>")),
    "ProjectAlertConfig.create": _door(
        _ADMIN, _stores(project_id="<project>"), _asks(project_id="x", escalation_policy_id="<policy>")
    ),
    "ProjectAlertConfig.update": _door(_ADMIN, _stores(project_id="<project>", options={"recovery_mode": "AUTO"})),
    "ProjectAlertConfig.delete": _door(_ADMIN, _asks(project_id="<project>")),
    "ProjectAlertConfig.get": _door(_READ, _asks(project_id="<project>")),
    "ProjectAlertConfig.list": _door(_READ, *_listed(_CONFIGS, "<project>")),
    "ProjectAlertConfig.stat": _door(_READ, *_computed("project_id", "<project>")),
    "EscalationPolicy.get": _door(_READ, _asks(escalation_policy_id="<policy>")),
    "EscalationPolicy.list": _door(_READ, *_listed({"escalation_policy_id": "<policy>"}, "<policy>")),
    "Webhook.create": _door(
        _ADMIN,
        _stores(name="<webhook name>", plugin_info={"plugin_id": "x"}, project_id="<project>"),
    ),
    "Webhook.update": _door(_ADMIN, _asks(webhook_id="<webhook>", tags={"owner": "taken over"})),
    "Webhook.update_plugin": _door(_ADMIN, _asks(webhook_id="<webhook>", options={"duplicate_event_time": 1})),
    "Webhook.verify_plugin": _door(_ADMIN, _OF_WEBHOOK),
    "Webhook.enable": _door(_ADMIN, _OF_WEBHOOK),
    "Webhook.disable": _door(_ADMIN, _OF_WEBHOOK),
    "Webhook.delete": _door(_ADMIN, _OF_WEBHOOK),
    "Webhook.get": _door(_READ, _OF_WEBHOOK),
    "Webhook.list": _door(_READ, *_listed(_WEBHOOKS, "<webhook name>"), _OF_WORKSPACE),
    "Webhook.stat": _door(_READ, *_computed("webhook_id", "<webhook>")),
}
"""By service and method; the probes' `json` is the request."""

NOT_IMPLEMENTED: Final = frozenset({"Alert.update_state", "EscalationPolicy.stat"})
"""Methods that the interface names, and that nobody answers."""


def path_of(rpc: str) -> str:
    """`event-rule/change-order`."""
    service, _, verb = rpc.partition(".")
    return f"{_kebab(service)}/{verb.replace('_', '-')}"


def _kebab(service: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", service).lower()


def _routes() -> Iterator[tuple[tuple[str, str], Door]]:
    """All that a call has is tried below the first prefix; below the other one once, as it is the same endpoint."""
    first, *others = PREFIXES
    for rpc, door in RPCS.items():
        yield ("POST", f"{first}/{path_of(rpc)}"), door
        for prefix in others:
            yield ("POST", f"{prefix}/{path_of(rpc)}"), replace(door, probes=door.probes[:1])


_NO_CALL: Final = Door(key=Key.NONE, answers=404)
CLOUDFORET: Final[Mapping[tuple[str, str], Door]] = {
    ("GET", "/check"): Door(key=Key.NONE),
    ("POST", INGEST): _BY_KEY,
    **dict(_routes()),
    **{
        ("POST", f"{prefix}/{_kebab(service)}/{{verb}}"): _NO_CALL
        for prefix in PREFIXES
        for service in {rpc.partition(".")[0]: None for rpc in RPCS}
    },
}
