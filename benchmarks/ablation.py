"""What each rule of the layout earns: measures with all rules, less those without it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.layout_rules import RULES, Rule, switched_off
from benchmarks.oracle import measure_folder
from benchmarks.page_layouts import read_layouts
from snappy_core.evaluation.report import format_table
from snappy_core.parsing.options import ReadingOptions


def run_ablation(
    folders: Sequence[str | os.PathLike[str]],
    options: ReadingOptions,
    rules: Sequence[Rule] = RULES,
) -> dict[str, Any]:
    """Measure folders of tagged pages or of questions once for each rule, without it.

    Returns a dict for JSON: `measures` with all rules, as "folder: measure", and by name the
    `rules`, with how much each measure falls without them.

    Raises:
        LookupError: a rule names what is no longer there.
    """
    measures = _measure(folders, options)
    earned: dict[str, dict[str, float]] = {}
    for number, rule in enumerate(rules, start=1):
        print(f"{number}/{len(rules)} {rule.name}", file=sys.stderr)
        with switched_off(rule):
            without = _measure(folders, options)
        earned[rule.name] = {
            name: round(value - without.get(name, 0.0), 3) for name, value in measures.items()
        }
    return {"measures": measures, "rules": earned}


def _measure(
    folders: Sequence[str | os.PathLike[str]], options: ReadingOptions
) -> dict[str, float]:
    read = partial(read_layouts, options=options)
    return {
        f"{Path(folder).name}: {name}": value
        for folder in folders
        for name, value in measure_folder(folder, read).items()
    }


def ablation_report(result: Mapping[str, Any]) -> str:
    """Return what `run_ablation` returns as a table of rules and what changes without them."""
    rows = [
        [rule, ", ".join(f"{name} {value:+.3f}" for name, value in changes.items() if value)]
        for rule, changes in result["rules"].items()
    ]
    table = format_table(["rule", "earns"], [[rule, text or "nothing"] for rule, text in rows])
    return table.replace("_", " ")
