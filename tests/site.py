"""Check the pages of the docs as they are built: python -m tests.site out/site.

Links and anchors of the site lead somewhere, and no page loads anything from another host.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class _Page(HTMLParser):
    """The ids of a page, where its links lead, and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids, self.links, self.loads = set[str](), list[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif (url := values.get(_LOADS.get(tag, ""))) and values.get("rel") != "canonical":
            self.loads.append(url)


def problems(folder: Path) -> list[str]:
    """Return a line for each link that leads nowhere, and for each load from elsewhere."""
    pages = {path.resolve(): _Page(path.read_text("utf-8")) for path in folder.rglob("*.html")}
    lines = []
    for path, page in sorted(pages.items()):
        name = path.relative_to(folder.resolve())
        for url in page.loads:
            if urlsplit(url).netloc:
                lines.append(f"{name}: loads {url}")
        for url in {*page.links, *page.loads}:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc or name.name == "404.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment)
            if not target.exists():
                lines.append(f"{name}: {url} leads nowhere")
            elif anchor and target in pages and anchor not in pages[target].ids:
                lines.append(f"{name}: {url} has no such anchor")
    return lines if pages else [f"{folder}: no pages"]


if __name__ == "__main__":
    found = problems(Path(sys.argv[1]))
    print("\n".join(found) or "All links lead somewhere, and nothing is loaded from elsewhere.")
    sys.exit(bool(found))
