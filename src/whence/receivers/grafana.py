"""Grafana's webhooks, told apart by their bodies: unified alerting, legacy alerting, or a notice of SNS about them.

Source: Cloudforet contract 14.2 to 14.4.
"""

from datetime import datetime
from typing import Final

from whence.domain.signal import Grade, Signal
from whence.receivers import grafana_legacy, grafana_unified
from whence.receivers.fields import Object, moment, required, text, texts
from whence.receivers.keys import digest
from whence.receivers.reading import Reading

_NOTICED: Final = (
    "Timestamp",
    "MessageId",
    "SigningCertURL",
    "Signature",
    "SignatureVersion",
    "Type",
    "Message",
    "Token",
    "TopicArn",
    "SubscribeURL",
)


def read(body: Object, now: datetime) -> Reading:
    """The one signal of the body.

    Raises:
        Fault: it has not what its kind of body needs.
    """
    return Reading(signals=(_signal(body, now),))


def _signal(body: Object, now: datetime) -> Signal:
    if body.get("dashboardId") and body.get("orgId"):
        return grafana_legacy.signal(body, now)
    if body.get("orgId") is not None:
        return grafana_unified.signal(body, now)
    return _notice(body)


def _notice(body: Object) -> Signal:
    return Signal(
        key=digest(required(body, "TopicArn")),
        title=text(body, "Type"),
        description=text(body, "Message"),
        grade=Grade.INFO,
        image_url=text(body, "SubscribeURL"),
        info=texts(body, _NOTICED),
        occurred_at=moment(body, "Timestamp"),
    )
