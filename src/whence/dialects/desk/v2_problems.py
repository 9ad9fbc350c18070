"""`GET /api/v2/problems`: a page of problems, and one by its id. Source: DESK contract 5.6."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import (
    finding,
    levels,
    paging,
    problem_asking,
    problem_details,
    problem_finding,
    problem_order,
    problem_selector,
    problem_shown,
    query,
    selected,
    selector,
    times,
    v2_comments,
    zones,
)
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.options import Options
from whence.dialects.desk.problem_details import Told
from whence.dialects.desk.problem_finding import Found, Place
from whence.dialects.desk.problem_selector import Criterion
from whence.dialects.desk.query import Faults
from whence.dialects.desk.sight import Sight
from whence.domain.access import Principal
from whence.domain.errors import Invalid
from whence.domain.problem import Comment, Problem

PATH: Final = "/api/v2/problems"
MOST_ENTITIES: Final = 10_000  # that an entity selector may mean

_LIST: Final = "desk problems"  # what a key of this list is sealed with
_DEFAULT_WIDTH: Final = timedelta(hours=2)
_DEFAULT_SIZE: Final = 50
_MOST: Final = 500
_EVIDENCE: Final = "evidenceDetails"
_IMPACTS: Final = "impactAnalysis"
_COMMENTS: Final = "recentComments"
_FIELDS: Final = (_EVIDENCE, _IMPACTS, _COMMENTS)
_MOST_FIELDS: Final = 50
_LONGEST_FIELD: Final = 100  # characters of a caller's text in a warning
_CARRIED: Final = (
    "from", "to", "pageSize", "sort", "entitySelector", "problemSelector", zones.SELECTOR, "impactLevel", "allDialects",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is of, times in milliseconds. `to`: None: until now. `cursor`, `after`: where the page begins.

    `is_of_zones`: only what lies in some management zone is asked for.
    """

    since: int
    to: int | None
    now: int
    size: int
    order: tuple[str, ...] = problem_order.NEWEST
    entity_selector: str | None = None
    problem_selector: str | None = None
    impact_level: str | None = None
    is_of_zones: bool = False
    sees_all: bool = False
    cursor: str | None = None
    after: tuple[int, ...] = ()

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those of the problem selector, and the level that some clients send beside it."""
        said = problem_selector.parse(self.problem_selector or "")
        if self.impact_level is None:
            return said
        return (*said, Criterion(name="impactLevel", values=frozenset({self.impact_level})))


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part is given them
    """The endpoints of this part."""
    problems = Problems(context)
    return {("GET", PATH): problems.page, ("GET", f"{PATH}/{{problem_id}}"): problems.one}


class Problems:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /api/v2/problems`."""
        by = await caller(self._context, request, Scope.READ_PROBLEMS)
        fields, unknown = _fields(request)
        asked, warnings = _asked(request, by, datetime.now(UTC))
        sight = Sight(by=by, sees_all=asked.sees_all)
        found = await self._found(sight, asked)
        shown: dict[str, Any] = {"totalCount": found.total, "pageSize": asked.size}
        if (following := found.following) is not None:
            going_on = replace(asked, cursor=following.cursor, after=following.after)
            shown[paging.KEY] = paging.key(by, _LIST, going_on)
        shown["problems"] = await self._shown(sight, found.items, fields)
        answer = Answer({**shown, "warnings": []})
        answer.warn([*unknown, *warnings])
        return answer

    async def one(self, request: Request) -> Answer:
        """`GET /api/v2/problems/{problemId}`."""
        by = await caller(self._context, request, Scope.READ_PROBLEMS)
        fields, unknown = _fields(request)
        sight = Sight.of(by)
        problem = await problem_finding.named(self._context, sight, path_text(request, "problem_id", noun="problem"))
        answer = Answer((await self._shown(sight, [problem], fields))[0])
        answer.warn(unknown)
        return answer

    async def _found(self, sight: Sight, asked: Asked) -> Found:
        """The page.

        Raises:
            Invalid: a selector selects more than is looked at.
        """
        now = times.instant(asked.now)
        to = None if asked.to is None else times.instant(asked.to)
        question = await problem_asking.question(
            self._context,
            sight,
            asked.criteria,
            path=problem_selector.PATH,
            window=problem_finding.window(times.instant(asked.since), to, now=datetime.now(UTC)),
            entity_ids=await self._entities(sight, asked.entity_selector, now),
        )
        if asked.is_of_zones:
            return Found()
        place = Place(cursor=asked.cursor, after=asked.after)
        return await problem_finding.page(
            self._context, sight, question, order=asked.order, place=place, limit=asked.size
        )

    async def _entities(self, sight: Sight, text: str | None, now: datetime) -> list[str] | None:
        if text is None:
            return None
        catalog = self._context.catalog
        test = await selected.meant(catalog, sight.by, text, now=now)
        found = await catalog.select(sight.by, test, limit=MOST_ENTITIES + 1)
        if len(found) > MOST_ENTITIES:
            raise query.fault(selector.PATH, f"must not select more than {MOST_ENTITIES} entities")
        return [entity.id for entity in found]

    async def _shown(self, sight: Sight, problems: Sequence[Problem], fields: frozenset[str]) -> list[dict[str, Any]]:
        told = await problem_details.told(self._context, sight, problems, events=_EVIDENCE in fields)
        mains = await self._mains(sight.by, problems)
        comments: Mapping[UUID, Sequence[Comment]] = {}
        if _COMMENTS in fields:
            comments = await self._context.problems.comments(sight.by, [problem.id for problem in problems])

        def shown(one: Told) -> dict[str, Any]:
            return problem_shown.v2(one, mains.get(one.problem.id)) | _on_request(sight.by, one, fields, comments)

        return await asyncio.to_thread(lambda: list(map(shown, told)))

    async def _mains(self, by: Principal, problems: Sequence[Problem]) -> dict[UUID, Problem]:
        """What those of the problems that are part of another are part of, by their own ids."""
        merged = {problem.id: problem.merged_into for problem in problems if problem.merged_into is not None}
        found = await self._context.problems.some(by, sorted(set(merged.values()))) if merged else {}
        return {problem_id: found[main] for problem_id, main in merged.items() if main in found}


