"""Names of the package's own modules, followed to the literal without importing anything."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable

from seatrial.repository import setup_script
from seatrial.repository.manifest import Folder
from seatrial.repository.origin import Origin, at

DEEPEST = 5
"""How many imports and names are followed from one name."""


def attribute(folder: Folder, path: str, name: str, depth: int = 0) -> Origin | None:
    """Find the literal that a module's name comes to.

    A name that another name is given to, that is imported from a neighbouring module, or that
    joins a tuple of numbers is followed.

    Args:
        folder: the package's folder.
        path: the module's file, from there.
        name: the name in it.
        depth: how often a name has been followed already.

    Returns:
        The place of the literal; nothing when the name is computed otherwise.
    """
    text = folder.text(path)
    if text is None and folder.has(path):
        return at(folder, path, "python", name)
    if text is None or depth > DEEPEST:
        return None
    found = at(folder, path, "python", name)
    tree = setup_script.parse(text)
    if found.site or tree is None:
        return found if found.site else None
    imported = setup_script.imported(tree, name)
    if imported:
        module, inner, level = imported
        for candidate in _neighbours(path, module, level):
            if folder.has(candidate):
                return attribute(folder, candidate, inner, depth + 1)
        return None
    inner = _passed_on(setup_script.assigned(tree, name))
    return attribute(folder, path, inner, depth + 1) if inner else None


def find_module(folder: Folder, module: str, roots: Iterable[str]) -> str:
    """Give a module's file from the package's folder, or an empty string.

    Args:
        folder: the package's folder.
        module: its name with dots.
        roots: folders that packages lie in, from the package's folder ("src").
    """
    base = module.replace(".", "/")
    for root in roots:
        for path in (posixpath.join(root, f"{base}.py"), posixpath.join(root, base, "__init__.py")):
            if folder.has(path):
                return path
    return ""


def _neighbours(path: str, module: str, level: int) -> tuple[str, ...]:
    """Give the files that ``from module import …`` in a file may read."""
    base = posixpath.dirname(path)
    if level:
        for _ in range(level - 1):
            base = posixpath.dirname(base)
        roots = [base]
    else:
        # An absolute import of the package itself: from any folder above.
        roots = [base]
        while base:
            base = posixpath.dirname(base)
            roots.append(base)
    inner = module.replace(".", "/")
    return tuple(
        posixpath.join(root, inner, "__init__.py")
        if as_package
        else f"{posixpath.join(root, inner)}.py"
        for root in roots
        for as_package in (False, True)
        if inner
    )


def _passed_on(node: ast.expr | None) -> str:
    """Give the name whose value an expression passes on: ``X``, ``".".join(map(str, X))``."""
    if isinstance(node, ast.Name):
        return node.id
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    joins = node.func.attr == "join" and isinstance(node.func.value, ast.Constant)
    if not joins or node.func.value.value != ".":  # type: ignore[attr-defined]  # a Constant
        return ""
    names = {
        found.id
        for found in ast.walk(node.args[0] if node.args else node)
        if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Load)
    }
    # What is left beside the built-ins and the loop's own variable is the tuple.
    targets = {
        found.id
        for found in ast.walk(node)
        if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
    }
    names -= targets | {"map", "str"}
    return names.pop() if len(names) == 1 else ""
