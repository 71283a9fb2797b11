"""A transfer that a program approves, until it is completed; and what to do when a response is lost.

    qredo-emulator --keys keys --port 8080                                  # in another terminal
    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080
    python examples/transfer_with_approval.py --order 2026-0042

Needs `pip install ".[emulator,feeds]"`. The emulator sets the stage (`prepare`: a company, an
approver, two wallets, a deposit); your own program has all this already and begins with `send`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass

import httpx
from qredo_partner_v1_1 import BadRequestError, Client, require
from qredo_partner_v1_1.models import (
    ActionDetails,
    AssetAmount,
    CoreClientFeedMessage,
    NewCustodyGroup,
    NewWallet,
    TxStatus,
)
from qredo_signing import Credentials, Environment, OutcomeUnknownError, connect
from qredo_signing.feeds import feed

ASSET = "BTC-TESTNET"
OPEN = {TxStatus.PENDING_INITIATE, TxStatus.PENDING}


@dataclass(frozen=True)
class Payment:
    """What is to be paid.

    Attributes:
        order: Your own id, one per payment. It is the idempotency key. Store it first.
        amount: In base units of the asset, a whole number.
        expires: Unix seconds; what is not approved by then never happens.
    """

    order: str
    company: str
    wallet: str
    to: str
    amount: int
    expires: int


def send(client: Client, payment: Payment) -> str:
    """Start the transfer, and return its id. Two calls with one order are one transfer, also after a restart."""
    try:
        return start(client, payment)
    except OutcomeUnknownError as error:
        # It was sent, and its outcome is unknown, so send nothing new. The same call with the same key is safe: if the
        # transfer exists already, the service returns it.
        print(f"no response to {error.operation}; looking for {error.idempotency_key}")
        time.sleep(1)
        return start(client, payment)  # lost again? Do not give up the order: run this again with the same one


def start(client: Client, payment: Payment) -> str:
    """Make the call. The client retries it with the same key."""
    created = client.transfer.create(
        payment.company,
        wallet_id=payment.wallet,
        counterparty_wallet_address=payment.to,
        send=AssetAmount(symbol=ASSET, amount=payment.amount),
        expires=payment.expires,
        reference=payment.order,
        partner_tx_id=payment.order,
    )
    print(f"transfer {created.tx_id} is {created.status}")
    return require(created.tx_id)


def is_asked_for(action: ActionDetails, payment: Payment, tx_id: str) -> bool:
    """Whether an action is about this payment, and says the same as our own books. An approver checks each field."""
    details = action.details
    return bool(
        details
        and (details.tx_id, details.wallet_id, details.recipient_id) == (tx_id, payment.wallet, payment.to)
        and (details.asset, details.net_amount) == (ASSET, payment.amount)
    )


def approve(client: Client, approver: str, payment: Payment, tx_id: str) -> None:
    """Wait until the approver is asked for this transfer, and approve it; leave everything else alone.

    The feed begins with what waits already, and after a lost connection it reads what was missed.
    """
    by_id = feed(
        client, "core_client", client_id=approver, message=CoreClientFeedMessage, key=lambda message: message.id
    )
    with by_id as messages:
        for message in messages:
            action = client.core_client.get_action(approver, require(message.id))
            if is_asked_for(action, payment, tx_id):
                decide(client, approver, require(action.id))
                return


def decide(client: Client, approver: str, action_id: str) -> None:
    """Approve an action. It has no key: after a lost response, look first, and approve what is still open."""
    while True:
        try:
            client.core_client.approve_action(approver, action_id)
            return
        except OutcomeUnknownError as error:
            print(f"no response to {error.operation}; looking with {error.outcome}")
            time.sleep(1)
        except BadRequestError:  # decided or expired meanwhile
            pass
        status = client.core_client.get_action(approver, action_id).status
        print(f"action {action_id} is {status}")
        if status != "pending":
            return


def wait(client: Client, payment: Payment, tx_id: str) -> str:
    """Wait until the transfer has ended, and return how: `approved`, or why not. It ends at `expires` at the latest."""
    while True:
        status = client.transfer.get(payment.company, tx_id).tx_status or ""
        if status not in OPEN:
            return status
        time.sleep(1)


def prepare(client: Client, environment: Environment, order: str) -> tuple[str, Payment]:
    """A company whose transfers a core client approves, with two wallets, one of which has a deposit."""
    company = client.company.create(name="ACME Corp").company_id
    approver = require(client.core_client.create(name="Approver").id)
    client.trusted_party.add(company, address=approver)
    policy = NewCustodyGroup(threshold=1, members=[approver])
    wallets = [NewWallet(name=name, asset=ASSET) for name in ("Main", "Reserve")]
    made = client.fund.create(
        company, name="Treasury", custodygroup_tx=policy, custodygroup_withdraw=policy, wallets=wallets
    )
    held = client.fund.get(company, require(made.fund_id)).wallets or []
    main, reserve = (require(wallet.wallet_id) for wallet in held)
    deposit = {"wallet_id": main, "amount": 1_000_000}
    httpx.post(f"{environment.origin}/-/control/credit", json=deposit).raise_for_status()
    return approver, Payment(order, company, main, reserve, amount=250_000, expires=int(time.time()) + 3600)


def main() -> None:
    """From an order to a completed transfer."""
    parser = argparse.ArgumentParser(description="A transfer that a program approves.")
    parser.add_argument("--order", required=True, help="your own id of the payment")
    order = parser.parse_args().order
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    environment = Environment.from_environment()
    if not environment.is_emulator:
        sys.exit("The stage of this example is set by an emulator. Elsewhere give `send` your own ids.")
    with connect(Client, credentials, environment) as client:
        approver, payment = prepare(client, environment, order)
        tx_id = send(client, payment)
        approve(client, approver, payment, tx_id)
        status = wait(client, payment, tx_id)
        print(f"transfer {tx_id} is {status}")
        print(f"the recipient has {client.wallet.get(payment.to).balance} base units of {ASSET}")
    sys.exit(0 if status == TxStatus.APPROVED else 1)


if __name__ == "__main__":
    main()
