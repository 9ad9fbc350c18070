"""What a call needs of its request, and what an id may look like. Source: Cloudforet contract 7.6, 13.3."""

from collections.abc import Mapping
from typing import Any

from whence.dialects.cloudforet import errors
from whence.dialects.cloudforet.vocabulary import MOST_ID


def needed(request: Mapping[str, Any], name: str, path: str | None = None) -> Any:  # noqa: ANN401  any field's
    """The field's value; a blank text is none.

    Raises:
        Fault: it is not there.
    """
    value = request.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        raise errors.required(path or name)
    return value


def said(request: Mapping[str, Any], name: str, path: str | None = None) -> str:
    """The field's text; empty where there is none.

    Raises:
        Fault: it is blank, by which nobody says that there is none.
    """
    return needed(request, name, path) if request.get(name) else ""


def label(text: str, key: str) -> str:
    """The id of a workspace or a project, which nobody registers: any text that is not too long.

    Raises:
        Fault: it is.
    """
    if len(text) > MOST_ID:
        raise errors.invalid(key, f"String value is too long. (max_length = {MOST_ID})")
    return text
