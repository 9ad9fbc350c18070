"""Signing in at the web UI: a cookie in place of the token, good for requests of our own pages alone."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.cookies import Morsel, SimpleCookie
from typing import Final
from uuid import uuid4

import httpx
import pytest

from tests.native.answers import events, paths, refused, titles
from tests.native.conftest import Client
from tests.native.streams import stream
from tests.tenants import BOOTSTRAP, MakeTenant, Tenant
from whence.access import Access
from whence.dialects import discover
from whence.dialects.native import shape
from whence.domain.access import Principal, Right, Session
from whence.domain.errors import Unauthenticated
from whence.edge import Edge
from whence.server import House
from whence.store import access as tokens
from whence.store import sessions
from whence.store.notify import Ear
from whence.store.pool import Pool

_COOKIE: Final = "whence_session"
_PATIENCE_SECONDS: Final = 60  # on a busy machine, too
_LASTS: Final = timedelta(hours=12)
_NOON: Final = datetime(2126, 9, 21, 12, tzinfo=UTC)  # ahead of any clock, so that the server does not tidy it away


async def signed_in(browser: httpx.AsyncClient, token: str, **headers: str) -> Morsel[str]:
    """The cookie that the browser has now."""
    answer = await browser.post("/v1/session", json={"token": token}, headers=headers)
    assert answer.status_code == 204, answer.text
    assert answer.content == b""
    assert answer.headers["cache-control"] == "no-store"
    return _set(answer)


def _set(answer: httpx.Response) -> Morsel[str]:
    (cookie,) = answer.headers.get_list("set-cookie")
    return SimpleCookie(cookie)[_COOKIE]


async def csrf(browser: httpx.AsyncClient) -> dict[str, str]:
    """The header that requests of the browser's session need."""
    answer = await browser.get("/v1/session")
    assert answer.status_code == 200, answer.text
    return {"x-csrf-token": answer.json()["csrf"]}


@pytest.fixture
async def browser(tenant: Tenant, client: Client) -> httpx.AsyncClient:
    """One in which somebody has signed in with an admin's token."""
    browser = client(None)
    await signed_in(browser, await tenant.key(Right.ADMIN, name="ann"))
    return browser


async def test_a_cookie_stands_for_the_token(tenant: Tenant, client: Client) -> None:
    """[AC7] It is shown to no script, sent from our pages alone, and lasts twelve hours; it is not the token."""
    browser, token = client(None), await tenant.key(Right.READ_EVENTS, name="ann")

    cookie = await signed_in(browser, token)

    assert {name: value for name, value in cookie.items() if value} == {
        "httponly": True, "samesite": "strict", "path": "/", "max-age": "43200",
    }  # fmt: skip
    assert len(cookie.value) == 43  # 256 bits
    assert token not in cookie.value
    assert titles(await browser.get("/v1/events")) == []
    refused(await browser.get("/v1/tokens"), 403)  # what the token may not, the session may not either


async def test_who_is_signed_in(tenant: Tenant, client: Client) -> None:
    """The token without its secret, what the session needs, and the time here; the answer is kept by nobody."""
    browser = client(None)
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    token = await tenant.key(Right.READ_EVENTS, Right.WRITE_EVENTS, name="ann", expires_at=ends)
    await signed_in(browser, token)
    asked_at = datetime.now(UTC)

    answer = await browser.get("/v1/session")

    body = answer.json()
    shape.Session.model_validate(body)
    assert (list(body), list(body["token"])) == (
        ["token", "csrf", "expires_at", "now"],
        ["id", "name", "account", "rights", "sees", "expires_at", "bootstrap"],
    )  # fmt: skip
    assert (body["token"]["name"], body["token"]["account"]) == ("ann", tenant.name)
    assert (body["token"]["rights"], body["token"]["sees"]) == (["events:read", "events:write"], "own")
    assert datetime.fromisoformat(body["token"]["expires_at"]) == ends
    assert timedelta(0) < datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC) <= _LASTS
    assert asked_at - timedelta(milliseconds=1) <= datetime.fromisoformat(body["now"]) <= datetime.now(UTC)
    assert body["token"]["bootstrap"] is False
    assert answer.headers["cache-control"] == "no-store"
    assert token not in answer.text
    assert browser.cookies[_COOKIE] not in answer.text


