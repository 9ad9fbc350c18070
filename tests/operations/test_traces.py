"""What becomes of a request, as a trace tells it; and that nothing does when traces are off."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import grpc
import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from tests.acceptance.server import TOKEN, Server, await_fact, directory, free_port
from tests.builders import report
from tests.operations.collector import collector, facts
from tests.tenants import Tenant
from whence.dialects import discover
from whence.domain.errors import Invalid
from whence.edge import Edge
from whence.ingest import Ingest
from whence.server import House, database
from whence.settings import Settings
from whence.store.pool import Pool
from whence.tracing.otel import OtelSpans

_PATIENCE = 60.0  # seconds: on a busy machine, too
_TRACE = "0af7651916cd43dd8448eb211c80319c"
_CALLER = "b7ad6b7169203331"
_QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "100"}


class Traced:
    """Spans that stay in memory."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.spans = OtelSpans(provider)

    def named(self, name: str) -> list[ReadableSpan]:
        """Those that are over and have the name."""
        return [span for span in self.over if span.name == name]

    @property
    def over(self) -> tuple[ReadableSpan, ...]:
        """All that are over."""
        return self._exporter.get_finished_spans()

    def client(self, house: House, token: str | None) -> httpx.AsyncClient:
        """A client of the house whose requests are traced."""
        edge = Edge(discover(), house.context, options={}, hosts=(), spans=self.spans)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(edge)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
        return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)


@pytest.fixture
def traced() -> Traced:
    return Traced()


async def test_a_request_is_a_span_of_its_callers_trace(house: House, tenant: Tenant, traced: Traced) -> None:
    """[OP3] Named by dialect, method and kind of path; it leads to the log by the request's id."""
    event_id = UUID(int=7)
    async with traced.client(house, await tenant.key()) as client:
        headers = {"traceparent": f"00-{_TRACE}-{_CALLER}-01"}
        answer = await client.get(f"/v1/events/{event_id}", headers=headers)

    (span,) = traced.over
    assert span.name == "native GET /v1/events/{event_id}"
    assert span.context is not None
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (_TRACE, _CALLER)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/events/{event_id}",
        "http.response.status_code": 404,
        "whence.dialect": "native",
        "whence.request_id": answer.headers["x-request-id"],
        "whence.refused": "not_found",
    }
    assert span.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/events", "native POST /v1/events"),
        ("GET", "/v1/entities/a%2Fb/events", "native GET /v1/entities/{name}/events"),
        ("BREW", "/v1/events", "native _OTHER /v1/events"),
        ("POST", "/nowhere/4711", "none POST"),
    ],
)
async def test_nothing_of_a_path_is_in_a_name(house: House, traced: Traced, method: str, path: str, name: str) -> None:
    """[OP3] There are as many names as there are endpoints."""
    async with traced.client(house, None) as client:
        await client.request(method, path)

    assert [span.name for span in traced.over] == [name]


async def test_what_a_sender_says_is_in_no_span(house: House, tenant: Tenant, traced: Traced) -> None:
    """[OP3] No token, header, query or body."""
    token = await tenant.key()
    async with traced.client(house, token) as client:
        await client.post("/v1/events", json={"title": "hush-title"}, headers={"x-note": "hush-header"})
        await client.get("/v1/events?type=hush-query")
        await client.get("/v1/events?hush-query=1")

    said = "".join(span.to_json() for span in traced.over)
    assert "native POST /v1/events" in said
    assert "native GET /v1/events" in said
    assert "hush" not in said
    assert token not in said


@asynccontextmanager
async def _traced_pool(traced: Traced) -> AsyncGenerator[Pool]:
    with directory() as home:
        async with database(Settings.model_validate({"data_dir": home / "data"}), spans=traced.spans) as pool:
            yield pool


