"""What is monitored, as files describe it, put into the words of the native API.

One module a format. Each gives entities and relations with the place they come from, so that what is refused
can be mended there.
"""

from collections.abc import Iterator
from pathlib import Path

from whence.cli.descriptors import backstage, cortex, native
from whence.cli.descriptors.found import Described, Faulty
from whence.cli.descriptors.yaml_documents import Document, documents

__all__ = ["Described", "Faulty", "read"]

_FORMATS = (native, cortex, backstage)


def read(path: Path) -> Iterator[Described | Faulty]:
    """What the file describes, document by document, in their order."""
    for document in documents(path):
        if isinstance(document, Faulty):
            yield document
        elif document.value is not None:  # nothing but comments
            yield _describe(document)


def _describe(document: Document) -> Described | Faulty:
    for format_ in _FORMATS:
        if format_.speaks(document.value):
            try:
                return format_.describe(document)
            except ValueError as exc:
                return Faulty(place=document.place, reason=str(exc))
    return Faulty(
        place=document.place,
        reason="is neither a Cortex descriptor (info: with x-cortex-tag), nor a Backstage entity "
        "(apiVersion: backstage.io/…), nor native (entities:, relations:)",
    )
