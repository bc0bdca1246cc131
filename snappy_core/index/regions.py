"""The regions of an index: searching, explaining and drawing them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from snappy_core._async import async_twin
from snappy_core.display.render import crop, draw_page, draw_stored_page
from snappy_core.ends import raise_if_ended, time_limit
from snappy_core.index.opened import OpenIndex
from snappy_core.search import engine, explain
from snappy_core.search.grounding.in_index import ground_in_index
from snappy_core.search.grounding.passages import Source as GroundingSource
from snappy_core.search.grounding.report import Grounding
from snappy_core.search.hits import Explanation, HeatMap, Hit, Hits
from snappy_core.search.options import SEARCH_LATE, SearchOptions, check_options
from snappy_core.search.reranking import deepen, rerank

if TYPE_CHECKING:
    from PIL.Image import Image


class Regions(OpenIndex):
    """Finds regions, and shows why and where."""

    def search(self, question: str, **options: Unpack[SearchOptions]) -> Hits:
        """Return the regions that answer a question best, over all pages.

        Args:
            k: the most hits to return; by default 5, or with a budget as many as fit.
            budget: the most tokens of all hits together, estimated for English by
                `context.estimate_tokens`. It is filled with those worth most for their length.
            filter: `{key: value, list of values, or {"$gte": value}}` over your metadata and the
                keys of regions, and `$and`, `$or`, `$not`; see `snappy_core.filters.Filter`.
            score_threshold: the least score of a hit, -1..1.
            per_page: the most hits from one page.
            scoring: "maxsim" (late interaction inside the region), the paper's "iou_weighted",
                "max" or "mean" over its heat map, or a rule you registered. By default "maxsim"
                for text encoders and "iou_weighted" for vision encoders.
            pages: search these pages only, each `(document id or source, page number)`.
            candidates: the number of pages that are scored exactly, chosen by their pooled
                vectors. By default 200, more in a large index (Qdrant: 50).
            location_references: prefer the places that the question names: "page 14", "Figure 3",
                "the last table", "at the top right". See `Hit.locations`.
            reranker: a function of the question and a sequence of hits that returns a number for
                each, such as the score of a cross-encoder: higher for better ones, `-math.inf` to
                leave one out. It reads four times the hits or tokens asked for, of which the best
                are returned; see `Hit.rerank_score`.
            timeout: seconds, after which no further step of the search is begun, such as the next
                256 pages, the next highlight or the reranker; by default there is no limit.

        Raises:
            ValueError: an empty question, an option out of range, a page that is not in the index,
                or a reranker that does not return a number for each hit.
            TypeError: an unknown option, or a question that is no text.
            TimeLimitError: the time is up.
        """
        check_options(options)
        if not isinstance(question, str):
            raise TypeError(f"a question is a text, not {type(question).__name__}")
        if not question.strip():
            raise ValueError("the question is empty")
        with time_limit(options.pop("timeout", None), SEARCH_LATE):
            query = self.encoder.encode_query(question)
            raise_if_ended()
            with self._store.read() as snapshot:
                hits = engine.search(
                    snapshot,
                    query,
                    landmarks=self._landmarks,
                    encoder=self.encoder.name,
                    **deepen(options),
                )
            raise_if_ended()
            return rerank(hits, options)

    def heatmap(self, hit: Hit, token: int | str | None = None) -> HeatMap:
        """Return the relevance of each patch of a hit's page to the question.

        Args:
            token: one token of the question, by index or as text; by default the best of all.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
            ValueError: the question has no such token.
        """
        query = self.encoder.encode_query(hit.query)
        with self._store.read() as snapshot:
            return explain.heatmap(snapshot, query, hit, token)

    def heatmap_image(
        self,
        hit: Hit,
        token: int | str | None = None,
        dpi: float = 150,
        password: str | None = None,
    ) -> Image:
        """Draw the page of a hit with its heat map and a box around the hit.

        Raises as `heatmap` and `page_image`. `display.render.draw_page` draws several hits.
        """
        heat = self.heatmap(hit, token)
        return draw_page(self.page_image(hit, dpi, password), heat, [hit])

    def explain(self, hit: Hit, scoring: str | None = None) -> Explanation:
        """Return each token of the question with its best match, and the share of each signal.

        The weighted sum of the similarities is the region's "maxsim" score, the sum of the shares
        the score of the hit. `locations` are the places named in the question in which the region
        stands, and the share "location" is what they add.

        Args:
            scoring: that of the search.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
        """
        query = self.encoder.encode_query(hit.query)
        with self._store.read() as snapshot:
            return explain.explain(snapshot, query, hit, scoring)

    def ground(
        self, answer: str, sources: Iterable[Hit | GroundingSource] | None = None
    ) -> Grounding:
        """Return which claims of a generated answer stand in the index, and where.

        As the function `ground`, with exact boxes of the words.

        Args:
            sources: the hits, or other texts, that the answer was made of; by default the whole
                index, which is searched for each claim.
        """
        with self._store.read() as snapshot:
            return ground_in_index(
                snapshot,
                answer,
                sources,
                self.encoder,
                lambda claim, k: engine.search(
                    snapshot, self.encoder.encode_query(claim), k=k, location_references=False
                ),
            )

    def page_image(self, hit: Hit, dpi: float = 150, password: str | None = None) -> Image:
        """Draw the page of a hit from its source file.

        Raises:
            PageUnavailableError: the source was bytes, is gone or has changed, or so is the page.
        """
        with self._store.read() as snapshot:
            explain.find_page(snapshot, hit)
            document = snapshot.document(hit.document_id)
        assert document is not None
        return draw_stored_page(document, hit.page_number, dpi, password)

    def region_image(
        self, region_id: str, text: str, dpi: float = 150, password: str | None = None
    ) -> Image:
        """Draw a region from its source file, cropped from its page with a small margin.

        Raises as `page_image`, also if the region with this id now has another text.
        """
        with self._store.read() as snapshot:
            document, page, region = explain.find_region(snapshot, region_id, text)
        return crop(draw_stored_page(document, page.number, dpi, password), region.box)

    asearch = async_twin(search)
    aheatmap = async_twin(heatmap)
    aheatmap_image = async_twin(heatmap_image)
    aexplain = async_twin(explain)
    aground = async_twin(ground)
    apage_image = async_twin(page_image)
    aregion_image = async_twin(region_image)