def _on_request(
    by: Principal, told: Told, fields: frozenset[str], comments: Mapping[UUID, Sequence[Comment]]
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if _EVIDENCE in fields:
        shown[_EVIDENCE] = problem_shown.evidence(told.candidates)
    if _IMPACTS in fields:
        shown[_IMPACTS] = problem_shown.impact_analysis(told)
    if _COMMENTS in fields:
        said = comments.get(told.problem.id, ())
        shown[_COMMENTS] = v2_comments.listed(by, told.problem, said, v2_comments.Asked())
    return shown


def _fields(request: Request) -> tuple[frozenset[str], list[str]]:
    """What is asked for besides what is always shown, and a warning for each field that there is not."""
    # A plus sign that nobody percent-encoded arrives as a blank.
    named = dict.fromkeys(part.strip(" +") for part in (query.text(request, "fields") or "").split(","))
    wanted = [name for name in named if name]
    if len(wanted) > _MOST_FIELDS:
        raise query.fault("fields", f"size must be between 0 and {_MOST_FIELDS}")
    unknown = [f"there is no field {name[:_LONGEST_FIELD]}, ignored" for name in wanted if name not in _FIELDS]
    return frozenset(wanted), unknown


def _asked(request: Request, by: Principal, now: datetime) -> tuple[Asked, list[str]]:
    """What the query asks for, and what of it is not looked at.

    Raises:
        Invalid: with every parameter that means nothing.
    """
    if (going_on := paging.question(by, request, _LIST, Asked)) is not None:
        sees_all = going_on.sees_all and finding.sees_all(by, asked=True)
        return replace(going_on, sees_all=sees_all), paging.carried(request, _CARRIED)
    faults = Faults()
    window = faults.noted(lambda: _window(request, now))
    size = faults.noted(lambda: paging.size(request, default=_DEFAULT_SIZE, most=_MOST))
    criteria = faults.noted(lambda: _criteria(request))
    order = faults.noted(lambda: _order(request, criteria))
    faults.noted(lambda: _checked_entities(request, now))
    impact = faults.noted(lambda: query.choice(request, "impactLevel", levels.V2_IMPACTS.values()))
    all_dialects = faults.noted(lambda: query.truth(request, "allDialects"))
    faults.check()
    since, to = window or (now, None)
    page_size, warnings = size or (_DEFAULT_SIZE, [])
    asked = Asked(
        since=times.millis(since),
        to=None if to is None else times.millis(to),
        now=times.millis(now),
        size=page_size,
        order=order or problem_order.NEWEST,
        entity_selector=query.text(request, "entitySelector"),
        problem_selector=query.text(request, problem_selector.PATH),
        impact_level=impact,
        is_of_zones=query.text(request, zones.SELECTOR) is not None,
        sees_all=finding.sees_all(by, asked=all_dialects),
    )
    nobodys = [zones.SELECTOR] if asked.is_of_zones else []
    nobodys += [one.name for one in criteria or () if one.name in problem_selector.NOBODYS]
    return asked, [*warnings, *map(zones.warning, nobodys), *finding.unseen(by, asked=all_dialects)]


def _window(request: Request, now: datetime) -> tuple[datetime, datetime | None]:
    """The ends of the window, the second None when it is now or later."""
    faults = Faults()
    start, end = (faults.noted(lambda name=name: selected.instant(request, name, now=now)) for name in ("from", "to"))
    faults.check()
    start = start or now - _DEFAULT_WIDTH
    if start > (end or now):
        raise query.fault("from", "must not be after to")
    return start, None if end is None or end >= now else end


def _criteria(request: Request) -> tuple[Criterion, ...]:
    try:
        return problem_selector.parse(query.text(request, problem_selector.PATH) or "")
    except Invalid as refusal:
        raise query.fault(problem_selector.PATH, refusal.violations[0].message) from None


def _order(request: Request, criteria: Sequence[Criterion] | None) -> tuple[str, ...]:
    text = query.text(request, problem_order.PATH)
    if text is None:
        return problem_order.NEWEST
    try:
        order = problem_order.parse(text)
    except Invalid as refusal:
        raise query.fault(problem_order.PATH, refusal.violations[0].message) from None
    if problem_order.needs_words(order) and not any(one.name == "text" for one in criteria or ()):
        raise query.fault(problem_order.PATH, 'relevance is for a problemSelector with text("…")')
    return order


def _checked_entities(request: Request, now: datetime) -> None:
    if (text := query.text(request, selector.PATH)) is not None:
        selected.parsed(text, now=now)
