"""Spans as OpenTelemetry's SDK makes and sends them: over OTLP, as protobuf in HTTP, in batches, beside the loop."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from time import time_ns
from typing import Final

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from whence import __version__
from whence.domain.errors import Refusal
from whence.spans import Facts, Headers, Span, Spans, Statement

_LAST_SECONDS: Final = 3.0  # for the collector to take what is left when the server stops
_GIVING_UP_SECONDS: Final = 0.2  # for the library to say so, if it is not in the midst of a request
_LONGEST_STATEMENT: Final = 2000  # characters that are told of one
_PARENT: Final = frozenset({"traceparent", "tracestate"})
_NO_FACTS: Final[Facts] = {}
_LIBRARY: Final = "opentelemetry"  # its loggers

log = structlog.get_logger()


@asynccontextmanager
async def exported() -> AsyncGenerator[Spans]:
    """Spans that are sent to the collector that the environment names (`OTEL_EXPORTER_OTLP_ENDPOINT`)."""
    exporter = OTLPSpanExporter()
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    with _trouble_is_logged():
        log.info("traces.sent")
        try:
            yield OtelSpans(provider)
        finally:
            await asyncio.to_thread(_close, provider, exporter)


class OtelSpans:
    """Spans of this provider, which decides what is sampled and where they go."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("whence", __version__)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def serving(self, headers: Headers) -> Generator["_Span"]:
        """As `Spans.serving`."""
        sent = {name: value for name, value in map(_decoded, headers) if name in _PARENT}
        parent = self._propagator.extract(sent, context=Context())
        with self._tracer.start_as_current_span(
            "request", context=parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            yield _Span(span)

    @contextmanager
    def within(self, name: str, facts: Facts = _NO_FACTS) -> Generator[Span]:
        """As `Spans.within`. Of what fails no text is told: a database quotes the values that it refuses."""
        with self._tracer.start_as_current_span(
            name, attributes=facts, record_exception=False, set_status_on_exception=False
        ) as span:
            made = _Span(span)
            try:
                yield made
            except Refusal as refusal:
                made.fail(refusal.reason.value)
                raise
            except Exception as bug:
                made.fail(type(bug).__name__)
                raise

    def statement(self, told: Statement) -> None:
        """A statement is part of what goes on here; its parameters are not told."""
        if not trace.get_current_span().is_recording():
            return
        end = time_ns()
        span = self._tracer.start_span(
            told.query.split(maxsplit=1)[0].lower().rstrip(";"),
            kind=SpanKind.CLIENT,
            start_time=end - round(told.elapsed * 1e9),
            attributes={"db.system.name": "postgresql", "db.query.text": told.query.strip()[:_LONGEST_STATEMENT]},
        )
        if told.exception is not None:
            _Span(span).fail(type(told.exception).__name__)
        span.end(end)


class _Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def place(self) -> trace.SpanContext:
        return self._span.get_span_context()

    def name(self, name: str) -> None:
        self._span.update_name(name)

    def put(self, name: str, value: str | int) -> None:
        self._span.set_attribute(name, value)

    def fail(self, why: str) -> None:
        self._span.set_attribute("error.type", why)
        self._span.set_status(StatusCode.ERROR)

    def link(self, other: Span) -> None:
        if isinstance(other, _Span):
            self._span.add_link(other.place)


def _decoded(header: tuple[bytes | str, bytes | str]) -> tuple[str, str]:
    name, value = (part.decode("latin-1") if isinstance(part, bytes) else part for part in header)
    return name.lower(), value


def _resource() -> Resource:
    """Who sends: as the environment says, else by the service's own name."""
    named = Resource.create({SERVICE_VERSION: __version__})
    if str(named.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        return named.merge(Resource({SERVICE_NAME: "whence"}))
    return named


def _close(provider: TracerProvider, exporter: OTLPSpanExporter) -> None:
    """What is over is sent; a collector that does not answer keeps nobody waiting for long.

    Of the library's two ways to end, one waits for an answer that may never come, the other sends nothing any more.
    """
    sending = Thread(target=provider.shutdown, daemon=True)
    sending.start()
    sending.join(_LAST_SECONDS)
    if sending.is_alive():
        exporter.shutdown()
        sending.join(_GIVING_UP_SECONDS)


class _Trouble(logging.Handler):
    """The library's own complaints, as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log.warning("traces.trouble", of=record.name.rpartition(".")[2], said=record.getMessage()[:_LONGEST_STATEMENT])


@contextmanager
def _trouble_is_logged() -> Generator[None]:
    library, trouble = logging.getLogger(_LIBRARY), _Trouble(logging.WARNING)
    library.addHandler(trouble)
    library.propagate = False
    try:
        yield
    finally:
        library.removeHandler(trouble)
        library.propagate = True
