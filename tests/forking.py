"""Work in a forked child."""

import os
import warnings


def fork(work):
    """Return what `work` returns in a forked child, as text, and how the child ended."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork, from Python 3.12
        child = os.fork()
    if child == 0:
        try:
            said = str(work())
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        said = answer.read()
    return said, os.waitpid(child, 0)[1]
