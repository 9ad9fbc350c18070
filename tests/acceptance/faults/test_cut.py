"""Connections that are cut, and bodies that never end: nothing is half stored, and who sends again stores it once."""

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Final

import httpx
import pytest

from tests.acceptance.faults.traffic import assert_counts, exported
from tests.acceptance.server import Server

_TITLES: Final = [f"event {n}" for n in range(50)]
_LINES: Final = "".join(f'{{"title":"{title}","type":"cut"}}\n' for title in _TITLES).encode()
_HALF: Final = _LINES.index(b"\n", len(_LINES) // 2) + 1  # behind a line: what comes before is good by itself
_SECONDS: Final = 10.0
_OFTEN: Final = 20  # more than there are connections to PostgreSQL
_CHUNK: Final = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
_ENOUGH: Final = 2_000  # chunks: far more than a body may have


def _head(length: str) -> str:
    return f"content-type: application/x-ndjson\r\nidempotency-key: once\r\n{length}\r\n\r\n"


def _sized(body: bytes) -> bytes:
    return _head(f"content-length: {len(body)}").encode() + body


def _chunked(body: bytes) -> bytes:
    """All but the chunk that ends it."""
    return _head("transfer-encoding: chunked").encode() + b"%x\r\n%s\r\n" % (len(body), body)


@contextmanager
def _asking(server: Server, token: str, line: str, rest: bytes) -> Generator[socket.socket]:
    """A connection on which that much of a request was sent; it is cut with the block."""
    head = f"{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=_SECONDS) as connection:
        connection.sendall(head + rest)
        yield connection


def _answer(connection: socket.socket) -> bytes:
    """All that comes until the connection ends."""
    said = b""
    with suppress(ConnectionError):
        while more := connection.recv(65_536):
            said += more
    return said


def _send_whole(server: Server, token: str) -> httpx.Response:
    headers = {"content-type": "application/x-ndjson", "idempotency-key": "once"}
    with server.client(token) as client:
        return client.post("/v1/events", content=_LINES, headers=headers)


def _assert_sent_again_stored_once(server: Server, token: str) -> None:
    """Whatever was stored by then."""
    answers = [_send_whole(server, token) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert {one["status"] for one in answers[1].json()["results"]} == {"duplicate"}
    rows = exported(server, token)
    assert sorted(row["title"] for row in rows) == sorted(_TITLES)
    assert_counts(server, rows, token)


@pytest.mark.parametrize("is_half_closed", [False, True], ids=["cut", "half closed"])
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(_sized(_LINES)[:-1], id="the last byte"),
        pytest.param(_sized(_LINES)[: _HALF - len(_LINES)], id="the second half"),
        pytest.param(_chunked(_LINES[:_HALF]), id="the second half of chunks"),
        pytest.param(_chunked(_LINES), id="the chunk that ends it"),
        pytest.param(_chunked(_LINES)[:-9], id="the end of a chunk"),
        pytest.param(_head("content-length: 99999").encode() + _LINES, id="what the length promised"),
        pytest.param(_head(f"content-length: {len(_LINES)}").encode()[:-4], id="the end of the headers"),
    ],
)
def test_what_did_not_come_whole_is_not_stored(
    shared: Server, tenant_token: Callable[..., str], sent: bytes, *, is_half_closed: bool
) -> None:
    """[IN1, IN3] The sender goes away without …; sent again with the same key, all of it is there once."""
    token = tenant_token()
    with _asking(shared, token, "POST /v1/events", sent) as connection:
        if is_half_closed:
            connection.shutdown(socket.SHUT_WR)
            assert not _answer(connection).startswith(b"HTTP/1.1 2")

    assert exported(shared, token) == []
    _assert_sent_again_stored_once(shared, token)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(_head("content-length: -1").encode() + _LINES, id="below nothing"),
        pytest.param(_head("content-length: 1e3").encode() + _LINES, id="no number"),
        pytest.param(_head("content-length: 5\r\ncontent-length: 6").encode() + _LINES, id="two of them"),
        pytest.param(
            _head(f"content-length: {len(_LINES)}\r\ntransfer-encoding: chunked").encode() + _LINES,
            id="one beside chunks",
        ),
        pytest.param(_head("transfer-encoding: chunked").encode() + b"zz\r\n" + _LINES, id="none of a chunk"),
    ],
)
def test_what_has_no_length_is_refused(shared: Server, tenant_token: Callable[..., str], sent: bytes) -> None:
    """[IN1, IN3, IN8] Its length is …; sent again as it should be, all of it is there once."""
    token = tenant_token()
    with _asking(shared, token, "POST /v1/events", sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        said = _answer(connection)

    assert said.startswith(b"HTTP/1.1 4")
    assert b"HTTP/1.1 2" not in said
    assert b"HTTP/1.1 5" not in said
    assert exported(shared, token) == []
    _assert_sent_again_stored_once(shared, token)


def test_what_is_behind_the_length_is_no_part_of_it(shared: Server, tenant_token: Callable[..., str]) -> None:
    """[IN1, IN3] At most what the length covers is stored; sent again as it should be, all of it is there once."""
    token = tenant_token()
    sent = _sized(_LINES[:_HALF]) + _LINES[_HALF:]
    with _asking(shared, token, "POST /v1/events", sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        said = _answer(connection)

    assert b"HTTP/1.1 5" not in said
    assert {row["title"] for row in exported(shared, token)} <= set(_TITLES[: _LINES[:_HALF].count(b"\n")])
    _assert_sent_again_stored_once(shared, token)


def test_a_body_that_never_ends_is_refused(shared: Server, tenant_token: Callable[..., str]) -> None:
    """[IN8] Chunk after chunk: 413 as soon as there are too many bytes, and the connection ends."""
    token = tenant_token()
    with _asking(shared, token, "POST /v1/events", _head("transfer-encoding: chunked").encode()) as connection:
        with suppress(ConnectionError):
            for _ in range(_ENOUGH):
                connection.sendall(_CHUNK)
            pytest.fail("it takes any number of bytes")
        said = _answer(connection)

    assert said == b"" or said.startswith(b"HTTP/1.1 413")  # what was under way when it hung up drops the answer
    assert exported(shared, token) == []


def test_who_hears_no_answer_sends_again(shared: Server, tenant_token: Callable[..., str]) -> None:
    """[IN1, IN3] The sender is gone before the answer: stored or not, it is there once after the second time."""
    token = tenant_token()
    for _ in range(_OFTEN):
        with _asking(shared, token, "POST /v1/events", _sized(_LINES)):
            pass

    _assert_sent_again_stored_once(shared, token)


@pytest.mark.parametrize("path", ["/v1/events/export", "/v1/events/stream?since=2020-01-01T00:00:00Z"])
def test_who_reads_no_further_holds_nothing(shared: Server, tenant_token: Callable[..., str], path: str) -> None:
    """[IN1] Cut in the middle of a long answer, again and again: all others are answered as before."""
    token = tenant_token()
    with shared.client(token) as client:
        for n in range(10):
            events = [{"title": f"{n}-{m}", "description": "x" * 1000} for m in range(200)]
            assert client.post("/v1/events", json=events).is_success
        for _ in range(_OFTEN):
            with _asking(shared, token, f"GET {path}", b"\r\n") as connection:
                assert connection.recv(12) == b"HTTP/1.1 200"

        answers = [client.get("/v1/events", timeout=_SECONDS).status_code for _ in range(_OFTEN)]

    assert set(answers) == {200}
