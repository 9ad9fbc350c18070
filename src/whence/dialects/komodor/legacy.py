"""Upstream's oldest calls: a configuration change of one service, and where an image comes from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.komodor import decode, tolerance, wire
from whence.dialects.komodor.answer import Answer
from whence.dialects.komodor.create import signed
from whence.dialects.komodor.fields import read
from whence.dialects.komodor.gate import caller, json_body, query, query_as, receipt
from whence.dialects.komodor.options import Options
from whence.domain.access import Principal, Right
from whence.domain.event import Report

_DONE: Final = b'{"success": true}'


class Legacy:
    """The endpoints below `/v0`."""

    def __init__(self, context: Context, options: Options) -> None:
        self._context = context
        self._options = options

    async def config_change(self, request: Request) -> Answer:
        """`POST /v0/config_change`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        change, raw = await json_body(self._context, request)
        target = _target(request)
        received = receipt(self._context, by, datetime.now(UTC))
        options = self._options.under(by.options.get(decode.NAME))
        report = decode.config_change(target, change, raw, by=by, receipt=received, options=options)
        return await self._store(by, report, HTTPStatus.OK, tolerance.warnings(target))

    async def image_source(self, request: Request) -> Answer:
        """`POST /v0/image/source`."""
        by = await caller(self._context, request, Right.WRITE_EVENTS)
        value, raw = await json_body(self._context, request)
        sent = read(wire.ImageSource, value)
        received = receipt(self._context, by, datetime.now(UTC))
        options = self._options.under(by.options.get(decode.NAME))
        report = decode.image_source(sent, value, raw, by=by, receipt=received, options=options)
        return await self._store(by, report, HTTPStatus.ACCEPTED, tolerance.warnings(query(request)))

    async def _store(self, by: Principal, report: Report, status: HTTPStatus, warnings: Sequence[str]) -> Answer:
        stored = await self._context.ingest.accept_one(by.account_id, report, retention=by.retention)
        return await signed(Answer(_DONE, status), self._context, by, report, stored, warnings)


def _target(request: Request) -> wire.Target:
    """The service in the query. The vendor's documentation once had `?` where `&` belongs, and was copied from."""
    return query_as(wire.Target, request.scope["query_string"].replace(b"?", b"&"))
