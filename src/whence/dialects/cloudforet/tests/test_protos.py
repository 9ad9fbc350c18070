"""The schema, against the tables of the contract (4 and 15 to 18)."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import run
from typing import Final

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from whence.dialects.cloudforet.schema import CONTRACT, FILES, POOL, SERVICES
from whence.dialects.cloudforet.tests.wired import PACKAGE

_CORE: Final = "spaceone.api.core.v2"
_TYPES: Final[Mapping[int, str]] = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT32: "uint32",
}
_TIMES: Final = "created_at=31 updated_at=32 acknowledged_at=33 resolved_at=34 escalated_at=35"
# A field is `name=number`, with `:type` unless it is a string, and `*` when it is repeated.
_MESSAGES: Final[Mapping[str, str]] = {
    f"{PACKAGE}.CreateEventRequest": "webhook_id=1 access_key=2 data=3:Struct",
    f"{PACKAGE}.EventRequest": "event_id=1 domain_id=2",
    f"{PACKAGE}.EventQuery": "query=1:Query event_id=2 event_key=3 event_type=4 severity=5 resource=6 provider=7"
    " account=8 domain_id=14 workspace_id=21 project_id=22 alert_id=23 webhook_id=24",
    f"{PACKAGE}.EventResource": "resource_id=1 resource_type=2 name=3",
    f"{PACKAGE}.EventInfo": "event_id=1 event_key=2 event_type=3 title=4 description=5 severity=6 rule=7 image_url=8"
    " resources=9* provider=10 account=11 additional_info=12:Struct raw_data=13:Struct resource=14:EventResource"
    " domain_id=21 workspace_id=22 project_id=23 alert_id=24 webhook_id=25 created_at=41 occurred_at=42",
    f"{PACKAGE}.EventsInfo": "results=1:EventInfo* total_count=2:int32",
    f"{PACKAGE}.EventStatQuery": "query=1:StatisticsQuery domain_id=2",
    f"{_CORE}.Filter": "key=1 k=2 value=3:Value v=4:Value operator=5 o=6",
    f"{_CORE}.Sort": "key=1 desc=2:bool",
    f"{_CORE}.Page": "start=1:uint32 limit=2:uint32",
    f"{_CORE}.Unwind": "path=1 filter=2:Filter*",
    f"{_CORE}.Query": "filter=1:Filter* filter_or=2:Filter* sort=3:Sort* page=4:Page minimal=5:bool count_only=6:bool"
    " only=7* keyword=8 unwind=9:Unwind lookup=10:ListValue add_fields=11:Struct",
    f"{_CORE}.AggregateGroupKey": "key=1 k=2 name=3 n=4 date_format=5",
    f"{_CORE}.AggregateGroupSubField": "key=1 k=2 name=3 n=4",
    f"{_CORE}.AggregateSubCondition": "key=1 k=2 value=3:Value v=4:Value operator=5 o=6",
    f"{_CORE}.AggregateGroupField": "key=1 k=2 name=3 n=4 operator=5 o=6 fields=7:AggregateGroupSubField*"
    " conditions=8:AggregateSubCondition*",
    f"{_CORE}.AggregateGroup": "keys=1:AggregateGroupKey* fields=2:AggregateGroupField*",
    f"{_CORE}.AggregateProjectField": "key=1 k=2 name=3 n=4 operator=5 o=6",
    f"{_CORE}.AggregateProject": "fields=1:AggregateProjectField* exclude_keys=2:bool",
    f"{_CORE}.AggregateCount": "name=1",
    f"{_CORE}.StatisticsAggregate": "unwind=1:Unwind group=2:AggregateGroup count=3:AggregateCount sort=4:ListValue"
    " project=5:AggregateProject limit=6:int32 skip=7:int32",
    f"{_CORE}.StatisticsQuery": "filter=1:Filter* filter_or=2:Filter* aggregate=3:StatisticsAggregate* page=4:Page"
    " distinct=5 keyword=6",
    f"{PACKAGE}.WebhookPluginInfo": "plugin_id=1 version=2 options=3:Struct metadata=4:Struct"
    " upgrade_mode=5:UpgradeMode",
    f"{PACKAGE}.WebhookRequests": "total=1:int64 error=2:int64",
    f"{PACKAGE}.CreateWebhookRequest": "name=1 plugin_info=2:WebhookPluginInfo tags=3:Struct project_id=11",
    f"{PACKAGE}.UpdateWebhookRequest": "webhook_id=1 name=2 tags=3:Struct",
    f"{PACKAGE}.UpdateWebhookPluginRequest": "webhook_id=1 version=2 options=3:Struct upgrade_mode=4:UpgradeMode",
    f"{PACKAGE}.WebhookRequest": "webhook_id=1",
    f"{PACKAGE}.WebhookQuery": "query=1:Query webhook_id=2 name=3 state=4:WebhookState access_key=5 workspace_id=21"
    " project_id=22",
    f"{PACKAGE}.WebhookInfo": "webhook_id=1 name=2 state=3:WebhookState access_key=4 webhook_url=5 capability=6:Struct"
    " plugin_info=7:WebhookPluginInfo tags=8:Struct requests=9:WebhookRequests domain_id=21 workspace_id=22"
    " project_id=23 created_at=31",
    f"{PACKAGE}.WebhooksInfo": "results=1:WebhookInfo* total_count=2:int32",
    f"{PACKAGE}.WebhookStatQuery": "query=1:StatisticsQuery",
    f"{PACKAGE}.AlertResource": "resource_id=1 resource_type=2 name=3",
    f"{PACKAGE}.CreateAlertRequest": "title=1 description=2 assignee=3 urgency=4:AlertUrgency project_id=5",
    f"{PACKAGE}.UpdateAlertRequest": "alert_id=1 title=2 state=3 description=4 urgency=5:AlertUrgency"
    " reset_description=12:bool project_id=21",
    f"{PACKAGE}.UpdateAlertStateRequest": "alert_id=1 access_key=2 responder=3",
    f"{PACKAGE}.AssignUserRequest": "alert_id=1 assignee=2",
    f"{PACKAGE}.AlertRequest": "alert_id=1",
    f"{PACKAGE}.AlertQuery": "query=1:Query alert_number=2:int32 alert_id=3 title=4 state=5:AlertState assignee=6"
    " responder=7 urgency=8:AlertUrgency severity=9 resource=10 provider=11 account=12 triggered_by=13 workspace_id=21"
    " project_id=22 webhook_id=23 escalation_policy_id=24",
    f"{PACKAGE}.AlertInfo": "alert_number=1:int32 alert_id=2 title=3 state=4:AlertState description=5 assignee=6"
    " responder=7 urgency=8:AlertUrgency severity=9 rule=10 image_url=11 resources=12:AlertResource* provider=13"
    " account=14 additional_info=15:Struct escalation_step=16:int32 escalation_ttl=17:int32 triggered_by=18"
    f" domain_id=21 workspace_id=22 project_id=23 webhook_id=24 escalation_policy_id=25 {_TIMES}",
    f"{PACKAGE}.AlertsInfo": "results=1:AlertInfo* total_count=2:int32",
    f"{PACKAGE}.AlertStatQuery": "query=1:StatisticsQuery",
    f"{PACKAGE}.EventRuleCondition": "key=1 value=2 operator=3",
    f"{PACKAGE}.MatchRule": "source=1 target=2",
    f"{PACKAGE}.EventRuleActions": "change_assignee=1 change_urgency=2 change_project=3 change_escalation_policy=4"
    " match_service_account=5:MatchRule add_additional_info=6:Struct no_notification=7:bool",
    f"{PACKAGE}.EventRuleOptions": "stop_processing=1:bool",
    f"{PACKAGE}.CreateEventRuleRequest": "name=1 conditions=2:EventRuleCondition* conditions_policy=3:ConditionsPolicy"
    " actions=4:EventRuleActions options=5:EventRuleOptions tags=6:Struct resource_group=20:ResourceGroup"
    " project_id=21",
    f"{PACKAGE}.UpdateEventRuleRequest": "event_rule_id=1 name=2 conditions=3:EventRuleCondition*"
    " conditions_policy=4:ConditionsPolicy actions=5:EventRuleActions options=6:EventRuleOptions tags=7:Struct",
    f"{PACKAGE}.ChangeEventRuleOrderRequest": "event_rule_id=1 order=2:int32",
    f"{PACKAGE}.EventRuleRequest": "event_rule_id=1",
    f"{PACKAGE}.EventRuleQuery": "query=1:Query event_rule_id=2 name=3 workspace_id=21 project_id=22",
    f"{PACKAGE}.EventRuleInfo": "event_rule_id=1 name=2 order=3:int32 conditions=4:EventRuleCondition*"
    " conditions_policy=5:ConditionsPolicy actions=6:EventRuleActions options=7:EventRuleOptions tags=8:Struct"
    " resource_group=20:ResourceGroup domain_id=21 workspace_id=22 project_id=23 created_at=31",
    f"{PACKAGE}.EventRulesInfo": "results=1:EventRuleInfo* total_count=2:int32",
    f"{PACKAGE}.EventRuleStatQuery": "query=1:StatisticsQuery",
    f"{PACKAGE}.AlertOptions": "notification_urgency=1:UrgencyOption recovery_mode=2:RecoveryOption",
    f"{PACKAGE}.CreateProjectAlertConfigRequest": "project_id=1 escalation_policy_id=2 options=3:AlertOptions",
    f"{PACKAGE}.UpdateProjectAlertConfigRequest": "project_id=1 escalation_policy_id=2 options=3:AlertOptions",
    f"{PACKAGE}.ProjectAlertConfigRequest": "project_id=1",
    f"{PACKAGE}.ProjectAlertConfigQuery": "query=1:Query project_id=2 escalation_policy_id=21",
    f"{PACKAGE}.ProjectAlertConfigInfo": "project_id=1 options=2:AlertOptions"
    " escalation_policy_info=3:EscalationPolicyInfo domain_id=21 workspace_id=22 created_at=31",
    f"{PACKAGE}.ProjectAlertConfigsInfo": "results=1:ProjectAlertConfigInfo* total_count=2:int32",
    f"{PACKAGE}.ProjectAlertConfigStatQuery": "query=1:StatisticsQuery",
    f"{PACKAGE}.EscalationPolicyRule": "notification_level=1:NotificationLevel escalate_minutes=2:int32",
    f"{PACKAGE}.EscalationPolicyInfo": "escalation_policy_id=1 name=2 is_default=3:bool rules=4:EscalationPolicyRule*"
    " repeat_count=5:int32 finish_condition=6:EscalationFinishCondition resource_group=7:ResourceGroup project_id=8"
    " tags=9:Struct workspace_id=10 domain_id=11 created_at=21",
    f"{PACKAGE}.EscalationPolicyRequest": "escalation_policy_id=1",
    f"{PACKAGE}.EscalationPolicyQuery": "query=1:Query escalation_policy_id=2 name=3 is_default=4:bool"
    " finish_condition=5:EscalationFinishCondition resource_group=6:ResourceGroup project_id=7",
    f"{PACKAGE}.EscalationPoliciesInfo": "results=1:EscalationPolicyInfo* total_count=2:int32",
    f"{PACKAGE}.EscalationPolicyStatQuery": "query=1:StatisticsQuery",
}
_ENUMS: Final[Mapping[str, str]] = {
    "WebhookPluginInfo.UpgradeMode": "NONE MANUAL AUTO",
    "WebhookInfo.WebhookState": "NONE ENABLED DISABLED",
    "AlertUrgency": "ALERT_URGENCY_NONE HIGH LOW",
    "AlertState": "ALERT_STATE_NONE TRIGGERED ACKNOWLEDGED RESOLVED ERROR",
    "EventRuleInfo.ConditionsPolicy": "NONE ALL ANY ALWAYS",
    "EventRuleInfo.ResourceGroup": "RESOURCE_GROUP_NONE WORKSPACE PROJECT",
    "AlertOptions.UrgencyOption": "URGENCY_NONE ALL HIGH_ONLY",
    "AlertOptions.RecoveryOption": "RECOVERY_NONE AUTO MANUAL",
    "EscalationPolicyRule.NotificationLevel": "NONE ALL LV1 LV2 LV3 LV4 LV5 LV6 LV7 LV8 LV9 LV10",
    "EscalationPolicyInfo.EscalationFinishCondition": "NONE ACKNOWLEDGED RESOLVED",
    "EscalationPolicyInfo.ResourceGroup": "RESOURCE_GROUP_NONE WORKSPACE PROJECT",
}
_ALIASES: Final[Mapping[str, set[str]]] = {
    "Filter": {"key k", "value v", "operator o"},
    "AggregateGroupKey": {"key k", "name n"},
    "AggregateGroupSubField": {"key k", "name n"},
    "AggregateSubCondition": {"key k", "value v", "operator o"},
    "AggregateGroupField": {"key k", "name n", "operator o"},
    "AggregateProjectField": {"key k", "name n", "operator o"},
    "StatisticsAggregate": {"unwind group count sort project limit skip"},
}
_METHODS: Final[Mapping[str, str]] = {
    "Event": "create:CreateEventRequest>Empty get:EventRequest>EventInfo list:EventQuery>EventsInfo"
    " stat:EventStatQuery>Struct",
    "Webhook": "create:CreateWebhookRequest>WebhookInfo update:UpdateWebhookRequest>WebhookInfo"
    " update_plugin:UpdateWebhookPluginRequest>WebhookInfo verify_plugin:WebhookRequest>Empty"
    " enable:WebhookRequest>WebhookInfo disable:WebhookRequest>WebhookInfo delete:WebhookRequest>Empty"
    " get:WebhookRequest>WebhookInfo list:WebhookQuery>WebhooksInfo stat:WebhookStatQuery>Struct",
    "Alert": "create:CreateAlertRequest>AlertInfo update:UpdateAlertRequest>AlertInfo"
    " assign_user:AssignUserRequest>AlertInfo update_state:UpdateAlertStateRequest>AlertInfo delete:AlertRequest>Empty"
    " get:AlertRequest>AlertInfo list:AlertQuery>AlertsInfo stat:AlertStatQuery>Struct",
    "EventRule": "create:CreateEventRuleRequest>EventRuleInfo update:UpdateEventRuleRequest>EventRuleInfo"
    " change_order:ChangeEventRuleOrderRequest>EventRuleInfo delete:EventRuleRequest>Empty"
    " get:EventRuleRequest>EventRuleInfo list:EventRuleQuery>EventRulesInfo stat:EventRuleStatQuery>Struct",
    "ProjectAlertConfig": "create:CreateProjectAlertConfigRequest>ProjectAlertConfigInfo"
    " update:UpdateProjectAlertConfigRequest>ProjectAlertConfigInfo delete:ProjectAlertConfigRequest>Empty"
    " get:ProjectAlertConfigRequest>ProjectAlertConfigInfo list:ProjectAlertConfigQuery>ProjectAlertConfigsInfo"
    " stat:ProjectAlertConfigStatQuery>Struct",
    "EscalationPolicy": "get:EscalationPolicyRequest>EscalationPolicyInfo"
    " list:EscalationPolicyQuery>EscalationPoliciesInfo stat:EscalationPolicyStatQuery>Struct",
}


def _messages() -> Iterator[str]:
    """The full names of all that are ours."""
    for file in FILES:
        if file.package in {PACKAGE, _CORE}:
            yield from (f"{file.package}.{message.name}" for message in file.message_type)


def _spelled(field: FieldDescriptor) -> str:
    kind: Descriptor | EnumDescriptor | None = field.message_type or field.enum_type
    named = kind.name if kind else _TYPES[field.type]
    typed = "" if named == "string" else f":{named}"
    return f"{field.name}={field.number}{typed}{'*' if field.is_repeated else ''}"


def test_the_contract_has_no_other_messages() -> None:
    assert set(_messages()) == _MESSAGES.keys()


@pytest.mark.parametrize("name", _MESSAGES)
def test_fields_are_those_of_the_contract(name: str) -> None:
    """By name, number and type."""
    found = [_spelled(field) for field in POOL.FindMessageTypeByName(name).fields]

    assert found == _MESSAGES[name].split()


@pytest.mark.parametrize("name", _ENUMS)
def test_enums_are_those_of_the_contract(name: str) -> None:
    """Their values count from 0."""
    values = POOL.FindEnumTypeByName(f"{PACKAGE}.{name}").values

    assert [(value.name, value.number) for value in values] == [(n, i) for i, n in enumerate(_ENUMS[name].split())]


@pytest.mark.parametrize("name", _ALIASES)
def test_two_spellings_are_one_thing(name: str) -> None:
    """Never both may be sent."""
    oneofs = POOL.FindMessageTypeByName(f"{_CORE}.{name}").oneofs

    assert {" ".join(field.name for field in oneof.fields) for oneof in oneofs} == _ALIASES[name]


def test_methods_are_those_of_the_contract() -> None:
    """With their requests and replies; all unary."""
    found = {
        name: " ".join(f"{m.name}:{m.input_type.name}>{m.output_type.name}" for m in service.methods)
        for name, service in SERVICES.items()
    }

    assert found == _METHODS
    assert {service.full_name for service in SERVICES.values()} == {f"{PACKAGE}.{name}" for name in _METHODS}


def test_the_compiled_schema_is_that_of_its_sources(tmp_path: Path) -> None:
    """Whoever changes a file compiles them again: `make proto`."""
    sources = CONTRACT / "proto"
    names = sorted(path.relative_to(sources).as_posix() for path in sources.rglob("*.proto"))
    compiled = tmp_path / "descriptors.binpb"

    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={sources}", f"--descriptor_set_out={compiled}"]
    run([*command, *names], check=True)

    assert FileDescriptorSet.FromString(compiled.read_bytes()) == FileDescriptorSet.FromString(
        (CONTRACT / "descriptors.binpb").read_bytes()
    )
