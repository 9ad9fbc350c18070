"""What is logged while a test does something."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from structlog import DropEvent
from structlog.testing import capture_logs
from structlog.typing import EventDict, WrappedLogger

_BY_ITSELF: Final = frozenset({"alerts.expired", "account.removed"})  # of whichever account, at whatever moment


@contextmanager
def logged() -> Generator[list[EventDict]]:
    """The lines of the block, but for what the house says meanwhile of accounts that other tests have left."""
    with capture_logs(processors=[_drop]) as lines:
        yield lines


def _drop(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    if line["event"] in _BY_ITSELF:
        raise DropEvent
    return line
