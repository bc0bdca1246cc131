import pytest

from snappy_core import IngestReport, PasswordRequiredError, UnreadableDocumentError
from snappy_core.ingest.report import Failure

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
