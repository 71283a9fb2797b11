"""What an error of the emulator says."""

from __future__ import annotations

import httpx

__all__ = ["reason"]


def reason(response: httpx.Response) -> str:
    """The `detail.reason` of its body."""
    text: str = response.json()["detail"]["reason"]
    return text
