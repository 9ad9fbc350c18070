"""Grafana's alerting before version 9: one signal for the rule of a panel. Source: Cloudforet contract 14.3."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from whence.domain.signal import Grade, Signal, SignalKind
from whence.receivers.fields import Object, required, scalar, text, texts
from whence.receivers.keys import digest
from whence.receivers.reading import Fault, Why

_GRADES: Final[Mapping[str, Grade]] = {"alerting": Grade.ERROR, "ok": Grade.INFO}
_STATE: Final = re.compile(r"\[(?:Alerting|OK|No Data)\]")
_IDENTITY: Final = ("dashboardId", "panelId", "ruleId", "orgId")
_INFO: Final[Mapping[str, str]] = {
    "dashboardId": "dashboard_id",
    "panelId": "panel_id",
    "orgId": "org_id",
    "ruleUrl": "rule_url",
}


def signal(body: Object, now: datetime) -> Signal:
    """What the body says; it names no time, so it is of now.

    Raises:
        Fault: one of the four ids is missing.
    """
    state = text(body, "state").lower()
    return Signal(
        key=digest(*(_double(body, name) for name in _IDENTITY)),
        kind=SignalKind.RECOVERY if state == "ok" else SignalKind.ALERT,
        title=_STATE.sub("", text(body, "title"), count=1),
        description=text(body, "message"),
        grade=_GRADES.get(state, Grade.NONE),
        rule=scalar(body, "ruleName"),
        image_url=text(body, "imageUrl"),
        info=_info(body),
        occurred_at=now,
    )


def _double(body: Object, name: str) -> str:
    """`58.0`: the vendor's numbers travel as doubles, and its keys were made of those."""
    value = body.get(name)
    if not isinstance(value, int | float):
        return required(body, name)
    try:
        return repr(float(value))
    except OverflowError:
        raise Fault(name, Why.NOT_A_NUMBER) from None


def _info(body: Object) -> dict[str, str]:
    info = {_INFO[name]: value for name, value in texts(body, _INFO).items()}
    matches = body.get("evalMatches")
    return info if matches is None else info | {"eval_matches": json.dumps(matches, ensure_ascii=False)}
