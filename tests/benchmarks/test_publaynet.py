"""Regions against labeled boxes: matches by hand, and a small folder."""

import json

import pytest
from PIL import Image

from benchmarks.publaynet import load_pages, match, run_layout
from snappy_core.boxes import as_boxes


@pytest.mark.parametrize(
    ("regions", "gold", "pairs"),
    [
        ([[0, 0, 0.5, 0.2]], [[0, 0, 0.5, 0.2]], [(0, 0)]),
        ([[0, 0, 0.5, 0.2]], [[0, 0, 0.2, 0.5]], []),  # axes swapped
        ([[0, 0, 1, 0.6], [0, 0, 1, 1]], [[0, 0, 1, 1]], [(1, 0)]),  # the better one
        ([[0, 0, 1, 1]], [[0, 0, 1, 1], [0, 0, 1, 0.9]], [(0, 0)]),  # each box once
        ([], [[0, 0, 1, 1]], []),
    ],
)
def test_match(regions, gold, pairs):
    assert match(as_boxes(regions), as_boxes(gold)) == pairs


def test_run(tmp_path):
    Image.new("RGB", (300, 500), "white").save(tmp_path / "blank.png")
    table = {
        "images": [{"id": 7, "file_name": "blank.png", "width": 300, "height": 500}],
        "annotations": [{"image_id": 7, "category_id": 1, "bbox": [30, 50, 60, 100]}],
        "categories": [{"id": 1, "name": "text"}],
    }
    (tmp_path / "samples.json").write_text(json.dumps(table))
    (page,) = load_pages(tmp_path)
    assert page.boxes[0].tolist() == pytest.approx([0.1, 0.1, 0.3, 0.3])
    summary = run_layout(tmp_path)
    assert (summary["pages"], summary["pages_without_regions"], summary["f1"]) == (1, 1, 0)
    assert summary["by_class"]["text"] == {"labeled": 1, "recall": 0, "label_accuracy": 0}


def test_no_coco(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_pages(tmp_path)
    (tmp_path / "samples.json").write_text("{}")
    with pytest.raises(ValueError, match="not in COCO format"):
        load_pages(tmp_path)
