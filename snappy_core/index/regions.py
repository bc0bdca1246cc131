"""The regions of an index: searching, reading and explaining them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Unpack

from snappy_core._async import async_twin
from snappy_core.cancellation import raise_if_ended, time_limit
from snappy_core.index.opened import OpenIndex
from snappy_core.search import engine, explain, reading
from snappy_core.search.finishing import finish
from snappy_core.search.grounding.in_index import ground_in_index
from snappy_core.search.grounding.passages import GroundingSource
from snappy_core.search.grounding.report import Grounding
from snappy_core.search.hit_pages import HitPages
from snappy_core.search.hits import Explanation, HeatMap, Hit, Hits
from snappy_core.search.options import SEARCH_LATE, SearchOptions, check_options
from snappy_core.search.reading import RegionReference, to_hit
from snappy_core.search.reranking import deepen
from snappy_core.stores.base import Snapshot
from snappy_core.stores.locations import without_secrets
from snappy_core.terminal import plain

_log = logging.getLogger(__name__)

_GROUNDING_LATE = "grounding took longer than {} seconds (timeout)"


class Regions(OpenIndex):
    """Finds, reads and explains regions.

    Methods that take a region accept a hit, a region id, a LangChain document or a LlamaIndex node.
    """

    def search(self, question: str, **options: Unpack[SearchOptions]) -> Hits:
        """Return the regions that best answer a question, over all pages.

        Args:
            k: the maximum number of hits; by default 5, or with a budget as many as fit.
            budget: the maximum number of tokens of all hits together, estimated for English by
                `context.estimate_tokens`. It is filled with the hits worth the most for their
                length; the first that does not fit is cut at a sentence, row or item boundary, see
                `Hit.whole`.
            filter: `{key: value, list of values, or {"$gte": value}}` over your metadata and the
                keys of regions, and `$and`, `$or`, `$not`; see `snappy_core.filters.Filter`.
            score_threshold: the minimum score of a hit, -1..1.
            min_answerable: return no hits if `Hits.answerable` is lower, 0..1. If it is unknown,
                the hits are returned.
            judge: a function of the question and a sequence of hits that returns the probability
                that they answer it, such as a chat model that reads them. Its result replaces
                `Hits.answerable`. It runs last, on the hits to be returned, if there are any.
            per_page: the maximum number of hits from one page.
            scoring: "mixture" (signals of the region and its page with learned weights), "maxsim"
                (late interaction inside the region), the paper's "iou_weighted", "max" or "mean"
                over its heat map, or a rule you registered. By default "mixture" for text encoders
                and "iou_weighted" for vision encoders.
            pages: search these pages only, each `(document id or source, page number)`.
            candidates: the number of pages that are scored exactly, chosen by their pooled
                vectors. By default 200, more in a large index (Qdrant: 50).
            location_references: prefer the places that the question names: "page 14", "Figure 3",
                "the last table", "at the top right". See `Hit.locations`.
            reranker: a function of the question and a sequence of hits that returns a number for
                each, such as the score of a cross-encoder: higher is better, `-math.inf` leaves a
                hit out. It reads four times the requested hits or tokens, and the best are
                returned; see `Hit.rerank_score`.
            widen: return the "table", "section" or "page" that contains a hit, each once, with the
                scores of its best hit. A section may span pages, see `Hit.parts`. With a budget,
                hits are widened best first, if the result fits.
            timeout: seconds after which no further step of the search is started, such as the next
                256 pages, the next highlight, the reranker or the judge; no limit by default.

        Raises:
            ValueError: an empty question, an option out of range, a page that is not in the index,
                a reranker that does not return a number for each hit, or a judge that does not
                return a probability.
            TypeError: an unknown option, or a question that is not text.
            TimeLimitError: the time is up.
        """
        check_options(options)
        if not isinstance(question, str):
            raise TypeError(f"a question is a text, not {type(question).__name__}")
        if not question.strip():
            raise ValueError("the question is empty")
        started = time.perf_counter()
        with time_limit(options.pop("timeout", None), SEARCH_LATE):
            hits, pages = self._find(question, options)
            raise_if_ended()
            hits = finish(self._store, hits, pages, options)
        seconds = time.perf_counter() - started
        location = without_secrets(self._store.location)
        _log.debug("%s: %d hits in %.3f s", plain(location), len(hits), seconds)
        return hits

    def _find(self, question: str, options: SearchOptions) -> tuple[Hits, HitPages]:
        """Return the hits, with more to choose from if there is a reranker, and their pages."""
        query = self.encoder.encode_query(question)
        raise_if_ended()
        with self._store.read() as snapshot:
            return engine.search(
                snapshot,
                query,
                landmarks=self._landmarks,
                encoder=self.encoder.name,
                **deepen(options),
            )

    def region(self, region: RegionReference) -> Hit:
        """Return a region by its id, such as `Hit.previous_id`, `next_id` or `parent_id`.

        No question found it, so its rank and scores are 0. A page id, `document#p3`, which is the
        parent of its LlamaIndex nodes, stands for the whole page; the id of a hit widened to a
        section stands for the section.

        Raises:
            PageUnavailableError: it is not in the index, or has changed.
        """
        with self._store.read() as snapshot:
            return to_hit(snapshot, region)

    def regions(self, document_id: str, page: int | None = None) -> list[Hit]:
        """Return the regions of a document, or of one page (from 1), in reading order.

        Rank and scores are 0, as for `region`.

        Raises:
            PageUnavailableError: there is no such document or page.
        """
        with self._store.read() as snapshot:
            return reading.read_regions(snapshot, document_id, page)

    def page_text(self, document_id: str, page: int) -> str:
        """Return the text of a page (from 1) in reading order, tables as Markdown.

        Raises:
            PageUnavailableError: there is no such document or page.
        """
        with self._store.read() as snapshot:
            return reading.page_text(snapshot, document_id, page)

    def heatmap(
        self,
        hit: RegionReference,
        token: int | str | None = None,
        *,
        question: str | None = None,
    ) -> HeatMap:
        """Return the relevance of each patch of a region's page to the question.

        Args:
            token: one token of the question, by index or as text; by default the maximum over all.
            question: by default the hit's question; only hits have one.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
            ValueError: the question has no such token, or there is no question.
        """
        hit = self._asked(hit, question)
        query = self.encoder.encode_query(hit.query)
        with self._store.read() as snapshot:
            return explain.heatmap(snapshot, query, hit, token)

    def explain(
        self, hit: RegionReference, scoring: str | None = None, *, question: str | None = None
    ) -> Explanation:
        """Return each token of the question with its best match, and the share of each signal.

        The weighted sum of the similarities is the region's "maxsim" score; the sum of the shares
        is the score of the hit. `locations` are the places named in the question that contain the
        region, and the share "location" is what they add to the score. The shares of places and
        rerankers are known only for hits.

        Args:
            scoring: the scoring rule of the search.
            question: by default the hit's question; only hits have one.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
            ValueError: there is no question.
        """
        hit = self._asked(hit, question)
        query = self.encoder.encode_query(hit.query)
        with self._store.read() as snapshot:
            return explain.explain(snapshot, query, hit, scoring)

    def ground(
        self,
        answer: str,
        sources: Iterable[RegionReference | GroundingSource] | None = None,
        *,
        timeout: float | None = None,
    ) -> Grounding:
        """Return which claims of a generated answer the index supports, and where.

        Works like the function `ground`, but with exact boxes of the words.

        Args:
            sources: the regions, or other texts, that the answer was generated from; by default
                the whole index, which is searched for each claim.
            timeout: seconds after which no further claim is checked; no limit by default.

        Raises:
            TimeLimitError: the time is up.
        """
        with time_limit(timeout, _GROUNDING_LATE), self._store.read() as snapshot:
            given_sources = (
                None if sources is None else [_to_source(snapshot, source) for source in sources]
            )
            return ground_in_index(
                snapshot,
                answer,
                given_sources,
                self.encoder,
                lambda claim, k: engine.search(
                    snapshot, self.encoder.encode_query(claim), k=k, location_references=False
                )[0],
            )

    def _asked(self, reference: RegionReference, question: str | None) -> Hit:
        """Return a region with the question to explain it by."""
        hit = self.region(reference)
        query = hit.query if question is None else question
        if not query.strip():
            raise ValueError("only the hits of a search have a question; give question=")
        return replace(hit, query=query)

    asearch = async_twin(search)
    aregion = async_twin(region)
    aregions = async_twin(regions)
    apage_text = async_twin(page_text)
    aheatmap = async_twin(heatmap)
    aexplain = async_twin(explain)
    aground = async_twin(ground)


def _to_source(
    snapshot: Snapshot, source: RegionReference | GroundingSource
) -> Hit | GroundingSource:
    return source if isinstance(source, GroundingSource) else to_hit(snapshot, source)
