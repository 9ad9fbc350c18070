"""What a change says of itself: its notes, its words, and whether it can have done anything at all."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from whence.correlate.causes.evidence import Change, Evidence
from whence.correlate.causes.symptoms import Symptoms
from whence.correlate.causes.words import stems, texts

_JOINING: Final = 6  # letters of a value that joins a note to a change: shorter ones are alike by chance
_COMMON: Final = 3  # a value that more changes than this carry is no identifier
_IN_A_NAME: Final = 5  # letters of a word that may be part of an entity's name: `catalog` in `productcatalogservice`
_MOST_NOTES: Final = 20  # of one change: a release can carry hundreds of commits, the first say enough
_HOLDS_PATHS: Final = re.compile(r"(?:\b|_|(?<=[a-z])(?=[A-Z]))(?i:files|filenames|paths)$")  # `changed_files`, `files`
_INERT_PATH: Final = re.compile(
    r"(?:^|/)(?:docs?|documentation|tests?|testdata|__tests__|\.github|\.circleci)/"
    r"|_test\.\w+$|\.(?:spec|test)\.\w+$|\.(?:md|rst|txt|css|scss|less|svg|png)$|(?:^|/)(?:CODEOWNERS|LICENSE)$"
)
_INERT_TITLE: Final = re.compile(
    r"#(?:docs?|tests?|ci|style)\b|(?:docs?|tests?|ci|style)(?:\([^)]*\))?:", re.IGNORECASE
)
_COSMETIC: Final = re.compile(
    r"\b(?:tidy|tidies|cosmetics?|typos?|renamed?|reword|wording|reformat|formatting|lint|restyle)\b"
    r"|\b(?:clean|cleanup|correct|improve|polish|simplify|trim|unify)\b.{0,40}\b(?:comments?|logging)\b(?!-)",
    re.IGNORECASE,
)  # comments and logging are features, too, so they need a verb that says which are meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the symptoms speak of, and how surprising a word is among all that was said of changes.

    `heard`: stems of the alerts' texts. `names`: those of the alerting entities, folded. `surprise`: stem -> nats.
    """

    heard: frozenset[str]
    names: str
    surprise: Mapping[str, float]


def join(changes: Iterable[Change], notes: Iterable[Change]) -> dict[UUID, tuple[Change, ...]]:
    """Change id -> the notes that carry one of its identifiers, such as a commit: they tell what it consists of."""
    carried: dict[str, list[Change]] = {}
    for note in notes:
        for value in _identifiers(note):
            carried.setdefault(value, []).append(note)
    borne = {change.id: sorted(_identifiers(change)) for change in changes}
    bearers: dict[str, int] = {}
    for values in borne.values():
        for value in values:
            bearers[value] = bearers.get(value, 0) + 1
    joined: dict[UUID, tuple[Change, ...]] = {}
    for change_id, values in borne.items():
        rare = (value for value in values if bearers[value] <= _COMMON)
        found = {note.id: note for value in rare for note in carried.get(value, ())}
        joined[change_id] = tuple(found.values())[:_MOST_NOTES]
    return joined


def learn(evidence: Evidence, symptoms: Symptoms, told: Sequence[Sequence[Change]]) -> Vocabulary:
    """The vocabulary of the symptoms, and of all that was said of changes: `told`, each change with its notes."""
    heard: set[str] = set()
    for entity, alerts in symptoms.alerts.items():
        own = evidence.name(entity)
        for alert in alerts:
            heard.update(stems(alert.title.replace(own, " ")))
    count: dict[str, int] = {}
    for said in told:
        for word in stems(" ".join(spoken(said))):
            count[word] = count.get(word, 0) + 1
    return Vocabulary(
        heard=frozenset(heard),
        names="\n".join(evidence.name(entity).casefold() for entity in symptoms.alerts),
        surprise={word: math.log((1 + len(told)) / times) for word, times in count.items()},
    )


def common(said: Iterable[Change], place: str, vocabulary: Vocabulary) -> dict[str, str]:
    """Stem -> word that the change and the symptoms share. What is in the place's own name does not count."""
    own = place.casefold()
    return {
        stem: word
        for stem, word in sorted(stems(" ".join(spoken(said))).items())
        if stem not in own and (stem in vocabulary.heard or (len(stem) >= _IN_A_NAME and stem in vocabulary.names))
    }


def is_inert(said: Sequence[Change]) -> bool:
    """Whether by its own account it touches nothing that runs: documents, tests, styles, the build's own set-up."""
    paths = [path for one in said for path in _paths(one)]
    if paths:
        return all(_INERT_PATH.search(path) for path in paths)
    return any(_INERT_TITLE.match(one.title) for one in said)


def is_cosmetic(said: Iterable[Change], places: Iterable[str]) -> bool:
    """Whether by its own words it changes how things look or read, not what they do.

    Args:
        places: the names of what it was made on. They do not count: a service may be called `comments`.
    """
    longest_first = sorted(places, key=lambda name: (-len(name), name))
    return any(_COSMETIC.search(_without(longest_first, one.title)) for one in said)


def spoken(said: Iterable[Change]) -> list[str]:
    """Every text in titles and properties."""
    return [text for one in said for text in (one.title, *texts(one.properties))]


def _without(names: Iterable[str], text: str) -> str:
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _paths(change: Change) -> list[str]:
    """The files that it lists as touched; a single path beside them may be a link to a document."""
    return [
        path
        for key, listed in change.properties.items()
        if isinstance(listed, list) and _HOLDS_PATHS.search(key)
        for path in cast("list[object]", listed)
        if isinstance(path, str)
    ]


def _identifiers(change: Change) -> set[str]:
    return {
        value
        for value in change.properties.values()
        if isinstance(value, str) and len(value) >= _JOINING and " " not in value
    }
