"""`python -m snappy_core.cli` does as `snappy`."""

import sys

from snappy_core.cli import main

sys.exit(main())
