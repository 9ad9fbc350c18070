"""The bodies of this dialect, in its own spelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.json_text import CUSTOM_DATA

LONGEST_TYPE: Final = 500  # characters: events are counted by it, so it is in an index


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomEvent:
    """What is posted or put as a custom event. `custom_data` None: there is none, which an empty object is not."""

    title: str
    type: str
    timestamp: datetime
    description: str | None
    url: str | None
    custom_data: Mapping[str, Any] | None

    @classmethod
    def read(cls, sent: Mapping[str, Any]) -> Self:
        """The event of a body.

        Raises:
            Invalid: with every fault, in the order of the fields.
        """
        fields = Fields(sent)
        event = cls(
            title=fields.required_text("title"),
            type=fields.required_text("type", most=LONGEST_TYPE),
            timestamp=fields.required_instant("timestamp"),
            description=fields.text("description"),
            url=fields.text("url"),
            custom_data=fields.json_object(CUSTOM_DATA),
        )
        fields.settle()
        return event
