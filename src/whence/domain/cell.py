"""A text as a cell of a table that a spreadsheet may open."""

from typing import Final

_BEGINS_A_FORMULA: Final = frozenset("=+-@\t\r")


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula. Source: OWASP, CSV injection."""
    return "'" + text if text[:1] in _BEGINS_A_FORMULA else text
