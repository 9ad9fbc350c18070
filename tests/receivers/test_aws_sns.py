import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.receivers.payloads import ALARM, TOPIC, notice
from tests.receivers.said import AT, failure, hashed, reading, signal
from whence.domain.signal import Grade, Signal
from whence.receivers import Reading, is_real_sns, message_id

CONFIRM: Final = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=a:b&Token=233"


@pytest.mark.parametrize("receiver", ["aws_sns", "plugin-of-somebody"])
def test_a_subscription_is_a_handshake(receiver: str) -> None:
    """Nothing is fetched here: the address is told."""
    body = notice("You have chosen to subscribe", Type="SubscriptionConfirmation", SubscribeURL=f" {CONFIRM} ")

    assert reading(receiver, body) == Reading(handshake=CONFIRM)


@pytest.mark.parametrize("url", [None, "", " "])
def test_a_subscription_without_an_address_is_nothing(url: object) -> None:
    assert reading("aws_sns", {"Type": "SubscriptionConfirmation", "SubscribeURL": url}) == Reading()


def test_a_message_in_words_is_an_alert() -> None:
    said = signal("aws_sns", notice("The nightly job failed.\nLook at it.", Subject="Nightly"))

    assert said == Signal(
        key=hashed(f"{TOPIC}:Nightly"),
        title="Nightly",
        description="The nightly job failed.\nLook at it.",
        grade=Grade.INFO,
        occurred_at=AT,
    )


@pytest.mark.parametrize("message", ["Failed.\nLook.", "\n Failed. \n", "42", '"Failed."', "[1]", '{"a": "\\u0000"}'])
def test_without_a_subject_the_first_line_is_the_title(message: str) -> None:
    """JSON that is no object, or cannot be stored, is words too."""
    said = signal("aws_sns", notice(message))

    assert said.key == hashed(f"{TOPIC}:")
    assert said.title == message.strip().split("\n")[0].strip()
    assert said.description == message.strip()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (notice('{"hello": "world"}'), "Message:not_known"),
        (notice({"hello": "world"}), "Message:not_known"),
        (notice('{"AlarmArn": "arn:aws:other:eu-west-1:1:alarm:a", "AlarmName": "a"}'), "Message:not_known"),
        (notice(7), "Message:not_an_object"),
        (notice([]), "Message:not_an_object"),
        ({"Message": "words"}, "TopicArn:missing"),
        (notice("words", Subject={}), "Subject:not_text"),
        (notice("words", Timestamp="now"), "Timestamp:not_a_time"),
        ({}, "Message:not_known"),
    ],
)
def test_what_cannot_be_read(body: Mapping[str, Any], expected: str) -> None:
    assert failure("aws_sns", body) == expected


@pytest.mark.parametrize("body", [ALARM, notice(json.dumps(ALARM)), notice(dict(ALARM))])
def test_a_message_may_come_in_an_envelope_or_raw(body: Mapping[str, Any]) -> None:
    assert signal("aws_sns", body) == signal("aws_sns", ALARM)
    assert signal("aws_sns", body).title == "cpu-high"


@pytest.mark.parametrize(
    "url",
    [
        CONFIRM,
        "https://sns.eu-west-1.amazonaws.com",
        "https://sns.eu-west-1.amazonaws.com:443/?a=b",
        "https://sns.us-gov-west-1.amazonaws.com/",
        "https://sns.ap-northeast-2.amazonaws.com?Action=ConfirmSubscription",
        "https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription",
    ],
)
def test_an_address_of_sns_is_real(url: str) -> None:
    assert is_real_sns(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://sns.eu-west-1.amazonaws.com/",
        "https://sns.eu-west-1.amazonaws.com.example.com/",
        "https://sns.eu-west-1.amazonaws.com.cn.example.com/",
        "https://sns.eu-west-1.amazonaws.comx/",
        "https://example.com/sns.eu-west-1.amazonaws.com",
        "https://sns.eu-west-1.amazonaws.com@example.com/",
        "https://user:secret@sns.eu-west-1.amazonaws.com/",
        "https://sns.eu-west-1.amazonaws.com:8443/",
        "https://sns.eu-west-1.amazonaws.com:80/",
        "https://evil.sns.eu-west-1.amazonaws.com/",
        "https://sns.amazonaws.com/",
        "https://sns.a.b.amazonaws.com/",
        "https://sns.europe.amazonaws.com/",
        "https://sns.eu-west-1.s3.amazonaws.com/",
        "https://s3.eu-west-1.amazonaws.com/",
        "https://sns.eu-west-1.amazonaws.com\\@example.com/",
        "https://sns.eu-west-1.amazonaws.com/\r\nHost: example.com",
        "https://sns.eu-west-1.amazonaws.com/\\x",
        "https://sns.eu-west-1.amazonaws.com#@example.com",
        "https://sns.eu-wést-1.amazonaws.com/",
        "https://127.0.0.1/",
        "https://sns.eu-west-1.amazonaws.com/\n",
        "file:///etc/passwd",
        "https://sns.eu-west-1.amazonaws.com/?" + "a" * 4000,
        "https://sns.aa" + "-a" * 100_000,
    ],
)
def test_another_address_is_not(url: str) -> None:
    assert not is_real_sns(url)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (notice("m"), "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"),
        (notice("m", MessageId=None), None),
        (notice("m", MessageId=7), None),
        (notice("m", MessageId=""), None),
        (notice("m", MessageId="a" * 201), None),
        ({"MessageId": "a"}, None),
        ({}, None),
    ],
)
def test_a_notice_has_an_id(body: Mapping[str, Any], expected: str | None) -> None:
    assert message_id(body) == expected
