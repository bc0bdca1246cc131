"""Figures put together from other things are one figure to those who learn from their tags."""

import shutil

import numpy as np
import pytest

pytest.importorskip("faker")

from snappy_core.parsing.layout.network import CLASSES
from training.layout.composites import bar_list, composite_figure
from training.layout.documents import Document
from training.layout.printing import Chromium
from training.layout.style import draw_style
from training.layout.tagged_pages import read_training_pages
from training.layout.text import Writer

WITHIN = {CLASSES.index(name) for name in ("figure", "caption")}


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
@pytest.mark.parametrize("maker", [composite_figure, bar_list])
def test_all_that_stands_in_one_is_of_one_figure(tmp_path, maker):
    source, printed, owned = tmp_path / "document.html", tmp_path / "document.pdf", 0
    with Chromium() as browser:
        for seed in range(2):
            writer = Writer.seeded(seed)
            style = draw_style(writer, most_columns=1)
            document = Document("report", style, "", (maker(writer, style),), "")
            source.write_text(document.html(), encoding="utf-8")
            printed.write_bytes(browser.print_pdf(source))
            (page,) = read_training_pages(printed)
            is_owned = page.groups >= 0
            owned += is_owned.sum()
            assert len(set(page.groups[is_owned].tolist())) == 1
            assert set(page.classes[is_owned].tolist()) <= WITHIN
            assert not np.any(page.rows >= 0)
    assert owned > 20
