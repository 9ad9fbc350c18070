"""What a dialect is, what it may use, and how the house finds those it has.

A dialect is a folder here whose package holds a `DIALECT`. It translates one vendor's words to the domain's
nouns and back, and imports neither another dialect nor SQL nor settings. A new one is a new folder, no more.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from importlib import import_module
from pkgutil import iter_modules

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc import GenericRpcHandler
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response

from whence.access import Access
from whence.accounts import Accounts
from whence.alerts import Alerts
from whence.amend import Amend
from whence.catalog import Catalog
from whence.causes import Causes
from whence.deliver import Deliver
from whence.documents import Documents
from whence.domain.access import Options, Principal
from whence.domain.errors import Unavailable, Violation
from whence.follow import Follow
from whence.ingest import Ingest
from whence.maintenance import Calendar
from whence.problems import Problems
from whence.registry import Registry
from whence.routing import Routing
from whence.signals import Signals
from whence.tickets import Tickets
from whence.ties import Ties
from whence.timeline import Timeline
from whence.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The use cases and the limits that a dialect's endpoints work with.

    `public_url`: where people reach the UI, no slash at the end; None: as the request says. `options`: the
    dialect's own settings, as text. `serves_metrics`: `/metrics` is here, not on a port of its own; `metrics`
    are what it says. `ready`:
    returns when the database answers and its schema is current, raises Unavailable otherwise. `check_options`: what
    is wrong with the options that a token is to have, each fault with its path; none are good unless it is given.
    """

    access: Access
    accounts: Accounts
    ingest: Ingest
    amend: Amend
    timeline: Timeline
    follow: Follow
    alerts: Alerts
    problems: Problems
    maintenance: Calendar
    causes: Causes
    catalog: Catalog
    registry: Registry
    documents: Documents
    ties: Ties
    webhooks: Webhooks
    deliver: Deliver
    routing: Routing
    tickets: Tickets
    signals: Signals
    ready: Callable[[], Awaitable[None]]
    max_body_bytes: int
    retention: timedelta
    public_url: str | None = None
    serves_metrics: bool = True
    metrics: Callable[[], bytes] = generate_latest
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    check_options: Callable[[Options], list[Violation]] = lambda given: option_faults((), given)

    def kept(self, by: Principal) -> timedelta:
        """How old a report of the account may be: its own days, else the installation's."""
        return by.retention or self.retention


Endpoint = Callable[[Request], Awaitable[Response]]


def _no_options(given: Mapping[str, str]) -> None:
    if given:
        raise ValueError("this dialect has no options")


def _in_plain_words(_: Request, refusal: Unavailable) -> Response:
    headers = {"retry-after": str(refusal.retry_after)}
    return PlainTextResponse(str(refusal), HTTPStatus.SERVICE_UNAVAILABLE, headers)


def _none(_: Context) -> Mapping[tuple[str, str], Endpoint]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcServices:
    """What a dialect, by its name, answers over gRPC.

    `handlers` answer whatever happens. `files` describe the services `names`, with all their imports, and what is
    imported comes first; `names` are full ones, of which the last part is unique on a server.
    """

    dialect: str
    handlers: tuple[GenericRpcHandler, ...]
    files: tuple[FileDescriptorProto, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way to speak to whence.

    `app` builds its HTTP application, `grpc` its services for the port beside, if it has any; the `public_url` that
    those are given is never None. `direct` names the endpoints of it, by method and path, that are called
    without the application's layers, which cost as much as all the rest of a write; such an endpoint answers
    whatever happens. `owns` says whether a request that no route of any dialect matches is answered in this
    dialect's error shape. `refused` is what is answered for an endpoint that the end of the server cut short: in the
    shape of every other refusal. `check_options` raises ValueError, with a sentence, when options of this dialect that
    a token is to have mean nothing; what it returns is not looked at.
    """

    name: str
    app: Callable[[Context], Starlette]
    direct: Callable[[Context], Mapping[tuple[str, str], Endpoint]] = _none
    owns: Callable[[HTTPConnection], bool] = lambda _: False
    refused: Callable[[Request, Unavailable], Response] = _in_plain_words
    grpc: Callable[[Context], GrpcServices] | None = None
    check_options: Callable[[Mapping[str, str]], object] = _no_options


def discover() -> tuple[Dialect, ...]:
    """Every dialect that has a folder here, by name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__) if found.ispkg)
    return tuple(sorted((module.DIALECT for module in modules), key=lambda dialect: dialect.name))


def option_faults(dialects: Sequence[Dialect], given: Options) -> list[Violation]:
    """Why a token cannot have these options: every fault with its path, `options.<dialect>.<option>`."""
    checks = {dialect.name: dialect.check_options for dialect in dialects}
    return [fault for name, own in given.items() for fault in _faults(name, own, checks)]


def _faults(
    name: str, own: Mapping[str, str], checks: Mapping[str, Callable[[Mapping[str, str]], object]]
) -> Iterator[Violation]:
    path = f"options.{name}"
    if (check := checks.get(name)) is None:
        known = ", ".join(sorted(checks)) or "none"
        yield Violation(path=path, message=f"there is no such dialect; there are: {known}")
    elif whole := _refused(check, own):
        # An option that is wrong by itself is named; what is left is wrong together.
        alone = [(option, fault) for option, text in own.items() if (fault := _refused(check, {option: text}))]
        yield from (Violation(path=f"{path}.{option}", message=fault) for option, fault in alone)
        if not alone:
            yield Violation(path=path, message=whole)


def _refused(check: Callable[[Mapping[str, str]], object], own: Mapping[str, str]) -> str | None:
    try:
        check(own)
    except ValueError as exc:
        return str(exc)
    return None
