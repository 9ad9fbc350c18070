"""AWS SNS: the envelope that notices come in, and the handshake before the first. Source: Cloudforet contract 14.5."""

import re
from datetime import datetime
from typing import Final, cast

from whence.domain.signal import Grade, Signal
from whence.receivers import aws_health, cloudwatch
from whence.receivers.fields import Object, an_object, moment, required, scalar, text
from whence.receivers.json_text import parsed
from whence.receivers.keys import digest
from whence.receivers.reading import Fault, Reading, Why

_HEALTH: Final = "aws.health"
_CLOUDWATCH: Final = "cloudwatch"
_LONGEST_ID: Final = 200  # characters; SNS takes 36
_LONGEST_URL: Final = 4000  # characters
# Spelled out to the last letter: what one library takes for the host of an odd address, another may not.
_REAL: Final = re.compile(
    r"https://sns\.[a-z]{2}(?:-[a-z]+)+-[0-9]+\.amazonaws\.com(?:\.cn)?(?::443)?(?:[/?][!-\[\]-~]*)?"
)


def read(body: Object, now: datetime) -> Reading:
    """What the envelope holds; a body that is none is the message itself (raw delivery).

    Raises:
        Fault: it is a message of a service that is not known here, or of a known one and lacks what it must have.
    """
    if text(body, "Type") == "SubscriptionConfirmation":
        return Reading(handshake=text(body, "SubscribeURL") or None)
    message = body.get("Message")
    if message is None:
        return _message(body, now)
    if isinstance(message, str):
        inner = _inner(message)
        return Reading(signals=(_plain(body, message.strip()),)) if inner is None else _message(inner, now)
    return _message(an_object(message, "Message"), now)


def is_real_sns(url: str) -> bool:
    """Whether the address is certainly one of SNS's own, so that fetching it asks nobody else for anything."""
    return len(url) <= _LONGEST_URL and _REAL.fullmatch(url) is not None


def message_id(body: Object) -> str | None:
    """SNS's own id of the notice, which is the same when it sends the notice again; None: the body is none of SNS."""
    found = body.get("MessageId")
    is_envelope = "TopicArn" in body and "Type" in body
    return found if is_envelope and isinstance(found, str) and 0 < len(found) <= _LONGEST_ID else None


def _message(message: Object, now: datetime) -> Reading:
    if _is_alarm(message):
        return cloudwatch.read(message, now)
    if message.get("source") == _HEALTH:
        return aws_health.read(message, now)
    raise Fault("Message", Why.NOT_KNOWN)


def _is_alarm(message: Object) -> bool:
    """Whether the message is an alarm of CloudWatch."""
    parts = text(message, "AlarmArn").split(":", 3)
    return len(parts) > 2 and parts[2] == _CLOUDWATCH  # noqa: PLR2004  arn:partition:service


def _inner(message: str) -> Object | None:
    """The JSON object that the text is, if it is one."""
    try:
        value = parsed(message)
    except ValueError:
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _plain(envelope: Object, message: str) -> Signal:
    """A message in words: it says that something is the matter, not how bad it is."""
    subject = scalar(envelope, "Subject")
    return Signal(
        key=digest(f"{required(envelope, 'TopicArn')}:{subject}"),
        title=subject or message.partition("\n")[0],
        description=message,
        grade=Grade.INFO,
        occurred_at=moment(envelope, "Timestamp"),
    )
