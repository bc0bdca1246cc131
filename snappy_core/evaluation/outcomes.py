"""How well an index answers the user's own questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from snappy_core.document_names import find_ids_by_name
from snappy_core.evaluation.evidence import ENOUGH
from snappy_core.evaluation.find_text import TextPlace, find_text
from snappy_core.evaluation.metrics import bootstrap_groups
from snappy_core.evaluation.user_questions import UserQuestion
from snappy_core.index import RegionIndex
from snappy_core.search.context import estimate_tokens
from snappy_core.search.hits import Hit, Hits

MEASURES = {
    "page_first": "the right page first",
    "page_among": "... among the hits",
    "answer_first": "the answer in the first hit",
    "answer_among": "... in the hits together",
}
"""The measures in words."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search returned for a question, and where the answer is.

    Attributes:
        places: where the answer is; any of them suffices. Empty if only its page is known.
        pages: numbers of the pages that answer.
        problem: why the question cannot be judged.
        page_rank: rank of the first hit with text on such a page.
        answer_rank: number of hits that together have `ENOUGH` of the words of a place.
    """

    question: UserQuestion
    document_id: str = ""
    places: tuple[TextPlace, ...] = ()
    pages: tuple[int, ...] = ()
    problem: str = ""
    hits: Hits | None = None
    page_rank: int | None = None
    answer_rank: int | None = None

    @property
    def is_miss(self) -> bool:
        """Whether the answer, or the page if only that is known, was not found."""
        return not self.problem and (self.answer_rank if self.places else self.page_rank) is None


def ask(index: RegionIndex, questions: Sequence[UserQuestion], k: int = 5) -> list[Outcome]:
    """Search an index for each question, and look for the answer among `k` hits."""
    ids = find_ids_by_name(index, [question.document for question in questions])
    return [_ask(index, question, ids[question.document], k) for question in questions]


def _ask(index: RegionIndex, question: UserQuestion, ids: set[str], k: int) -> Outcome:
    if len(ids) != 1:
        count = "several documents are" if ids else "no document is"
        return Outcome(question, problem=f"{count} called {question.document}")
    (document_id,) = ids
    with index._store.read() as snapshot:
        page_ids = snapshot.page_ids(document_id)
        if question.page is not None and question.page not in page_ids:
            problem = f"{question.document} has {len(page_ids)} pages, and no page {question.page}"
            return Outcome(question, document_id, problem=problem)
        numbers = sorted(page_ids) if question.page is None else [question.page]
        pages = [snapshot.page(page_ids[number]) for number in numbers] if question.text else []
    places = find_text(pages, question.text)
    if question.text and not places:
        where = "" if question.page is None else f", page {question.page}"
        problem = f"{question.text!r} does not stand in {question.document}{where}"
        return Outcome(question, document_id, problem=problem)
    answering = {place.page for place in places} or set(numbers)
    hits = index.search(question.question, k=k)
    ranks = (
        hit.rank
        for hit in hits
        for part in hit.parts
        if part.document_id == document_id and part.page_number in answering
    )
    return Outcome(
        question,
        document_id,
        tuple(places),
        tuple(sorted(answering)),
        hits=hits,
        page_rank=next(ranks, None),
        answer_rank=_answer_rank(hits, document_id, places),
    )


def _answer_rank(hits: Sequence[Hit], document_id: str, places: Sequence[TextPlace]) -> int | None:
    returned: dict[int, set[int]] = {place.page: set() for place in places}
    for hit in hits:
        for part in hit.parts:
            if part.document_id == document_id and part.page_number in returned:
                returned[part.page_number] |= set(part.region.words)
        for place in places:
            if len(returned[place.page] & set(place.words)) >= ENOUGH * len(place.words):
                return hit.rank
    return None


def summarize(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how well questions were answered, as JSON.

    Returns:
        The numbers of `questions`, of `judged` questions, and of judged questions with a known
        place (`placed`); the share of judged questions with a page that answers in the first hit
        (`page_first`) or any hit (`page_among`), and of placed questions with the answer in the
        first hit (`answer_first`) or in all hits together (`answer_among`), with `intervals` (95%,
        drawn by document), None without questions; and the mean estimated `tokens` of the hits.
    """
    judged = [outcome for outcome in outcomes if not outcome.problem]
    placed = [outcome for outcome in judged if outcome.places]
    successes = {
        "page_first": [outcome.page_rank == 1 for outcome in judged],
        "page_among": [outcome.page_rank is not None for outcome in judged],
        "answer_first": [outcome.answer_rank == 1 for outcome in placed],
        "answer_among": [outcome.answer_rank is not None for outcome in placed],
    }
    intervals: dict[str, list[float]] = {}
    for name, values in successes.items():
        documents = [o.document_id for o in (judged if name.startswith("page") else placed)]
        if values:
            bounds = bootstrap_groups(list(map(float, values)), documents)
            intervals[name] = [round(bound, 3) for bound in bounds]
    tokens = [sum(estimate_tokens(hit.text) for hit in outcome.hits or ()) for outcome in judged]
    return {
        "questions": len(outcomes),
        "judged": len(judged),
        "placed": len(placed),
        **{name: round(fmean(values), 4) if values else None for name, values in successes.items()},
        "intervals": intervals,
        "tokens": round(fmean(tokens)) if tokens else None,
    }


def to_dict(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON, without its hits."""
    return {
        **asdict(outcome.question),
        "document_id": outcome.document_id,
        "pages": list(outcome.pages),
        "places": [
            {"page": place.page, "rects": place.rects, "is_exact": place.is_exact}
            for place in outcome.places
        ],
        "problem": outcome.problem,
        "page_rank": outcome.page_rank,
        "answer_rank": outcome.answer_rank,
    }
