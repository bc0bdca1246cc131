"""A disk that fails when it is told to: a layer between SQLite and its files (a VFS).

It is put into the SQLite library that Python's `sqlite3` uses, by ctypes.
"""

import _sqlite3
import ctypes
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass

FULL, CANTOPEN, READ, WRITE, FSYNC, TRUNCATE = 13, 14, 266, 778, 1034, 1546
CODES = {
    "open": CANTOPEN,
    "read": READ,
    "write": WRITE,  # EIO
    "full": FULL,  # ENOSPC, with nothing written
    "short": FULL,  # ENOSPC, with half of it written
    "sync": FSYNC,
    "truncate": TRUNCATE,
}
"""Kinds of faults with what SQLite's own layer returns for them."""


@dataclass
class Fault:
    """A fault of the disk.

    Attributes:
        at: the number of the call from which on it fails, of those that this kind concerns.
        lasting: for how many calls it fails.
        hits: how often it has.
    """

    kind: str
    at: int
    lasting: int
    hits: int = 0


class FaultyDisk:
    """Counts the calls of each kind, and lets those fail that a fault names."""

    def __init__(self):
        self.calls = dict.fromkeys(("open", "read", "write", "sync", "truncate"), 0)
        self.fault = None

    def fails(self, call):
        """Return the kind of the fault of a call, or None."""
        number, fault = self.calls[call], self.fault
        self.calls[call] += 1
        if fault is None or call_of(fault.kind) != call:
            return None
        if not fault.at <= number < fault.at + fault.lasting:
            return None
        fault.hits += 1
        return fault.kind

    @contextmanager
    def mended(self):
        """Have no faults meanwhile, and count no calls; yields the fault that was there."""
        fault, self.fault, calls = self.fault, None, dict(self.calls)
        try:
            yield fault
        finally:
            self.fault, self.calls = fault, calls


def call_of(kind):
    """Return the call that a kind of fault concerns."""
    return "write" if kind in ("full", "short") else kind


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", c_int),
        *(
            (name, c_void_p)
            for name in (
                "close", "read", "write", "truncate", "sync", "size", "lock", "unlock", "reserved",
                "control", "sector", "characteristics", "shm_map", "shm_lock", "shm_barrier",
                "shm_unmap", "fetch", "unfetch",
            )
        ),
    )  # fmt: skip


class _File(ctypes.Structure):
    _fields_ = (("methods", POINTER(_Methods)),)


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("others", c_void_p * 15),
    )


_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_File), c_int, c_void_p)
_TRANSFER = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)

_current = None  # the disk in use; the layer below stays for files that outlive it
_kept = {}  # the methods that files of each kind had, with ours: callbacks must not be freed


@contextmanager
def faulty_disk():
    """Yield the disk under all files that SQLite opens meanwhile."""
    global _current
    library = _library()
    below = library.sqlite3_vfs_find(None)
    if "vfs" not in _kept:
        _kept["vfs"] = _layer(below.contents)
    library.sqlite3_vfs_register(ctypes.byref(_kept["vfs"][0]), 1)
    _current = FaultyDisk()
    try:
        yield _current
    finally:
        _current = None
        library.sqlite3_vfs_register(below, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(_kept["vfs"][0]))


def is_available():
    """Return whether the SQLite of this Python can be reached: not if it is built in."""
    try:
        return _library() is not None
    except (OSError, AttributeError):
        return False


def _library():
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [c_char_p]
    return library


def _layer(below):
    vfs = _Vfs.from_buffer_copy(below)
    vfs.name = b"faulty"
    open_below = _OPEN(below.open)

    def open_file(_, name, file, flags, out):
        if _fails("open"):
            file.contents.methods = None  # so that SQLite does not close it
            return CANTOPEN
        code = open_below(ctypes.addressof(below), name, file, flags, out)
        if code == 0:
            file.contents.methods = ctypes.pointer(_methods(file.contents.methods))
        return code

    callback = _OPEN(open_file)
    vfs.open = ctypes.cast(callback, c_void_p)
    return vfs, callback, below


def _methods(pointer):
    """Return methods that may fail, for those of a kind of file."""
    address = ctypes.addressof(pointer.contents)
    if address in _kept:
        return _kept[address][0]
    methods = _Methods.from_buffer_copy(pointer.contents)
    read, write = _TRANSFER(methods.read), _TRANSFER(methods.write)
    sync, truncate = _SYNC(methods.sync), _TRUNCATE(methods.truncate)

    def write_or_fail(file, data, size, offset):
        kind = _fails("write")
        if kind == "short":
            write(file, data, size // 2, offset)
        return CODES[kind] if kind else write(file, data, size, offset)

    callbacks = (
        _TRANSFER(lambda *arguments: READ if _fails("read") else read(*arguments)),
        _TRANSFER(write_or_fail),
        _SYNC(lambda *arguments: FSYNC if _fails("sync") else sync(*arguments)),
        _TRUNCATE(lambda *arguments: TRUNCATE if _fails("truncate") else truncate(*arguments)),
    )
    for name, callback in zip(("read", "write", "sync", "truncate"), callbacks, strict=True):
        setattr(methods, name, ctypes.cast(callback, c_void_p))
    _kept[address] = (methods, callbacks)
    return methods


def _fails(call):
    return None if _current is None else _current.fails(call)
