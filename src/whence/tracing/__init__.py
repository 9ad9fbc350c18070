"""Traces by OpenTelemetry, when they are switched on. Nothing of it is imported when they are not."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal

from whence.spans import NOWHERE, Spans


class TracingError(Exception):
    """Traces were asked for and cannot be had; the text says what to install, or what to mend."""


@asynccontextmanager
async def spans(kind: Literal["off", "otlp"]) -> AsyncGenerator[Spans]:
    """Where spans go while the block runs; what is over by its end has been sent, if the collector answers.

    Where that is, what is sampled and more stands in the environment, as OpenTelemetry names it (`OTEL_…`).

    Raises:
        TracingError: the extra is not installed, or a variable of OpenTelemetry's holds what it cannot take.
    """
    if kind == "off":
        yield NOWHERE
        return
    try:
        from whence.tracing import otel  # noqa: PLC0415  an extra, and 40 MiB that nobody else pays for
    except ImportError as exc:
        missing = f"OpenTelemetry is not installed ({exc.name or exc}); pip install 'whence[otel]' installs it"
        raise TracingError(missing) from exc
    async with AsyncExitStack() as stack:
        try:
            made = await stack.enter_async_context(otel.exported())
        except ValueError as exc:  # of its variables those that are numbers, which it quotes
            raise TracingError(f"a variable of OpenTelemetry's (OTEL_…) has a wrong value: {exc}") from exc
        yield made