async def test_who_may_make_accounts_is_told(client: Client) -> None:
    """So that a page need not ask in vain."""
    browser = client(None)
    await signed_in(browser, BOOTSTRAP)

    assert (await browser.get("/v1/session")).json()["token"]["bootstrap"] is True


@pytest.mark.parametrize("secret", ["wh_" + "0" * 40, "x", "\u00e9", "é" * 4096])
async def test_a_bad_token_signs_nobody_in(anonymous: httpx.AsyncClient, secret: str) -> None:
    """401 as everywhere, and no cookie."""
    answer = await anonymous.post("/v1/session", json={"token": secret})

    refused(answer, 401)
    assert "set-cookie" not in answer.headers
    assert answer.headers["www-authenticate"] == "Bearer"
    refused(await anonymous.get("/v1/session"), 401)


async def test_of_a_stranger_little_is_read(tenant: Tenant, client: Client) -> None:
    """Whoever signs in has shown nothing yet: what is longer than any token is refused unread, a token is not."""
    browser, token = client(None), await tenant.key()
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in token)

    long = await browser.post("/v1/session", json={"token": token, **{f"k{n}": 1 for n in range(4_000)}})
    padded = await browser.post("/v1/session", content=f'{{"token": "{escaped}"{" " * 25_000}}}')

    refused(long, 413)
    assert "set-cookie" not in long.headers
    assert padded.status_code == 204


async def test_an_unknown_parameter_signs_nobody_in_or_out(tenant: Tenant, client: Client) -> None:
    """It is named, as by every call; the cookie stays as it was."""
    browser, token = client(None), await tenant.key()

    sign_in = await browser.post("/v1/session?nonsense=1", json={"token": token})
    await signed_in(browser, token)
    who = await browser.get("/v1/session?nonsense=1")
    sign_out = await browser.delete("/v1/session?nonsense=1", headers=await csrf(browser))

    for answer in (sign_in, who, sign_out):
        assert paths(refused(answer, 400)) == ["nonsense"]
        assert "set-cookie" not in answer.headers
    assert (await browser.get("/v1/session")).status_code == 200


async def test_an_expired_or_revoked_token_signs_nobody_in(
    api: httpx.AsyncClient, tenant: Tenant, anonymous: httpx.AsyncClient
) -> None:
    made = (await api.post("/v1/tokens", json={"name": "gone", "rights": ["admin"]})).json()
    await api.delete(f"/v1/tokens/{made['id']}")

    for secret in (made["token"], await tenant.key(expires_at=datetime.now(UTC))):
        answer = await anonymous.post("/v1/session", json={"token": secret})

        refused(answer, 401)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ("{}", 400, ["token"]), ('{"token": ""}', 400, ["token"]), ('{"token": 1}', 400, ["token"]),
        ('{"token": null, "x": 1}', 400, ["token", "x"]), ("[]", 400, [""]), ("", 400, [""]), ("{", 400, [""]),
        (json.dumps({"token": "t" * 4097}), 400, ["token"]), ('{"token": "a\\u0000"}', 400, ["token"]),
    ],
)  # fmt: skip
async def test_what_is_no_token_is_refused(
    anonymous: httpx.AsyncClient, body: str, status: int, where: list[str]
) -> None:
    """With every fault and its path."""
    answer = await anonymous.post("/v1/session", content=body, headers={"content-type": "application/json"})

    assert paths(refused(answer, status)) == where
    assert "set-cookie" not in answer.headers


async def test_a_form_signs_nobody_in(tenant: Tenant, anonymous: httpx.AsyncClient) -> None:
    """Which any page could send without being asked first."""
    secret = await tenant.key()

    refused(await anonymous.post("/v1/session", data={"token": secret}), 415)


