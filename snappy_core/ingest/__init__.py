"""Adding documents. Events are logged under `snappy_core.ingest`."""

import logging

# Warnings reach users as Python warnings (`IngestWarning`); logs go where the program sends them.
logging.getLogger(__name__).addHandler(logging.NullHandler())
