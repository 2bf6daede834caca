"""Which versions packages of one repository require of each other, and how that is rewritten."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Literal, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.repository import setup_script
from seatrial.repository.facts import DIRECT, Package
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import dig

Policy: TypeAlias = Literal["auto", "==", "~=", ">=", "keep"]

Rewrite: TypeAlias = Callable[[str], str]
Bind: TypeAlias = Callable[[str, str], str]

_LOWER = ("==", "===", ">=", ">", "~=")


def followed(specifier: str, policy: Policy, version: Version) -> str:
    """Give what a package requires of another one that is released.

    Args:
        specifier: what it requires now; empty for any version.
        policy: how packages of the repository require each other.
        version: what the other one is released as.

    Returns:
        The same where the policy leaves it alone, or where only a direct reference was given.
    """
    try:
        clauses = list(SpecifierSet(specifier))
    except InvalidSpecifier:
        # Poetry's "^1.2" is replaced where the policy says by what; what a path says never is.
        set_anew = policy not in {"auto", "keep"} and not specifier.startswith(DIRECT)
        return f"{policy}{_spelt(policy, version)}" if set_anew else specifier
    pinned = [one for one in clauses if one.operator in {"==", "==="} and "*" not in one.version]
    if policy == "keep" or (policy == "auto" and not pinned):
        return specifier
    operator = "==" if policy == "auto" else policy
    kept = [str(one) for one in clauses if one.operator not in _LOWER]
    if operator == "==":
        kept = []
    elif operator == "~=":  # It has an upper bound of its own.
        kept = [one for one in kept if one.startswith("!=")]
    alike = [one for one in clauses if one.operator == operator]
    if len(alike) == 1 and len(clauses) == len(kept) + 1 and _means(alike[0].version, version):
        return specifier
    return ",".join([f"{operator}{_spelt(operator, version)}", *sorted(kept)])


def is_set(specifier: str, policy: Policy) -> bool:
    """Whether a policy says which versions a requirement is of, whatever it says now.

    Args:
        specifier: what is required now; empty for any version.
        policy: how packages of the repository require each other.
    """
    if policy == "auto":
        return bool(re.match(r"\s*={2,3}(?!.*\*)", specifier))
    return policy != "keep"


def specifier_for(policy: Policy, version: Version) -> str:
    """Give the specifier that a sibling which is named by its path gets in a release.

    Args:
        policy: how packages of the repository require each other; "auto" sets a lower bound.
        version: of the sibling's release.
    """
    operator = policy if policy in {"==", "~=", ">="} else ">="
    return f"{operator}{_spelt(operator, version)}"


def admits(specifier: str, version: Version) -> bool:
    """Whether a requirement admits a version, pre-releases too."""
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def with_siblings(
    snapshot: Snapshot,
    package: Package,
    versions: Mapping[str, Version],
    policy: Policy,
    texts: Mapping[str, str | None],
) -> dict[str, str | None]:
    """Rewrite what a package requires of others that are released, extras and build included.

    Args:
        snapshot: the planned commit.
        package: which.
        versions: normalised name → version, of everything that is released.
        policy: how packages of the repository require each other.
        texts: path → whole new text of the files that are changed already.

    Returns:
        The same, with the manifests that change.
    """
    made = dict(texts)
    if policy == "keep" or not {one.name for one in package.requires} & versions.keys():
        return made

    def rewritten(text: str) -> str:
        return _rewritten(text, versions, policy)

    def bound(name: str, specifier: str) -> str:
        version = versions.get(canonicalize_name(name))
        return specifier if version is None else followed(specifier, policy, version)

    for name, change in _CHANGES.items():
        path = f"{package.path}/{name}" if package.path else name
        text = made.get(path, snapshot.text(path) if path in snapshot.files else None)
        if text is not None and (after := change(text, rewritten, bound)) != text:
            made[path] = after
    return made


def _pyproject(text: str, rewritten: Rewrite, bound: Bind) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    bare = text.removeprefix("\ufeff")
    try:
        document = tomlkit.parse(bare)
    except TOMLKitError:
        return text
    lists = [
        dig(document, "project", "dependencies"),
        dig(document, "build-system", "requires"),
        *_values(dig(document, "project", "optional-dependencies")),
    ]
    changed = False
    for one in lists:
        for place, line in enumerate(one if isinstance(one, list) else ()):
            if isinstance(line, str) and (after := rewritten(str(line))) != line:
                one[place] = after
                changed = True
    table = dig(document, "tool", "poetry", "dependencies")
    for name, said in list(table.items()) if isinstance(table, MutableMapping) else ():
        holder, key = (said, "version") if isinstance(said, MutableMapping) else (table, name)
        stated = holder.get(key)
        if isinstance(stated, str) and (after := bound(name, str(stated))) != stated:
            holder[key] = after
            changed = True
    if not changed:
        return text
    return ("\ufeff" if bare != text else "") + document.as_string()


def _values(table: object) -> list[Any]:
    return list(table.values()) if isinstance(table, Mapping) else []


def _setup_py(text: str, rewritten: Rewrite, bound: Bind) -> str:
    del bound
    tree = setup_script.parse(text)
    call = (setup_script.keywords(tree) if tree else None) or {}
    nodes = [call[name] for name in ("install_requires", "extras_require") if name in call]
    lines = text.removeprefix("\ufeff").split("\n")
    found = []
    for node in nodes:
        whole = node
        if isinstance(node, ast.Name) and tree is not None:
            whole = setup_script.assigned(tree, node.id) or node
        found += [one for one in ast.walk(whole) if isinstance(one, ast.Constant)]
    # From the end to the beginning, so that what stands before keeps its place.
    for one in sorted(found, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        if not isinstance(one.value, str) or one.end_lineno != one.lineno:
            continue
        line = lines[one.lineno - 1].encode()
        before, literal = line[: one.col_offset], line[one.col_offset : one.end_col_offset]
        if one.value.encode() in literal and (after := rewritten(one.value)) != one.value:
            whole_line = before + literal.replace(one.value.encode(), after.encode())
            lines[one.lineno - 1] = (whole_line + line[one.end_col_offset :]).decode()
    return ("\ufeff" if text.startswith("\ufeff") else "") + "\n".join(lines)


def _setup_cfg(text: str, rewritten: Rewrite, bound: Bind) -> str:
    """Rewrite the lines of the lists of requirements that stand by themselves."""
    del bound
    section = key = ""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if found := re.match(r"\[([^\]]+)\]", line):
            section, key = found[1].strip(), ""
        elif found := re.match(r"([\w.-]+)\s*[=:]", line):
            key = found[1]
        bare = line.strip()
        ours = section == "options.extras_require" or (section, key) == (
            "options",
            "install_requires",
        )
        if ours and bare and line[:1].isspace():
            lines[place] = line.replace(bare, rewritten(bare))
    return "\n".join(lines)


_CHANGES: Mapping[str, Callable[[str, Rewrite, Bind], str]] = {
    "pyproject.toml": _pyproject,
    "setup.py": _setup_py,
    "setup.cfg": _setup_cfg,
}


def _rewritten(text: str, versions: Mapping[str, Version], policy: Policy) -> str:
    """Rewrite a requirement (PEP 508) of what is released; anything else stays as it is."""
    try:
        read = Requirement(text)
    except InvalidRequirement:
        return text
    version = versions.get(canonicalize_name(read.name))
    if version is None or read.url:
        return text
    before = str(read.specifier)
    after = followed(before, policy, version)
    if after == before:
        return text
    extras = f"[{','.join(sorted(read.extras))}]" if read.extras else ""
    marker = f"; {read.marker}" if read.marker else ""
    return f"{read.name}{extras}{after}{marker}"


def _means(stated: str, version: Version) -> bool:
    try:
        return Version(stated) == version
    except ValueError:  # "1.*"
        return False


def _spelt(operator: str, version: Version) -> str:
    """Spell a version behind an operator; ``~=`` needs two numbers (PEP 440)."""
    if operator == "~=" and len(version.release) == 1:
        return f"{version}.0"
    return str(version)
