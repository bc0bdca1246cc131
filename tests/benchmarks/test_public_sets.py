"""Loaders of public sets, on small files in their format over a page with one line of text."""

import io
import json

import pytest
from PIL import Image

from benchmarks.__main__ import main
from benchmarks.evidence import load_evidence, load_page_questions
from benchmarks.layout_tags import load_pages, run_layout
from benchmarks.mmdocir import run_mmdocir
from benchmarks.oracle import measure_folder, run_oracle
from benchmarks.page_layouts import PageLayout
from snappy_core.parsing import ReadingOptions
from tests.benchmarks.conftest import ASKED, draw

READING = ReadingOptions(ocr="never", layout_model="never")
LINE = [0.1, 0.164, 0.8, 0.216]
BELOW = [0.1, 0.6, 0.8, 0.8]


def element(page, box, necessity="crucial", source="a.pdf"):
    return {
        "angle": 0,
        "bbox": [round(1000 * edge) for edge in box],
        "content": "Fourteen boats land at Brae.",
        "necessity": necessity,
        "source_doc_index": 1,
        "source_page_id": page,
        "source_pdf_name": source,
        "type": "Text",
    }


def citevqa_row(*evidence, sources=("data/pdf/a.pdf",)):
    return {
        "index": "1",
        "Question": ASKED,
        "Standard_Answer": "Fourteen",
        "Question_Type": "Factual Retrieval",
        "dataset_type": "Single-Doc",
        "language": "en",
        "description": "ports",
        "PDF_Source": list(sources),
        "Evidence": list(evidence),
    }


CITEVQA = [
    citevqa_row(element(1, LINE), element(0, BELOW, "supporting")),
    citevqa_row(element(0, LINE), element(1, LINE)),
    citevqa_row(element(1, BELOW, "?"), sources=("data/pdf/b.pdf", "data/pdf/a.pdf")),
    citevqa_row(element(1, LINE, source="gone.pdf"), sources=("data/pdf/gone.pdf",)),
    citevqa_row(
        element(1, LINE),
        element(1, LINE, source="b.pdf"),
        sources=("data/pdf/a.pdf", "data/pdf/b.pdf"),
    ),
]


