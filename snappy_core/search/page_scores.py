"""Exact scores of pages and of their regions for a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring import maxsim, mixture
from snappy_core.scoring.granularity import answering, penalize_size
from snappy_core.scoring.idf import token_weights
from snappy_core.scoring.kernel import numpy_kernel
from snappy_core.scoring.membership import concatenate
from snappy_core.scoring.mixture import PAGE_SIGNALS, REGION_SIGNALS
from snappy_core.scoring.query_cues import label_boost
from snappy_core.scoring.ranking import REGION_SHARE
from snappy_core.scoring.rules import MAXSIM, MIXTURE, SCORING_RULES, default_rule
from snappy_core.stores.base import PageVectors, Snapshot, concatenate_regions
from snappy_core.types import Query


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores of p pages and of all their r regions, page after page.

    Attributes:
        pages: (p,) late interaction of the whole page, -1..1.
        regions: (r,) scores by the scoring rule.
        within_page: (r,) ranks the regions of one page: `regions`, adjusted by "maxsim" for
            length and label, by "mixture" for the kind of region.
        overall: (r,) ranks the regions of all pages: the weighted sum of the signals.
        signals: the components of the scores, (r,) by name.
        weights: the weight of each signal.
        labels: (r,) indices into `LABELS`.
        parents: (r,) the region that contains each one, -1 for none.
        offsets: (p + 1,), page i owns the regions `offsets[i]:offsets[i + 1]`.
    """

    pages: NDArray[np.float32]
    regions: NDArray[np.float32]
    within_page: NDArray[np.float32]
    overall: NDArray[np.float32]
    signals: Mapping[str, NDArray[np.float32]]
    weights: Mapping[str, float]
    labels: NDArray[np.uint8]
    parents: NDArray[np.int64]
    offsets: NDArray[np.int64]


def query_weights(snapshot: Snapshot, query: Query) -> NDArray[np.float32]:
    """Return the weight of each query token in this state of the index, (m,), sum 1."""
    terms = {term for term in query.terms or () if term is not None}
    return token_weights(
        query.terms, len(query.tokens), snapshot.frequencies(terms), snapshot.page_count()
    )


def score(
    pages: Sequence[PageVectors],
    query: Query,
    weights: NDArray[np.float32],
    scoring: str | None = None,
) -> Scores:
    """Return the exact scores of pages and of all their regions.

    Args:
        weights: (m,) token weights, sum 1.
        scoring: the name of a scoring rule; by default the one for this kind of query.

    Raises:
        ValueError: there is no such rule, or it is "mixture" and the encoder is not a text encoder.
    """
    scoring = scoring or default_rule(query)
    rule = SCORING_RULES.get(scoring)
    patch_counts = [len(page.vectors) for page in pages]
    patch_offsets = np.cumsum([0, *patch_counts], dtype=np.int64)
    # MaxSim does not need tokens without weight (half of a question); other rules may use them.
    token_mask = weights > 0 if scoring in (MIXTURE, MAXSIM) else np.ones(len(weights), dtype=bool)
    similarity = np.empty((int(token_mask.sum()), sum(patch_counts)), dtype=np.float32)
    numpy_kernel(query.vectors[token_mask]).fill(
        (page.vectors, page.scales, similarity[:, start:stop])
        for page, (start, stop) in zip(pages, pairwise(patch_offsets.tolist()), strict=True)
    )
    page_scores = maxsim.page_scores(similarity, patch_offsets, weights[token_mask])
    membership = concatenate([page.membership for page in pages], patch_counts)
    content_mask = query.content_mask[token_mask]
    region_scores = rule(similarity, weights[token_mask], content_mask, membership)
    labels, parents = concatenate_regions([(page.labels, page.parents) for page in pages])
    offsets = np.cumsum([0, *(len(page.labels) for page in pages)], dtype=np.int64)
    page_of_region = np.repeat(np.arange(len(pages)), np.diff(offsets))
    if scoring == MIXTURE:
        if query.terms is None:
            raise ValueError(f"the scoring rule {MIXTURE!r} needs a text encoder")
        passages = _passage_cosines(pages, mixture.question_vector(query, weights))
        answers = np.where(answering(labels, parents, offsets), passages, np.float32(-1))
        best_passages = maxsim.segment_max(answers, offsets, empty=-1.0)
        region_signals = dict(zip(REGION_SIGNALS, (region_scores, passages), strict=True))
        page_signals = dict(zip(PAGE_SIGNALS, (page_scores, best_passages), strict=True))
        kind_signals = mixture.kind_signals(query.text, labels)
        signal_weights = mixture.load_weights()
        region_scores = mixture.mean(region_signals, signal_weights)
        page_scores = mixture.mean(page_signals, signal_weights)
        within_page = mixture.total({**region_signals, **kind_signals}, signal_weights)
        page_signals_by_region = {
            name: values[page_of_region] for name, values in page_signals.items()
        }
        signals = {**region_signals, **page_signals_by_region, **kind_signals}
    else:
        within_page = region_scores
        if scoring == MAXSIM:
            within_page = penalize_size(region_scores, membership, labels)
            within_page = within_page + label_boost(query.text, labels)
        signal_weights = {"region": REGION_SHARE, "page": 1 - REGION_SHARE}
        signals = {"region": within_page, "page": page_scores[page_of_region]}
    return Scores(
        pages=page_scores,
        regions=region_scores,
        within_page=within_page,
        overall=mixture.total(signals, signal_weights),
        signals=signals,
        weights=signal_weights,
        labels=labels,
        parents=parents,
        offsets=offsets,
    )


def _passage_cosines(
    pages: Sequence[PageVectors], question: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the cosine of a question (1, d) and the passage of each region, (r,)."""
    if not pages:
        return np.zeros(0, dtype=np.float32)
    passages = [(*page.pooled, len(page.labels)) for page in pages]
    vectors = np.concatenate([vectors[:count] for vectors, _, count in passages])
    scales = np.concatenate([scales[:count] for _, scales, count in passages])
    return np.asarray(maxsim.similarities(question, vectors, scales)[0])
