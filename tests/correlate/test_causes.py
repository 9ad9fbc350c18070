"""What holds for every ranking of causes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.correlate.causes import rank
from whence.correlate.causes.dependence import Dependence, named
from whence.correlate.causes.evidence import Background, Change, Evidence, Symptom
from whence.correlate.causes.graph import Graph
from whence.correlate.causes.rarity import unusual
from whence.correlate.causes.spread import spread
from whence.correlate.causes.telling import is_inert, join
from whence.correlate.causes.words import stem, stems
from whence.domain.cause import Of, Ranking
from whence.domain.entity import Relation, RelationKind
from whence.domain.event import Severity

AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTITIES: Final = ("frontend", "checkout", "payment", "catalog", "database", "node-1")


def ago(minutes: float) -> datetime:
    return AT - timedelta(minutes=minutes)


def named_id(name: str) -> UUID:
    """An id that can be read: of two, the one whose name comes first is the lesser."""
    return UUID(bytes=name.encode().ljust(16, b"\0"))


def name_of(event_id: UUID | None) -> str | None:
    """What `named_id` was given."""
    return None if event_id is None else event_id.bytes.rstrip(b"\0").decode()


def graph(relations: Iterable[Relation]) -> Graph:
    """The relations, by kind and source."""
    found: dict[RelationKind, dict[str, str]] = {}
    for one in relations:
        targets = found.setdefault(one.kind, {})
        targets[one.source] = f"{targets.get(one.source, '')} {one.target}".strip()
    return Graph(targets_of=found)


def alert(name: str, entity: str | None, minutes: float = 5, **words: str) -> Symptom:
    return Symptom(
        id=named_id(name),
        at=ago(minutes),
        entity=entity,
        type=words.get("type", "slow"),
        severity=Severity(words.get("severity", "error")),
        title=words.get("title", "it is slow"),
    )


def change(name: str, entity: str | None, minutes: float, title: str = "deploy", **properties: object) -> Change:
    entities = () if entity is None else (entity,)
    return Change(
        id=named_id(name), at=ago(minutes), entities=entities, type="deploy", title=title, properties=properties
    )


def calls(source: str, target: str) -> Relation:
    return Relation(source=source, target=target, kind=RelationKind.CALLS)


def evidence(
    *,
    alerts: Sequence[Symptom] = (),
    changes: Sequence[Change] = (),
    notes: Sequence[Change] = (),
    relations: Sequence[Relation] = (),
    anchors: Sequence[str] = (),
) -> Evidence:
    return Evidence(
        at=AT,
        lookback=timedelta(hours=2),
        anchors=frozenset(anchors),
        alerts=alerts,
        changes=changes,
        notes=notes,
        relations=graph(relations),
    )


def entities(ranking: Ranking) -> list[str | None]:
    return [cause.entity_id for cause in ranking.causes]


def changes(ranking: Ranking) -> list[str | None]:
    return [name_of(cause.event_id) for cause in ranking.causes]


def said(ranking: Ranking, code: str, of: str | None = None) -> list[str]:
    """The sentences of this code; `of` one entity's causes only."""
    causes = [cause for cause in ranking.causes if of in {None, cause.entity_id}]
    return [reason.text for cause in causes for reason in cause.reasons if reason.code == code]


def doubts(deploy: Change, *alerts: Symptom, names: Mapping[str, str] | None = None) -> list[str]:
    """What speaks for the change, where only it was made."""
    asked = replace(evidence(alerts=alerts, changes=[deploy]), names=names or {})
    return said(rank(asked, of=Of.CHANGES), "doubt")


titles = st.sampled_from(
    ["it is slow", "upstream payment returned 500", "no such host api.example.com", "panic: x", ""]
)
times = st.integers(min_value=-30, max_value=200)
places = st.sampled_from(ENTITIES)


