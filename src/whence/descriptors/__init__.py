"""What is monitored, as files describe it, put into the words of the native API.

One module a format. Each gives entities and relations with the place they come from, so that what is refused
can be mended there. The command line reads files with it; a dialect reads what it is sent in such a format, so that
both come to the same. Nothing here reads a file, asks a server or knows an account.
"""

from collections.abc import Iterator

from whence.descriptors import backstage, cortex, native
from whence.descriptors.found import Described, Faulty
from whence.descriptors.yaml_documents import Document, documents

__all__ = ["Described", "Faulty", "read"]

_FORMATS = (native, cortex, backstage)


def read(source: bytes, *, file: str) -> Iterator[Described | Faulty]:
    """What the text describes, document by document, in their order; `file`: what places call it."""
    for document in documents(source, file=file):
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
