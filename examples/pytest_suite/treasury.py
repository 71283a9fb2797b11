"""The service that is tested: it pays invoices from one wallet to addresses on the chain."""

from __future__ import annotations

import time
from dataclasses import dataclass

from qredo_partner_v1_1 import BadRequestError, Client, require
from qredo_partner_v1_1.models import AssetAmount


class NotEnoughError(Exception):
    """The wallet does not hold the amount and its fee."""


@dataclass(frozen=True)
class Treasury:
    """Pays from a wallet.

    Attributes:
        asset: What the wallet holds.
        patience: Seconds within which a payment has to be approved.
    """

    client: Client
    company: str
    wallet: str
    asset: str = "BTC-TESTNET"
    patience: int = 3600

    def pay(self, invoice: str, address: str, amount: int) -> str:
        """Ask for a payment, and return its id. Paying an invoice twice is paying it once.

        Args:
            invoice: Its number, the key of the payment.
            address: On the whitelist of the wallet's fund.
            amount: In base units.

        Raises:
            NotEnoughError: Nothing was asked for.
        """
        try:
            created = self.client.withdrawal.create(
                self.company,
                wallet_id=self.wallet,
                address=address,
                send=AssetAmount(symbol=self.asset, amount=amount),
                expires=int(time.time()) + self.patience,
                reference=invoice,
                partner_tx_id=invoice,
            )
        except BadRequestError as error:
            if error.reason and error.reason.startswith("balance"):
                raise NotEnoughError(f"invoice {invoice}: {error.reason}") from error
            raise
        return require(created.tx_id)

    def status(self, payment: str) -> str:
        """The state of a payment: `pending`, `approved`, `custody_rejected`, `expired`, ..."""
        return str(self.client.withdrawal.get(self.company, payment).tx_status)

    def balance(self) -> int:
        """What the wallet holds, in base units."""
        return require(self.client.wallet.get(self.wallet).balance)
