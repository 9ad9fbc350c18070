"""The correlation id: what makes a problem-opening event the same one when it is sent again.

Source: DESK contract 3.8. Description, properties, times and the timeout do not enter.
"""

from hashlib import sha256
from typing import Final

from pydantic_core import to_json

TAG_PROPERTY: Final = "dt.event.correlation_tag"


def correlation_id(event_type: str, *, title: str, source: str, entity_id: str, tag: str) -> str:
    """16 lower-case hexadecimal digits.

    Args:
        event_type: in the spelling of the first version.
        title, tag: empty where none was sent.
    """
    return sha256(to_json([event_type, title, source, entity_id, tag])).hexdigest()[:16]
