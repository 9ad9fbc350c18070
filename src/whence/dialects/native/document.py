"""The OpenAPI document as a page for people, without a script or anything from elsewhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final, cast

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a2433;background:#fff}
code{font:14px/1.5 ui-monospace,monospace;background:#f1f4f8;border-radius:4px;padding:.1em .3em}a{color:#0b5cad}
h2{margin-top:2.5rem;border-top:1px solid #d6dde6;padding-top:1rem}h2 code{font-size:18px}
ul{columns:2;padding-left:1rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #e6ebf1;
vertical-align:top}@media(max-width:40rem){ul{columns:1}}@media(prefers-color-scheme:dark){body{color:#dfe6ee;
background:#11161d}code{background:#1d2530}h2{border-color:#2b3644}td,th{border-color:#232d39}a{color:#7db7ff}}
"""
_QUOTED: Final = re.compile(r"`([^`]+)`")

Json = Mapping[str, Any]


def page(document: Json) -> str:
    """The document for a person, as HTML: the calls, then the shapes of what goes in and out."""
    title = escape(document["info"]["title"])
    calls = [
        (f"{method.upper()} {path}", operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{title} API</title><style>{_STYLE}</style><h1>{title}: the API</h1>",
        f"<p>{_prose(document['info'].get('description', ''))}</p>",
        "<p>For programs: <a href='/v1/openapi.json'><code>/v1/openapi.json</code></a></p><nav><ul>",
        *(f"<li><a href='#{_anchor(name)}'>{escape(name)}</a>" for name, _ in calls),
        "</ul></nav>",
        *(_call(name, operation) for name, operation in calls),
        "<h1>Shapes</h1>",
        *(_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
    ]
    return "".join(parts)


def _call(name: str, operation: Json) -> str:
    summary, more = operation.get("summary", ""), operation.get("description", "")
    said = ". ".join(filter(None, (summary.rstrip("."), more))) if more else summary
    rows = [
        (f"<code>{escape(p['name'])}</code>", p["in"], _prose(p.get("description", "")) or _type(p.get("schema", {})))
        for p in operation.get("parameters", ())
    ]
    answers = ", ".join(f"<code>{code}</code>{_of(answer)}" for code, answer in sorted(operation["responses"].items()))
    body = _of(operation.get("requestBody", {}))
    return (
        f"<h2 id='{_anchor(name)}'><code>{escape(name)}</code></h2><p>{_prose(said)}</p>"
        f"{_table(('Parameter', 'in', ''), rows)}{f'<p>Body:{body}</p>' if body else ''}<p>Answers: {answers}</p>"
    )


def _shape(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f"<code>{escape(field)}</code>{' *' if field in required else ''}",
            _type(inner),
            _prose(inner.get("description", "")),
        )
        for field, inner in schema.get("properties", {}).items()
    ]
    values = f"<p>{_type(schema)}</p>" if "enum" in schema else ""
    about = _prose(schema.get("description", ""))
    return f"<h2 id='{_anchor(name)}'>{escape(name)}</h2><p>{about}</p>{values}{_table(('Field', 'type', ''), rows)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    cells = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
    return f"<table><tr>{''.join(f'<th>{name}' for name in head)}{cells}</table>"


def _of(part: Json) -> str:
    """The shapes of a body or an answer by content type; nothing when it is the error that all have in common."""
    contents: Json = part.get("content", {})
    shapes = (
        f" {_type(content.get('schema', {}))} (<code>{escape(kind)}</code>)" for kind, content in contents.items()
    )
    return "" if "/Error'" in (text := ",".join(shapes)) or "#Error'" in text else text


def _type(schema: Json) -> str:
    match schema:
        case {"$ref": str(ref)}:
            name = ref.rpartition("/")[2]
            return f"<a href='#{_anchor(name)}'>{escape(name)}</a>"
        case {"anyOf": list()} | {"oneOf": list()}:
            choices = cast("list[Json]", schema.get("anyOf") or schema["oneOf"])
            return " or ".join(dict.fromkeys(map(_type, choices)))
        case {"type": "array"}:
            return f"list of {_type(schema.get('items', {}))}{_bounds(schema)}"
        case {"enum": list()}:
            values = cast("list[object]", schema["enum"])
            return ", ".join(f"<code>{escape(str(value))}</code>" for value in values)
        case {"const": value}:
            return f"<code>{escape(str(value))}</code>"
        case _:
            kind = schema.get("format") or schema.get("type") or "any JSON"
            return escape(f"{kind}{_bounds(schema)}")


def _bounds(schema: Json) -> str:
    return "".join(_bound(schema))


def _bound(schema: Json) -> Iterator[str]:
    for low, high, unit in (
        ("minLength", "maxLength", " characters"),
        ("minimum", "maximum", ""),
        ("minItems", "maxItems", " items"),
    ):
        if low in schema or high in schema:
            yield f", {schema.get(low, 0)}..{schema.get(high, '')}{unit}"


def _anchor(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def _prose(text: str) -> str:
    return _QUOTED.sub(r"<code>\1</code>", escape(text))
