"""Pictures of the pages and regions of an index."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from snappy_core._async import async_twin
from snappy_core.display.render import crop, draw_page
from snappy_core.index.regions import Regions
from snappy_core.search.hits import Hit
from snappy_core.search.reading import RegionReference, find_page, stale_error, to_hit

if TYPE_CHECKING:
    from PIL.Image import Image


class Pictures(Regions):
    """Draws regions on their pages."""

    def heatmap_image(
        self,
        hit: RegionReference,
        token: int | str | None = None,
        dpi: float = 150,
        password: str | None = None,
        *,
        question: str | None = None,
    ) -> Image:
        """Draw the page of a region with its heat map and a box around the region.

        Raises as `heatmap` and `page_image`. `display.render.draw_page` draws several hits.
        """
        hit = self._asked(hit, question)
        heat = self.heatmap(hit, token)
        return draw_page(self.page_image(hit, dpi, password), heat, [hit])

    def page_image(
        self, hit: RegionReference, dpi: float = 150, password: str | None = None
    ) -> Image:
        """Draw the page of a region from its source file, or from what the index keeps of it.

        Raises:
            PageUnavailableError: the source or the page is missing or has changed; or the document
                was added as bytes, which neither the index (`add(keep=)`) nor a `resolver` has.
        """
        return self._draw(hit, None, dpi, password)[1]

    def region_image(
        self,
        region: RegionReference,
        text: str | None = None,
        dpi: float = 150,
        password: str | None = None,
    ) -> Image:
        """Draw a region, cropped from its page with a small margin.

        Raises as `page_image`, also if the region's text is no longer the one given.
        """
        hit, image = self._draw(region, text, dpi, password)
        return crop(image, hit.region.box)

    def highlight(
        self,
        hits: Iterable[RegionReference],
        to: str | os.PathLike[str],
        *,
        password: str | None = None,
    ) -> Path:
        """Write a copy of a PDF with hits highlighted, and return its path.

        Works like `display.viewers.highlight`, but also for a document that is not a file here, if
        the index keeps it or the resolver finds it.

        Raises:
            ValueError: there are no hits, or they are in several documents or not in a PDF.
            PageUnavailableError: the document cannot be found, or has changed.
        """
        from snappy_core.display.viewers import highlight  # opens PDFs

        with self._store.read() as snapshot:
            regions = [to_hit(snapshot, hit) for hit in hits]
            ids = {region.document_id for region in regions}
            document = snapshot.document(ids.pop()) if len(ids) == 1 else None
        if document is None:  # hits from several documents, or none
            return highlight(regions, to, password=password)
        return highlight(regions, to, source=self._pages.source(document, password))

    def _draw(
        self, region: RegionReference, text: str | None, dpi: float, password: str | None
    ) -> tuple[Hit, Image]:
        """Return a region and the image of its page; raise if its text is not the one given."""
        with self._store.read() as snapshot:
            hit = to_hit(snapshot, region)
            page, _ = find_page(snapshot, hit)
            if text is not None and text != hit.text:
                raise stale_error(hit.region_id)
            document = snapshot.document(hit.document_id)
        assert document is not None
        return hit, self._pages.draw(document, page, dpi, password)

    aheatmap_image = async_twin(heatmap_image)
    apage_image = async_twin(page_image)
    aregion_image = async_twin(region_image)
    ahighlight = async_twin(highlight)
