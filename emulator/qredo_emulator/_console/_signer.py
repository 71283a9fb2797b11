"""Signs what Swagger UI sends, with keys that the emulator made for it; they never leave this process."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qredo_signing import Credentials, HmacCredentials, PrivateKey, sign, sign_hmac

from qredo_emulator._description.security import Security
from qredo_emulator._state.ids import first_workspace_id
from qredo_emulator.domain.tokens import give_token

if TYPE_CHECKING:
    from qredo_emulator._api.app import App

__all__ = ["ConsoleSigner", "SigningError"]


class SigningError(Exception):
    """A request that the console does not sign; says why."""


class ConsoleSigner:
    """The accounts of the console, one per way to sign; their keys are made when they are first needed.

    Args:
        app: Whose keys, paths and clock are used.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._rsa: Credentials | None = None
        self._hmac: HmacCredentials | None = None

    @property
    def api_keys(self) -> frozenset[str]:
        """The API keys that are the console's."""
        return frozenset(credentials.api_key for credentials in (self._rsa, self._hmac) if credentials)

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """What proves to the emulator that a request is the console's.

        Args:
            method: In capital letters.
            url: The whole URL, exactly as it is sent.
            body: The bytes of the body, exactly as they are sent.

        Raises:
            SigningError: There is no such operation, or its security is none of those that are known.
            UnsignableError: The URL is not in the form that goes over the wire.
        """
        security = self._security(method, urlsplit(url).path)
        names = security.headers
        if security.proof == "agent":
            return {names[security.scheme]: self._agent_token()}
        with self._lock:
            if security.proof == "rsa":
                rsa = self._registered_rsa()
                stamp_name, stamp = self._stamp(security, rsa.api_key)
                assert isinstance(rsa.signer, PrivateKey)
                api_key, signature = rsa.api_key, sign(rsa.signer, stamp, url, body)
            elif security.proof == "token":
                return {names[security.scheme]: self._token(urlsplit(url).path)}
            elif security.proof == "hmac":
                hmac = self._registered_hmac()
                stamp_name, stamp = self._stamp(security, hmac.api_key)
                api_key, signature = hmac.api_key, sign_hmac(hmac.secret, stamp, method, url, body)
            else:
                raise SigningError("the description does not say how this operation is signed")
        return {names["api_key"]: api_key, names[stamp_name]: stamp, names[security.scheme]: signature}

    def _security(self, method: str, path: str) -> Security:
        match = self._app.router.find(path)
        operation = match.endpoint.operations.get(method) if match else None
        if operation is None:
            raise SigningError(f"{method} {path} is no operation of an API that is served here")
        return operation.security

    def _stamp(self, security: Security, api_key: str) -> tuple[str, str]:
        if "timestamp" in security.stamps:
            return "timestamp", str(self._app.world.now)
        # After the last one that the emulator took: a number that was signed and never sent leaves no gap.
        last = self._app.auth.nonces.get((api_key, security.nonce_rule))
        return "nonce", str((self._app.settings.first_nonce or 0) if last is None else last + 1)

    def _registered_rsa(self) -> Credentials:
        """Registered again after a reset, which keeps the emulator's first keys only."""
        ring = self._app.keys
        if self._rsa is None:
            self._rsa = ring.new()
        elif self._rsa.api_key not in ring:
            ring.add(self._rsa)
        return self._rsa

    def _registered_hmac(self) -> HmacCredentials:
        ring = self._app.keys
        if self._hmac is None:
            self._hmac = ring.new_hmac()
        elif self._hmac.api_key not in ring.hmac:
            ring.add_hmac(self._hmac)
        return self._hmac

    def _token(self, path: str) -> str:
        """A token for the workspace in the path, or for the console's own where there is none."""
        match, world = self._app.router.find(path), self._app.world
        api_key = self._registered_hmac().api_key
        own = first_workspace_id(api_key)
        with world.lock:
            workspace_id = match.parameters.get("workspace_id", own) if match else own
            return give_token(world.account(api_key), workspace_id, world.time())

    def _agent_token(self) -> str:
        agent = self._newest_agent()
        return json.dumps({"ID": agent, "ET": self._app.world.now, "U": agent, "V": agent}).encode().hex()

    def _newest_agent(self) -> str:
        """The signing agent that the console's account registered last."""
        world = self._app.world
        with world.lock:
            account = world.state.accounts.get(self._rsa.api_key) if self._rsa else None
            agents = [client.id for client in account.core_clients.values() if client.agent] if account else []
        return agents[-1] if agents else "none"
