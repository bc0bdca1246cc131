"""Hostile files are indexed, or raise one of Snappy's errors; none hangs or kills the process."""

import pytest

from snappy_core import ReadingOptions, RegionIndex, Workers
from snappy_core.parsing import Source
from tests.hostile.cases import all_cases
from tests.hostile.watch import explain, run
from tests.ingest.misbehaving import TIMEOUT, Warmed

pytest.importorskip("resource")  # limits of memory: not on Windows

SEED = 1
SHARDS = 4
CASES = [case for case in all_cases(SEED) if not case.worker]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_file_is_indexed_or_reported(shard):
    names = [case.name for case in CASES[shard::SHARDS]]
    outcomes = list(run(names, SEED))
    assert not [explain(outcome, SEED) for outcome in outcomes if outcome.bad]
    assert [outcome.case for outcome in outcomes] == names


def test_there_are_enough():
    names = [case.name for case in CASES]
    assert len(names) >= 300
    assert len(set(names)) == len(names)


def test_workers_survive_what_kills_pdfium(data):
    """One crashes, one takes all memory, one never ends; the file after them is added."""
    names = {"trees/labels: a loop", "pages/forms: calls itself", "pages/pattern: tiny steps"}
    deadly = [case for case in all_cases(SEED) if case.name in names and case.worker]
    sources = [Source.from_bytes(case.make(), case.name) for case in deadly]
    with RegionIndex.open(":memory:", Warmed()) as index:
        report = index.add(
            [*sources, data / "hyphens.pdf"],
            reading=ReadingOptions(ocr="never"),
            executor=Workers(1, timeout=TIMEOUT, memory=1 << 30),
        )
    assert {failure.source for failure in report.failed} == names
    assert [added.rsplit("/", 1)[1] for added in report.added] == ["hyphens.pdf"]
