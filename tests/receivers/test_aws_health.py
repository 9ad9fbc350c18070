from datetime import datetime, timedelta

import pytest

from tests.receivers.payloads import ARN, HEALTH, health
from tests.receivers.said import AT, NOW, failure, signal
from whence.domain.signal import Grade, Resource, Signal, SignalKind


def test_every_member_has_its_source() -> None:
    said = signal("aws_sns", HEALTH)

    assert said == Signal(
        key=ARN,
        kind=SignalKind.ALERT,
        title="Aws Ec2 Operational Issue",
        description=(
            "Some instances fail.\nWe look into it. More later. (Account:123456789012)\n\n"
            "Affected Entities:\n - i-0b2e\n - i-77aa"
        ),
        grade=Grade.ERROR,
        rule="issue",
        resource=Resource(id=ARN, type="aws.health"),
        resources=("i-0b2e", "i-77aa"),
        provider="aws",
        account="123456789012",
        info={
            "id": "7bf73129-1428-4cd3-a780-95db273d1602",
            "account": "123456789012",
            "region": "eu-west-1",
            "service": "EC2",
            "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE",
            "affectedEntities": "['i-0b2e', 'i-77aa']",
        },
        occurred_at=AT,
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("open", SignalKind.ALERT),
        ("upcoming", SignalKind.ALERT),
        ("closed", SignalKind.RECOVERY),
        ("Closed", SignalKind.RECOVERY),
        (None, SignalKind.ALERT),
    ],
)
def test_closed_is_a_recovery(status: str | None, kind: SignalKind) -> None:
    assert signal("aws_sns", health(statusCode=status)).kind is kind


@pytest.mark.parametrize(
    ("category", "grade"),
    [
        ("issue", Grade.ERROR),
        ("scheduledChange", Grade.ERROR),
        ("accountNotification", Grade.INFO),
        (None, Grade.INFO),
    ],
)
def test_the_category_says_how_bad_it_is(category: str | None, grade: Grade) -> None:
    assert signal("aws_sns", health(eventTypeCategory=category)).grade is grade


@pytest.mark.parametrize("entities", [None, [], [{}]])
def test_nothing_may_be_affected(entities: object) -> None:
    said = signal("aws_sns", health(affectedEntities=entities, eventDescription=None))

    assert said.description == "(Account:123456789012)\n\nAffected Entities: None"
    assert (said.resources, said.info["affectedEntities"]) == ((), "[]")


@pytest.mark.parametrize(
    ("start", "at"),
    [
        ("Wed, 04 Mar 2026 08:15:30 GMT", AT),
        ("Wed, 4 Mar 2026 17:15:30 +0900", AT),
        ("2026-03-04T08:15:30Z", AT),
        ("0001-01-01T00:00:00Z", NOW),
        (None, NOW),
        (7, NOW),
    ],
)
def test_it_occurred_when_it_started(start: object, at: datetime) -> None:
    assert signal("aws_sns", health(startTime=start)).occurred_at == at


@pytest.mark.parametrize(
    ("end", "at"), [("Wed, 04 Mar 2026 08:45:30 GMT", AT + timedelta(minutes=30)), ("later", NOW), (None, NOW)]
)
def test_it_was_over_when_it_ended(end: object, at: datetime) -> None:
    over = signal("aws_sns", health(statusCode="closed", endTime=end))

    assert (over.occurred_at, over.ended_at) == (AT, at)
    assert signal("aws_sns", health(endTime=end)).ended_at is None


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"eventArn": None}, "eventArn:missing"),
        ({"eventArn": []}, "eventArn:not_text"),
        ({"startTime": "Wed, 32 Mar 2026 08:15:30 GMT"}, "startTime:not_a_time"),
        ({"startTime": "Wed, 04 Mrz 2026 08:15:30 GMT"}, "startTime:not_a_time"),
        ({"affectedEntities": "i-1"}, "affectedEntities:not_a_list"),
        ({"affectedEntities": ["i-1"]}, "affectedEntities:not_an_object"),
        ({"eventDescription": [7]}, "eventDescription:not_an_object"),
    ],
)
def test_what_cannot_be_read(members: dict[str, object], expected: str) -> None:
    assert failure("aws_sns", health(**members)) == expected


def test_without_a_detail_it_cannot_be_read() -> None:
    assert failure("aws_sns", {"source": "aws.health"}) == "eventArn:missing"
    assert failure("aws_sns", {"source": "aws.health", "detail": []}) == "detail:not_an_object"
