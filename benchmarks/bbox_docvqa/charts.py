"""Charts of recorded runs as PNG files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.bbox_docvqa.reports import RETURNED
from snappy_core.errors import MissingDependencyError, install_hint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, whose colors color-blind people can distinguish.
COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")

STYLE: Mapping[str, Any] = {
    "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True,
    "grid.color": "#dddddd", "grid.linewidth": 0.6, "legend.frameon": False,
}  # fmt: skip

Summary = Mapping[str, Any]


def draw_charts(runs: Sequence[Summary], folder: str | os.PathLike[str]) -> list[Path]:
    """Draw the `recorded_summary` of runs as charts in `folder`; return their paths.

    `hits.png`: share of questions with an IoU of .5 by which regions count, with intervals;
    `categories.png`: the same by category; `curves.png`: by the required IoU; `tokens.png`: the
    tokens of the context.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        OSError: the folder cannot be created or written.
    """
    try:
        from cycler import cycler
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependencyError(f"charts need matplotlib: {install_hint('eval')}") from error
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = []
    style: Any = {**STYLE, "axes.prop_cycle": cycler(color=COLORS)}
    for name, draw, size in (
        ("hits", _hits, (9.0, 4.5)),
        ("categories", _categories, (11.0, 4.5)),
        ("curves", _curves, (12.0, 4.0)),
        ("tokens", _tokens, (9.0, 4.5)),
    ):
        paths.append(Path(folder) / f"{name}.png")
        with rc_context(style):
            figure = Figure(figsize=size, layout="constrained")
            draw(figure, runs)
            figure.savefig(paths[-1], dpi=150)
    return paths


def _hits(figure: Figure, runs: Sequence[Summary]) -> None:
    axes = _axes(figure, "Questions hit at IoU 0.5, by which regions count (95%)", "% of questions")
    names = [f"{prefix}hit50" for prefix in RETURNED]
    errors = [  # below and above each value
        100 * np.abs([np.array(run["intervals"][name]) - run[name] for name in names]).T
        for run in runs
    ]
    _bars(
        axes,
        list(RETURNED.values()),
        {run["model"]: [100 * run[name] for name in names] for run in runs},
        errors,
    )


def _categories(figure: Figure, runs: Sequence[Summary]) -> None:
    axes = _axes(figure, "Questions hit at IoU 0.5 by any selected region", "% of questions")
    names = sorted({name for run in runs for name in run["by_category"]})
    hits = {
        run["model"]: [100 * run["by_category"].get(name, {}).get("hit50", 0) for name in names]
        for run in runs
    }
    _bars(axes, names, hits)


def _curves(figure: Figure, runs: Sequence[Summary]) -> None:
    figure.suptitle("Questions by the mean IoU that they reach")
    panels = figure.subplots(1, len(RETURNED), sharey=True)
    for axes, prefix, title in zip(panels, RETURNED, RETURNED.values(), strict=True):
        for run in runs:
            curve = run["curve"][prefix.rstrip("_") or "selected"]
            thresholds = np.linspace(0, 1, len(curve))
            axes.plot(thresholds, 100 * np.array(curve), label=run["model"])
        axes.set(title=title, xlabel="mean IoU", xlim=(0, 1), ylim=(0, 100))
    panels[0].set_ylabel("% of questions")
    panels[-1].legend(loc="upper left", bbox_to_anchor=(1, 1))


def _tokens(figure: Figure, runs: Sequence[Summary]) -> None:
    axes = _axes(figure, "Context for all questions", "million tokens")
    names = {
        "tokens_selected": "selected regions",
        "tokens_all_ocr": "all text of the page",
        "tokens_full_image": "page as an image",
    }
    sums = {run["model"]: [run[name] / 1e6 for name in names] for run in runs}
    _bars(axes, list(names.values()), sums)


def _axes(figure: Figure, title: str, unit: str) -> Axes:
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_ylabel(unit)
    return axes


def _bars(
    axes: Axes,
    groups: Sequence[str],
    series: Mapping[str, Sequence[float]],
    errors: Sequence[np.ndarray[Any, Any]] | None = None,
) -> None:
    """Draw a group of bars for each name, one bar per series."""
    width = 0.8 / len(series)
    for index, (name, values) in enumerate(series.items()):
        bars = axes.bar(
            np.arange(len(groups)) + (index - (len(series) - 1) / 2) * width,
            values,
            width,
            label=name,
            yerr=None if errors is None else errors[index],
            error_kw={"elinewidth": 1, "capsize": 2},
        )
        if len(groups) * len(series) <= 12:
            axes.bar_label(bars, fmt="{:.1f}", padding=2, fontsize=8)
    axes.set_xticks(np.arange(len(groups)), groups)
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
