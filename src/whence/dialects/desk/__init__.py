"""DESK: events, problems and entities as Dynatrace speaks of them, under another brand."""

from typing import Final

from whence.dialects import Dialect
from whence.dialects.desk.errors import refused
from whence.dialects.desk.http import app, direct, owns
from whence.dialects.desk.options import Options
from whence.dialects.desk.vocabulary import NAME

DIALECT: Final = Dialect(name=NAME, app=app, direct=direct, owns=owns, refused=refused, check_options=Options.read)
