"""Mutation testing: do the tests of scoring, search and ingest detect small faults in the code?

cosmic-ray makes the mutants: an inverted comparison, a number off by one, a loop that never runs.
Each mutant of a random sample is run in a copy of the repository against the tests that can detect
it, up to the first failure. A mutant that passes all of them has survived.
"""

from __future__ import annotations

import ast
import random
import shlex
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cosmic_ray.work_item import MutationSpec, WorkResult

    Position = tuple[int, int]  # line, from 1, and column, from 0

ROOT = Path(__file__).parents[1]
PACKAGES = {"scoring": ("scoring", "search"), "search": ("search",), "ingest": ("ingest",)}
"""Packages of snappy_core to mutate, each with the folders of tests that exercise it."""

COMMON_TESTS = ("test_index.py", "test_page_search.py")
KILL_TESTS = "test_kill.py"  # kills processes while they add documents
KILL_MODULES = ("pipeline.py", "plan.py", "write.py")  # decide what such a process leaves behind
BASELINE = 600.0  # seconds that the tests of a package may take without a mutation
PATIENCE = 2.5  # factor on that time with a mutation; a mutant that hangs counts as killed
COPIES = 2  # of the repository, and so the number of mutants tested at once
NOT_COPIED = (".git", ".venv", "out", "__pycache__", ".*_cache")


def run(count: int = 150, seed: int = 0) -> list[MutationSpec]:
    """Test a sample of mutants, print how many were killed, and return the survivors.

    Raises:
        RuntimeError: tests fail without any mutation.
    """
    with TemporaryDirectory() as folder, ThreadPoolExecutor(COPIES) as threads:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(COPIES):
            copy = Path(folder, str(number))
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
            copies.put(copy)
        mutants = sample_mutants(copy, count, seed)
        modules = {mutant.module_path.parent: mutant.module_path for mutant in mutants}
        unmutated = threads.map(lambda m: _test(m, None, copies, BASELINE), modules.values())
        limits = {}
        for package, (result, seconds) in zip(modules, unmutated, strict=True):
            if result.is_killed:
                raise RuntimeError(f"tests fail without a mutation:\n{result.output}")
            limits[package] = PATIENCE * seconds
        results = threads.map(
            lambda m: _test(m.module_path, m, copies, limits[m.module_path.parent]), mutants
        )
        survivors = list(_survivors(mutants, results))
    killed = len(mutants) - len(survivors)
    print(f"\n{len(mutants)} mutants of {len(PACKAGES)} packages, seed {seed}:")
    print(f"{killed} killed, {len(survivors)} survived: {killed / len(mutants):.1%} killed")
    return survivors


def sample_mutants(root: Path, count: int, seed: int) -> list[MutationSpec]:
    """Return mutants at `count` different places in the code, drawn at random.

    Their module paths are relative to `root`. Annotations are left out, as nothing evaluates them.
    """
    import attrs
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import WorkDB, use_db

    core = root / "snappy_core"
    modules = sorted(path for name in PACKAGES for path in (core / name).rglob("*.py"))
    annotations = {module: list(_annotations(module)) for module in modules}
    places: dict[tuple[Path, Position, Position], list[MutationSpec]] = defaultdict(list)
    with use_db(":memory:", WorkDB.Mode.create) as database:
        init(modules, database, {})
        for item in database.work_items:
            (mutant,) = item.mutations
            module, start, end = mutant.module_path, mutant.start_pos, mutant.end_pos
            if not any(first <= start and end <= last for first, last in annotations[module]):
                mutant = attrs.evolve(mutant, module_path=module.relative_to(root))
                places[module, start, end].append(mutant)
    rng = random.Random(seed)
    return [rng.choice(places[place]) for place in rng.sample(sorted(places), count)]


def _annotations(module: Path) -> Iterator[tuple[Position, Position]]:
    """Yield the start and end of each annotation in a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if annotation is not None:
                yield (
                    (annotation.lineno, annotation.col_offset),
                    (annotation.end_lineno, annotation.end_col_offset),
                )


def test_files(root: Path, module: Path) -> list[str]:
    """Return the module, for its doctests, and the test files that run it, its own tests first.

    All paths are relative to `root`.
    """
    tests = root / "tests"
    if module.parent.name == "ray":
        files = sorted((tests / "ingest" / "ray").glob("test_*.py"))
    else:
        folders = PACKAGES[module.parts[1]]
        files = [file for name in folders for file in sorted((tests / name).glob("test_*.py"))]
        files += [tests / name for name in COMMON_TESTS]
        if module.name not in KILL_MODULES:
            files = [file for file in files if file.name != KILL_TESTS]
    files.sort(key=lambda file: module.stem not in file.stem)
    return [str(module), *(str(file.relative_to(root)) for file in files)]


def _test(
    module: Path, mutant: MutationSpec | None, copies: SimpleQueue[Path], limit: float
) -> tuple[WorkResult, float]:
    """Run the tests of a module in a free copy; return the result and the seconds."""
    import attrs
    from cosmic_ray.mutating import mutate_and_test

    copy = copies.get()
    command = [
        "env",
        "--default-signal=INT",
        f"--chdir={copy}",
        f"PYTHONPATH={copy}",
        sys.executable,
        "-m",
        "pytest",
    ]
    command += ["-q", "-x", *test_files(copy, module)]
    mutations = [] if mutant is None else [attrs.evolve(mutant, module_path=copy / module)]
    started = time.monotonic()
    try:
        result = mutate_and_test(mutations, shlex.join(command), limit)
        return result, time.monotonic() - started
    finally:
        copies.put(copy)


def _survivors(
    mutants: list[MutationSpec], results: Iterable[tuple[WorkResult, float]]
) -> Iterator[MutationSpec]:
    """Yield the mutants that survived, and print them with their changed lines.

    The others are printed on standard error.
    """
    for number, (mutant, (result, seconds)) in enumerate(zip(mutants, results, strict=True), 1):
        if result.test_outcome is None or result.worker_outcome != "normal":
            raise RuntimeError(f"{mutant}: {result.worker_outcome}\n{result.output}")
        outcome = "timeout" if result.output == "timeout" else result.test_outcome.value
        name = mutant.operator_name.removeprefix("core/")
        place = f"{mutant.module_path}:{mutant.start_pos[0]}"
        output = sys.stderr if result.is_killed else sys.stdout
        line = f"[{number}/{len(mutants)}] {outcome} {seconds:5.1f} s  {place}  {name}"
        print(line, file=output, flush=True)
        if not result.is_killed:
            for line in (result.diff or "").split("\n"):
                if line[:1] in "+-" and line[:3] not in ("---", "+++"):
                    print(f"    {line}")
            yield mutant