async def test_signing_in_is_within_the_token_s_rate(tenant: Tenant, anonymous: httpx.AsyncClient) -> None:
    """[AC6] As are the requests of the session."""
    token = await tenant.key(rate_per_minute=3)
    await signed_in(anonymous, token)

    answers = [await anonymous.get("/v1/events") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    refused(await anonymous.get("/v1/events"), 429)
    refused(await anonymous.post("/v1/session", json={"token": token}), 429)


async def test_signing_out(browser: httpx.AsyncClient, client: Client) -> None:
    """[AC8] The browser forgets the cookie, and the cookie opens nothing, wherever it is kept."""
    kept = browser.cookies[_COOKIE]

    answer = await browser.delete("/v1/session", headers=await csrf(browser))

    assert (answer.status_code, answer.content) == (204, b"")
    cookie = _set(answer)
    assert (cookie.value, cookie["max-age"], cookie["path"], cookie["samesite"]) == ("", "0", "/", "strict")
    assert _COOKIE not in browser.cookies
    other = client(None)
    other.cookies.set(_COOKIE, kept)
    for path in ("/v1/session", "/v1/events"):
        refused(await other.get(path), 401)
    refused(await other.delete("/v1/session"), 401)


async def test_the_audit_trail_says_who_signed_in_and_out(
    api: httpx.AsyncClient, tenant: Tenant, client: Client
) -> None:
    """Each with the token that was shown and the session; neither the token, nor the cookie, nor who was refused."""
    browser, token = client(None), await tenant.key(Right.READ_EVENTS, name="ann")
    before = datetime.now(UTC).replace(microsecond=0)
    cookie = await signed_in(browser, token)
    who = (await browser.get("/v1/session")).json()
    refused(await client(None).post("/v1/session", json={"token": f"{token}x"}), 401)
    refused(
        await client(None).post("/v1/session", json={"token": token}, headers={"origin": "http://evil.example"}), 403
    )
    headers = await csrf(browser)
    await browser.delete("/v1/session", headers=headers)
    refused(await browser.delete("/v1/session", headers={**headers, "cookie": f"{_COOKIE}={cookie.value}"}), 401)

    answer = await api.get("/v1/audit")

    out, into = answer.json()["entries"]
    token_id, session_id = who["token"]["id"], into["noun_id"]
    assert [{name: one[name] for name in one if name not in {"id", "time"}} for one in (into, out)] == [
        {"token": {"id": token_id, "name": "ann"}, "action": action, "noun": "session", "noun_id": session_id,
         "detail": "web UI"}
        for action in ("signed in", "signed out")
    ]  # fmt: skip
    assert before <= datetime.fromisoformat(into["time"]) <= datetime.fromisoformat(out["time"]) <= datetime.now(UTC)
    for secret in (token, cookie.value, who["csrf"]):
        assert secret not in answer.text


async def test_who_is_not_signed_out_leaves_no_line(tenant: Tenant, house: House, api: httpx.AsyncClient) -> None:
    """The second of two who sign out of one session finds it gone."""
    access = house.context.access
    session, _ = await access.sign_in(await tenant.key(name="ann"))

    await asyncio.gather(*(access.sign_out(session) for _ in range(4)))

    lines = (await api.get("/v1/audit")).json()["entries"]
    assert [line["action"] for line in lines] == ["signed out", "signed in"]


async def test_signing_out_ends_no_other_session(tenant: Tenant, client: Client) -> None:
    """Of the same token in another browser."""
    token, one, other = await tenant.key(), client(None), client(None)
    await signed_in(one, token)
    await signed_in(other, token)

    await one.delete("/v1/session", headers=await csrf(one))

    assert (await other.get("/v1/session")).status_code == 200
    assert titles(await client(token).get("/v1/events")) == []


async def test_revoking_the_token_ends_its_sessions(api: httpx.AsyncClient, client: Client) -> None:
    """[AC8] At once, though they were remembered; those of another token go on."""
    made = [
        (await api.post("/v1/tokens", json={"name": name, "rights": ["admin"]})).json() for name in ("gone", "stays")
    ]
    gone, stays = client(None), client(None)
    for browser, token in zip((gone, stays), made, strict=True):
        await signed_in(browser, token["token"])
        assert (await browser.get("/v1/events")).status_code == 200

    await api.delete(f"/v1/tokens/{made[0]['id']}")

    refused(await gone.get("/v1/events"), 401)
    refused(await gone.get("/v1/session"), 401)
    assert (await stays.get("/v1/session")).status_code == 200


_UNSAFE: Final[list[tuple[str, str, object]]] = [
    ("POST", "/v1/events", {"title": "a"}),  # which is called without the application's layers
    ("PUT", "/v1/entities", {"entities": []}),
    ("PATCH", f"/v1/events/{uuid4()}", {"title": "a"}),
    ("DELETE", f"/v1/events/{uuid4()}", None),
    ("POST", "/v1/scope/match", {}),
    ("DELETE", "/v1/session", None),
]


@pytest.mark.parametrize(
    ("method", "path", "body"), _UNSAFE, ids=[f"{method} {n}" for n, (method, *_) in enumerate(_UNSAFE)]
)
async def test_what_changes_something_needs_the_session_s_token(
    browser: httpx.AsyncClient, tenant: Tenant, client: Client, method: str, path: str, body: object
) -> None:
    """[AC9] None, an empty one, a wrong one, that of another session of the same token: nothing is done."""
    other = client(None)
    await signed_in(other, await tenant.key(Right.ADMIN))
    mine = (await csrf(browser))["x-csrf-token"]
    theirs = (await csrf(other))["x-csrf-token"]

    for wrong in (None, "", "x", mine[:-1], mine.upper() + " ", theirs, browser.cookies[_COOKIE]):
        headers = {} if wrong is None else {"x-csrf-token": wrong}
        answer = await browser.request(method, path, json=body, headers=headers)

        refused(answer, 403)
        assert "X-CSRF-Token" in answer.json()["error"]["message"]

    let_in = await browser.request(method, path, json=body, headers={"x-csrf-token": mine})
    assert let_in.status_code not in {401, 403}
    assert titles(await other.get("/v1/events")) == (["a"] if (method, path) == ("POST", "/v1/events") else [])


async def test_a_header_of_any_bytes_is_not_the_session_s_token(browser: httpx.AsyncClient) -> None:
    refused(await browser.post("/v1/events", json={"title": "a"}, headers=[(b"x-csrf-token", b"\xff\xc3")]), 403)


_FOREIGN: Final = [
    "https://evil.example", "http://localhost.evil.example", "http://localhost:81",
    "http://evil.example:80", "null", "", "localhost", "http://", "file://", "http://localhost:x", "http://[",
    "http://localhost, http://evil.example", "http://localhost@evil.example", "chrome-extension://localhost",
]  # fmt: skip


@pytest.mark.parametrize("origin", _FOREIGN)
async def test_no_page_of_another_place_can_use_a_session(
    browser: httpx.AsyncClient, tenant: Tenant, anonymous: httpx.AsyncClient, origin: str
) -> None:
    """[AC9] It can neither read with it, nor write though it knew the session's token, nor sign anybody in."""
    headers = {**await csrf(browser), "origin": origin}

    answers = [
        await browser.post("/v1/events", json={"title": "a"}, headers=headers),
        await browser.get("/v1/events", headers=headers),
        await browser.delete("/v1/session", headers=headers),
        await anonymous.post("/v1/session", json={"token": await tenant.key()}, headers={"origin": origin}),
    ]

    for answer in answers:
        refused(answer, 403)
        assert "Origin" in answer.json()["error"]["message"]
        assert "set-cookie" not in answer.headers
    assert titles(await browser.get("/v1/events")) == []


@pytest.mark.parametrize(
    ("origin", "host", "public_url"),
    [
        ("http://localhost", "localhost", None), ("http://localhost:80", "localhost", None),
        ("http://LOCALHOST", "localhost:80", None), ("http://localhost:8080", "localhost:8080", None),
        ("https://whence.example", "whence.example", None),  # a proxy that speaks TLS and leaves the host as it is
        ("https://whence.example:443", "whence.example", None), ("http://[::1]:8080", "[::1]:8080", None),
        ("https://whence.example", "127.0.0.1:8080", "https://whence.example"),  # one that does not
        ("https://whence.example:8443", "10.0.0.1", "https://whence.example:8443/below"),
    ],
)  # fmt: skip
async def test_a_page_of_this_place_can(
    house: House, tenant: Tenant, origin: str, host: str, public_url: str | None
) -> None:
    """Its origin is the host that was asked, or the address by which others reach this one."""
    async with at(house, public_url=public_url) as browser:
        browser.headers["host"] = host
        cookie = await signed_in(browser, await tenant.key(Right.ADMIN), origin=origin)
        headers = {"cookie": f"{_COOKIE}={cookie.value}", "origin": origin}
        body = (await browser.get("/v1/session", headers=headers)).json()

        sent = await browser.post("/v1/events", json={"title": "a"}, headers={**headers, "x-csrf-token": body["csrf"]})

    assert sent.status_code == 201
    assert bool(cookie["secure"]) is origin.startswith("https:")


@pytest.mark.parametrize(
    ("address", "public_url", "headers", "secure"),
    [
        ("http://localhost", None, {}, False), ("https://localhost", None, {}, True),
        ("http://localhost", "https://localhost", {}, True),
        ("http://localhost", "https://localhost", {"origin": "http://localhost"}, False),  # else nobody could sign in
        ("http://localhost", None, {"origin": "https://localhost"}, True),
        ("http://localhost", None, {"x-forwarded-proto": "https", "forwarded": "proto=https"}, False),
    ],
)  # fmt: skip
async def test_a_cookie_of_https_stays_there(
    house: House,
    tenant: Tenant,
    address: str,
    public_url: str | None,
    headers: dict[str, str],
    secure: bool,  # noqa: FBT001
) -> None:
    """`Secure`, as the connection, the browser or the settings say, and no proxy's header, which anybody can send."""
    async with at(house, address=address, public_url=public_url) as browser:
        cookie = await signed_in(browser, await tenant.key(), **headers)

    assert bool(cookie["secure"]) is secure


async def test_a_token_in_the_header_is_looked_at_first(
    browser: httpx.AsyncClient, account: MakeTenant, tenant: Tenant
) -> None:
    """And alone: a bad one is refused whatever the cookie, a good one needs no token of a session."""
    other = await (await account()).key(Right.ADMIN)
    bearer = {"authorization": f"Bearer {other}"}

    sent = await browser.post("/v1/events", json={"title": "theirs"}, headers=bearer)

    assert sent.status_code == 201
    assert titles(await browser.get("/v1/events")) == []
    assert titles(await browser.get("/v1/events", headers=bearer)) == ["theirs"]
    for bad in ("Bearer wh_nobody", "Bearer", "", f"Basic {await tenant.key()}"):
        refused(await browser.get("/v1/events", headers={"authorization": bad}), 401)


async def test_a_session_is_of_its_account(browser: httpx.AsyncClient, account: MakeTenant, client: Client) -> None:
    """[AC1] What others have is as good as nothing, and their sessions' tokens are not this one's."""
    neighbour, other = await account(), client(None)
    await signed_in(other, await neighbour.key(Right.ADMIN))
    sent = await other.post("/v1/events", json={"title": "theirs"}, headers=await csrf(other))

    refused(await browser.get(f"/v1/events/{sent.json()['id']}"), 404)
    refused(await browser.post("/v1/events", json={"title": "a"}, headers=await csrf(other)), 403)
    assert titles(await browser.get("/v1/events")) == []
    assert [event["title"] for event in events(await other.get("/v1/events"))] == ["theirs"]


async def test_a_stream_takes_the_cookie(house: House, browser: httpx.AsyncClient) -> None:
    """`EventSource` can send no other header."""
    async with stream(house.app, None, cookie=f"{_COOKIE}={browser.cookies[_COOKIE]}") as said:
        await browser.post("/v1/events", json={"title": "a"}, headers=await csrf(browser))

        async with asyncio.timeout(_PATIENCE_SECONDS):
            told = await anext(one async for one in said if one.event == "event")

    assert json.loads(told.data)["title"] == "a"


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "=", ";;;", "whence_session", "whence_session=", "whence_session=x", 'whence_session="\\303\\251"',
     "whence_session=\xe9", "Whence_Session={}", "xwhence_session={}", "whence_session={}x"],
)  # fmt: skip
async def test_what_is_no_session_is_refused(browser: httpx.AsyncClient, client: Client, cookie: str) -> None:
    """Whatever the header holds; a cookie of nobody is no way around a token."""
    header = cookie.format(browser.cookies[_COOKIE]).encode("latin-1")

    for path in ("/v1/events", "/v1/session"):
        refused(await client(None).get(path, headers=[(b"cookie", header)]), 401)


