import pytest

pytest.register_assert_rewrite("snappy_core.testing.stores")
