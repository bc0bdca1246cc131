import logging
import subprocess
import sys
import warnings

import pytest

from snappy_core import (
    IngestReport,
    IngestWarning,
    PasswordRequiredError,
    RegionIndex,
    UnreadableDocumentError,
)
from snappy_core.ingest.report import Failure, warn_of

CUT = UnreadableDocumentError("a.pdf", "is cut off")
LOCKED = PasswordRequiredError("b.pdf", "is encrypted")


def report(*failed):
    return IngestReport((), (), failed, (), 0, 0.0)


def test_raises_the_first_error():
    failed = report(Failure("a.pdf", CUT.cause, CUT), Failure("b.pdf", LOCKED.cause, LOCKED))
    with pytest.raises(UnreadableDocumentError, match=r"^a\.pdf: is cut off$") as caught:
        failed.raise_failed()
    assert caught.value is CUT


def test_raises_nothing_when_nothing_failed():
    report().raise_failed()


@pytest.mark.parametrize("how", ["add", "add_document", "sync"])
def test_who_does_not_look_at_the_report_is_warned(data, tmp_path, caplog, how):
    """Once, where add is called; and in the log."""
    path = tmp_path / "blank.pdf"
    path.write_bytes((data / "blank_page.pdf").read_bytes())
    with (
        RegionIndex() as index,
        caplog.at_level(logging.INFO, "snappy_core"),
        pytest.warns(IngestWarning, match=r"blank\.pdf, page 1: has no text") as caught,
    ):
        getattr(index, how)(tmp_path if how == "sync" else path)
    assert [warning.filename for warning in caught] == [__file__]
    logged = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert logged == [
        ("INFO", f"{path.as_posix()}: added, 1 pages"),
        ("WARNING", f"{path.as_posix()}, page 1: has no text"),
    ]


def test_a_failure_is_warned_of_and_logged(data, caplog):
    path = data / "not_a_pdf.pdf"
    with RegionIndex() as index, pytest.warns(IngestWarning, match="was not added: "):
        index.add([path, data / "table.pdf"])
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.records[0].getMessage().startswith(f"{path.as_posix()}: not added: ")


def test_searches_and_removals_are_logged_without_the_question(data, tmp_path, caplog):
    for name in ("table.pdf", "unicode.pdf"):
        (tmp_path / name).write_bytes((data / name).read_bytes())
    with RegionIndex() as index, caplog.at_level(logging.DEBUG, "snappy_core"):
        index.sync(tmp_path)
        (tmp_path / "table.pdf").unlink()
        caplog.clear()
        index.sync(tmp_path)
        index.search("tides", k=1)
    removed, searched = [record.getMessage() for record in caplog.records]
    assert removed == "table.pdf: removed, its file is gone"
    assert searched.startswith(":memory:: 1 hits in 0.")


def test_many_causes_are_one_warning():
    causes = tuple(f"{number}.pdf, page 1: has no text" for number in range(9))
    with pytest.warns(IngestWarning, match=r"^0\.pdf.*; 4\.pdf[^;]*; and 4 more$") as caught:
        warn_of(IngestReport((), (), (), causes, 9, 0.0))
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of(report())


def test_nothing_is_said_twice_without_logging(data):
    """A program that has set up no logging sees the warning, and no line of the log."""
    program = "import sys; from snappy_core import RegionIndex; RegionIndex().add(sys.argv[1])"
    command = [sys.executable, "-c", program, data / "blank_page.pdf"]
    err = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert err.count("has no text") == 1
    assert "IngestWarning" in err
