"""Regular expressions: what is read, what is refused, and that two engines find the same."""

from time import perf_counter
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.domain.query import BadQuery
from whence.domain.query.pattern import Pattern
from whence.store.pool import Pool

_FOUND: Final = """
    select text collate "C" ~ pattern as found from unnest($1::text[], $2::text[]) with ordinality
    as pair (text, pattern, position) order by position
"""
_CONTAINED: Final = """
    select strpos(lower(text collate "C"), needle) > 0 as found from unnest($1::text[], $2::text[]) with ordinality
    as pair (text, needle, position) order by position
"""
LETTERS: Final = "abAB_1 \n\r\t.-éÉß\u017fsKk\u212aΣ\u03c3ς$^\\[]{}()*+?|/\"'%"

texts = st.text(alphabet=LETTERS, max_size=8)
atoms = st.one_of(
    st.sampled_from([
        "a", "B", "é", "É", "ß", "k", "K", "\u017f", "s", "Σ", "_", " ", "-", "/", "%", ".", "^", "$", r"\d", r"\w",
        r"\s",
        r"\D", r"\W", r"\S", r"\b", r"\B", r"\t", r"\n", r"\r", r"\x41", r"\u00e9", r"\x{1F600}", r"\\", r"\.", r"\[",
        "[ab]", "[^ab]", "[a-z]", "[^A-Z]", "[]a]", "[^]a]", r"[\w.]", r"[\]\-\\]", "[a-]", "[-a]", r"[^\s]", r"[\W]",
        "[À-ɏ]", r"[\u0000-\U]".replace(r"\U", r"\uffff"), "[é]", "[^é]", "[.*+?^$]", r"[\b]", "{", "}", "{a}", "]",
    ]),
)  # fmt: skip
quantifiers = st.sampled_from(["*", "+", "?", "{2}", "{0}", "{1,}", "{,2}", "{0,2}", "*?", "+?", "??", "{1,2}?"])
expressions = st.recursive(
    st.one_of(atoms, st.just("")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda options: f"(?:{'|'.join(options)})"),
        st.builds("({}){}".format, inner, quantifiers),
        st.builds("(?P<name>{})".format, inner),
        st.lists(inner, min_size=1, max_size=3).map("|".join),
    ),
    max_leaves=6,
)


def read(text: str) -> Pattern | None:
    """The expression, if it is one."""
    try:
        return Pattern.regular(text)
    except BadQuery:
        return None


@given(asked=st.lists(st.tuples(texts, expressions), min_size=30, max_size=30))
async def test_both_engines_find_the_same(pool: Pool, asked: list[tuple[str, str]]) -> None:
    """[CF4] Letters with another case, beyond ASCII too, line feeds, edges, and what is special to one of the two."""
    pairs = [(text, pattern) for text, expression in asked if (pattern := read(expression)) is not None]
    async with pool.reader() as db:
        rows = await db.rows(_FOUND, [text for text, _ in pairs], [pattern.as_sql() for _, pattern in pairs])

    expected = [pattern.found_in(text) for text, pattern in pairs]

    assert [(*pair, row["found"]) for pair, row in zip(pairs, rows, strict=True)] == [
        (*pair, found) for pair, found in zip(pairs, expected, strict=True)
    ]


@given(asked=st.lists(st.tuples(texts, st.text(alphabet=LETTERS, max_size=2)), min_size=30, max_size=30))
async def test_both_engines_contain_the_same(pool: Pool, asked: list[tuple[str, str]]) -> None:
    """A literal, as a pattern, and as the plain text that an ASCII one is."""
    pairs = [(text, Pattern.literal(needle)) for text, needle in asked]
    plain = [(text, pattern) for text, pattern in pairs if pattern.needle is not None]
    async with pool.reader() as db:
        found = await db.rows(_FOUND, [text for text, _ in pairs], [pattern.as_sql() for _, pattern in pairs])
        contained = await db.rows(_CONTAINED, [text for text, _ in plain], [pattern.needle for _, pattern in plain])

    assert [row["found"] for row in found] == [pattern.found_in(text) for text, pattern in pairs]
    assert [row["found"] for row in contained] == [pattern.found_in(text) for text, pattern in plain]


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("v[0-9]+", "release V42", True), ("^v", "a v", False), ("(?i)É$", "é", True), ("a.c", "a\nc", False),
        (r"\bfoo\b", "a foo.", True), (r"\bfoo\b", "afoo", False), ("a{2,3}b", "AAb", True), ("a{,2}$", "", True),
        ("x{1", "x{1", True), ("colou?r", "COLOR", True), ("(?<name>a)|b", "B", True), (r"\.", "a", False),
        ("[^a]", "A", False), ("k", "\u212a", False), ("\u212a", "k", True), ("", "anything", True), ("$", "a\n", True),
    ],
)  # fmt: skip
def test_an_expression_is_found_whatever_the_case(expression: str, text: str, found: bool) -> None:  # noqa: FBT001
    assert Pattern.regular(expression).found_in(text) is found


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("(", "missing )"), (")", "unbalanced parenthesis"), ("a**", "multiple repeat"), ("*a", "nothing to repeat"),
        ("a++", "multiple repeat"), ("^*", "nothing to repeat"), ("[a", "unexpected end"), ("[b-a]", "bad character"),
        (r"[a-\d]", "bad character"), (r"(a)\1", "back-references"), ("(?=a)", "lookaround"), ("(?<!a)b", "lookaround"),
        ("a(?i)", "lookaround"), ("(?>a)", "lookaround"), (r"\p{L}", "escape"), (r"\x4", "incomplete"), ("a\\", "end"),
        (r"\x{110000}", "beyond"), (r"\x{}", "incomplete"), ("a{256}", "more than 255"), ("a{2,1}", "min repeat"),
        ("a{99999999999}", "more than 255"), ("[[:alpha:]]", "named classes"), ("a" * 1001, "longer than"),
        ("(a{200}){11}", "too large"), ("(" * 51 + ")" * 51, "too deep"), (r"\0", "escape"), ("(?P=n)", "look"),
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str, reason: str) -> None:
    """So is what one of the engines could not do, or not in time."""
    with pytest.raises(BadQuery) as refused:
        Pattern.regular(expression)

    assert reason in refused.value.reason


CATASTROPHES: Final = (
    "(a+)+$",
    "(a|a)*b",
    "(a|aa)+$",
    "(.*)*x",
    "(a?){50}a{50}",
    "([a-z]+)*=",
    "(.*a){20}",
    "(x+x+)+y",
)


@pytest.mark.parametrize("expression", CATASTROPHES)
async def test_no_expression_takes_long(pool: Pool, expression: str) -> None:
    """[CF5] What makes a backtracking engine hang is found, or not, in the time of a look at the text."""
    text = "a" * 5_000 + "!" + "x" * 500
    pattern = Pattern.regular(expression)
    begun = perf_counter()

    found = pattern.found_in(text)
    async with pool.reader() as db:
        (row,) = await db.rows(_FOUND, [text], [pattern.as_sql()])

    assert row["found"] is found
    assert perf_counter() - begun < 20  # on a busy machine, too; one that hangs does so for years
