"""From printed pages to a network that predicts: the whole of training in miniature."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("faker")
pytest.importorskip("onnx")
pytest.importorskip("torch")

import onnxruntime
import torch

from snappy_core.parsing.layout.features import page_nodes
from snappy_core.parsing.layout.network import CLASSES
from training.layout import make
from training.layout.examples import draw_examples, example
from training.layout.export import export
from training.layout.fonts import missing_fonts
from training.layout.make import is_printed, print_pages, read_pages
from training.layout.noise import like_ocr, vary
from training.layout.printing import Chromium
from training.layout.train import train

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")

HTML = """
<style>td, th { padding: 2px 20px }</style>
<h1>The Harbor Board</h1>
<p>Fourteen boats land at Brae each week, and nine of them stay for the night at the pier.</p>
<ul><li>Ring the harbor office.</li><li>Wait for the green light at the mole.</li></ul>
<table role="table"><caption>Table 1: dues</caption>
<tr><th>Port</th><th>Boats</th></tr><tr><td>Ardwick</td><td>14</td></tr>
<tr><td>Brae</td><td>9</td></tr></table>
<figure><svg role="img" aria-label="chart" width="200" height="90"><rect width="60" height="80"/>
<text x="80" y="40">Landed</text></svg></figure>
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    with Chromium() as browser:
        for number in range(3):
            source = folder / f"{number}.html"
            source.write_text(HTML.replace("Fourteen", "Fourteen " * (number + 1)))
            (folder / f"{number}.pdf").write_bytes(browser.print_pdf(source))
    return list(read_pages(folder))


def truth_of(page):
    """The class, block, row and group of each run, by its text."""
    numbers = zip(page.classes, page.blocks, page.rows, page.groups, strict=True)
    return {
        text: (CLASSES[kind], *rest)
        for text, (kind, *rest) in zip(page.runs.texts, numbers, strict=False)
    }


def test_the_tags_of_a_page_are_its_truth(pages):
    truth = truth_of(pages[0])
    kinds = {text: kind for text, (kind, *_) in truth.items()}
    assert kinds["The Harbor Board"] == "heading"
    assert kinds["Table 1: dues"] == "caption"
    assert (kinds["Ardwick"], kinds["Landed"]) == ("table", "figure")
    assert {kinds[text] for text in kinds if "office" in text} == {"list_item"}
    (_, cell, row, group), (_, cell_9, row_9, group_9) = truth["Brae"], truth["9"]
    assert (cell != cell_9, row == row_9, group == group_9) == (True, True, True)
    assert truth["Ardwick"][2] != row
    assert truth["Table 1: dues"][3] == group
    assert CLASSES[pages[0].classes[-1]] == "figure"  # the area of the chart