async def test_statements_are_parts_of_what_asked_them(traced: Traced) -> None:
    """[OP3] By their text, without parameters; one that failed says by which error, and quotes nothing."""
    async with _traced_pool(traced) as pool:
        with traced.spans.within("question"):
            async with pool.snapshot() as db:
                await db.row("select $1::text as word", "hush")
            with pytest.raises(Invalid):
                async with pool.reader() as db:
                    await db.row("select $1::text::int", "hush")
        async with pool.reader() as db:
            await db.row("select 'not part of anything'")
        await asyncio.sleep(0)  # what the driver tells, it tells in the loop's next round

    (question,) = traced.named("question")
    parts = [span for span in traced.over if span.parent == question.context]
    assert [span.name for span in parts] == ["begin", "select", "commit", "select"]
    assert [(span.attributes or {}).get("error.type") for span in parts[:3]] == [None] * 3
    assert (parts[3].attributes or {})["error.type"] == "InvalidTextRepresentationError"
    assert parts[3].status.status_code is StatusCode.ERROR
    said = "".join(span.to_json() for span in traced.over)
    assert "select $1::text as word" in said
    assert "hush" not in said
    assert "not part of anything" not in said


async def test_a_commit_and_all_who_waited_for_it_lead_to_each_other(
    house: House, tenant: Tenant, traced: Traced
) -> None:
    """[OP3] One commit serves many requests, and is part of none."""
    ingest = Ingest(
        house.pool, retention=house.context.retention, queue_limit=100, slot=0, writers=1, spans=traced.spans
    )
    running = asyncio.create_task(ingest.run())
    try:
        await asyncio.gather(*(ingest.accept(tenant.admin.account_id, [report()]) for _ in range(5)))
    finally:
        running.cancel()

    waits, commits = traced.named("commit.wait"), traced.named("commit")
    assert len(waits) == 5
    assert sum(_number(span, "whence.reports") for span in commits) == 5
    assert [_number(span, "whence.accounts") for span in commits] == [1] * len(commits)
    assert all(span.parent is None for span in commits)
    commit_of = {link.context.span_id: span for span in commits for link in span.links}
    for wait in waits:
        assert wait.context is not None
        (link,) = wait.links
        assert commit_of[wait.context.span_id].context == link.context


def _number(span: ReadableSpan, name: str) -> int:
    value = (span.attributes or {})[name]
    assert isinstance(value, int)
    return value


def test_a_server_sends_its_traces() -> None:
    """[OP3] To where OpenTelemetry's own variables say, as a caller's trace, with statements, commits and turns."""
    with collector() as held, directory() as home:
        server = Server(
            home,
            WHENCE_TRACES="otlp",
            OTEL_EXPORTER_OTLP_ENDPOINT=held.url,
            OTEL_EXPORTER_OTLP_HEADERS="x-collector-key=abc",
            **_QUICK,
        )
        try:
            server.start()
            with server.client() as client:
                headers = {"traceparent": f"00-{_TRACE}-{_CALLER}-01"}
                sent = client.post("/v1/events", json={"title": "hush-title"}, headers=headers)
                client.get("/v1/events").raise_for_status()
            assert sent.status_code == 201
            with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
                check: Callable[..., bytes] = channel.unary_unary("/grpc.health.v1.Health/Check")  # pyright: ignore[reportUnknownVariableType]  the stubs know no bytes
                check(b"", metadata=(("traceparent", f"00-{_TRACE}-{_CALLER}-01"),))
            await_fact(lambda: held.named("background.expiry"), seconds=_PATIENCE, what="a turn is told")
            assert server.terminate() == 0
        finally:
            server.end()

    (request,) = held.named("native POST /v1/events")
    (wait,) = held.named("commit.wait")
    (read,) = held.named("native GET /v1/events")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (_TRACE, _CALLER)
    assert facts(request)["whence.request_id"] == sent.headers["x-request-id"]
    assert (wait.trace_id, wait.parent_span_id) == (request.trace_id, request.span_id)
    assert {link.span_id for link in wait.links} <= {span.span_id for span in held.named("commit")}
    assert len(wait.links) == 1
    assert [span for span in held.named("select") if span.parent_span_id == read.span_id]
    (call,) = held.named("none /grpc.health.v1.Health/Check")
    assert (call.trace_id.hex(), facts(call)["rpc.response.status_code"]) == (_TRACE, "OK")
    assert held.services == {"whence"}
    assert {headers["x-collector-key"] for headers in held.headers} == {"abc"}
    assert not [body for body in held.bodies if b"hush" in body or TOKEN.encode() in body]


