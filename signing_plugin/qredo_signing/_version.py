"""The version of the project. The build reads this literal; importing it costs no look-up of package metadata."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
