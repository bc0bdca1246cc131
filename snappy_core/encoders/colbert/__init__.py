"""Text models of the ColBERT family: late interaction with words."""

from snappy_core.encoders.colbert.encoder import ColbertEncoder

__all__ = ["ColbertEncoder"]
