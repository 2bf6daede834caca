"""Write the pages of the documentation that are made from the code.

Usage: python docs/generate.py [--check]

``reference/configuration.md`` comes from the docstrings of the schema, ``reference/commands.md``
from the command line's own help, ``reference/json.md`` and the schemas beside it from the values
that ``--json`` prints, ``errors/index.md`` from the tree of errors, ``rules`` from the docstrings
of the rules.  With ``--check``
nothing is written, and the exit code says whether the pages are what they would be.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click
import msgspec
import schemas
from msgspec import inspect as schema

from seatrial.cli.main import cli
from seatrial.config.schema import Settings
from seatrial.errors import SeatrialError
from seatrial.exitcodes import ExitCode
from seatrial.indexrules.judge import RULES_OF
from seatrial.indexrules.rulebook import RULES
from seatrial.inspection.catalogue import CATALOGUE, PYPI
from seatrial.rules.pages import pages as rule_pages

DOCS = Path(__file__).parent

CONFIGURATION = """\
# Configuration

Nothing has to be said where the repository speaks for itself. What is said stands in
`[tool.seatrial]` of `pyproject.toml`, or, with the same keys at the top, in `seatrial.toml`; not in
both. It is read from the planned commit, not from the working tree.

    [tool.seatrial]
    staging = "testpypi"

    [tool.seatrial.gate]
    tests = "pytest -q"

    [tool.seatrial.verify]
    python = ["3.11", "3.13"]
    run = ["python -c 'import hello'"]

[`seatrial init`](../beginning.md) writes the shortest configuration of a repository, and reads that
of other release tools. Editors
complete and check `seatrial.toml` with the [JSON Schema](schemas/configuration.json), and
`[tool.seatrial]` just so: the schema is that of the table.

An unknown key is an error that names the nearest known one. `seatrial config show` prints every
key with its value and the line that it comes from. Commands are split into words as a shell would,
and started without one.

"""

COMMANDS = """\
# Commands

Each command takes `--help`. With `--json`, what programs need is on standard output, in a layout
that stays; what people need is on standard error.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | refused by a rule or a gate; nothing outside was changed |
| 2 | the command or the configuration is wrong |
| 3 | incomplete: run it again, and it goes on |
| 4 | the world holds something else: a person decides |
| 130 | interrupted, and resumable |

"""

ERRORS = """\
# Errors

Every error says what was being done, to which thing, what the other side answered, and what can be
done next. Its name is also the `error` of the `--json` output, and the name of its page here.

"""

FINDINGS = """\
# Findings

What `seatrial inspect` and the inspection within a release find in wheels and sdists. A **fault**
stops a release. A **warning** is shown. A **note** is shown by `seatrial inspect` only: often it is
meant so. The code is also the `code` in the `--json` output.

`seatrial explain CODE` says the same in the terminal. In a policy, `refuse` makes a fault of a
code, and `ask` lets a person be asked.

| code | as a rule | what it means | what to do |
|---|---|---|---|
"""

PYPI_FINDINGS = f"""
## PyPI's own rules

As they stand in {RULES_OF}. The finding has PyPI's own words, where PyPI has any. For PyPI each is
a fault; for an index that is not PyPI it is a warning. `x500`: PyPI's server fails over it.

