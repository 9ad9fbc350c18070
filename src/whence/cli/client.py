"""Speaks to a running server. What it answers amiss becomes a `CommandError` with a remedy."""

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from time import sleep
from types import TracebackType
from typing import Any, Final, Self, cast

import httpx

from whence import __version__
from whence.cli.failure import CommandError, Exit
from whence.cli.output import plain

Json = dict[str, Any]
Query = Sequence[tuple[str, str]]

_TIMEOUT: Final = httpx.Timeout(30, connect=5)
_REPEATS: Final = 4
_LONGEST_WAIT: Final = 10.0  # seconds that a server may ask us to wait; longer is for the caller to decide
_HIGHEST_PORT: Final = 65_535
_LOOPBACK: Final = re.compile(r"localhost|127(\.\d+){3}|::1")


class RefusedError(CommandError):
    """The server says no; with its status, and each fault's path."""

    def __init__(self, status: int, message: str, violations: Sequence[tuple[str, str]], remedy: str) -> None:
        self.status = status
        self.violations = tuple(violations)
        code = Exit.UNREACHABLE if status == HTTPStatus.SERVICE_UNAVAILABLE else Exit.FAILED
        lines = [message]
        if len(violations) > 1:  # a single one is in the message
            lines += [f"  {path}: {fault}" for path, fault in violations]
        super().__init__("\n".join(lines), remedy=remedy, code=code)


