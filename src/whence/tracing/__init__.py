"""Traces by OpenTelemetry, when they are switched on. Nothing of it is imported when they are not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal

from whence.spans import NOWHERE, Spans


class TracingError(Exception):
    """Traces were asked for and cannot be had; the text says what to install."""


@asynccontextmanager
async def spans(kind: Literal["off", "otlp"]) -> AsyncGenerator[Spans]:
    """Where spans go while the block runs; what is over by its end has been sent, if the collector answers.

    Where that is, what is sampled and more stands in the environment, as OpenTelemetry names it (`OTEL_…`).

    Raises:
        TracingError: the extra is not installed.
    """
    if kind == "off":
        yield NOWHERE
        return
    try:
        from whence.tracing import otel  # noqa: PLC0415  an extra, and 40 MiB that nobody else pays for
    except ImportError as exc:
        missing = f"OpenTelemetry is not installed ({exc.name or exc}); pip install 'whence[otel]' installs it"
        raise TracingError(missing) from exc
    async with otel.exported() as made:
        yield made
