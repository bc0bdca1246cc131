"""Grounding: which sentences of a generated answer the sources support, and where."""
