"""The words of a text, brought to a form in which a change and a symptom can be compared."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

_PIECE: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ENDINGS: Final = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ions",
    "ion",
    "ies",
    "ied",
    "ers",
    "er",
    "ed",
    "es",
    "s",
    "y",
    "e",
)
_SHORTEST: Final = 3  # letters; what is shorter says nothing
_DEEPEST: Final = 8  # levels of nested properties that are read; real ones have two or three
_LONGEST: Final = 4096  # letters of one text that are read: a title, a path, a message, but no dump
_STOP: Final = (  # what any symptom or any change may say
    "above after all and any are been before below but can could did does down error fail failed failing failure "
    "for from had has have how http https into its level lib log more not off one out over per pkg rate ratio "
    "returned returning returns service services sigma since src svc than that the then this tmp under upstream usr "
    "value var version via was were when which while with within without"
)
STOP: Final = frozenset(_STOP.split())


def stems(text: str) -> dict[str, str]:
    """Stem -> the first word of the text that has it: camelCase and snake_case taken apart, endings cut off."""
    found: dict[str, str] = {}
    for piece in _PIECE.findall(text[:_LONGEST]):
        word = cast("str", piece).lower()
        if len(word) >= _SHORTEST and word not in STOP:
            found.setdefault(stem(word), word)
    return found


def stem(word: str) -> str:
    """The word without its ending: crude, but `expiry` meets `expired`."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


def texts(value: object, depth: int = 0) -> Iterator[str]:
    """Every text in a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for inner in cast("Mapping[str, object]", value).values():
            yield from texts(inner, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list | tuple):
        for inner in cast("Iterable[object]", value):
            yield from texts(inner, depth + 1)
