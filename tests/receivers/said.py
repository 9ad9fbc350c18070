"""What a body says to a receiver, for tests: the signal or the failure that they expect of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import md5
from typing import Any, Final

from whence.domain.signal import Signal
from whence.receivers import Reading, Unreadable, read

NOW: Final = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
AT: Final = datetime(2026, 3, 4, 8, 15, 30, tzinfo=UTC)


def reading(receiver: str, body: Mapping[str, Any], **options: object) -> Reading:
    """All of it."""
    return read(receiver, body, options, now=NOW)


def signal(receiver: str, body: Mapping[str, Any], **options: object) -> Signal:
    """The one signal that it is."""
    (said,) = reading(receiver, body, **options).signals
    assert isinstance(said, Signal), said
    return said


def failure(receiver: str, body: Mapping[str, Any], **options: object) -> str:
    """The failure that all of it is."""
    (said,) = reading(receiver, body, **options).signals
    assert isinstance(said, Unreadable), said
    assert said.reason.startswith("Fail to parse the event. (key = ")
    return said.failure


def hashed(text: str) -> str:
    """The MD5 of the text as keys have it."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()
