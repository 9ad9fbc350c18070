"""The web UI's files: served where no dialect has anything to say, strictly, and kept as long as they may be."""

import gzip
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import httpx
import pytest
from starlette.types import Message

from tests.native.answers import refused
from whence.dialects import discover
from whence.edge import Edge
from whence.pages import Pages
from whence.server import House

_PAGE: Final = b"<!doctype html><title>Whence</title><script type=module src=/assets/index-Bx3f9_Za.js></script>"
_SCRIPT: Final = b"console.log('whence')\n" * 40
_FILES: Final = {
    "index.html": _PAGE,
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "robots.txt": b"User-agent: *\nDisallow: /\n",
    "assets/index-Bx3f9_Za.js": _SCRIPT,
    "assets/index-Bx3f9_Za.js.br": b"made by brotli",
    "assets/index-Bx3f9_Za.js.gz": gzip.compress(_SCRIPT),
    "assets/index-D4kQ0-x1.css": b"body{margin:0}",
    "assets/index-D4kQ0-x1.css.gz": gzip.compress(b"body{margin:0}"),
    "assets/inter-latin-C3f9ab12.woff2": b"wOF2",
    "assets/logo.png": b"\x89PNG",
    "assets/data-C3f9ab12.unheardof": b"?",
    ".vite/manifest.json": b"{}",
}
_HTML: Final = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
_HASHED: Final = "/assets/index-Bx3f9_Za.js"
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build leaves, and something beside it that is nobody's business."""
    tmp_path = tmp_path_factory.mktemp("installation")
    for name, content in _FILES.items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "secret.txt").write_text("wh_secret")
    return tmp_path / "static"


@pytest.fixture(scope="module")
def app(house: House, folder: Path) -> Edge:
    """An installation with the UI."""
    return Edge(discover(), house.context, options={}, hosts=("localhost",), pages=Pages.built(folder))


@pytest.fixture
async def browser(app: Edge) -> AsyncGenerator[httpx.AsyncClient]:
    """That asks it for files as they are, uncompressed."""
    transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        browser.headers["accept-encoding"] = "identity"
        yield browser


