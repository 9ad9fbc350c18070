"""News of problems on the stream: to whom, in which order, and from where on."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from tests.builders import NOW, ago, draft, entity, event
from tests.native.grouped import PATIENCE, Json, bridged, close, got, listed, made, reported, say, text
from tests.native.streams import Said, stream
from tests.tenants import Tenant
from whence.dialects.native import decode, wire
from whence.domain.entity import Entity
from whence.domain.event import Kind, Severity
from whence.domain.problem import Problem, ProblemTold
from whence.domain.scope import Scope
from whence.server import House


async def _next(said: AsyncGenerator[Said], kind: str) -> tuple[Said, Json]:
    """The next block of the kind."""
    async with asyncio.timeout(PATIENCE):
        async for one in said:
            if one.event == kind:
                return one, json.loads(one.data)
    raise AssertionError("the stream ended")


async def _until(said: AsyncGenerator[Said], holds: str, value: object) -> Json:
    """The next problem that is so."""
    while (told := (await _next(said, "problem"))[1])[holds] != value:
        pass
    return told


async def test_a_stream_tells_what_happens_to_problems(house: House, api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR17] Opened, changed, commented on, closed: the problem as it is in a list; other accounts' never."""
    await tenant.register(draft("shop", tag="shop"))
    async with stream(house.app, await tenant.key()) as said:
        first = await reported(api, "a", entities=["shop"], severity="warning")
        opened = await _until(said, "alert_count", 1)
        await reported(api, "b", entities=["shop"], severity="critical")
        grown = await _until(said, "alert_count", 2)
        await say(api, "P-1", "On it")
        discussed = await _until(said, "comment_count", 1)
        await close(api, "P-1")
        closed = await _until(said, "state", "closed")
        (in_list,) = await listed(api)

    assert {one["id"] for one in (opened, grown, discussed, closed)} == {
        (await got(api, f"/v1/alerts/{first['alert_id']}"))["problem_id"]
    }
    assert [one["severity"] for one in (opened, grown)] == ["warning", "critical"]
    assert [one["tag"] for one in opened["affected"]] == ["shop"]
    assert closed.keys() == in_list.keys()
    assert [one["unattended_count"] for one in (opened, grown, discussed, closed)] == [1, 2, 2, 0]
    assert (closed["alerts"], closed["closed_by"]) == (in_list["alerts"], "user")


