"""Text of strangers never reaches a terminal or a page as it is."""

import traceback
from pathlib import Path

import pytest

from snappy_core import Hit, IngestWarning, Region, RegionIndex, Source, StoreError
from snappy_core.cli import main
from snappy_core.cli.output import print_hits
from snappy_core.ingest.progress import ingest_progress
from snappy_core.search.hits_html import hits_html
from snappy_core.terminal import plain, plain_lines
from snappy_core.testing import FakeEncoder

TABLE = Path(__file__).parent / "data" / "table.pdf"
HOSTILE = "\x1b]0;owned\x07 \x9b31m \u202egnp.exe \u2066 \ud800 \r"

HIT = Hit(
    region=Region((0, 0, 1, 1), f"<script>{HOSTILE}", (), "paragraph", 0, section=HOSTILE),
    region_id="a#p1r0", document_id="a", source=f"<b>{HOSTILE}", page_number=1,
    page_label=HOSTILE, page_width=300.0, page_height=600.0, page_unit="pt", score=0.5,
    region_score=0.5, page_score=0.5, page_maxsim=2.0, rank=1,
)  # fmt: skip


def is_plain(text):
    return not set(text) & set("\x1b\x07\x9b\u202e\u2066\ud800\r")


def test_control_characters_and_overrides_of_the_direction_are_replaced():
    assert is_plain(plain(HOSTILE))
    assert plain("שלום, κόσμε — naïve 👩‍👩‍👧") == "שלום, κόσμε — naïve 👩‍👩‍👧"
    assert plain_lines("a\nb\x1b") == "a\nb\ufffd"


def test_hits(capsys):
    print_hits([HIT])
    assert is_plain(capsys.readouterr().out)


def test_notebooks():
    html = hits_html([HIT])
    assert is_plain(html)
    assert "<script" not in html


def test_the_progress_of_adding(capsys):
    with ingest_progress(1, show=True) as bar:
        bar.finish_document(f"{HOSTILE}.pdf: is damaged")
    written = capsys.readouterr().err
    assert "]0;owned" in written
    assert "\x1b]0;" not in written
    assert "\u202e" not in written


def test_warnings_logs_and_tracebacks(tmp_path, caplog):
    caplog.set_level("DEBUG", "snappy_core")
    name = "a\x1b]0;owned\x07\x9b31m\u202e.pdf"
    (tmp_path / name).write_bytes(b"no document")
    with RegionIndex(encoder=FakeEncoder()) as index:
        with pytest.warns(IngestWarning, match="owned") as warned:
            report = index.add([tmp_path / name, Source.from_bytes(TABLE.read_bytes(), name)])
        with pytest.warns(UserWarning, match="this index has"):
            index.search("Brae", filter={"a": 1})
    (failure,) = report.failed
    assert name in failure.source  # as it is
    trace = "".join(traceback.format_exception(failure.error))
    texts = [trace, str(StoreError(name)), *map(str, [warning.message for warning in warned])]
    for text in [*texts, *(record.getMessage() for record in caplog.records)]:
        assert is_plain(text), text
    assert any("owned" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("command", ["info", "compact"])
def test_errors_that_name_a_file(command, tmp_path, capsys):
    main([command, str(tmp_path / "\x1b]0;owned\x07\u202e.snappy")])
    assert is_plain(capsys.readouterr().err)


@pytest.mark.parametrize("location", [
    "qdrant://user:secret@host:6333/reports", "qdrants://user:secret@host/a/b", "ftp://u:secret@h/x",
    "s3://key:secret@",
])  # fmt: skip
def test_passwords_in_locations_are_not_echoed(location, capsys):
    assert main(["info", location]) != 0
    error = capsys.readouterr().err
    assert "secret" not in error
    assert "***@" in error
