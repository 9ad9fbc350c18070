"""`POST /api/v2/events/ingest`: an event from outside, on every entity that a selector means.

What is refused has no effect at all. What cannot be stored on an entity is said in that entity's result.
Source: DESK contract 5.3.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from time import time_ns
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import ids, json_text, naming, selector, subject, targets, times, v2_message
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.gate import Routes, Scope, caller
from whence.dialects.desk.options import Options
from whence.dialects.desk.retries import Keyed
from whence.dialects.desk.targets import Targets
from whence.dialects.desk.v2_message import LONGEST_TIMEOUT
from whence.dialects.desk.v2_reports import Reports, Timely
from whence.dialects.desk.vocabulary import NAME
from whence.dialects.request import body
from whence.domain.access import Principal
from whence.domain.entity_test import AllOf, EntityTest, LastSeen, WithId
from whence.domain.errors import Invalid, Reason
from whence.domain.event import Rejected, Report
from whence.refusals import count

PATHS: Final = ("/api/v2/events/ingest", "/api/v2/events")  # the second is what the vendor's migration guide prints
MOST_ENTITIES: Final = 10_000

_LARGEST: Final = 64 * 1024 * 1024  # bytes that the events of one request may come to: each keeps the body
_MOST_NAMED: Final = 20  # unknown ids in the answer
_NOTHING: Final = "the entity selector matches nothing, no event was stored"
_OK: Final = "OK"
_BAD_PROPERTIES: Final = "INVALID_METADATA"
_BAD_TIMES: Final = "INVALID_TIMESTAMPS"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints of this part."""
    ingest = Ingest(context, options)
    return {("POST", path): ingest.event for path in PATHS}


