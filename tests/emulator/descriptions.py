"""The descriptions that the emulator serves, by API package."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DESCRIPTIONS"]

DESCRIPTIONS = {path.parent.name: path for path in Path(__file__).parents[2].glob("spec/*/openapi.yaml")}