def test_a_network_is_trained_exported_and_predicts(pages, tmp_path):
    (network,) = train(pages, epochs=30)
    export([network], tmp_path / "layout.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "layout.onnx")
    page = pages[0]
    nodes = page_nodes(
        page.runs, page.areas, page.area_scores, page.frames, page.ruling_lines, page.width,
        page.height,
    )  # fmt: skip
    classes, relations = session.run(None, {"nodes": nodes.features, "pairs": nodes.pairs})
    batch = [torch.tensor(array)[None] for array in (nodes.features, nodes.pairs)]
    _, expected = network.eval()(*batch, torch.zeros(1, len(nodes.features)))
    assert relations == pytest.approx(expected[0].detach().numpy(), abs=1e-3)
    assert classes.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert relations[..., :3] == pytest.approx(relations[..., :3].transpose(1, 0, 2), abs=1e-4)
    assert relations[..., 3] == pytest.approx(-relations[..., 3].T, abs=1e-4)
    known = page.classes >= 0
    assert (classes.argmax(axis=1) == page.classes)[known].mean() > 0.8


def test_networks_are_exported_as_their_mean(pages, tmp_path):
    networks = train(pages, epochs=1, seeds=(0, 1))
    random = np.random.default_rng(0)
    feed = {
        "nodes": random.random((5, networks[0].node_features), np.float32),
        "pairs": random.random((5, 5, networks[0].pair_features), np.float32),
    }
    outputs = []
    for number, chosen in enumerate((networks[:1], networks[1:], networks)):
        export(chosen, tmp_path / f"{number}.onnx")
        outputs.append(onnxruntime.InferenceSession(tmp_path / f"{number}.onnx").run(None, feed))
    for first, second, mean in zip(*outputs, strict=True):
        assert np.abs(first - second).max() > 1e-2
        assert mean == pytest.approx((first + second) / 2, abs=1e-4)


def test_training_gives_the_same_network_again(pages):
    first, second = (train(pages, epochs=5, seeds=(0, 1)) for _ in range(2))
    for network, again in zip(first, second, strict=True):
        pairs = zip(network.parameters(), again.parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)


def test_pages_are_drawn_without_repetition_and_varied_anew(pages):
    random = np.random.default_rng(0)
    with ThreadPoolExecutor() as pool:
        first, second = (draw_examples(pages * 20, random, pool, most=40) for _ in range(2))
        again = draw_examples(pages * 20, np.random.default_rng(0), pool, most=40)
    assert len(first) == len(second) == 40
    assert all(np.array_equal(a.nodes, b.nodes) for a, b in zip(first, again, strict=True))
    drawn = [{e.nodes.tobytes() for e in examples} for examples in (first, second)]
    assert len(drawn[0]) > 30
    assert not drawn[0] & drawn[1]


def test_noise_leaves_the_truth_and_takes_what_ocr_does_not_see(pages):
    noisy = like_ocr(pages[0], np.random.default_rng(0))
    count = len(pages[0].runs)
    assert (len(noisy.runs), len(noisy.areas), len(noisy.frames)) == (count, 0, 0)
    assert (noisy.classes == pages[0].classes[:count]).all()
    assert not noisy.runs.bold.any()
    assert example(noisy).relations.shape == (4, count, count)


def test_sizes_of_ocr_do_not_tell_blocks(pages):
    random = np.random.default_rng(0)
    blocks = pages[0].blocks[: len(pages[0].runs)]
    sizes = np.stack([like_ocr(pages[0], random).runs.sizes for _ in range(60)])
    equal = (sizes[:, 1:] == sizes[:, :-1]).mean(axis=0)
    same = blocks[1:] == blocks[:-1]
    assert equal[0] < 0.2  # a heading and a paragraph
    assert 0.6 < equal[1:][~same[1:]].mean() < 0.9


def test_pages_vary_and_keep_their_truth(pages):
    random = np.random.default_rng(0)
    varied = [vary(pages[0], random) for _ in range(60)]
    count = len(pages[0].runs)
    assert all((page.classes[:count] == pages[0].classes[:count]).all() for page in varied)
    assert all(len(page.classes) == count + len(page.areas) for page in varied)
    assert {bool(page.runs.bold.any()) for page in varied} == {True, False}
    assert {len(page.areas) for page in varied} == {0, len(pages[0].areas)}
    heights = [np.ptp(page.runs.boxes[0, 1::2]) for page in varied]
    assert min(heights) < np.ptp(pages[0].runs.boxes[0, 1::2]) < max(heights)


def test_a_folder_has_all_documents_or_none(tmp_path, monkeypatch):
    pytest.importorskip("typst")
    monkeypatch.setattr(make, "PRINTS", [("typst", 2, 30_001), ("no such printer", 1, 1)])
    with pytest.raises(SystemExit, match="printing failed"):
        print_pages(tmp_path / "pages")
    assert not list(tmp_path.glob("**/*.pdf"))
    monkeypatch.setattr(make, "PRINTS", [("typst", 2, 30_001)])
    print_pages(tmp_path / "pages")
    assert is_printed(tmp_path / "pages")
    (tmp_path / "pages" / "30002.pdf").unlink()
    assert not is_printed(tmp_path / "pages")


def test_documents_are_not_printed_without_their_fonts(tmp_path, monkeypatch):
    listing = "echo 'Noto Sans CJK JP,Noto Sans CJK JP Bold'\necho 'Latin Modern Roman,LM Roman 10'"
    program = tmp_path / "fc-list"
    program.write_text(f"#!/bin/sh\n{listing}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    missing = missing_fonts()
    assert {"EB Garamond", "TeX Gyre Heros Cn", "Noto Kufi Arabic"} <= {*missing}
    assert {"Noto Sans CJK JP", "Latin Modern Roman"}.isdisjoint(missing)
    with pytest.raises(SystemExit, match=r"needs fonts .*, EB Garamond, "):
        make.check_fonts()
    monkeypatch.setattr(make, "missing_fonts", list)
    make.check_fonts()
    monkeypatch.undo()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="apt-get install fontconfig"):
        make.check_fonts()


def test_a_model_is_written_beside_the_shipped_one():
    assert make.MODEL.parts[0] == "out"


def test_training_leaves_small_floats_and_threads_as_they_are(pages):
    threads = torch.get_num_threads()
    train(pages, epochs=1)
    assert np.float32(2e-38) / np.float32(8) > 0
    assert torch.get_num_threads() == threads
