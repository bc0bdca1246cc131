"""Document text inside prompts, where it must not be mistaken for what the program writes."""

from __future__ import annotations

import re

from snappy_core.names import ID_SUFFIX

QUOTES_HEADING = "Most relevant:"
"""The line above the parts of a region that answer."""

# Possessive quantifiers ("*+") prevent backtracking, so that long lines of spaces are fast.
_UNSEEN_SIGNS = r"\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_UNSEEN = rf"[{_UNSEEN_SIGNS}]*+"
_NUMBER = rf"\d[\d.,{_UNSEEN_SIGNS}]*+"
# "[2024] Prices.pdf#p1r1"; anything that looks like an id gets a backslash, with a lone "[" or not.
_REGION_ID = rf"(?:\[[^\[\]\n]*\]|[^\]\n])*{ID_SUFFIX}"
_MARKER = re.compile(
    rf"(?=[\[［]{_UNSEEN}(?:{_NUMBER}|{_REGION_ID}){_UNSEEN}[\]］]|{re.escape(QUOTES_HEADING)})"
)
_INDENT = re.compile(_UNSEEN)


def one_line(text: str) -> str:
    """Fold a name or page label to one line.

    >>> one_line("q3.pdf\\n[2] other.pdf")
    'q3.pdf [2] other.pdf'
    """
    return " ".join(text.split())


def escape_markers(text: str) -> str:
    r"""Return the text of a region for a prompt, where no line can be mistaken for a citation.

    Lines that begin like "[1]", "[1.2]", "[q3.pdf#p4r2]" or the heading of quotes get a backslash;
    every kind of line break becomes a line feed. Other text is unchanged.

    >>> print(escape_markers("Profit rose.\n[2.1] Profit fell."))
    Profit rose.
    \[2.1] Profit fell.
    """
    return "\n".join(map(_escape, text.splitlines()))


def _escape(line: str) -> str:
    indent = _INDENT.match(line)
    start = indent.end() if indent else 0
    return f"{line[:start]}\\{line[start:]}" if _MARKER.match(line, start) else line


def without_lead_in(text: str, previous: str, *, siblings: bool) -> str:
    r"""Return a text without the first lines that the text before it already contains.

    These are the header of a table's rows or the sentence that introduces the items of a list: the
    lines that two siblings share, or all of the text before. The last line is always kept.

    >>> without_lead_in("| Port |\n| --- |\n| Brae |", "| Port |\n| --- |\n| Aber |", siblings=True)
    '| Brae |'
    """
    lines, lines_before = text.split("\n"), previous.split("\n")
    shared = 0
    for line, line_before in zip(lines[:-1], lines_before, strict=False):
        if line != line_before:
            break
        shared += 1
    repeats = siblings or shared == len(lines_before)
    return "\n".join(lines[shared:]) if repeats else text


def passage_key(text: str, label: str, page_label: str, page_number: int) -> str:
    """Return the key that regions with the same content share; "" for a region without words.

    Running headers and footers are the same if they differ only in the page number.

    >>> passage_key("Annual Report 12", "header", "12", 14)
    'Annual Report'
    """
    words = text.split()
    if label in ("header", "footer"):
        words = [word for word in words if word not in (page_label, str(page_number))]
    return " ".join(words)
