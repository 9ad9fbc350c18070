"""How the service's log lines look, and which release says so. What is measured is declared beside what it measures.

Labels and fields come from closed sets only: no token, header, body or path of a caller is ever one.
"""

import logging
import platform
import sys
from collections.abc import Mapping
from typing import Final, Literal

import structlog
from prometheus_client import Gauge

from whence import __version__

BUILD: Final = Gauge("whence_build_info", "The release; always 1.", ["version", "python"], multiprocess_mode="livemax")


def tell_build() -> None:
    """Say which release this process is."""
    BUILD.labels(__version__, platform.python_version()).set(1)


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
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),  # one write a line: workers share the stream
        cache_logger_on_first_use=True,
    )
    logging.getLogger().addHandler(_LIBRARIES)  # the same one each time, so there is one
    logging.captureWarnings(True)  # noqa: FBT003  its only argument


# Who quotes what may be a secret, and what is said instead.
_UNQUOTED: Final[Mapping[str, str]] = {
    "opentelemetry.util.re": "what is no name=value was left out of OTEL_EXPORTER_OTLP_HEADERS, or of one like it",
}


class _Libraries(logging.Handler):
    """What libraries complain of, as lines of ours; without it Python writes bare text, over several lines."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        try:
            said = _UNQUOTED.get(record.name) or record.getMessage()
            tell("library.trouble", of=record.name, said=said, exc_info=record.exc_info)
        except Exception:  # noqa: BLE001  as each handler does: whoever logs must not fail by it
            self.handleError(record)


_LIBRARIES: Final = _Libraries(logging.WARNING)
