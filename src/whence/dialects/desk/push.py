"""`POST /api/v1/events`: an event from outside, on every entity that it names; and the close of one.

The order of the checks is that of DESK contract 3.9: path, method, token, scope, size, JSON, shape, constraints, time,
matching. What is refused has no effect at all.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from time import time_ns
from typing import Final
from uuid import UUID

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import constraints, errors, json_text, receipt, targets, times, wire
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.asked import Asked
from whence.dialects.desk.attach import FIELD as ATTACH_RULES
from whence.dialects.desk.constraints import TOO_LATE, Clock, instant
from whence.dialects.desk.decode import Reports
from whence.dialects.desk.errors import Fault
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.options import Options
from whence.dialects.desk.problem_ids import of_problem
from whence.dialects.desk.retries import Keyed, SameBytes
from whence.dialects.desk.targets import NOBODY, Targets
from whence.dialects.desk.vocabulary import NAME
from whence.dialects.desk.waiting import Waiting
from whence.dialects.desk.wire import Message
from whence.dialects.request import body
from whence.domain.access import Principal
from whence.domain.errors import Invalid, NotFound, Unavailable
from whence.domain.event import Accepted, Duplicate, Kind, Rejected, Report
from whence.domain.identity import born_at
from whence.domain.problem import ProblemState

PATH: Final = "/api/v1/events"
_LARGEST: Final = 64 * 1024 * 1024  # bytes that the events of one request may come to: each keeps the body
_NO_MATCH: Final = "Invalid attachRules object provided. No entity IDs match: Matching rule: "

Look = Callable[[], Awaitable[Targets]]


def routes(context: Context, options: Options) -> Routes:
    """The endpoints of this part."""
    push = Push(context, options)
    return {("POST", PATH): push.event, ("POST", f"{PATH}/{{correlation_id}}/close"): push.close}


class Push:
    """The endpoints."""

    def __init__(self, context: Context, options: Options) -> None:
        self._context = context
        self._options = options
        self._waiting = Waiting(context.catalog)

    async def event(self, request: Request) -> Answer:
        """`POST /api/v1/events`."""
        by = await caller(self._context, request, Scope.V1_WRITE_EVENTS)
        options = self._options.under(by.options.get(NAME))
        asked = Asked.of(request, options)
        raw = await body(request, self._context.max_body_bytes)
        keyed = Keyed.of(request, b"push\n" + raw)
        document = json_text.document(raw)
        sent = wire.read(document)
        now = time_ns() // 1_000_000
        look = partial(self._look, by, sent, options, now)
        checked = constraints.check(sent, self._clock(by, now), strict=asked.strict)
        warnings = [*asked.warnings, *checked.warnings, *sent.ignored]
        if document.has_more:
            warnings.append("what follows the JSON document is ignored")
        if keyed and (earlier := await keyed.stored(self._context.ingest, by)):
            return await self._again(by, earlier, await look(), warnings)

        if checked.faults:
            raise Invalid(checked.faults)
        reports = Reports(sent, now=now, original=document.text, is_stale=checked.stale)
        if checked.stale:
            found = await self._opened(by, reports, look)
        else:
            found = await self._matched(request, by, sent, look, asked.wait, warnings)
        if len(raw) * len(found.entities) > _LARGEST:
            raise Invalid.at(ATTACH_RULES, f"matches {len(found.entities)} entities, too many for a body of this size")

        entities = await targets.registered(self._context.registry, by, found)
        once = keyed or (SameBytes(raw) if sent.start is not None and not reports.opens_problem else None)
        made = [reports.on(entity, once and once.once(n, entity.id)) for n, entity in enumerate(entities)]
        stored = await self._accept(by, made)
        self._context.catalog.note_seen(by, [entity.id for entity in entities])
        if keyed and any(isinstance(one, Duplicate) for one in stored):
            return await self._again(by, await keyed.stored(self._context.ingest, by), found, warnings)
        if reports.opens_problem:
            held = [
                report.key or "" for report, one in zip(made, stored, strict=True) if born_at(one.id) < instant(now)
            ]
            result = receipt.opened(
                [report.key or "" for report in made],
                ignored=found.ignored,
                problem_ids=await self._problems(by, held),
            )
        else:
            result = receipt.informed([one.id for one in stored], start=reports.start, ignored=found.ignored)
        answer = Answer(result)
        answer.warn(warnings)
        return answer

    async def close(self, request: Request) -> Answer:
        """`POST /api/v1/events/{correlationId}/close`: the open event ends now."""
        by = await caller(self._context, request, Scope.V1_WRITE_EVENTS)
        correlation_id: str = request.path_params["correlation_id"]
        try:
            correlation_id = path_text(request, "correlation_id", noun="event")
            alert = await self._context.alerts.close_key(by, correlation_id, dialect=NAME)
        except NotFound:
            message = f"No open event with correlation id {correlation_id} was found."
            return errors.envelope(HTTPStatus.NOT_FOUND, message)
        ended = None if alert.closed_at is None else times.millis(alert.closed_at)
        return Answer({"correlationId": correlation_id, "status": "CLOSED", "endTime": ended})

    def _clock(self, by: Principal, now: int) -> Clock:
        unkept = partial(self._context.ingest.time_fault, now=instant(now), retention=by.retention)
        return Clock(now=now, unkept=unkept)

    async def _look(self, by: Principal, sent: Message, options: Options, now: int) -> Targets:
        if sent.attach is None:
            return NOBODY
        return await targets.look_up(self._context.catalog, by, sent.attach, options, instant(now))

    async def _opened(self, by: Principal, reports: Reports, look: Look) -> Targets:
        """Whom a report that is too old to open anything is on: somebody on whom its event is open already.

        Raises:
            Invalid: nobody is.
        """
        found = await look()
        keys = [reports.key(entity_id) for entity_id in found.entities]
        if not keys or not await self._context.alerts.open_keys(by, keys):
            raise Invalid([TOO_LATE])
        return found

    async def _matched(
        self, request: Request, by: Principal, sent: Message, look: Look, wait: timedelta, warnings: Sequence[str]
    ) -> Targets:
        """Whom the rules mean, as soon as they mean somebody.

        Raises:
            Invalid: they mean nobody, for as long as the sender wants to wait.
        """
        found = await look()
        if found.entities:
            return found
        if wait and not self._waiting.is_full:
            found = await self._waiting.targets(request, by, look, seconds=wait.total_seconds())
        if not found.entities:
            raise Invalid([Fault(path="", message=f"{_NO_MATCH}{sent.attach}", warnings=tuple(warnings))])
        return found

    async def _accept(self, by: Principal, reports: Sequence[Report]) -> list[Accepted | Duplicate]:
        """What became of each report.

        Raises:
            Conflict, Invalid, Unavailable: of the first that was not stored.
        """
        stored: list[Accepted | Duplicate] = []
        for one in await self._context.ingest.accept(by.account_id, reports, retention=by.retention):
            if isinstance(one, Rejected):
                raise one.refusal
            stored.append(one)
        return stored

    async def _problems(self, by: Principal, held: Sequence[str]) -> list[str]:
        """The open problems that the events of these keys, which were there before the request, are part of."""
        if not held:
            return []
        try:
            found = await self._context.problems.of_keys(by, held)
        except Unavailable:  # what is stored is not to be refused for what is told with it
            return []
        going_on = (found[key] for key in held if key in found)
        return list(dict.fromkeys(of_problem(one) for one in going_on if one.state is ProblemState.OPEN))

    async def _again(self, by: Principal, event_ids: Sequence[UUID], found: Targets, warnings: Sequence[str]) -> Answer:
        """The answer to the request that stored these events, or held them open."""
        events = [await self._context.timeline.require(by, event_id) for event_id in event_ids]
        if events[0].kind is Kind.PROBLEM:
            held = [event.key or "" for event in events if event.report_count > 1]
            result = receipt.opened(
                [event.key or "" for event in events],
                ignored=found.ignored,
                problem_ids=await self._problems(by, held),
            )
        else:
            start = times.millis(events[0].span.start)
            result = receipt.informed(event_ids, start=start, ignored=found.ignored)
        answer = Answer(result)
        answer.warn(warnings)
        return answer
