"""Which receiver a body is for, told by its shape. Source: Cloudforet contract 14."""

from typing import cast

from whence.receivers.fields import Object


def receiver(body: Object) -> str:
    """The name of the receiver that reads such bodies."""
    if body.get("orgId") is not None:
        return "grafana"
    if _has_fingerprints(body):
        return "alertmanager"
    is_envelope = "TopicArn" in body and "Type" in body
    if is_envelope or "AlarmArn" in body or body.get("source") == "aws.health":
        return "aws_sns"
    return "direct"


def _has_fingerprints(body: Object) -> bool:
    alerts = body.get("alerts")
    return isinstance(alerts, list) and any(
        isinstance(alert, dict) and "fingerprint" in alert for alert in cast("list[object]", alerts)
    )
