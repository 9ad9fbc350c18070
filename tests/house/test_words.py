"""Names: of vendors, of files, of clocks."""

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.house.source import ROOT, SOURCE, modules, texts

_VENDORS: Final = frozenset({"komodor", "dynatrace", "desk", "cloudforet", "spaceone", "cortex"})
_FORMER_NAMES: Final = {"spaceone": "cloudforet"}  # the wire still says it, and the folder has the new one
# What reads a vendor's files, for the command line and for the vendor's dialect alike, says whose they are.
_FORMATS: Final = ("descriptors/",)
_EMPTY_WORDS: Final = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"})
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CLOCKS: Final = frozenset({"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"})
_FILES: Final = [
    path
    for folder in ("src", "tests", "bench", "web/src", "docs")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and not {"node_modules", "__pycache__"} & set(path.parts)
]


def _spoken(file: str, module: ast.Module) -> Iterator[tuple[int, str]]:
    """Names and texts of the module; comments and docstrings may say where something is from."""
    yield from ((text.line, text.value) for text in texts(file, module))
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.ImportFrom(module=str(name)):
                yield node.lineno, name
            case _:
                pass


def _vendors(name: str) -> set[str]:
    words = [word.lower() for word in _WORDS.findall(name)]
    return {vendor for vendor in _VENDORS & set(words) if vendor != "desk" or words[0] == "desk"}  # a word of English


def test_a_vendor_is_named_in_its_own_folder_alone() -> None:
    """`if dialect == "acme"` anywhere else ties the core to a vendor: translate in the dialect."""
    strays = [
        f"{file}:{line} {vendor}"
        for file, module in modules()
        if not file.startswith(_FORMATS)
        for line, name in _spoken(file, module)
        for vendor in _vendors(name)
        if not file.startswith(f"dialects/{_FORMER_NAMES.get(vendor, vendor)}/")
    ]

    assert strays == []


def test_every_dialect_is_a_vendor_that_the_rule_knows() -> None:
    folders = {path.parent.name for path in (SOURCE / "dialects").glob("*/__init__.py")}

    assert folders - {"native"} <= _VENDORS


@pytest.mark.parametrize("below", ["domain", "correlate"])
def test_what_is_pure_reads_no_clock(below: str) -> None:
    """Time comes in as an argument, so that a recorded day replays."""
    read = [
        f"{file}:{node.lineno}"
        for file, module in modules(below)
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id) in _CLOCKS
    ]
    imported = [
        f"{file}:{node.lineno}"
        for file, module in modules(below)
        for node in ast.walk(module)
        if (isinstance(node, ast.Import) and "time" in {alias.name for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module == "time")
    ]

    assert read + imported == []


def test_no_file_is_named_after_nothing() -> None:
    """A noun of the domain says what is inside; these say that nobody knew."""
    empty = [
        str(path.relative_to(ROOT))
        for path in _FILES
        if _EMPTY_WORDS & {word.lower() for word in _WORDS.findall(path.stem)}
    ]

    assert empty == []
