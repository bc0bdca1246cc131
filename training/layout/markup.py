"""HTML as strings."""

import html

# Chromium only tags a <p> with blocks in it, or a table it takes for mere layout, if told to.
ROLES = {"p": "paragraph", "table": "table"}
VOID = {"br", "hr", "img", "input"}
NOTE = "x-note"  # language of notes: the only mark of notes that Chromium keeps in the tags


def text(plain: str) -> str:
    """Escape plain text for use between tags."""
    return html.escape(plain, quote=False)


def element(tag: str, *content: str, css: str = "", **attributes: str | int | None) -> str:
    """Return an HTML element.

    content: HTML, already escaped. css: its style attribute. attributes: `_` in a name becomes
    `-` and is dropped at the end (`class_`); attributes that are None are left out.
    """
    if tag in ROLES:
        attributes = {"role": ROLES[tag], **attributes}
    if attributes.get("class_") == "note":
        attributes = {"lang": NOTE, **attributes}
    named = {"style": css or None, **attributes}
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for name, value in named.items()
        if value is not None
    )
    end = "" if tag in VOID else f"</{tag}>"
    return f"<{tag}{written}>{''.join(content)}{end}"


def paragraph(plain: str, css: str = "", class_: str | None = None) -> str:
    """Return a paragraph of plain text."""
    return element("p", text(plain), css=css, class_=class_)
