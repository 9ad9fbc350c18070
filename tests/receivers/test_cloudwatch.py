from datetime import datetime

import pytest

from tests.receivers.payloads import ALARM, FORMULA, alarm
from tests.receivers.said import AT, NOW, failure, hashed, reading, signal
from whence.domain.signal import Grade, Resource, Signal, SignalKind
from whence.receivers import Unreadable


def test_every_member_has_its_source() -> None:
    """The key holds no time, so that an OK meets its ALARM."""
    said = signal("aws_sns", ALARM)

    name = "[AWS/EC2] InstanceId=i-0b2e (Asia Pacific (Seoul))"
    assert said == Signal(
        key=hashed("123456789012:i-0b2e:cpu-high"),
        kind=SignalKind.ALERT,
        title="cpu-high",
        description="Threshold crossed.",
        grade=Grade.ERROR,
        rule="cpu-high",
        resource=Resource(id="i-0b2e", type="AWS/EC2", name=name),
        resources=(name,),
        provider="aws",
        account="123456789012",
        info={
            "AWSAccountId": "123456789012",
            "AlarmArn": "arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:cpu-high",
            "AlarmName": "cpu-high",
            "OldStateValue": "OK",
            "Region": "Asia Pacific (Seoul)",
            "MetricName": "CPUUtilization",
            "Namespace": "AWS/EC2",
        },
        occurred_at=AT,
    )


@pytest.mark.parametrize(
    ("state", "kind", "grade"),
    [
        ("OK", SignalKind.RECOVERY, Grade.INFO),
        ("ALARM", SignalKind.ALERT, Grade.ERROR),
        ("ALERT", SignalKind.ALERT, Grade.ERROR),
        ("INSUFFICIENT_DATA", SignalKind.ALERT, Grade.NONE),
        (None, SignalKind.ALERT, Grade.NONE),
    ],
)
def test_the_state_says_how_bad_it_is(state: str | None, kind: SignalKind, grade: Grade) -> None:
    said = signal("aws_sns", alarm(NewStateValue=state))

    assert (said.kind, said.grade) == (kind, grade)


def test_a_formula_is_a_signal_for_each_dimension() -> None:
    said = [one for one in reading("aws_sns", alarm(Trigger=FORMULA)).signals if isinstance(one, Signal)]

    assert [one.key for one in said] == [hashed(f"123456789012:{value}:cpu-high") for value in ("shop", "a", "tg")]
    assert [one.resource and one.resource.name for one in said] == [
        "[AWS/ELB] LoadBalancer=shop (Asia Pacific (Seoul))",
        "[AWS/ELB] Zone=a (Asia Pacific (Seoul))",
        "[AWS/ELB] TargetGroup=tg (Asia Pacific (Seoul))",
    ]
    assert said[2].info["MetricName"] == "HTTPCode_5XX"


@pytest.mark.parametrize("trigger", [None, {}, {"Dimensions": []}, {"Dimensions": None, "Metrics": [{"Id": "e"}]}])
def test_without_dimensions_it_is_about_the_alarm(trigger: object) -> None:
    """It is not lost."""
    said = signal("aws_sns", alarm(Trigger=trigger))

    assert said.key == hashed("123456789012::cpu-high")
    assert said.resource == Resource(name="cpu-high")
    assert said.resources == ("cpu-high",)
    assert "MetricName" not in said.info


def test_nulls_are_left_out_of_the_facts() -> None:
    said = signal("aws_sns", alarm(Region=None, OldStateValue=None, Trigger={"Namespace": "AWS/EC2"}))

    assert set(said.info) == {"AWSAccountId", "AlarmArn", "AlarmName"}
    assert said.resource == Resource(type="AWS/EC2", name="cpu-high")


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ("2026-03-04T08:15:30.120+0000", AT.replace(microsecond=120_000)),
        ("2026-03-04T17:15:30.000+0900", AT),
        ("2026-03-04T08:15:30Z", AT),
        (None, NOW),
    ],
)
def test_it_occurred_when_the_state_changed(changed: str | None, at: datetime) -> None:
    assert signal("aws_sns", alarm(StateChangeTime=changed)).occurred_at == at


def test_a_bad_dimension_spoils_no_other() -> None:
    dimensions: list[object] = ["x", {"name": "n"}, {"name": "n", "value": 7}, {"name": "n", "value": {}}]

    said = reading("aws_sns", alarm(Trigger={"Dimensions": dimensions})).signals

    assert [one.failure if isinstance(one, Unreadable) else one.resources for one in said] == [
        "Dimensions:not_an_object",
        "value:missing",
        ("n=7 (Asia Pacific (Seoul))",),
        "value:not_text",
    ]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"AlarmName": None}, "AlarmName:missing"),
        ({"AlarmName": {}}, "AlarmName:not_text"),
        ({"AWSAccountId": []}, "AWSAccountId:not_text"),
        ({"Trigger": "t"}, "Trigger:not_an_object"),
        ({"Trigger": {"Dimensions": {}}}, "Dimensions:not_a_list"),
        ({"Trigger": {"Metrics": ["m"]}}, "Metrics:not_an_object"),
        ({"StateChangeTime": "now"}, "StateChangeTime:not_a_time"),
    ],
)
def test_what_cannot_be_read(members: dict[str, object], expected: str) -> None:
    assert failure("aws_sns", alarm(**members)) == expected


def test_what_every_signal_repeats_is_bounded() -> None:
    """A body of a megabyte does not become gigabytes."""
    dimensions = [{"name": "n", "value": "v"}] * 9_000

    assert len(reading("aws_sns", alarm(Trigger={"Dimensions": dimensions})).signals) == 9_000
    assert (
        failure("aws_sns", alarm(NewStateReason="a" * 100_000, Trigger={"Dimensions": dimensions}))
        == "Dimensions:too_long"
    )
