"""Text encoders in ONNX that run on the CPU and return one vector per word."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.word_encoder import WordEncoder
from snappy_core.encoders.word_tokens import (
    carries_spaces,
    count_tokens,
    pad,
    tokenize,
    word_vectors,
)
from snappy_core.errors import ModelError
from snappy_core.forks import ProcessModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer

INPUTS = {"input_ids", "attention_mask", "token_type_ids"}


class OnnxTextEncoder(WordEncoder):
    """Contextual word vectors from an ONNX text model, for late interaction with words.

    The words of a region are encoded together. The vector of a word is the mean of the
    normalized last hidden states of its tokens, normalized again.

    Example:
        encoder = OnnxTextEncoder("model.onnx", "tokenizer.json", name="my-model-1")

    Args:
        model: an ONNX file with the inputs `input_ids` and optionally `attention_mask` and
            `token_type_ids` (int64, batch x sequence), whose first output is batch x sequence x
            dim.
        tokenizer: the `tokenizer.json` of the model, or a `tokenizers.Tokenizer`.
        name: the name stored in the index; by default the file name and SHA-256 of the model.
        window: the most tokens encoded together, without special tokens. MiniLM was trained with
            the default, which also had the best recall on the development bench.
        threads: of ONNX Runtime; 0 for the value of the environment variable OMP_NUM_THREADS, or
            else the default of ONNX Runtime.
        query_prompt, document_prompt: prefixes of questions and texts that the model was trained
            with, such as "query:" and "passage:" for E5.

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
        query_prompt: str = "",
        document_prompt: str = "",
    ) -> None:
        if window < 1:
            raise ValueError(f"window must be at least 1, not {window}")
        path = Path(model)
        self._model = self._share_session(path, threads)
        self._tokenizer = load_tokenizer(tokenizer)
        self._in_text = carries_spaces(self._tokenizer)
        self._query_prompt = tuple(query_prompt.split())
        self._document_prompt = tuple(document_prompt.split())
        self.window = window
        self._inputs = [item.name for item in self.session.get_inputs()]
        shape = self.session.get_outputs()[0].shape
        if "input_ids" not in self._inputs or not set(self._inputs) <= INPUTS or len(shape) != 3:
            raise ModelError(
                f"{path}: takes {self._inputs} and returns {shape}; a text encoder takes "
                "input_ids, attention_mask (and token_type_ids) and returns "
                "[batch, sequence, dim]"
            )
        single_token = np.ones((1, 1), dtype=np.int64)
        self.dim = (
            shape[2]
            if isinstance(shape[2], int)
            else self.run_model(single_token, single_token).shape[2]
        )
        self.name = name or f"{path.stem}-{file_sha256(path)[:12]}"
        self._load_again: Callable[[], OnnxTextEncoder] = partial(
            type(self),
            path.absolute(),
            tokenizer,
            name=self.name,
            window=window,
            threads=threads,
            query_prompt=query_prompt,
            document_prompt=document_prompt,
        )

    @property
    def session(self) -> Any:
        """The ONNX Runtime session, shared by encoders with the same file and threads."""
        return self._model.get()

    def __reduce__(self) -> tuple[Callable[[], OnnxTextEncoder], tuple[()]]:
        return self._load_again, ()  # sessions cannot be pickled: another process loads its own

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

    def _share_session(self, path: Path, threads: int) -> ProcessModel[Any]:
        return shared_session(path, threads)

    def _count_tokens(self, words: Sequence[str]) -> list[int]:
        return count_tokens(self._tokenizer, words, in_text=self._in_text)

    def _encode(
        self, texts: Sequence[Sequence[str]], *, is_query: bool
    ) -> list[NDArray[np.float32]]:
        prompt = self._query_prompt if is_query else self._document_prompt
        batch = [
            tokenize(self._tokenizer, [*prompt, *words], in_text=self._in_text) for words in texts
        ]
        # A single long word is cut off, together with the special tokens after it.
        special_count = max(int((tokens.words < len(prompt)).sum()) for tokens in batch)
        states = self.run_model(*pad(batch, self.window + special_count))
        return [
            word_vectors(token_states, tokens.words, len(prompt) + len(words))[len(prompt) :]
            for token_states, tokens, words in zip(states, batch, texts, strict=True)
        ]


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


def shared_session(
    path: Path, threads: int, read: Callable[[Path], bytes] | None = None
) -> ProcessModel[Any]:
    """Return the session of a file, which is read by `read`, or else by ONNX Runtime."""
    omp_threads = os.environ.get("OMP_NUM_THREADS", "")
    threads = threads or (int(omp_threads) if omp_threads.isdecimal() else 0)
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    path = path.absolute()  # the working directory may change
    key = ("onnx", path, status.st_size, status.st_mtime_ns, threads, read)
    return ProcessModel(key, partial(_load_session, path, threads, read))


def _load_session(path: Path, threads: int, read: Callable[[Path], bytes] | None) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors
    try:
        model = str(path) if read is None else read(path)
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the errors of onnxruntime share no public base class
        raise ModelError(f"{path}: is not a model that ONNX Runtime can load ({error})") from error


def load_tokenizer(tokenizer: str | os.PathLike[str] | Tokenizer) -> Tokenizer:
    """Return a tokenizer without padding and truncation; one that is passed in is not modified."""
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
