"""The code in docs/ runs as it stands: each page is one program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from snappy_core import registry

ROOT = Path(__file__).parent.parent


@pytest.fixture
def clean_registries(monkeypatch):
    """Forget what a page has registered."""
    for each in registry._REGISTRIES.values():
        monkeypatch.setattr(each, "_registered", dict(each._registered))


def blocks(name):
    text = (ROOT / "docs" / name).read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a page beside the examples, and returns what it prints."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)

    def run(name):
        exec(compile("\n".join(blocks(name)), name, "exec"), {"__name__": Path(name).stem})
        return capsys.readouterr().out

    return run


PRINTS = {
    "index.md": "coupon of 4.85 per cent",
    "searching.md": "verified The green bond carries a coupon of 4.85%",
    "adding.md": "report.pdf",
    "operations.md": "() () 7",
    "encoders.md": "\n",
    "langchain.md": "It carries 4.85 per cent. [1]",
    "llamaindex.md": "coupon of 4.85 per cent",
}
ELSEWHERE = {  # where the code of other pages is run, or why it is not
    "agents.md": "below",
    "evaluation.md": "names a model that somebody pays for",
    "extending.md": "below",
    "figures.md": "tests/ingest/test_describe.py",
    "filters.md": "below",
    "formats.md": "tests/formats/test_formats_page.py",
    "serve.md": "below",
    "stores.md": "below, where it needs no server",
}


def test_every_page_with_code_is_run():
    pages = {path.name for path in (ROOT / "docs").glob("*.md") if blocks(path.name)}
    assert pages == {*PRINTS, *ELSEWHERE}


@pytest.mark.tesseract
@pytest.mark.parametrize("name", PRINTS)
def test_a_page_runs_and_prints(name, run):
    if name in ("langchain.md", "llamaindex.md"):
        pytest.importorskip({"langchain.md": "langchain_core"}.get(name, "llama_index.core"))
    assert PRINTS[name] in run(name)


@pytest.mark.requires("mcp")
def test_the_server_of_the_page_is_made(run, monkeypatch):
    from mcp.server import MCPServer

    started = []
    monkeypatch.setattr(MCPServer, "run", lambda _, *how, **where: started.append((how, where)))
    run("agents.md")
    assert started == [(("streamable-http",), {"port": 8000})]


@pytest.mark.usefixtures("clean_registries")
def test_extensions_work(run):
    printed = run("extending.md")
    assert "coupon" in printed
    assert "The ferry leaves at nine." in printed
    assert len(printed.splitlines()) >= 4


def test_filters_select_what_the_page_says(run):
    assert "\n".join(blocks("filters.md")).count("assert") == 6
    run("filters.md")


def test_uploads_stay_showable_as_the_page_says(tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    (program,) = (block for block in blocks("stores.md") if "keep=" in block)
    exec(compile(program, "stores.md", "exec"), {"__name__": "stores"})
    assert (tmp_path / "highlighted.pdf").stat().st_size > 10_000


@pytest.mark.requires("fastapi", "httpx", "langchain_core")
def test_the_api_serves_what_the_page_says(run):
    printed = run("serve.md")
    assert "coupon of 4.85 per cent" in printed.splitlines()[0]
    told = [line.removeprefix("event: ") for line in printed.splitlines() if line[:6] == "event:"]
    page = (ROOT / "docs" / "serve.md").read_text("utf-8")
    assert {*told, "error"} == set(re.findall(r"^\| `(\w+)`(?:, \w+)? \|", page, re.MULTILINE))
    assert '"verdict":"verified"' in printed


@pytest.mark.requires("fastapi")
def test_the_page_of_the_server_lists_all_of_its_api():
    from snappy_core import RegionIndex
    from snappy_core.server import create_app

    page = (ROOT / "docs" / "serve.md").read_text("utf-8")
    for path in create_app(RegionIndex()).openapi()["paths"]:
        assert f"{path}`" in page


def test_every_registry_is_in_the_table():
    import snappy_core.evaluation.chunks
    import snappy_core.index  # noqa: F401  all registries exist now

    page = (ROOT / "docs" / "extending.md").read_text("utf-8")
    groups = {group for group in registry._REGISTRIES if not group.startswith("doctest")}
    assert set(re.findall(r"`(snappy\.\w+)` \|", page)) == groups


def test_every_promise_names_a_test_that_exists():
    page = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
    promises = re.findall(r"^\| .+ \| `([\w/.]+)(?:::(\w+))?` \|$", page, re.MULTILINE)
    assert len(promises) >= 20
    for file, name in promises:
        assert not name or re.search(rf"^ *(def|class) {name}\b", (ROOT / file).read_text(), re.M)
        assert (ROOT / file).is_file()


def test_the_diagrams_are_what_their_script_writes(tmp_path):
    subprocess.run(
        [sys.executable, ROOT / "docs" / "diagrams" / "draw.py", tmp_path], check=True, timeout=300
    )
    names = {path.name for path in (ROOT / "docs" / "diagrams").glob("*.svg")}
    assert names == {path.name for path in tmp_path.iterdir()}
    for name in names:
        assert (tmp_path / name).read_bytes() == (ROOT / "docs" / "diagrams" / name).read_bytes()
        assert name in (ROOT / "docs" / "how_it_works.md").read_text("utf-8")
