"""How the service's log lines look. What is measured is declared beside the code that measures it.

Labels and fields come from closed sets only: no token, header, body or path of a caller is ever one.
"""

import logging
import sys
from typing import Literal

import structlog


def configure_logging(style: Literal["console", "json"], *, level: int = logging.INFO) -> None:
    """Log to stderr, one line an event: for people or as JSON."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
