"""`python -m snappy_core.cli` is the same as `snappy`."""

import sys

from snappy_core.cli import main

sys.exit(main())