class Ingest:
    """The endpoint."""

    def __init__(self, context: Context, options: Options) -> None:
        self._context = context
        self._options = options

    async def event(self, request: Request) -> Answer:
        """`POST /api/v2/events/ingest`."""
        by = await caller(self._context, request, Scope.INGEST_EVENTS)
        options = self._options.under(by.options.get(NAME))
        raw = await body(request, self._context.max_body_bytes)
        keyed = Keyed.of(request, b"ingest\n" + raw)
        document = json_text.document(raw)
        sent = v2_message.read(document)
        now = time_ns() // 1_000_000
        at = times.instant(now)
        earlier = await keyed.stored(self._context.ingest, by) if keyed else []

        test = v2_message.check(sent, now=at)
        unkept = partial(self._context.ingest.time_fault, now=at, retention=by.retention)
        reports = Reports(sent, now=now, original=document.text, unkept=unkept)
        warnings = list(sent.ignored)
        if document.has_more:
            warnings.append("what follows the JSON document is ignored")
        if (sent.asked_timeout or 0) > LONGEST_TIMEOUT:
            warnings.append(f"timeout {sent.asked_timeout} is over the maximum, {LONGEST_TIMEOUT} taken")
        meant = await self._meant(by, test, options, now=now)
        if earlier:
            statuses = await self._stored(by, reports, earlier, meant)
        else:
            if len(raw) * len(meant.entities) > _LARGEST:
                message = f"selects {len(meant.entities)} entities, too many for a body of this size"
                raise Invalid.at(selector.PATH, message)
            statuses = await self._store(by, reports, meant, keyed, is_controlled=sent.is_controlled)
            count(NAME, (Reason.INVALID for status in statuses.values() if status != _OK))
        answer = Answer(_result(reports, statuses, meant.ignored), HTTPStatus.CREATED)
        answer.warn(warnings)
        return answer

    async def _meant(self, by: Principal, test: EntityTest | None, options: Options, *, now: int) -> Targets:
        """The entities that the selector means.

        Raises:
            Invalid: more than `MOST_ENTITIES`.
        """
        if test is None:
            return Targets(entities={ids.environment(by.account_id): None}, ignored=())
        catalog = self._context.catalog
        if isinstance(test, WithId):
            return await targets.named(catalog, by, test.ids, options)
        seen = await naming.resolved(catalog, by, test)
        if options.tag_match_seen_hours and not selector.names_ids(test):
            seen = AllOf((seen, LastSeen(times.instant(now) - options.tag_match_seen_hours)))
        found = await catalog.select(by, seen, limit=MOST_ENTITIES + 1)
        if len(found) > MOST_ENTITIES:
            raise Invalid.at(selector.PATH, f"must not select more than {MOST_ENTITIES} entities")
        return Targets(entities={entity.id: entity for entity in found}, ignored=())

    async def _store(
        self, by: Principal, reports: Reports, meant: Targets, keyed: Keyed | None, *, is_controlled: bool
    ) -> dict[str, str]:
        """What became of the event of each of the entities, whose ids are in order.

        Raises:
            Conflict, Unavailable: of the first that was not stored for another reason than its time.
        """
        names = sorted(meant.entities)
        statuses = await self._statuses(by, reports, names, is_controlled=is_controlled)
        accepted = {name: meant.entities[name] for name in names if statuses[name] == _OK}
        missed = {name: status for name, status in statuses.items() if name not in accepted}
        stored = await self._accept(by, reports, Targets(entities=accepted, ignored=()), keyed)
        return dict(sorted((missed | stored).items()))

    async def _statuses(
        self, by: Principal, reports: Reports, entity_ids: Sequence[str], *, is_controlled: bool
    ) -> dict[str, str]:
        """What each entity's event is to be answered before it is stored."""
        if not is_controlled:
            return dict.fromkeys(entity_ids, _BAD_PROPERTIES)
        match reports.timely:
            case Timely.NO:
                return dict.fromkeys(entity_ids, _BAD_TIMES)
            case Timely.YES:
                return dict.fromkeys(entity_ids, _OK)
            case Timely.LATE:
                keys = {entity_id: reports.key(entity_id) for entity_id in entity_ids}
                still_open = await self._context.alerts.open_keys(by, list(keys.values()))
                return {entity_id: _OK if key in still_open else _BAD_TIMES for entity_id, key in keys.items()}

    async def _accept(self, by: Principal, reports: Reports, meant: Targets, keyed: Keyed | None) -> dict[str, str]:
        """What became of each entity's event. Raises as `_store`."""
        entities = await targets.registered(self._context.registry, by, meant)
        made: list[Report] = [reports.on(e, keyed.once(n, e.id) if keyed else None) for n, e in enumerate(entities)]
        statuses: dict[str, str] = {}
        stored = await self._context.ingest.accept(by.account_id, made, retention=by.retention) if made else []
        for entity, one in zip(entities, stored, strict=True):
            match one:
                case Rejected(refusal=Invalid()):
                    statuses[entity.id] = _BAD_TIMES
                case Rejected(refusal=refusal):
                    raise refusal
                case _:
                    statuses[entity.id] = _OK
        self._context.catalog.note_seen(by, [entity.id for entity in entities])
        return statuses

    async def _stored(
        self, by: Principal, reports: Reports, event_ids: Sequence[UUID], meant: Targets
    ) -> dict[str, str]:
        """What became of the event of each entity when the same request stored these events.

        What was not stored then was late, and had no open event to hold open; what means more entities by now does not
        store more.
        """
        events = [await self._context.timeline.require(by, event_id) for event_id in event_ids]
        missed = dict.fromkeys(meant.entities, _BAD_TIMES) if reports.timely is Timely.LATE else {}
        stored = dict.fromkeys((subject.id_of(event, by.account_id) for event in events), _OK)
        return dict(sorted((missed | stored).items()))


def _result(reports: Reports, statuses: Mapping[str, str], unknown: Sequence[str]) -> dict[str, Any]:
    results = [{"correlationId": reports.key(name), "status": status} for name, status in statuses.items()]
    told: dict[str, Any] = {
        "reportCount": sum(status == _OK for status in statuses.values()),
        "eventIngestResults": results,
    }
    if not results:
        return told | {"warnings": [_NOTHING]}
    warnings = [f"no entity has the id {name}, it is ignored" for name in unknown[:_MOST_NAMED]]
    if len(unknown) > _MOST_NAMED:
        warnings.append(f"and {len(unknown) - _MOST_NAMED} more")
    return told | {"warnings": warnings} if warnings else told
