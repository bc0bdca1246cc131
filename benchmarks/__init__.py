"""Benchmarks of speed and of accuracy; `python -m benchmarks --help` lists them."""
