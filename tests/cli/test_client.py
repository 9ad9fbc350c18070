from typing import Final

import pytest

from tests.cli.answering import Answer, answering
from whence.cli.client import Client, RefusedError
from whence.cli.failure import CommandError

_BUSY: Answer = 503, {"retry-after": "2"}, b'{"error":{"code":"unavailable","message":"busy"}}'
_GOOD: Answer = 200, {}, b'{"fine":true}'


def test_it_comes_again_when_it_is_told_to() -> None:
    """As long as the server says, and no longer than it takes."""
    answers = iter([_BUSY, _BUSY, _GOOD])
    waits: list[float] = []

    with answering(lambda: next(answers)) as url, Client(url, "token", wait=waits.append) as client:
        assert client.get("/") == {"fine": True}

    assert waits == [2, 2]


def test_it_gives_up() -> None:
    """A server that stays busy is unreachable: exit code 3, with the server's own word."""
    waits: list[float] = []

    with (
        answering(lambda: _BUSY) as url,
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
        answering(lambda: answer) as url,
        Client(url, "token") as client,
        pytest.raises(CommandError) as failed,
    ):
        client.get("/")

    assert said in str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost",
        " http://localhost:8080",
        "ftp://localhost",
        "http://",
        "http://[::1",
        "http://localhost:port",
        "http://localhost:99999",
        "http://whence..example.org",
        f"http://{'a' * 64}.example.org",
        "http://localhost:8080?account=1",
        "http://localhost:8080/#events",
    ],
)
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    """Nor is another port than the one that was named, nor a page of something else."""
    with pytest.raises(CommandError, match="no web address") as failed:
        Client(url, "token")

    assert failed.value.code == 2


def test_an_address_with_a_name_in_it_is_told_without_its_password() -> None:
    """It would be sent in the place of the token."""
    with pytest.raises(CommandError, match="instead of the token") as failed:
        Client("http://me:secret@localhost:8080", "token")

    assert failed.value.code == 2
    assert "secret" not in f"{failed.value} {failed.value.remedy}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("http_proxy", "http://[::1"),
        ("http_proxy", "ftp://proxy.example.org"),
        ("all_proxy", "socks5://proxy.example.org"),
        ("no_proxy", "[::1]"),
        ("SSL_CERT_FILE", "/no/such/file"),
    ],
)
def test_an_environment_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """What it says of proxies and certificates is not ours, and no crash of ours."""
    monkeypatch.setenv("http_proxy", "http://proxy.example.org")  # else nobody reads no_proxy
    monkeypatch.setenv(name, value)

    with pytest.raises(CommandError, match="environment") as failed:
        Client("http://whence.example.org", "token")

    assert failed.value.code == 2
    assert name.upper() in failed.value.remedy


def test_certificates_of_the_environment_count_on_this_machine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a proxy that speaks TLS may stand before the server; without TLS nobody reads them."""
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")

    with Client("http://localhost", "token"):
        pass
    with pytest.raises(CommandError, match="certificates"):
        Client("https://localhost", "token")


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the environment names one for everything."""
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")

    with answering(lambda: _GOOD) as url, Client(url, "token") as client:
        assert client.get("/") == {"fine": True}


def test_lines_end_at_line_feeds_only() -> None:
    """U+2028 and its kind are letters like others."""
    body = "a\u2028b\nc\x85d\ne".encode()

    with answering(lambda: (200, {}, body)) as url, Client(url, "token") as client:
        assert list(client.lines("/")) == ["a\u2028b\n", "c\x85d\n", "e"]
