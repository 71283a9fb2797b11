"""The assets that the emulator knows: the documented ones, of which only the test assets can be used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["ASSETS", "Asset", "in_coins"]


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset.

    Attributes:
        scale: Base units per whole coin.
        enabled: Whether a wallet can hold it. The sandbox has test assets only, and a made-up
            address of a main network could be paid by accident.
    """

    code: str
    name: str
    unit_code: str
    scale: int
    family: str
    test: bool

    @property
    def enabled(self) -> bool:
        return self.test

    @property
    def address_type(self) -> str | None:
        """Known for Bitcoin only."""
        return "P2PKH" if self.family == "bitcoin" else None


ASSETS = {
    asset.code: asset
    for asset in (
        Asset("BTC", "Bitcoin", "BTC", 100_000_000, "bitcoin", test=False),
        Asset("BTC-TESTNET", "Bitcoin (test)", "BTC-TEST", 100_000_000, "bitcoin", test=True),
        Asset("ETH", "Ethereum", "ETH", 1_000_000_000, "ethereum", test=False),
        Asset("ETH-TESTNET", "Ethereum (test)", "ETH-TEST", 1_000_000_000, "ethereum", test=True),
        Asset("ETH-GOERLI", "Ethereum (Goerli)", "ETH-GOERLI", 1_000_000_000, "ethereum", test=True),
    )
}


def in_coins(amount: int, code: str) -> Decimal:
    """Convert an amount in base units to whole coins of an asset, exactly."""
    digits = len(str(ASSETS[code].scale)) - 1  # every scale is a power of ten
    return Decimal(amount).scaleb(-digits)
