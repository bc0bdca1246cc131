"""`snappy index` and `snappy info`."""

import json
import shutil
from pathlib import Path

import pytest

from snappy_core import RegionIndex
from snappy_core.cli.options import read_filter, read_metadata


def test_index_says_what_was_added(snappy, data, tmp_path):
    to = tmp_path / "a.snappy"
    result = snappy("index", data / "table.pdf", data / "page_labels.pdf", "--to", to)
    assert result.code == 0
    assert result.out.startswith("2 added, 0 unchanged, 0 failed; 5 pages in ")
    again = snappy("index", data / "table.pdf", "--to", to)
    assert again.out.startswith("0 added, 1 unchanged, 0 failed; 0 pages in ")


def test_a_bad_file_is_reported_and_the_others_go_on(snappy, data, tmp_path):
    paths = [data / name for name in ("not_a_pdf.pdf", "mixed_blank.pdf", "table.pdf")]
    result = snappy("index", *paths, tmp_path / "none.pdf", "--to", tmp_path / "a.snappy")
    assert result.code == 1
    (counts,) = result.out.splitlines()
    warning, *failures = result.err.splitlines()
    assert counts.startswith("2 added, 0 unchanged, 2 failed; 4 pages")
    assert warning == f"warning: {paths[1].as_posix()}, page 2: has no text"
    assert failures[0].startswith(f"failed: {paths[0].as_posix()}: ")
    assert failures[1].startswith(f"failed: {(tmp_path / 'none.pdf').as_posix()}: ")
    assert "Traceback" not in result.err


def test_the_ocr_engine_is_named(snappy, data, tmp_path):
    to, options = tmp_path / "a.snappy", ["--workers", 0, "--ocr", "never"]
    arguments = ["index", data / "table.pdf", "--to", to, *options]
    assert snappy(*arguments, "--ocr-engine", "rapidocr").code == 0
    with RegionIndex.open(to, create=False) as index:
        (document,) = index.documents()
    assert "ocr never eng by rapidocr" in document.fingerprint
    wrong = snappy(*arguments, "--ocr-engine", "seal")
    assert wrong.code == 2
    assert "registered engine (tesseract, rapidocr), not 'seal'" in wrong.error


def test_the_reader_and_a_layout_model_are_named(snappy, data, tmp_path):
    to = tmp_path / "a.snappy"
    arguments = ["index", data / "table.pdf", "--to", to, "--workers", 0, "--ocr", "never"]
    assert snappy(*arguments, "--reader", "pdf", "--layout-model", "never").code == 0
    wrong = snappy(*arguments, "--reader", "seal")
    assert wrong.code == 2
    assert "registered reader (image, office, pdf, docling, pymupdf), not 'seal'" in wrong.error
    wrong = snappy(*arguments, "--layout-model", "seal")
    assert wrong.code == 2
    assert "pp_doc_layoutv3) or file, not 'seal'" in wrong.error


def test_workers_read_as_they_are_told(snappy, data, tmp_path):
    to = tmp_path / "a.snappy"
    options = ["--workers", 2, "--ocr", "never", "--languages", "deu+eng", "--memory", 2.5]
    result = snappy("index", data / "table.pdf", data / "many_pages.pdf", "--to", to, *options)
    assert result.code == 0
    with RegionIndex.open(to, create=False) as index:
        assert {d.fingerprint.split(", ")[1] for d in index.documents()} == {"ocr never deu+eng"}
    assert snappy("index", data / "table.pdf", "--to", to, "--workers", -1).code == 2
    killed = snappy("index", data / "unicode.pdf", "--to", to, "--workers", 1, "--timeout", 1e-9)
    assert "unicode.pdf: took longer than 1e-09 seconds (opening it)" in killed.err


def test_index_json(snappy, data, tmp_path):
    good, bad = data / "mixed_blank.pdf", data / "empty.pdf"
    result = snappy("index", good, bad, "--to", tmp_path / "a.snappy", "--json")
    assert result.code == 1
    output = json.loads(result.out)
    names = ["added", "unchanged", "failed", "warnings", "pages", "seconds"]
    assert list(output) == [*names, "duplicates", "removed", "skipped"]
    assert output["added"] == [good.as_posix()]
    assert output["unchanged"] == []
    assert output["failed"] == [{"source": bad.as_posix(), "cause": "is empty"}]
    assert len(output["warnings"]) == 1
    assert output["pages"] == 3


def test_files_that_are_skipped_are_counted(snappy, data, tmp_path):
    folder, to = tmp_path / "docs", tmp_path / "a.snappy"
    (folder / "sub").mkdir(parents=True)
    shutil.copy(data / "table.pdf", folder / "a.pdf")
    for name in ("a.odt", "sub/b.ODT", "README", ".hidden.odt"):
        (folder / name).write_text("text")
    result = snappy("index", folder, "--to", to)
    counts = "1 added, 0 unchanged, 0 failed, 3 skipped (.odt, no suffix); 1 pages"
    assert result.out.startswith(counts)
    assert result.code == 0
    skipped = json.loads(snappy("sync", folder, "--to", to, "--workers", 0, "--json").out)
    names = [(folder / name).as_posix() for name in ("README", "a.odt", "sub/b.ODT")]
    assert skipped["skipped"] == names