@st.composite
def any_evidence(draw: st.DrawFn) -> Evidence:
    drawn_alerts = [
        Symptom(
            id=named_id(f"a{number}"),
            at=ago(draw(times)),
            entity=None,
            type=draw(st.sampled_from(["slow", "cpu_high"])),
            severity=draw(st.sampled_from(list(Severity))),
            title=draw(titles),
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    drawn_alerts = [
        replace(one, entity=entity)
        for one in drawn_alerts
        for entity in draw(st.sets(places, max_size=2).map(sorted)) or [None]
    ]
    drawn_changes = [
        Change(
            id=named_id(f"c{number}"),
            at=ago(draw(times)),
            entities=tuple(draw(st.lists(places, max_size=3))),
            type="deploy",
            title=draw(st.sampled_from(["deploy payment", "docs: tidy", "fix host lookup", ""])),
            properties={"commit": draw(st.sampled_from(["abcdef1", "abcdef2"]))},
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    notes = [replace(one, id=named_id(f"n{number}"), entities=()) for number, one in enumerate(drawn_changes[:2])]
    relations = draw(
        st.lists(
            st.builds(Relation, source=places, target=places, kind=st.sampled_from(list(RelationKind))), max_size=12
        )
    )
    return Evidence(
        at=AT,
        lookback=timedelta(hours=2),
        anchors=draw(st.frozensets(places, max_size=2)),
        alerts=drawn_alerts,
        changes=drawn_changes,
        notes=notes,
        relations=graph(relations),
        background=Background(rates={("payment", "slow"): draw(st.floats(0, 100))}, type_rates={"slow": 0.5}),
    )


both = st.sampled_from(list(Of))


@given(any_evidence(), both)
def test_weights_add_up_to_scores_between_0_and_1(given_evidence: Evidence, of: Of) -> None:
    """[CS2] What a reader adds up from the answer is the score, to the last digit."""
    ranking = rank(given_evidence, of=of)

    scores = [Decimal(str(cause.score)) for cause in ranking.causes]
    sums = [sum(Decimal(str(reason.weight)) for reason in cause.reasons) for cause in ranking.causes]
    assert sums == scores
    assert all(0 < score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
    assert all(reason.weight >= 0 and reason.text for cause in ranking.causes for reason in cause.reasons)


@given(any_evidence(), both, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(given_evidence: Evidence, of: Of, random: Random) -> None:
    """[CS4] However the rows come out of the database, the answer is the same, reasons and all."""
    shuffled: dict[str, Any] = {
        part: random.sample(list(getattr(given_evidence, part)), len(getattr(given_evidence, part)))
        for part in ("alerts", "changes", "notes")
    }
    relations = list(given_evidence.relations.relations())
    shuffled["relations"] = graph(random.sample(relations, len(relations)))

    assert rank(replace(given_evidence, **shuffled), of=of) == rank(given_evidence, of=of)


@given(any_evidence(), both)
def test_what_is_unconnected_and_silent_does_not_matter(given_evidence: Evidence, of: Of) -> None:
    """Entities that neither alert nor touch what does change nothing, however many they are."""
    far = [calls(f"island-{number}", f"island-{number + 1}") for number in range(20)]

    more = replace(given_evidence, relations=graph([*far, *given_evidence.relations.relations()]))

    assert rank(more, of=of) == rank(given_evidence, of=of)


@given(any_evidence(), both)
def test_every_proof_is_in_the_evidence(given_evidence: Evidence, of: Of) -> None:
    """[CS3] Each event and relation that a reason shows was given."""
    ranking = rank(given_evidence, of=of)

    known = {one.id for one in (*given_evidence.alerts, *given_evidence.changes, *given_evidence.notes)}
    reasons = [reason for cause in ranking.causes for reason in cause.reasons]
    assert {event_id for reason in reasons for event_id in reason.event_ids} <= known
    assert {one for reason in reasons for one in reason.relations} <= set(given_evidence.relations.relations())
    assert all(reason.event_ids or reason.relations for reason in reasons)


@pytest.mark.parametrize("of", Of)
def test_without_an_alert_there_is_no_cause(of: Of) -> None:
    """[CS6] A change alone explains nothing: there is nothing to explain."""
    quiet = evidence(changes=[change("c", "payment", 5)], relations=[calls("checkout", "payment")])

    assert rank(quiet, of=of) == Ranking(causes=(), likely=False)


@pytest.mark.parametrize("minutes", [-1, 121])
def test_changes_outside_the_window_are_not_blamed(minutes: float) -> None:
    """Neither the future nor what is older than the lookback."""
    asked = evidence(alerts=[alert("a", "payment", 110)], changes=[change("c", "payment", minutes)])

    assert rank(asked, of=Of.CHANGES).causes == ()


@pytest.mark.parametrize("minutes", [-1, 121])
def test_alerts_outside_the_window_are_not_looked_at(minutes: float) -> None:
    """Neither the future nor what is older than the lookback."""
    assert rank(evidence(alerts=[alert("a", "payment", minutes)]), of=Of.ENTITIES).causes == ()


@settings(max_examples=50)
@given(st.data())
def test_a_planted_cause_is_found_in_a_generated_graph(data: st.DataObject) -> None:
    """What breaks, and makes all that depends on it alert after it, is among the first three, whatever the graph."""
    size = data.draw(st.integers(5, 40))
    relations = [
        calls(f"s{user}", f"s{used}")
        for used in range(1, size)
        for user in data.draw(st.sets(st.integers(0, used - 1), min_size=1, max_size=3))
    ]
    broken = f"s{data.draw(st.integers(1, size - 1))}"
    suffering = {broken: 0}
    for _ in range(3):
        suffering |= {
            one.source: suffering[one.target] + 1
            for one in relations
            if one.target in suffering and one.source not in suffering
        }
    alerts = [alert(f"a-{name}", name, 10 - steps) for name, steps in sorted(suffering.items())]

    ranking = rank(evidence(alerts=alerts, relations=relations), of=Of.ENTITIES)

    assert broken in entities(ranking)[:3]


def test_a_shared_dependency_that_is_silent_is_suspected() -> None:
    """Nothing watches the database, but all its users suffer."""
    users = ["cart", "checkout", "search"]

    ranking = rank(
        evidence(alerts=[alert(user, user) for user in users], relations=[calls(user, "database") for user in users]),
        of=Of.ENTITIES,
    )

    assert "database" in entities(ranking)[:4]
    assert entities(ranking)[3] == "database"


def test_a_dependency_is_blamed_before_its_victim() -> None:
    """Of two that alert alike, the one that the other depends on is first."""
    alerts = [alert("a1", "frontend"), alert("a2", "payment")]

    ranking = rank(evidence(alerts=alerts, relations=[calls("frontend", "payment")]), of=Of.ENTITIES)

    assert entities(ranking) == ["payment", "frontend"]


def test_an_alert_that_names_another_entity_points_at_it() -> None:
    """Where no relation is known, the words of the alert are one."""
    alerts = [alert("a1", "frontend", title="upstream payment returned 500"), alert("a2", "payment")]

    ranking = rank(evidence(alerts=alerts), of=Of.ENTITIES)

    assert entities(ranking)[0] == "payment"


def test_an_alert_that_comes_all_the_time_tells_little() -> None:
    """Background rates, learned without labels, discount the usual."""
    usual = evidence(alerts=[alert("a1", "frontend", 60), alert("a2", "payment", 60)])

    ranking = rank(replace(usual, background=Background(rates={("frontend", "slow"): 5.0})), of=Of.ENTITIES)

    assert entities(ranking) == ["payment", "frontend"]


def test_the_change_before_the_first_symptom_is_blamed_not_the_latest() -> None:
    """A decoy at the onset, when the first symptom was there already, comes second."""
    alerts = [alert("a1", "payment", 20), alert("a2", "payment", 10, severity="critical")]
    deploys = [change("guilty", "payment", 25), change("decoy", "payment", 12)]

    ranking = rank(evidence(alerts=alerts, changes=deploys), of=Of.CHANGES)

    assert changes(ranking)[0] == "guilty"
    assert ranking.likely


def test_an_early_alert_that_tells_little_does_not_clear_a_change() -> None:
    """A flapping check hours ago is not the beginning of what a deploy did just now."""
    alerts = [alert("flapping", "payment", 110, type="probe", severity="info"), alert("a", "payment", 10)]
    deploys = [change("guilty", "payment", 12)]

    ranking = rank(evidence(alerts=alerts, changes=deploys), of=Of.CHANGES)

    assert ranking.likely


def test_words_decide_between_changes_of_one_place_and_time() -> None:
    """A note that carries the change's commit lends it its words."""
    alerts = [alert("a1", "payment", 10, title="token validation failed: jwt is expired")]
    deploys = [change("one", "payment", 14, commit="1111111"), change("two", "payment", 13, commit="2222222")]
    notes = [
        change("n1", None, 30, "simplify expiry validation", commit="1111111", files=["auth/jwt.go"]),
        change("n2", None, 30, "simplify the cart's totals", commit="2222222", files=["cart/sum.go"]),
    ]

    ranking = rank(evidence(alerts=alerts, changes=deploys, notes=notes), of=Of.CHANGES)

    assert changes(ranking)[0] == "one"


@pytest.mark.parametrize(
    ("title", "minutes"),
    [
        pytest.param("it is slow", 100, id="long before"),
        pytest.param("it is slow", 1, id="after the first symptom"),
        pytest.param("lookup api.example.com: no such host", 20, id="the symptoms speak of the network"),
    ],
)
def test_says_when_no_change_is_likely(title: str, minutes: float) -> None:
    """[CS6] It rather blames nothing than the change that happens to be there."""
    ranking = rank(
        evidence(alerts=[alert("a", "payment", 5, title=title)], changes=[change("c", "payment", minutes)]),
        of=Of.CHANGES,
    )

    assert not ranking.likely


def test_a_change_elsewhere_is_not_blamed() -> None:
    """What was changed must have something to do with what alerts."""
    ranking = rank(evidence(alerts=[alert("a", "payment")], changes=[change("c", "catalog", 6)]), of=Of.CHANGES)

    assert ranking == Ranking(causes=(), likely=False)


def test_a_change_to_what_uses_it_is_suspected_less_than_one_to_itself() -> None:
    """Load flows from the caller to the callee, but symptoms do not."""
    relations = [calls("frontend", "payment")]
    deploys = [change("above", "frontend", 6), change("here", "payment", 6)]

    ranking = rank(evidence(alerts=[alert("a", "payment")], changes=deploys, relations=relations), of=Of.CHANGES)

    assert changes(ranking) == ["here", "above"]


def test_a_change_for_everything_can_be_blamed_where_it_names_a_place() -> None:
    """It has no entity, but its files lie in the folder of one."""
    deploys = [change("c", None, 6, files=["services/payment/charge.go"])]

    ranking = rank(evidence(alerts=[alert("a", "payment")], changes=deploys), of=Of.CHANGES)

    assert [(cause.entity_id, name_of(cause.event_id)) for cause in ranking.causes] == [("payment", "c")]


def test_a_change_that_names_no_place_may_have_been_made_anywhere() -> None:
    """It has three tenths of the highest suspicion, and says why."""
    ranking = rank(evidence(alerts=[alert("a", "payment")], changes=[change("c", None, 6)]), of=Of.CHANGES)

    assert said(ranking, "place") == [
        "It names no place; the most suspected one is suspected by 0.70 from the symptoms"
    ]


@pytest.mark.parametrize("title", ["deploy", "deploy payment"])
def test_a_change_that_concerns_no_suspect_is_not_blamed(title: str) -> None:
    """Neither as if it named no place nor for a name in its title: it was somewhere else."""
    deploy = replace(change("c", None, 6, title), within=frozenset({"catalog"}))

    assert rank(evidence(alerts=[alert("a", "payment")], changes=[deploy]), of=Of.CHANGES).causes == ()


def test_a_change_to_many_is_blamed_for_the_most_suspected_of_them() -> None:
    """Not for others, though they be suspected more."""
    alerts = [alert("a1", "payment", severity="critical"), alert("a2", "cart", severity="warning")]
    deploy = replace(change("c", None, 6), within=frozenset({"cart", "catalog"}))

    ranking = rank(evidence(alerts=alerts, changes=[deploy]), of=Of.CHANGES)

    (sentence,) = said(ranking, "place")
    assert sentence.startswith("The most suspected of all that it concerns is cart, suspected by 0.")


def test_what_the_question_is_about_cannot_suffer_from_is_suspected_less() -> None:
    """With an anchor, what it depends on comes before what it does not."""
    alerts = [alert("a1", "checkout"), alert("a2", "payment"), alert("a3", "island")]
    relations = [calls("checkout", "payment"), calls("other", "island")]

    ranking = rank(evidence(alerts=alerts, relations=relations, anchors=["checkout"]), of=Of.ENTITIES)

    assert entities(ranking)[-1] in {"island", "other"}
    assert entities(ranking)[0] == "payment"


@given(st.dictionaries(places, st.floats(0.01, 1), min_size=1), st.lists(st.tuples(places, places), max_size=12))
def test_spread_shares_add_up_to_1(suspicion: dict[str, float], pairs: list[tuple[str, str]]) -> None:
    """Suspicion is neither made nor lost on its way."""
    resting = spread(suspicion, Dependence(graph(calls(*pair) for pair in pairs)))

    assert sum(resting.values()) == pytest.approx(1)
    assert all(share >= 0 for share in resting.values())


@pytest.mark.parametrize("kind", RelationKind)
def test_who_depends_on_whom(kind: RelationKind) -> None:
    """Blame goes against `part_of`, as a whole suffers from its parts, and along every other relation."""
    relation = Relation(source="a", target="b", kind=kind)
    links = Dependence(graph([relation]))
    dependant, dependency = ("b", "a") if kind is RelationKind.PART_OF else ("a", "b")

    (down,), (up,) = links.down(dependant), links.up(dependency)

    assert down == up
    assert (down.dependant, down.dependency, down.relation) == (dependant, dependency, relation)
    assert links.up(dependant) == links.down(dependency) == ()


@given(st.lists(st.builds(Relation, source=places, target=places, kind=st.sampled_from(list(RelationKind)))))
def test_links_are_the_same_from_both_ends(relations: list[Relation]) -> None:
    """One between two ends, by the relation that weighs most; nothing depends on itself."""
    links = Dependence(graph(relations))

    down = {link for entity in ENTITIES for link in links.down(entity)}

    assert down == {link for entity in ENTITIES for link in links.up(entity)}
    assert {link.relation for link in down} <= set(relations)
    assert len({(link.dependant, link.dependency) for link in down}) == len(down)
    assert all(link.dependant != link.dependency for link in down)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("upstream payment returned 500", {"P"}),
        ("POST http://payment.shop.svc:8443/charge failed", {"P"}),
        ("services/payment/charge.go", {"P"}),
        ("repayment is due", set[str]()),
        ("", set[str]()),
    ],
)
def test_names_are_found_in_texts(text: str, found: set[str]) -> None:
    """As words, in paths and in host names, but not inside other words."""
    assert named(text, {"payment": "P"}) == found


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e4))
def test_unusual_is_a_chance(own: float, usual: float, hours: float) -> None:
    """Above 0, up to 1, and 1 where nothing is known."""
    known = Background(rates={("e", "t"): own}, type_rates={"t": usual})

    assert 0 < unusual("e", "t", known, hours=hours) <= 1
    assert unusual("e", "t", Background(), hours=hours) == 1


def test_stems_meet() -> None:
    """Endings, camelCase and snake_case do not keep words apart."""
    assert stem("expired") == stem("expiry")
    assert stems("validateToken pool_max_conns").keys() == {"validat", "token", "pool", "max", "conn"}


@pytest.mark.parametrize(
    ("title", "files", "inert"),
    [
        ("deploy", ["README.md", "docs/setup.rst"], True),
        ("deploy", ["README.md", "main.go"], False),
        ("docs: explain flags", [], True),
        ("test the waters", [], False),
        ("fix: close the body", [], False),
    ],
)
def test_inert_changes_are_known(title: str, files: list[str], inert: bool) -> None:  # noqa: FBT001  # a table's column
    """By their files, or by their title where they name none."""
    assert is_inert([change("c", None, 1, title, files=files)]) is inert


def test_an_identifier_that_everything_carries_joins_nothing() -> None:
    """A branch or an author is no identifier."""
    deploys = [change(f"c{number}", "payment", 5, branch="release") for number in range(4)]
    notes = [change("n", None, 9, "fix", branch="release")]

    assert set(join(deploys, notes).values()) == {()}


INERT: Final = ["But it touches nothing that runs: suspected 30% as much for it"]
COSMETIC: Final = ["But by its own words it changes no behaviour: suspected 70% as much for it"]


@pytest.mark.parametrize(
    "properties",
    [
        {"version": "2.0.0", "runbook": "docs/db.md"},
        {"docs": "https://wiki/x", "runbook": "ops/docs/cart.md"},
        {"icon": "deploy.svg", "commit": "abc1234"},
        {"changelog": "CHANGELOG.md"},
        {"files": "docs/db.md"},
        {"links": ["docs/db.md"]},
        {"files": []},
        {"files": ["docs/db.md", "src/a file.go"]},
    ],
)
def test_a_link_to_a_document_is_no_list_of_files(properties: dict[str, object]) -> None:
    """A deploy that says where its runbook is may touch anything."""
    deploy = replace(change("c", "payment", 6), properties=properties)

    assert doubts(deploy, alert("a", "payment")) == []


@pytest.mark.parametrize("key", ["files", "paths", "changed_files", "changedFiles", "file_paths"])
def test_a_change_that_lists_documents_alone_is_inert(key: str) -> None:
    """Whatever its sender calls the list."""
    deploy = replace(change("c", "payment", 6), properties={key: ["docs/db.md", "LICENSE"]})

    assert doubts(deploy, alert("a", "payment")) == INERT


def test_a_deploy_of_documents_alone_is_inert() -> None:
    """Its commit lists the files."""
    deploy = change("c", "payment", 6, commit="1111111", runbook="ops/run.sh")
    commit = change("n", None, 9, "explain flags", commit="1111111", files=["docs/flags.md"])

    ranking = rank(evidence(alerts=[alert("a", "payment")], changes=[deploy], notes=[commit]), of=Of.CHANGES)

    assert said(ranking, "doubt") == INERT


@pytest.mark.parametrize(
    ("entity", "title"),
    [
        ("payment", "java.io.IOException: broken pipe"),
        ("payment", "java.net.SocketTimeoutException in checkout"),
        ("payment", "org.apache.kafka.common.errors.TimeoutException"),
        ("payment", "com.acme.io: cannot write"),
        ("api.acme.com", "https://api.acme.com returns 500"),
        ("api.acme.com", "GET https://API.acme.com:8443/charge returns 500"),
        ("shop.example.org", "shop.example.org is slow"),
        ("certificate-issuer", "certificate-issuer is slow"),
        ("redis", "redis evicted_keys rising"),
        ("redis", "pod redis-0: evicted_keys rising"),
        ("redis", "cache evictions rising on node 3"),
        ("graphql", "graphql resolver pool exhausted"),
    ],
)
def test_symptoms_of_ours_point_nowhere_else(entity: str, title: str) -> None:
    """A package is no address, one's own host is not another's, and caches evict without any machine's fault."""
    assert doubts(change("c", entity, 6), alert("a", entity, title=title)) == []


@pytest.mark.parametrize(
    ("title", "sign"),
    [
        ("POST https://api.stripe.com/v1/charges returned 503", "another's address"),
        ("lookup api.stripe.com.: no such host", "another's address"),
        ("host=media.s3.us-east-1.amazonaws.com failed", "another's address"),
        ("no such host", "name resolution"),
        ("dns resolver timed out", "name resolution"),
        ("the resolver 10.0.0.2 answers no DNS query", "name resolution"),
        ("pod payment-7d was evicted", "the machine below"),
        ("PodEvicted", "the machine below"),
        ("Evicting 3 pods from node-7", "the machine below"),
        ("evicted from node-7", "the machine below"),
    ],
)
def test_symptoms_that_point_elsewhere(title: str, sign: str) -> None:
    """Names of our own that are ordinary words hide no sign."""
    given = alert("a", "payment", title=title)

    (doubt,) = doubts(change("c", "payment", 6), given, names={"payment": "payment", "h": "host", "n": "node-7"})

    assert doubt == f"But the symptoms speak of {sign}: suspected 50% as much for it"


@pytest.mark.parametrize(
    ("entity", "title"),
    [
        ("comments", "deploy comments 2.0"),
        ("comments", "comments-api v2 rollout"),
        ("web", "deploy comments 2.0"),
        ("logging-agent", "deploy logging-agent 3.1"),
        ("web", "deploy logging-agent 3.1"),
        ("lint", "Lint 7 is out"),
        ("web", "fix comments that are lost"),
    ],
)
def test_a_name_is_no_tidying(entity: str, title: str) -> None:
    """A service may be called what others only tidy."""
    assert doubts(change("c", entity, 6, title), alert("a", entity)) == []


@pytest.mark.parametrize(
    "title", ["tidy the cart", "rename the pool", "clean up old comments", "improve logging", "fix typo in comments"]
)
def test_a_tidying_is_suspected_less(title: str) -> None:
    """By its own words."""
    assert doubts(change("c", "payment", 6, title), alert("a", "payment")) == COSMETIC


def test_says_when_a_dependency_explains_more() -> None:
    """Of two that alert, the caller's sentence does not deny that the callee is suspected more."""
    alerts = [alert("a1", "frontend"), alert("a2", "payment", severity="critical")]

    ranking = rank(evidence(alerts=alerts, relations=[calls("frontend", "payment")]), of=Of.ENTITIES)

    assert entities(ranking) == ["payment", "frontend"]
    assert said(ranking, "spread", "frontend") == [
        "Nothing that depends on it alerts; some suspicion stays with who complains"
    ]


def test_says_when_no_dependency_explains_more() -> None:
    """What is silent below is suspected less than who complains alone."""
    ranking = rank(evidence(alerts=[alert("a", "frontend")], relations=[calls("frontend", "payment")]), of=Of.ENTITIES)

    assert said(ranking, "spread", "frontend") == [
        "Nothing that depends on it alerts, and what it depends on explains its alerts no better"
    ]


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        ({"payment": 5, "cart": 5}, "cart depends on it, and alerts no earlier"),
        ({"payment": 5, "cart": 4, "shop": 5}, "cart and shop depend on it, and alert no earlier"),
        ({"payment": 5, "cart": 9}, "cart depends on it, and alerts at most 5 minutes earlier"),
        ({"payment": 5, "cart": 9, "shop": 4}, "cart and shop depend on it, and alert at most 5 minutes earlier"),
        ({"cart": 9}, "cart depends on it, and alerts"),
        ({"cart": 9, "shop": 4}, "cart and shop depend on it, and alert"),
    ],
)
def test_says_when_dependants_alert(minutes: dict[str, float], sentence: str) -> None:
    """Against the first alert on the entity itself, where there is one."""
    alerts = [alert(f"a-{name}", name, since) for name, since in minutes.items()]
    relations = [calls("cart", "payment"), calls("shop", "payment")]

    ranking = rank(evidence(alerts=alerts, relations=relations), of=Of.ENTITIES)

    assert said(ranking, "dependants", "payment") == [sentence]


