"""Compares two states of a package's sources with griffe, in a process of its own.

It is given a list of questions in JSON on its standard input, the file that it writes one answer
a line into, as soon as it has it, and the seconds that it has for each: when one takes longer it
ends, whatever griffe is at.  griffe reads the sources by their syntax trees; nothing of them is
imported.  What a hostile source can make it do ends with this process.
"""

from __future__ import annotations

import faulthandler
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import griffe
import msgspec
from griffe import Module

from seatrial.repository.api_values import Answer, Breakage, Question

TOLD = 200
"""How many breaking changes are told at most."""

_PRIVATE = frozenset(
    {"test", "tests", "testing", "conftest", "vendor", "vendored", "docs", "examples"}
)
_NO_LOSS = ("object", "ABC", "Generic", "Protocol", "Hashable", "Sized")
"""Bases whose loss breaks nothing by itself, by the last part of their name."""

_BARE = (
    *(*_NO_LOSS, "Enum", "IntEnum", "StrEnum", "Flag", "NamedTuple", "TypedDict", "BaseModel"),
    *("Exception", "ValueError", "TypeError", "RuntimeError", "KeyError", "AttributeError"),
    *("OSError", "IOError", "ImportError", "Warning", "UserWarning", "DeprecationWarning"),
)
"""Bases from elsewhere that bring no method which somebody would take for the package's own."""

_HOOKS = ("__new__", "__init_subclass__", "__post_init__", "__slots__", "__doc__", "__del__")
"""Names that Python itself asks for, and no caller."""

_INNER = ("TypeVar(", "ParamSpec(", "TypeVarTuple(", "getLogger(", "NewType(")
"""What makes values that annotations and the module itself need, and no caller."""

_PLAIN = (
    *("staticmethod", "classmethod", "abstractmethod", "overload", "override", "final"),
    *("wraps", "cache", "lru_cache", "deprecated", "contextmanager", "asynccontextmanager"),
)
"""Decorators that leave a function its parameters."""

_VARIADIC = (griffe.ParameterKind.var_positional, griffe.ParameterKind.var_keyword)

_SAID = {
    griffe.BreakageKind.PARAMETER_MOVED: "its parameter {} stands in another position",
    griffe.BreakageKind.PARAMETER_REMOVED: "its parameter {} is gone",
    griffe.BreakageKind.PARAMETER_CHANGED_KIND: "its parameter {} is passed in another way",
    griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED: "its parameter {} must now be given",
    griffe.BreakageKind.PARAMETER_ADDED_REQUIRED: "its new parameter {} must be given",
    griffe.BreakageKind.OBJECT_REMOVED: "it is gone",
    griffe.BreakageKind.OBJECT_CHANGED_KIND: "it is another kind of thing",
    griffe.BreakageKind.CLASS_REMOVED_BASE: "it no longer inherits from all it did",
}
"""What counts; other values, defaults and annotations break nobody by themselves."""


def compare(question: Question) -> Answer:
    """Compare the modules one by one."""
    found: set[Breakage] = set()
    unread: list[str] = []
    for name, before, after in question.modules:
        try:
            old = _load(name, Path(question.before, before))
            new = _load(name, Path(question.after, after))
            found |= {
                told
                for one in griffe.find_breaking_changes(old, new)
                if (told := _told(one, new, question)) is not None
            }
        except (griffe.GriffeError, ImportError, SyntaxError, ValueError, RecursionError):
            unread.append(name)
    return Answer(breakages=tuple(_joined(found))[:TOLD], unread=tuple(unread))


def _joined(found: Iterable[Breakage]) -> Iterator[Breakage]:
    """Put all that is said of one object into one, by path and line."""
    by_object: dict[str, list[Breakage]] = {}
    for one in sorted(found, key=lambda one: (one.path, one.line, one.object, one.said)):
        by_object.setdefault(one.object, []).append(one)
    for same in by_object.values():
        said = dict.fromkeys(one.said for one in same)
        yield msgspec.structs.replace(same[0], said="; ".join(said))


def _load(name: str, root: Path) -> Module:
    loaded = griffe.load(
        name,
        search_paths=[root],
        try_relative_path=False,
        allow_inspection=False,
        resolve_aliases=True,
        resolve_external=False,
    )
    if isinstance(loaded, Module):
        return loaded
    raise ImportError(name)


def _told(one: griffe.Breakage, new: Module, question: Question) -> Breakage | None:
    """Say a breakage in our words; nothing for what need not break anybody's code."""
    path = one.obj.path
    private = not _PRIVATE.isdisjoint(part.strip("_") for part in path.split("."))
    if private or not _counts(one, new, question):
        return None
    gone = one.kind is griffe.BreakageKind.OBJECT_REMOVED
    parameter = one.old_value if one.old_value is not None else one.new_value
    said = _SAID[one.kind]
    if isinstance(parameter, griffe.Parameter):
        said = said.format(parameter.name)
    file, line = _place(one.obj, Path(question.before if gone else question.after))
    return Breakage(object=path, said=said, path=file, line=line, gone=gone)


