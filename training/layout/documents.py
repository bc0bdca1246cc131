"""Whole documents as HTML, each determined by its seed."""

from collections.abc import Container
from dataclasses import dataclass, replace

from training.layout.kinds import KINDS, Element
from training.layout.markup import element
from training.layout.prose import heading
from training.layout.style import Style, draw_style
from training.layout.text import LOCALES, Writer

ENGLISH_SHARE = 0.8


@dataclass(frozen=True)
class Document:
    """A document as the HTML of its elements, in reading order."""

    kind: str
    style: Style
    opening: str
    elements: tuple[str, ...]
    closing: str

    def html(self, elements: int | None = None) -> str:
        """Return the document, with only its first `elements` if a number is given."""
        body = "".join(self.elements[:elements])
        if KINDS[self.kind].slides:
            flow = body
        else:
            flow = self.opening + element("div", body, self.closing, class_="columns")
        if self.style.watermark:
            word = element("span", self.style.watermark)
            flow = element("div", word, class_="mark", aria_hidden="true") + flow
        head = f'<meta charset="utf-8"><title>{self.kind}</title><style>{self.style.css}</style>'
        return (
            f'<!doctype html><html lang="{self.style.language}" dir="{self.style.direction}">'
            f"<head>{head}</head><body>{flow}</body></html>"
        )


def draw_document(seed: int) -> Document:
    """Draw the document of a seed."""
    writer = Writer.seeded(seed)
    name = writer.random.choices(list(KINDS), [kind.share for kind in KINDS.values()])[0]
    return document_of_kind(seed, name, draw_language(writer))


def draw_language(writer: Writer) -> str:
    """Draw a language of LOCALES, usually English."""
    if writer.chance(ENGLISH_SHARE):
        return "en"
    return writer.random.choice([code for code in LOCALES if code != "en"])


def document_of_kind(
    seed: int, name: str, language: str = "en", makers: Container[Element] | None = None
) -> Document:
    """Draw a document of a given kind and language, using only these element makers."""
    writer, kind = Writer.seeded(seed, language), KINDS[name]
    style = draw_style(writer, kind.slides, kind.most_columns)
    count = writer.number_of(*kind.lengths)
    # The few elements a document uses most, since documents are not a sample of everything.
    favored = {
        maker: weight * writer.random.choice([0.2, 0.6, 1, 1, 1.6, 3])
        for maker, weight in kind.weights.items()
        if makers is None or maker in makers
    }

    def draw() -> str:
        return writer.random.choices(list(favored), list(favored.values()))[0](writer, style)

    if kind.slides:
        writer = replace(writer, is_brief=writer.chance(0.7))
        slides = [_slide(writer, style, favored) for _ in range(count)]
        return Document(name, style, "", tuple(slides), "")
    openings = [maker for maker in kind.openings if makers is None or maker in makers]
    closings = [maker for maker in kind.closings if makers is None or maker in makers]
    opening = ""
    if openings and writer.chance(0.85):
        opening = writer.random.choice(openings)(writer, style)
    closing = "".join(maker(writer, style) for maker in closings if writer.chance(0.8))
    return Document(name, style, opening, tuple(draw() for _ in range(count)), closing)


def _slide(writer: Writer, style: Style, favored: dict[Element, float]) -> str:
    """A page with a title and one to three elements."""
    makers = writer.random.choices(
        list(favored), list(favored.values()), k=writer.random.choice([1, 1, 2, 3])
    )
    title = heading(writer, style, writer.random.choice([1, 1, 2])) if writer.chance(0.9) else ""
    has_halves = len(makers) == 2 and writer.chance(0.6)
    look = replace(style, columns=2) if has_halves else style
    parts = [element("div", maker(writer, look), css="min-width:0") for maker in makers]
    if has_halves:
        body = element("div", *parts, css="display:grid;grid-template-columns:1fr 1fr;gap:8mm")
    else:
        body = "".join(parts)
    ground = f"background:{style.tint};" if writer.chance(0.15) else ""
    css = f"break-after:page;min-height:{style.paper.body_height - 2:.1f}mm;display:flow-root;"
    return element("section", title, body, css=css + ground)


def html_document(seed: int, elements: int | None = None) -> str:
    """Return the document of a seed as HTML, with only its first `elements` if given."""
    return draw_document(seed).html(elements)
