"""Adding documents. What happens is logged under `snappy_core.ingest`."""

import logging

# Warnings reach people as Python warnings (`IngestWarning`); logs go where the program sends them.
logging.getLogger(__name__).addHandler(logging.NullHandler())
