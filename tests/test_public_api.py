"""What `import snappy_core` gives and costs, and which way imports run."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import snappy_core

ROOT = Path(snappy_core.__file__).parent
FRAMEWORKS = ("langchain", "langchain_core", "llama_index", "snappy_langchain", "snappy_llamaindex")
HEAVY = (
    "torch",
    "tensorflow",
    "transformers",
    "ray",
    "loky",
    "lancedb",
    "qdrant_client",
    "pydantic",
)

# Each part of the core with the parts it may import besides its own; those not listed stand on top.
NOUNS = {
    "boxes", "cancellation", "errors", "filters", "forks", "grouping", "markdown", "names",
    "progress", "registry", "regular_files", "terminal", "types", "unspaced", "vectors",
    "word_boxes",
}  # fmt: skip
ALLOWED = {
    "_async": {"cancellation"},
    "boxes": set(),
    "cancellation": {"errors"},
    "errors": {"terminal"},
    "filters": {"types"},
    "forks": set(),
    "names": set(),
    "markdown": set(),
    "grouping": set(),
    "progress": set(),
    "registry": set(),
    "regular_files": set(),
    "terminal": set(),
    "unspaced": set(),
    "vectors": set(),
    "types": {"boxes"},
    "word_boxes": {"boxes", "types"},
    "parsing": {*NOUNS, "formats"},  # for the regions of other libraries
    "scoring": NOUNS,
    "encoders": {*NOUNS, "scoring"},  # for the terms of words
    "stores": {*NOUNS, "scoring"},
    "formats": NOUNS,
    "search": {*NOUNS, "scoring", "stores"},
    "metadata": {*NOUNS, "search"},
}


def imports(path):
    """The dotted names a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            # `from snappy_core import index` names a module as much as `import snappy_core.index`
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(part):
    return [ROOT / f"{part}.py"] if (ROOT / f"{part}.py").exists() else (ROOT / part).rglob("*.py")


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_imports_run_one_way(part):
    files = list(files_of(part))
    assert files
    for path in files:
        named = [name.split(".") for name in imports(path)]
        used = {name[1] for name in named if name[0] == "snappy_core"}
        assert used <= {part, *ALLOWED[part]}, path.name


def test_no_module_of_the_core_names_a_framework():
    """But for the one that opens the chat model of `snappy serve` by its name in LangChain."""
    modules = {*ROOT.rglob("*.py")} - {ROOT / "server" / "chat.py"}
    for path in modules:
        assert not {name.split(".")[0] for name in imports(path)} & set(FRAMEWORKS), path


def test_importing_the_core_imports_no_framework_and_nothing_heavy():
    code = "import sys, snappy_core; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    loaded = set(done.stdout.split())
    assert "snappy_core" in loaded
    assert not loaded & {*FRAMEWORKS, *HEAVY}


def test_a_search_loads_no_reader_no_ray_and_no_server(tmp_path):
    """So that `snappy search` answers soon."""
    path = str(tmp_path / "report.snappy")
    with snappy_core.RegionIndex.open(path) as index:
        index.add("examples/report.pdf", progress=False).raise_failed()
    code = (
        "import sys; from snappy_core.cli import main; "
        f"assert main(['search', 'revenue', '--in', {path!r}]) == 0; "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    loaded = set(done.stderr.split())
    assert "snappy_core.search.engine" in loaded
    assert not loaded & {
        "asyncio", "loky", "lxml", "markdown_it", "multiprocessing", "PIL", "pypdfium2",
        "pytesseract", "ray", "fastapi", "mcp", "starlette", "uvicorn",
        "snappy_core.server", "snappy_core.mcp_server",
        "snappy_core.ingest.write", "snappy_core.parsing.layout.regions",
        "snappy_core.ingest.ray.executor",
    }  # fmt: skip


def test_what_is_imported_late_is_there_for_everyone():
    """For threads that ask at once, for `dir` and for `import *`."""
    code = """
import sys
from concurrent.futures import ThreadPoolExecutor
import snappy_core
assert not {"snappy_core.ingest.workers", "snappy_core.ingest.ray.executor"} & {*sys.modules}
assert {*snappy_core.__all__} <= {*dir(snappy_core)}
with ThreadPoolExecutor(8) as pool:
    classes = {*pool.map(lambda _: (snappy_core.Workers, snappy_core.Ray), range(64))}
from snappy_core import *
assert classes == {(Workers, Ray)}
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT.parent)
    with pytest.raises(AttributeError, match="'snappy_core' has no attribute 'Works'"):
        snappy_core.Works  # noqa: B018


def test_the_public_names_exist():
    assert len(set(snappy_core.__all__)) == len(snappy_core.__all__)
    for name in snappy_core.__all__:
        value = getattr(snappy_core, name)
        assert name in ("Filter", "Metadata") or value.__module__.startswith("snappy_core."), name


def test_every_error_is_a_snappy_error():
    from snappy_core import errors

    for name, error in vars(errors).items():
        if isinstance(error, type):
            assert issubclass(error, snappy_core.SnappyError)
            assert getattr(snappy_core, name) is error
    assert issubclass(snappy_core.PasswordRequiredError, snappy_core.UnreadableDocumentError)
    assert issubclass(snappy_core.MissingDependencyError, ImportError)
