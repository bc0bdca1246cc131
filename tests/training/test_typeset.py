"""Documents as Typst, and what their tags say."""

from collections import Counter

import pytest

pytest.importorskip("faker")
pytest.importorskip("typst")

import numpy as np

from snappy_core.parsing.layout.network import CLASSES
from training.layout.printing import print_typst
from training.layout.style import draw_style
from training.layout.tagged_pages import read_training_pages
from training.layout.text import Writer
from training.layout.typeset import ELEMENTS, draw_typescript, quoted

SEEDS = [1, 2, 3, 4, 5, 6]  # one and two columns, most elements


@pytest.fixture(scope="module")
def printed():
    return {seed: print_typst(draw_typescript(seed).source(10)) for seed in SEEDS}


def test_equal_seeds_write_equal_documents():
    assert draw_typescript(3) == draw_typescript(3)
    assert draw_typescript(3).source() != draw_typescript(4).source()


def test_fewer_elements_are_the_first_ones():
    typescript = draw_typescript(2)
    assert typescript.source(3) == "\n\n".join([typescript.opening, *typescript.elements[:3]])


def test_text_is_no_markup():
    assert quoted('*5* #x "y" \\ $z$') == r'#"*5* #x \"y\" \\ $z$"'
    assert b"%PDF" in print_typst(quoted('*5* #x "y" \\ $z$'))


@pytest.mark.parametrize("maker", ELEMENTS, ids=lambda maker: maker.__name__)
def test_every_element_is_valid(maker):
    writer = Writer.seeded(11)
    style = draw_style(writer, slides=False, most_columns=2)
    assert b"%PDF" in print_typst("\n\n".join(maker(writer, style) for _ in range(6)))


def test_tags_tell_what_stands_on_the_pages(printed, tmp_path, tags_of):
    counts, kinds, unknown = Counter(), set(), []
    for data in printed.values():
        counts += tags_of(data)
    for tag in ("H1", "P", "LI", "Table", "TR", "Caption", "Figure", "Formula", "Code", "Note"):
        assert counts[tag], tag
    for seed, data in printed.items():
        path = tmp_path / f"{seed}.pdf"
        path.write_bytes(data)
        for page in read_training_pages(path):
            kinds.update(CLASSES[kind] for kind in page.classes if kind >= 0)
            unknown.append(np.mean(page.classes[: len(page.runs)] < 0))
    assert kinds == set(CLASSES)
    assert np.mean(unknown) < 0.02
