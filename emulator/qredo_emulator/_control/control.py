"""What happens outside the API: the chain, people with their phones, exchanges, time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qredo_signing import Credentials, HmacCredentials

from qredo_emulator._api.app import App
from qredo_emulator._api.faults import Faults
from qredo_emulator._api.request_log import Record
from qredo_emulator._authentication.key_ring import KeyRing
from qredo_emulator._state.model import TrustedParty
from qredo_emulator._state.world import World
from qredo_emulator.domain import clock, outside
from qredo_emulator.domain.settlement import deposit
from qredo_emulator.domain.votes import decide

__all__ = ["Control"]


class Control:
    """Controls a running emulator. Safe to use from any thread.

    Args:
        app: The emulator's application.
        keys: Its registered keys.
        credentials: The key that `reset` keeps.
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
    def faults(self) -> Faults:
        """Faults to inject."""
        return self._app.faults

    @property
    def accept_users(self) -> bool:
        """Whether people who are added as trusted parties accept at once."""
        return self._world.state.accept_users

    @accept_users.setter
    def accept_users(self, value: bool) -> None:
        self._world.state.accept_users = value

    def credit(self, wallet_id: str, amount: int) -> str:
        """Deposit into a wallet, like a transfer on its chain.

        Args:
            wallet_id: The wallet's id or short code, of any account.
            amount: In base units of the wallet's asset, at least 1.

        Returns:
            The id of the transaction on the chain.

        Raises:
            TypeError: The amount is not an int.
            ValueError: The amount is below 1, or all wallets would hold more than 64 bits can say.
            LookupError: There is no such wallet.
        """
        if type(amount) is not int:
            raise TypeError(
                f"amount must be an int in base units of the asset, not {type(amount).__name__}: convert coins with "
                "qredo_signing.units.from_units"
            )
        if amount < 1:
            raise ValueError(f"amount is {amount}; a deposit is at least 1 base unit")
        with self._locked() as world:
            place = world.place(wallet_id)
            if place is None:
                raise LookupError(f"there is no wallet {wallet_id!r}: client.fund.get(...) lists a fund's wallets")
            return deposit(world, place.wallet, amount)

    def accept(self, address: str) -> int:
        """Accept all pending invitations of a person as trusted party.

        Args:
            address: E-mail address of the person.

        Returns:
            How many invitations were accepted.

        Raises:
            LookupError: No company has invited this person.
        """
        with self._locked():
            invitations = [party for party in self._parties() if party.address.casefold() == address.casefold()]
            if not invitations:
                raise LookupError(f"no company has {address!r} as trusted party")
            pending = [party for party in invitations if not party.accepted]
            for party in pending:
                party.accepted = True
            return len(pending)

    def inbox(self, who: str | None = None) -> list[dict[str, Any]]:
        """Return pending approval requests, oldest first, as a phone shows them.

        Args:
            who: E-mail address or entity id of a person; id or name of a core client or an exchange; None for all.

        Returns:
            Per action `action_id`, `type`, `about` (id of the transaction or wallet), `expires`,
            and who is asked: `approver` (entity id), `name` and `address`.
        """
        with self._locked() as world:
            return outside.inbox(world, who)

    def approve(self, what: str, by: str | None = None) -> str:
        """Lets approvers approve: people on their phones, exchanges, core clients.

        Args:
            what: Id of a transaction, of an action, or of a wallet (or its short code): there, the
                connection to its exchanges and the change of its policy are approved.
            by: Who decides: e-mail address, entity id or name; None for all who are asked, one
                after the other, until it is decided.

        Returns:
            The state of the transaction, the wallet or the policy change afterwards.

        Raises:
            LookupError: No decision about it is pending, or not by `by`.
        """
        return self._decide(what, by, approve=True)

    def reject(self, what: str, by: str | None = None) -> str:
        """Lets approvers refuse; see `approve`."""
        return self._decide(what, by, approve=False)

    def fail_chain(self, tx_id: str) -> str:
        """Lets the chain refuse a transaction, which becomes `chain_rejected`; all amounts go back.

        An open transaction will fail as soon as it is approved. An approved one fails now, if
        what it brought is still there.

        Args:
            tx_id: The transaction; either side of a swap.

        Returns:
            The transaction's state.

        Raises:
            LookupError: There is no such transaction.
            ValueError: It has ended otherwise, or what it brought is spent.
        """
        with self._locked() as world:
            return outside.fail_chain(world, tx_id)

    def add_exchange(self, client_id: str) -> str:
        """Makes a core client an exchange: every account finds it in GET /exchanges.

        Args:
            client_id: The core client, of any account.

        Returns:
            The exchange's id, by which wallets are connected to it: that of the core client.

        Raises:
            LookupError: There is no such core client.
        """
        with self._locked() as world:
            return outside.add_exchange(world, client_id)

    def totals(self) -> dict[str, dict[str, int]]:
        """Per asset, in base units: `deposited` = `held` + `fees` + `withdrawn`; held includes `reserved`."""
        with self._locked() as world:
            return outside.totals(world)

    def now(self) -> int:
        """The emulator's clock, in Unix seconds."""
        with self._locked() as world:
            return world.now

    def advance(self, seconds: int) -> int:
        """Moves the emulator's clock forward; what is due by then expires.

        Returns:
            The new time in Unix seconds.

        Raises:
            ValueError: The clock would go back.
        """
        with self._locked() as world:
            clock.advance(world, seconds)
            return world.now

    def new_credentials(self) -> Credentials:
        """Registers another API key with an RSA key of its own, and an account that is empty."""
        return self._keys.new()

    def new_hmac_credentials(self) -> HmacCredentials:
        """Registers another API key of the Qredo APIs v1 and v2, with a secret of its own."""
        return self._keys.new_hmac()

    def publish(
        self,
        feed: str,
        message: Any,
        *,
        credentials: Credentials | HmacCredentials | None = None,
        client_id: str | None = None,
    ) -> int:
        """Sends a message on a feed.

        Args:
            feed: Its name, such as `core_client` or `sign_requests`.
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
        """Back to the start: no state, no further keys, no nonces, no requests, no faults; open feeds are closed."""
        with self._world.lock:
            self._world.clear()
            self._app.clear()
            self._keys.keep_only(self._credentials)
        self._app.hub.close_all()

    @contextmanager
    def _locked(self) -> Iterator[World]:
        with self._world.lock:
            clock.tick(self._world)
            yield self._world

    def _decide(self, what: str, by: str | None, *, approve: bool) -> str:
        with self._locked() as world:
            asked = outside.asked(world, what)
            if by is not None:
                asked = [action for action in asked if action.approver_id in outside.entities(world, by)]
            if not asked:
                raise LookupError(outside.why_no_decision(world, what, by))
            subjects = [(action.subject, action.subject_id) for action in asked]
            while asked:
                decide(world, asked[0], approve=approve)
                asked = [action for action in asked if action.status == "pending"] if by else outside.asked(world, what)
            return outside.state_of(world, *subjects[0])

    def _parties(self) -> list[TrustedParty]:
        return [party for _, company in self._world.index.companies.values() for party in company.parties.values()]
