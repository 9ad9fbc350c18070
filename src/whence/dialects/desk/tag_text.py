r"""Tags as one string: `[CONTEXT]key:value`, `key:value` or `key`.

A colon that belongs to the key is written `\:`; so that every tag can be printed and read back, a backslash that would
otherwise be read as such an escape is written `\\`, and a key's bracket that would be read as a context's `\[`.
`CONTEXTLESS` is never written. Source: DESK contract 3.5 and 4.
"""

import re
from typing import Final

from whence.domain.entity import CONTEXTLESS, Tag

_CONTEXT: Final = re.compile(r"\[([A-Z][A-Z0-9_]*)\]")
_KEY: Final = re.compile(r"(?:\\[\\:\[]|[^:])*", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\([\\:\[])")
_LIKE_AN_ESCAPE: Final = re.compile(r"\\(?=[\\:\[])")


def parse(text: str) -> Tag:
    """The tag that the text stands for; an empty value is no value."""
    context = CONTEXTLESS
    if named := _CONTEXT.match(text):
        context, text = named[1], text[named.end() :]
    key = _KEY.match(text)
    end = key.end() if key else 0
    return Tag(context=context, key=_plain(text[:end]), value=_plain(text[end + 1 :]))


def spelled(tag: Tag) -> str:
    """The text that `parse` reads as this tag."""
    key = _LIKE_AN_ESCAPE.sub(r"\\\\", tag.key).replace(":", r"\:")
    if tag.value:
        key += "\\" if tag.key.endswith("\\") else ""
        key += ":" + _LIKE_AN_ESCAPE.sub(r"\\\\", tag.value)
    if tag.context != CONTEXTLESS:
        return f"[{tag.context}]{key}"
    return f"\\{key}" if _CONTEXT.match(key) else key


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
