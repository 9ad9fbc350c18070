"""The source of the service, as the house rules look at it."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "whence"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A string of a module that is no docstring; `name` is that of its constant, or of the function around it."""

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
    """The string constants of the module; an f-string as a whole, constants of the module that it quotes filled in."""
    names = _names(module)
    values = {name: value for value, name in _constants(module).items()}
    pieces = {piece for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for piece in ast.walk(node)}
    ignored = set(_docstrings(module)) | pieces
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr) or (node not in ignored and _string(node) is not None):
            assert isinstance(node, ast.expr)
            yield Text(file=file, line=node.lineno, name=names.get(node, ""), value=_whole(node, values))


def _string(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _whole(node: ast.expr, values: Mapping[str, ast.expr]) -> str:
    match node:
        case ast.JoinedStr(values=parts):
            return "".join(_whole(part, values) for part in parts)
        case ast.FormattedValue(value=ast.Name(id=name)) if _is_text(values.get(name)):
            return _whole(values[name], {})
        case ast.FormattedValue(value=value):
            return "{" + ast.unparse(value) + "}"
        case _:
            return _string(node) or ""


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.JoinedStr) or (node is not None and _string(node) is not None)


def _names(module: ast.Module) -> dict[ast.expr, str]:
    names: dict[ast.expr, str] = {}
    for node in ast.walk(module):  # from the outside in: the innermost name stays
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names |= {inner: node.name for inner in ast.walk(node) if isinstance(inner, ast.expr)}
    return names | _constants(module)


def _constants(module: ast.Module) -> dict[ast.expr, str]:
    constants: dict[ast.expr, str] = {}
    for node in module.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                constants[value] = name
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                constants[value] = name
            case _:
                pass
    return constants


def _docstrings(module: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as constant), *_]:
                    yield constant
                case _:
                    pass
