"""Pictures of pages as WebP, a fifth of the size of PNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST_SIDE = 16383  # of a WebP picture, in pixels
_QUALITY = 80  # text has no visible halo


def to_webp(image: Image) -> bytes:
    """Return an image as WebP, scaled down if it is too large for WebP.

    >>> from PIL import Image
    >>> data = to_webp(Image.new("RGB", (20000, 10)))
    >>> Image.open(io.BytesIO(data)).size
    (16383, 8)
    """
    image = image.convert("RGB")
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    file = io.BytesIO()
    image.save(file, "WEBP", quality=_QUALITY)
    return file.getvalue()
