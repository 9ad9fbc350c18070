"""What is older than events are kept: it is taken as upstream takes it, and is gone at once; the answer says so."""

from datetime import UTC, datetime

from whence.dialects import Context
from whence.dialects.cortex.answer import Answer
from whence.domain.access import Principal


def is_past(context: Context, by: Principal, at: datetime) -> bool:
    """Whether an event of that time is dropped as soon as it is there."""
    return at < datetime.now(UTC) - context.kept(by)


def not_kept(context: Context, by: Principal, body: bytes) -> Answer:
    """The answer to who sent such an event: what it would have been."""
    answer = Answer(body)
    answer.headers["x-whence-warning"] = f"not kept: older than {context.kept(by).days} days"
    return answer
