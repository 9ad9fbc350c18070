"""Komodor: custom events, and the calls that its senders and tools make around them."""

from typing import Final

from whence.dialects import Dialect
from whence.dialects.komodor.decode import NAME
from whence.dialects.komodor.errors import refused
from whence.dialects.komodor.http import app, direct, owns
from whence.dialects.komodor.options import Options

DIALECT: Final = Dialect(name=NAME, app=app, direct=direct, owns=owns, refused=refused, check_options=Options.read)
