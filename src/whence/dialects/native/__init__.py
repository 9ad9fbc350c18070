"""Whence's own API under `/v1`: the superset of what every other dialect can write and read."""

from starlette.requests import HTTPConnection

from whence.dialects import Dialect
from whence.dialects.native.http import app


def _owns(connection: HTTPConnection) -> bool:
    return connection.url.path.startswith("/v1/")


DIALECT = Dialect(name="native", app=app, owns=_owns)
