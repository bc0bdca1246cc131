"""One table of sets in all formats."""

import json

import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks import all_sets
from benchmarks.__main__ import main

OPTIONS = ["--ocr", "never", "--workers", "0"]


def rows_of(capsys, *arguments):
    assert main(["all_sets", *map(str, arguments), *OPTIONS, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["rows"]


@pytest.mark.requires("bm25s", "langchain_text_splitters", "llama_index.core")
def test_a_bench_stands_beside_its_baselines(bench_folder, capsys):
    first, evidence = rows_of(capsys, bench_folder)
    assert (first["set"], first["seen"]) == ("bench", "development")
    assert first["size"] == "4 questions, 1 documents"
    assert first["measure"] == "page first, answer first, answer among five"
    assert first["beside it"].startswith("BM25 ")
    assert len(first["Snappy"].split(" / ")) == 3
    assert evidence["measure"] == "evidence within 100/200/400/800 words"
    assert evidence["Snappy"].endswith("1.00 / 1.00 / 1.00")
    assert evidence["beside it"].startswith("the best plain chunks at each ")


def test_questions_and_labeled_pages(mmdocir_folder, tags_folder, capsys):
    pages, reference, other, pictures, layout, boxes, precision, recall = rows_of(
        capsys, mmdocir_folder, "--kept-back", tags_folder
    )
    assert pages == {
        "set": "mmdocir",
        "seen": "development",
        "size": "3 questions",
        "measure": "page recall @1/3/5, all (3)",
        "Snappy": "0.33 / 1.00 / 1.00",
        "beside it": "ColPali, as its paper says of all 313 documents, 0.53 / 0.75 / 0.81",
    }
    assert reference["measure"] == "page recall @1/3/5, with reference (1)"
    assert (reference["Snappy"], reference["beside it"]) == ("1.00 / 1.00 / 1.00", "")
    assert other["measure"] == "page recall @1/3/5, without reference (2)"
    assert pictures["measure"] == "page recall @1/3/5, pictures without reference (1)"
    assert layout["measure"] == "layout recall @1/5/10"
    assert boxes["measure"].endswith("any (2)")
    assert boxes["Snappy"] == "0.00 / 0.50 / 0.50 / 0.50"
    assert (precision["set"], precision["seen"]) == ("tags", "kept back")
    assert precision["size"] == "1 pages, 1 documents"
    assert precision["Snappy"] == "1.00 / 0.67"
    assert (recall["measure"], recall["Snappy"]) == ("recall of text", "0.50")


def test_pages_with_enough_blocks_have_an_order(tags_folder, monkeypatch, capsys):
    measures = {"text_recall": 0.5, "precision": 1.0, "f1": 0.67, "order": 0.9}
    monkeypatch.setattr(all_sets, "measure_layouts", lambda pages, layouts: measures)
    first, _ = rows_of(capsys, tags_folder)
    assert first["measure"] == "precision, F1 of text, order of reading (Kendall's tau)"
    assert first["Snappy"] == "1.00 / 0.67 / 0.90"


@pytest.mark.tesseract
def test_page_images(tmp_path, capsys):
    image = Image.new("L", (800, 600), 255)
    font = ImageFont.load_default(size=32)
    ImageDraw.Draw(image).text((80, 200), "Fourteen boats land at Brae today.", 0, font)
    image.save(tmp_path / "a.png")
    samples = {
        "images": [{"id": 1, "file_name": "a.png", "width": 800, "height": 600}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [80, 205, 510, 32]}],
        "categories": [{"id": 1, "name": "title"}],
    }
    (tmp_path / "samples.json").write_text(json.dumps(samples))
    (row,) = rows_of(capsys, tmp_path)
    assert row["size"] == "1 page images"
    assert row["measure"] == "precision, recall, f1, label accuracy"
    assert row["Snappy"] == "1.00 / 1.00 / 1.00 / 1.00"


def test_the_table_is_markdown(tags_folder, capsys):
    assert main(["all_sets", str(tags_folder), *OPTIONS]) == 0
    header, line, *rows = capsys.readouterr().out.strip().splitlines()
    assert [cell.strip() for cell in header.strip("|").split("|")] == [
        "set", "seen", "size", "measure", "Snappy", "beside it"
    ]  # fmt: skip
    assert line.startswith("|--")
    assert len(rows) == 2


def test_another_folder_is_an_error(tmp_path, capsys):
    assert main(["all_sets", str(tmp_path)]) == 1
    assert "holds neither queries.jsonl nor" in capsys.readouterr().err
