"""Values at random, of letters that hurt and from pools so small that they often meet."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st

from tests.builders import ago, report
from whence.domain.entity import HOST, SERVICE, Draft
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.filter import Filter, PropertyTest, Within
from whence.domain.link import Link
from whence.domain.scope import ALL_SERVICES, MOST_KEYS, Clause, Places, Scope

LETTERS: Final = "aB%_\\É ßİ'\"\n,{}"
CLUSTERS: Final = ("a", "%", "É")
NAMESPACES: Final = ("b_", "\\", "ß")
NAMES: Final = ("s", "S", "İ", "a'\"b", "{n,1}")
TYPES: Final = ("deploy", "Deploy", "%", "DE-pl_oy\u2011", "déploy")
TYPE_WORDS: Final = ("deploy", "déploy", "")
SOURCES: Final = ("ci", "c_", "NULL")
CALLS: Final = ("", "%", "deploy")
KEYS: Final[tuple[str, ...]] = ("a", "b", "a.b", "", "0", "01", "-1", "+1", " 1", "É")
ENTITY_IDS: Final = (*(f"SERVICE-{n:016X}" for n in range(4)), *(f"HOST-{n:016X}" for n in range(4, 6)))
NOON: Final = ago(days=35).replace(hour=12, minute=0, second=0, microsecond=0)
TICK: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1)

texts = st.text(alphabet=LETTERS, max_size=4)
any_text = st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
offsets = st.sampled_from(
    [n * unit for n in (-1, 0, 1) for unit in (TICK, HOUR, HOUR + TICK, HOUR - TICK, HOUR / 2)]
    + [timedelta(days=days) for days in (-40, -2, 3, 14)]
)
lengths = st.sampled_from([timedelta(0), TICK, HOUR / 2, HOUR - TICK, HOUR, HOUR + TICK, 3 * HOUR, timedelta(days=15)])


def few(names: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of the names, often none."""
    return st.lists(st.sampled_from(names), max_size=most, unique=True).map(tuple)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """A moment or a stretch around noon, often just at, or just past, an hour of something else."""
    start = NOON + draw(offsets)
    return Span(start=start, end=start + draw(lengths))


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    """A clause by place, by ids, by both, or of so many names that it is linked coarser."""
    names = draw(few(NAMES))
    if draw(st.integers(0, 4)) == 0:
        names = (*names, *(f"n{n}" for n in range(MOST_KEYS)))
    ids = draw(st.sampled_from([(), ENTITY_IDS[:1], ENTITY_IDS[3:5]]))
    types = draw(st.sampled_from([(SERVICE,), (HOST,), (SERVICE, HOST), *([()] if ids else [])]))
    return Clause(
        types=types,
        clusters=draw(few(CLUSTERS)),
        namespaces=draw(few(NAMESPACES)),
        names=names,
        entity_ids=ids,
    )


scopes = st.one_of(
    st.just(ALL_SERVICES),
    st.builds(Scope.services, clusters=few(CLUSTERS), namespaces=few(NAMESPACES), names=few(NAMES)),
    st.builds(Scope.entities, few(ENTITY_IDS)),
    st.builds(Scope, clauses=st.lists(clauses(), max_size=3).map(tuple)),
)


@st.composite
def catalogs(draw: st.DrawFn) -> list[Draft]:
    """Entities, each with its id for a tag, many of them at one place."""
    return [
        Draft(
            id=entity_id,
            tag=entity_id,
            type=entity_id.partition("-")[0],
            name=draw(st.sampled_from(NAMES)),
            cluster=draw(st.sampled_from(("", *CLUSTERS))),
            namespace=draw(st.sampled_from(("", *NAMESPACES))),
            archived=draw(st.integers(0, 5)) == 0,
        )
        for entity_id in draw(few(ENTITY_IDS, most=6))
    ]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 10**30, 1.0, -0.0, 1e22, 1e16, 1.5e300, 1e-5, 1.2e-7, 0.1, 5e-324]),
    texts,
    st.sampled_from(["true", "null", "1", "1.0", "1e22"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=5,
)
objects: st.SearchStrategy[Mapping[str, Any]] = st.dictionaries(st.sampled_from(list[str](KEYS)), values, max_size=3)
paths = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3).map(".".join)
spellings = st.one_of(
    texts,
    st.sampled_from(
        [
            "true",
            "false",
            "null",
            "0",
            "1",
            "-1",
            "1.0",
            "-0.0",
            "1e22",
            "1e16",
            "1.5e300",
            "0.00001",
            "1.2e-7",
            "0.1",
            str(10**30),
            "5e-324",
            "1e+22",
            "1e-05",
        ]
    ),
)
property_tests = st.builds(
    PropertyTest, path=paths, values=st.lists(spellings, min_size=1, max_size=2).map(tuple), exactly=st.booleans()
)
places = st.builds(Places, clusters=few(CLUSTERS), namespaces=few(NAMESPACES), services=few(NAMES))
links = st.lists(st.builds(Link, title=texts, url=st.just("https://example.org/É?a=%25")), max_size=2).map(tuple)

reports: st.SearchStrategy[Report] = st.builds(
    report,
    kind=st.sampled_from(Kind),
    type=st.sampled_from(TYPES),
    severity=st.sampled_from(Severity),
    title=texts,
    description=texts,
    source=st.sampled_from(SOURCES),
    dialect=st.sampled_from(["whence", "other"]),
    call=st.sampled_from(CALLS),
    span=spans(),
    scope=scopes,
    places=st.one_of(st.none(), places),
    properties=objects,
    links=links,
)
"""Reports of every kind, their fields from the pools."""

withins = st.builds(Within, clusters=few(CLUSTERS), namespaces=few(NAMESPACES), services=few(NAMES))
filters: st.SearchStrategy[Filter] = st.builds(
    Filter,
    window=spans(),
    began_since=st.one_of(st.none(), st.none(), offsets.map(lambda offset: NOON + offset)),
    within=st.one_of(st.none(), st.none(), withins),
    clusters=few(CLUSTERS, 1),
    namespaces=few(NAMESPACES, 1),
    services=few(NAMES, 1),
    types=few(TYPES, 1),
    type_words=few(TYPE_WORDS, 1),
    kinds=st.lists(st.sampled_from(Kind), max_size=2).map(tuple),
    severities=st.lists(st.sampled_from(Severity), max_size=2).map(tuple),
    sources=few(SOURCES, 1),
    dialects=few(("whence", "other"), 1),
    calls=few(CALLS, 1),
    is_open=st.sampled_from([None, None, True, False]),
    updated_since=st.sampled_from([None, None, ago(hours=1), ago(days=-1)]),  # events are written as the tests run
    words=st.lists(st.text(alphabet=LETTERS, max_size=1), max_size=1).map(tuple),
    properties=st.lists(property_tests, max_size=1).map(tuple),
)
"""Questions about them; most fields are often empty."""
