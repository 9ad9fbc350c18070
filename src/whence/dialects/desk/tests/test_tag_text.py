"""Tags as one string. Source: DESK contract 3.5 and 4."""

import pytest
from hypothesis import given
from hypothesis.strategies import builds, sampled_from, text

from whence.dialects.desk import tag_text
from whence.domain.entity import Tag

_PARTS = text(alphabet="ab:\\[]AWS \n", max_size=8)
_CONTEXTS = sampled_from(["CONTEXTLESS", "AWS", "KUBERNETES", "AWS_GENERIC"])


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("blue", Tag(key="blue")),
        ("stage:prod", Tag(key="stage", value="prod")),
        ("[KUBERNETES]app:cart", Tag(context="KUBERNETES", key="app", value="cart")),
        ("[AWS]owner", Tag(context="AWS", key="owner")),
        (r"stage\:prod", Tag(key="stage:prod")),
        (r"stage\:prod:x", Tag(key="stage:prod", value="x")),
        ("url:https://example.com", Tag(key="url", value="https://example.com")),
        ("Coffee room 2", Tag(key="Coffee room 2")),
        ("[new] wing", Tag(key="[new] wing")),
        (r"a\b", Tag(key=r"a\b")),
    ],
)
def test_each_form_is_read_and_written(written: str, tag: Tag) -> None:
    """The forms of the contract mean the tag, and are how it is printed."""
    assert tag_text.parse(written) == tag
    assert tag_text.spelled(tag) == written


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("[CONTEXTLESS]blue", Tag(key="blue")),
        ("blue:", Tag(key="blue")),
        (r"url:https\://example.com", Tag(key="url", value="https://example.com")),
        ("", Tag(key="")),
    ],
)
def test_other_ways_to_write_a_tag_are_read(written: str, tag: Tag) -> None:
    """The context of custom tags may be sent, though it is never printed; an empty value is none."""
    assert tag_text.parse(written) == tag


@given(builds(Tag, context=_CONTEXTS, key=_PARTS, value=_PARTS))
def test_what_is_printed_is_read_back(tag: Tag) -> None:
    """No key or value, whatever it holds, is taken for another tag."""
    assert tag_text.parse(tag_text.spelled(tag)) == tag


@given(builds(Tag, context=_CONTEXTS, key=_PARTS, value=_PARTS))
def test_custom_tags_are_printed_without_their_context(tag: Tag) -> None:
    """`CONTEXTLESS` is never written."""
    assert "CONTEXTLESS" not in tag_text.spelled(tag)
