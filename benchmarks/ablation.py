"""What each layout rule contributes: measures with all rules, minus those without it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.layout_rules import RULES, Rule, switched_off
from benchmarks.oracle import measure_folder
from benchmarks.page_layouts import PageLayout, PageRef, read_layouts
from snappy_core.evaluation.report import format_table
from snappy_core.parsing.options import ReadingOptions


def run_ablation(
    folders: Sequence[str | os.PathLike[str]],
    options: ReadingOptions,
    rules: Sequence[Rule] = RULES,
) -> dict[str, Any]:
    """Measure folders of tagged pages or of questions once for each rule, without that rule.

    Returns a dict for JSON: `measures` with all rules, as "folder: measure"; the number of
    `pages`; and `rules` by name, each with how much the measures drop without it (`earns`) and
    the number of pages on which it changes the boxes of regions or their order (`pages`).

    Raises:
        LookupError: a rule names something that no longer exists.
    """
    measures, layouts = _measure(folders, options)
    results: dict[str, dict[str, Any]] = {}
    for number, rule in enumerate(rules, start=1):
        print(f"{number}/{len(rules)} {rule.name}", file=sys.stderr)
        with switched_off(rule):
            measures_without, layouts_without = _measure(folders, options)
        results[rule.name] = {
            "earns": {
                name: round(value - measures_without.get(name, 0.0), 3)
                for name, value in measures.items()
            },
            "pages": sum(
                not np.array_equal(page.boxes, page_without.boxes)
                for page, page_without in zip(layouts, layouts_without, strict=True)
            ),
        }
    return {"measures": measures, "pages": len(layouts), "rules": results}


def _measure(
    folders: Sequence[str | os.PathLike[str]], options: ReadingOptions
) -> tuple[dict[str, float], list[PageLayout]]:
    """Return the measures of folders and the layouts of their pages."""
    layouts: list[PageLayout] = []

    def read(pages: Sequence[PageRef]) -> list[PageLayout]:
        found = list(read_layouts(pages, options))
        layouts.extend(found)
        return found

    measures = {
        f"{Path(folder).name}: {name}": value
        for folder in folders
        for name, value in measure_folder(folder, read).items()
    }
    return measures, layouts


def ablation_report(result: Mapping[str, Any]) -> str:
    """Return the result of `run_ablation` as a table of rules, with the measures that change."""
    rows = [
        [rule, f"{row['pages']} of {result['pages']}", _changes(row["earns"]) or "nothing"]
        for rule, row in result["rules"].items()
    ]
    return format_table(["rule", "pages changed", "earns"], rows)


def _changes(earns: Mapping[str, float]) -> str:
    """Return the measures of each folder that change, as text."""
    by_folder: dict[str, list[str]] = {}
    for name, value in earns.items():
        folder, _, measure = name.partition(": ")
        if value:
            by_folder.setdefault(folder, []).append(f"{measure.replace('_', ' ')} {value:+.3f}")
    return "; ".join(f"{folder}: {', '.join(texts)}" for folder, texts in by_folder.items())
