"""What a dialect is, what it may use, and how the house finds those it has.

A dialect is a folder here whose package holds a `DIALECT`. It translates one vendor's words to the domain's
nouns and back, and imports neither another dialect nor SQL nor settings. A new one is a new folder, no more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules

from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from whence.access import Access
from whence.amend import Amend
from whence.catalog import Catalog
from whence.follow import Follow
from whence.ingest import Ingest
from whence.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The use cases and the limits that a dialect's endpoints work with.

    `public_url`: where people reach the UI, no slash at the end; None: as the request says. `options`: the
    dialect's own settings, as text. `serves_metrics`: `/metrics` is here, not on a port of its own. `ready`:
    returns when the database answers and its schema is current, raises Unavailable otherwise.
    """

    access: Access
    ingest: Ingest
    amend: Amend
    timeline: Timeline
    follow: Follow
    catalog: Catalog
    ready: Callable[[], Awaitable[None]]
    max_body_bytes: int
    retention: timedelta
    public_url: str | None = None
    serves_metrics: bool = True
    options: Mapping[str, str] = field(default_factory=dict[str, str])


Endpoint = Callable[[Request], Awaitable[Response]]


def _none(_: Context) -> Mapping[tuple[str, str], Endpoint]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way to speak to whence.

    `app` builds its HTTP application. `direct` names the endpoints of it, by method and path, that are called
    without the application's layers, which cost as much as all the rest of a write; such an endpoint answers
    whatever happens. `owns` says whether a request that no route of any dialect matches is answered in this
    dialect's error shape.
    """

    name: str
    app: Callable[[Context], Starlette]
    direct: Callable[[Context], Mapping[tuple[str, str], Endpoint]] = _none
    owns: Callable[[HTTPConnection], bool] = lambda _: False


def discover() -> tuple[Dialect, ...]:
    """Every dialect that has a folder here, by name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__) if found.ispkg)
    return tuple(sorted((module.DIALECT for module in modules), key=lambda dialect: dialect.name))
