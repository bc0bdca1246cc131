"""Text encoders in ONNX that run on the CPU and give one vector per word."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.windows import cut_windows
from snappy_core.errors import ModelError
from snappy_core.forks import ProcessModel
from snappy_core.scoring.idf import term
from snappy_core.types import Page, Patches, Query
from snappy_core.vectors import normalize, quantize

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

BATCH = 4
"""Windows per run of the model: a larger batch needs more padding and is no faster on a CPU."""

_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}


class OnnxTextEncoder:
    """Contextual word vectors from an ONNX text model, for late interaction with words.

    The words of a region are encoded together. The vector of a word is the mean of the
    normalized last hidden states of its tokens, normalized again.

    Example with a ColBERT model:
        encoder = OnnxTextEncoder("colbert.onnx", "tokenizer.json", name="my-colbert-1")

    Args:
        model: an ONNX file with the inputs `input_ids` and optionally `attention_mask` and
            `token_type_ids` (int64, batch x sequence), whose first output is batch x sequence x
            dim.
        tokenizer: the `tokenizer.json` of the model, or a `tokenizers.Tokenizer`.
        name: the name stored in the index; by default the file name and SHA-256 of the model.
        window: the most tokens encoded together, without special tokens. MiniLM was trained with
            the default, which also had the best recall on the development bench.
        threads: of ONNX Runtime; 0 for the environment variable OMP_NUM_THREADS, or else the
            default of ONNX Runtime.

    Raises:
        ModelError: a file is missing or is not a text model or tokenizer.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        tokenizer: str | os.PathLike[str] | Tokenizer,
        *,
        name: str | None = None,
        window: int = 128,
        threads: int = 0,
    ) -> None:
        if window < 1:
            raise ValueError(f"window must be at least 1, not {window}")
        path = Path(model)
        self._model = _shared_session(path, threads)
        self._tokenizer = _load_tokenizer(tokenizer)
        self._window = window
        self._inputs = [item.name for item in self.session.get_inputs()]
        shape = self.session.get_outputs()[0].shape
        if "input_ids" not in self._inputs or not set(self._inputs) <= _INPUTS or len(shape) != 3:
            raise ModelError(
                f"{path}: takes {self._inputs} and returns {shape}; a text encoder takes "
                "input_ids, attention_mask (and token_type_ids) and returns "
                "[batch, sequence, dim]"
            )
        one = np.ones((1, 1), dtype=np.int64)
        self.dim = shape[2] if isinstance(shape[2], int) else self.run_model(one, one).shape[2]
        self.name = name or f"{path.stem}-{file_sha256(path)[:12]}"
        self._load_again: Callable[[], OnnxTextEncoder] = partial(
            type(self), path.absolute(), tokenizer, name=self.name, window=window, threads=threads
        )

    @property
    def session(self) -> Any:
        """The session of ONNX Runtime, which encoders of the same file and threads share."""
        return self._model.get()

    def __reduce__(self) -> tuple[Callable[[], OnnxTextEncoder], tuple[()]]:
        return self._load_again, ()  # sessions do not pickle: another process loads its own

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return one patch for each word of a page, in the order of its words.

        The vector of a word without tokens, such as a control character, is zero.
        """
        page_vectors = [np.zeros((len(page.words), self.dim), dtype=np.float32) for page in pages]
        windows = cut_windows(pages, self._count_tokens, self._window)
        windows.sort(key=lambda window: window.token_count)  # those of a batch need less padding
        for start in range(0, len(windows), BATCH):
            batch = windows[start : start + BATCH]
            texts = [
                [*window.context, *(pages[window.page].words.texts[word] for word in window.words)]
                for window in batch
            ]
            for window, vectors in zip(batch, self._encode(texts), strict=True):
                page_vectors[window.page][list(window.words)] = vectors[len(window.context) :]
        return [
            Patches(*quantize(vectors), page.words.boxes, np.ones(len(vectors), dtype=bool))
            for page, vectors in zip(pages, page_vectors, strict=True)
        ]

    def encode_query(self, text: str) -> Query:
        """Return a vector for each word of the question, cut to the length of a window."""
        words = text.split()[: self._window]
        if not words:
            raise ValueError("the question is empty")
        while len(words) > 1 and sum(self._count_tokens(words)) > self._window:
            words.pop()
        return word_query(text, words, self._encode([words])[0])

    def run_model(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the last hidden states (batch, sequence, dim) for ids (batch, sequence)."""
        feeds = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_type_ids": np.zeros_like(input_ids),
        }
        states = self.session.run(None, {name: feeds[name] for name in self._inputs})[0]
        return np.asarray(states, dtype=np.float32)

    def _count_tokens(self, words: Sequence[str]) -> list[int]:
        encoding = self._tokenizer.encode(words, is_pretokenized=True, add_special_tokens=False)
        counts = Counter(encoding.word_ids)
        return [counts[word] for word in range(len(words))]

    def _encode(self, texts: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
        """Return for each list of words their vectors, (words, dim) of length 1 (or 0)."""
        encodings = self._tokenizer.encode_batch(texts, is_pretokenized=True)
        states = self.run_model(*_pad(encodings, self._window))
        return [
            _word_vectors(token_states, encoding, len(words))
            for token_states, encoding, words in zip(states, encodings, texts, strict=True)
        ]


def word_query(text: str, words: Sequence[str], vectors: NDArray[np.float32]) -> Query:
    """Return a question of words with vectors; stop words count if there are no others."""
    terms = tuple(map(term, words))
    is_content = np.array([word_term is not None for word_term in terms])
    return Query(text, vectors, tuple(words), is_content | ~is_content.any(), terms)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, cached until the file changes."""
    try:
        status = path.stat()
        return _cached_sha256(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error


@cache
def _cached_sha256(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pad(encodings: Sequence[Encoding], limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return token ids and attention mask, both (batch, sequence).

    Sequences of more than `limit` tokens and the special tokens are cut: a single long word.
    """
    special_count = max(sum(encoding.special_tokens_mask) for encoding in encodings)
    lengths = np.array([len(encoding.ids) for encoding in encodings])
    length = min(lengths.max(), limit + special_count)
    ids = np.zeros((len(encodings), length), dtype=np.int64)
    for row, encoding in zip(ids, encodings, strict=True):
        row[: len(encoding.ids)] = encoding.ids[:length]
    return ids, (np.arange(length) < lengths[:, None]).astype(np.int64)


def _word_vectors(
    states: NDArray[np.float32], encoding: Encoding, word_count: int
) -> NDArray[np.float32]:
    """Return the normalized mean of the normalized states (tokens, dim) of each word."""
    word_ids = np.array([-1 if word is None else word for word in encoding.word_ids][: len(states)])
    tokens = np.flatnonzero(word_ids >= 0)
    sums = np.zeros((word_count, states.shape[1]), dtype=np.float32)
    if len(tokens):
        word_ids = word_ids[tokens]  # ascending: tokens come in the order of their words
        starts = np.flatnonzero(np.diff(word_ids, prepend=-1))
        sums[word_ids[starts]] = np.add.reduceat(normalize(states[tokens]), starts, axis=0)
    return normalize(sums)


def _shared_session(path: Path, threads: int) -> ProcessModel[Any]:
    omp_threads = os.environ.get("OMP_NUM_THREADS", "")
    threads = threads or (int(omp_threads) if omp_threads.isdecimal() else 0)
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    path = path.absolute()  # the process may move to another folder
    key = ("onnx", path, status.st_size, status.st_mtime_ns, threads)
    return ProcessModel(key, partial(_load_session, path, threads))


def _load_session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the errors of onnxruntime share no public base class
        raise ModelError(f"{path}: is not a model that ONNX Runtime can load ({error})") from error


def _load_tokenizer(tokenizer: str | os.PathLike[str] | Tokenizer) -> Tokenizer:
    """Return a tokenizer without padding and truncation; one that is passed in stays unchanged."""
    from tokenizers import Tokenizer

    if isinstance(tokenizer, Tokenizer):
        if tokenizer.padding is None and tokenizer.truncation is None:
            return tokenizer
        loaded = Tokenizer.from_str(tokenizer.to_str())
    else:
        path = Path(tokenizer)
        if not path.is_file():
            raise ModelError(f"{path}: no such tokenizer file")
        try:
            loaded = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises a bare Exception
            raise ModelError(f"{path}: is not a tokenizer.json ({error})") from error
    loaded.no_padding()
    loaded.no_truncation()
    return loaded