def test_a_collector_that_is_away_keeps_nothing_waiting() -> None:
    """[OP3] Requests are answered, the log says so, and the server stops in its time."""
    with directory() as home:
        server = Server(
            home, WHENCE_TRACES="otlp", OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}", **_QUICK
        )
        try:
            server.start()
            server.send("POST", "/v1/events", {"title": "v42 is out"})
            assert server.terminate(seconds=20) == 0
            said = server.said
        finally:
            server.end()

    assert '"traces.trouble"' in said


def test_a_collector_that_never_answers_keeps_nothing_waiting() -> None:
    """[OP3] Nor when the server stops, however long the library would wait for an answer."""
    with directory() as home, socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        patient = {"OTEL_EXPORTER_OTLP_TIMEOUT": "60"}
        server = Server(home, WHENCE_TRACES="otlp", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **patient, **_QUICK)
        try:
            server.start()
            server.send("POST", "/v1/events", {"title": "v42 is out"})
            assert server.terminate(seconds=20) == 0
        finally:
            server.end()


@pytest.mark.parametrize(
    ("variable", "value"), [("OTEL_BSP_MAX_QUEUE_SIZE", "256"), ("OTEL_SPAN_LINK_COUNT_LIMIT", "-1")]
)
def test_a_variable_of_the_library_that_is_wrong(variable: str, value: str) -> None:
    """[OP3] It does not start, and says why."""
    code, said = _ended(**{variable: value})

    assert code == 2
    assert "WHENCE_TRACES: a variable of OpenTelemetry's" in said
    assert "Traceback" not in said


def test_a_key_that_is_spelled_wrong_is_not_logged() -> None:
    """[OP3] The library says that there is something wrong with it, and would quote it."""
    with collector() as held, directory() as home:
        server = Server(
            home,
            WHENCE_TRACES="otlp",
            OTEL_EXPORTER_OTLP_ENDPOINT=held.url,
            OTEL_EXPORTER_OTLP_HEADERS="Authorization: Bearer hush-key",
        )
        try:
            server.start()
            assert server.terminate() == 0
            said = server.said
        finally:
            server.end()

    assert "OTEL_EXPORTER_OTLP_HEADERS" in said
    assert "hush" not in said


def test_switched_on_without_the_extra(tmp_path: Path) -> None:
    """[OP3] It does not start, and says what to install."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['opentelemetry.sdk'] = None\n")

    code, said = _ended(PYTHONPATH=str(tmp_path))

    assert code == 2
    assert "WHENCE_TRACES" in said
    assert "pip install 'whence[otel]'" in said


def _ended(**settings: str) -> tuple[int, str]:
    """The exit code of a server that was to send traces, when it has ended by itself, and what it said."""
    with directory() as home:
        server = Server(home, WHENCE_TRACES="otlp", **settings)
        try:
            server.spawn()
            return server.wait(seconds=_PATIENCE), server.said
        finally:
            server.end()


def test_nothing_of_it_is_imported_when_off() -> None:
    """[OP3] Who wants no traces pays nothing for them."""
    program = (
        "import sys, whence.server, whence.listen; print([m for m in sys.modules if m.startswith('opentelemetry.sdk')])"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=_PATIENCE, check=True)

    assert ran.stdout.strip() == "[]"
