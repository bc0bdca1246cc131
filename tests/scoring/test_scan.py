"""The scan of many pages against plain loops, in numpy and in torch."""

import subprocess
import sys
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.scoring import kernel as kernels_of
from snappy_core.scoring import maxsim
from snappy_core.scoring import scan as scanning
from snappy_core.scoring.kernel import Kernel, fastest_kernel, numpy_kernel
from snappy_core.scoring.maxsim import product
from snappy_core.scoring.scan import Ragged, scan
from snappy_core.vectors import normalize, quantize

ragged = st.lists(st.integers(0, 9), min_size=1, max_size=12)  # patches of each page


def laid(seed, counts, dim=6):
    """Pages of random patches, a question of 3 tokens, and its weights."""
    rng = np.random.default_rng(seed)
    codes, scales = quantize(rng.standard_normal((sum(counts), dim)).astype(np.float32))
    query = normalize(rng.standard_normal((3, dim)).astype(np.float32))
    weights = rng.dirichlet(np.ones(3)).astype(np.float32)
    return Ragged(codes, scales, np.cumsum([0, *counts])), query, weights


def slowly(query, weights, batch):
    """MaxSim of each page as it is written down."""
    vectors = batch.vectors.astype(float) * batch.scales[:, None]
    counts = np.ones(len(vectors), bool) if batch.mask is None else batch.mask
    scores = []
    for start, stop in pairwise(batch.offsets):
        best = [
            max(
                (float(token @ vectors[j]) for j in range(start, stop) if counts[j]),
                default=-1.0,
            )
            for token in query.astype(float)
        ]
        scores.append(float(np.dot(weights, best)))
    return np.array(scores)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Pages begin, end and go on across blocks in every way."""
    monkeypatch.setattr(scanning, "BLOCK", 7)
    monkeypatch.setattr(kernels_of, "BLOCK", 3)
    monkeypatch.setattr(maxsim, "MATMUL_SIZE", 1)  # stacks of eight
    monkeypatch.setattr(maxsim, "FLOAT_ROWS", 18)


def torch_kernel():
    pytest.importorskip("torch")
    from snappy_core.scoring import torch_kernel

    return torch_kernel


def kernel(name, query):
    """A kernel by name, and for each token the most that a similarity may be off (m,)."""
    exact = np.full(len(query), 1e-5)
    if name == "numpy":
        return numpy_kernel(query), exact
    if name == "one core":
        return Kernel([product(query)]), exact
    torch = torch_kernel()
    if name == "int8":
        codes, steps = torch.round_query(query)
        off = np.linalg.norm(query - codes * steps, axis=1)
        return torch.kernel(query, "cpu"), off + exact
    if name == "cuda" and torch.device() != "cuda":
        pytest.skip("no GPU")
    if name == "float":
        return Kernel([torch._float_product(query, "cpu")]), exact
    return torch.kernel(query, name), exact


kernels = pytest.mark.parametrize("name", ["numpy", "one core", "int8", "float", "cuda"])


@kernels
@given(ragged, st.integers(0, 1000), st.booleans())
def test_a_scan_equals_a_loop(name, counts, seed, masked):
    batch, query, weights = laid(seed, counts)
    if masked:
        some = np.random.default_rng(seed).random(len(batch.vectors)) < 0.5
        batch = Ragged(batch.vectors, batch.scales, batch.offsets, some)
    multiply, off = kernel(name, query)
    found = scan(query, weights, [batch], multiply)
    assert found.dtype == np.float32
    assert np.abs(found - slowly(query, weights, batch)).max() <= float(weights @ off)


def test_pages_one_by_one_equal_pages_in_a_row():
    batch, query, weights = laid(1, [4, 0, 20, 3])
    single = [
        Ragged(batch.vectors[a:b], batch.scales[a:b], np.array([0, b - a]))
        for a, b in pairwise(batch.offsets)
    ]
    together = scan(query, weights, [batch], numpy_kernel(query))
    assert scan(query, weights, single, numpy_kernel(query)) == pytest.approx(together, abs=1e-6)
    assert scan(query, weights, iter([]), numpy_kernel(query)).shape == (0,)


def test_a_masked_patch_does_not_count():
    codes = np.array([[127, 0], [0, 127], [127, 0]], np.int8)
    scales = np.full(3, 1 / 127, np.float32)
    counts = np.array([False, True, False])
    batch = Ragged(codes, scales, np.array([0, 2, 3]), counts)
    query = np.array([[1, 0]], np.float32)
    assert scan(query, np.ones(1, np.float32), [batch], numpy_kernel(query)).tolist() == [0, -1]


@kernels
def test_patches_of_a_store_are_read_where_they_lie(name):
    """They cannot be written to, and no warning says so."""
    batch, query, weights = laid(3, [30, 40])
    vectors = np.frombuffer(batch.vectors.tobytes(), np.int8).reshape(batch.vectors.shape)
    frozen = Ragged(vectors, np.frombuffer(batch.scales.tobytes(), np.float32), batch.offsets)
    multiply, _ = kernel(name, query)
    found, same = (scan(query, weights, [each], multiply) for each in (frozen, batch))
    assert found.tolist() == same.tolist()


def test_memory_does_not_grow_with_the_pages(monkeypatch):
    monkeypatch.setattr(scanning, "BLOCK", 256)
    monkeypatch.setattr(maxsim, "FLOAT_ROWS", 64)
    batch, query, weights = laid(4, [100] * 400)
    multiply = numpy_kernel(query)
    tracemalloc.start()
    scan(query, weights, [batch], multiply)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < batch.vectors.nbytes / 4


@kernels
def test_every_kernel_checks_dimensions_and_takes_nothing(name):
    query = np.ones((2, 3), np.float32)
    multiply, _ = kernel(name, query)
    with pytest.raises(ValueError, match="query of 3 and patches of 4"):
        multiply(np.ones((1, 4), np.int8), np.ones(1, np.float32), np.empty((2, 1), np.float32))
    nothing = np.empty((2, 0), np.float32)
    multiply(np.empty((0, 3), np.int8), np.empty(0, np.float32), nothing)


@pytest.mark.parametrize("name", ["numpy", "int8"])
def test_parts_come_out_the_same_one_by_one(name):
    batch, query, _ = laid(6, [50, 0, 1, 30])
    multiply, _ = kernel(name, query)
    alone, parts = (np.empty((3, 81), np.float32) for _ in range(2))
    multiply(batch.vectors, batch.scales, alone)
    multiply.fill(
        (batch.vectors[a:b], batch.scales[a:b], parts[:, a:b]) for a, b in pairwise(batch.offsets)
    )
    assert parts == pytest.approx(alone, abs=1e-6)


def test_torch_keeps_its_number_of_threads():
    torch = torch_kernel()
    batch, query, _ = laid(6, [50])
    before = sys.modules["torch"].get_num_threads()
    torch.kernel(query, "cpu")(batch.vectors, batch.scales, np.empty((3, 50), np.float32))
    assert sys.modules["torch"].get_num_threads() == before


def test_threads_are_made_once_however_many_ask_first():
    made = []

    def make():
        time.sleep(0.01)
        made.append(object())
        return made[-1]

    give = kernels_of.once_per_process(make)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: give(), range(8)))
    assert found == set(made)
    assert len(made) == 1


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("max 100000", 8), ("150000 100000", 2), ("1000 100000", 1), ("9900000 100000", 8), ("", 8)],
)
def test_cores_are_those_of_the_machine_within_the_limit_of_a_container(
    limit, cores, tmp_path, monkeypatch
):
    monkeypatch.setattr(kernels_of.sys, "platform", "any")
    monkeypatch.setattr(kernels_of.os, "cpu_count", lambda: 8)
    (tmp_path / "cpu.max").write_text(limit)
    assert kernels_of.core_count(tmp_path / "cpu.max") == cores
    assert kernels_of.core_count(tmp_path / "none") == 8


@pytest.mark.parametrize("torch", ["", "import torch; "])
def test_a_thread_goes_on_when_the_main_thread_has_ended(torch):
    """Python closes all pools then."""
    if torch:
        pytest.importorskip("torch")
    code = f"""
