"""Payments of the treasury, and what becomes of them."""

from __future__ import annotations

import pytest
from qredo_emulator import Emulator

from .conftest import ADDRESS
from .treasury import NotEnoughError, Treasury


def test_a_payment_waits_for_ann(qredo: Emulator, treasury: Treasury) -> None:
    """Nothing leaves the wallet until Ann approves. Then the amount and its fee do."""
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    assert (treasury.status(payment), treasury.balance()) == ("pending", 1_000_000)
    assert [asked["about"] for asked in qredo.control.inbox("ann@acme.example")] == [payment]
    qredo.control.approve(payment, "ann@acme.example")
    assert (treasury.status(payment), treasury.balance()) == ("approved", 1_000_000 - 200_200)


def test_ann_rejects(qredo: Emulator, treasury: Treasury) -> None:
    """If Ann rejects a payment, the balance stays."""
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    qredo.control.reject(payment, "ann@acme.example")
    assert (treasury.status(payment), treasury.balance()) == ("custody_rejected", 1_000_000)


def test_a_payment_expires(qredo: Emulator, treasury: Treasury) -> None:
    """After an hour without approval, a payment can no longer be approved."""
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    qredo.control.advance(3600)
    assert treasury.status(payment) == "expired"


def test_too_much_is_refused(treasury: Treasury) -> None:
    """A payment that the wallet can't cover with its fee is rejected."""
    with pytest.raises(NotEnoughError, match="invoice 2026-0042: balance"):
        treasury.pay("2026-0042", ADDRESS, 1_000_000)


def test_a_lost_response_is_one_payment(qredo: Emulator, treasury: Treasury) -> None:
    """The connection breaks after the payment was made. The client retries, and gets the same payment."""
    qredo.control.faults.reset(after=True, operation="withdrawal_create")
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    assert treasury.pay("2026-0042", ADDRESS, 200_000) == payment
    assert [asked["about"] for asked in qredo.control.inbox("ann@acme.example")] == [payment]


def test_every_request_is_signed(qredo: Emulator, treasury: Treasury) -> None:
    """The emulator verifies the signature of every request of the service."""
    treasury.balance()
    assert all(request.verified for request in qredo.control.requests)
