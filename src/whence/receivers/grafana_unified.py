"""Grafana's unified alerting: one signal for the group that a body is about. Source: Cloudforet contract 14.2."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from whence.domain.signal import Grade, Signal, SignalKind
from whence.receivers.fields import Object, an_object, elements, members, moment, over, required, scalar, text, texts
from whence.receivers.keys import digest

_GRADES: Final[Mapping[str, Grade]] = {"firing": Grade.ERROR, "resolved": Grade.INFO}
_NO_VALUE: Final = "[no value]"
_STATE: Final = re.compile(r"\[(?:FIRING|RESOLVED)(?::[0-9]+)?(?:, RESOLVED:[0-9]+)?\]")  # all is over: no number
_REPEATED_ELSEWHERE: Final = re.compile(r"^[ \t]*(?:Annotations|Source|Silence):.*\n?", re.MULTILINE)
_GAP: Final = re.compile(r"\n{3,}")


def signal(body: Object, now: datetime) -> Signal:
    """What the body says.

    Raises:
        Fault: it has no `groupKey`, or a member of another type than it must have.
    """
    labels = members(body, "commonLabels")
    alerts = [an_object(alert, "alerts") for alert in elements(body, "alerts")]
    first: Object = alerts[0] if alerts else {}
    status = text(body, "status").lower()
    is_over = status == "resolved"
    return Signal(
        key=digest(required(body, "groupKey")),
        kind=SignalKind.RECOVERY if is_over else SignalKind.ALERT,
        title=text(labels, "alertname") or _STATE.sub("", text(body, "title"), count=1),
        description=_description(text(body, "message").replace("\r\n", "\n"), alerts),
        grade=_GRADES.get(status, Grade.NONE),
        rule=scalar(labels, "rulename") or scalar(labels, "alertname"),
        image_url=text(first, "panelURL"),
        info=texts(labels),
        occurred_at=moment(first, "startsAt") or now,
        ended_at=max((over(alert, "endsAt", now=now) for alert in alerts), default=now) if is_over else None,
    )


def _description(message: str, alerts: Sequence[Object]) -> str:
    """The message without what the event says elsewhere, and what was measured, a line each."""
    if _NO_VALUE in message:
        return "DatasourceNoData"
    said = _GAP.sub("\n\n", _REPEATED_ELSEWHERE.sub("", message)).strip()
    measured = "\n\n".join(filter(None, (_lines(text(alert, "valueString")) for alert in alerts)))
    return f"{said}\n\nValueString: \n{measured}" if measured else said


def _lines(values: str) -> str:
    return "\n".join(f"- {value}" for value in values.split(", ") if value)
