"""The README's code runs as it stands, and its links lead somewhere."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_there_is_code_for_each_way_in():
    assert [name in block for name, block in zip(NAMES, BLOCKS, strict=True)] == [True] * 3


NAMES = ("snappy_langchain", "snappy_llamaindex", "snappy_core")


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_code_runs_and_finds_the_answer(block, tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})
    assert "coupon of 4.85 per cent" in capsys.readouterr().out


def test_links_lead_somewhere():
    for path in re.findall(r"\]\(([^)#]+)\)", README):
        assert path.startswith("https://") or (ROOT / path).exists(), path


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_commands_are_targets_of_the_makefile(command):
    assert command in README
    assert re.search(rf"^{command.removeprefix('make ')}:", (ROOT / "Makefile").read_text(), re.M)
