"""Pictures of pages, regions and heat as WebP, cached here and by browsers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Header, Query, Response

from snappy_core.display.heat import colors, heat_field
from snappy_core.display.render import crop
from snappy_core.index import RegionIndex
from snappy_core.search.hits import Hit
from snappy_core.server.convert import find_document, find_region_id
from snappy_core.server.pages import DocumentName, PageNumber, QuestionText, Token, find_page
from snappy_core.server.picture_cache import PictureCache
from snappy_core.server.threads import Threads
from snappy_core.webp import to_webp

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTHS = (160, 480, 960, 1440, 2160, 3200)
"""Widths of pages in pixels: the next larger one is drawn, so that there are few."""

_HEAT_WIDTH = 960  # heat is blurred anyway
_HEAT_PIXELS = 4 * _HEAT_WIDTH**2

CACHE_BYTES = 64 * 2**20

Width = Annotated[int, Query(ge=1, le=WIDTHS[-1], description="of the page, in pixels, at least")]
CachedTags = Annotated[str | None, Header(alias="if-none-match", include_in_schema=False)]
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/webp": {}}, "description": "a picture"}
}


def routes(index: RegionIndex, in_thread: Threads) -> APIRouter:
    """Return the routes of pictures."""
    router = APIRouter(prefix="/api", tags=["pictures"], default_response_class=Response)
    cache = PictureCache(CACHE_BYTES)

    def answer(cached_tags: str | None, draw: Callable[[], Image], *parts: object) -> Response:
        key = hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]
        headers = {"ETag": f'"{key}"', "Cache-Control": "private, no-cache"}
        if cached_tags is not None and f'"{key}"' in cached_tags:
            return Response(status_code=304, headers=headers)
        picture = cache.get(key, lambda: to_webp(draw()))
        return Response(picture, media_type="image/webp", headers=headers)

    @router.get("/page.webp", responses=_PICTURE)
    @in_thread
    def page_picture(
        document: DocumentName, page: PageNumber, width: Width = 960, cached_tags: CachedTags = None
    ) -> Response:
        """Return a picture of a page."""
        record, page_hit = find_page(index, document, page)
        width = _step(width)
        return answer(
            cached_tags,
            lambda: _draw(index, page_hit, width),
            "page",
            record.content_hash,
            page,
            width,
        )

    @router.get("/region.webp", responses=_PICTURE)
    @in_thread
    def region_picture(
        region: Annotated[str, Query(max_length=4000)],
        width: Width = 1440,
        cached_tags: CachedTags = None,
    ) -> Response:
        """Return a picture of a region, cropped from its page."""
        hit = index.region(find_region_id(index, region))
        record = find_document(index, hit.document_id)
        width, box = _step(width), hit.region.box
        return answer(
            cached_tags,
            lambda: crop(_draw(index, hit, width), box),
            "region", record.content_hash, hit.page_number, box, width,
        )  # fmt: skip

    @router.get("/heat.webp", responses=_PICTURE)
    @in_thread
    def heat_picture(
        document: DocumentName,
        page: PageNumber,
        question: QuestionText,
        token: Token = None,
        width: Width = 960,
        cached_tags: CachedTags = None,
    ) -> Response:
        """Return the heat of a page, white where there is none, to multiply with its picture."""
        record, page_hit = find_page(index, document, page)
        width = min(_step(width), _HEAT_WIDTH)

        def draw() -> Image:
            from PIL import Image

            heat = index.heatmap(page_hit, token, question=question)
            size = heat_size(width, page_hit.page_height / page_hit.page_width)
            return Image.fromarray(np.ascontiguousarray(colors(heat_field(heat, *size))))

        # The heat depends on how the document was read, too.
        return answer(
            cached_tags, draw, "heat", record.content_hash, record.fingerprint, page, question,
            token, width,
        )  # fmt: skip

    return router


def heat_size(width: int, ratio: float) -> tuple[int, int]:
    """Return the width and height of a heat picture, smaller for a very tall page.

    Args:
        ratio: height of the page over its width.

    >>> heat_size(960, 1.5), heat_size(960, 9000)
    ((960, 1440), (20, 180000))
    """
    width = max(min(width, math.isqrt(int(_HEAT_PIXELS / ratio))), 1)
    return width, min(max(round(width * ratio), 1), _HEAT_PIXELS)


def _step(width: int) -> int:
    return next(step for step in WIDTHS if step >= width)


def _draw(index: RegionIndex, hit: Hit, width: int) -> Image:
    """Draw the page of a region, at most `width` pixels wide."""
    image = index.page_image(hit, dpi=max(width * 72 / hit.page_width, 1))
    image.thumbnail((width, max(round(width * image.height / image.width), 1)))
    return image
