"""The Ray cluster that documents are read on: one that is running, or one of this machine."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from snappy_core.errors import MissingDependencyError

_ALONE = threading.Lock()  # a process has one connection, and who ends first would end it for all
_ANSWER = 5.0  # seconds: Ray itself takes a minute to find out, and then ends the process
_WAY_OUT = "start one with `ray start --head`, or take 'local', a cluster of this machine"

_QUIET = {
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what goes wrong is raised, too
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DATA_USAGE_DISABLED": "1",
}


def libraries() -> tuple[Any, Any]:
    """Return ray and pyarrow.

    Raises:
        MissingDependencyError: the extra is not installed.
    """
    try:
        import pyarrow
        import ray
        import ray.data
    except ImportError as error:
        raise MissingDependencyError(
            "adding documents on Ray needs Ray Data: pip install 'snappy-retriever[ray]'"
        ) from error
    return ray, pyarrow


def find(address: str) -> str:
    """Return "local" or the "host:port" of the cluster that an address means, which answers.

    Raises:
        MissingDependencyError: Ray Data is not installed.
        ValueError: it is no address of a cluster.
        ConnectionError: nothing answers there, or this process is connected to another one.
    """
    ray, _ = libraries()
    if ray.is_initialized():
        joined: str = ray.get_runtime_context().gcs_address
        if address not in ("auto", joined):
            raise ConnectionError(
                f"this process is connected to the Ray cluster at {joined}, not to {address}; "
                "take 'auto', or call ray.shutdown() before"
            )
        return joined
    if address == "auto":
        if (address := os.environ.get("RAY_ADDRESS", "")) not in ("", "auto"):
            return find(address)
        started = _started(ray)
        return started if started and _unreachable(started) is None else "local"
    if address == "local":
        return address
    if "://" in address:
        raise ValueError(
            f"{address!r}: Ray Data does not run behind a Ray client; go to a machine of the "
            "cluster, and give the address that `ray start` told, as in 10.0.0.1:6379"
        )
    host, _, port = address.rpartition(":")
    if not (host and port.isascii() and port.isdigit()):
        raise ValueError(
            f"{address!r} is no address of a Ray cluster; give 'auto', 'local', or host and port, "
            "as in 10.0.0.1:6379"
        )
    if (error := _unreachable(address)) is not None:
        raise ConnectionError(f"no Ray cluster answers at {address} ({error}); {_WAY_OUT}")
    return address


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Give the module ray, connected to the cluster that `find` found; let go of it in the end.

    A cluster started here ends, with its processes; another one is only left. A connection that
    the process had before stays.

    Raises:
        ConnectionError: the cluster cannot be used.
    """
    ray, _ = libraries()
    with _ALONE, ExitStack() as stack:
        stack.enter_context(_environment(_QUIET))
        stack.enter_context(_hushed())
        if not ray.is_initialized():
            stack.callback(ray.shutdown)
            _connect(ray, address)
        yield ray


def session_folder() -> str | None:
    """Return where Ray keeps the logs of this process, in an actor."""
    from ray._private.worker import _global_node

    return None if _global_node is None else str(_global_node.get_session_dir_path())


def _connect(ray: Any, address: str) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        options["include_dashboard"] = False
    try:
        ray.init(address, **options)
    except (Exception, SystemExit) as error:  # by the latter it says that nobody answers
        raise ConnectionError(
            f"the Ray cluster {address} cannot be used ({error}); {_WAY_OUT}"
        ) from error


def _started(ray: Any) -> str | None:
    """Return the address of the cluster that `ray start` began on this machine, if it did."""
    from ray._private.services import canonicalize_bootstrap_address

    address: str | None = canonicalize_bootstrap_address(None)  # type: ignore[arg-type]
    return address


def _unreachable(address: str) -> OSError | None:
    """Return why nothing can be reached at "host:port", None if something answers."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port) % 65536), _ANSWER).close()
    except OSError as error:
        return error
    return None


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep the notes of Ray Data from the terminal; its log files have them."""
    handlers = [
        handler
        for handler in logging.getLogger("ray.data").handlers
        if isinstance(handler, logging.StreamHandler)
    ]
    levels = [handler.level for handler in handlers]
    for handler in handlers:
        handler.setLevel(logging.CRITICAL)  # errors are raised, too
    try:
        yield
    finally:
        for handler, level in zip(handlers, levels, strict=True):
            handler.setLevel(level)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment that are not set already, for a while."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]
