"""Learns the weights of the signals that rank regions, `snappy_core/data/ranking.json`.

From folders of questions in the format of a bench (docs/evaluation.md) or of MMDocIR, over any
documents. Only the weights leave this package.
"""