| code | what is refused |
|---|---|
"""

MEANINGS = {
    ExitCode.REFUSED: "Refused: nothing outside was changed",
    ExitCode.USAGE: "The command or the configuration is wrong",
    ExitCode.INCOMPLETE: "Incomplete: run it again, and it goes on",
    ExitCode.CONFLICT: "The world holds something else: a person decides",
    ExitCode.INTERRUPTED: "Interrupted",
}


def configuration() -> str:
    """Give the reference of all keys."""
    parts = [CONFIGURATION, *_tables(Settings, "[tool.seatrial]")]
    return "".join(parts).rstrip() + "\n"


def _tables(kind: type[msgspec.Struct], header: str) -> Iterator[str]:
    """Give one section for a table, then one for each table in it."""
    said = _attributes(kind)
    fields = cast("schema.StructType", schema.type_info(kind)).fields
    yield f"## `{header}`\n\n{_first_paragraph(kind)}\n\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|\n"
    for field in fields:
        default = _default(field)
        yield f"| `{field.encode_name}` | {_type(field.type)} | {default} | {said[field.name]} |\n"
    yield "\n"
    base = header.strip("[]")
    for field in fields:
        name = f"{base}.{field.encode_name}"
        for table, form in _tables_in(field.type, "[{}]"):
            yield from _tables(table, form.format(name))


def _tables_in(kind: schema.Type, form: str) -> Iterator[tuple[type[msgspec.Struct], str]]:
    """Give the tables that a key may hold, each with the form of its header."""
    if isinstance(kind, schema.StructType):
        yield kind.cls, form
    elif isinstance(kind, schema.VarTupleType):
        yield from _tables_in(kind.item_type, "[[{}]]")
    elif isinstance(kind, schema.DictType):
        yield from _tables_in(kind.value_type, "[{}.NAME]")
    elif isinstance(kind, schema.UnionType):
        for member in kind.types:
            yield from _tables_in(member, form)


def _attributes(kind: type) -> dict[str, str]:
    """Read the ``Attributes`` section of a docstring (Google style)."""
    section = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
    said: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if begun := re.match(r"    (\w+): (.*)", line):
            name = begun[1]
            said[name] = begun[2]
        elif line.strip() and name:
            said[name] += " " + line.strip()
    return {name: _markdown(text) for name, text in said.items()}


def _first_paragraph(kind: type) -> str:
    return _markdown(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0])


def _markdown(text: str) -> str:
    """Turn the little reStructuredText of docstrings into Markdown, fit for a table."""
    text = re.sub(r":\w+:`~?\.?([^`]+)`", r"`\1`", text)
    return text.replace("``", "`").replace("|", "\\|").replace("  ", " ").replace("\n", " ")


def _type(kind: schema.Type) -> str:
    words = {
        schema.StrType: "string",
        schema.BoolType: "boolean",
        schema.IntType: "integer",
        schema.FloatType: "number",
        schema.StructType: "table",
    }
    if isinstance(kind, schema.VarTupleType | schema.ListType):
        return f"array of {_type(kind.item_type)}s"
    if isinstance(kind, schema.DictType):
        return f"table of {_type(kind.value_type)}s"
    if isinstance(kind, schema.UnionType):
        return " or ".join(_type(member) for member in kind.types)
    if isinstance(kind, schema.LiteralType):
        return " or ".join(f"`{_toml(value)}`" for value in kind.values)
    return words.get(type(kind), "value")


def _default(field: schema.Field) -> str:
    if field.required:
        return "must be said"
    if isinstance(field.type, schema.StructType):
        return "see below"
    value = field.default
    if value is msgspec.NODEFAULT:
        value = field.default_factory()
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:  # noqa: ANN401 -- whatever a default may be
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, tuple):
        value = list(value)
    return msgspec.json.encode(value).decode()


def commands() -> str:
    """Give the reference of all commands."""
    context = click.Context(cli, info_name="seatrial")
    return COMMANDS + "\n".join(_command(context, cli, "seatrial")).rstrip() + "\n"


def _command(context: click.Context, command: click.Command, path: str) -> Iterator[str]:
    """Give a command's section, then those of its own commands."""
    if path != "seatrial":
        yield f"## `{path}`\n"
        yield _prose(command.help or "")
        if not isinstance(command, click.Group):
            yield f"    {path} {' '.join(command.collect_usage_pieces(context))}\n"
            yield from _parameters(context, command)
        if command.epilog:
            yield _prose(command.epilog)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = cast("click.Command", command.get_command(context, name))
            inner_context = click.Context(inner, parent=context, info_name=name)
            yield from _command(inner_context, inner, f"{path} {name}")


