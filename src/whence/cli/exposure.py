"""What `whence doctor` looks at where others can reach the service: ports, names, and what is seen without a token."""

import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import httpx

from whence.cli.finding import Finding
from whence.settings import Settings

_SECONDS: Final = 5.0
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  recognised, not chosen
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_FEW: Final = 10  # different characters of a token that was not drawn by lot
_EXAMPLES: Final = ("change", "example", "replace", "secret", "password", "bootstrap", "whence", "12345", "qwert")


def addresses(asked: Settings) -> Finding:
    """The `Host` headers that are answered."""
    hosts = asked.hosts()
    public = urlsplit(asked.public_url).hostname or "" if asked.public_url else ""
    if not hosts and asked.host in _EVERYWHERE:
        return Finding(
            name="addresses",
            level="warning",
            text="answers to any Host header at all addresses: a page elsewhere could make a browser ask here",
            remedy=f"set WHENCE_ALLOWED_HOSTS to the names that are yours{f': {public}' if public else ''}",
        )
    if not public or not hosts:
        said = "any Host header" if not hosts else ", ".join(hosts)
        return Finding(name="addresses", level="ok", text=f"answers to {said}")
    if any(public == host or (host.startswith("*.") and public.endswith(host[1:])) for host in hosts):
        return Finding(name="addresses", level="ok", text=f"answers to {public}, as WHENCE_PUBLIC_URL says")
    return Finding(
        name="addresses",
        level="failed",
        text=f"WHENCE_PUBLIC_URL names {public}, WHENCE_ALLOWED_HOSTS does not: links would be refused",
        remedy=f"add {public} to WHENCE_ALLOWED_HOSTS",
    )


def encryption(asked: Settings) -> Finding:
    """Whether tokens travel in the open."""
    if asked.host in _LOCAL:
        return Finding(name="encryption", level="ok", text="only this machine reaches the service")
    if asked.public_url is not None and asked.public_url.startswith("https:"):
        return Finding(name="encryption", level="ok", text=f"others come by {asked.public_url}")
    return Finding(
        name="encryption",
        level="warning",
        text="others reach the service, and nothing says that they come by https: tokens could be read on the way",
        remedy="put TLS in front, and set WHENCE_PUBLIC_URL to the https address",
    )


def metrics(asked: Settings) -> Finding:
    """Who can read `/metrics`, which wants no token."""
    if asked.host in _LOCAL:
        return Finding(name="metrics", level="ok", text="only this machine can read /metrics")
    if asked.metrics_port is None:
        return Finding(
            name="metrics",
            level="warning",
            text=f"whoever reaches {asked.host}:{asked.port} can read /metrics, without a token",
            remedy="WHENCE_METRICS_PORT gives it a port of its own, which only Prometheus should reach",
        )
    return Finding(name="metrics", level="ok", text=f"/metrics has port {asked.metrics_port} to itself: keep it inside")


def bootstrap(asked: Settings) -> Finding:
    """Whether the admin's token can be guessed; nothing of it is told."""
    if asked.bootstrap_token is None:
        return Finding(name="bootstrap token", level="ok", text="none: the first start of a database makes one")
    token = asked.bootstrap_token.get_secret_value()
    found = next((word for word in _EXAMPLES if word in token.lower()), None)
    if found is None and len(set(token)) >= _FEW:
        return Finding(name="bootstrap token", level="ok", text="looks as if it was drawn by lot")
    return Finding(
        name="bootstrap token",
        level="warning",
        text="looks as if somebody made it up: who guesses it may do everything in every account",
        remedy="openssl rand -hex 32 makes a good one",
    )


def ports(asked: Settings) -> Iterator[Finding]:
    """Whether what the service listens on is free, or has it already."""
    taken: dict[int, str] = {}
    for name, port in {"port": asked.port, "gRPC port": asked.grpc_port, "metrics port": asked.metrics_port}.items():
        if port is None:
            continue
        first = taken.setdefault(port, name)
        yield _port(asked, name, port) if first == name or port == 0 else _twice(name, first)


def _twice(name: str, first: str) -> Finding:
    return Finding(
        name=name,
        level="failed",
        text=f"is that of {_VARIABLES[first]}, too",
        remedy=f"set {_VARIABLES[name]} to another, or to 0 for any that is free",
    )


def _port(asked: Settings, name: str, port: int) -> Finding:
    if port == 0:
        return Finding(name=name, level="ok", text="any that is free")
    where = f"{asked.host}:{port}"
    try:
        family, *_, address = socket.getaddrinfo(asked.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        socket.create_server((str(address[0]), port), family=family).close()
    except OSError as exc:
        if _is_whence(asked):
            return Finding(name=name, level="ok", text=f"a whence serves at {where}")
        return Finding(
            name=name,
            level="failed",
            text=f"{where} cannot be had: {exc.strerror}",
            remedy=f"stop what listens there, or set {_VARIABLES[name]} to another",
        )
    return Finding(name=name, level="ok", text=f"{where} is free")


_VARIABLES: Final = {"port": "WHENCE_PORT", "gRPC port": "WHENCE_GRPC_PORT", "metrics port": "WHENCE_METRICS_PORT"}


def _is_whence(asked: Settings) -> bool:
    local = "127.0.0.1" if asked.host in _EVERYWHERE else asked.host
    url = f"http://{f'[{local}]' if ':' in local else local}:{asked.port}"
    try:
        answer = httpx.get(f"{url}/healthz", timeout=_SECONDS, trust_env=False)
        return answer.json() == {"status": "ok"} and "x-request-id" in answer.headers
    except (httpx.HTTPError, ValueError):
        return False
