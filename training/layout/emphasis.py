"""Words in bold, italics or links within plain text."""

from training.layout.markup import element, text
from training.layout.text import LATIN, Writer


def inline(writer: Writer, plain: str) -> str:
    """Return text as HTML, sometimes with words in bold, italics or a link, or with a note mark."""
    words = text(plain)
    if writer.language in LATIN and writer.chance(0.12) and words.count(" ") > 6:
        parts = words.split(" ")
        start = writer.number_of(0, len(parts) - 4)
        stop = start + writer.number_of(1, 3)
        tag = writer.pick("b", "i", "i", "u", "em")
        parts[start:stop] = [element(tag, " ".join(parts[start:stop]))]
        words = " ".join(parts)
    elif writer.language in LATIN and writer.chance(0.04) and words.count(" ") > 12:
        words = _partly_italic(writer, words)
    if writer.chance(0.06):
        words += element("sup", str(writer.number_of(1, 40)))
    return words


def _partly_italic(writer: Writer, words: str) -> str:
    """Words with a long part, usually across a line break, in italics or bold."""
    parts = words.split(" ")
    length = writer.number_of(8, min(40, len(parts)))
    start = writer.number_of(0, len(parts) - length)
    stop = start + length
    slanted = element(writer.pick("i", "i", "i", "b"), " ".join(parts[start:stop]))
    return " ".join([*parts[:start], slanted, *parts[stop:]])
