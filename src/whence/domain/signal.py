"""One thing that a monitor says through a webhook: that something is wrong, that it is over, or nothing readable."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from whence.domain.immutable import immutable
from whence.domain.query import FieldType, Schema


class SignalKind(StrEnum):
    """What a signal says."""

    ALERT = "ALERT"
    RECOVERY = "RECOVERY"
    ERROR = "ERROR"


class Grade(StrEnum):
    """How bad it is in the words of monitors: finer than a severity, as it may be unknown or not said."""

    CRITICAL = "CRITICAL"
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"
    NOT_AVAILABLE = "NOT_AVAILABLE"
    NONE = "NONE"


# What a signal that was stored can be asked for by, as `domain.query` has it. `resource`: of the source.
FIELDS: Final[Schema] = {
    "event_id": FieldType.TEXT,
    "event_key": FieldType.TEXT,
    "event_type": FieldType.TEXT,
    "title": FieldType.TEXT,
    "description": FieldType.TEXT,
    "severity": FieldType.TEXT,
    "rule": FieldType.TEXT,
    "image_url": FieldType.TEXT,
    "resources": FieldType.TEXTS,
    "provider": FieldType.TEXT,
    "account": FieldType.TEXT,
    "additional_info": FieldType.JSON,
    "raw_data": FieldType.JSON,
    "resource": FieldType.JSON,
    "domain_id": FieldType.TEXT,
    "workspace_id": FieldType.TEXT,
    "project_id": FieldType.TEXT,
    "alert_id": FieldType.TEXT,
    "webhook_id": FieldType.TEXT,
    "created_at": FieldType.TIME,
    "occurred_at": FieldType.TIME,
}


@immutable
class Resource:
    """The thing that a source says it is about, in the source's own words."""

    id: str = ""
    type: str = ""
    name: str = ""


@immutable
class Signal:
    """What a receiver reads out of a payload. Texts are trimmed.

    `key`: the same for all that is said of one condition. `rule`: the name of the rule that fired. `resources`: names.
    `account`: the source's own, at its `provider`. `info`: further facts, values as text. `occurred_at`: as the source
    claims; None: it does not say. `ended_at`: of a recovery, when what was wrong was over, from sources whose
    `occurred_at` is still when it began.
    """

    key: str
    kind: SignalKind = SignalKind.ALERT
    title: str = ""
    description: str = ""
    grade: Grade = Grade.NONE
    rule: str = ""
    image_url: str = ""
    resources: tuple[str, ...] = ()
    resource: Resource | None = None
    provider: str = ""
    account: str = ""
    info: Mapping[str, str] = field(default_factory=dict[str, str])
    occurred_at: datetime | None = None
    ended_at: datetime | None = None


def python_text(value: object) -> str:
    """The text of a fact, as Python prints it: that is what readers of signals expect.

    A text as it is; `True`, `None`, `['192.0.2.17']`; a number without a superfluous `.0`.
    """
    return value if isinstance(value, str) else _printed(value)


def _printed(value: object) -> str:
    match value:
        case float():
            return repr(value).removesuffix(".0")
        case list():
            return "[" + ", ".join([_printed(item) for item in cast("list[object]", value)]) + "]"
        case dict():
            members = cast("dict[str, object]", value).items()
            return "{" + ", ".join([f"{name!r}: {_printed(item)}" for name, item in members]) + "}"
        case _:
            return repr(value)
