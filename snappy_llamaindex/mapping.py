"""Between LlamaIndex and the core: a question out of a bundle, a node out of a hit."""

from __future__ import annotations

from llama_index.core.schema import (
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

FOR_THE_MODEL = frozenset(("source", "page_label", "region_id"))
"""The metadata that a language model gets to read: what it needs to cite a region."""


def to_node(hit: Hit) -> NodeWithScore:
    """Return a hit as a new node with metadata of its own, which holds JSON scalars only.

    The document of the region is its SOURCE and `{document_id}#p{page_number}` its PARENT;
    PREVIOUS and NEXT are the regions read before and after it on the page. The node says nothing
    about the question: the score is beside it, so that a region found by two questions has one
    hash and is fused into one.
    """
    metadata = region_metadata(hit)
    relationships: dict[NodeRelationship, RelatedNodeType] = {
        NodeRelationship.SOURCE: RelatedNodeInfo(
            node_id=hit.document_id, node_type=ObjectType.DOCUMENT
        ),
        NodeRelationship.PARENT: RelatedNodeInfo(node_id=f"{hit.document_id}#p{hit.page_number}"),
    }
    if hit.previous_id is not None:
        relationships[NodeRelationship.PREVIOUS] = RelatedNodeInfo(node_id=hit.previous_id)
    if hit.next_id is not None:
        relationships[NodeRelationship.NEXT] = RelatedNodeInfo(node_id=hit.next_id)
    if hit.parent_id is not None:
        relationships[NodeRelationship.PARENT] = RelatedNodeInfo(node_id=hit.parent_id)
    node = TextNode(
        id_=hit.region_id,
        text=hit.region.text,
        metadata=metadata,
        excluded_llm_metadata_keys=[key for key in metadata if key not in FOR_THE_MODEL],
        excluded_embed_metadata_keys=list(metadata),
        relationships=relationships,
    )
    return NodeWithScore(node=node, score=hit.score)


def to_question(query_bundle: QueryBundle) -> str:
    """Return the text to search with, stripped: `RetrieverTool` appends line breaks.

    Raises:
        ValueError: the bundle holds a picture.
    """
    if query_bundle.image_path is not None:
        raise ValueError(
            f"image_path={query_bundle.image_path!r}: Snappy searches with text only; "
            "leave image_path out and put the question in query_str"
        )
    strings = query_bundle.custom_embedding_strs or [query_bundle.query_str]
    return "\n".join(strings).strip()
