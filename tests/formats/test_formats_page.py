"""The code of docs/formats.md runs, and its table names every format."""

import re
from pathlib import Path

from snappy_core.formats import FORMATS, read_regions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")
SUPPLYING, OWN_FORMAT = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_regions_are_supplied(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(SUPPLYING, "formats.md", "exec"), {})
    assert capsys.readouterr().out == "What the service read here\n"


def test_a_format_of_your_own(monkeypatch):
    monkeypatch.setattr(FORMATS, "_registered", {})
    exec(compile(OWN_FORMAT, "formats.md", "exec"), {})
    block = {"box": [10, 20, 50, 40], "text": "low water"}
    content = {"producer": "acme", "pages": [{"width": 100, "height": 200, "blocks": [block]}]}
    assert read_regions(content)[1].regions[0].text == "low water"


def test_the_table_names_every_format():
    assert tuple(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)[1:]) == FORMATS.names()
