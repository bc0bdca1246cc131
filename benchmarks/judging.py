"""Judges: can they distinguish questions that a document answers from those it does not?

The folder is one of MMDocIR (see `benchmarks.evidence`) with an added `unanswerable.json`: for
each file in `pdfs/`, questions about it that it does not answer.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.evidence import load_page_questions
from snappy_core import ReadingOptions, RegionIndex
from snappy_core.evaluation.metrics import auroc
from snappy_core.evaluation.report import format_table
from snappy_core.search.options import Judge

UNANSWERABLE = "unanswerable.json"
LEAST = 0.5
"""The minimum probability at which a question counts as answered."""


def load_judge(name: str) -> Judge:
    """Return the judge at "module:name": a function of a question and hits.

    Raises:
        ValueError: there is no such function.
    """
    module, _, attribute = name.partition(":")
    try:
        judge = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"no judge {name!r}, which is to be module:function ({error})") from None
    if not callable(judge):
        raise ValueError(f"{name!r} is no function of a question and hits")
    return judge  # type: ignore[no-any-return]


def load_questions(folder: Path) -> dict[Path, list[tuple[str, bool]]]:
    """Return the questions about each document, and whether it answers them.

    Raises:
        FileNotFoundError: the folder has no `unanswerable.json`, or no questions.
        ValueError: a file is not in its format.
    """
    path = folder / UNANSWERABLE
    unanswerable = json.loads(path.read_bytes())
    if not isinstance(unanswerable, dict):
        raise ValueError(f"{path}: is no object of file names and questions")
    questions: dict[Path, list[tuple[str, bool]]] = defaultdict(list)
    for question in load_page_questions(folder):
        questions[question.path].append((question.question, True))
    for name, texts in unanswerable.items():
        questions[folder / "pdfs" / name] += [(str(text), False) for text in texts]
    return questions


def run_judging(folder: Path, judge: Judge, *, k: int = 5) -> dict[str, Any]:
    """Ask each question about its document, and the judge about the hits.

    Returns the AUROC, for the judge and for the signals of the search without it, and the shares of
    questions with a probability of at least .5, among the answered ones and the others.
    """
    answers: list[bool] = []
    signals: list[float] = []
    judgments: list[float] = []
    for path, questions in load_questions(folder).items():
        with RegionIndex() as index:
            index.add(path, reading=ReadingOptions(), progress=False).raise_failed()
            for question, is_answered in questions:
                hits = index.search(question, k=k)
                judgment = index.search(question, k=k, judge=judge)
                answers.append(is_answered)
                signals.append(_known(hits.answerable))
                judgments.append(_known(judgment.answerable))
    return {
        "answered": sum(answers),
        "unanswered": len(answers) - sum(answers),
        "judge": _measures(judgments, answers),
        "signals": _measures(signals, answers),
    }


def judging_report(summary: Mapping[str, Any]) -> str:
    """Return the result of `run_judging` as a table."""
    counts = f"{summary['answered']} answered, {summary['unanswered']} unanswered"
    names = ("auroc", "answered", "unanswered")
    rows = [[who, *(f"{summary[who][name]:.3f}" for name in names)] for who in ("judge", "signals")]
    header = [counts, "AUROC", f"answered >= {LEAST}", f"unanswered >= {LEAST}"]
    return format_table(header, rows)


def _known(answerable: float | None) -> float:
    """Return a probability; a search without one shows its hits."""
    return 1.0 if answerable is None else answerable


def _measures(chances: Sequence[float], answers: Sequence[bool]) -> dict[str, float]:
    values, answered = np.array(chances), np.array(answers)
    return {
        "auroc": round(auroc(values, answered), 3),
        "answered": round(float((values[answered] >= LEAST).mean()), 3),
        "unanswered": round(float((values[~answered] >= LEAST).mean()), 3),
    }
