"""Learns how regions are ranked: the weights of signals, and the price of length when a budget is
filled (`snappy_core/data/ranking.json`).

It learns from folders of questions in the format of a bench (docs/evaluation.md) or of MMDocIR,
about any documents. Only these numbers leave this package.
"""
