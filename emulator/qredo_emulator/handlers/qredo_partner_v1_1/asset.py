"""Assets and fees."""

from __future__ import annotations

from qredo_emulator._errors import invalid
from qredo_emulator._state.assets import ASSETS
from qredo_emulator._state.world import Account
from qredo_emulator.domain.fees import fee_of
from qredo_emulator.handlers._call import OperationRequest, Reply

__all__ = ["calculate_fees", "get_all"]

_LARGEST = 2**63 - 1


def get_all(account: Account, request: OperationRequest) -> Reply:
    """Return every asset, including those that are not enabled."""
    assets = [
        {
            "code": asset.code,
            "name": asset.name,
            "unitCode": asset.unit_code,
            "scale": asset.scale,
            "enabled": asset.enabled,
            "testAsset": asset.test,
        }
        for asset in ASSETS.values()
    ]
    return Reply({"assets": assets})


def calculate_fees(account: Account, request: OperationRequest) -> Reply:
    """Return the fee of an amount, which is added to it."""
    if request.body["asset"] not in ASSETS:
        raise invalid("/body/asset", f"{request.body['asset']!r} is not an asset of GET /assets")
    net = request.body["amount"]
    if net < 0:
        raise invalid("/body/amount", f"{net} is negative")
    fees = fee_of(net, account.world.fee_rate)
    if net + fees > _LARGEST:
        raise invalid("/body/amount", f"{net} and its fee are more than a number of 64 bits can say")
    return Reply({"netAmount": net, "fees": fees, "amountToSend": net + fees})
