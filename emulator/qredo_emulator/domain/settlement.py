"""Change balances: deposits, settlement, and its reversal when the chain rejects a transaction."""

from __future__ import annotations

from qredo_emulator._state.assets import ASSETS
from qredo_emulator._state.funds import Movement, Wallet
from qredo_emulator._state.model import Row, Transaction
from qredo_emulator._state.world import World

from .messages import announce_movement

__all__ = ["deposit", "pay", "take_back"]

_LARGEST = 2**63 - 1


def deposit(world: World, wallet: Wallet, amount: int, chain_tx_id: str | None = None) -> str:
    """Deposit an amount from the chain into a wallet, and return the id of the chain's transaction.

    Raises:
        ValueError: All wallets together would hold more than the API's numbers can say.
    """
    sums, asset = world.state, wallet.asset
    held = sums.deposited.get(asset, 0) - sums.withdrawn.get(asset, 0) - sums.fees.get(asset, 0)
    if held + amount > _LARGEST:
        raise ValueError(f"{held + amount} {asset} would be held, more than a number of 64 bits can say")
    chain_tx_id = chain_tx_id or _new_chain_tx(world, wallet.asset)
    world.add_row(Row(wallet.id, "deposit", world.now, "", chain_tx_id, amount))
    _move(world, wallet, Movement(world.now, amount, 0, chain_tx_id))
    _count(world.state.deposited, wallet.asset, amount)
    return chain_tx_id


def pay(world: World, *transactions: Transaction) -> None:
    """Settle transactions together, in one transaction on the chain, from the amounts that they reserved."""
    chain_tx_id = _new_chain_tx(world, transactions[0].asset)
    for tx in transactions:
        tx.status, tx.chain_tx_id = "approved", chain_tx_id
        wallet = world.index.places[tx.wallet_id].wallet
        wallet.reserved -= tx.amount
        _move(world, wallet, Movement(world.now, -tx.net, -tx.fees, chain_tx_id, tx.id), tx)
        _count(world.state.fees, tx.asset, tx.fees)
    for tx in transactions:
        _receive(world, tx)


def take_back(world: World, *transactions: Transaction) -> None:
    """Undo `pay`, because the chain rejected the transactions.

    Raises:
        ValueError: What arrived is spent, or arrived as a deposit in a wallet that is kept here.
    """
    for tx in transactions:
        _check_still_there(world, tx)
    for tx in transactions:
        sender = world.index.places[tx.wallet_id].wallet
        sender.balance += tx.amount
        _forget(sender, tx)
        _count(world.state.fees, tx.asset, -tx.fees)
        if recipient := _recipient(world, tx):
            wallet, amount = recipient
            wallet.balance -= amount
            _forget(wallet, tx)
        else:
            _count(world.state.withdrawn, tx.asset, -tx.net)


def _receive(world: World, tx: Transaction) -> None:
    if recipient := _recipient(world, tx):
        wallet, amount = recipient
        world.add_row(Row(wallet.id, "swapIn" if tx.swap else "transferIn", world.now, tx.id))
        _move(world, wallet, Movement(world.now, amount, 0, tx.chain_tx_id, tx.id), tx)
        return
    _count(world.state.withdrawn, tx.asset, tx.net)
    if own := _own_address(world, tx):
        deposit(world, own, tx.net, tx.chain_tx_id)


def _recipient(world: World, tx: Transaction) -> tuple[Wallet, int] | None:
    """The receiving wallet and the amount; None for a withdrawal."""
    if tx.swap:
        return world.index.places[tx.swap.receive_wallet_id].wallet, tx.swap.receive_amount
    if tx.recipient_id:
        return world.index.places[tx.recipient_id].wallet, tx.net
    return None


def _own_address(world: World, tx: Transaction) -> Wallet | None:
    """The wallet of this emulator to whose address a withdrawal goes, if there is one."""
    place = world.index.places.get(world.index.addresses.get(tx.address, ""))
    return place.wallet if place and place.wallet.asset == tx.asset else None


def _check_still_there(world: World, tx: Transaction) -> None:
    recipient = _recipient(world, tx)
    if recipient and recipient[0].available < recipient[1]:
        raise ValueError(
            f"what {tx.id} brought is spent; let a transaction fail before it is approved, or at once after"
        )
    if not recipient and _own_address(world, tx):
        raise ValueError(f"{tx.id} has arrived in a wallet of this emulator; let it fail before it is approved")


def _move(world: World, wallet: Wallet, movement: Movement, tx: Transaction | None = None) -> None:
    wallet.balance += movement.net + movement.fees
    wallet.history.append(movement)
    announce_movement(world, wallet, movement, sweep=tx is not None and tx.kind == "sweep")


def _forget(wallet: Wallet, tx: Transaction) -> None:
    wallet.history = [movement for movement in wallet.history if movement.tx_id != tx.id]


def _count(sums: dict[str, int], asset: str, amount: int) -> None:
    sums[asset] = sums.get(asset, 0) + amount


def _new_chain_tx(world: World, asset: str) -> str:
    return ("0x" if ASSETS[asset].family == "ethereum" else "") + world.ids.hexadecimal(32)
