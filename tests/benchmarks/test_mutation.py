"""Mutation testing of a tiny repository."""

from pathlib import Path

import pytest

from benchmarks import mutation

CODE = """
def larger(a: int | None, b: int) -> int | None:
    return b if a is None or a < b else a


def unused(n: int) -> int:
    return n + 1
"""
TESTS = """
from snappy_core.scoring.numbers import larger


def test_larger():
    assert (larger(1, 2), larger(2, 1), larger(None, 1)) == (2, 2, 1)
"""


def test_each_module_is_tested_by_its_own_tests_first():
    pooling = mutation.test_files(mutation.ROOT, Path("snappy_core/scoring/pooling.py"))
    assert pooling[:2] == ["snappy_core/scoring/pooling.py", "tests/scoring/test_pooling.py"]
    assert {"tests/search/test_engine.py", "tests/test_index.py"} <= set(pooling)
    assert not any("ingest" in file for file in pooling)


def test_slow_tests_are_for_their_own_modules():
    names = ("plan.py", "report.py", "ray/actor.py")
    plan, report, actor = (
        mutation.test_files(mutation.ROOT, Path("snappy_core/ingest", name)) for name in names
    )
    assert [("tests/ingest/test_kill.py" in files) for files in (plan, report)] == [True, False]
    assert not any("ray" in file for file in (*plan, *report))
    assert all("ingest/ray" in file for file in actor)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    files = {
        "snappy_core/__init__.py": "",
        "snappy_core/scoring/__init__.py": "",
        "snappy_core/scoring/numbers.py": CODE,
        "tests/scoring/test_numbers.py": TESTS,
        "tests/test_index.py": "",
        "tests/test_page_search.py": "",
        "pyproject.toml": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(mutation, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.filterwarnings("ignore")  # of cosmic-ray
def test_survivors_are_named(repository, capsys):
    pytest.importorskip("cosmic_ray")
    sample = mutation.sample_mutants(repository, 2, seed=2)
    assert mutation.sample_mutants(repository, 2, seed=2) == sample
    survivors = mutation.run(2, seed=2)
    assert [mutant.definition_name for mutant in survivors] == ["unused"]
    output = capsys.readouterr()
    assert "1 killed, 1 survived: 50.0% killed" in output.out
    assert "survived" in output.out.splitlines()[0]
    assert "killed" in output.err
    assert (repository / "snappy_core/scoring/numbers.py").read_text() == CODE


@pytest.mark.filterwarnings("ignore")
def test_tests_that_fail_anyway_are_an_error(repository):
    pytest.importorskip("cosmic_ray")
    (repository / "tests/test_index.py").write_text("def test_broken():\n    assert False\n")
    with pytest.raises(RuntimeError, match="tests fail without a mutation"):
        mutation.run(1)
