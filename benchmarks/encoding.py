"""Encoding a page against the ONNX model alone, on the same windows."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np

from benchmarks.measure import REPORT, Result, alternate, slowdown
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.parsing import Source, read


def run() -> list[Result]:
    """Encode the sample report, and run the batches of its windows through the bare session."""
    import onnxruntime

    encoder = MiniLMEncoder()
    pages = list(read(Source.from_path(REPORT)))
    with patch.object(encoder, "run_model", side_effect=encoder.run_model) as run_model:
        encoder.encode_pages(pages)
    session: onnxruntime.InferenceSession = encoder.session
    feeds = [
        {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        for ids, mask in (call.args for call in run_model.call_args_list)
    ]
    ours, bare = alternate(
        lambda: encoder.encode_pages(pages),
        lambda: [session.run(None, feed) for feed in feeds],
    )
    words = sum(len(page.words) for page in pages)
    detail = f"{len(pages)} pages, {words} words: "
    return [slowdown("encoding a page / the ONNX model alone", ours, bare, 1.2, detail)]
