"""The entity selector, read. Source: DESK contract 5.4."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis.strategies import text

from whence.dialects.desk.criteria import DEEPEST
from whence.dialects.desk.selector import LONGEST, names_ids, parse
from whence.domain.entity import RelationKind, TagTest
from whence.domain.entity_test import (
    AllOf,
    Comparison,
    EntityTest,
    FirstSeen,
    Having,
    Named,
    NameMatch,
    Negated,
    Never,
    OfType,
    Related,
    Tagged,
    Unhealthy,
    WithId,
)
from whence.domain.errors import Invalid

NOW: Final = datetime(2026, 9, 21, 13, 33, 20, tzinfo=UTC)
HOST: Final = OfType(("HOST",))


def tagged(key: str, value: str = "", context: str = "CONTEXTLESS") -> Tagged:
    """The test for one tag."""
    return Tagged((TagTest(context=context, key=key, value=value),))


def having(name: str, *values: str | None) -> Negated:
    """The test for one of the values of an attribute, be it the vendor's or a custom device's own: not none of them."""
    paths = (name, f"properties.{name}")
    return Negated(AllOf(tuple(Negated(Having(path, value)) for value in values for path in paths)))


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ('type("HOST")', HOST),
        ("type(HOST)", HOST),
        (" type ( HOST ) ", HOST),
        ('entityId("HOST-42")', WithId(("HOST-42",))),
        (
            'entityId("HOST-00AA11BB22CC33DD","HOST-00aa11bb22cc33de")',
            WithId(("HOST-00AA11BB22CC33DD", "HOST-00aa11bb22cc33de")),
        ),
        ('entityId("HOST-42","db-1","en0000000000000042","a")', WithId(("HOST-42", "db-1", "en0000000000000042", "a"))),
        ("entityId(HOST-42),type(HOST)", AllOf((WithId(("HOST-42",)), HOST))),
    ],
)
def test_it_begins_with_a_type_or_with_ids(selector: str, meant: EntityTest) -> None:
    """Both starts are read, with or without quotes and blanks; ids as they are written, beside other names."""
    assert parse(selector, now=NOW) == meant


@pytest.mark.parametrize(
    ("criterion", "meant"),
    [
        ('tag("blue")', tagged("blue")),
        ('tag("lane:green")', tagged("lane", "green")),
        ("tag(lane:violet)", tagged("lane", "violet")),
        ('tag("[KUBERNETES]app:orders")', tagged("app", "orders", "KUBERNETES")),
        ("tag([KUBERNETES]app:orders)", tagged("app", "orders", "KUBERNETES")),
        (r'tag("stage\:prod")', tagged("stage:prod")),
        ('tag("a, (b)")', tagged("a, (b)")),
        ('tag("say ~"hi~" ~~ x~y")', tagged('say "hi" ~ x~y')),
        ('tag("a","b:c")', Tagged((TagTest(key="a", value=""), TagTest(key="b", value="c")))),
        ('entityName("shop")', Named(("shop",), NameMatch.CONTAINS, folds_case=True)),
        ('entityName.contains("shop")', Named(("shop",), NameMatch.CONTAINS, folds_case=True)),
        ('entityName.equals("Shop 1")', Named(("Shop 1",), NameMatch.EQUALS, folds_case=True)),
        ('entityName.startsWith("check")', Named(("check",), NameMatch.PREFIX, folds_case=True)),
        ('entityName.in("a","b")', Named(("a", "b"), NameMatch.EQUALS, folds_case=True)),
        ('caseSensitive(entityName.equals("A"))', Named(("A",), NameMatch.EQUALS)),
        ('caseSensitive(entityName("A"))', Named(("A",), NameMatch.CONTAINS)),
        ("mzId(123)", Never()),
        ('mzName("shop, floor 1")', Never()),
        ('healthState("HEALTHY")', Unhealthy(yes=False)),
        ("healthState(UNHEALTHY)", Unhealthy(yes=True)),
        ("firstSeenTms.lt(1790000000000)", FirstSeen(Comparison.BEFORE, NOW + timedelta(minutes=40))),
        ("firstSeenTms.lte(now)", FirstSeen(Comparison.AT_OR_BEFORE, NOW)),
        ("firstSeenTms.gt(now-2h)", FirstSeen(Comparison.AFTER, NOW - timedelta(hours=2))),
        (
            'firstSeenTms.gte("2026-09-21T13:33:20.000+02:00")',
            FirstSeen(Comparison.AT_OR_AFTER, NOW - timedelta(hours=2)),
        ),
        ('ipAddresses("192.0.2.17")', having("ipAddresses", "192.0.2.17")),
        ('dnsNames("a.example.com")', having("hostNames", "a.example.com")),
        ("configUrl.exists()", having("configUrl", None)),
        ('colour("red")', having("colour", "red")),
        ('colour("red","blue")', having("colour", "red", "blue")),
        ("a.b.c.d.e.f.g.h(x)", Never()),
        ("not(tag(blue))", Negated(tagged("blue"))),
        ('not(mzName("x"))', Negated(Never())),
        (
            "fromRelationships.calls(type(SERVICE))",
            Related((RelationKind.CALLS,), outgoing=True, inner=OfType(("SERVICE",))),
        ),
        ("fromRelationship.runsOn(type(HOST))", Related((RelationKind.RUNS_ON,), outgoing=True, inner=HOST)),
        (
            'toRelationships.isInstanceOf(type("CUSTOM_DEVICE"),tag("cold-chain"))',
            Related(
                (RelationKind.PART_OF,), outgoing=False, inner=AllOf((OfType(("CUSTOM_DEVICE",)), tagged("cold-chain")))
            ),
        ),
        (
            "toRelationship.isNetworkClientOfHost(entityId(HOST-42))",
            Related((RelationKind.DEPENDS_ON,), outgoing=False, inner=WithId(("HOST-42",))),
        ),
        ("fromRelationships.likes(type(HOST))", Never()),
    ],
)
def test_each_criterion_narrows_the_type(criterion: str, meant: EntityTest) -> None:
    """Every criterion of the language is read as it is meant, behind a type."""
    assert parse(f"type(HOST),{criterion}", now=NOW) == AllOf((HOST, meant))


def test_a_repeated_criterion_is_and() -> None:
    """Values in one tag criterion are alternatives; two tag criteria must both hold."""
    found = parse('type("SERVICE"), tag("a","b"), tag("c"), entityName.startsWith("check")', now=NOW)

    assert found == AllOf(
        (
            OfType(("SERVICE",)),
            Tagged((TagTest(key="a", value=""), TagTest(key="b", value=""))),
            tagged("c"),
            Named(("check",), NameMatch.PREFIX, folds_case=True),
        )
    )


@pytest.mark.parametrize(
    ("selector", "position"),
    [
        ("", 1),
        ("   ", 4),
        ("HOST", 1),
        ('"type"(HOST)', 7),
        ("tag(blue)", 1),
        ("not(type(HOST))", 1),
        ("type(HOST),not(type(SERVICE))", 16),
        ("type()", 1),
        ("type(HOST", 10),
        ("type(HOST))", 11),
        ("type(HOST) tag(a)", 12),
        ("type(HOST),", 12),
        ("type(HOST),,tag(a)", 12),
        ("type(HOST),tag(", 16),
        ("type(HOST),tag()", 12),
        ('type("HOST', 6),
        ("type(HOST,SERVICE)", 11),
        ("type(HOST(x))", 6),
        ("entityId(HOST-42,SERVICE-42)", 18),
        ("type(HOST),tag", 12),
        ("type(HOST),tag(not(x))", 16),
        ("type(HOST),entityName(a,b)", 25),
        ("type(HOST),caseSensitive(tag(a))", 26),
        ("type(HOST),caseSensitive(a)", 26),
        ("type(HOST),healthState(SICK)", 24),
        ("type(HOST),firstSeenTms.lt(yesterday)", 28),
        ("type(HOST),fromRelationships.calls(tag(a))", 36),
        ("type(HOST),fromRelationships.calls()", 12),
        ("type(HOST),configUrl.exists(x)", 12),
        ("type(HOST),configUrl()", 12),
        ("type(HOST),mzId(a(b))", 17),
        ("type(HOST),(a)", 12),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(selector: str, position: int) -> None:
    """A selector that means nothing is refused with the position from which on it does."""
    with pytest.raises(Invalid) as refused:
        parse(selector, now=NOW)

    [violation] = refused.value.violations
    assert violation.path == "entitySelector"
    assert violation.message == f"Could not parse the entity selector near position {position}"


def test_a_selector_is_bounded() -> None:
    """2,000 characters are read, one more is refused; so is what nests deeper than anybody would."""
    fits = 'type("HOST"),entityName("' + "x" * (LONGEST - 27) + '")'
    assert len(fits) == LONGEST
    parse(fits, now=NOW)

    with pytest.raises(Invalid, match="at most 2000 characters"):
        parse(fits + " ", now=NOW)
    deep = "not(" * (DEEPEST - 2) + "tag(a)" + ")" * (DEEPEST - 2)
    parse(f"type(HOST),{deep}", now=NOW)
    with pytest.raises(Invalid, match="near position"):
        parse(f"type(HOST),not({deep})", now=NOW)


@given(text(alphabet='type(HOST),not"~\\[]:. 1-é\n', max_size=40))
def test_any_text_is_read_or_refused(sent: str) -> None:
    """No text brings the reader down."""
    for selector in (sent, f"type(HOST),{sent}"):
        with suppress(Invalid):
            parse(selector, now=NOW)


@pytest.mark.parametrize(
    ("selector", "is_by_id"),
    [("type(HOST)", False), ("entityId(HOST-42)", True), ("entityId(HOST-42),tag(a)", True)],
)
def test_ids_are_told_from_types(selector: str, *, is_by_id: bool) -> None:
    """Whoever asks for ids gets them however long ago they were seen, so that must be known."""
    assert names_ids(parse(selector, now=NOW)) is is_by_id