@pytest.mark.parametrize("command", ["index", "sync"])
def test_what_is_kept_can_be_shown_when_the_file_is_gone(snappy, data, tmp_path, command):
    folder, to = tmp_path / "docs", tmp_path / "a.snappy"
    folder.mkdir()
    copy = shutil.copy(data / "table.pdf", folder)
    arguments = (command, folder, "--to", to, "--workers", 0)
    assert snappy(*arguments, "--keep", "all").code == 2
    assert snappy(*arguments, "--keep", "pages").code == 0
    Path(copy).unlink()
    out = tmp_path / "page.png"
    assert snappy("show", "boats", "--in", to, "--out", out).code == 0
    assert out.stat().st_size > 0


def test_progress_is_lines_where_there_is_no_terminal(snappy, data, tmp_path, monkeypatch):
    monkeypatch.setattr("snappy_core.ingest.progress.LOG_SECONDS", 0)
    paths = [data / name for name in ("not_a_pdf.pdf", "table.pdf", "page_labels.pdf")]
    result = snappy("index", *paths, "--to", tmp_path / "a.snappy")
    lines = [line for line in result.err.splitlines() if "documents" in line]
    assert len(lines) == 5
    assert lines[0].startswith("1 of 3 documents, 1 of about ")
    assert lines[-1].startswith("2 of 3 documents, 5 of about 5 pages, ")
    assert lines[-1].endswith("/s, 1 failed")
    monkeypatch.undo()
    assert "documents" not in snappy("index", paths[1], "--to", tmp_path / "b.snappy").err


def test_names_with_markup_are_printed_as_they_are(snappy, data, tmp_path):
    name = tmp_path / "[red]bad[" / "red] :smile: \\[x].pdf"
    name.parent.mkdir()
    shutil.copy(data / "not_a_pdf.pdf", name)
    result = snappy("index", name, "--to", tmp_path / "a.snappy")
    assert f"failed: {name.as_posix()}: " in result.err


def test_a_password_opens_an_encrypted_document(snappy, data, tmp_path):
    to = tmp_path / "a.snappy"
    locked = snappy("index", data / "encrypted.pdf", "--to", to)
    assert locked.code == 1
    assert "password" in locked.err
    opened = snappy("index", data / "encrypted.pdf", "--to", to, "--password", "tide")
    assert opened.code == 0


@pytest.mark.parametrize("way", ["prompt", "environment"])
def test_a_password_that_no_command_line_shows(snappy, data, tmp_path, monkeypatch, way):
    if way == "prompt":
        monkeypatch.setattr("typer.prompt", lambda *_, **options: options["hide_input"] and "tide")
        options = ["--password", "-"]
    else:
        monkeypatch.setenv("SNAPPY_PASSWORD", "tide")
        options = []
    opened = snappy("index", data / "encrypted.pdf", "--to", tmp_path / "a.snappy", *options)
    assert opened.code == 0


def test_metadata_is_kept_with_its_types(snappy, data, tmp_path):
    to = tmp_path / "a.snappy"
    pairs = ["team=a=b", "year=2025", "draft=true", "edition=1.10", "note="]
    options = [part for pair in pairs for part in ("--metadata", pair)]
    assert snappy("index", data / "unicode.pdf", "--to", to, *options).code == 0
    with RegionIndex.open(to, create=False) as index:
        (document,) = index.documents()
    expected = {"team": "a=b", "year": 2025, "draft": True, "edition": "1.10", "note": ""}
    assert dict(document.metadata) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x", "x"), ("", ""), ("7", 7), ("-7", -7), ("2.5", 2.5), ("true", True), ("null", None),
        ("007", "007"), ("1.10", "1.10"), ("1e3", "1e3"), ("NaN", "NaN"), ("True", "True"),
        ('"7"', '"7"'), ("[1]", [1]), ('["a", 2]', ["a", 2]), ("[]", "[]"), ("{}", "{}"),
        (" 7", " 7"), ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_a_value_is_read_as_what_it_writes(text, value):
    read = read_metadata([f"key={text}"])["key"]
    assert read == value
    assert type(read) is type(value)


def test_a_filter_takes_several_values_and_a_number_also_as_text():
    given = ["a=x", "year=2025", "a=y"]
    assert read_filter(given) == {"a": ["x", "y"], "year": [2025, "2025"]}


@pytest.mark.parametrize("pair", ["team", "=x", ""])
def test_a_pair_needs_a_key_and_a_value(snappy, data, tmp_path, pair):
    result = snappy("index", data / "table.pdf", "--to", tmp_path / "a", "--metadata", pair)
    assert result.code == 2
    assert result.error == f"{pair!r} is not of the form KEY=VALUE"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pairs", [["a=1", "a=2"], ["score=1"]])
def test_metadata_given_twice_or_reserved_is_refused(snappy, data, tmp_path, pairs):
    options = [part for pair in pairs for part in ("--metadata", pair)]
    result = snappy("index", data / "table.pdf", "--to", tmp_path / "a", *options)
    assert result.code == 2
    assert pairs[0].partition("=")[0] in result.error


def test_info(snappy, small_index):
    result = snappy("info", small_index)
    assert result.code == 0
    assert f"location   {small_index}" in result.out.splitlines()
    assert "documents  3" in result.out.splitlines()
    output = json.loads(snappy("info", small_index, "--json").out)
    assert list(output) == ["location", "encoder", "dim", "documents", "pages", "bytes"]
    assert (output["documents"], output["pages"]) == (3, 6)


def test_a_first_stage_of_no_size(snappy, data, tmp_path):
    result = snappy("index", data / "table.pdf", "--to", tmp_path / "a.snappy", "--pool-block", 0)
    assert result.code == 2
    assert result.error == "pool_block must be between 1 and 32, not 0"
