"""Runs over a small dataset of the published layout, with PDFs and with images."""

import json

import pypdfium2
import pytest

from benchmarks.bbox_docvqa.dataset import load_regions, load_samples
from benchmarks.bbox_docvqa.measures import SWEEP
from benchmarks.bbox_docvqa.recorded import load_runs, recorded_summary
from benchmarks.bbox_docvqa.reports import docvqa_report, recorded_report
from benchmarks.bbox_docvqa.runner import run_docvqa
from benchmarks.bbox_docvqa.summary import docvqa_summary
from snappy_core.errors import IndexMismatchError
from snappy_core.testing import FakeEncoder

from .conftest import ROWS, line, row


def run(folder, **options):
    return run_docvqa(load_samples(folder), FakeEncoder(), progress=False, **options)


def replace_pdf_by_images(folder):
    """Write images of the pages instead of the PDF."""
    document = pypdfium2.PdfDocument(folder / "2301.1.pdf")
    for number, page in enumerate(document, start=1):
        path = folder / "physics" / "2301.1" / f"2301.1_{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.render(scale=300 / 72).to_pil().save(path)
    document.close()
    (folder / "2301.1.pdf").unlink()


def check(summary):
    assert summary["questions"] == 3
    assert summary["all_hit50"] == pytest.approx(2 / 3, abs=1e-5)  # the third has a box elsewhere
    assert summary["selected_hit50"] == pytest.approx(2 / 3, abs=1e-5)
    assert summary["top1_hit50"] == pytest.approx(1 / 3, abs=1e-5)  # the second wants two regions
    assert summary["own_page"]["top1_hit50"] == pytest.approx(2 / 3, abs=1e-5)
    assert summary["by_pages"]["several"]["all_hit50"] == 0
    assert summary["by_boxes"]["2"]["questions"] == 2
    assert summary["by_category"]["econ"]["top3_hit50"] == 1
    assert summary["by_type"] == {
        "text": {"boxes": 2, **{f"{p}_hit50": 1.0 for p in ("all", "selected", "top3", "top1")}}
    }
    assert summary["missed"] == []
    assert summary["top1_mean_iou"] < summary["top3_mean_iou"] <= summary["all_mean_iou"] < 0.9
    assert 0 < summary["random1_hit50"] < summary["random_hit50"] < summary["selected_hit50"]
    assert summary["tokens_selected"] < summary["tokens_all_ocr"] < summary["tokens_full_image"]
    assert json.loads(json.dumps(summary)) == summary


def test_pdf(dataset):
    summary = docvqa_summary(run(dataset))
    check(summary)
    assert (summary["documents"], summary["skipped"], summary["encoder"]) == (1, 0, "fake-1")
    report = docvqa_report(summary)
    assert "| first                    |" in report
    assert "3 questions of 1 documents, fake-1, maxsim, percentile 50" in report


@pytest.mark.tesseract
def test_pictures(dataset, write):
    replace_pdf_by_images(dataset)
    write([ROWS[0], ROWS[1], {**ROWS[2], "images": ["physics/2301.1/2301.1_1.png"]}])
    check(docvqa_summary(run(dataset)))


def test_sweep(dataset):
    summary = docvqa_summary(run(dataset, sweep=True))
    assert list(summary["sweep"]) == [setting.name for setting in SWEEP]
    own = summary["sweep"]["maxsim, percentile 50"]
    assert own["hit50"] == summary["selected_hit50"]
    assert own["mean_iou"] == pytest.approx(summary["selected_mean_iou"], abs=1e-6)
    narrower = summary["sweep"]["maxsim, percentile 75"]
    assert narrower["mean_iou"] < own["mean_iou"]
    assert "| iou_weighted |          0.25 |" in docvqa_report(summary)


def test_another_scoring(dataset):
    assert docvqa_summary(run(dataset, scoring="mean"))["setting"] == "mean, percentile 50"


def test_a_page_that_cannot_be_read_is_a_miss_and_named(dataset, write):
    (dataset / "bad.pdf").write_bytes(b"%PDF-1.4 and no more")
    write([*ROWS, row(doc_name="bad"), row(evidence_page=7), row(evidence_page=[9])])
    summary = docvqa_summary(run(dataset))
    assert summary["questions"] == 6
    assert summary["all_hit50"] == pytest.approx(2 / 6, abs=1e-5)
    bad, seven, nine = summary["missed"]
    assert (bad["doc_name"], seven["page"], nine["page"]) == ("bad", 7, 9)
    assert "bad.pdf: " in bad["error"]
    assert seven["error"].endswith("2301.1.pdf: has 2 pages, and no page 7")
    assert summary["by_label"]["none"]["boxes"] == 3


def test_missing_files_are_an_error_unless_they_may_be_skipped(dataset, write):
    write([*ROWS, *(row(doc_name=f"gone{n}", images=()) for n in range(25))])
    with pytest.raises(FileNotFoundError, match=r"gone0.pdf, gone1.pdf.* and 5 more; --skip"):
        run(dataset)
    summary = docvqa_summary(run(dataset, skip_missing=True))
    check({**summary, "skipped": 0})
    assert summary["skipped"] == 25
    assert "25 questions were left out" in docvqa_report(summary)
    write([row(doc_name="gone", images=())])
    with pytest.raises(FileNotFoundError, match=r"gone.pdf"):
        run(dataset, skip_missing=True)


