"""The plugin's version: one literal, so that reading it costs no look-up of package metadata."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
