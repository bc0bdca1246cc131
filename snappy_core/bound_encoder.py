"""The encoder of an index: the one given, or the one that created the index."""

from __future__ import annotations

from snappy_core.encoders import Encoder, can_open, open_encoder
from snappy_core.errors import IndexMismatchError, ModelError
from snappy_core.forks import fork_safe_lock
from snappy_core.stores.base import Store


class BoundEncoder:
    """Checks the encoder of an index, and opens it by name when it is first needed.

    An encoder that only the index names is not downloaded: the index may come from a stranger.

    Args:
        encoder: None for the encoder that created the index, or the default one if it is new.

    Raises:
        IndexMismatchError: the index was created by another encoder.
    """

    def __init__(self, store: Store, encoder: Encoder | None) -> None:
        self._store = store
        self._given = encoder
        self._lock = fork_safe_lock()
        creator = store.encoder()
        if encoder is None and creator is None:
            encoder = open_encoder()
        if encoder is not None:
            store.bind_encoder(encoder.name, encoder.dim)
        self._encoder = encoder

    @property
    def given(self) -> Encoder | None:
        """The encoder that was passed; None if the index names it."""
        return self._given

    def get(self) -> Encoder:
        """Return the encoder; the errors are those of `open_encoder` and `bind_encoder`.

        Raises:
            IndexMismatchError: the encoder cannot be opened by name.
            ModelError: also if the encoder is not on this machine.
        """
        with self._lock:
            if self._encoder is None:
                creator = self._store.encoder()
                assert creator is not None  # a new index opens its encoder immediately
                if not can_open(creator[0]):
                    raise IndexMismatchError(
                        f"{self._store.location}: made by the encoder {creator[0]} "
                        f"({creator[1]} dimensions), which Snappy cannot open by its name; give it "
                        "as `encoder`"
                    )
                encoder = self._open(creator[0])
                self._store.bind_encoder(encoder.name, encoder.dim)
                self._encoder = encoder
            return self._encoder

    def _open(self, name: str) -> Encoder:
        try:
            return open_encoder(name, local_only=True)
        except ModelError as error:
            raise ModelError(
                f"{self._store.location}: its encoder is not opened by its name ({error}); if you "
                f"trust who made the index, pass encoder=open_encoder({name!r}), or on the command "
                f"line --encoder {name}"
            ) from error
