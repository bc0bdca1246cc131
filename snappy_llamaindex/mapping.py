"""Converts hits to LlamaIndex nodes, and query bundles to questions."""

from __future__ import annotations

from llama_index.core.base.llms.types import BaseContentBlock, TextBlock
from llama_index.core.schema import (
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    ObjectType,
    QueryBundle,
    RelatedNodeInfo,
    RelatedNodeType,
    TextNode,
)

from snappy_core.metadata import region_metadata
from snappy_core.search.hits import Hit
from snappy_core.search.quoting import escape_markers, one_line

LLM_KEYS = frozenset(("file_name", "page_label", "citation"))
"""The metadata keys that a language model reads: what it needs to cite a region."""


QUESTION_KEYS = frozenset(("highlights_json", "parts_json", "answerable"))
"""The metadata keys whose values depend on the question."""


class RegionNode(TextNode):
    """A region as a node whose hash does not depend on the question that found it.

    LlamaIndex computes hashes over all metadata, and fusion merges nodes by hash. The highlights
    of a region and `answerable` differ from question to question.

    In the text that a language model reads, document text cannot be mistaken for an id, and file
    names and page labels stay on one line.
    """

    def get_content(self, metadata_mode: MetadataMode = MetadataMode.NONE) -> str:
        if metadata_mode is not MetadataMode.LLM:
            return str(super().get_content(metadata_mode))
        folded = {
            key: one_line(value) if isinstance(value, str) else value
            for key, value in self.metadata.items()
        }
        safe = self.model_copy(update={"text": escape_markers(self.text), "metadata": folded})
        return str(TextNode.get_content(safe, metadata_mode))

    def get_content_blocks(
        self, metadata_mode: MetadataMode = MetadataMode.NONE
    ) -> list[BaseContentBlock]:
        if metadata_mode is not MetadataMode.LLM:
            return list(super().get_content_blocks(metadata_mode))
        return [TextBlock(text=self.get_content(metadata_mode))]

    @property
    def hash(self) -> str:
        metadata = {key: self.metadata[key] for key in self.metadata if key not in QUESTION_KEYS}
        return str(TextNode(text=self.text, metadata=metadata).hash)


def to_node(hit: Hit, answerable: float | None = None) -> NodeWithScore:
    """Return a hit as a node with the region's text and metadata of JSON scalars.

    Relationships: SOURCE is the document; PARENT the region that contains this one, or else the
    page, `{document_id}#p{page_number}`; PREVIOUS and NEXT the regions read before and after it.
    The metadata has `answerable`, the same for all hits of a search, if it is known. Only this,
    `highlights_json` and the highlights in `parts_json` depend on the question. The hash leaves
    them out, so a region found by two questions has the same hash and fusion merges it.
    """
    metadata = region_metadata(hit)
    if answerable is not None:
        metadata["answerable"] = answerable
    document = RelatedNodeInfo(node_id=hit.document_id, node_type=ObjectType.DOCUMENT)
    relationships: dict[NodeRelationship, RelatedNodeType] = {NodeRelationship.SOURCE: document}
    related_ids = {
        NodeRelationship.PARENT: hit.parent_id or f"{hit.document_id}#p{hit.page_number}",
        NodeRelationship.PREVIOUS: hit.previous_id,
        NodeRelationship.NEXT: hit.next_id,
    }
    for kind, node_id in related_ids.items():
        if node_id is not None:
            relationships[kind] = RelatedNodeInfo(node_id=node_id)
    node = RegionNode(
        id_=hit.region_id,
        text=hit.text,
        metadata=metadata,  # type: ignore[call-arg]  # mypy only knows its alias
        excluded_llm_metadata_keys=[key for key in metadata if key not in LLM_KEYS],
        excluded_embed_metadata_keys=list(metadata),
        relationships=relationships,
    )
    return NodeWithScore(node=node, score=hit.score)


def to_question(query_bundle: QueryBundle) -> str:
    """Return the text to search with, without the line breaks that `RetrieverTool` appends.

    Raises:
        ValueError: the bundle has an image.
    """
    if query_bundle.image_path is not None:
        raise ValueError(
            f"image_path={query_bundle.image_path!r}: Snappy searches with text only; "
            "leave it out and put the question in query_str"
        )
    strings = query_bundle.custom_embedding_strs or [query_bundle.query_str]
    return "\n".join(strings).strip()