def _counts(one: griffe.Breakage, new: Module, question: Question) -> bool:
    kind, obj = one.kind, one.obj
    if kind not in _SAID:
        return False
    if kind is griffe.BreakageKind.OBJECT_REMOVED:
        return _is_loss(obj, new, question)
    if kind is griffe.BreakageKind.CLASS_REMOVED_BASE:
        left = {str(base) for base in one.new_value}
        lost = {str(base) for base in one.old_value} - left
        return any(_last(base) not in _NO_LOSS for base in lost)
    if kind is griffe.BreakageKind.OBJECT_CHANGED_KIND:
        # A function may become an object that is called, and a class a name for another one.
        return griffe.Kind.MODULE in {one.old_value, one.new_value} or (
            one.old_value is griffe.Kind.CLASS and one.new_value is griffe.Kind.FUNCTION
        )
    parameter = one.old_value if one.old_value is not None else one.new_value
    return isinstance(obj, griffe.Function) and _is_asked_for(parameter, obj)


def _is_loss(obj: griffe.Object | griffe.Alias, new: Module, question: Question) -> bool:
    """Whether what is no longer written is missed by anybody."""
    if obj.name in _HOOKS or (obj.name.startswith("__") and isinstance(obj.parent, Module)):
        return False  # __version__, __getattr__: what a module says of itself
    if isinstance(obj, griffe.Attribute) and any(word in str(obj.value) for word in _INNER):
        return False
    # A module that could not be parsed is there, too.
    file, _ = _place(obj, Path(question.before)) if obj.is_module else ("", 0)
    unparsed = file != "" and Path(question.after, file).exists()
    return not unparsed and not _may_be_there(obj, new)


def _is_asked_for(parameter: griffe.Parameter, function: griffe.Function) -> bool:
    """Whether callers know a parameter of a function."""
    if parameter.name in {"self", "cls"} or (
        # Operators are called by Python, which passes what they take by its place.
        re.fullmatch(r"__\w+__", function.name) and function.name not in {"__init__", "__call__"}
    ):
        return False
    decorators = [_last(one.callable_path) for one in function.decorators]
    static = "staticmethod" in decorators and isinstance(function.parent, griffe.Class)
    # "*args" and "**kwargs" take the same by any name.
    variadic = parameter.kind in _VARIADIC and any(
        other.kind is parameter.kind for other in function.parameters
    )
    # What a decorator makes of a function may take other parameters: a command, a fixture.
    plain = all(name in _PLAIN for name in decorators)
    return plain and not (static or variadic or parameter.name.startswith("_"))


def _last(path: str) -> str:
    return path.partition("[")[0].rpartition(".")[2]


def _may_be_there(old: griffe.Object | griffe.Alias, new: Module) -> bool:
    """Whether what is no longer written in a module or a class may be there all the same."""
    inner = old.path.split(".")[1:-1]
    try:
        parent = new[inner] if inner else new
        names = set(parent.all_members)
        # A base from elsewhere may bring it, and so may "import *" from elsewhere.
        whole = not isinstance(parent, griffe.Class) or _is_whole(parent)
    except (KeyError, griffe.GriffeError):
        return True
    return not whole or "__getattr__" in names or any(name.endswith("*") for name in names)


def _is_whole(owner: griffe.Class, depth: int = 10) -> bool:
    """Whether all that a class inherits is known."""
    bases = [base for base in owner.bases if _last(str(base)) not in _BARE]
    known = [base for base in owner.resolved_bases if base.name not in _BARE]
    classes = [base for base in known if isinstance(base, griffe.Class)]
    return (
        depth > 0
        and len(bases) <= len(classes)
        and all(_is_whole(base, depth - 1) for base in classes)
    )


def _place(obj: griffe.Object | griffe.Alias, root: Path) -> tuple[str, int]:
    """Give an object's file below a folder, and its line; what cannot be told is empty."""
    line = (obj.alias_lineno if isinstance(obj, griffe.Alias) else obj.lineno) or 0
    owner = obj.parent if isinstance(obj, griffe.Alias) else obj
    try:
        file = owner.filepath if owner is not None else root
    except (griffe.GriffeError, ValueError):
        return "", 0
    if isinstance(file, list) or not file.is_relative_to(root) or file == root:
        return "", 0
    return file.relative_to(root).as_posix(), line


def main() -> None:
    """Answer questions, in their order."""
    logging.disable(logging.CRITICAL)
    questions = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Question, ...])
    with Path(sys.argv[1]).open("wb", buffering=0) as answers:
        for question in questions:
            faulthandler.dump_traceback_later(float(sys.argv[2]), exit=True)
            answers.write(msgspec.json.encode(compare(question)) + b"\n")
            faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
