"""One document that somebody sent: what it may be, and what ends in a refusal with a line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.descriptors.found import Faulty
from whence.descriptors.yaml_documents import MOST_IN_BODY, Document, documents, only
from whence.descriptors.yaml_nodes import DEEPEST

plain = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
objects = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), plain),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(plain, inner, max_size=3)),
    max_leaves=8,
)


def refused(source: str) -> tuple[int, str]:
    """The line and the reason."""
    found = only(source.encode())
    assert isinstance(found, Faulty), found
    return found.place.line, found.reason


def read(source: str) -> object:
    """The value."""
    found = only(source.encode())
    assert isinstance(found, Document), found
    return found.value


@given(value=st.dictionaries(plain, objects, max_size=3), ascii_alone=st.booleans())
def test_json_is_read_as_well(value: object, ascii_alone: bool) -> None:  # noqa: FBT001  drawn
    """Whoever sends JSON where YAML is asked for is understood, however it is spelled."""
    assert read(json.dumps(value, ensure_ascii=ascii_alone, indent=1)) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("---\na: 1\n", {"a": 1}),
        ("on: 1\n404: {description: none}\n~: x\ntrue: y\n1.0: z", {
            "on": 1, "404": {"description": "none"}, "~": "x", "true": "y", "1.0": "z",
        }),
        ("{on: a, true: b, yes: c}", {"on": "a", "true": "b", "yes": "c"}),
        ("at: 2026-02-11\nthen: 2026-02-11T06:30:00Z", {"at": "2026-02-11", "then": "2026-02-11T06:30:00Z"}),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("a: &x 1\n*x : 2", {"a": 1, "1": 2}),
        ("a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1), None),
        ("a: " + "1" * 400, {"a": int("1" * 400)}),
    ],
)  # fmt: skip
def test_what_is_read(source: str, value: object) -> None:
    """Keys are the text that they are written as, dates stay text, and depth is for use."""
    assert value is None or read(source) == value


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' stands twice in one mapping"),
        ("x:\n  - {b: 1}\n  - c: 1\n    c: 2", 4, "the key 'c' stands twice in one mapping"),
        ("a: 1\n---\nb: 2", 3, "is a second document"),
        ("a: 1\n---\nb: ]", 3, "is no YAML"),
        ("a:\n  b: ]", 2, "is no YAML"),
        ("a: 1\nb:\n " + "[" * DEEPEST, 3, f"is nested more than {DEEPEST} deep"),
        ("\n".join(" " * n + "a:" for n in range(DEEPEST + 2)), DEEPEST + 1, f"is nested more than {DEEPEST} deep"),
        ("- a\n" * (MOST_IN_BODY + 1), MOST_IN_BODY, f"holds more than {MOST_IN_BODY:,} values"),
        ("a: b\nc: 1" + ":00" * 200, 2, "a number has more than 400 digits"),
        ("a: b\nc: " + "9" * 401, 2, "a number has more than 400 digits"),
        ("a: b\nc: !!int " + "9" * 401, 2, "a number has more than 400 digits"),
        ("a: .nan", 1, "JSON cannot say"),
        ("a: !!set {b}", 1, "JSON cannot say"),
        ("a: !!timestamp 2026-02-11", 1, "JSON cannot say"),
        ("a: b\nc: !!int ''", 2, "the value is no int"),
        ("a: b\nc: [!!int abc]", 2, "the value is no int"),
        ("a: b\nc: !!float ''", 2, "the value is no float"),
        ("a: b\nc: " + "1:" * 198 + "1.5", 2, "the value is no float"),
        ("a: b\nc: !!bool perhaps", 2, "the value is no bool"),
        ("a: b\nc: !!timestamp soon", 2, "the value is no timestamp"),
        ("a: b\nc: !!timestamp 2026-13-45", 2, "the value is no timestamp"),
        ("a: b\nc: 0x_", 2, "the value is no int"),
        ("a: !!python/name:os.system", 1, "is no YAML"),
        ("!!python/object/new:os.system [echo]", 1, "is no YAML"),
        ("a: !!binary aGk=", 1, "JSON cannot say"),
        ('{"a": 1,\n"a": 2}', 2, "the key 'a' stands twice in one mapping"),
        ('{"a":\n"\\ud83d"}', 2, "is no YAML"),
        ('{"a":\n' + '{"a": ' * DEEPEST + "1" + "}" * DEEPEST + "}", 2, f"is nested more than {DEEPEST} deep"),
        ('{"a":\n[' + "1," * MOST_IN_BODY + "1]}", 2, f"holds more than {MOST_IN_BODY:,} values"),
        ("{[a]: b}", 1, "a key must be plain text"),
        ("a: \x07", 1, "is no YAML"),
        ("a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200)), 101, "aliases nest it"),
    ],
)  # fmt: skip
def test_what_is_refused(source: str, line: int, reason: str) -> None:
    """Each says where and why; nothing of it is built."""
    found_line, found_reason = refused(source)

    assert (found_line, reason in found_reason) == (line, True), found_reason


@given(
    source=st.one_of(st.binary(max_size=40), st.text(alphabet="{}[]:,&*-!?|>'\"% \n#a1<", max_size=30).map(str.encode))
)
def test_any_bytes_are_read_or_refused(source: bytes) -> None:
    """Whatever is sent, no other error comes of it, and what is read is JSON."""
    for found in documents(source, file="x"):
        if isinstance(found, Document):
            json.dumps(found.value, allow_nan=False)
        else:
            assert found.place.line >= 1
            assert found.reason


def test_a_large_document_of_a_file() -> None:
    """What one owns and imports may be larger than what is sent; what is refused does not spoil what stood before."""
    source = b"a: 1\n---\n" + b"- b\n" * 20

    large = list(documents(source, file="f", most_values=21))
    small = list(documents(source, file="f", most_values=20))

    assert [type(one) for one in large] == [Document, Document]
    assert [type(one) for one in small] == [Document, Faulty]
    assert str(small[1].place) == "f:22"
