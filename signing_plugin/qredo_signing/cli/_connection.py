"""The connection options that commands share, and the client, environment and credentials made from them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from .._http.attempt import LONGEST_WAIT
from ._apis import load_client_class
from ._completion import ENVIRONMENTS, complete_api, complete_environment
from ._errors import CliError
from ._exits import Exit
from ._keys import PANEL, KeysOption, PassphraseFileOption, has_test_key, read_credentials, secret_from
from ._option_groups import option
from ._request_state import RequestState

__all__ = ["Connection"]

_VARIABLE = "QREDO_ENVIRONMENT"
_CHOICES = f"{', '.join(ENVIRONMENTS[:-1])}, or {ENVIRONMENTS[-1]} with --url"
_API = "API version: the import name of its package, such as qredo_partner_v1_1."
_AGENT = "File with a fresh x-api-zkp token, for agent operations. Without it: QREDO_AGENT_TOKEN."
_NONCES = "SQLite file with the nonces, for an API with counted nonces (1.0) or to send nonces at all."
_WORKSPACE = "Id of the workspace that the token is for, for the Qredo API v2."
_TIMEOUT = "For a response; 30 by default."
_NONCE_START = "Make the counter in --nonces, once. N is the next nonce that the service accepts."
_option = partial(option, rich_help_panel=PANEL)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """The connection options. A command with a parameter of this type gets all of them.

    Attributes:
        request_state: How far the request of the command has got; no option.
    """

    api: Annotated[str | None, _option("--api", _API, "PACKAGE", "QREDO_API", autocompletion=complete_api)] = None
    environment: Annotated[
        str | None,
        _option(
            "--environment",
            f"{_CHOICES}. No default.",
            "NAME",
            _VARIABLE,
            autocompletion=complete_environment,
        ),
    ] = None
    url: Annotated[str | None, _option("--url", "Where the emulator listens.", "URL", "QREDO_URL")] = None
    keys: KeysOption = None
    passphrase_file: PassphraseFileOption = None
    agent_token_file: Annotated[Path | None, _option("--agent-token-file", _AGENT, "FILE")] = None
    nonces: Annotated[Path | None, _option("--nonces", _NONCES, "FILE", "QREDO_NONCES")] = None
    nonce_start: Annotated[int | None, _option("--nonce-start", _NONCE_START, "N", min=0)] = None
    workspace: Annotated[str | None, _option("--workspace", _WORKSPACE, "ID", "QREDO_WORKSPACE")] = None
    timeout: Annotated[float | None, _option("--timeout", _TIMEOUT, "SECONDS", min=0.001)] = None
    yes: Annotated[bool, option("--yes", "Do not ask before a call that changes something on production.")] = False
    request_state: RequestState = field(default_factory=RequestState)

    def __post_init__(self) -> None:
        if self.timeout is not None and not self.timeout < LONGEST_WAIT:  # NaN too, which passes the check of Typer
            problem = f"--timeout {self.timeout} is no number of seconds that a socket can wait"
            raise CliError(problem, "give seconds, such as 30")
        if self.nonce_start is not None and self.nonces is None:
            raise CliError("--nonce-start makes the counter in the file of --nonces", "give --nonces FILE too")

    def client_class(self) -> Any:
        """The `Client` of the chosen API."""
        return load_client_class(self.api)

    def named_environment(self) -> Any:
        """The environment; there is no default.

        Raises:
            CliError: None is named, or one that does not exist.
        """
        from .. import Environment

        name = (self.environment or "").strip()
        hint = f"give --environment or set {_VARIABLE}: {_CHOICES}"
        if not name:
            raise CliError("there is no default environment", hint)
        if name == "emulator":
            if not self.url:
                raise CliError("an emulator needs its URL", "give --url, such as --url http://127.0.0.1:8080")
            return Environment.emulator(self.url)
        try:
            environment = Environment.from_environment({_VARIABLE: name})
        except ValueError:
            raise CliError(f"there is no environment {name!r}", hint, code=Exit.LOCAL) from None
        if self.url:
            problem = f"--url is for the emulator, but the environment is {name!r}"
            raise CliError(problem, "leave --url out, and unset QREDO_URL")
        return environment

    def credentials(self, security: str) -> Any:
        """The credentials for a security scheme.

        Raises:
            CredentialsError: The API key cannot be read.
            KeyLoadError: The private key cannot be loaded.
        """
        return read_credentials(self.keys, security, self.passphrase_file)

    def connect(self, client_class: Any, workspace: str | None = None) -> Any:
        """Make a client that signs. Nothing is sent yet.

        Args:
            client_class: The `Client` of an API.
            workspace: The workspace that a call names, if there is no --workspace.

        Raises:
            CliError: An option that this API needs is missing.
        """
        from .. import connect
        from .._http.schemes import SCHEMES

        environment = self.named_environment()
        options: dict[str, Any] = {}
        scheme = SCHEMES.get(client_class.SECURITY)
        if scheme is not None and "agent_token" in scheme.options:
            options["agent_token"] = self.agent_token
        if scheme is not None and "workspace_id" in scheme.options:
            options["workspace_id"] = self._workspace(client_class, workspace)
        if self.timeout is not None:
            options["timeout"] = self.timeout
        if self.nonces is not None:
            from .. import SQLiteNonces

            options["nonces"] = source = SQLiteNonces(self.nonces, rule=client_class.NONCE_RULE or "clock")
            if self.nonce_start is not None:
                source.initialise(self.nonce_start)
        elif client_class.NONCE_RULE == "counter":
            raise CliError(
                f"{client_class.API[0]} needs nonces that go up by one",
                "give --nonces FILE; the first time, also --nonce-start N",
                code=Exit.LOCAL,
            )
        return connect(client_class, self.credentials(client_class.SECURITY), environment, **options)

    def _workspace(self, client_class: Any, workspace: str | None) -> str:
        if not (found := self.workspace or workspace):
            problem = f"{client_class.API[0]} takes a token, which is for one workspace"
            raise CliError(problem, "give --workspace ID, or set QREDO_WORKSPACE")
        return found

    def agent_token(self) -> str:
        """A token for one agent operation."""
        token = secret_from(self.agent_token_file, "QREDO_AGENT_TOKEN", "x-api-zkp token").strip()
        if not token:
            raise CliError(
                "an agent operation needs a fresh x-api-zkp token",
                "give --agent-token-file FILE, or set QREDO_AGENT_TOKEN",
                code=Exit.LOCAL,
            )
        return token

    def must_confirm(self, what: str) -> bool:
        """Whether to ask before a request that changes something. Without a terminal, `--yes` is required.

        Raises:
            CliError: There is no terminal to ask on.
        """
        environment = self.named_environment()
        if self.yes or not self._can_move_assets(environment):
            return False
        if not sys.stdin.isatty():
            raise CliError(
                f"{what} changes something on {environment.name}, and there is no terminal to confirm it", "give --yes"
            )
        return True

    def _can_move_assets(self, environment: Any) -> bool:
        """Whether a change may move real assets: the environment accepts live keys, or keys of an unknown kind."""
        from .. import Environment, KeyKind

        if KeyKind.LIVE in environment.key_kinds:
            return True
        # production_test also accepts keys that do not name their kind, and such a key may be a live one.
        return environment.origin == Environment.PRODUCTION.origin and not has_test_key(self.keys)
