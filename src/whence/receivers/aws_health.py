"""AWS Health: one signal an event. Source: Cloudforet contract 14.6."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from whence.domain.signal import Grade, Resource, Signal, SignalKind, python_text
from whence.receivers.fields import Object, an_object, elements, members, moment, over, required, scalar, text, texts
from whence.receivers.moments import of_http_date, of_iso
from whence.receivers.reading import Reading

_GRADES: Final[Mapping[str, Grade]] = {"issue": Grade.ERROR, "scheduledChange": Grade.ERROR}


def read(message: Object, now: datetime) -> Reading:
    """What the event says.

    Raises:
        Fault: it has no `detail.eventArn`, or a member of another type than it must have.
    """
    detail = members(message, "detail")
    arn = required(detail, "eventArn")
    affected = _affected(detail)
    category = scalar(detail, "eventTypeCategory")
    is_over = text(detail, "statusCode").lower() == "closed"
    signal = Signal(
        key=arn,
        kind=SignalKind.RECOVERY if is_over else SignalKind.ALERT,
        title=text(detail, "eventTypeCode").replace("_", " ").title(),
        description=_description(detail, scalar(message, "account"), affected),
        grade=_GRADES.get(category, Grade.INFO),
        rule=category,
        resources=tuple(affected),
        resource=Resource(id=arn, type=text(message, "source")),
        provider="aws",
        account=scalar(message, "account"),
        info=_info(message, detail, affected),
        occurred_at=moment(detail, "startTime", reads=_time) or now,
        ended_at=over(detail, "endTime", now=now, reads=_time) if is_over else None,
    )
    return Reading(signals=(signal,))


def _affected(detail: Object) -> list[str]:
    entities = (an_object(entity, "affectedEntities") for entity in elements(detail, "affectedEntities"))
    return [value for entity in entities if (value := text(entity, "entityValue"))]


def _description(detail: Object, account: str, affected: Sequence[str]) -> str:
    parts = (an_object(part, "eventDescription") for part in elements(detail, "eventDescription"))
    said = " ".join(filter(None, (text(part, "latestDescription") for part in parts))).replace("\\n", "\n")
    entities = "".join(f"\n - {value}" for value in affected) or " None"
    return f"{said} (Account:{account})\n\nAffected Entities:{entities}"


def _info(message: Object, detail: Object, affected: Sequence[str]) -> dict[str, str]:
    info = texts(message, ("id", "account", "region")) | texts(detail, ("service", "eventTypeCode"))
    return info | {"affectedEntities": python_text(list(affected))}


def _time(text: str) -> datetime | None:
    """The time as the service writes it, `Wed, 04 Mar 2026 08:15:30 GMT`, or as ISO 8601 does; None: neither."""
    return of_http_date(text) or of_iso(text)
