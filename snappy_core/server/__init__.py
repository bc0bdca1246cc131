"""The local page and its JSON API; needs the extra `[serve]`. See `create_app`."""

try:
    from snappy_core.server.app import create_app
except ModuleNotFoundError as error:
    from snappy_core.errors import MissingDependencyError, install_hint

    if (error.name or "").partition(".")[0] not in ("fastapi", "starlette"):
        raise
    raise MissingDependencyError(f"the page needs FastAPI: {install_hint('serve')}") from error

__all__ = ["create_app"]
