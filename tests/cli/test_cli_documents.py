"""`snappy list`, `snappy delete` and `snappy regions`."""

import json
import shutil

import pytest

from snappy_core import RegionIndex
from snappy_core.metadata import KEYS


@pytest.fixture
def index(small_index, tmp_path):
    return shutil.copy(small_index, tmp_path / "a.snappy")


def names(index):
    with RegionIndex.open(index, create=False) as opened:
        return [record.source.rsplit("/")[-1] for record in opened.documents()]


def test_list_has_pages_and_metadata(snappy, small_index, data):
    result = snappy("list", small_index)
    assert (result.code, result.err) == (0, "")
    lines = [line.split(maxsplit=2) for line in result.out.splitlines()]
    assert lines == [
        ["4", (data / "page_labels.pdf").as_posix(), "team=[red]"],
        ["1", (data / "table.pdf").as_posix(), "team=[red]"],
        ["1", (data / "unicode.pdf").as_posix(), "team=blue, year=2025"],
    ]


def test_list_by_filter_as_json(snappy, small_index, data):
    output = json.loads(snappy("list", small_index, "--filter", "team=blue", "--json").out)
    source = (data / "unicode.pdf").as_posix()
    assert output == {
        "documents": [
            {
                "document_id": source,
                "sources": [source],
                "pages": 1,
                "metadata": {"team": "blue", "year": 2025},
            }
        ]
    }
    wrong = snappy("list", small_index, "--filter", "page_number=1")
    assert wrong.code == 2
    assert "page_number" in wrong.error


def test_list_names_the_other_sources(snappy, data, tmp_path):
    shutil.copy(data / "table.pdf", tmp_path / "b.pdf")
    to = tmp_path / "a.snappy"
    assert snappy("index", data / "table.pdf", tmp_path / "b.pdf", "--to", to).code == 0
    assert f"        also {(tmp_path / 'b.pdf').as_posix()}" in snappy("list", to).out.splitlines()


def test_delete_by_name_path_and_filter(snappy, index, data, monkeypatch):
    monkeypatch.chdir(data)
    arguments = ("--in", index, "--yes")
    assert snappy("delete", "table.pdf", *arguments).out == "1 removed\n"
    result = snappy("delete", "./page_labels.pdf", "--filter", "team=blue", *arguments, "--json")
    assert json.loads(result.out)["removed"] == [
        (data / name).as_posix() for name in ("page_labels.pdf", "unicode.pdf")
    ]
    assert names(index) == []
    assert snappy("delete", "--filter", "team=blue", *arguments).code == 0


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 2), ("n", 1, 3)])
def test_delete_asks(snappy, index, monkeypatch, answer, code, left):
    asked = []
    monkeypatch.setattr("typer.confirm", lambda text, **_: asked.append(text) or answer == "y")
    result = snappy("delete", "table.pdf", "--in", index)
    assert (result.code, len(names(index))) == (code, left)
    assert asked == ["Remove 1 document from the index?"]
    assert result.err.startswith("- /")


def test_delete_of_what_there_is_not(snappy, index, tmp_path):
    assert snappy("delete", "--in", index).code == 2
    result = snappy("delete", "table.pdf", "none.pdf", "--in", index, "--yes")
    assert result.code == 1
    assert result.error.startswith("none.pdf: there is no such document; `snappy list`")
    assert len(names(index)) == 3


def test_an_id_comes_before_a_file_name(snappy, data, tmp_path):
    folder, to = tmp_path / "docs", tmp_path / "a.snappy"
    (folder / "sub").mkdir(parents=True)
    shutil.copy(data / "table.pdf", folder / "a.pdf")
    shutil.copy(data / "unicode.pdf", folder / "sub" / "a.pdf")
    assert snappy("index", folder, "--to", to, "--root", folder).code == 0
    assert snappy("delete", "a.pdf", "--in", to, "--yes", "--json").code == 0
    assert json.loads(snappy("list", to, "--json").out)["documents"][0]["document_id"] == (
        "sub/a.pdf"
    )
    shutil.copy(data / "table.pdf", folder / "sub" / "b.pdf")
    shutil.copy(data / "unicode.pdf", tmp_path / "b.pdf")
    assert snappy("index", folder / "sub", tmp_path / "b.pdf", "--to", to).code == 0
    result = snappy("delete", "b.pdf", "--in", to, "--yes")
    assert "several documents are called b.pdf" in result.error


def test_regions_of_a_page(snappy, small_index):
    result = snappy("regions", "page_labels.pdf", "--in", small_index, "--page", 3)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "page 3 (printed 1)"
    assert lines[1].startswith("  p3r0  ")
    assert "    This is the first chapter." in lines
    table = snappy("regions", "table.pdf", "--in", small_index).out
    assert "\n      p1r" in table  # the rows of the table
    output = json.loads(snappy("regions", "table.pdf", "--in", small_index, "--json").out)
    assert list(output["regions"][0])[: len(KEYS)] == list(KEYS)
    assert {"table", "table_row"} <= {region["region_label"] for region in output["regions"]}
    missing = snappy("regions", "table.pdf", "--in", small_index, "--page", 9)
    assert (missing.code, missing.out) == (1, "")
