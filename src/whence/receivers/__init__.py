"""Payloads of monitors to signals: one module a source. Pure: nothing here asks anybody for anything.

A body has as many signals as its source puts into one; what cannot be read is told, never raised.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from whence.domain.signal import Signal
from whence.receivers import alertmanager, aws_sns, detect, direct, grafana, payload, templates
from whence.receivers.aws_sns import is_real_sns, message_id
from whence.receivers.options import Options, UnknownOption, WrongOption
from whence.receivers.reading import Fault, Reading, Unreadable
from whence.receivers.trimming import trimmed

__all__ = ["Reading", "UnknownOption", "Unreadable", "WrongOption", "check", "is_real_sns", "message_id", "read"]

_READERS: Final[Mapping[str, Callable[[Mapping[str, object], datetime], Reading]]] = {
    "alertmanager": alertmanager.read,
    "grafana": grafana.read,
    "aws_sns": aws_sns.read,
    "direct": direct.read,
}


def read(receiver: str, body: Mapping[str, object], options: Mapping[str, object], *, now: datetime) -> Reading:
    """What the body says. A receiver that is none of ours stands for the one that the body's shape asks for.

    Args:
        options: such as `check` lets pass.
        now: stands for the time that a source leaves out though its events have one.

    Raises:
        UnknownOption, WrongOption: the options were not checked.
    """
    wanted = Options.of(receiver, options)
    try:
        found = _read(receiver, body, wanted, now)
    except Fault as fault:
        return Reading(signals=(fault.unreadable,))
    return Reading(
        signals=tuple(trimmed(said) if isinstance(said, Signal) else said for said in found.signals),
        handshake=found.handshake,
    )


def check(receiver: str, options: Mapping[str, object]) -> None:
    """Return when the receiver can work with the options.

    Raises:
        UnknownOption: the receiver does not have one of them.
        WrongOption: a value is of the wrong type.
    """
    Options.of(receiver, options)


def _read(receiver: str, body: Mapping[str, object], wanted: Options, now: datetime) -> Reading:
    """As `read`, untrimmed. Raises Fault where nothing of the body can be read."""
    if wanted.confirm_url and (handshake := payload.address(body, wanted.confirm_url)):
        return Reading(handshake=handshake)  # first of all: where others have JSON, a handshake has words
    if wanted.load_json:
        body = payload.unpacked(body, wanted.load_json)
    if wanted.convert_data is not None:
        return direct.read(templates.event(wanted.convert_data, body), now)
    if wanted.message_root:
        body = payload.rooted(body, wanted.message_root)
    return _READERS[receiver if receiver in _READERS else detect.receiver(body)](body, now)
