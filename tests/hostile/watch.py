"""Runs hostile files in other processes, which shield this one from crashes and hangs."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """The outcome of a case.

    Attributes:
        outcome: "indexed n pages", the error Snappy raised, or what went wrong.
        bad: something went wrong.
        detail: a traceback.
    """

    case: str
    outcome: str
    bad: bool
    detail: str = ""
    seconds: float = 0.0


def run(names: Sequence[str], seed: int, rounds: int = 1) -> Iterator[Outcome]:
    """Yield the outcome of each case by name; a process that dies is replaced."""
    left = list(names)
    while left:
        command = [sys.executable, "-m", "tests.hostile.runner", str(seed), str(rounds)]
        process = subprocess.Popen(
            command, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        out, err = process.communicate("\n".join(left))
        current = None
        for line in out.splitlines():
            facts = json.loads(line)
            current = facts["case"]
            if "outcome" in facts:
                bad = facts["outcome"].startswith("raised ")
                yield Outcome(current, facts["outcome"], bad, facts["trace"], facts["seconds"])
                left.remove(current)
                current = None
        if current is not None:
            how = "hung" if "Timeout (" in err else f"died with {process.returncode}"
            yield Outcome(current, how, True, err[-3000:])
            left.remove(current)
        elif left:
            raise RuntimeError(f"the runner failed with {process.returncode}: {err[-3000:]}")


def explain(outcome: Outcome, seed: int, rounds: int = 1) -> str:
    """Describe an outcome and how to reproduce it."""
    command = f"python -m tests.hostile --seed {seed} --rounds {rounds} --case {outcome.case!r}"
    return f"{outcome.case}: {outcome.outcome}\n  again: {command}\n{outcome.detail}"
