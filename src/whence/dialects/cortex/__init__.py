"""Cortex: custom events of an entity, and the calls that real clients make around them."""

from typing import Final

from whence.dialects import Dialect
from whence.dialects.cortex.errors import refused
from whence.dialects.cortex.http import app, owns
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.vocabulary import NAME

DIALECT: Final = Dialect(name=NAME, app=app, owns=owns, refused=refused, check_options=Options.read)
