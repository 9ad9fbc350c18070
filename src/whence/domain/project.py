"""How a project treats its alerts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The settings of one project; one that nobody set has the defaults.

    `recovers`: a recovery ends the alert by itself; None: as the installation says. `only_high`: people are told of
    urgent alerts only. `is_removed`: somebody removed it, and its webhooks take nothing until it is there again.
    """

    id: str
    workspace: str
    recovers: bool | None = None
    only_high: bool = False
    is_removed: bool = False
    created_at: datetime
