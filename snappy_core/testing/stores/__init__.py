"""A test suite for stores: subclass `StoreConformance` with a fixture `store`."""

import pytest

pytest.register_assert_rewrite(  # before they are imported, so that failures show values
    *(f"{__name__}.{module}" for module in ("checks", "reading", "writing", "sharing"))
)

from snappy_core.testing.stores.checks import (  # noqa: E402
    assert_consistent,
    assert_same_page,
    assert_same_patches,
)
from snappy_core.testing.stores.reading import ReadingTests  # noqa: E402
from snappy_core.testing.stores.samples import (  # noqa: E402
    ENCODER,
    document,
    grid_record,
    records,
    scanned_page,
    texts,
)
from snappy_core.testing.stores.sharing import SharingTests  # noqa: E402
from snappy_core.testing.stores.writing import WritingTests  # noqa: E402

__all__ = [
    "ENCODER",
    "StoreConformance",
    "assert_consistent",
    "assert_same_page",
    "assert_same_patches",
    "document",
    "grid_record",
    "records",
    "scanned_page",
    "texts",
]


class StoreConformance(ReadingTests, WritingTests, SharingTests):
    """Tests of the contract in `snappy_core.stores.base`; needs pytest.

    The fixture returns an empty store, a new one for each test:

        class TestMyStore(StoreConformance):
            @pytest.fixture
            def store(self, tmp_path):
                return MyStore(f"mine:{tmp_path}", create=True)
    """
