"""Implementations by name: built in, registered by a program, or installed as a plugin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")

_REGISTRIES: dict[str, Registry[Any]] = {}
_RESTORED: dict[str, Mapping[str, Any]] = {}  # for registries whose modules are not imported yet


class Registry(Generic[T]):
    """The implementations of one interface, each loaded when it is first requested.

    >>> greeters = Registry[str]("greeter", "doctest.greeters", {"english": "string:digits"})
    >>> greeters.register("danish", "Hej")
    >>> greeters.get("danish"), greeters.names()
    ('Hej', ('english', 'danish'))
    >>> greeters.get("latin")
    Traceback (most recent call last):
    ValueError: unknown greeter 'latin'; use english, danish

    Args:
        kind: what an implementation is called in messages.
        group: the entry point group in which packages announce implementations.
        builtin: "module:attribute" of each implementation that Snappy includes.
    """

    def __init__(self, kind: str, group: str, builtin: Mapping[str, str]) -> None:
        self.kind = kind
        self.group = group
        self._builtin = dict(builtin)
        self._registered: dict[str, T] = dict(_RESTORED.pop(group, {}))
        self._loaded: dict[str, T] = {}
        _REGISTRIES[group] = self

    def register(self, name: str, implementation: T) -> None:
        """Add an implementation to this process and the workers it starts.

        Raises:
            ValueError: the name is empty, or is the name of a built-in implementation.
        """
        if not name or name in self._builtin:
            raise ValueError(f"a {self.kind} cannot be called {name!r}; choose another name")
        self._registered[name] = implementation

    def __contains__(self, name: object) -> bool:
        return name in self._builtin or name in self._registered or name in self._installed

    def names(self) -> tuple[str, ...]:
        """Return the names of all implementations: built-in, registered, installed."""
        return tuple(dict.fromkeys([*self._builtin, *self._registered, *self._installed]))

    def get(self, name: str) -> T:
        """Return an implementation.

        Raises:
            ValueError: there is no implementation of this name.
        """
        if name in self._registered:
            return self._registered[name]
        if name not in self._loaded:
            if name in self._builtin:
                self._loaded[name] = resolve_name(self._builtin[name])
            elif name in self._installed:
                self._loaded[name] = self._installed[name].load()
            else:
                raise ValueError(f"unknown {self.kind} {name!r}; use {', '.join(self.names())}")
        return self._loaded[name]

    @cached_property
    def _installed(self) -> dict[str, EntryPoint]:
        """The entry points by name; looking them up takes milliseconds."""
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group=self.group)}


def registrations() -> dict[str, dict[str, Any]]:
    """Return what was registered in this process, to hand it to another with `restore`."""
    return {
        group: dict(registry._registered)
        for group, registry in _REGISTRIES.items()
        if registry._registered
    }


def restore(registrations: Mapping[str, Mapping[str, Any]]) -> None:
    """Register what another process had registered."""
    for group, implementations in registrations.items():
        if group in _REGISTRIES:
            _REGISTRIES[group]._registered.update(implementations)
        else:
            _RESTORED[group] = implementations
