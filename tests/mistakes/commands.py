"""Mistakes in the shell."""

from __future__ import annotations

from .table import Mistake

__all__ = ["COMMANDS"]

TRANSFER = "call transfer.create --company-id c --wallet-id w --counterparty-wallet-address a"

COMMANDS = (
    Mistake(
        "No environment is named",
        lambda at: at.qredo("call company.search --api qredo_partner_v1_1", emulator=False),
        "there is no default environment",
        "default",
        "give --environment or set QREDO_ENVIRONMENT: sandbox",
    ),
    Mistake(
        "An environment that does not exist",
        lambda at: at.qredo("call company.search --environment prod"),
        "there is no environment 'prod'",
        "no environment",
        "give --environment or set QREDO_ENVIRONMENT: sandbox, production",
    ),
    Mistake(
        "An emulator without its URL",
        lambda at: at.qredo("call company.search --environment emulator --api qredo_partner_v1_1", emulator=False),
        "an emulator",
        "needs its URL",
        "give --url, such as --url http://127.0.0.1:8080",
    ),
    Mistake(
        "A URL for another environment than the emulator",
        lambda at: at.qredo("call company.search --environment sandbox"),
        "the environment is 'sandbox'",
        "--url is for the emulator",
        "leave --url out, and unset QREDO_URL",
    ),
    Mistake(
        "The folder of --keys is not there",
        lambda at: at.qredo("call company.search --keys no/keys"),
        "no/keys/apikey",
        "there is no folder /",
        "check the path, and where the program was started",
    ),
    Mistake(
        "An operation is misspelt",
        lambda at: at.qredo("call company.creat"),
        "'company.creat'",
        "there is no operation",
        "did you mean company.create",
    ),
    Mistake(
        "An option of a call is misspelt",
        lambda at: at.qredo("call company.create --nam ACME"),
        "No such option: --nam",
        "Possible options: --",
        "see `qredo call company.create --help`",
    ),
    Mistake(
        "A required option is left out",
        lambda at: at.qredo("call company.create --city Paris"),
        "company.create",
        "needs --name",
        "or give the whole body with --body JSON|@FILE",
    ),
    Mistake(
        "JSON that the shell took apart",
        lambda at: at.qredo(f"{TRANSFER} --expires 1700000000 --send {{symbol:BTC}}"),
        "--send",
        "is not JSON",
        "put JSON into single quotes, or give @FILE",
    ),
    Mistake(
        "An amount with a fraction",
        lambda at: at.qredo(f"""{TRANSFER} --expires 1700000000 --send '{{"symbol":"BTC","amount":0.1}}'"""),
        "--send: AssetAmount.amount",
        "expected an integer, got a number with a fraction",
        "amounts and times are whole numbers",
    ),
    Mistake(
        "A time as a word",
        lambda at: at.qredo(f"""{TRANSFER} --expires tomorrow --send '{{"symbol":"BTC","amount":1}}'"""),
        "--expires: 'tomorrow'",
        "is not a whole number",
        "times in Unix seconds",
    ),
    Mistake(
        "--expires in milliseconds",
        lambda at: at.qredo(f"""{TRANSFER} --expires 1700000000000 --send '{{"symbol":"BTC","amount":1}}'"""),
        "Transfer.expires is 1700000000000",
        "which would be on 55840-",
        "give Unix seconds, such as 1700000000",
    ),
    Mistake(
        "A file with the body that is not there",
        lambda at: at.qredo("call company.create --body @body.json"),
        "body.json cannot be read",
        "No such file or directory",
        "check the path /",
    ),
    Mistake(
        "A name that is in several API versions",
        lambda at: at.qredo("call company.search", emulator=False),
        "'company.search'",
        "is in several API versions",
        "choose with --api, or set QREDO_API",
    ),
    Mistake(
        "An API package that is not installed",
        lambda at: at.qredo("call company.search --api qredo_partner_v9"),
        "'qredo_partner_v9'",
        "is no API package",
        "installed: qredo_partner_v1_0, qredo_partner_v1_1",
    ),
    Mistake(
        "The Partner API 1.0 without a file for its nonces",
        lambda at: at.qredo("call company.search --api qredo_partner_v1_0"),
        "qredo_partner_v1_0",
        "needs nonces that go up by one",
        "give --nonces FILE; the first time, also --nonce-start N",
    ),
    Mistake(
        "A counter of nonces that was never started",
        lambda at: at.qredo("call company.search --api qredo_partner_v1_0 --nonces counter.db"),
        "there is no counter in",
        "its next number is not guessed",
        "initialise(N, overwrite=True)",
    ),
    Mistake(
        "A method that does not exist",
        lambda at: at.qredo("send G3T /company/search"),
        "'G3T'",
        "is no HTTP method",
        "write GET, POST, PUT or DELETE before the URL",
    ),
    Mistake(
        "A URL without a scheme",
        lambda at: at.qredo("send GET company/search"),
        "'company/search'",
        "is neither a URL nor a path",
        "write https://host/path, or /path",
    ),
    Mistake(
        "A change in production from a script",
        lambda at: at.qredo(
            f"call company.create --name A --environment production --keys {at.keys} --api qredo_partner_v1_1",
            emulator=False,
        ),
        "company.create changes something on production",
        "there is no terminal to confirm it",
        "give --yes",
    ),
    Mistake(
        "Keys are made in a folder that has some",
        lambda at: at.qredo(f"keygen {at.keys}"),
        "private.pem",
        "already exists",
        "name another folder; no key is overwritten",
    ),
    Mistake(
        "A signature is verified without one",
        lambda at: at.qredo("verify --url https://api.qredo.network/x --timestamp 1700000000"),
        "no signature is given",
        "signature",
        "give --signature, the text of the x-sign header",
    ),
)