class Client:
    """The native API of one server, with one token. Close it by `with`.

    Args:
        wait: how to let seconds pass before a request that the server wants later is sent again.
    """

    def __init__(self, url: str, token: str, *, wait: Callable[[float], None] = sleep) -> None:
        address = _address(url)
        if not token:
            raise CommandError(
                "no token was given",
                remedy="set WHENCE_TOKEN; on the server `whence token create --name mine` makes one",
                code=Exit.USAGE,
            )
        if not token.isascii() or not token.isprintable():
            raise CommandError("the token holds characters that none has", code=Exit.USAGE)
        self.url = url.rstrip("/")
        self._wait = wait
        # A proxy is for the way out: what is on this machine it could not reach.
        is_away = not _LOOPBACK.fullmatch(address.host)
        try:
            self._http = httpx.Client(
                headers={"authorization": f"Bearer {token}", "user-agent": f"whence-cli/{__version__}"},
                timeout=_TIMEOUT,
                trust_env=is_away,
                verify=httpx.create_ssl_context(trust_env=is_away or address.scheme == "https"),
            )
        except (httpx.InvalidURL, ImportError, OSError, ValueError) as exc:
            raise CommandError(
                f"what the environment says of proxies and certificates cannot be used: {exc}",
                remedy="look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
                code=Exit.USAGE,
            ) from exc

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, query: Query = ()) -> Json:
        """The answer's JSON object."""
        return self.send("GET", path, query=query)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """The answer's JSON object. Sent again when the server asks for that: repeating it must do no harm.

        Raises:
            RefusedError: the server says no.
            CommandError: it cannot be reached, or is no whence.
        """
        with self._explained():
            answer = self._once(method, path, query, content, headers)
            for _ in range(_REPEATS):
                seconds = _retry_after(answer)
                if seconds is None or seconds > _LONGEST_WAIT:
                    break
                self._wait(seconds)
                answer = self._once(method, path, query, content, headers)
            return self._object(answer)

    @contextmanager
    def stream(
        self, path: str, query: Query = (), *, headers: Mapping[str, str] | None = None, silence: float = 30
    ) -> Generator[httpx.Response]:
        """An answer that is read while it comes, given up after so many seconds of silence.

        Raises:
            RefusedError, CommandError: as `send`. An `httpx.TransportError` inside the block is the caller's.
        """
        request = self._http.build_request(
            "GET",
            self.url + path,
            params=httpx.QueryParams(list(query)),
            headers=headers,
            timeout=httpx.Timeout(silence, connect=5),
        )
        with self._explained():
            answer = self._http.send(request, stream=True)
            if not answer.is_success:
                answer.read()
        try:
            if not answer.is_success:
                self._object(answer)
            yield answer
        finally:
            answer.close()

    def lines(self, path: str, query: Query = ()) -> Iterator[str]:
        """The lines of a long answer, with their ends, as they come."""
        with self.stream(path, query) as answer, self._explained():
            rest = b""
            for chunk in answer.iter_bytes():  # not `iter_lines`: it takes U+2028 in a title for a line's end
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (line.decode() + "\n" for line in lines)
            if rest:
                yield rest.decode()

    def _once(
        self, method: str, path: str, query: Query, content: bytes | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        kind = {} if content is None else {"content-type": "application/json"}
        return self._http.request(
            method,
            self.url + path,
            params=httpx.QueryParams(list(query)),
            content=content,
            headers={**kind, **(headers or {})},
        )

    def _object(self, answer: httpx.Response) -> Json:
        if not answer.is_success:
            raise self._refusal(answer)
        found = _json(answer)
        if not isinstance(found, dict):
            raise self._stranger(answer)
        return cast("Json", found)

    def _refusal(self, answer: httpx.Response) -> CommandError:
        match _json(answer):
            case {"error": {"message": str(message)}}:
                faults: list[Json] = answer.json()["error"].get("violations", [])
                violations = [(str(v["path"]), plain(v["message"])) for v in faults]
                return RefusedError(
                    answer.status_code, plain(message), violations, _REMEDIES.get(answer.status_code, "")
                )
            case _:
                if answer.status_code == HTTPStatus.BAD_REQUEST and answer.text == "Unknown host":
                    return CommandError(
                        f"the server does not answer to the name in {self.url}",
                        remedy="on the server, add that host to WHENCE_ALLOWED_HOSTS",
                    )
                return self._stranger(answer)

    def _stranger(self, answer: httpx.Response) -> CommandError:
        if answer.status_code in {
            HTTPStatus.BAD_GATEWAY,
            HTTPStatus.SERVICE_UNAVAILABLE,
            HTTPStatus.GATEWAY_TIMEOUT,
        }:
            return CommandError(
                f"no server behind {self.url} (status {answer.status_code})",
                remedy="a proxy answers, but not whence; is it running?",
                code=Exit.UNREACHABLE,
            )
        return CommandError(
            f"what answers at {self.url} is no whence (status {answer.status_code})",
            remedy="--url or WHENCE_URL says where it is, without a path",
            code=Exit.UNREACHABLE,
        )

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except httpx.TimeoutException as exc:
            raise CommandError(
                f"{self.url} takes too long to answer", remedy="whence doctor", code=Exit.UNREACHABLE
            ) from exc
        except (httpx.TransportError, httpx.InvalidURL) as exc:
            raise CommandError(
                f"cannot reach {self.url}: {exc}",
                remedy="is `whence serve` running? --url or WHENCE_URL says where",
                code=Exit.UNREACHABLE,
            ) from exc


_REMEDIES: Final = {
    HTTPStatus.UNAUTHORIZED.value: "check WHENCE_TOKEN; `whence token create --name mine` makes one",
    HTTPStatus.FORBIDDEN.value: "use a token with that right: whence token create --rights …",
    HTTPStatus.TOO_MANY_REQUESTS.value: "later, or with a token of a higher --rate-per-minute",
    HTTPStatus.SERVICE_UNAVAILABLE.value: "again in a moment; `whence doctor` finds the cause",
}


def _address(url: str) -> httpx.URL:
    """The address of a server, behind which the path of a request can be put.

    Raises:
        CommandError: it is none, or names somebody: who that is would be sent in the place of the token.
    """
    try:
        address = httpx.URL(url)
        address.raw_host.decode().encode("idna")  # as whoever looks it up does
    except (httpx.InvalidURL, UnicodeError):
        address = httpx.URL()
    is_one = address.scheme in {"http", "https"} and address.host and (address.port or 0) <= _HIGHEST_PORT
    if not is_one or "?" in url or "#" in url:
        raise CommandError(f"{url!r} is no web address", remedy="--url http://127.0.0.1:8080", code=Exit.USAGE)
    if address.userinfo:
        raise CommandError(
            "a name in the address would be sent instead of the token",
            remedy="--url or WHENCE_URL without what is before the @",
            code=Exit.USAGE,
        )
    return address


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


def _retry_after(answer: httpx.Response) -> float | None:
    if answer.status_code not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return None
    after = answer.headers.get("retry-after", "")
    return float(after) if after.isdecimal() else None