async def test_other_cookies_do_not_matter(browser: httpx.AsyncClient, client: Client) -> None:
    headers = {"cookie": f"theme=dark; {_COOKIE}={browser.cookies[_COOKIE]}; a=b"}

    assert (await client(None).get("/v1/session", headers=headers)).status_code == 200


async def test_the_database_holds_no_secret(browser: httpx.AsyncClient, pool: Pool, by: Principal) -> None:
    """[AC4] A dump opens nothing: neither the cookie's value nor the session's token is in it."""
    async with pool.reader() as db:
        rows = await db.rows(
            "select s.*, d.digest from session s join session_door d using (account_id, session_id)"
            " where s.account_id = $1",
            by.account_id,
        )

    written = str([dict(row) for row in rows])
    assert len(rows) == 1
    assert browser.cookies[_COOKIE] not in written
    assert (await csrf(browser))["x-csrf-token"] not in written


# Time, and other nodes: the use case itself.


class Clock:
    """Says what it is told."""

    def __init__(self) -> None:
        self.now = _NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(pool: Pool, clock: Clock) -> Access:
    """Another node, whose clock the test sets."""
    return Access(pool, clock=clock)


@pytest.fixture
async def elsewhere(pool: Pool) -> AsyncGenerator[Access]:
    """Another node, which hears of what ends."""
    other = Access(pool)
    hears = asyncio.Event()

    def missed(listening: bool) -> None:  # noqa: FBT001  the signature of Ear.hear's `missed`
        other.listening(listening)
        if listening:
            hears.set()

    ear = Ear(pool)
    ear.hear(tokens.CHANGED, other.heard, missed)
    task = asyncio.create_task(ear.run())
    await hears.wait()
    yield other
    task.cancel()
    await asyncio.wait([task])


