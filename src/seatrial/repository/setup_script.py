"""Python files read without running them: what a name is given, what ``setup()`` is called with."""

from __future__ import annotations

import ast
import functools
import posixpath
from collections.abc import Iterator, Mapping

import msgspec

KEYWORD = "setup(version)"
"""The locator of the version that ``setup()`` is called with."""

LONGEST_PATH = 200
"""Strings longer than this are no path that a script names."""


@functools.lru_cache(maxsize=8)
def parse(text: str) -> ast.Module | None:
    """Parse a module; nothing when it is no Python that this interpreter knows."""
    try:
        return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bindings(tree: ast.Module, name: str) -> list[ast.stmt]:
    """Give every statement of the module's own scope that gives a name a value."""
    return [statement for statement in _own_scope(tree.body) if name in _bound(statement)]


def assigned(tree: ast.Module, name: str) -> ast.expr | None:
    """Give the expression that a name is given, if exactly one statement gives it one."""
    found = bindings(tree, name)
    if len(found) == 1 and isinstance(found[0], ast.Assign | ast.AnnAssign):
        return found[0].value
    return None


def is_bound_again(text: str, name: str) -> bool:
    """Whether more than one statement of a module gives a name a value."""
    tree = parse(text)
    return tree is not None and len(bindings(tree, name)) > 1


def imported(tree: ast.Module, name: str) -> tuple[str, str, int] | None:
    """Give where the only binding of a name imports it from.

    Returns:
        The module, the name there, and the level (1 for a leading dot); nothing when the name is
        bound otherwise, or more than once.
    """
    found = bindings(tree, name)
    if len(found) == 1 and isinstance(found[0], ast.ImportFrom):
        for alias in found[0].names:
            if (alias.asname or alias.name) == name:
                return found[0].module or "", alias.name, found[0].level
    return None


def keywords(tree: ast.Module) -> dict[str, ast.expr] | None:
    """Give what ``setup()`` is called with, dictionaries passed with ``**`` included.

    Nothing when the module calls no ``setup``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "setup":
            found: dict[str, ast.expr] = {}
            for keyword in node.keywords:
                if keyword.arg is None:
                    found |= _dictionary(tree, keyword.value)
                else:
                    found[keyword.arg] = keyword.value
            return found
    return None


def passes_unknown(tree: ast.Module) -> bool:
    """Whether ``setup()`` is passed more than its call and the dictionaries there show."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "setup":
            return any(one.arg is None and not _is_plain(tree, one.value) for one in node.keywords)
    return False


def _is_plain(tree: ast.Module, node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        value = assigned(tree, node.id)
        changed = any(
            isinstance(call, ast.Call) and called(call) == f"{node.id}.update"
            for call in ast.walk(tree)
        )
        return (
            value is not None
            and not changed
            and not isinstance(value, ast.Name)
            and (_is_plain(tree, value))
        )
    if isinstance(node, ast.Dict):
        return all(isinstance(key, ast.Constant) for key in node.keys)
    return isinstance(node, ast.Call) and _called(node) == "dict"


def constant(tree: ast.Module, node: ast.expr | None) -> str:
    """Give the text that an expression comes to, one name followed; empty when not a literal."""
    if isinstance(node, ast.Name):
        node = assigned(tree, node.id)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def strings(node: ast.AST) -> frozenset[str]:
    """Give every string that stands in a piece of code."""
    return frozenset(
        found.value
        for found in ast.walk(node)
        if isinstance(found, ast.Constant) and isinstance(found.value, str)
    )


def paths(tree: ast.Module) -> frozenset[str]:
    """Give every path that a script puts together from literals.

    Plain strings, the strings of one call (``os.path.join(here, "src", "__init__.py")``), and
    strings joined with ``/``; names of strings stand for these, and other parts that are no
    literals are taken for the script's own folder.
    """
    found = set(strings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found.add("/".join(_literals(tree, node.args)))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found.add("/".join(_literals(tree, _operands(node))))
    short = {
        text
        for text in found
        if 0 < len(text) <= LONGEST_PATH and "\n" not in text and "\0" not in text
    }
    return frozenset(posixpath.normpath(text).lstrip("/") for text in short)


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A name of a module in this repository: ``module`` with dots, ``name`` in it."""

    module: str
    name: str


def reference(tree: ast.Module, node: ast.expr) -> Reference | None:
    """Give the module's name that an expression refers to (``demo.__version__``), or nothing."""
    if isinstance(node, ast.Name):
        found = imported(tree, node.id)
        return Reference(module=found[0], name=found[1]) if found and not found[2] else None
    if isinstance(node, ast.Attribute):
        module = dotted(node.value)
        for statement in _own_scope(tree.body):
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    if module in {alias.name, alias.asname}:
                        return Reference(module=alias.name, name=node.attr)
            elif isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    if module == (alias.asname or alias.name):
                        return Reference(module=f"{statement.module}.{alias.name}", name=node.attr)
    return None


def called(node: ast.expr) -> str:
    """Give the dotted name of what an expression calls (``versioneer.get_version``), or empty."""
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def dotted(node: ast.expr) -> str:
    """Give a name with dots as it is written; empty when the expression is anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _called(node: ast.Call) -> str:
    return called(node).rpartition(".")[2]


def _own_scope(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from _own_scope(getattr(statement, field, []))
        for handler in getattr(statement, "handlers", []):
            yield from _own_scope(handler.body)


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign):
        targets = [statement.target]
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target] if statement.value is not None else []
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    else:
        return set()
    # What is given to a part of a thing (x["a"] = 1) gives the name of the thing nothing.
    return {
        node.id
        for target in targets
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _dictionary(tree: ast.Module, node: ast.expr) -> Mapping[str, ast.expr]:
    if isinstance(node, ast.Name):
        value = assigned(tree, node.id)
        if value is None or isinstance(value, ast.Name):
            return {}
        return {**_dictionary(tree, value), **_given_later(tree, node.id)}
    if isinstance(node, ast.Dict):
        return {
            key.value: value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    if isinstance(node, ast.Call) and _called(node) == "dict":
        return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    return {}


def _given_later(tree: ast.Module, name: str) -> Mapping[str, ast.expr]:
    """Give what is put into a dictionary by key; what is put there twice is computed."""
    found: dict[str, ast.expr] = {}
    for statement in _own_scope(tree.body):
        if not isinstance(statement, ast.Assign):
            continue
        for target in statement.targets:
            if (
                isinstance(target, ast.Subscript)
                and isinstance(target.value, ast.Name)
                and target.value.id == name
                and isinstance(target.slice, ast.Constant)
                and isinstance(target.slice.value, str)
            ):
                key = target.slice.value
                found[key] = ast.Constant(value=None) if key in found else statement.value
    return found


def _literals(tree: ast.Module, nodes: list[ast.expr]) -> list[str]:
    return [text for node in nodes if (text := constant(tree, node))]


def _operands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return [*_operands(node.left), *_operands(node.right)]
    return [node]
