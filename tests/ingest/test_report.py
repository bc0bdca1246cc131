import pytest

from snappy_core import Failure, IngestReport, PasswordRequired, UnreadableDocument

CUT = UnreadableDocument("a.pdf", "is cut off")
LOCKED = PasswordRequired("b.pdf", "is encrypted")


def report(*failed):
    return IngestReport((), (), failed, (), 0, 0.0)


def test_raises_the_first_error():
    failed = report(Failure("a.pdf", CUT.cause, CUT), Failure("b.pdf", LOCKED.cause, LOCKED))
    with pytest.raises(UnreadableDocument, match=r"^a\.pdf: is cut off$") as caught:
        failed.raise_failed()
    assert caught.value is CUT


def test_raises_nothing_when_nothing_failed():
    report().raise_failed()
