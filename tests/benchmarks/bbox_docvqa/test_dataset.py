"""Questions as they are published and as others write them, and where their pages lie."""

from pathlib import Path

import pytest

from benchmarks.bbox_docvqa.dataset import PageLocation, load_samples, locate

from .conftest import ROWS, row

A, B, C = [1, 2, 30, 4], [5, 6, 70, 8], [9, 10, 110, 12]


def only(folder):
    (sample,) = load_samples(folder)
    return sample


def boxes(*values):
    return tuple(tuple(map(float, value)) for value in values)


@pytest.mark.parametrize(
    ("bbox", "pages", "expected", "own"),
    [
        (A, 3, boxes(A), 1),
        ([A], [3], boxes(A), 1),
        ([A, B], [3], boxes(A, B), 2),
        ([[A, B]], [3], boxes(A, B), 2),
        ([[A], [B]], [3], boxes(A, B), 2),  # two lists of one page
        ([[A], [B, C]], [3, 5], boxes(A, B, C), 1),
        ([[A], [B], [C]], [3, 5, 3], boxes(A, C, B), 2),  # those of the first page first
        ([[], [B]], [3, 5], boxes(B), 0),
        ([A, B], [3, 5], boxes(A, B), 2),
        ("[[1, 2, 30, 4]]", "3", boxes(A), 1),
    ],
)
def test_boxes_of_any_nesting(write, bbox, pages, expected, own):
    sample = only(write([row(bbox=bbox, evidence_page=pages)]))
    assert (sample.boxes, sample.own) == (expected, own)


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (3, (3,)),
        (3.0, (3,)),
        ("3", (3,)),
        (["3"], (3,)),
        ([3, 5], (3, 5)),
        ("3, 5", (3, 5)),
        ([[3], [5]], (3, 5)),
        (None, ()),
    ],
)
def test_page_numbers_of_any_form(write, pages, expected):
    assert only(write([row(evidence_page=pages)])).pages == expected


def test_fields_under_either_name(write):
    first, second = load_samples(
        write([
            {"query": "Q?", "doc_name": 2301.1, "bbox": A, "image_paths": "a.png"},
            row(question="", query="R?", subimg_tpye=None, subimg_type=["table"]),
        ])
    )  # fmt: skip
    assert (first.question, first.document, first.images) == ("Q?", "2301.1", ("a.png",))
    assert (first.category, first.pages, first.types) == ("", (), ())
    assert (second.question, second.types) == ("R?", ("table",))
    assert (first.id, second.id) == (0, 1)


def test_types_go_with_their_boxes(write):
    rows = [
        row(bbox=[[A], [B], [C]], evidence_page=[3, 5, 3], subimg_tpye=[["a"], ["b"], ["c"]]),
        row(bbox=[[A], [B]], evidence_page=[3, 5], subimg_tpye=["a"]),  # one for two boxes
    ]
    assert [sample.types for sample in load_samples(write(rows))] == [("a", "c", "b"), ()]


def test_filters(write):
    folder = write([*ROWS, row(doc_name="other")])
    assert [s.id for s in load_samples(folder, categories=["physics"])] == [0, 2, 3]
    assert [s.id for s in load_samples(folder, documents=["2301.1"], limit=2)] == [0, 1]
    assert [s.id for s in load_samples(folder / "any.jsonl", limit=1)] == [0]
    with pytest.raises(ValueError, match="no question is left; its categories are econ, physics"):
        load_samples(folder, categories=["physic"])


def test_all_files_with_questions_are_read(write):
    write([row(doc_name="b")], "b.jsonl")
    write([{"sample_id": 0, "gt_bboxes": []}], "results.jsonl")
    folder = write([row(doc_name="a")], "a.jsonl")
    assert [sample.document for sample in load_samples(folder)] == ["a", "b"]
    assert [sample.document for sample in load_samples(folder.parent)] == ["a", "b"]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ([row(), {}], r"any.jsonl, line 2: not a question \(KeyError\('bbox'\)\)"),
        ([row(), []], "line 2: not a question"),
        ([row(bbox=[])], "no box of evidence"),
        ([row(bbox=None)], "line 1: not a question"),
        ([row(bbox=[[1, 2, 3]])], "line 1: not a question"),
        ([row(bbox=[[50, 2, 30, 4]])], "x1 <= x2"),
        ([row(bbox=[[1, 2, float("nan"), 4]])], "x1 <= x2"),
        ([row(question=" ", query="")], "an empty question"),
        ([row(evidence_page=0)], "counts from 1, not 0"),
        ([], "no questions"),
    ],
)
def test_what_is_no_question(write, broken, message):
    with pytest.raises(ValueError, match=message):
        load_samples(write(broken))


def test_no_dataset(tmp_path, write):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        load_samples(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="no JSONL file"):
        load_samples(tmp_path)
    folder = write()
    (folder / "any.jsonl").write_bytes(b'{"bbox": "\xff"}')
    with pytest.raises(ValueError, match=r"any.jsonl, line 1: not a question"):
        load_samples(folder)


@pytest.mark.parametrize(
    "where",
    [
        "set/physics/2301.1/2301.1_2.png",
        "physics/2301.1/2301.1_2.png",
        "set/images/physics/2301.1/2301.1_2.png",
        "images/physics/2301.1/2301.1_2.png",
        "set/2301.1_2.png",
        "set/images/2301.1_2.png",
    ],
)
def test_pictures_are_found(write, tmp_path, where):
    folder = write([row()])
    (tmp_path / where).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / where).touch()
    (folder / "2301.1.pdf").touch()  # the picture counts
    assert locate(load_samples(folder)) == ({0: PageLocation(tmp_path / where, 1)}, [])


@pytest.mark.parametrize("where", ["2301.1.pdf", "pdfs/2301.1.pdf"])
def test_pdfs_are_found(write, where):
    folder = write()
    (folder / where).parent.mkdir(exist_ok=True)
    (folder / where).touch()
    path = Path(folder / where)
    assert locate(load_samples(folder)) == (
        {0: PageLocation(path, 2), 1: PageLocation(path, 2), 2: PageLocation(path, 1)},
        [],
    )


def test_missing_files_are_named_once(write):
    rows = [*ROWS, row(images=None, doc_name="gone")]
    assert locate(load_samples(write(rows))) == (
        {},
        ["physics/2301.1/2301.1_2.png or 2301.1.pdf", "gone.pdf"],
    )


def test_a_pdf_needs_a_page(write):
    folder = write([row(evidence_page=None)])
    (folder / "2301.1.pdf").touch()
    with pytest.raises(ValueError, match="has no evidence_page"):
        locate(load_samples(folder))
