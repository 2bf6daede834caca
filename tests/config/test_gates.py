"""Gates that run once for each choice of their environment."""

from __future__ import annotations

import pytest

from seatrial.config.load import load
from seatrial.errors import InvalidConfiguration
from seatrial.plan.gates import gates_of


def gates(text: str) -> dict[str, dict[str, str]]:
    """Give key → environment of the gates that a configuration asks for."""
    wanted = load({"seatrial.toml": text}).settings.gate
    made = gates_of(wanted, need="tag v1", roots=(), timeout=1.0)
    assert len({one.key for one in made}) == len(made)
    return {one.key: one.env for one in made}


def test_a_gate_runs_with_each_combination() -> None:
    """One value is given to all; of several each makes a gate, named after it."""
    text = '[gate]\nlint = "ruff check"\n[gate.tests]\ncommand = "pytest"\n'
    env = 'env = { SERVER = ["3", "4"], MODE = ["a", "b/c"], ONE = "1" }\n'
    assert gates(text + env) == {
        "gate lint": {},
        "gate tests SERVER=3 MODE=a": {"SERVER": "3", "MODE": "a", "ONE": "1"},
        "gate tests SERVER=3 MODE=b-c": {"SERVER": "3", "MODE": "b/c", "ONE": "1"},
        "gate tests SERVER=4 MODE=a": {"SERVER": "4", "MODE": "a", "ONE": "1"},
        "gate tests SERVER=4 MODE=b-c": {"SERVER": "4", "MODE": "b/c", "ONE": "1"},
    }
    assert gates(text) == {"gate lint": {}, "gate tests": {}}


def test_names_that_would_be_the_same_are_told_apart() -> None:
    """Two values that a file's name cannot tell apart make two gates all the same."""
    text = '[gate.t]\ncommand = "x"\nenv.A = ["a/b", "a:b"]\n'
    assert sorted(gates(text)) == ["gate t A=a-b", "gate t A=a-b-"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('env = { A = [] }\ncommand = "x"', "a value, or several"),
        ('env = { A = ["1", "1"] }\ncommand = "x"', "a value, or several"),
        ('env = { "A B" = "1" }\ncommand = "x"', "no name of a variable"),
        ('env = { A = "a\\u0000" }\ncommand = "x"', "no NUL"),
        ("env = { A = 1 }", "command is missing"),
        ('command = ""', "gate.t"),
        (f'command = "x"\nenv.A = {[str(n) for n in range(101)]}', "101 combinations"),
    ],
)
def test_an_environment_that_makes_no_sense_is_refused(text: str, said: str) -> None:
    """The configuration is refused where it stands, before anything runs."""
    with pytest.raises(InvalidConfiguration) as caught:
        load({"seatrial.toml": f"[gate.t]\n{text}\n"})
    assert said in str(caught.value)