def _parameters(context: click.Context, command: click.Command) -> Iterator[str]:
    """Give a table of what can be said, without what needs no words."""
    rows = [
        record
        for parameter in command.params
        if (record := parameter.get_help_record(context)) is not None and record[1]
    ]
    if rows:
        yield "| option | meaning |\n|---|---|"
        for names, meaning in rows:
            yield f"| {_code(names)} | {meaning.replace('|', _PIPE)} |"
        yield ""


_PIPE = "&#124;"


def _code(text: str) -> str:
    """Write code for a table's cell, where a bar would begin the next one."""
    return f"<code>{text.replace('|', _PIPE)}</code>" if "|" in text else f"`{text}`"


def _prose(text: str) -> str:
    """Turn click's help into Markdown: a paragraph that begins with a backspace stays as it is."""
    paragraphs = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            lines = paragraph.removeprefix("\b").strip("\n").splitlines()
            paragraphs.append("\n".join(f"    {line}" for line in lines))
        else:
            paragraphs.append(" ".join(paragraph.split()))
    return "\n\n".join(paragraphs) + "\n"


def errors() -> str:
    """Give the list of all errors, by exit code."""
    text = ERRORS
    for code, meaning in MEANINGS.items():
        text += f"## {meaning} ({int(code)})\n\n"
        for kind in leaves(SeatrialError):
            if kind.exit_code == code:
                slug = kind("").slug
                text += f"- [{slug}]({slug}.md): {_clause(kind)}\n"
        text += "\n"
    return text.rstrip() + "\n"


def findings() -> str:
    """Give the table of what an inspection can find."""
    rows = (
        f"| `{code}` | {entry.severity} | {entry.means} | {entry.mend} |"
        for code, entry in CATALOGUE.items()
    )
    pypi = (
        f"| `{PYPI}{rule.lower()}` | {said[0].upper()}{said[1:]}. |" for rule, said in RULES.items()
    )
    return FINDINGS + "\n".join(rows) + "\n" + PYPI_FINDINGS + "\n".join(pypi) + "\n"


def leaves(kind: type[SeatrialError]) -> Iterator[type[SeatrialError]]:
    """Give the errors that are raised: those with no kinds of their own."""
    kinds = kind.__subclasses__()
    if not kinds:
        yield kind
    for inner in kinds:
        yield from leaves(inner)


def _clause(kind: type) -> str:
    """Give the first sentence with a small letter, unless it begins with an acronym."""
    text = _first_paragraph(kind)
    word = text.split()[0]
    return text if len(word) > 1 and word.isupper() else text[0].lower() + text[1:]


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are not current."""
    pages = {
        DOCS / "reference" / "configuration.md": configuration(),
        DOCS / "reference" / "commands.md": commands(),
        DOCS / "reference" / "json.md": schemas.page(),
        DOCS / "errors" / "index.md": errors(),
        DOCS / "reference" / "findings.md": findings(),
        **{DOCS / "rules" / name: text for name, text in rule_pages().items()},
    }
    folder = DOCS / "reference" / "schemas"
    pages |= {folder / name: text for name, text in schemas.schemas().items()}
    pages[folder / "configuration.json"] = schemas.configuration()
    stale = [
        page for page, text in pages.items() if not page.exists() or page.read_text("utf-8") != text
    ]
    for page in stale:
        if "--check" in arguments:
            sys.stderr.write(f"{page} is not what the code says: run make docs, and commit it\n")
        else:
            page.parent.mkdir(exist_ok=True)
            page.write_text(pages[page], "utf-8")
    for page in set((DOCS / "rules").glob("*.md")) - pages.keys():
        stale.append(page)
        sys.stderr.write(f"{page} belongs to no rule: remove it\n")
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
