"""Kinds of documents: how each begins, which elements it has and how often, and how it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from training.layout import (
    exercises,
    figures,
    forms,
    galleries,
    layouts,
    letters,
    openings,
    panels,
    printouts,
    prose,
    records,
    tables,
    typed,
)
from training.layout.style import Style
from training.layout.text import Writer

Element = Callable[[Writer, Style], str]


@dataclass(frozen=True)
class Kind:
    """A kind of document; weights say how often an element is drawn relative to the others."""

    weights: Mapping[Element, float]
    openings: tuple[Element, ...] = (openings.title_block,)
    closings: tuple[Element, ...] = ()
    lengths: tuple[int, int] = (18, 46)  # fewest and most elements
    most_columns: int = 3
    slides: bool = False
    share: float = 1.0  # of documents, relative to other kinds
    languages: bool = field(default=True)  # may be in a language other than English


_TEXT: dict[Element, float] = {
    prose.body_paragraph: 4,
    prose.section: 2,
    prose.list_with_lead_in: 1,
    records.labeled_list: 0.15,
}
_FIGURES: dict[Element, float] = {
    figures.chart_figure: 1, figures.diagram_figure: 0.5, figures.photo_figure: 0.4,
    figures.figure_row: 0.2,
    figures.figure_beside_text: 0.25, figures.floating_figure: 0.2,
}  # fmt: skip
_TABLES: dict[Element, float] = {
    tables.table: 1.2, tables.wide_table: 0.25, tables.stacked_tables: 0.2,
    tables.tables_side_by_side: 0.08,
    tables.table_beside_text: 0.1, tables.key_value_table: 0.15, tables.landscape_table: 0.03,
    tables.turned_table: 0.04,
}  # fmt: skip


def _times(weights: Mapping[Element, float], factor: float) -> dict[Element, float]:
    return {element: weight * factor for element, weight in weights.items()}


KINDS: dict[str, Kind] = {
    "report": Kind(
        {layouts.side_headings: 0.15, layouts.side_entries: 0.12, layouts.margin_notes: 0.12,
         layouts.panel_beside_text: 0.15,
         layouts.footnoted_page: 0.08, layouts.lists_side_by_side: 0.1, layouts.steps: 0.08,
         galleries.people: 0.05, galleries.picture_diagram: 0.15,
         galleries.full_page_picture: 0.04, layouts.drop_capital: 0.1, **_TEXT, **_FIGURES,
         **_TABLES, panels.callout: 0.3, panels.card_grid: 0.3, panels.side_bar: 0.2,
         panels.pull_quote: 0.2, prose.footnotes: 0.3, prose.quotation: 0.15,
         prose.run_in_section: 0.3,
         figures.photo_with_words: 0.08, figures.icon_row: 0.1, typed.discussed_figures: 0.1,
         typed.small_grid: 0.1, typed.directory: 0.08, typed.announcement: 0.08,
         printouts.results: 0.05, printouts.listing: 0.05},
        openings=(galleries.title_band, galleries.full_page_picture, openings.title_block,
        openings.cover, prose.contents, figures.photo_with_words), share=2,
    ),
    "paper": Kind(
        {exercises.theorem: 0.5, layouts.footnoted_page: 0.03, galleries.picture_diagram: 0.15,
         layouts.drop_capital: 0.05,
         **_times(_TEXT, 1.3), **_times(_FIGURES, 0.6), **_times(_TABLES, 0.6), prose.formula: 0.9,
         prose.footnotes: 0.3, prose.run_in_section: 0.3, prose.code: 0.1, printouts.console: 0.05,
         prose.references: 0.1},
        openings=(openings.paper_head,), closings=(prose.references,), share=1.6,
    ),
    "filing": Kind(
        {layouts.footnoted_page: 0.1, layouts.side_headings: 0.1, layouts.side_entries: 0.2,
         prose.body_paragraph: 4,
         prose.section: 1.5, prose.run_in_section: 0.8, prose.list_with_lead_in: 0.8,
         tables.financial_table: 1.8, tables.table: 0.5, tables.wide_table: 0.3,
         tables.stacked_tables: 0.3,
         prose.footnotes: 0.3, records.clauses: 0.3, typed.discussed_figures: 0.5,
         typed.typed_clauses: 0.4, typed.small_grid: 0.3, typed.directory: 0.15},
        openings=(exercises.filing_cover, exercises.filing_cover, openings.title_block,
        prose.contents), most_columns=2, share=1.5,
    ),
    "statements": Kind(
        {tables.financial_table: 3, tables.stacked_tables: 0.5, prose.body_paragraph: 2,
         prose.section: 0.8,
         prose.footnotes: 0.3, tables.table: 0.5, tables.tables_side_by_side: 0.12,
         typed.discussed_figures: 0.5},
        lengths=(8, 24), most_columns=1,
    ),
    "letter": Kind(
        {layouts.parallel_text: 0.05, prose.body_paragraph: 5, prose.list_with_lead_in: 0.8,
         panels.value_columns: 0.3, tables.table: 0.2, typed.announcement: 0.15,
         typed.typed_clauses: 0.3, typed.directory: 0.15},
        openings=(letters.letter_head,), closings=(letters.letter_close,), lengths=(3, 9),
        most_columns=1,
    ),
    "memo": Kind(
        {prose.body_paragraph: 4, prose.section: 1, prose.list_with_lead_in: 1, tables.table: 0.4},
        openings=(letters.memo_head,), lengths=(4, 14), most_columns=1, share=0.6,
    ),
    "invoice": Kind(
        {tables.table: 0.6, panels.value_columns: 0.8, prose.body_paragraph: 1,
         tables.key_value_table: 0.6,
         prose.footnotes: 0.2, panels.card_grid: 0.2},
        openings=(letters.invoice_head,), lengths=(2, 6), most_columns=1, share=0.7,
    ),
    "form": Kind(
        {forms.form_section: 2, forms.fields: 1, forms.check_boxes: 1.5, forms.survey: 0.5,
         forms.signatures: 0.4,
         prose.body_paragraph: 1, panels.callout: 0.2, tables.table: 0.2,
         prose.list_with_lead_in: 0.3, typed.worksheet: 1, typed.small_grid: 0.4,
         typed.typed_clauses: 0.3},
        closings=(forms.signatures,), lengths=(6, 22), most_columns=2,
    ),
    "slides": Kind(
        {layouts.lists_side_by_side: 0.6, layouts.steps: 0.5, layouts.panel_beside_text: 0.4,
         galleries.people: 0.3, galleries.features: 0.5, galleries.picture_diagram: 0.4,
         tables.tables_side_by_side: 0.12, prose.list_with_lead_in: 3, prose.body_paragraph: 0.8,
         figures.chart_figure: 1.5, figures.diagram_figure: 1,
         tables.table: 0.9, panels.card_grid: 1, figures.figure_beside_text: 0.8,
         figures.icon_row: 0.5,
         figures.photo_figure: 0.4, panels.pull_quote: 0.3, panels.callout: 0.3,
         figures.photo_with_words: 0.3,
         tables.table_beside_text: 0.4, figures.figure_row: 0.5, tables.financial_table: 0.3},
        lengths=(8, 16), most_columns=1, slides=True, share=1.4,
    ),
    "brochure": Kind(
        {exercises.menu: 0.3, layouts.panel_beside_text: 0.6, layouts.steps: 0.5,
         layouts.lists_side_by_side: 0.4,
         galleries.people: 0.3, galleries.products: 0.5, galleries.features: 0.6,
         galleries.full_page_picture: 0.15, galleries.picture_diagram: 0.3,
         layouts.drop_capital: 0.2, prose.body_paragraph: 2, prose.section: 1.5,
         panels.callout: 1.2, panels.card_grid: 1.2, panels.news_cards: 0.8,
         figures.photo_with_words: 0.5, figures.photo_figure: 0.8, figures.floating_figure: 0.5,
         panels.pull_quote: 0.5,
         figures.icon_row: 0.6, prose.list_with_lead_in: 1, panels.side_bar: 0.5, tables.table: 0.3,
         figures.chart_figure: 0.4, figures.figure_beside_text: 0.5},
        openings=(galleries.title_band, galleries.full_page_picture, figures.photo_with_words,
        openings.title_block), lengths=(12, 30), share=1.3,
    ),
    "manual": Kind(
        {layouts.steps: 0.6, galleries.picture_diagram: 0.4, layouts.side_headings: 0.4,
         records.labeled_list: 0.8,
         galleries.features: 0.2, layouts.margin_notes: 0.15, prose.section: 2,
         prose.list_with_lead_in: 2.5, prose.body_paragraph: 1.5, panels.warning: 1,
         prose.code: 0.5, printouts.console: 0.4,
         figures.screenshot: 0.8, figures.diagram_figure: 0.6, tables.table: 0.7,
         figures.figure_beside_text: 0.2,
         prose.glossary: 0.2},
        openings=(galleries.title_band, openings.title_block, prose.contents),
    ),
    "contents": Kind(
        {prose.contents: 1, prose.body_paragraph: 1, prose.index_entries: 0.7, prose.glossary: 0.7},
        openings=(prose.contents, openings.cover), lengths=(3, 8), share=0.6,
    ),
    "references": Kind(
        {prose.references: 1, prose.glossary: 0.5, prose.footnotes: 0.6, prose.body_paragraph: 1.5},
        lengths=(3, 10), share=0.5,
    ),
    "newsletter": Kind(
        {exercises.menu: 0.1, exercises.transcript: 0.1, layouts.drop_capital: 0.5,
         galleries.people: 0.2, layouts.dated_entries: 0.3,
         layouts.panel_beside_text: 0.2, prose.section: 3, prose.body_paragraph: 3,
         figures.photo_figure: 0.8, panels.pull_quote: 0.5, panels.callout: 0.5,
         figures.chart_figure: 0.3, panels.side_bar: 0.3, prose.poem: 0.15,
         prose.list_with_lead_in: 0.5,
         panels.news_cards: 0.5, tables.table: 0.2, typed.announcement: 0.4,
         typed.directory: 0.2, typed.worksheet: 0.1},
        openings=(galleries.title_band, openings.title_block, figures.photo_with_words), share=1,
    ),
    "datasheet": Kind(
        {galleries.features: 0.3, galleries.products: 0.2, galleries.picture_diagram: 0.2,
         layouts.lists_side_by_side: 0.3, tables.table: 2.5, tables.key_value_table: 1,
         prose.list_with_lead_in: 1.2, prose.body_paragraph: 1.5,
         figures.chart_figure: 1, figures.diagram_figure: 0.8, tables.tables_side_by_side: 0.2,
         tables.label_table: 0.3,
         figures.photo_figure: 0.3, panels.card_grid: 0.4, prose.section: 0.8},
        lengths=(8, 24), most_columns=2, openings=(galleries.title_band, openings.title_block),
    ),
    "resume": Kind(
        {layouts.side_headings: 0.8, layouts.dated_entries: 0.8, records.resume_entry: 2,
         prose.list_with_lead_in: 0.6, panels.value_columns: 0.6, prose.body_paragraph: 0.5},
        openings=(openings.resume_head,), lengths=(3, 8), most_columns=1, share=0.5,
    ),
    "minutes": Kind(
        {exercises.transcript: 0.8, records.motion: 3, prose.body_paragraph: 1,
         layouts.side_entries: 1,
         prose.list_with_lead_in: 0.6,
         records.agenda: 0.3, tables.table: 0.2},
        openings=(openings.minutes_head,), closings=(forms.signatures,), lengths=(5, 16),
        most_columns=1, share=0.6,
    ),
    "press": Kind(
        {prose.body_paragraph: 4, panels.pull_quote: 0.3, prose.list_with_lead_in: 0.5,
         tables.financial_table: 0.4},
        openings=(letters.press_head,), closings=(panels.value_columns,), lengths=(4, 12),
        most_columns=1, share=0.6,
    ),
    "contract": Kind(
        {layouts.parallel_text: 0.3, layouts.side_headings: 0.2, layouts.side_entries: 0.4,
         records.labeled_list: 0.5, records.clauses: 3,
         prose.body_paragraph: 1, prose.list_with_lead_in: 0.3, prose.glossary: 0.3,
         tables.table: 0.2, typed.typed_clauses: 3, typed.signature_lines: 0.2,
         typed.small_grid: 0.1},
        closings=(forms.signatures, typed.signature_lines), lengths=(5, 16), most_columns=2,
        share=0.8, openings=(exercises.court_caption, openings.title_block),
    ),
    "directory": Kind(
        {typed.directory: 3, prose.section: 0.6, panels.value_columns: 0.3, typed.small_grid: 0.3,
         typed.announcement: 0.3},
        lengths=(2, 6), most_columns=2, share=0.4,
    ),
    "printout": Kind(
        {printouts.listing: 2, printouts.results: 1.5, printouts.console: 0.5,
         prose.body_paragraph: 0.5, tables.wide_table: 0.3},
        lengths=(2, 7), most_columns=1, share=0.5,
    ),
    "questions": Kind(
        {exercises.multiple_choice: 1.5, exercises.transcript: 1, layouts.parallel_text: 0.3,
         layouts.side_headings: 0.3, records.questions: 3,
         prose.section: 1, panels.callout: 0.3, prose.list_with_lead_in: 0.6,
         records.labeled_list: 0.6, layouts.side_entries: 0.5, typed.worksheet: 1.5,
         typed.typed_clauses: 0.5},
        lengths=(5, 14), most_columns=2, share=0.4,
    ),
}  # fmt: skip
