"""An event built from templates: texts in which `{{ dotted.path }}` stands for what a payload holds there.

Nothing else is a language here: no code, no filters, no escaping.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from whence.domain.signal import python_text
from whence.receivers.fields import Object
from whence.receivers.paths import ABSENT, follow
from whence.receivers.reading import Fault, Why

LONGEST_TEXT: Final = 100_000  # characters that one template may become
LONGEST_EVENT: Final = 1_000_000  # and all of them together

_PLACEHOLDER: Final = re.compile(r"\{\{([^{}]*)\}\}")


def event(templates: Object, payload: Object) -> Object:
    """The event; what renders to nothing is not in it.

    Raises:
        Fault: a text becomes too long, or all of them together.
    """
    built: dict[str, object] = {}
    left = LONGEST_EVENT
    for holder, name, template in _each(templates):
        rendered = render(template, payload)
        left -= len(rendered)
        if left < 0:
            raise Fault("convert_data", Why.TOO_LONG)
        if not rendered.strip():
            continue
        if holder is None:
            built[name] = rendered
        else:
            cast("dict[str, object]", built.setdefault(holder, {}))[name] = rendered
    return built


def render(template: str, payload: Object) -> str:
    """The template with its placeholders filled; a path to nothing leaves nothing.

    Raises:
        Fault: the text becomes too long.
    """
    parts: list[str] = []
    length = 0
    for part in _parts(template, payload):
        length += len(part)
        if length > LONGEST_TEXT:
            raise Fault("convert_data", Why.TOO_LONG)
        parts.append(part)
    return "".join(parts)


def _parts(template: str, payload: Object) -> Iterator[str]:
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        yield template[end : found.start()]
        value = follow(payload, found[1].strip())
        yield "" if value is ABSENT else python_text(value)
        end = found.end()
    yield template[end:]


def _each(templates: Object) -> Iterator[tuple[str | None, str, str]]:
    """Every template, with the name of the member that it is for, and of the member that this one is in."""
    for name, template in templates.items():
        match template:
            case str():
                yield None, name, template
            case Mapping():
                for inner, text in cast("Mapping[str, str]", template).items():
                    yield name, inner, text
            case _:  # the options were checked
                raise AssertionError(name)
