"""What a caller is told when something is wrong with us: an id, by which the log knows the rest."""

import structlog

from whence.dialects.cloudforet.errors import Code, Fault
from whence.dialects.cloudforet.vocabulary import NAME

log = structlog.get_logger()


def broken(bug: Exception, request_id: str) -> Fault:
    """The fault; logs the bug, once, without what was sent."""
    log.error("request.broken", dialect=NAME, request_id=request_id, exc_info=bug)
    return Fault(Code.UNKNOWN, f"Internal error. (request_id = {request_id})")
