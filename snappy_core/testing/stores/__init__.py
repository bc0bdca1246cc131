"""A test suite for stores: subclass `StoreConformance` with a fixture `store`."""

import pytest

pytest.register_assert_rewrite(  # before they are imported, so that failures show values
    *(
        f"{__name__}.{module}"
        for module in ("samples", "reading", "writing", "filtering", "keeping")
    )
)

from snappy_core.testing.stores.filtering import FilteringTests  # noqa: E402
from snappy_core.testing.stores.keeping import KeepingTests  # noqa: E402
from snappy_core.testing.stores.reading import ReadingTests  # noqa: E402
from snappy_core.testing.stores.writing import SharingTests, WritingTests  # noqa: E402


class StoreConformance(ReadingTests, WritingTests, SharingTests, FilteringTests, KeepingTests):
    """Tests the interface in `snappy_core.stores.base`; needs pytest.

    The fixture returns a new empty store for each test:

        class TestMyStore(StoreConformance):
            @pytest.fixture
            def store(self, tmp_path):
                return MyStore(f"mine:{tmp_path}", create=True)
    """
