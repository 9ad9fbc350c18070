"""The web UI as it was built: its files, held in memory, and how a browser is to treat them.

`web/` builds them into `static/` beside this file. What is asked for is looked up among them and never becomes a path
of the file system, so no request leads out of that folder.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.responses import Response

BUILT: Final = Path(__file__).with_name("static")
_INDEX: Final = "/index.html"
_ASSETS: Final = "/assets/"
_HASHED: Final = re.compile(r"-[\w-]{8}\.\w+$")  # `index-Bx3f9_Za.js`: another content has another name
_YEAR: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"  # kept, and used after a 304
_SIBLINGS: Final = {"br": ".br", "gzip": ".gz"}  # by content coding (RFC 9110, 8.4.1), the better one first
_TYPES: Final = {  # not from the machine, whose list may be any
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_STRICT: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_OF_BODIES: Final = frozenset({"content-encoding", "content-length", "content-type"})
_REFUSED: Final = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")  # RFC 9110, 12.4.2


@dataclass(frozen=True, slots=True)
class _Form:
    """A file in one content coding, with all headers of its answer."""

    body: bytes
    headers: Mapping[str, str]


_File = Mapping[str, _Form]  # by content coding, best first; the last one is the plain file, `identity`


class Pages:
    """The files of the web UI, and the one page that is behind each of its addresses."""

    def __init__(self, files: Mapping[str, _File]) -> None:
        self._files = files

    @classmethod
    def built(cls, folder: Path) -> Self | None:
        """What stands in the folder now; None when no UI was built into it."""
        files = {f"/{path.relative_to(folder).as_posix()}": _file(path, folder) for path in _shown(folder)}
        return cls(files) if _INDEX in files else None

    def answer(self, path: str, asked: Headers, *, head: bool) -> Response | None:
        """The file of that path, else the page, for a browser that goes there; None when there is nothing."""
        file = self._files.get(path)
        if file is None and (path == "/" or (_is_address(path) and "text/html" in _named(asked.get("accept", "")))):
            file = self._files[_INDEX]
        if file is None:
            return None
        codings = _named(asked.get("accept-encoding", ""))
        form = next(form for coding, form in file.items() if coding in codings or coding == "identity")
        known = {tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")}
        if known & {form.headers["etag"], "*"}:
            kept = {name: value for name, value in form.headers.items() if name not in _OF_BODIES}
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)
        return Response(b"" if head else form.body, headers=form.headers)


def _shown(folder: Path) -> Iterator[Path]:
    """The files below the folder, but for hidden ones and those that are another one compressed."""
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        is_sibling = path.suffix in _SIBLINGS.values() and path.with_suffix("").is_file()
        if path.is_file() and not is_hidden and not is_sibling:
            yield path


def _file(path: Path, folder: Path) -> _File:
    name = f"/{path.relative_to(folder).as_posix()}"
    siblings = {coding: path.with_name(path.name + suffix) for coding, suffix in _SIBLINGS.items()}
    found = {coding: sibling for coding, sibling in siblings.items() if sibling.is_file()}
    depends_on = [*(["Accept"] if name == _INDEX else []), *(["Accept-Encoding"] if found else [])]
    headers = {
        **_STRICT,
        "cache-control": _YEAR if name.startswith(_ASSETS) and _HASHED.search(name) else _ASK_AGAIN,
        "content-type": _TYPES.get(path.suffix.lower(), "application/octet-stream"),
        **({"vary": ", ".join(depends_on)} if depends_on else {}),
    }
    return {coding: _form(one, headers, coding) for coding, one in (*found.items(), ("identity", path))}


def _form(path: Path, headers: Mapping[str, str], coding: str) -> _Form:
    body = path.read_bytes()
    return _Form(
        body,
        {
            **headers,
            **({} if coding == "identity" else {"content-encoding": coding}),
            "content-length": str(len(body)),
            "etag": f'"{urlsafe_b64encode(sha256(body).digest()[:18]).decode()}"',
        },
    )


def _is_address(path: str) -> bool:
    """Whether the UI may have something to show there: a browser asks for no path with dots for segments."""
    return not path.startswith(_ASSETS) and not {".", ".."} & set(unquote(path).split("/"))


def _named(header: str) -> set[str]:
    """What a header of content negotiation names, but for what it refuses."""
    named: set[str] = set()
    for part in header.lower().split(","):
        name, *parameters = part.split(";")
        if not any(_REFUSED.fullmatch(parameter) for parameter in parameters):
            named.add(name.strip())
    return named
