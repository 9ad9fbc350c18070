"""Management zones and alerting profiles: there are none here. Who asks for some finds nothing, and hears why. Pure."""

from typing import Final

SELECTOR: Final = "mzSelector"
"""The parameter of the second version's lists that asks for what lies in some zone."""

_PROFILES: Final = "problemFilter"  # how the criteria of a problem selector begin that mean these


def warning(name: str) -> str:
    """What to say to somebody who asked for some, by a parameter or a criterion of that name."""
    nobodys = "alerting profiles" if name.startswith(_PROFILES) else "management zones"
    return f"there are no {nobodys}, {name} matches nothing"
