"""Regions as content blocks for chat models."""

from __future__ import annotations

from collections.abc import Iterable

from llama_index.core.base.llms.types import ImageBlock, TextBlock
from llama_index.core.schema import NodeWithScore

from snappy_core.index import RegionIndex
from snappy_core.region_contents import region_contents


def region_blocks(
    nodes: Iterable[NodeWithScore], index: RegionIndex | None = None, budget: int | None = None
) -> list[TextBlock | ImageBlock]:
    """Return nodes of regions as content blocks of a message, in the same order.

    Each region is a text block that begins with its id in brackets and ends with the parts that
    answer, if these are not all of it; a table is Markdown. With the `index` it comes from, a
    figure, or a region without words, is followed by its picture, cut from its page. Regions that
    say the same share a block with the ids of all.

    Args:
        budget: the most tokens, estimated, of all texts and pictures; the first text always stays.

    Raises:
        PageUnavailableError: an image cannot be drawn, because the file is gone or has changed.
    """
    blocks: list[TextBlock | ImageBlock] = []
    texts = ((node.metadata, node.get_content()) for node in nodes)
    for content in region_contents(texts, index, budget):
        blocks.append(TextBlock(text=content.text))
        if content.png is not None:
            blocks.append(ImageBlock(image=content.png, image_mimetype="image/png"))
    return blocks
