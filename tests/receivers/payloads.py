"""Payloads as the sources post them, and the same with other members: None leaves a member out."""

from collections.abc import Mapping
from typing import Any, Final

FIRING: Final[Mapping[str, Any]] = {
    "status": "firing",
    "labels": {
        "alertname": "HighLatency",
        "instance": "10.0.0.7:9090",
        "job": "shop",
        "severity": "critical",
        "rule_group": "slo",
    },
    "annotations": {
        "summary": "p99 over 2 s",
        "description": "The shop answers slowly.",
        "runbook_url": "https://runbooks.example.com/latency",
    },
    "startsAt": "2026-03-04T08:15:30.000000000Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://prometheus.example.com/graph?g0.expr=x",
    "fingerprint": "0a1b2c3d4e5f6071",
}


def group(*alerts: object) -> dict[str, Any]:
    """What is posted of a group: version 4."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="HighLatency"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "whence",
        "groupLabels": {"alertname": "HighLatency"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "https://alertmanager.example.com",
        "alerts": list(alerts),
    }


def alert(**members: object) -> dict[str, Any]:
    """The firing alert with other members; None: without it."""
    return {name: value for name, value in {**FIRING, **members}.items() if value is not None}


def labelled(**labels: object) -> dict[str, Any]:
    """A group of one alert with these labels."""
    return group(alert(labels=labels))


UNIFIED: Final[Mapping[str, Any]] = {
    "receiver": "whence",
    "status": "firing",
    "orgId": 1,
    "groupKey": '{}/{team="shop"}:{alertname="Disk full"}',
    "groupLabels": {"alertname": "Disk full"},
    "commonLabels": {"alertname": "Disk full", "grafana_folder": "Shop", "port": 9100.0, "rulename": "disk"},
    "commonAnnotations": {},
    "externalURL": "https://grafana.example.com/",
    "version": "1",
    "title": "[FIRING:1] Disk full (Shop)",
    "state": "alerting",
    "message": (
        "**Firing**\n\nValue: B=91\nLabels:\n - alertname = Disk full\nAnnotations:\n"
        "Source: https://grafana.example.com/alerting/1\nSilence: https://grafana.example.com/silence\n\n\n\nThe end"
    ),
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "Disk full"},
            "startsAt": "2026-03-04T17:15:30+09:00",
            "panelURL": "https://grafana.example.com/d/1?viewPanel=2",
            "valueString": "[ var='B' labels={host=db1} value=91 ], [ var='C' labels={host=db1} value=1 ]",
        },
        {"status": "firing", "startsAt": "2026-03-04T08:00:00Z", "valueString": "[ var='B' value=95 ]"},
    ],
}
LEGACY: Final[Mapping[str, Any]] = {
    "dashboardId": 58,
    "panelId": 5,
    "ruleId": 93,
    "orgId": 1,
    "evalMatches": [{"value": 100, "metric": "Höhe", "tags": None}],
    "imageUrl": "https://grafana.example.com/image.png",
    "message": "Too many errors.",
    "ruleName": "errors",
    "ruleUrl": "https://grafana.example.com/d/58",
    "state": "alerting",
    "title": "[Alerting] errors",
}
SUBSCRIPTION: Final[Mapping[str, Any]] = {
    "Type": "SubscriptionConfirmation",
    "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    "Token": "2336412f37",
    "TopicArn": "arn:aws:sns:ap-northeast-2:123456789012:grafana",
    "Message": "You have chosen to subscribe.",
    "SubscribeURL": "https://sns.ap-northeast-2.amazonaws.com/?Action=ConfirmSubscription",
    "Timestamp": "2026-03-04T08:15:30.000Z",
    "SignatureVersion": "1",
    "Signature": "EXAMPLE",
    "SigningCertURL": "https://sns.ap-northeast-2.amazonaws.com/cert.pem",
}


def unified(**members: object) -> dict[str, Any]:
    """A body of unified alerting with other members; None: without it."""
    return {name: value for name, value in {**UNIFIED, **members}.items() if value is not None}


def legacy(**members: object) -> dict[str, Any]:
    """A body of legacy alerting with other members; None: without it."""
    return {name: value for name, value in {**LEGACY, **members}.items() if value is not None}


TOPIC: Final = "arn:aws:sns:eu-west-1:123456789012:alarms"


def notice(message: object, **members: object) -> dict[str, Any]:
    """What SNS posts."""
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-03-04T08:15:30.000Z",
        **members,
    }


ALARM: Final[Mapping[str, Any]] = {
    "AlarmName": "cpu-high",
    "AlarmDescription": None,
    "AWSAccountId": "123456789012",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold crossed.",
    "StateChangeTime": "2026-03-04T08:15:30.000+0000",
    "Region": "Asia Pacific (Seoul)",
    "AlarmArn": "arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:cpu-high",
    "OldStateValue": "OK",
    "Trigger": {
        "MetricName": "CPUUtilization",
        "Namespace": "AWS/EC2",
        "Dimensions": [{"value": "i-0b2e", "name": "InstanceId"}],
        "Period": 300,
    },
}


def stat(metric: Mapping[str, Any]) -> dict[str, Any]:
    """A metric of a formula."""
    return {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False}


FORMULA: Final[Mapping[str, Any]] = {
    "Metrics": [
        {"Expression": "m1/m2*100", "Id": "e1", "Label": "rate", "ReturnData": True},
        stat(
            {
                "Dimensions": [{"value": "shop", "name": "LoadBalancer"}, {"value": "a", "name": "Zone"}],
                "MetricName": "HTTPCode_5XX",
                "Namespace": "AWS/ELB",
            }
        ),
        stat({"Dimensions": [{"Value": "tg", "Name": "TargetGroup"}], "MetricName": "Requests", "Namespace": "B"}),
    ]
}


def alarm(**members: object) -> dict[str, Any]:
    """The alarm with other members; None: without it."""
    return {name: value for name, value in {**ALARM, **members}.items() if value is not None}


ARN: Final = "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_1"
DETAIL: Final[Mapping[str, Any]] = {
    "eventArn": ARN,
    "service": "EC2",
    "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE",
    "eventTypeCategory": "issue",
    "statusCode": "open",
    "startTime": "Wed, 04 Mar 2026 08:15:30 GMT",
    "eventDescription": [
        {"language": "en_US", "latestDescription": "Some instances fail.\\nWe look into it."},
        {"language": "en_US", "latestDescription": "More later."},
    ],
    "affectedEntities": [{"entityValue": "i-0b2e"}, {"entityValue": "i-77aa", "tags": {}}],
}
HEALTH: Final[Mapping[str, Any]] = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "AWS Health Event",
    "source": "aws.health",
    "account": "123456789012",
    "time": "2026-03-04T08:20:00Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": DETAIL,
}


def health(**members: object) -> dict[str, Any]:
    """The event with other members of its detail; None: without it."""
    return {**HEALTH, "detail": {name: value for name, value in {**DETAIL, **members}.items() if value is not None}}


LEAST_EVENT: Final[Mapping[str, Any]] = {"event_key": "disk-db1", "title": "Disk 91% on db1"}
EVENT: Final[Mapping[str, Any]] = {
    "event_key": " disk-db1\n",
    "event_type": "recovery",
    "title": "  Disk 91% on db1 ",
    "description": " Nearly full. ",
    "severity": "Warning",
    "rule": "disk",
    "image_url": "https://example.com/disk.png",
    "resource": {"resource_id": "db-1", "resource_type": "database", "name": "db1", "else": 1},
    "resources": ["rack-7", " ", "rack-8 "],
    "provider": "aws",
    "account": 123456789012,
    "additional_info": {"a.b": 1.0, "ips": ["192.0.2.17"], "up": True, "gone": None, "$x": " y ", "big": 2**70},
    "occurred_at": "2026-03-04T17:15:00+09:00",
    "colour": "red",
}


def event(**members: object) -> dict[str, Any]:
    """The least event, with other members."""
    return {**LEAST_EVENT, **members}
