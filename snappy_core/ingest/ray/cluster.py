"""The Ray cluster that documents are read on: one already running, or one on this machine."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from snappy_core.errors import MissingDependencyError, install_hint

_connection = threading.Lock()  # one per process; `ray.shutdown` ends it for all threads
_CONNECT_TIMEOUT = 5.0  # seconds: Ray itself tries for a minute and then exits the process
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""The first bytes of a gRPC client; a server answers with its settings."""
_ADVICE = "start one with `ray start --head`, or use 'local', a cluster of this machine"
_TOKEN_ADVICE = (
    "does not accept this process: its authentication token is missing or wrong; put the token of "
    "the cluster into ~/.ray/auth_token, or into the variable RAY_AUTH_TOKEN (`ray get-auth-token` "
    "shows it on a machine of the cluster), with RAY_AUTH_MODE=token"
)

_QUIET = {
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # errors are raised anyway
    "RAY_USAGE_STATS_ENABLED": "0",
}


def import_ray() -> Any:
    """Return the module ray.

    Raises:
        MissingDependencyError: the extra is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise MissingDependencyError(
            f"adding documents on a cluster needs Ray: {install_hint('ray')}"
        ) from error
    return ray


def find(address: str, timeout: float = 30.0) -> str:
    """Return "local", or the "host:port" of the running cluster that an address refers to.

    The cluster must answer within `timeout` seconds.

    Raises:
        MissingDependencyError: Ray is not installed.
        ValueError: it is not the address of a cluster.
        ConnectionError: nothing answers there, or this process is connected to another cluster.
    """
    ray = import_ray()
    if ray.is_initialized():
        joined: str = ray.get_runtime_context().gcs_address
        if address not in ("auto", joined):
            raise ConnectionError(
                f"this process is connected to the Ray cluster at {joined}, not to {address}; "
                "use 'auto', or call ray.shutdown() first"
            )
        return joined
    if address == "auto":
        if (address := os.environ.get("RAY_ADDRESS", "")) not in ("", "auto"):
            return find(address, timeout)
        started = _started(ray)
        return started if started and _unreachable(started, timeout) is None else "local"
    if address == "local":
        return address
    if "://" in address:
        raise ValueError(
            f"{address!r}: a Ray client cannot be used; run this on a machine of the cluster, "
            "with the address that `ray start` printed, as in 10.0.0.1:6379"
        )
    host, _, port = address.rpartition(":")
    if not (host and port.isascii() and port.isdigit()):
        raise ValueError(
            f"{address!r} is no address of a Ray cluster; give 'auto', 'local', or host and port, "
            "as in 10.0.0.1:6379"
        )
    if (error := _unreachable(address, timeout)) is not None:
        raise ConnectionError(f"no Ray cluster answers at {address} ({error}); {_ADVICE}")
    return address


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to the cluster that `find` returned; yield the module ray.

    At the end, a cluster started here is stopped; one that was running before is left running. A
    connection that this process had before is kept.

    Raises:
        ConnectionError: the cluster cannot be used.
    """
    ray = import_ray()
    with _connection, ExitStack() as stack:
        stack.enter_context(_environment(_QUIET))
        if not ray.is_initialized():
            stack.callback(ray.shutdown)
            _connect(ray, address)
        yield ray


def actor_resources(ray: Any, workers: int | None) -> tuple[dict[str, float], int]:
    """Return the cluster resources that one actor reserves, and the number of actors."""
    if workers != 0:
        return {"num_cpus": 1}, workers or max(int(ray.cluster_resources().get("CPU", 1)), 1)
    if gpus := int(ray.cluster_resources().get("GPU", 0)):
        return {"num_gpus": 1}, gpus
    cores = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    cores = [count for count in cores if count] or [1]
    return {"num_cpus": min(cores)}, len(cores)


def session_folder() -> str | None:
    """Return the folder where Ray keeps the logs of this actor; None outside of actors."""
    from ray._private.worker import _global_node

    return None if _global_node is None else str(_global_node.get_session_dir_path())


def _connect(ray: Any, address: str) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        options["include_dashboard"] = False
    try:
        ray.init(address, **options)
    except (Exception, SystemExit) as error:  # the latter when nothing answers
        if isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 1:
            raise  # from a signal that ends this process
        if _is_about_token(error):
            raise ConnectionError(f"the Ray cluster {address} {_TOKEN_ADVICE}") from error
        raise ConnectionError(
            f"the Ray cluster {address} cannot be used ({error}); {_ADVICE}"
        ) from error


def _is_about_token(error: BaseException | None) -> bool:
    """Return whether an error or its cause is about a missing or wrong token.

    Ray raises its AuthenticationError, or mentions it in the text of another error.
    """
    while error is not None:
        if "AuthenticationError" in f"{type(error).__name__} {error}":
            return True
        error = error.__cause__ or error.__context__
    return False


def _started(ray: Any) -> str | None:
    """Return the address of a cluster started with `ray start` on this machine, if any."""
    from ray._private.services import canonicalize_bootstrap_address

    address: str | None = canonicalize_bootstrap_address(None)  # type: ignore[arg-type]
    return address


def _unreachable(address: str, timeout: float) -> OSError | None:
    """Return why nothing answers in time at "host:port"; None if something does."""
    host, _, port = address.rpartition(":")
    host_and_port = host.strip("[]"), int(port) % 65536
    try:
        with socket.create_connection(host_and_port, min(timeout, _CONNECT_TIMEOUT)) as connection:
            connection.settimeout(timeout)
            connection.sendall(_HELLO)
            connection.recv(1)
    except TimeoutError:
        return TimeoutError(f"no answer within {timeout:g} seconds")
    except OSError as error:
        return error
    return None


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables that are not set yet, for the duration of a `with` statement."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]