def test_who_is_only_named_is_not_said_to_be_depended_on() -> None:
    """Without a relation there is but the alert, which is the proof."""
    alerts = [
        alert("a1", "cart", 9, title="payment refuses"),
        alert("a2", "shop", 9),
        alert("a3", "shop", 8, title="payment fails"),
        alert("a4", "mail", 7),
        alert("a5", "payment", 5),
    ]

    few = rank(evidence(alerts=[alerts[0], alerts[-1]]), of=Of.ENTITIES)
    many = rank(evidence(alerts=alerts, relations=[calls("mail", "payment")]), of=Of.ENTITIES)

    assert said(few, "dependants", "payment") == ["An alert on cart names it"]
    assert said(many, "dependants", "payment") == [
        "mail depends on it, and alerts at most 5 minutes earlier; alerts on cart and shop name it"
    ]
    (proofs,) = [
        reason.event_ids for cause in many.causes for reason in cause.reasons if reason.text.startswith("mail depends")
    ]
    assert [name_of(proof) for proof in proofs] == ["a4", "a1", "a3"]


def test_a_place_that_only_names_another_is_not_said_to_use_it() -> None:
    """[CS3] The suspicion of the one that is named falls on the change, and the alert is the proof of that."""
    alerts = [
        alert("a1", "cart", severity="warning", title="payment refuses"),
        alert("a2", "payment", severity="critical"),
    ]
    deploy = change("c", "cart", 6)

    heard = rank(evidence(alerts=alerts, changes=[deploy]), of=Of.CHANGES)
    known = rank(evidence(alerts=alerts, changes=[deploy], relations=[calls("cart", "payment")]), of=Of.CHANGES)

    (where,) = said(heard, "place")
    assert where.startswith("Made on cart, an alert on which names payment, suspected by ")
    assert [name_of(proof) for proof in heard.causes[0].reasons[0].event_ids] == ["c", "a1", "a2"]
    (where,) = said(known, "place")
    assert where.startswith("Made on cart, which uses payment, suspected by ")


