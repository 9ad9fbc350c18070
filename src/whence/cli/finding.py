"""What a check of `whence doctor` found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "skipped", "warning", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found; `remedy` is empty where there is nothing to do."""

    name: str
    level: Level
    text: str
    remedy: str = ""
