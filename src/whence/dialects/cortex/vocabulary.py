"""The words of this dialect: its name, the names of its calls, and the types that read as a change."""

import re
from typing import Final

from whence.domain.event import Kind

NAME: Final = "cortex"
CUSTOM_EVENT: Final = "custom-event"
DEPLOY: Final = "deploy"

_SEPARATORS: Final = re.compile(r"[\W_]+")
_CHANGE_WORDS: Final = (
    "change",
    "config change",
    "config update",
    "configuration change",
    "configuration update",
    "deploy",
    "deployed",
    "deployment",
    "feature flag",
    "feature toggle",
    "flag change",
    "infrastructure change",
    "migration",
    "release",
    "restart",
    "rollback",
    "rollout",
    "scale",
    "scale in",
    "scale out",
    "schema change",
    "schema migration",
    "upgrade",
)


def _folded(words: str) -> str:
    return _SEPARATORS.sub("", words).casefold()


_CHANGES: Final = frozenset(map(_folded, _CHANGE_WORDS))


def kind(event_type: str) -> Kind:
    """A change when the type reads as one, however it is written. Never a problem: a custom event opens no alert."""
    return Kind.CHANGE if _folded(event_type) in _CHANGES else Kind.INFO
