"""The code in docs/extending.md runs as it stands: each page of docs is one program."""

import re
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


@pytest.mark.usefixtures("clean_registries")
def test_extensions_work(tmp_path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    program = "\n".join(blocks("extending.md"))
    exec(compile(program, "extending.md", "exec"), {"__name__": "extending"})
    printed = capsys.readouterr().out
    assert "coupon" in printed
    assert "The ferry leaves at nine." in printed
    assert len(printed.splitlines()) >= 4


def test_encoders_of_the_page_work(tmp_path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    program = "\n".join(blocks("encoders.md"))
    exec(compile(program, "encoders.md", "exec"), {"__name__": "encoders"})
    assert capsys.readouterr().out.strip()


def test_filters_select_what_the_page_says(tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    program = "\n".join(blocks("filters.md"))
    assert program.count("assert") == 6
    exec(compile(program, "filters.md", "exec"), {"__name__": "filters"})


def test_uploads_stay_showable_as_the_page_says(tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    (program,) = (block for block in blocks("stores.md") if "keep=" in block)
    exec(compile(program, "stores.md", "exec"), {"__name__": "stores"})
    assert (tmp_path / "highlighted.pdf").stat().st_size > 10_000


@pytest.mark.requires("fastapi", "httpx")
def test_the_api_serves_what_the_page_says(tmp_path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(blocks("serve.md")), "serve.md", "exec"), {"__name__": "serve"})
    assert "coupon of 4.85 per cent" in capsys.readouterr().out


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
