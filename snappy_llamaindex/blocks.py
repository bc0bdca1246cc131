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
    """Return region nodes as content blocks of a message, in the same order.

    Each region is a text block that starts with its id in brackets and ends with the parts that
    answer the question, unless they are the whole region; a table is Markdown. Given the `index`
    that the regions come from, a figure or a region without words is followed by its picture,
    cropped from its page. Regions with the same content share one block that lists all their ids.

    Args:
        budget: the maximum number of tokens, estimated, of all texts and pictures; the first text
            is always kept.

    Raises:
        PageUnavailableError: an image cannot be drawn because the file is missing or has changed.
    """
    blocks: list[TextBlock | ImageBlock] = []
    texts = ((node.metadata, node.get_content()) for node in nodes)
    for content in region_contents(texts, index, budget):
        blocks.append(TextBlock(text=content.text))
        if content.png is not None:
            blocks.append(ImageBlock(image=content.png, image_mimetype="image/png"))
    return blocks
