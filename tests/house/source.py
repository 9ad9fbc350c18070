"""The source of the service, as the house rules look at it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "whence"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A string constant of a module that is no docstring; `name` is the constant that holds it, if one does."""

    file: str
    line: int
    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name}"


def modules(below: str = "") -> Iterator[tuple[str, ast.Module]]:
    """Every module below that folder of the source that is no test, by its path from the source's root."""
    for path in sorted((SOURCE / below).rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        if "/tests/" not in file and not file.endswith(("_pb2.py", "_pb2_grpc.py")):
            yield file, ast.parse(path.read_text(encoding="utf-8"), filename=file)


def texts(file: str, module: ast.Module) -> Iterator[Text]:
    """The string constants of the module."""
    names = _names(module)
    docstrings = set(_docstrings(module))
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield Text(file=file, line=node.lineno, name=names.get(node, ""), value=node.value)


def _names(module: ast.Module) -> dict[ast.expr, str]:
    names: dict[ast.expr, str] = {}
    for node in ast.walk(module):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                names[value] = name
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[value] = name
            case _:
                pass
    return names


def _docstrings(module: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as constant), *_]:
                    yield constant
                case _:
                    pass
