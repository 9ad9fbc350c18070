"""The text of a value that is none, as Python prints it; that is what readers of these events expect."""

from typing import cast


def python_text(value: object) -> str:
    """A text as it is; `True`, `None`, `['192.0.2.17']`; a number without a superfluous `.0`."""
    return value if isinstance(value, str) else _printed(value)


def _printed(value: object) -> str:
    match value:
        case float():
            return repr(value).removesuffix(".0")
        case list():
            return "[" + ", ".join([_printed(item) for item in cast("list[object]", value)]) + "]"
        case dict():
            members = cast("dict[str, object]", value).items()
            return "{" + ", ".join([f"{name!r}: {_printed(item)}" for name, item in members]) + "}"
        case _:
            return repr(value)
