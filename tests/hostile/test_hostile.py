"""Hostile files are indexed or reported with a typed error; none hangs or kills its reader."""

import pytest

from tests.hostile.cases import all_cases
from tests.hostile.watch import explain, run

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
