"""What the outside world does: pays into a wallet, accepts an invitation, speaks on a feed."""

from __future__ import annotations

from typing import Any

from qredo_signing import Credentials

from ._app import App
from ._keys import KeyRing
from ._log import Record
from ._state import Account, Row, TrustedParty, Wallet

__all__ = ["Control"]


class Control:
    """Acts on a running emulator from the side; safe from any thread.

    Args:
        app: The emulator's application.
        keys: Its registered keys.
        credentials: The key that ``reset`` keeps.
    """

    def __init__(self, app: App, keys: KeyRing, credentials: Credentials) -> None:
        self._app = app
        self._world = app.world
        self._keys = keys
        self._credentials = credentials

    @property
    def requests(self) -> tuple[Record, ...]:
        """The last requests, oldest first, each with what was found about its signature."""
        return self._app.log.all()

    @property
    def accept_users(self) -> bool:
        """Whether people who are added as trusted parties accept at once."""
        return self._world.accept_users

    @accept_users.setter
    def accept_users(self, value: bool) -> None:
        self._world.accept_users = value

    def credit(self, wallet_id: str, amount: int) -> str:
        """Pays into a wallet, as a transfer on its chain would.

        Args:
            wallet_id: The wallet's id or short code, of any account.
            amount: In base units of the wallet's asset, at least 1.

        Returns:
            The id of the transaction on the chain.

        Raises:
            TypeError: The amount is not an int.
            ValueError: The amount is below 1.
            LookupError: There is no such wallet.
        """
        if type(amount) is not int:
            raise TypeError(f"amount must be an int in base units of the asset, not {type(amount).__name__}")
        if amount < 1:
            raise ValueError(f"amount is {amount}; a deposit is at least 1 base unit")
        with self._world.lock:
            wallet = self._wallet(wallet_id)
            row = Row("deposit", self._world.now, amount, 0, self._world.ids.chain_tx())
            wallet.balance += amount
            wallet.rows.append(row)
            return row.chain_tx_id

    def accept(self, address: str) -> int:
        """Lets a person accept, wherever he is a pending trusted party.

        Args:
            address: His e-mail address.

        Returns:
            How many companies listed him now that did not before.

        Raises:
            LookupError: No company has invited him.
        """
        with self._world.lock:
            invitations = [party for party in self._parties() if party.entity.address.casefold() == address.casefold()]
            if not invitations:
                raise LookupError(f"no company has {address!r} as trusted party")
            pending = [party for party in invitations if not party.accepted]
            for party in pending:
                party.accepted = True
            return len(pending)

    def new_credentials(self) -> Credentials:
        """Registers another API key with an RSA key of its own, and an account that is empty."""
        return self._keys.new()

    def publish(
        self, feed: str, message: Any, *, credentials: Credentials | None = None, client_id: str | None = None
    ) -> int:
        """Sends a message on a feed.

        Args:
            feed: Its name: ``core_client``, ``liquidity_hub``, ``wallets`` or ``agent``.
            message: What JSON can hold; it is not compared with the description.
            credentials: Only to feeds that were opened with this API key.
            client_id: Only to feeds of this core client.

        Returns:
            How many listeners it went to.

        Raises:
            LookupError: No description has a feed with this name.
        """
        names = {feed.name for description in self._app.descriptions.values() for feed in description.feeds}
        if feed not in names:
            raise LookupError(f"{feed!r} is not one of the feeds {', '.join(sorted(names))}")
        owner = credentials.api_key if credentials else None
        return self._app.hub.publish(feed, message, owner=owner, client_id=client_id)

    def reset(self) -> None:
        """Back to the start: no state, no further keys, no nonces, no requests; open feeds are closed."""
        with self._world.lock:
            self._world.clear()
            self._app.auth.clear()
            self._app.log.clear()
            self._keys.keep_only(self._credentials)
        self._app.hub.close_all()

    def _accounts(self) -> list[Account]:
        return list(self._world.accounts.values())

    def _parties(self) -> list[TrustedParty]:
        companies = (company for account in self._accounts() for company in account.companies.values())
        return [party for company in companies for party in company.parties.values()]

    def _wallet(self, wallet_id: str) -> Wallet:
        for account in self._accounts():
            for _, _, wallet in account.wallets():
                if wallet_id in (wallet.id, wallet.short_code):
                    return wallet
        raise LookupError(f"there is no wallet {wallet_id!r}")
