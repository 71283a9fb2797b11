"""Copies of the generated packages, and of the plugin, in other repositories: made, checked, brought up to date."""

from __future__ import annotations

from ._command import vendor_command
from ._folders import put
from ._selection import Selection
from ._tree import tree

__all__ = ["Selection", "put", "tree", "vendor_command"]
