"""A tag as the answers about entities show it, in each version of the API. Source: DESK contract 4.1 and 5.5."""

from collections.abc import Iterable

from whence.dialects.desk import tag_text
from whence.dialects.desk.vocabulary import CONTEXTS
from whence.domain.entity import Tag


def v1(tag: Tag) -> dict[str, str]:
    """`{context, key, value?}`."""
    shown = {"context": tag.context, "key": tag.key}
    return {**shown, "value": tag.value} if tag.value else shown


def v2(tags: Iterable[Tag]) -> list[dict[str, str]]:
    """Each with its text; a tag of a context that clients of the second version do not know would break them."""
    return [{**v1(tag), "stringRepresentation": tag_text.spelled(tag)} for tag in tags if tag.context in CONTEXTS]