def at(house: House, *, address: str = "http://localhost", public_url: str | None = None) -> httpx.AsyncClient:
    """A browser at that address, which the settings call so."""
    app = Edge(discover(), replace(house.context, public_url=public_url), options={}, hosts=())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=address)  # pyright: ignore[reportArgumentType]  two spellings of ASGI


async def is_over(access: Access, secret: str) -> bool:
    """Whether the session opens nothing."""
    try:
        await access.session(secret)
    except Unauthenticated:
        return True
    return False


async def ends(access: Access, secret: str) -> None:
    """Return when the session is over there."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not await is_over(access, secret):
            await asyncio.sleep(0.001)


async def test_a_session_ends_after_twelve_hours(tenant: Tenant, timed: Access, clock: Clock) -> None:
    """However often it is used."""
    session, secret = await timed.sign_in(await tenant.key())

    assert session.expires_at == _NOON + _LASTS
    clock.now = _NOON + _LASTS - timedelta(microseconds=1)
    assert (await timed.session(secret)).id == session.id
    clock.now = _NOON + _LASTS
    assert await is_over(timed, secret)


async def test_a_session_ends_with_its_token(tenant: Tenant, timed: Access, clock: Clock) -> None:
    """Though it would last longer."""
    ending = _NOON + timedelta(hours=1)
    session, secret = await timed.sign_in(await tenant.key(expires_at=ending))

    assert session.expires_at == ending
    clock.now = ending - timedelta(microseconds=1)
    assert not await is_over(timed, secret)
    clock.now = ending
    assert await is_over(timed, secret)


async def test_signing_out_is_heard_by_every_node(tenant: Tenant, house: House, elsewhere: Access) -> None:
    """[AC8] One that remembers the session as well; and it goes on remembering tokens."""
    here = house.context.access
    session, secret = await here.sign_in(await tenant.key())
    assert (await elsewhere.session(secret)).id == session.id

    await here.sign_out(session)

    assert await is_over(here, secret)
    await ends(elsewhere, secret)


async def test_revoking_is_heard_by_every_node(tenant: Tenant, house: House, elsewhere: Access) -> None:
    """[AC3, AC8] Of the token and of its sessions, wherever they began."""
    here = house.context.access
    token = await tenant.key()
    begun = [(await one.sign_in(token))[1] for one in (here, elsewhere)]
    by = (await elsewhere.session(begun[0])).principal

    await here.revoke(tenant.admin, by.token_id)

    for secret in begun:
        assert await is_over(here, secret)
        await ends(elsewhere, secret)


async def test_a_node_that_cannot_hear_asks_each_time(tenant: Tenant, house: House, pool: Pool) -> None:
    deaf = Access(pool)
    session, secret = await house.context.access.sign_in(await tenant.key())
    assert not await is_over(deaf, secret)

    await house.context.access.sign_out(session)

    assert await is_over(deaf, secret)


async def test_the_same_wrong_cookie_is_one_question_in_ten_seconds(
    tenant: Tenant, timed: Access, clock: Clock, pool: Pool
) -> None:
    """[AC10] As a wrong token is: whoever has shown nothing must not keep the database from others."""
    secret = uuid4().hex
    by = await timed.authenticate(await tenant.key())
    late = Session(id=uuid4(), principal=by, created_at=_NOON, expires_at=_NOON + _LASTS)
    assert await is_over(timed, secret)

    async with pool.transaction() as db:
        await sessions.add(db, late, sha256(secret.encode()).digest(), most=9)

    clock.now = _NOON + timedelta(seconds=9.9)
    assert await is_over(timed, secret)
    clock.now = _NOON + timedelta(seconds=10)
    assert (await timed.session(secret)).id == late.id


async def test_nobody_signs_in_with_a_token_that_is_being_revoked(
    tenant: Tenant, house: House, elsewhere: Access
) -> None:
    """Whoever comes first: afterwards no session of it stands."""
    token = await tenant.key()
    by = await elsewhere.authenticate(token)

    begun = await asyncio.gather(
        house.context.access.revoke(tenant.admin, by.token_id),
        *(elsewhere.sign_in(token) for _ in range(8)),
        return_exceptions=True,
    )

    secrets = [one[1] for one in begun if isinstance(one, tuple)]
    assert all(one is None or isinstance(one, tuple | Unauthenticated) for one in begun)
    for secret in secrets:
        await ends(elsewhere, secret)


async def test_a_token_has_a_hundred_sessions_at_most(tenant: Tenant, house: House) -> None:
    """The oldest end; those of another token are not counted."""
    access = house.context.access
    token, other = await tenant.key(), await access.sign_in(await tenant.key())
    begun = [(await access.sign_in(token))[1] for _ in range(102)]

    over = [await is_over(access, secret) for secret in begun]

    assert over == [True] * 2 + [False] * 100
    assert not await is_over(access, other[1])


async def test_what_has_ended_is_forgotten(tenant: Tenant, timed: Access, clock: Clock, pool: Pool) -> None:
    """By housekeeping; what goes on is not."""
    token = await tenant.key()
    old, _ = await timed.sign_in(token)
    clock.now += timedelta(hours=1)
    new, _ = await timed.sign_in(token)
    account = tenant.admin.account_id

    async with pool.transaction() as db:
        await sessions.expire(db, account, at=old.expires_at)
    async with pool.reader() as db:
        rows = await db.rows("select session_id from session where account_id = $1", account)
        doors = await db.rows("select session_id from session_door where account_id = $1", account)

    assert [row["session_id"] for row in rows] == [row["session_id"] for row in doors] == [new.id]


async def test_the_session_s_token_is_of_the_account_and_the_cookie(by: Principal) -> None:
    """Whoever reads the database cannot make it, and it tells nothing of the cookie."""

    def made(secret: bytes, cookie: str) -> str:
        holder = replace(by, secret=secret)
        return Session(id=uuid4(), principal=holder, created_at=_NOON, expires_at=_NOON + _LASTS).csrf(cookie)

    assert made(b"a", "x") == made(b"a", "x")
    assert len({made(b"a", "x"), made(b"b", "x"), made(b"a", "y")}) == 3
