"""Whence's own API under `/v1`: the superset of what every other dialect can write and read."""

from starlette.requests import HTTPConnection

from whence.dialects import Context, Dialect, Endpoint
from whence.dialects.native.errors import refused
from whence.dialects.native.http import app
from whence.dialects.native.send import sending


def _owns(connection: HTTPConnection) -> bool:
    return connection.url.path.startswith("/v1/")


def _direct(context: Context) -> dict[tuple[str, str], Endpoint]:
    return {("POST", "/v1/events"): sending(context)}


DIALECT = Dialect(name="native", app=app, direct=_direct, owns=_owns, refused=refused)
