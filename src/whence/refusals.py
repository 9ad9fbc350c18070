"""What was refused, by reason: counted once, where the answer leaves, whichever layer said no.

Who turns a refusal into an answer notes it; who sends the answer counts what was noted, or else what its status means.
"""

from collections import Counter as TallyOf
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Final

from prometheus_client import Counter

from whence.domain.errors import Reason, Refusal

REFUSALS: Final = Counter(
    "whence_refusals",
    "Requests that were refused, and what was refused of a batch or a payload.",
    ["dialect", "reason"],
)
NOBODY: Final = "none"  # among the dialects: what was refused before one was found
CUT: Final = "cut"  # in the state of a request: the reason why its body will not come to its end

_NOTED: Final[ContextVar[Reason | None]] = ContextVar("whence_noted", default=None)


def note(refusal: Refusal) -> None:
    """The request that is answered in this context is refused because of that."""
    _NOTED.set(refusal.reason)


def note_reason(reason: Reason) -> None:
    """As `note`, where nothing was raised."""
    _NOTED.set(reason)


def begin() -> None:
    """Nothing is noted of the request that is answered in this context; a connection's next comes in the same one."""
    _NOTED.set(None)


class Tally:
    """The refusals of one dialect, each a number from the start. A second tally of it adds to the same numbers.

    Args:
        statuses: what a status means when nothing was noted; one that is not here is no refusal.
    """

    def __init__(self, dialect: str, statuses: Mapping[object, Reason]) -> None:
        self._counts = {reason: REFUSALS.labels(dialect, reason.value).inc for reason in Reason}
        self._statuses = statuses

    def answered(self, status: object, cut: Reason | None = None) -> Reason | None:
        """The request of this context was answered so, which is not well; why it was refused, unless by a bug.

        `cut`: why its body did not come to its end, and so means nothing.
        """
        reason = _NOTED.get() or self._statuses.get(status)
        if reason is Reason.INVALID:
            reason = cut or reason
        if reason is not None:
            self._counts[reason]()
        return reason


def count(dialect: str, reasons: Iterable[Reason]) -> None:
    """Count what was refused of a request that was taken: items of a batch, or a payload, each by its reason."""
    for reason, times in TallyOf(reasons).items():
        REFUSALS.labels(dialect, reason.value).inc(times)
