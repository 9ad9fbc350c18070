"""On which lines a part of a document stands."""

import pytest

from whence.descriptors.yaml_spans import Steps, spans
from whence.descriptors.yaml_text import written

TEXT = b"""\
# a comment
info:
  title: [a,
    b]
  "quoted": |
    one
    two

  list:
  - url: x
    name: y

  - &x {z: 1}
  again: *x
  long: a
    b
paths: {}
"""


@pytest.mark.parametrize(
    ("part", "lines"),
    [
        ((), (2, 17)),
        (("info",), (2, 16)),
        (("info", "title"), (3, 4)),
        (("info", "title", 1), (4, 4)),
        (("info", "quoted"), (5, 8)),
        (("info", "list"), (9, 13)),
        (("info", "list", 0), (10, 11)),
        (("info", "list", 0, "name"), (11, 11)),
        (("info", "list", 1, "z"), (13, 13)),
        (("info", "long"), (15, 16)),
        (("paths",), (17, 17)),
        (("nope",), None),
        (("info", "list", 2), None),
        (("info", "list", "url"), None),
        (("info", "title", 1, "x"), None),
    ],
)
def test_a_part_s_lines(part: Steps, lines: tuple[int, int] | None) -> None:
    """From its key to its last letter; what is not there has none."""
    assert spans(TEXT, [part]) == ({} if lines is None else {part: lines})


@pytest.mark.parametrize("source", [b"", b"# nothing", rb'{"a": "\ud83e\udd50"}', b"a: ["])
def test_where_there_is_nothing_to_find(source: bytes) -> None:
    """No document, or JSON that is no YAML."""
    assert spans(source, [("a",)]) == {}


def test_a_value_is_written_without_aliases() -> None:
    """What stands twice is written twice; keys keep their order, letters are as they are."""
    twice = {"x": ["on", "0123", "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n"]}

    text = written({"b": twice, "a": twice})

    assert text == (
        "b:\n  x:\n  - 'on'\n  - '0123'\n  - gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n\n"
        "a:\n  x:\n  - 'on'\n  - '0123'\n  - gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n\n"
    )
