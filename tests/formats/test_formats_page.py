"""The code of docs/formats.md runs, and its table names every format."""

import re
from pathlib import Path

from snappy_core.formats import FORMATS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")


def test_code_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    exec(compile(block, "formats.md", "exec"), {})
    assert capsys.readouterr().out == "What the service read here\n"


def test_the_table_names_every_format():
    assert tuple(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)[1:]) == FORMATS.names()
