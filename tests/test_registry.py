"""Implementations by name, whoever brings them."""

from importlib import metadata
from importlib.metadata import EntryPoint

import pytest

from snappy_core import registry
from snappy_core.registry import Registry, registrations, restore

GROUP = "snappy.tests.registry"


@pytest.fixture
def shapes():
    yield Registry("shape", GROUP, {"letters": "string:ascii_letters"})
    del registry._REGISTRIES[GROUP]


def test_a_built_in_one_is_loaded_when_it_is_asked_for(shapes):
    assert shapes.get("letters").startswith("abc")
    assert shapes.names() == ("letters",)


def test_a_registered_one_is_found_and_may_be_replaced(shapes):
    shapes.register("square", 4)
    shapes.register("square", 5)
    assert shapes.get("square") == 5
    assert shapes.names() == ("letters", "square")


@pytest.mark.parametrize("name", ["", "letters"])
def test_a_name_must_be_free(shapes, name):
    with pytest.raises(ValueError, match=f"a shape cannot be called {name!r}"):
        shapes.register(name, 4)


def test_an_installed_plugin_is_found(shapes, monkeypatch):
    point = EntryPoint("digits", "string:digits", GROUP)
    monkeypatch.setattr(
        metadata,
        "entry_points",
        lambda group: [point] if group == GROUP else [],
    )
    assert shapes.names() == ("letters", "digits")
    assert shapes.get("digits") == "0123456789"


def test_an_unknown_name_is_an_error_that_names_the_known_ones(shapes):
    with pytest.raises(ValueError, match="unknown shape 'cube'; use letters"):
        shapes.get("cube")


def test_what_is_registered_can_be_handed_to_another_process(shapes):
    assert GROUP not in registrations()
    shapes.register("square", 4)
    copied = registrations()
    assert copied[GROUP] == {"square": 4}
    shapes.register("square", 5)
    restore({GROUP: copied[GROUP]})
    assert shapes.get("square") == 4


def test_a_registry_that_comes_later_has_what_was_restored():
    restore({"snappy.tests.later": {"square": 4}})
    later = Registry("shape", "snappy.tests.later", {})
    try:
        assert later.get("square") == 4
    finally:
        del registry._REGISTRIES["snappy.tests.later"]