def test_watched(dataset):
    calls = []
    run(dataset, watch=lambda result, done, total: calls.append((result.question, done, total)))
    assert calls == [(r["question"], place, 3) for place, r in enumerate(ROWS, start=1)]


class Counting(FakeEncoder):
    asked = pages = 0

    def encode_query(self, text):
        self.asked += 1
        return super().encode_query(text)

    def encode_pages(self, pages):
        self.pages += len(pages)
        return super().encode_pages(pages)


def test_resume_completes_a_run(dataset, tmp_path):
    results = tmp_path / "run.jsonl"
    samples = load_samples(dataset)
    whole = docvqa_summary(run_docvqa(samples, FakeEncoder(), progress=False, resume=results))
    data = results.read_bytes()
    results.write_bytes(data[: len(data) - 100])  # cut off in the third line
    encoder = Counting()
    resumed = docvqa_summary(run_docvqa(samples, encoder, progress=False, resume=results))
    assert (encoder.pages, encoder.asked) == (0, 2)  # one to see how it scores, one asked again
    assert resumed == whole
    assert results.read_bytes() == data


def test_results_can_be_read_as_a_recorded_run(dataset, tmp_path):
    results = tmp_path / "fake-1.jsonl"
    summary = docvqa_summary(run(dataset, resume=results))
    recorded = recorded_summary(*load_runs([results]))
    for name in ("mean_iou", "hit25", "hit50", "hit70"):
        assert recorded[name] == pytest.approx(summary[f"selected_{name}"], abs=0.005)
        assert recorded[f"top1_{name}"] == pytest.approx(summary[f"top1_{name}"], abs=0.005)
    for name in ("tokens_selected", "saved_vs_full_image", "regions_selected"):
        assert recorded[name] == summary[name]
    assert "| fake-1 |         3 |" in recorded_report([recorded])


def test_resume_refuses_results_of_other_options(dataset, tmp_path):
    results = tmp_path / "run.jsonl"
    run(dataset, resume=results)
    with pytest.raises(
        ValueError, match=r"run.jsonl: these are results of .*maxsim.*this run is .*max"
    ):
        run(dataset, resume=results, scoring="max")
    with pytest.raises(IndexMismatchError, match="fake-1"):
        run_docvqa(
            load_samples(dataset), FakeEncoder(name="fake-2"), progress=False, resume=results
        )
    results.write_text("{}\n")
    with pytest.raises(ValueError, match="line 1: not a result"):
        run(dataset, resume=results)


def supplied(page, *lines):
    """Regions around lines of a page, as a plain list."""
    size = {"unit": "px", "page_width": 1250, "page_height": 2500 * 5 / 6}
    return [{"page": page, "bbox": line(number), "label": "list_item", **size} for number in lines]


def test_regions_of_another_parser(dataset):
    regions = {"2301.1": supplied(2, 2, 0)}
    summary = docvqa_summary(run(dataset, regions=regions))
    boxes = {label: row["boxes"] for label, row in summary["by_label"].items()}
    assert boxes == {"list_item": 3, "paragraph": 1}  # page 1 is read as usual
    assert summary["by_category"]["physics"]["regions_all"] == 2
    first = load_samples(dataset, limit=1)
    exact = run_docvqa(first, FakeEncoder(), progress=False, regions=regions).results[0]
    assert exact.overlaps["top1"] == pytest.approx([1], abs=1e-3)


@pytest.mark.tesseract
def test_regions_of_pictures(dataset, write):
    replace_pdf_by_images(dataset)
    write(ROWS[:1])
    exact = run(dataset, regions={"2301.1": supplied(1, 1) + supplied(2, 2, 0)}).results[0]
    assert exact.overlaps["top1"] == pytest.approx([1], abs=0.01)  # whole pixels
    assert exact.n_ocr_regions == 2
    own = run(dataset).results[0].n_ocr_regions  # page 2 is read as usual
    assert run(dataset, regions={"2301.1": supplied(1, 1)}).results[0].n_ocr_regions == own != 2


def test_regions_are_part_of_the_setup(dataset, tmp_path):
    results = tmp_path / "run.jsonl"
    regions = {"2301.1": supplied(2, 2, 0)}
    whole = docvqa_summary(run(dataset, regions=regions, resume=results))
    assert docvqa_summary(run(dataset, regions=regions, resume=results)) == whole
    with pytest.raises(ValueError, match="regions"):
        run(dataset, regions={"2301.1": supplied(2, 0)}, resume=results)


def test_regions_of_no_document(dataset, tmp_path):
    with pytest.raises(ValueError, match=r"no document of the questions is called 2301\.2"):
        run(dataset, regions={"2301.2": supplied(2, 0)})
    path = tmp_path / "regions.json"
    for text, message in (("[]", "is not a JSON object"), ("{", "is not JSON")):
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            load_regions(path)
