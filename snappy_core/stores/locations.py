"""Locations of indexes in messages."""

import re


def without_secrets(location: str) -> str:
    """Return a location without the user and password of its URL.

    >>> without_secrets("qdrant://user:secret@host:6333/reports")
    'qdrant://***@host:6333/reports'
    """
    return re.sub(r"(?<=://)[^/\s]*@", "***@", location)