@pytest.fixture(params=["CiteVQA.json", "data/validation/CiteVQA.json"])
def citevqa_folder(request, tmp_path):
    path = tmp_path / request.param
    for folder in (path.parent, tmp_path / "data" / "pdf"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("a.pdf", "b.pdf"):
        draw(tmp_path / "data" / "pdf" / name, pages=2)
    path.write_text(json.dumps(CITEVQA))
    return tmp_path


def test_questions_of_citevqa(citevqa_folder):
    crucial, both, second = load_page_questions(citevqa_folder)
    path = citevqa_folder / "data" / "pdf" / "a.pdf"
    assert {question.path for question in (crucial, both, second)} == {path}
    assert [sorted(q.pages) for q in (crucial, both, second)] == [[2], [1, 2], [2]]
    assert (crucial.question, crucial.kinds) == (ASKED, ("text",))
    ((page, box),) = crucial.boxes
    assert page == 2
    assert box == pytest.approx(LINE, abs=1e-6)
    assert [e.page for e in load_evidence(citevqa_folder)] == [(path, 2), (path, 2)]


def test_pages_of_citevqa_count_from_1_unless_one_is_0(citevqa_folder):
    path = next(citevqa_folder.rglob("CiteVQA.json"))
    path.write_text(json.dumps(CITEVQA[2:3]))
    (question,) = load_page_questions(citevqa_folder)
    assert question.pages == {1}


def test_citevqa_is_measured_as_mmdocir(citevqa_folder):
    summary = run_mmdocir(citevqa_folder, reading=READING)
    assert summary["questions"] == 2
    assert (summary["oracle_iou50"], summary["top1_iou50"]) == (0.5, 0.5)
    assert summary["pages"]["all"]["questions"] == 3
    assert summary["pages"]["all"]["recall3"] == 1
    assert run_oracle([citevqa_folder], READING)["sets"][0]["oracle_iou50"] == 0.5


def test_another_file_of_that_name_is_an_error(tmp_path):
    (tmp_path / "CiteVQA.json").write_text('[{"Question": "?"}]')
    with pytest.raises(
        ValueError, match=r"not in the format of CiteVQA \(KeyError\('Evidence'\)\)"
    ):
        load_page_questions(tmp_path)


def picture():
    data = io.BytesIO()
    Image.new("RGB", (800, 1000)).save(data, "PNG")
    return {"bytes": data.getvalue(), "path": None}


def pixels(box, annotator=0):
    x1, y1, x2, y2 = (round(edge * size) for edge, size in zip(box, (800, 1000) * 2, strict=True))
    return {"annotator": annotator, "x1": x1, "x2": x2, "y1": y1, "y2": y2}


def relevant(query_id, corpus_id, *boxes, kind="Text"):
    return {
        "query_id": query_id, "corpus_id": corpus_id, "score": 2, "content_type": [kind],
        "bounding_boxes": list(boxes),
    }  # fmt: skip


VIDORE = {
    "corpus": [
        {
            "corpus_id": id,
            "image": picture(),
            "doc_id": doc,
            "markdown": "",
            "page_number_in_doc": n,
        }
        for id, (doc, n) in enumerate([("x", 0), ("x", 1), ("y", 0)])
    ],
    "documents_metadata": [
        {"file_name": "a", "doc_id": "x", "page_number": 2},
        {"file_name": "b.pdf", "doc_id": "y", "page_number": 2},
    ],
    "queries": [
        {"query_id": id, "query": text, "language": language}
        for id, (text, language) in enumerate(
            [
                (ASKED, "english"),
                ("Combien?", "french"),
                ("Which?", "english"),
                ("Both?", "english"),
            ]
        )
    ],
    "qrels": [
        relevant(0, 1, pixels(LINE, 1), pixels(BELOW, 2), pixels([0.1, 0.1, 0.1, 0.3])),
        relevant(1, 1, pixels(LINE)),
        relevant(2, 0, pixels(LINE), pixels(BELOW), kind="Table"),
        relevant(2, 1, kind="N/A (If relevance score=0)"),
        relevant(3, 0, pixels(LINE)),
        relevant(3, 2, pixels(LINE)),
    ],
}


@pytest.fixture
def vidore_folder(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "pdfs").mkdir()
    for name in ("a.pdf", "b.pdf"):
        draw(tmp_path / "pdfs" / name, pages=2)
    for name, rows in VIDORE.items():
        (tmp_path / name).mkdir()
        halves = (rows[:2], rows[2:])
        for number, half in enumerate(halves):
            if half:
                file = tmp_path / name / f"test-{number:05}-of-00002.parquet"
                parquet.write_table(pa.Table.from_pylist(half), file)
    return tmp_path


def test_questions_of_vidore(vidore_folder):
    first, second = load_page_questions(vidore_folder)
    assert first.path == second.path == vidore_folder / "pdfs" / "a.pdf"
    assert (first.question, first.pages, first.kinds) == (ASKED, {2}, ("text",))
    ((page, box),) = first.boxes  # of the first annotator, without the one that has no area
    assert page == 2
    assert box == pytest.approx(LINE, abs=1e-6)
    assert (second.pages, second.kinds, len(second.boxes)) == ({1, 2}, ("table",), 2)
    assert [evidence.question for evidence in load_evidence(vidore_folder)] == [ASKED]


def test_vidore_is_measured_as_mmdocir(vidore_folder):
    summary = run_mmdocir(vidore_folder, reading=READING)
    assert (summary["questions"], summary["top1_iou50"]) == (1, 1)
    assert summary["pages"]["all"] == {
        "questions": 2, "recall1": 0.25, "recall3": 1, "recall5": 1  # both pages say the same
    }  # fmt: skip


def test_a_missing_document_of_vidore_is_named(vidore_folder):
    (vidore_folder / "pdfs" / "a.pdf").unlink()
    with pytest.raises(FileNotFoundError, match=r"a\.pdf: a document of ViDoRe V3 is missing"):
        load_page_questions(vidore_folder)


def layout_row(kind, box, text="Fourteen boats land at Brae.", pdf="docs/layout/a_p44.pdf", page=1):
    x0, y0, x1, y1 = box
    rule = {
        "attributes": {},
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "canonical_class": kind,
        "content": {"text": text, "type": "text"},
        "ro_index": 0,
    }
    return {
        "pdf": pdf, "category": "layout", "id": "1", "type": "layout", "rule": json.dumps(rule),
        "page": page, "expected_markdown": None, "tags": ["easy"],
    }  # fmt: skip


@pytest.fixture
def parsebench_folder(tmp_path):
    folder = tmp_path / "parsebench"
    (folder / "docs" / "layout").mkdir(parents=True)
    draw(folder / "docs" / "layout" / "a_p44.pdf", pages=2)
    rows = [
        layout_row("Text", LINE),
        layout_row("Text", BELOW),
        layout_row("Text", BELOW, text="short"),
        layout_row("Section", LINE, page=2),
        layout_row("Page-header", [0.1, 0.01, 0.3, 0.03], page=2),
        layout_row("Picture", BELOW, text="", page=2),
    ]
    (folder / "layout.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_pages_of_parsebench(parsebench_folder):
    first, second = load_pages(parsebench_folder)
    path = parsebench_folder / "docs" / "layout" / "a_p44.pdf"
    assert (first.page, second.page) == ((path, 1), (path, 2))
    assert first.document == second.document == "a"
    assert [kind for kind, _ in first.targets] == ["text", "text"]
    assert first.targets[0][1] == pytest.approx(LINE, abs=1e-6)
    assert [kind for kind, _ in second.targets] == ["heading", "figure"]
    assert len(second.boxes) == 3


def test_parsebench_is_measured_as_tagged_pages(parsebench_folder, capsys):
    measures = run_layout(parsebench_folder, READING)
    assert measures == {
        "text_recall": 0.5, "heading_recall": 1.0, "figure_recall": 0.0, "precision": 1.0,
        "f1": 0.667, "by_document": 0.5,
    }  # fmt: skip
    nothing = measure_folder(parsebench_folder, lambda pages: [PageLayout.of([]) for _ in pages])
    assert nothing["text_recall"] == 0
    assert main(["layout_tags", str(parsebench_folder), "--ocr", "never", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == measures


def test_another_file_named_layout_is_an_error(tmp_path):
    (tmp_path / "layout.jsonl").write_text('{"pdf": "a.pdf"}\n')
    with pytest.raises(ValueError, match="line 1"):
        load_pages(tmp_path)
