"""Creates: a custom event in its two generations, and the rehearsal of one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import decode, encode, tolerance, wire
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.fields import read
from whence.dialects.komodor.gate import caller, json_body, query, query_as, receipt
from whence.dialects.komodor.options import Options
from whence.domain.access import Principal, Right
from whence.domain.event import Accepted, Duplicate, Report

_SENT: Final = b'{"message": "Custom event sent successfully"}'  # upstream's to the byte, as clients show it
_NO_QUERY: Final = wire.CreateQuery()
_MOST_SHOWN: Final = 100  # services in a rehearsal's answer


class Create:
    """The endpoints that store a custom event."""

    def __init__(self, context: Context, options: Options) -> None:
        self._context = context
        self._options = options

    async def custom_event(self, request: Request) -> Answer:
        """`POST /mgmt/v1/events`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        sent, report, beside = await self._read(request, wire.CustomEvent, by)
        text: bytes = request.scope["query_string"]
        asked = query_as(wire.CreateQuery, text) if text else _NO_QUERY  # nearly always
        warnings = tolerance.warnings(asked, sent, beside=beside)
        if asked.dryRun:
            return await self._rehearse(by, report, warnings)
        stored = await self._context.ingest.accept_one(by.account_id, report, retention=by.retention)
        return await signed(Answer(_SENT, HTTPStatus.CREATED), self._context, by, report, stored, warnings)

    async def k8s_event(self, request: Request) -> Answer:
        """`POST /api/v2/services/k8s-events`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        sent, report, beside = await self._read(request, wire.K8sEvent, by)
        warnings = tolerance.warnings(query(request), sent, beside=beside)
        stored = await self._context.ingest.accept_one(by.account_id, report, retention=by.retention)
        at = await self._first_said(by, sent, report, stored)
        answer = Answer(encode.created(stored.id, report, at, decode.details(sent)), HTTPStatus.CREATED)
        return await signed(answer, self._context, by, report, stored, warnings)

    async def _read(
        self, request: Request, model: type[wire.CustomEvent], by: Principal
    ) -> tuple[wire.CustomEvent, Report, list[str]]:
        value, raw = await json_body(self._context, request)
        beside = _take_key(value, request.headers.get("idempotency-key"))
        received = receipt(self._context, by, datetime.now(UTC))
        sent = read(model, value, received)
        options = self._options.under(by.options.get(decode.NAME))
        report = decode.report(sent, raw, by=by, receipt=received, options=options)
        return sent, report, beside

    async def _first_said(
        self, by: Principal, sent: wire.CustomEvent, report: Report, stored: Accepted | Duplicate
    ) -> datetime:
        """When it was, as its first answer has it: what names no time itself comes later when it is repeated."""
        if isinstance(stored, Accepted) or sent.timestamp is not None:
            return report.span.start
        first = await self._context.timeline.require(by, stored.id)
        ends_another = report.pairing is not None and report.pairing.ends
        return first.span.end if ends_another else first.span.start

    async def _rehearse(self, by: Principal, report: Report, warnings: list[str]) -> Answer:
        services = await self._context.catalog.services(by)
        concerned = services.concerned(report.scope, first=_MOST_SHOWN)
        unknown = tolerance.unknown_names(services.unknown(report.scope.places()))
        answer = Answer(encode.rehearsal(report, concerned, [*warnings, *unknown]))
        answer.warn(warnings)
        return answer


async def signed(
    answer: Answer,
    context: Context,
    by: Principal,
    report: Report,
    stored: Accepted | Duplicate,
    warnings: Sequence[str],
) -> Answer:
    """The answer with the headers of every create."""
    services = await context.catalog.services(by)
    answer.name_event(stored.id, services.concerned(report.scope), is_replay=isinstance(stored, Duplicate))
    answer.warn(warnings)
    return answer


def _take_key(value: dict[str, Any], header: str | None) -> list[str]:
    """Let the header stand where the body's own key does: one place to validate, one to read."""
    if header is None:
        return []
    inner = value.get("idempotencyKey", header)
    value["idempotencyKey"] = header
    return [] if inner == header else ["idempotencyKey ignored, the header Idempotency-Key says otherwise"]
