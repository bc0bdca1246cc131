"""Highlights: how well the best part of a hit fits a row, an item or a sentence that answers."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from snappy_core.boxes import as_boxes, contains_center, enclose, iou
from snappy_core.encoders.base import Encoder
from snappy_core.evaluation.bench import Corpus, Question
from snappy_core.evaluation.metrics import word_f1
from snappy_core.search import engine
from snappy_core.search.highlights import find_highlights
from snappy_core.search.page_references import PageReference
from snappy_core.search.page_scores import query_weights
from snappy_core.search.spans import spans_of
from snappy_core.stores.base import Store
from snappy_core.types import Page, Region

SMALL = {"row": "row", "table_row": "row", "item": "item", "list_item": "item"}
"""Granularities of evidence smaller than a region, by their names in benches."""

COLUMNS = ("region iou", "highlight iou", "region f1", "highlight f1")


def measure_highlights(
    store: Store, encoder: Encoder, questions: Sequence[Question], corpus: Corpus
) -> dict[str, Any]:
    """Compare the best highlight and its region with the gold box, on the page of the answer.

    Only questions whose evidence is a row, an item or a sentence count. The sentence is the one
    that contains the `answer` of the question word for word.

    Returns:
        `kinds`: for each kind of evidence and region, "hit" (the best on the page) or "whole" (the
        top-level region with the most gold words), the number of `questions` and the means of the
        `COLUMNS`; and `milliseconds`, the processor time per hit.
    """
    rows: dict[str, list[list[float]]] = {}
    seconds = []
    with store.read() as snapshot:
        catalog = snapshot.catalog()
        for question in questions:
            number = corpus.keys.index((question.document, question.page))
            page, page_id = corpus.pages[number], int(catalog.page_ids[number])
            kind, gold = _gold_words(question, page)
            if not gold:
                continue
            query = encoder.encode_query(question.text)
            weights = query_weights(snapshot, query)
            patches = snapshot.patches(page_id)
            page_reference = PageReference(catalog.document_ids[number], question.page)
            hits, _ = engine.search(snapshot, query, k=1, pages=[page_reference])
            whole = _whole(page, gold)
            regions = {"hit": hits[0].region if hits else whole, "whole": whole}
            for name, region in regions.items():
                started = time.process_time()
                highlights = find_highlights(page, patches, region, query, weights)
                seconds.append(time.process_time() - started)
                best = highlights[0].words if highlights else ()
                fits = [_fit(page, words, gold) for words in (region.words, best)]
                values = [value for pair in zip(*fits, strict=True) for value in pair]
                rows.setdefault(f"{kind}, {name}", []).append(values)
    return {
        "kinds": {
            name: {
                "questions": len(values),
                **dict(zip(COLUMNS, np.mean(values, axis=0).round(3).tolist(), strict=True)),
            }
            for name, values in sorted(rows.items())
        },
        "milliseconds": round(1000 * float(np.mean(seconds)), 2) if seconds else None,
    }


def _gold_words(question: Question, page: Page) -> tuple[str, list[int]]:
    """Return the kind of evidence and its words; no words if it is as large as a region."""
    inside = contains_center(question.boxes, page.words.boxes).any(axis=0)
    gold = np.flatnonzero(inside).tolist()
    if question.granularity in SMALL:
        return SMALL[question.granularity], gold
    answer = _folded(question.answer)
    if question.granularity != "paragraph" or not answer or not gold:
        return "", []
    sentences = [
        list(span.words)
        for span in spans_of(page, _whole(page, gold))
        if span.kind == "sentence" and answer in _folded(span.text)
    ]
    return ("sentence", sentences[0]) if len(sentences) == 1 else ("", [])


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")


def _whole(page: Page, gold: Sequence[int]) -> Region:
    top = [region for region in page.regions if region.parent is None]
    return max(top, key=lambda region: len(set(region.words) & set(gold)))


def _fit(page: Page, words: Sequence[int], gold: Sequence[int]) -> tuple[float, float]:
    """Return the IoU of the boxes around words, and the F1 of the words."""
    if not words:
        return 0.0, 0.0
    boxes = as_boxes([enclose(page.words.boxes[list(part)]) for part in (words, gold)])
    return float(iou(boxes[:1], boxes[1:])[0, 0]), word_f1(words, gold)


def highlight_rows(summary: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield a row of text for each kind of evidence."""
    for name, values in summary["kinds"].items():
        yield [name, str(values["questions"]), *(f"{values[column]:.2f}" for column in COLUMNS)]
