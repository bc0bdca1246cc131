"""The check of the built docs notices what leads nowhere."""

from tests.site import problems


def test_links_and_loads(tmp_path):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "core.html").write_text('<h2 id="hits">Hits</h2>')
    (tmp_path / "index.html").write_text(
        '<link rel="canonical" href="https://docs.example/"><link rel="stylesheet" href="a.css">'
        '<script src="https://cdn.example/x.js"></script><a href="https://example.org">out</a>'
        '<a href="api/core.html#hits">there</a><a href="api/core.html#misses">not there</a>'
        '<a href="gone.html">gone</a><a href="#top">top</a>'
    )
    assert sorted(problems(tmp_path)) == [
        "index.html: #top has no such anchor",
        "index.html: a.css leads nowhere",
        "index.html: api/core.html#misses has no such anchor",
        "index.html: gone.html leads nowhere",
        "index.html: loads https://cdn.example/x.js",
    ]


def test_no_pages(tmp_path):
    assert problems(tmp_path) == [f"{tmp_path}: no pages"]
