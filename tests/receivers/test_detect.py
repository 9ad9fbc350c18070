from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.receivers.payloads import (
    ALARM,
    EVENT,
    FIRING,
    HEALTH,
    LEGACY,
    UNIFIED,
    group,
    notice,
    unified,
)
from tests.receivers.said import reading

READ_BY: Final[list[tuple[Mapping[str, Any], str]]] = [
    (group(FIRING), "alertmanager"),
    (group("x", FIRING), "alertmanager"),
    (UNIFIED, "grafana"),
    (unified(alerts=[{"fingerprint": "a"}]), "grafana"),
    (LEGACY, "grafana"),
    (notice("words"), "aws_sns"),
    (notice("words", Type="SubscriptionConfirmation", SubscribeURL="https://x.example"), "aws_sns"),
    (ALARM, "aws_sns"),
    (HEALTH, "aws_sns"),
    (EVENT, "direct"),
    ({"alerts": []}, "direct"),
    ({"alerts": [{"labels": {}}, 7]}, "direct"),
    ({"alerts": "fingerprint"}, "direct"),
    ({"TopicArn": "arn"}, "direct"),
    ({"source": "aws.ec2"}, "direct"),
    ({}, "direct"),
]


@pytest.mark.parametrize(("body", "receiver"), READ_BY)
@pytest.mark.parametrize("name", ["plugin-of-somebody", "", "Direct"])
def test_the_shape_of_a_body_says_who_reads_it(body: Mapping[str, Any], receiver: str, name: str) -> None:
    """Where the receiver's name is none of ours."""
    assert reading(name, body) == reading(receiver, body)
