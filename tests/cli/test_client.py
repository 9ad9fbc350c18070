from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

import pytest

from whence.cli.client import Client, RefusedError
from whence.cli.failure import CommandError

Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def _answering(answers: Callable[[], Answer]) -> Generator[str]:
    """A server that is no whence, and answers as it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  overridden
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_BUSY: Answer = 503, {"retry-after": "2"}, b'{"error":{"code":"unavailable","message":"busy"}}'
_GOOD: Answer = 200, {}, b'{"fine":true}'


def test_it_comes_again_when_it_is_told_to() -> None:
    """As long as the server says, and no longer than it takes."""
    answers = iter([_BUSY, _BUSY, _GOOD])
    waits: list[float] = []

    with _answering(lambda: next(answers)) as url, Client(url, "token", wait=waits.append) as client:
        assert client.get("/") == {"fine": True}

    assert waits == [2, 2]


def test_it_gives_up() -> None:
    """A server that stays busy is unreachable: exit code 3, with the server's own word."""
    waits: list[float] = []

    with (
        _answering(lambda: _BUSY) as url,
        Client(url, "token", wait=waits.append) as client,
        pytest.raises(RefusedError, match="busy") as refused,
    ):
        client.get("/")

    assert len(waits) == 4
    assert refused.value.code == 3


_AMISS: Final[list[tuple[Answer, str]]] = [
    ((200, {}, b"<html>hello</html>"), "is no whence"),
    ((200, {}, b"[]"), "is no whence"),
    ((404, {}, b'{"detail":"Not Found"}'), "is no whence"),
    ((302, {"location": "http://127.0.0.1:1/"}, b""), "is no whence"),
    ((502, {}, b"Bad Gateway"), "no server behind"),
    ((400, {}, b"Unknown host"), "does not answer to the name"),
    (
        (
            400,
            {},
            b'{"error":{"message":"bad","violations":[{"path":"a","message":"x"},{"path":"b","message":"y"}]}}',
        ),
        "a: x\n  b: y",
    ),
]


@pytest.mark.parametrize(("answer", "said"), _AMISS)
def test_what_answers_amiss_is_explained(answer: Answer, said: str) -> None:
    """Somebody else's server is not taken for ours."""
    with (
        _answering(lambda: answer) as url,
        Client(url, "token") as client,
        pytest.raises(CommandError) as failed,
    ):
        client.get("/")

    assert said in str(failed.value)


def test_lines_end_at_line_feeds_only() -> None:
    """U+2028 and its kind are letters like others."""
    body = "a\u2028b\nc\x85d\ne".encode()

    with _answering(lambda: (200, {}, body)) as url, Client(url, "token") as client:
        assert list(client.lines("/")) == ["a\u2028b\n", "c\x85d\n", "e"]
