"""Charts are pictures that differ with what they show."""

import builtins
import re

import pytest
from PIL import Image

from benchmarks.bbox_docvqa.charts import draw_charts
from snappy_core.errors import MissingDependencyError, install_hint


def summary(model, hit, tokens=2_000_000):
    measures = {f"{prefix}hit50": hit for prefix in ("", "top3_", "top1_")}
    return {
        "model": model,
        **measures,
        "intervals": {name: [hit - 0.05, hit + 0.04] for name in measures},
        "by_category": {"cs": {"hit50": hit}, "math": {"hit50": hit / 2}},
        "curve": {name: [1, hit, 0] for name in ("selected", "top3", "top1")},
        "tokens_selected": tokens,
        "tokens_all_ocr": 3_000_000,
        "tokens_full_image": 4_000_000,
    }


def test_charts(tmp_path):
    pytest.importorskip("matplotlib")
    one = draw_charts([summary("small", 0.4)], tmp_path / "new" / "one")
    two = draw_charts([summary("small", 0.4), summary("large", 0.6, 1_000_000)], tmp_path)
    assert [path.name for path in two] == ["hits.png", "categories.png", "curves.png", "tokens.png"]
    for single, both in zip(one, two, strict=True):
        with Image.open(single) as a, Image.open(both) as b:
            assert (a.format, b.format) == ("PNG", "PNG")
            assert a.size == b.size
            assert min(b.size) > 500
        assert single.read_bytes() != both.read_bytes()


def test_without_matplotlib_the_command_is_named(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *arguments):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match=re.escape(install_hint("eval"))):
        draw_charts([summary("small", 0.4)], tmp_path)
