"""A collection to ask for, and the moment at which it is asked."""

from datetime import UTC, datetime
from typing import Final

from whence.dialects.cloudforet.asked import Fields
from whence.domain.query import FieldType, Sort

NOW: Final = datetime(2026, 3, 4, 8, 15, 30, tzinfo=UTC)  # a Wednesday
FIELDS: Final = Fields(
    schema={
        "event_id": FieldType.TEXT,
        "title": FieldType.TEXT,
        "severity": FieldType.TEXT,
        "rule": FieldType.TEXT,
        "resources": FieldType.TEXTS,
        "additional_info": FieldType.JSON,
        "raw_data": FieldType.JSON,
        "project_id": FieldType.TEXT,
        "created_at": FieldType.TIME,
        "occurred_at": FieldType.TIME,
    },
    aliases={"resource": "resources", "user_projects": "project_id"},
    minimal=("event_id", "title"),
    sort=(Sort("created_at", descending=True), Sort("event_id", descending=True)),
    word_fields=("event_id", "title"),
)
