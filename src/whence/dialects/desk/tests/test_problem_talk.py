"""[5.2] [5.6] Problems are closed, and what is said of them is kept, in both versions of the API."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.problems import settle
from tests.tenants import MakeTenant, Tenant
from whence import problems
from whence.dialects.desk.tests.conftest import EVERYTHING
from whence.dialects.desk.tests.pushing import MACHINE, ORDERS, millis, pushed, violations, warnings
from whence.dialects.desk.tests.test_v1_problems import on
from whence.dialects.desk.tests.troubles import BACKLOG, V1, V2, details, feed, got, opened

NULL = "must not be null"


def v1(problem_id: str) -> str:
    """Where the first version has the problem."""
    return f"{V1}/details/{problem_id}"


async def said(desk: AsyncClient, problem_id: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """A comment, by the first version."""
    answer = await desk.post(f"{v1(problem_id)}/comments", json={"comment": "c", "user": "u", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_close_by_the_first_version(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] The contract's example; the same call again says that it was closed, and adds the comment all the same."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    by = {"authorization": f"Api-Token {await tenant.key(*EVERYTHING, name='ops-bot')}"}
    before = millis()

    first = await desk.post(f"{v1(problem_id)}/close?content=Fixed%20by%20scaling", headers=by)
    again = await desk.post(f"{v1(problem_id)}/close?content=And%20again", headers=by)

    assert (first.status_code, again.status_code) == (200, 200)
    answer = first.json()
    at, created = answer["closeTimestamp"], answer["comment"]["createdAtTimestamp"]
    assert before <= created <= at <= millis()
    code = answer["comment"]["id"].partition("_")[0]
    assert answer == {
        "problemId": problem_id,
        "closing": True,
        "closeTimestamp": at,
        "comment": {
            "id": f"{code}_{created}",
            "createdAtTimestamp": created,
            "content": "Fixed by scaling",
            "userName": "token ops-bot",
            "context": None,
        },
    }
    assert (again.json()["closing"], again.json()["closeTimestamp"]) == (False, at)
    assert again.json()["comment"]["content"] == "And again"
    problem = await details(desk, problem_id)
    assert (problem["status"], problem["endTime"], problem["commentCount"]) == ("CLOSED", at, 2)
    (event,) = (await got(desk, "/api/v1/events"))["events"]
    assert (event["eventStatus"], event["endTime"]) == ("CLOSED", at)


async def test_a_close_that_says_nothing(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] `content` is optional here; and GET closes as well, as the vendor's specification has it."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)

    first = await desk.get(f"/e/acme{v1(problem_id)}/close/")
    second = await desk.post(f"{v1(problem_id)}/close?content=", content=b"{not read")

    assert (first.status_code, first.json()["closing"], first.json()["comment"]) == (200, True, None)
    assert (second.status_code, second.json()["closing"], second.json()["comment"]) == (200, False, None)
    assert (await details(desk, problem_id))["commentCount"] == 0


async def test_a_look_closes_nothing(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] HEAD is for what only reads: of a close there is none, and whoever tries changes nothing."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)

    answer = await desk.head(f"{v1(problem_id)}/close?content=x")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    problem = await details(desk, problem_id)
    assert (problem["status"], problem["commentCount"]) == ("OPEN", 0)


async def test_a_close_by_the_second_version(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] The contract's example: 200 with the result, then 204 without a body; it was said once."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    by = {"authorization": f"Api-Token {await tenant.key(*EVERYTHING, name='ops-bot')}"}

    first = await desk.post(f"{V2}/{problem_id}/close", json={"message": "scaled out"}, headers=by)
    second = await desk.post(f"{V2}/{problem_id}/close", json={"message": "scaled out"}, headers=by)
    comments = await got(desk, f"{V2}/{problem_id}/comments")

    assert (first.status_code, second.status_code, second.content) == (200, 204, b"")
    answer = first.json()
    created = answer["comment"]["createdAtTimestamp"]
    comment = {
        "id": f"{answer['comment']['id'].partition('_')[0]}_{created}",
        "createdAtTimestamp": created,
        "content": "scaled out",
        "authorName": "token ops-bot",
        "context": None,
    }
    assert answer == {
        "problemId": problem_id,
        "closing": True,
        "closeTimestamp": (await details(desk, problem_id))["endTime"],
        "comment": comment,
    }
    assert comments == {"totalCount": 1, "pageSize": 10, "comments": [comment]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("message", NULL)]),
        ({"message": None}, [("message", NULL)]),
        ({"message": "x" * 10_001}, [("message", "size must be between 0 and 10000")]),
        (
            {"context": "x" * 501},
            [("message", NULL), ("context", "size must be between 0 and 500")],
        ),
    ],
    ids=str,
)
async def test_faults_of_the_second_version(
    desk: AsyncClient, tenant: Tenant, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """[2.3] Every violation, and nothing is closed or said."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    await said(desk, problem_id)
    (comment,) = (await got(desk, f"{V2}/{problem_id}/comments"))["comments"]

    answers = [
        await desk.post(f"{V2}/{problem_id}/close", json=body),
        await desk.post(f"{V2}/{problem_id}/comments", json=body),
        await desk.put(f"{V2}/{problem_id}/comments/{comment['id']}", json=body),
    ]

    assert [violations(answer) for answer in answers] == [expected] * 3
    assert (await details(desk, problem_id))["status"] == "OPEN"
    assert (await got(desk, f"{V2}/{problem_id}/comments"))["comments"] == [comment]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Could not parse JSON near line 1 column 1"),
        (b"{x}", "Could not parse JSON near line 1 column 2"),
        (b"[]", "Could not map JSON at '' near line 1 column 1"),
        (b'{"message": {}, "comment": {}}', None),
        (
            b'{"context": [1], "message": "m", "comment": "m", "user": "u"}',
            "Could not map JSON at 'context' near line 1 column 13",
        ),
    ],
)
async def test_bodies_that_cannot_be_read(
    desk: AsyncClient, tenant: Tenant, content: bytes, message: str | None
) -> None:
    """[3.9] As those of events."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)

    first = await desk.post(f"{v1(problem_id)}/comments", content=content)
    second = await desk.post(f"{V2}/{problem_id}/comments", content=content)
    close = await desk.post(f"{V2}/{problem_id}/close", content=content)

    for answer, field in ((first, "comment"), (second, "message"), (close, "message")):
        column = content.find(b"{}", content.find(field.encode())) + 1
        expected = message or f"Could not map JSON at '{field}' near line 1 column {column}"
        assert (answer.status_code, answer.json()["error"]) == (400, {"code": 400, "message": expected})
    assert (await details(desk, problem_id))["commentCount"] == 0


async def test_comments_of_the_first_version(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] The contract's example: said, changed, listed, removed."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    where = f"{v1(problem_id)}/comments"

    answer = await desk.post(
        where, json={"comment": "Looks like the Monday import", "user": "ops-bot", "context": "chat"}
    )

    assert answer.status_code == 200
    first = answer.json()
    at = first["createdAtTimestamp"]
    assert first == {
        "id": f"{first['id'].partition('_')[0]}_{at}",
        "createdAtTimestamp": at,
        "content": "Looks like the Monday import",
        "userName": "ops-bot",
        "context": "chat",
    }
    second = await said(desk, problem_id, comment=30, user=True, context=None, more="ignored")
    assert (second["content"], second["userName"], second["context"]) == ("30", "true", None)
    assert await got(desk, where) == {"comments": [first, second]}
    changed = await desk.put(f"{where}/{first['id']}", json={"comment": "It was the import", "user": None})
    assert (changed.status_code, changed.json()) == (200, {**first, "content": "It was the import"})
    other = await desk.put(f"/e/acme{where}/{first['id']}/", json={"user": "me", "context": ""})
    assert other.json() == {**first, "content": "It was the import", "userName": "me", "context": ""}
    unchanged = await desk.put(f"{where}/{second['id']}", json={})
    assert (unchanged.status_code, unchanged.json()) == (200, second)
    removed = await desk.delete(f"{where}/{first['id']}")
    assert (removed.status_code, removed.content) == (204, b"")
    assert await got(desk, where) == {"comments": [second]}
    assert (await feed(desk))[0]["commentCount"] == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"user": "ops-bot"}, [("comment", NULL)]),
        ({"comment": "c"}, [("user", NULL)]),
        ({}, [("comment", NULL), ("user", NULL)]),
        ({"comment": None, "user": None, "context": None}, [("comment", NULL), ("user", NULL)]),
        (
            {"comment": "x" * 10_001, "user": "x" * 501, "context": "x" * 501},
            [
                ("comment", "size must be between 0 and 10000"),
                ("user", "size must be between 0 and 500"),
                ("context", "size must be between 0 and 500"),
            ],
        ),
    ],
    ids=str,
)
async def test_faults_of_the_first_version(
    desk: AsyncClient, tenant: Tenant, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """[5.2] The contract's example among them: every violation at once."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)

    assert violations(await desk.post(f"{v1(problem_id)}/comments", json=body)) == expected
    assert (await details(desk, problem_id))["commentCount"] == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [("x" * 10_001, "size must be between 0 and 10000"), ("a\0b", "must not hold a NUL character")],
    ids=["long", "NUL"],
)
async def test_faults_of_what_is_said_with_a_close(
    desk: AsyncClient, tenant: Tenant, content: str, message: str
) -> None:
    """[2.3] Then it stays open."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)

    answer = await desk.post(f"{v1(problem_id)}/close", params={"content": content})

    assert violations(answer, place="QUERY") == [("content", message)]
    assert (await details(desk, problem_id))["status"] == "OPEN"


async def test_comments_of_the_second_version(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] 201 without a body, but for where it is; one by its id; changed and removed with 204."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    where = f"{V2}/{problem_id}/comments"

    created = await desk.post(f"/e/acme{where}", json={"message": "first", "context": "chat"})

    assert (created.status_code, created.content) == (201, b"")
    assert "content-type" not in created.headers
    place = created.headers["location"]
    assert place.startswith(f"{where}/")
    comment = await got(desk, place)
    assert comment == {
        "id": place.rpartition("/")[2],
        "createdAtTimestamp": int(place.rpartition("_")[2]),
        "content": "first",
        "authorName": "token ci",
        "context": "chat",
    }
    changed = await desk.put(place, json={"message": "better"})
    assert (changed.status_code, changed.content) == (204, b"")
    assert await got(desk, place) == {**comment, "content": "better"}
    await desk.put(place, json={"message": "best", "context": "mail"})
    assert await got(desk, where) == {
        "totalCount": 1, "pageSize": 10, "comments": [{**comment, "content": "best", "context": "mail"}],
    }  # fmt: skip
    (same,) = (await got(desk, f"{v1(problem_id)}/comments"))["comments"]
    assert (same["content"], same["userName"], same["id"]) == ("best", "token ci", comment["id"])
    assert (await desk.delete(place)).status_code == 204
    assert await got(desk, where) == {"totalCount": 0, "pageSize": 10, "comments": []}


async def test_pages_of_comments(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] The newest first; the key alone goes on, and what comes meanwhile does not move it."""
    problem_id, other_id = await opened(desk, tenant, BACKLOG, on(MACHINE))
    where = f"{V2}/{problem_id}/comments"
    for n in range(5):
        await said(desk, problem_id, comment=str(n))

    page = await got(desk, where, pageSize=2)
    pages = [page]
    await said(desk, problem_id, comment="late")
    while "nextPageKey" in page:
        page = await got(desk, where, nextPageKey=page["nextPageKey"])
        pages.append(page)

    assert [[one["content"] for one in page["comments"]] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    assert [(page["totalCount"], page["pageSize"]) for page in pages] == [(5, 2), (6, 2), (6, 2)]
    stray = await desk.get(f"{V2}/{other_id}/comments", params={"nextPageKey": pages[0]["nextPageKey"]})
    assert violations(stray, place="QUERY") == [("nextPageKey", "belongs to another list")]
    bad = await desk.get(where, params={"pageSize": "x"})
    assert violations(bad, place="QUERY") == [("pageSize", "'x' must be a whole number from 1 to 500")]
    large = await desk.get(where, params={"pageSize": "501"})
    assert (large.json()["pageSize"], warnings(large)) == (500, ["pageSize is 500, the maximum"])


@pytest.mark.parametrize("name", ["5_1790000000000", "x", "5"])
async def test_an_unknown_comment(desk: AsyncClient, tenant: Tenant, name: str) -> None:
    """[2.3] 404 with the id as it was asked for; that of another problem is as good as none."""
    problem_id, other_id = await opened(desk, tenant, BACKLOG, on(MACHINE))
    strange = (await said(desk, other_id))["id"]
    first, second = f"{v1(problem_id)}/comments", f"{V2}/{problem_id}/comments"

    for asked in (name, strange):
        answers = [
            await desk.put(f"{first}/{asked}", json={"comment": "x"}),
            await desk.delete(f"{first}/{asked}"),
            await desk.get(f"{second}/{asked}"),
            await desk.put(f"{second}/{asked}", json={"message": "x"}),
            await desk.delete(f"{second}/{asked}"),
        ]
        expected = {"error": {"code": 404, "message": f"No comment with id {asked} was found."}}
        assert [(answer.status_code, answer.json()) for answer in answers] == [(404, expected)] * len(answers)
    assert len((await got(desk, f"{v1(other_id)}/comments"))["comments"]) == 1


async def test_too_much_was_said(desk: AsyncClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is bounded; a problem of which too much was said stays open when more is to be said with its close."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    await said(desk, problem_id)
    monkeypatch.setattr(problems, "MOST_COMMENTS", 1)
    full = "there are 1 already"

    first = await desk.post(f"{v1(problem_id)}/comments", json={"comment": "c", "user": "u"})
    second = await desk.post(f"{V2}/{problem_id}/comments", json={"message": "m"})
    close = await desk.post(f"{V2}/{problem_id}/close", json={"message": "m"})
    old_close = await desk.post(f"{v1(problem_id)}/close", params={"content": "m"})

    assert violations(first) == [("comment", full)]
    assert violations(second) == violations(close) == [("message", full)]
    assert violations(old_close, place="QUERY") == [("content", full)]
    assert (await details(desk, problem_id))["status"] == "OPEN"
    assert (await desk.post(f"{v1(problem_id)}/close")).json()["closing"] is True


async def test_another_accounts_problem_is_nobodys(
    desk: AsyncClient, tenant: Tenant, account: MakeTenant, anonymous: AsyncClient
) -> None:
    """[2.3] To the letter as one that is nowhere; nothing of it changes."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    comment = await said(desk, problem_id)
    stranger = {"authorization": f"Api-Token {await (await account()).key(*EVERYTHING)}"}
    first, second = v1(problem_id), f"{V2}/{problem_id}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", first, None), ("GET", second, None), ("POST", f"{first}/close?content=x", None),
        ("POST", f"{second}/close", {"message": "x"}), ("GET", f"{first}/comments", None),
        ("GET", f"{second}/comments", None), ("POST", f"{first}/comments", {"comment": "x", "user": "x"}),
        ("POST", f"{second}/comments", {"message": "x"}), ("GET", f"{second}/comments/{comment['id']}", None),
        ("PUT", f"{first}/comments/{comment['id']}", {"comment": "x"}),
        ("PUT", f"{second}/comments/{comment['id']}", {"message": "x"}),
        ("DELETE", f"{first}/comments/{comment['id']}", None), ("DELETE", f"{second}/comments/{comment['id']}", None),
    ]  # fmt: skip

    answers = [await anonymous.request(method, path, json=body, headers=stranger) for method, path, body in calls]

    expected = {"error": {"code": 404, "message": f"No problem with id {problem_id} was found."}}
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, expected)] * len(answers)
    listed = [await anonymous.get(path, headers=stranger) for path in (f"{V1}/feed", V2, f"{V1}/status")]
    assert [answer.json() for answer in listed][1]["totalCount"] == 0
    assert listed[0].json()["result"]["problems"] == []
    assert (await details(desk, problem_id))["status"] == "OPEN"
    assert (await got(desk, f"{first}/comments"))["comments"] == [comment]


async def test_a_closed_problem_stays_closed(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] [6.19] Until its event has expired once; then the next is another problem."""
    (problem_id,) = await opened(desk, tenant, on(ORDERS, title="again"))
    await desk.post(f"{V2}/{problem_id}/close", json={"message": "enough"})
    await settle(tenant)

    muted = await pushed(desk, on(ORDERS, title="again"))
    other = await pushed(desk, on(ORDERS, title="different"))
    await settle(tenant)

    open_now = await feed(desk, status="OPEN", expandDetails="true")
    held = [event["correlationId"] for problem in open_now for event in problem["rankedEvents"]]
    assert held == other["storedCorrelationIds"]
    assert muted["storedCorrelationIds"][0] not in held