async def test_a_stream_tells_what_is_left_of_a_closed_problem(
    house: House, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    """[PR17, IN10] When an event that opened an alert of it is removed, also after a person closed it."""
    await tenant.register(draft("shop", tag="shop"))
    async with stream(house.app, await tenant.key()) as said:
        first = await reported(api, "a", entities=["shop"])
        await reported(api, "b", entities=["shop"])
        await _until(said, "alert_count", 2)
        await close(api, "P-1")
        closed = await _until(said, "state", "closed")
        async with asyncio.timeout(PATIENCE):
            while ((await listed(api))[0]["explained_at"] or "") < closed["closed_at"]:  # told once more with causes
                await asyncio.sleep(0.02)
        assert (await api.delete(f"/v1/events/{first['id']}")).is_success
        left = await _until(said, "alert_count", 1)
        (in_list,) = await listed(api)

    assert (left["state"], left["closed_at"]) == ("closed", closed["closed_at"])
    assert [one["title"] for one in left["alerts"]] == ["b"]
    assert left["updated_at"] == in_list["updated_at"] > closed["updated_at"]


_SHOP: Final = entity("shop")
_TILL: Final = entity("till")


def _happened(number: int, *concerned: Scope, **given: object) -> ProblemTold:
    """News of a problem that has an alert on each of these."""
    problem_id = UUID(int=number)
    found = Problem(
        id=problem_id, number=number, code=number, named_at=NOW, opened_at=NOW, severity=Severity.ERROR, title="",
        alert_count=len(concerned), types=(), dialects=(), updated_at=NOW,
    )  # fmt: skip
    shown = {"kind": Kind.PROBLEM, "severity": Severity.ERROR, "problem_id": problem_id, "is_open": True, **given}
    events = tuple(event(scope=scope, **shown) for scope in concerned)
    return ProblemTold(problem=found, alerts=(), unattended=0, events=events)


_NEWS: Final = [
    _happened(1, Scope.entities([_SHOP.id]), title="Orders fail", properties={"a": "b"}),
    _happened(
        2, Scope.entities([_TILL.id]), Scope.services(names=["bank"]), title="Nobody pays", severity=Severity.CRITICAL
    ),
    _happened(3),
]


@pytest.mark.parametrize(
    ("query", "concerning", "problems", "expected"),
    [
        ({}, None, None, "123"), ({}, [_SHOP], None, "1"), ({}, [_TILL], None, "2"), ({}, [_SHOP, _TILL], None, "12"),
        ({}, [], None, ""), ({"severity": ["critical"]}, None, None, "2"), ({"severity": ["warning"]}, None, None, ""),
        ({"kind": ["problem"]}, None, None, "12"), ({"kind": ["change"]}, None, None, ""),
        ({"q": ["orders"]}, None, None, "1"), ({"prop.a": ["b"]}, None, None, "1"),
        ({"status": ["open"]}, None, None, "12"),
        ({"status": ["closed"]}, None, None, ""), ({"from": text(ago(hours=1))}, None, None, "12"),
        ({"to": text(ago(hours=1))}, None, None, ""), ({}, None, [1], "1"), ({}, None, [1, 3], "13"),
        ({}, None, [], ""),
        ({"severity": ["critical"]}, None, [1, 2], "2"), ({}, [_SHOP], [2], ""),
    ],
)  # fmt: skip
def test_a_stream_s_filter_is_for_problems_as_well(
    query: dict[str, Any], concerning: list[Entity] | None, problems: list[int] | None, expected: str
) -> None:
    """[PR17] A problem passes when it is one of those named and the event of one of its alerts passes the rest."""
    ids = None if problems is None else [UUID(int=number) for number in problems]
    filtered = decode.followed(wire.StreamQuery.model_validate(query), concerning=concerning, problems=ids)

    passing = [told.problem.number for told in _NEWS if decode.passes(told, filtered)]

    assert "".join(map(str, passing)) == expected


async def test_a_stream_is_asked_for_some_problems(house: House, api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR17] By what their events say, and by name: what came before is passed over."""
    await tenant.register(draft("shop", tag="shop"))
    await made(api, "Orders fail", time=text(ago(hours=3)), entities=[])
    await made(api, "Nobody pays", severity="critical", entities=["shop"])
    token, since = await tenant.key(), ago(minutes=1).isoformat()

    told: list[Json] = []
    for query in ({}, {"problem": "p-2"}, {"severity": "critical"}, {"entity": "shop"}):
        async with stream(house.app, token, since=since, **query) as said:
            told.append((await _next(said, "problem"))[1])

    assert [one["name"] for one in told] == ["P-1", "P-2", "P-2", "P-2"]


async def test_a_merge_is_told_to_who_saw_the_part(house: House, api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[PR4, PR17] By the events of the problem that it is part of, and by its own name."""
    token, since = await tenant.key(), ago(minutes=1).isoformat()
    await bridged(api, tenant)

    for query in ({"entity": "shop"}, {"problem": "P-2"}):
        async with stream(house.app, token, since=since, **query) as said:
            while (told := (await _next(said, "problem"))[1])["name"] != "P-2" or told["merged_into"] is None:
                pass

        assert told["merged_into"] == (await got(api, "/v1/problems/P-1"))["id"]
        assert told["alerts"] == []


async def test_a_stream_goes_on_behind_every_piece_of_news(
    house: House, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    """[PR17, LV2] From each place on the rest comes, in the same order, none twice and nothing left out."""
    token = await tenant.key()
    await tenant.register(draft("shop", tag="shop"))
    await made(api, "a", entities=["shop"])
    await made(api, "b", time=text(ago(hours=2)))
    await close(api, "P-1", {"comment": "over"})
    await close(api, "P-2")
    await api.post("/v1/events", json={"title": "the end"})

    whole = await _whole(house, token, since=ago(minutes=1).isoformat())

    assert {"event", "alert", "problem"} == {one.event for one in whole}
    for nth, one in enumerate(whole[:-1]):
        assert [told.id for told in await _whole(house, token, last_event_id=one.id)] == [
            told.id for told in whole[nth + 1 :]
        ]


async def _whole(house: House, token: str, last_event_id: str | None = None, **query: str) -> Sequence[Said]:
    """What a stream tells up to the end."""
    found: list[Said] = []
    async with asyncio.timeout(PATIENCE), stream(house.app, token, last_event_id=last_event_id, **query) as said:
        async for one in said:
            if one.event:
                found.append(one)
            if one.event == "event" and json.loads(one.data)["title"] == "the end":
                break
    return found
