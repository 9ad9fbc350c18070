"""The OpenAPI document of the native API, and a page that shows it without a script or anything from elsewhere."""

from collections.abc import Mapping
from html import escape
from json import dumps
from typing import Any, Final

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a2433;background:#fff}
code,pre{font:14px/1.5 ui-monospace,monospace;background:#f1f4f8;border-radius:4px;padding:.1em .3em}
h2{margin-top:2.5rem;border-top:1px solid #d6dde6;padding-top:1rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #e6ebf1;vertical-align:top}
@media(prefers-color-scheme:dark){body{color:#dfe6ee;background:#11161d}code,pre{background:#1d2530}
h2{border-color:#2b3644}td,th{border-color:#232d39}a{color:#7db7ff}}
"""


def page(document: Mapping[str, Any]) -> str:
    """The document for a person, as HTML."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(document['info']['title'])}</title><style>{_STYLE}</style>",
        f"<h1>{escape(document['info']['title'])}</h1><p>{escape(document['info'].get('description', ''))}</p>",
        "<p>For programs: <a href='/v1/openapi.json'><code>/v1/openapi.json</code></a></p>",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(method, path, operation))
    return "".join(parts)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code><td>{escape(p['in'])}"
        f"<td>{escape(p.get('description', '') or p.get('schema', {}).get('description', ''))}"
        for p in operation.get("parameters", ())
    )
    answers = ", ".join(f"<code>{code}</code>" for code in operation["responses"])
    body = ""
    if request := operation.get("requestBody"):
        shapes = {kind: content.get("schema", {}) for kind, content in request["content"].items()}
        body = "".join(
            f"<p>Body <code>{escape(k)}</code></p><pre>{escape(dumps(s, indent=1))}</pre>" for k, s in shapes.items()
        )
    table = f"<table><tr><th>Parameter<th>in<th>{rows}</table>" if rows else ""
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation.get('summary', ''))}. "
        f"{escape(operation.get('description', ''))}</p>{table}{body}<p>Answers: {answers}</p>"
    )
