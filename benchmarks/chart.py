"""The chart of a run of the speed benchmarks: Snappy against its peers."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.bbox_docvqa.charts import COLORS, STYLE
from snappy_core.errors import MissingDependencyError, install_hint

FASTER, SLOWER, LACKING = COLORS[0], COLORS[1], COLORS[5]


def draw(report: Mapping[str, Any], file: Path) -> None:
    """Draw how many times as fast as each peer Snappy is, and which peers could not run, as a PNG.

    Args:
        report: from `speed.run_benchmarks`.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        OSError: the file cannot be written.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependencyError(f"charts need matplotlib: {install_hint('bench')}") from error
    rows = [(each["name"], times_as_fast(each)) for each in report["results"] if each["peer"]]
    lacking = [(each["name"], each["why"]) for each in report["not_run"]]
    file.parent.mkdir(parents=True, exist_ok=True)
    with rc_context({**STYLE, "axes.grid.axis": "x", "font.size": 9}):  # type: ignore[dict-item]
        figure = Figure(
            figsize=(10, 1.6 + 0.32 * len(rows) + 0.32 * len(lacking)), layout="constrained"
        )
        axes = figure.add_subplot()
        figure.suptitle("Snappy beside other engines: how many times as fast", x=0.01, ha="left")
        names = [name for name, _ in (*rows, *lacking)]
        ratios = [ratio for _, ratio in rows]
        bars = axes.barh(
            range(len(rows)), [ratio - 1 for ratio in ratios], 0.7, left=1,
            color=[FASTER if ratio >= 1 else SLOWER for ratio in ratios],
        )  # fmt: skip
        axes.bar_label(bars, [f"{ratio:.2g}" for ratio in ratios], padding=3)
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g}")
        axes.set_xlim(min([0.5, *ratios]) / 1.6, max([2, *ratios]) * 1.6)
        for place, (_, why) in enumerate(lacking, len(rows)):
            text = textwrap.shorten(f"not run: {why}", 76, placeholder=" …")
            axes.text(
                0.01, place, text, va="center", color=LACKING, transform=axes.get_yaxis_transform(),
                backgroundcolor="white",
            )  # fmt: skip
        axes.axvline(1, color="black", linewidth=0.8)
        axes.set_xlabel("times as fast; below 1 the other is faster")
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        figure.supxlabel(_caption(report), fontsize=7, color="#555555")
        figure.savefig(file, dpi=150)


def times_as_fast(result: Mapping[str, Any]) -> float:
    """Return the gain of a result, whose ratio may be a ratio of costs.

    >>> times_as_fast({"ratio": 2.0, "gain": True}), times_as_fast({"ratio": 2.0, "gain": False})
    (2.0, 0.5)
    """
    ratio = float(result["ratio"])
    return ratio if result["gain"] else 1 / ratio


def _caption(report: Mapping[str, Any]) -> str:
    installed = [f"{name} {each}" for name, each in report["versions"].items() if each]
    line = f"{report['machine']}, {report['date'][:10]}; {', '.join(installed)}"
    return textwrap.fill(line, 150)
