"""Converts HTML and Markdown to HTML without external references."""

from __future__ import annotations

from typing import Any

from lxml import etree, html
from markdown_it import MarkdownIt

TOO_DEEP = "is HTML whose elements are nested too deep: print it to a PDF in a browser"

_DROPPED = (
    "script", "noscript", "template", "iframe", "frame", "frameset", "object", "embed", "applet",
    "audio", "video", "source", "track", "link", "meta", "base", "style", "svg", "math", "canvas",
    "input", "button", "select", "textarea",
)  # fmt: skip
_UNSEEN = (
    f"//*[{' or '.join(f'self::{name}' for name in _DROPPED)} or @hidden"
    " or contains(translate(@style, ' ', ''), 'display:none')]"
)
_KEPT_ATTRIBUTES = frozenset({"colspan", "rowspan", "start", "dir", "lang", "align"})
_PAGE = (
    '<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8">'
    "<title>{}</title></head>{}</html>"
)


def clean_html(data: bytes) -> bytes:
    """Return a page with only its text, tables and embedded pictures.

    Scripts, styles, hidden elements and anything that would be loaded are removed: no address in
    a document is ever opened.

    Raises:
        ValueError: elements are nested too deep.
    """
    try:
        root = _parse(data, _encoding(data))
    except etree.ParserError:  # an empty page
        return _PAGE.format("", "<body></body>").encode()
    bodies = root.findall("body") or [root]
    for element in bodies[0].xpath(_UNSEEN):
        if element.getparent() is not None:
            element.drop_tree()
    for element in bodies[0].iter(etree.Element):
        is_picture = element.tag == "img" and element.get("src", "").startswith("data:image/")
        for name in list(element.attrib):
            if not (
                name in _KEPT_ATTRIBUTES or (is_picture and name in ("src", "width", "height"))
            ):
                del element.attrib[name]
        if element.tag == "table":
            element.set("border", "1")  # ruling lines make the cells certain
    for picture in bodies[0].xpath("//img[not(@src)]"):
        picture.drop_tree()
    body: str = html.tostring(bodies[0], encoding="unicode")
    return _PAGE.format("", body).encode("utf-8", "replace")


def _parse(data: bytes, encoding: str | None) -> Any:
    """Return the root of a complete page of HTML."""
    # Without `huge_tree`, parsing would stop without an error 256 elements deep, or at a picture
    # of 10 MB.
    parser = html.HTMLParser(
        encoding=encoding, no_network=True, remove_comments=True, huge_tree=True
    )
    root = html.document_fromstring(data, parser=parser)
    causes = {error.type for error in parser.error_log if error.level == etree.ErrorLevels.FATAL}
    if encoding is None and etree.ErrorTypes.ERR_INVALID_ENCODING in causes:
        # The parser stops at the first byte that is invalid in its encoding.
        text = data.decode(root.getroottree().docinfo.encoding, "replace")
        return _parse(text.encode("utf-8", "replace"), "utf-8")
    if causes - {etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING}:
        raise ValueError(TOO_DEEP)
    return root


def markdown_to_html(data: bytes) -> bytes:
    """Return Markdown (CommonMark with tables) as a page of HTML."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    return clean_html(renderer.render(text).encode())


def _encoding(data: bytes) -> str | None:
    """Return UTF-8 if the data is valid UTF-8; None leaves it to the page's own declaration."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"
