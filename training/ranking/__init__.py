"""Learns how regions are ranked: weights of signals, and the price of length where a budget is
filled, `snappy_core/data/ranking.json`.

From folders of questions in the format of a bench (docs/evaluation.md) or of MMDocIR, over any
documents. Only these numbers leave this package.
"""
