"""Words that say what an event is about, however they are written: deploys, nodes that come and go."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from whence.domain.event import Event, Kind

_SEPARATORS: Final = re.compile(r"[\W_]+")
_DEPLOY_WORDS: Final = ("deploy", "deployment", "rollout", "rollback", "release", "custom deployment")
_CHANGE_WORDS: Final = (*_DEPLOY_WORDS, "config change", "feature flag")
_NODE_WORDS: Final[Mapping[str, str]] = {"node-created": "node created", "node-terminated": "node terminated"}


def folded(words: str) -> str:
    """The words as they are compared: in one case, without separators."""
    return _SEPARATORS.sub("", words).casefold()


_CHANGES: Final = frozenset(map(folded, _CHANGE_WORDS))
_DEPLOYS: Final = frozenset(map(folded, _DEPLOY_WORDS))
_NODES: Final = {folded(words): name for name, words in _NODE_WORDS.items()}


def kind(event_type: str) -> Kind:
    """A change when the type reads as one. Never a problem: a custom event opens no alert, however severe."""
    return Kind.CHANGE if folded(event_type) in _CHANGES else Kind.INFO


def props_type(event: Event) -> str:
    """The event's `props.type`."""
    word = folded(event.type)
    if event.kind is Kind.CHANGE and word in _DEPLOYS:
        return "deploy"
    return _NODES.get(word, "custom")


def spellings(words: Iterable[str]) -> tuple[str, ...]:
    """The ways in which the words are written by those who send them: an index knows no other comparison."""
    return tuple(sorted({spelled for each in words for spelled in _spelled(each.split())}))


def _spelled(parts: list[str]) -> Iterator[str]:
    first, *rest = parts
    titled = [part.capitalize() for part in parts]
    for cased in (parts, titled, [part.upper() for part in parts], [titled[0], *rest], [first, *titled[1:]]):
        for separator in ("", " ", "-", "_"):
            yield separator.join(cased)


DEPLOYS: Final = spellings(_DEPLOY_WORDS)
NODES: Final[Mapping[str, tuple[str, ...]]] = {name: spellings([words]) for name, words in _NODE_WORDS.items()}
