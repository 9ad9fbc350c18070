"""What a document describes, with where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

Json = dict[str, Any]

_LONGEST_TYPE: Final = 64  # characters
_LONGEST_TITLE: Final = 500  # characters
_LONGEST_URL: Final = 2000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file, or (no `file`) of a text that was sent; lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else f"line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """Something that cannot be taken, and why."""

    place: Place
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntity:
    """An entity as `PUT /v1/entities` takes it."""

    place: Place
    body: Json

    @property
    def label(self) -> str:
        """What to call it when speaking to a person."""
        return str(self.body.get("tag") or self.body.get("id") or self.body.get("name") or "entity")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRelation:
    """A relation as `PUT /v1/relations` takes it; its ends are ids or tags."""

    place: Place
    body: Json

    @property
    def label(self) -> str:
        """What to call it when speaking to a person."""
        return f"{self.body.get('from')} {self.body.get('kind')} {self.body.get('to')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a document says. `faulty`: items that are not taken. `ignored`: what whence has no word for."""

    entities: list[FoundEntity] = field(default_factory=list[FoundEntity])
    relations: list[FoundRelation] = field(default_factory=list[FoundRelation])
    faulty: list[Faulty] = field(default_factory=list[Faulty])
    ignored: list[Faulty] = field(default_factory=list[Faulty])


def mapping(value: object, name: str) -> Mapping[str, object]:
    """The mapping; empty where nothing stands.

    Raises:
        ValueError: something else stands there.
    """
    match value:
        case None:
            return {}
        case dict():
            return cast("dict[str, object]", value)
        case _:
            raise ValueError(f"{name} must be a mapping")


def sequence(value: object, name: str) -> list[object]:
    """The list; empty where nothing stands.

    Raises:
        ValueError: something else stands there.
    """
    match value:
        case None:
            return []
        case list():
            return cast("list[object]", value)
        case _:
            raise ValueError(f"{name} must be a list")


def text(value: object, name: str) -> str:
    """The text; a number is its digits, nothing is empty.

    Raises:
        ValueError: something else stands there.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | list() | dict():
            raise ValueError(f"{name} must be text")
        case _:
            return str(value)


def exact(value: object, name: str) -> str:
    """The text, letter by letter as it stands there: 0123 and 83 are one number, and two names. Nothing is empty.

    Raises:
        ValueError: something else stands there, or blanks around it.
    """
    found = text(value, name)
    if found and not isinstance(value, str):
        raise ValueError(f"{name} must be text: put the number in quotes")
    if found != found.strip():
        raise ValueError(f"{name} must not begin or end with blanks")
    return found


def required(value: object, name: str) -> str:
    """The text.

    Raises:
        ValueError: none stands there.
    """
    found = text(value, name).strip()
    if not found:
        raise ValueError(f"{name} is required")
    return found


def type_name(text: str) -> str:
    """A type in the letters that types have here: `aws-lambda` is `AWS_LAMBDA`."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text.upper())
    return (letters if letters[:1].isalpha() else f"T_{letters}")[:_LONGEST_TYPE]


def present(fields: Json) -> Json:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def web_links(pairs: list[tuple[str, str]]) -> list[Json]:
    """Links that a browser opens, each once; repository paths and the like are left out."""
    return [
        {"title": title[:_LONGEST_TITLE], "url": url}
        for title, url in dict.fromkeys(pairs)
        if url.startswith(("https://", "http://")) and len(url) <= _LONGEST_URL
    ]
