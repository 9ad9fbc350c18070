"""`/api/v1/problem/…`: how many problems are open, what they are, and one by its id. Source: DESK contract 5.2."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import (
    finding,
    levels,
    problem_asking,
    problem_details,
    problem_finding,
    problem_shown,
    query,
    times,
)
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.monitored import monitored
from whence.dialects.desk.options import Options
from whence.dialects.desk.problem_facts import Facts
from whence.dialects.desk.problem_finding import MOST_WALKED, Question
from whence.dialects.desk.problem_selector import STATUSES, Criterion
from whence.dialects.desk.query import Faults
from whence.dialects.desk.sight import Sight
from whence.domain.access import Principal
from whence.domain.problem import Problem

PATH: Final = "/api/v1/problem"
MOST: Final = 5_000  # problems in a feed
MOST_TAGS: Final = 100

_WIDEST: Final = timedelta(days=31)
_OPEN: Final = Criterion(name="status", values=frozenset({"OPEN"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a feed is of. `to`: None: until now."""

    since: datetime
    to: datetime | None
    criteria: tuple[Criterion, ...]
    correlation_ids: tuple[str, ...]
    with_events: bool
    all_dialects: bool | None


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part is given them
    """The endpoints of this part."""
    problems = Problems(context)
    return {
        ("GET", f"{PATH}/status"): problems.status,
        ("GET", f"{PATH}/feed"): problems.feed,
        ("GET", f"{PATH}/details/{{problem_id}}"): problems.one,
    }


class Problems:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def status(self, request: Request) -> Answer:
        """`GET /api/v1/problem/status`."""
        by = await caller(self._context, request, Scope.V1_READ_EVENTS)
        all_dialects = query.truth(request, "allDialects")
        sight = Sight.of(by, asked=all_dialects)
        question = await problem_asking.question(self._context, sight, [_OPEN], path="status")
        hit: list[str] = []
        if question is not None:
            async with aclosing(problem_finding.walk(self._context, sight, question)) as problems:
                hit = [Facts.of(problem, by.account_id).impact_level async for problem in problems]
        answer = Answer(
            {"result": {"totalOpenProblemsCount": len(hit), "openProblemCounts": problem_shown.counts(hit)}}
        )
        answer.warn(finding.unseen(by, asked=all_dialects))
        return answer

    async def feed(self, request: Request) -> Answer:
        """`GET /api/v1/problem/feed`."""
        by = await caller(self._context, request, Scope.V1_READ_EVENTS)
        now = datetime.now(UTC)
        asked, warnings = _asked(request, by, now)
        sight = Sight.of(by, asked=asked.all_dialects)
        question = await problem_asking.question(
            self._context,
            sight,
            asked.criteria,
            path="tag",
            window=problem_finding.window(asked.since, asked.to, now=now),
            keys=asked.correlation_ids,
        )
        problems = await self._newest(sight, question)
        shown = await self._shown(sight, problems, with_events=asked.with_events)
        counts = await monitored(self._context.catalog, by)
        answer = Answer({"result": {"problems": shown, "monitored": counts}})
        answer.warn(warnings)
        return answer

    async def one(self, request: Request) -> Answer:
        """`GET /api/v1/problem/details/{problemId}`."""
        by = await caller(self._context, request, Scope.V1_READ_EVENTS)
        sight = Sight.of(by)
        problem = await problem_finding.named(self._context, sight, path_text(request, "problem_id", noun="problem"))
        return Answer({"result": (await self._shown(sight, [problem], with_events=True))[0]})

    async def _newest(self, sight: Sight, question: Question | None) -> list[Problem]:
        """The last opened of what is asked for."""
        found: list[Problem] = []
        if question is None:
            return found
        walk = problem_finding.walk(self._context, sight, question, most=MOST_WALKED, path="startTimestamp")
        async with aclosing(walk) as problems:
            async for problem in problems:
                found.append(problem)
                if len(found) == MOST:
                    break
        return found

    async def _shown(self, sight: Sight, problems: Sequence[Problem], *, with_events: bool) -> list[dict[str, Any]]:
        told = await problem_details.told(self._context, sight, problems, alerts=True, events=with_events)
        return await asyncio.to_thread(lambda: [problem_shown.v1(one, with_events=with_events) for one in told])


def _asked(request: Request, by: Principal, now: datetime) -> tuple[Asked, list[str]]:
    """What the query asks for, and what of it is not looked at.

    Raises:
        Invalid: with every parameter that means nothing.
    """
    faults = Faults()
    window = faults.noted(lambda: _window(request, now))
    status = faults.noted(lambda: query.choice(request, "status", STATUSES))
    impact = faults.noted(lambda: query.choice(request, "impactLevel", levels.IMPACTS))
    severity = faults.noted(lambda: query.choice(request, "severityLevel", levels.SEVERITIES))
    tags = faults.noted(lambda: query.texts(request, "tag", most=MOST_TAGS))
    with_events = faults.noted(lambda: query.truth(request, "expandDetails"))
    correlation_id = faults.noted(lambda: query.text(request, "correlationId"))
    all_dialects = faults.noted(lambda: query.truth(request, "allDialects"))
    faults.check()
    since, to, warnings = window or (now, None, [])
    wanted = (
        ("status", status),
        ("impactLevel", None if impact is None else levels.V2_IMPACTS[impact]),
        ("severityLevel", severity),
        *(("entityTags", tag) for tag in tags or ()),
    )
    asked = Asked(
        since=since,
        to=to,
        criteria=tuple(Criterion(name=name, values=frozenset({value})) for name, value in wanted if value is not None),
        correlation_ids=() if correlation_id is None else (correlation_id,),
        with_events=with_events is True,
        all_dialects=all_dialects,
    )
    return asked, [*warnings, *finding.unseen(by, asked=all_dialects)]


def _window(request: Request, now: datetime) -> tuple[datetime, datetime | None, list[str]]:
    """The ends of the window, the second None when it is now, and what was not looked at.

    Raises:
        Invalid: they mean nothing, or are too far apart.
    """
    names = ("startTimestamp", "endTimestamp")
    relative = query.choice(request, "relativeTime", times.RELATIVE)
    if relative is not None:
        return now - times.RELATIVE[relative], None, query.replaced(request, "relativeTime", names)
    faults = Faults()
    start, end = (faults.noted(lambda name=name: query.millis(request, name)) for name in names)
    faults.check()
    end = None if end is None or end >= now else end
    last = now if end is None else end
    if start is None:
        start = times.back(last, 1, "d")
    if start > last:
        raise query.fault("startTimestamp", "must not be after endTimestamp")
    if last - start > _WIDEST:
        raise query.fault("startTimestamp", f"must not be more than {_WIDEST.days} days before endTimestamp")
    return start, end, []