def test_of_many_dependants_none_that_alerts_is_overlooked() -> None:
    """[CS3] What is said of where suspicion comes from does not deny what is said of the dependants."""
    relations = [calls(f"user-{number:03}", "payment") for number in range(600)]
    above = alert("a1", "user-599")

    silent = rank(evidence(alerts=[above], relations=relations), of=Of.ENTITIES)
    loud = rank(evidence(alerts=[above, alert("a2", "payment")], relations=relations), of=Of.ENTITIES)

    for ranking in (silent, loud):
        assert said(ranking, "spread", "payment") == ["Suspicion leads here from user-599"]


@pytest.mark.parametrize(
    ("rate", "often"), [(0.034, "0.034"), (2.25, "2.2"), (10.4, "10"), (312.5, "312"), (1234.0, "1,234")]
)
def test_says_how_often_such_alerts_come(rate: float, often: str) -> None:
    """A rate is one of a type, whatever this alert's title says."""
    asked = evidence(alerts=[alert("a", "payment", type="cpu")])

    ranking = rank(replace(asked, background=Background(rates={("payment", "cpu"): rate})), of=Of.ENTITIES)

    assert said(ranking, "alerts") == [
        f"1 alert on it, the worst: “it is slow” (error); alerts of the type cpu come there {often} times an hour"
    ]
