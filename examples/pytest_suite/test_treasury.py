"""Payments, as the treasury makes them and the world answers."""

from __future__ import annotations

import pytest
from qredo_emulator import Emulator

from .conftest import ADDRESS
from .treasury import NotEnoughError, Treasury


def test_a_payment_waits_for_ann(qredo: Emulator, treasury: Treasury) -> None:
    """Nothing leaves before Ann approves on her phone; then the amount and its fee do."""
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    assert (treasury.status(payment), treasury.balance()) == ("pending", 1_000_000)
    assert [asked["about"] for asked in qredo.control.inbox("ann@acme.example")] == [payment]
    qredo.control.approve(payment, "ann@acme.example")
    assert (treasury.status(payment), treasury.balance()) == ("approved", 1_000_000 - 200_200)


def test_ann_refuses(qredo: Emulator, treasury: Treasury) -> None:
    """What Ann refuses stays."""
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    qredo.control.reject(payment, "ann@acme.example")
    assert (treasury.status(payment), treasury.balance()) == ("custody_rejected", 1_000_000)


def test_nobody_approves(qredo: Emulator, treasury: Treasury) -> None:
    """After an hour without approval the payment is off."""
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    qredo.control.advance(3600)
    assert treasury.status(payment) == "expired"


def test_too_much_is_refused(treasury: Treasury) -> None:
    """A payment that the wallet cannot cover with its fee is never asked for."""
    with pytest.raises(NotEnoughError, match="invoice 2026-0042: balance"):
        treasury.pay("2026-0042", ADDRESS, 1_000_000)


def test_a_lost_answer_is_one_payment(qredo: Emulator, treasury: Treasury) -> None:
    """The connection breaks after the payment was made: the client asks again, and it is the same payment."""
    qredo.control.faults.reset(after=True, operation="withdrawal_create")
    payment = treasury.pay("2026-0042", ADDRESS, 200_000)
    assert treasury.pay("2026-0042", ADDRESS, 200_000) == payment
    assert [asked["about"] for asked in qredo.control.inbox("ann@acme.example")] == [payment]


def test_every_request_is_signed(qredo: Emulator, treasury: Treasury) -> None:
    """The emulator verifies the signature of whatever the service sends."""
    treasury.balance()
    assert all(request.verified for request in qredo.control.requests)
