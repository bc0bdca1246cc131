"""Grounding: which sentences of a generated answer stand in the sources, and where."""
