"""Settings of the property tests in this folder."""

from __future__ import annotations

from hypothesis import settings

# A slow machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
