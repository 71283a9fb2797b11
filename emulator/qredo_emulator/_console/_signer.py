"""Sign the requests of Swagger UI, with keys of the console's own that never leave this process."""

from __future__ import annotations

import json
import threading
from urllib.parse import urlsplit

from qredo_signing import Credentials, HmacCredentials
from qredo_signing._http.schemes import SCHEMES

from qredo_emulator._api.app import App
from qredo_emulator._description.routes import Match
from qredo_emulator._description.security import Security
from qredo_emulator._state.ids import first_workspace_id
from qredo_emulator.domain.tokens import give_token

__all__ = ["ConsoleSigner", "SigningError"]


class SigningError(Exception):
    """The console does not sign this request. The message says why."""


class ConsoleSigner:
    """The accounts of the console, one per kind of signature, with keys that are made at their first use.

    Args:
        app: Whose keys, paths and clock are used.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._made: dict[str, Credentials | HmacCredentials] = {}

    @property
    def api_keys(self) -> frozenset[str]:
        """The API keys that are the console's."""
        return frozenset(credentials.api_key for credentials in list(self._made.values()))

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """Return the headers that authenticate a request of the console.

        Args:
            method: In capital letters.
            url: The whole URL, exactly as it is sent.
            body: The bytes of the body, exactly as they are sent.

        Raises:
            SigningError: There is no such operation, or its security is none of those that are known.
            UnsignableError: The URL is not in the form that goes over the wire.
        """
        match, security = self._find(method, urlsplit(url).path)
        names = security.headers
        if security.proof == "agent":
            return {names[security.scheme]: self._agent_token()}
        with self._lock:
            if security.proof == "token":
                return {names[security.scheme]: self._token(match)}
            if security.proof not in ("rsa", "hmac"):
                raise SigningError("the description does not say how this operation is signed")
            credentials = self._credentials(security.proof)
            stamp_name, stamp = self._stamp(security, credentials.api_key)
        signature = SCHEMES[security.scheme].signature(credentials, stamp, method, url, body)
        return {names["api_key"]: credentials.api_key, names[stamp_name]: stamp, names[security.scheme]: signature}

    def _find(self, method: str, path: str) -> tuple[Match, Security]:
        match = self._app.router.find(path)
        if match is None or method not in match.endpoint.operations:
            raise SigningError(f"{method} {path} is no operation of an API that is served here")
        return match, match.endpoint.operations[method].security

    def _stamp(self, security: Security, api_key: str) -> tuple[str, str]:
        if "timestamp" in security.stamps:
            return "timestamp", str(self._app.world.now)
        # After the last one that the emulator took: a number that was signed and never sent leaves no gap.
        last = self._app.auth.nonces.get((api_key, security.nonce_rule))
        return "nonce", str((self._app.settings.first_nonce or 0) if last is None else last + 1)

    def _credentials(self, proof: str) -> Credentials | HmacCredentials:
        ring = self._app.keys
        if proof not in self._made:
            self._made[proof] = ring.new_hmac() if proof == "hmac" else ring.new()
        credentials = self._made[proof]
        ring.add(credentials)  # again after a reset, which keeps the emulator's first keys only
        return credentials

    def _token(self, match: Match) -> str:
        """A token for the workspace in the path, or else for the console's own."""
        api_key, world = self._credentials("hmac").api_key, self._app.world
        with world.lock:
            workspace_id = match.parameters.get("workspace_id", first_workspace_id(api_key))
            return give_token(world.account(api_key), workspace_id, world.time())

    def _agent_token(self) -> str:
        agent = self._newest_agent()
        return json.dumps({"ID": agent, "ET": self._app.world.now, "U": agent, "V": agent}).encode().hex()

    def _newest_agent(self) -> str:
        """The signing agent that the console's account registered last."""
        world, credentials = self._app.world, self._made.get("rsa")
        with world.lock:
            account = world.state.accounts.get(credentials.api_key) if credentials else None
            agents = [client.id for client in account.core_clients.values() if client.agent] if account else []
        return agents[-1] if agents else "none"
