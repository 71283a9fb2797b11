"""Our logger. It tells of repeats and of a corrected clock; never a URL's query, a header, a body or a secret."""

from __future__ import annotations

import logging

__all__ = ["LOG"]

LOG = logging.getLogger(__name__.partition(".")[0])
LOG.addHandler(logging.NullHandler())
