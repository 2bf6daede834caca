"""A workflow of GitHub Actions as the rules see it: jobs and steps, each with its line.

Source: the workflow syntax reference of GitHub Actions.  Nothing is evaluated: an expression
(``${{ … }}``) stays the text it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

DEEPEST = 60
"""How deep a document may be nested."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a YAML document, looked into without building what aliases could multiply.

    Args:
        node: what the parser made.
    """

    node: Node | None = None

    @property
    def line(self) -> int:
        """Its first line, from 1; 0 when there is no value."""
        return self.node.start_mark.line + 1 if self.node is not None else 0

    @property
    def first_line(self) -> int:
        """The line of its first character of text: a block's text begins below its mark."""
        block = isinstance(self.node, ScalarNode) and self.node.style in {"|", ">"}
        return self.line + 1 if block else self.line

    @property
    def text(self) -> str:
        """A scalar as it is written; empty for anything else."""
        return str(self.node.value) if isinstance(self.node, ScalarNode) else ""

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.node, MappingNode)

    def get(self, *path: str) -> Value:
        """Give what lies under keys; a value that is not there when there is nothing."""
        at = self
        for key in path:
            at = next((value for name, value in at.items() if name.text == key), Value())
        return at

    def items(self) -> Iterator[tuple[Value, Value]]:
        """Give the keys and values of a mapping; nothing for anything else."""
        if isinstance(self.node, MappingNode):
            for key, value in self.node.value:
                yield Value(key), Value(value)

    def elements(self) -> Iterator[Value]:
        """Give the elements of a sequence; a scalar is its own only element."""
        if isinstance(self.node, SequenceNode):
            for node in self.node.value:
                yield Value(node)
        elif isinstance(self.node, ScalarNode) and self.text:
            yield self

    def __bool__(self) -> bool:
        return self.node is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a script, continued lines joined: its text, and where it begins."""

    number: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a job.

    Attributes:
        value: the whole step.
    """

    value: Value

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.value.line

    @property
    def uses(self) -> Value:
        """The action it calls."""
        return self.value.get("uses")

    @property
    def action(self) -> str:
        """The action's name without its version, in lower case."""
        return self.uses.text.partition("@")[0].strip().lower()

    @property
    def ref(self) -> str:
        """The version of the action."""
        return self.uses.text.partition("@")[2].strip()

    def given(self, name: str) -> Value:
        """Give an input of the action."""
        return self.value.get("with", name)

    @functools.cached_property
    def script(self) -> tuple[Line, ...]:
        """The lines of what it runs, without comments."""
        run = self.value.get("run")
        lines: list[Line] = []
        joined, number = "", 0
        for at, text in enumerate(run.text.split("\n"), run.first_line):
            if not joined:
                number = at
            if text.endswith("\\"):
                joined += text[:-1] + " "
                continue
            whole = (joined + text).strip()
            joined = ""
            if whole and not whole.startswith("#"):
                lines.append(Line(number=number, text=whole))
        return tuple(lines)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job of a workflow.

    Attributes:
        id: its name in the file.
        value: the whole job.
        line: where it begins.
    """

    id: str
    value: Value
    line: int

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """Its steps, in order."""
        return tuple(
            Step(value=value) for value in self.value.get("steps").elements() if value.is_mapping
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The jobs that it names itself."""
        return tuple(value.text for value in self.value.get("needs").elements())


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """One file of ``.github/workflows``.

    Attributes:
        path: from the repository's root.
        root: the document; nothing when it cannot be read.
        problem: why it cannot be read, or empty.
        line: where that was noticed.
        jobs: its jobs, by name.
    """

    path: str
    root: Value
    problem: str = ""
    line: int = 0
    jobs: Mapping[str, Job] = field(default_factory=dict)

    @property
    def triggers(self) -> frozenset[str]:
        """The events that start it."""
        on = self.root.get("on")
        if on.is_mapping:
            return frozenset(name.text for name, _ in on.items())
        return frozenset(value.text for value in on.elements())

    def waits_for(self, job: Job) -> frozenset[str]:
        """Give the names of all jobs that end before a job begins."""
        found: set[str] = set()
        open_ = list(job.needs)
        while open_:
            name = open_.pop()
            if name not in found:
                found.add(name)
                open_ += self.jobs[name].needs if name in self.jobs else ()
        return frozenset(found)


def read_workflow(path: str, text: str) -> Workflow:
    """Read a workflow.

    Args:
        path: from the repository's root.
        text: its content.
    """
    try:
        if _depth(text) > DEEPEST:
            return Workflow(path=path, root=Value(), problem="it is nested too deep")
        root = Value(yaml.compose(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Workflow(
            path=path,
            root=Value(),
            problem=str(error.problem or error.context or "it is no YAML"),
            line=mark.line + 1 if mark else 0,
        )
    except (yaml.YAMLError, ValueError) as error:
        return Workflow(path=path, root=Value(), problem=str(error).partition("\n")[0])
    jobs = {
        name.text: Job(id=name.text, value=value, line=name.line)
        for name, value in root.get("jobs").items()
        if value.is_mapping
    }
    return Workflow(path=path, root=root, jobs=jobs)


def _depth(text: str) -> int:
    """Give how deep a document is nested: its events tell, before anything is built."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


def names(values: Sequence[Job]) -> str:
    """Give the names of jobs as a person lists them."""
    return ", ".join(job.id for job in values)
