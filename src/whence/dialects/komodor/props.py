"""Which events the `props.type` of a search means."""

from whence.dialects.komodor import vocabulary
from whence.dialects.komodor.decode import NAME
from whence.dialects.komodor.readback import only_dialect
from whence.domain.access import Principal
from whence.domain.entity import Entity
from whence.domain.event import Kind, Severity, Span
from whence.domain.filter import Filter, Within


def events_of(
    by: Principal,
    props_type: str,
    window: Span,
    *,
    concerning: tuple[Entity, ...] | None = None,
    within: Within | None = None,
    severities: tuple[Severity, ...] = (),
) -> Filter:
    """The events of a `props.type` that the principal sees; `custom`: those that came in here."""
    own = NAME if props_type == vocabulary.CUSTOM else only_dialect(by)
    return Filter(
        window=window,
        concerning=concerning,
        within=within,
        kinds=(Kind.CHANGE,) if props_type == vocabulary.DEPLOY else (),
        type_words=vocabulary.TYPE_WORDS.get(props_type, ()),
        severities=severities,
        dialects=(own,) if own else (),
    )
