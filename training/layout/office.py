"""Documents as OpenDocument text for LibreOffice, made from the HTML of simple elements."""

import re

import lxml.html

from training.layout import (
    exercises,
    figures,
    kinds,
    letters,
    openings,
    panels,
    prose,
    records,
    tables,
    typed,
)
from training.layout.documents import Document, document_of_kind, draw_language
from training.layout.kinds import Element
from training.layout.office_body import Body
from training.layout.office_styles import NAMESPACES, named_styles, page_layout
from training.layout.text import Writer

# Elements without grids, floats and positions, which OpenDocument text does not have.
MAKERS: frozenset[Element] = frozenset(
    {
        prose.body_paragraph,
        prose.section,
        prose.run_in_section,
        prose.list_with_lead_in,
        prose.quotation,
        prose.references,
        prose.glossary,
        prose.code,
        prose.poem,
        tables.table,
        tables.financial_table,
        tables.wide_table,
        tables.key_value_table,
        tables.stacked_tables,
        figures.chart_figure,
        figures.diagram_figure,
        figures.photo_figure,
        figures.screenshot,
        letters.letter_close,
        openings.title_block,
        openings.minutes_head,
        openings.resume_head,
        letters.press_head,
        records.questions,
        panels.callout,
        panels.warning,
        panels.pull_quote,
        exercises.theorem,
        exercises.transcript,
        exercises.multiple_choice,
        records.motion,
        records.agenda,
        records.clauses,
        openings.paper_head,
        typed.typed_clauses,
        typed.directory,
        typed.worksheet,
        typed.discussed_figures,
        typed.small_grid,
        typed.announcement,
        typed.signature_lines,
    }
)
KINDS = ("report", "paper", "filing", "statements", "letter", "memo", "manual", "references",
         "minutes", "press", "contract", "questions", "datasheet", "form", "directory")  # fmt: skip
SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)


def draw_document(seed: int) -> Document:
    """Draw the document of a seed from the elements that OpenDocument text can hold."""
    writer = Writer.seeded(seed)
    name = writer.random.choices(KINDS, [kinds.KINDS[name].share for name in KINDS])[0]
    return document_of_kind(seed, name, draw_language(writer), MAKERS)


def flat_text(document: Document, seed: int, elements: int | None = None) -> str:
    """Return a document as flat OpenDocument text, with only its first `elements` if given."""
    look = document.style
    writer = Writer.seeded(seed, look.language)
    drawings: list[str] = []

    def converted(html: str) -> str:
        def held(match: re.Match[str]) -> str:
            drawings.append(match[0])
            return f'<img data-drawing="{len(drawings) - 1}">'

        return body.blocks(lxml.html.fragment_fromstring(SVG.sub(held, html), create_parent="div"))

    body = Body(writer, look, drawings)
    opening = converted(document.opening) if document.opening else ""
    flow = converted("".join(document.elements[:elements]) + document.closing)
    layout, master = page_layout(writer, look)
    gap = f'fo:column-count="{look.columns}" fo:column-gap="{look.column_gap:.0f}mm"'
    section = (
        '<style:style style:name="Columns" style:family="section"><style:section-properties>'
        f"<style:columns {gap}/></style:section-properties></style:style>"
    )
    picture = '<style:graphic-properties style:vertical-pos="top" style:vertical-rel="baseline"/>'
    section += f'<style:style style:name="Picture" style:family="graphic">{picture}</style:style>'
    if look.columns > 1:
        flow = f'<text:section text:style-name="Columns" text:name="Columns">{flow}</text:section>'
    language = (
        '<style:default-style style:family="paragraph"><style:text-properties '
        f'fo:language="{look.language}" '
        f'fo:country="{"US" if look.language == "en" else "none"}"/></style:default-style>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMESPACES} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:styles>{language}{named_styles(writer, look)}</office:styles>"
        f"<office:automatic-styles>{body.automatic_styles()}{section}{layout}</office:automatic-styles>"
        f"{master}<office:body><office:text>{opening}{flow}</office:text></office:body></office:document>"
    )
