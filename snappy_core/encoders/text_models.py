"""Opens text models by folder or Hugging Face Hub id."""

from __future__ import annotations

from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.encoders.model_folder import ModelFolder, find_model
from snappy_core.errors import MissingDependencyError


def open_text_model(name: str, *, local_only: bool) -> Encoder | None:
    """Return the encoder of a text model; None if it is not one.

    That is a ColBERT model; else a model with an ONNX file, with one vector per word; else a model
    of sentence-transformers, with one vector per text.
    """
    folder = find_model(name, local_only=local_only)
    kind = None if folder is None else folder.kind()
    if folder is None or kind is None:
        return None
    if kind == "colbert":
        from snappy_core.encoders.colbert import ColbertEncoder

        return ColbertEncoder(name, local_only=local_only)
    if kind == "onnx":
        from snappy_core.encoders.onnx_text import OnnxTextEncoder

        query_prompt, document_prompt = _prompts(folder)
        path = folder.onnx
        assert path is not None
        return OnnxTextEncoder(
            path,
            folder.path / "tokenizer.json",
            name=folder.name,
            query_prompt=query_prompt,
            document_prompt=document_prompt,
        )
    return _sentence_encoder(folder)


def _prompts(folder: ModelFolder) -> tuple[str, str]:
    """Return the model's prefixes of questions and texts, from its files."""
    prompts = folder.read_json("config_sentence_transformers.json").get("prompts") or {}
    return prompts.get("query") or "", prompts.get("document") or prompts.get("passage") or ""


def _sentence_encoder(folder: ModelFolder) -> Encoder:
    from snappy_core.encoders.embeddings import EmbeddingEncoder

    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingDependencyError(
            f"{folder.source} has no ONNX file, and sentence-transformers to run it is missing: "
            "pip install sentence-transformers"
        ) from error
    folder.fetch(["*"])
    model: Any = SentenceTransformer(str(folder.path), device="cpu", local_files_only=True)
    return EmbeddingEncoder(model, name=folder.name)