import threading, time
import numpy as np
from snappy_core.scoring.scan import Ragged, scan
{torch}
def late():
    while threading.main_thread().is_alive():
        time.sleep(0.01)
    time.sleep(0.1)
    batch = Ragged(np.ones((9000, 2), np.int8), np.ones(9000, np.float32), np.array([0, 9000]))
    print(scan(np.eye(2, dtype=np.float32), np.full(2, 0.5, np.float32), [batch] * 3))

threading.Thread(target=late).start()
"""
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[1. 1. 1.]\n", "")


def test_an_error_in_a_thread_reaches_the_caller():
    def broken(vectors, scales, out):
        raise MemoryError("no room")

    batch, query, _ = laid(6, [50])
    with ThreadPoolExecutor(2) as pool, pytest.raises(MemoryError, match="no room"):
        Kernel([broken, product(query)], pool)(
            batch.vectors, batch.scales, np.empty((3, 50), np.float32)
        )


def test_rounding_stays_within_its_bound():
    torch = torch_kernel()
    query = normalize(np.random.default_rng(5).standard_normal((50, 128)).astype(np.float32))
    query[7] = 0
    codes, steps = torch.round_query(query)
    lost = np.linalg.norm(query - codes * steps, axis=1)
    assert (lost <= 128**0.5 * np.abs(query).max(axis=1) / 254 + 1e-7).all()
    assert lost.max() < 0.012


def test_torch_is_used_only_when_it_is_loaded_and_faster(monkeypatch):
    query = np.eye(2, dtype=np.float32)
    torch = torch_kernel()
    monkeypatch.setattr(torch, "kernel", lambda query, device: device)
    monkeypatch.setattr(torch, "device", lambda: "cpu")
    assert fastest_kernel(query) == "cpu"
    monkeypatch.setattr(torch, "device", lambda: None)
    assert isinstance(fastest_kernel(query), Kernel)
    monkeypatch.setattr(torch, "device", lambda: "cpu")
    monkeypatch.delitem(sys.modules, "torch")
    assert isinstance(fastest_kernel(query), Kernel)


def wrong(left, right, out):
    """Another product than that of integers, as by saturated sums."""
    out.fill_(32767)


def other_arguments(left, right):
    raise AssertionError("`out` is not taken")


@pytest.mark.parametrize("changed", [None, wrong, other_arguments])
def test_without_the_private_product_of_torch_numpy_multiplies(monkeypatch, changed):
    kernel_of = torch_kernel()
    torch = sys.modules["torch"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    device = kernel_of.device.__wrapped__
    assert device() == "cpu"
    if changed is None:
        monkeypatch.delattr(torch, "_int_mm")
    else:
        monkeypatch.setattr(torch, "_int_mm", changed)
    monkeypatch.setattr(kernel_of, "device", device)
    assert device() is None
    batch, query, weights = laid(6, [50])
    exact = scan(query, weights, [batch], numpy_kernel(query))
    assert scan(query, weights, [batch], fastest_kernel(query)).tolist() == exact.tolist()


def test_snappy_does_not_load_torch():
    code = "import sys, snappy_core; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