@pytest.mark.parametrize(
    "path", ["/", "/problems", "/problems/P-41", "/problems/", "/entities/a%2Fb", "/sign-in?next=%2F", "/a.b/c", "/v11"]
)
async def test_every_address_of_the_ui_is_the_page(browser: httpx.AsyncClient, path: str) -> None:
    """For whoever goes there with a browser; what it shows is the script's to say."""
    answer = await browser.get(path, headers=_HTML)

    assert (answer.status_code, answer.content) == (200, _PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["x-request-id"]


async def test_the_root_is_the_page_for_everybody(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/", headers={"accept": "*/*"})).content == _PAGE


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (_HASHED, "text/javascript; charset=utf-8"), ("/assets/index-D4kQ0-x1.css", "text/css; charset=utf-8"),
        ("/assets/inter-latin-C3f9ab12.woff2", "font/woff2"), ("/assets/logo.png", "image/png"),
        ("/assets/data-C3f9ab12.unheardof", "application/octet-stream"), ("/favicon.svg", "image/svg+xml"),
        ("/robots.txt", "text/plain; charset=utf-8"), ("/index.html", "text/html; charset=utf-8"),
    ],
)  # fmt: skip
async def test_a_file_is_what_it_is(browser: httpx.AsyncClient, path: str, kind: str) -> None:
    """Whatever the machine's list of types says; for a year when its name changes with it, else asked for again."""
    answer = await browser.get(path)

    assert (answer.status_code, answer.content) == (200, _FILES[path[1:]])
    assert answer.headers["content-type"] == kind
    is_hashed = path.startswith("/assets/") and path != "/assets/logo.png"
    assert answer.headers["cache-control"] == ("public, max-age=31536000, immutable" if is_hashed else "no-cache")


@pytest.mark.parametrize("path", ["/", "/problems", _HASHED, "/favicon.svg"])
async def test_pages_are_strict(browser: httpx.AsyncClient, path: str) -> None:
    """[AC9] No script, frame, form or connection but our own, and no address told to others; a 304 says so, too."""
    answer = await browser.get(path, headers=_HTML)
    again = await browser.get(path, headers={**_HTML, "if-none-match": answer.headers["etag"]})

    for one in (answer, again):
        assert one.headers["content-security-policy"] == _CSP
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert one.headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in one.headers["permissions-policy"]
        assert "set-cookie" not in one.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"), ("br; q=0.0, gzip;q=1", "gzip"), ("br;q=0.001", "br"), ("", None), ("*", None),
        ("identity", None), ("deflate", None), ("br;q=0,gzip;q=0", None), (",;=", None), ("brotli", None),
    ],
)  # fmt: skip
async def test_a_file_is_sent_compressed_to_whoever_takes_that(
    browser: httpx.AsyncClient, accepted: str, coding: str | None
) -> None:
    """As it was compressed when it was built; each form has a name of its own for caches."""
    async with browser.stream("GET", _HASHED, headers={"accept-encoding": accepted}) as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])

    suffix = {"br": ".br", "gzip": ".gz", None: ""}[coding]
    assert sent == _FILES[_HASHED[1:] + suffix]
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    plain = await browser.get(_HASHED)
    assert (plain.headers["etag"] == answer.headers["etag"]) is (coding is None)


@pytest.mark.parametrize("suffix", [".br", ".gz"])
async def test_a_compressed_form_is_no_file_of_its_own(browser: httpx.AsyncClient, suffix: str) -> None:
    assert (await browser.get(_HASHED + suffix)).status_code == 404


@pytest.mark.parametrize("named", ["{}", "W/{}", '"a", {}', '"a",W/{} , "b"', "*"])
@pytest.mark.parametrize("path", ["/problems", _HASHED])
async def test_what_a_browser_has_is_not_sent_again(browser: httpx.AsyncClient, path: str, named: str) -> None:
    """304, without a body and with what caches need (RFC 9110, 15.4.5)."""
    first = await browser.get(path, headers=_HTML)

    again = await browser.get(path, headers={**_HTML, "if-none-match": named.format(first.headers["etag"])})

    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    assert not {"content-type", "content-length", "content-encoding"} & again.headers.keys()


@pytest.mark.parametrize("named", ['"a"', "", "x", '""', ","])
async def test_what_a_browser_has_not_is_sent(browser: httpx.AsyncClient, named: str) -> None:
    assert (await browser.get(_HASHED, headers={"if-none-match": named})).content == _SCRIPT


@pytest.mark.parametrize("path", ["/", "/problems", _HASHED, "/favicon.svg"])
async def test_head_is_get_without_the_body(browser: httpx.AsyncClient, path: str) -> None:
    got, head = await browser.get(path, headers=_HTML), await browser.head(path, headers=_HTML)

    assert (head.status_code, head.content) == (200, b"")
    mine, theirs = dict(head.headers), dict(got.headers)
    assert mine.pop("x-request-id") != theirs.pop("x-request-id")
    assert mine == theirs


@pytest.mark.parametrize(
    "path", ["/assets/index-00000000.js", "/assets/", "/assets/a/b", "/favicon.ico", "/.vite/manifest.json"]
)
@pytest.mark.parametrize("accept", ["*/*", "text/javascript", "text/html;q=0", ""])
async def test_an_unknown_file_is_not_there(browser: httpx.AsyncClient, path: str, accept: str) -> None:
    """404: a page in place of a script would be kept for one."""
    refused(await browser.get(path, headers={"accept": accept}), 404)


async def test_an_unknown_asset_is_no_page_either(browser: httpx.AsyncClient) -> None:
    """Whoever goes to the address of one that an older page named."""
    refused(await browser.get("/assets/index-00000000.js", headers=_HTML), 404)


_LEADING_OUT: Final = [
    "/../secret.txt", "/assets/../../secret.txt", "/./index.html", "/assets/./logo.png", "/assets/../index.html",
    "/..", "/.", "/assets/..", "//../secret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/..%2fsecret.txt",
    "/..%5csecret.txt", "/..\\secret.txt", "/%252e%252e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt",
    "/index.html%00.js", "/%00", "/assets/%c0%ae%c0%ae/secret.txt", "//etc/passwd", "/assets//logo.png",
    "/....//secret.txt", "/file:///etc/passwd", "/secret.txt", "/assets/logo.png/", "/INDEX.html",
]  # fmt: skip


@pytest.mark.parametrize("path", _LEADING_OUT)
@pytest.mark.parametrize("accept", ["*/*", _HTML["accept"]])
async def test_no_path_leads_out_of_the_folder(app: Edge, path: str, accept: str) -> None:
    """Nothing, or the page, and never another file."""
    status, body = await asked_as_written(app, path, accept)

    assert status == 404 or body == _PAGE
    assert b"wh_secret" not in body


@pytest.mark.parametrize("path", ["/.", "/..", "/problems/../x", "/./problems", "/%2e%2E/x", "/problems/%2e"])
async def test_segments_of_dots_lead_nowhere(app: Edge, path: str) -> None:
    """A browser takes them away before it asks."""
    assert (await asked_as_written(app, path, _HTML["accept"]))[0] == 404


@pytest.mark.parametrize(("path", "status"), [("//", 200), ("//v1/nothing", 404), ("//problems", 200)])
async def test_an_empty_segment_says_nothing(app: Edge, path: str, status: int) -> None:
    """At the beginning: a path of an API stays one."""
    assert (await asked_as_written(app, path, _HTML["accept"]))[0] == status


async def asked_as_written(app: Edge, path: str, accept: str) -> tuple[int, bytes]:
    """Status and body; httpx would tidy up the path first."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    raw = path.encode()
    headers = [(b"host", b"localhost"), (b"accept", accept.encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": unquote(path), "raw_path": raw, "query_string": b"", "root_path": "", "headers": headers,
    }  # fmt: skip
    await app(scope, receive, send)
    return said[0]["status"], b"".join(message.get("body", b"") for message in said)


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/nothing", "/v1//x", "/%76%31/nothing", "/api", "/api/nothing", "/api/v1/nothing",
     "/api/v2/nothing", "/mgmt", "/mgmt/nothing", "/v0/nothing", "/monitoring", "/monitoring/nothing", "/e/acme",
     "/e/acme/nothing", "/healthz/nothing", "/metrics/nothing"],
)  # fmt: skip
async def test_a_path_of_an_api_is_never_a_page(browser: httpx.AsyncClient, path: str) -> None:
    """A browser that strays there is told as a program is, in JSON."""
    for answer in (await browser.get(path, headers=_HTML), await browser.get(path)):
        assert answer.status_code in {401, 404}
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v1/docs", "/v1/openapi.json"])
async def test_what_a_dialect_serves_is_as_it_was(browser: httpx.AsyncClient, path: str) -> None:
    assert _PAGE not in (await browser.get(path, headers=_HTML)).raise_for_status().content


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "LOCK"])
async def test_a_page_is_only_looked_at(browser: httpx.AsyncClient, method: str) -> None:
    refused(await browser.request(method, "/problems", headers=_HTML), 404)
    refused(await browser.request(method, "/", headers=_HTML), 405)
    refused(await browser.request(method, _HASHED, headers=_HTML), 404)


async def test_a_program_is_told_that_there_is_nothing(browser: httpx.AsyncClient) -> None:
    """A page would be taken for an answer."""
    for accept in ("*/*", "application/json", "", "text/plain"):
        refused(await browser.get("/problems", headers={"accept": accept}), 404)


async def test_a_page_is_for_hosts_that_are_ours(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/", headers={**_HTML, "host": "evil.example"})

    assert (answer.status_code, answer.text) == (400, "Unknown host")


async def test_pages_are_counted_beside_the_dialects(browser: httpx.AsyncClient) -> None:
    await browser.get("/problems", headers=_HTML)

    assert 'whence_request_seconds_count{dialect="web",status="2xx"}' in (await browser.get("/metrics")).text


async def test_without_a_ui_the_root_says_how_to_build_one(house: House, tmp_path: Path) -> None:
    """And where the API is described; nothing else is a page then."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "left-over.js").touch()
    for folder in (tmp_path, tmp_path / "nowhere"):
        app = Edge(discover(), house.context, options={}, hosts=(), pages=Pages.built(folder))
        transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
            root = await browser.get("/", headers=_HTML)

            assert "npm run build" in root.text.replace("\n", " ")
            assert "/v1/docs" in root.text
            assert "default-src 'none'" in root.headers["content-security-policy"]
            assert (await browser.head("/")).status_code == 200
            refused(await browser.get("/problems", headers=_HTML), 404)
            refused(await browser.get("/assets/left-over.js"), 404)
