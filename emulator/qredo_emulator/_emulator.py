"""Runs the application on a socket of this machine."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import uvicorn
from qredo_signing import Credentials, Environment, HmacCredentials

from ._api.app import App
from ._api.tcp_connections import Connections
from ._authentication.key_files import HMAC_FOLDER, hmac_keys_in, keys_in, make, make_hmac
from ._authentication.key_ring import KeyRing
from ._control.control import Control
from ._settings import Settings
from ._site import Site
from ._state.ids import first_workspace_id
from ._state.state_file import load_state, save_state

__all__ = ["Emulator", "StartError"]

_PATIENCE = 30.0
_BACKLOG = 2048


class StartError(Exception):
    """The emulator can't listen; says why and what to do."""


class Emulator:
    """An emulator in this process, serving in a thread of its own.

    Use it as a context manager, or call `start` and `stop`:

        with Emulator() as emulator:
            with connect(Client, emulator.credentials, emulator.environment) as client:
                ...

    Args:
        settings: Its rules.
        host: Where to listen; loopback, unless you know why.
        port: Where to listen; 0 takes a free port.
        keys: Folder with keys, made there if it is empty; None makes keys in memory. Those of the
            APIs that take an API secret are in its folder `qredo_v1`.
        state: File with the state, loaded here if it exists and written whenever the emulator stops.
            It names API keys, so keep it as the keys, and use it with a keys folder: who else would
            the data belong to? Further API keys, nonces, faults and requests are not in it.

    Attributes:
        credentials: Of the Partner API.
        hmac_credentials: Of the Qredo APIs v1 and v2.

    Raises:
        KeysError: The keys folder can't be used.
        SpecError: No description can be served.
        StateError: The state file can't be read, or is none.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        keys: Path | str | None = None,
        state: Path | str | None = None,
    ) -> None:
        self.settings: Settings = settings or Settings()
        folder = None if keys is None else Path(keys)
        self.credentials: Credentials = keys_in(folder) if folder else make().credentials
        self.hmac_credentials: HmacCredentials = (
            hmac_keys_in(folder / HMAC_FOLDER) if folder else make_hmac().credentials
        )
        ring = KeyRing()
        ring.add(self.credentials)
        ring.add(self.hmac_credentials)
        self.app: App = App(self.settings, ring)
        self.control: Control = Control(self.app, ring, self.credentials)
        self._site = Site(self.app, self.control, self.settings.max_body)
        self._state = None if state is None else Path(state)
        if self._state is not None:
            load_state(self.app.world, ring, self._state)
        self._address = (host, port)
        self._url: str | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        apis = ", ".join(self.app.router.base_paths)
        return f"<{type(self).__name__} {self._url or 'not running'}: {apis}>"

    @property
    def url(self) -> str:
        """Where it listens, such as `http://127.0.0.1:40123`; no path.

        Raises:
            RuntimeError: It is not running.
        """
        if self._url is None:
            raise RuntimeError("the emulator is not running: use it in a with statement, or call start()")
        return self._url

    @property
    def environment(self) -> Environment:
        """For `connect`; the API's own path is added there."""
        return Environment.emulator(self.url)

    @property
    def workspace_id(self) -> str:
        """The workspace of the Qredo API v2 that `hmac_credentials` have from the start."""
        return first_workspace_id(self.hmac_credentials.api_key)

    @property
    def base_urls(self) -> dict[str, list[str]]:
        """Per package, every URL under which its paths are served."""
        return {
            package: [f"{self.url}{path}" for path in paths] for package, paths in self.app.router.base_paths.items()
        }

    def start(self) -> Emulator:
        """Starts to listen and returns when it does.

        Raises:
            StartError: The port is taken, the host is none of this machine's, or the server did not start.
        """
        listener = self._bind()
        server = self._server = _server(self._site, self.app.connections)
        self._thread = threading.Thread(target=server.run, args=([listener],), name="qredo-emulator", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _PATIENCE
        while not server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise StartError("the emulator's server did not start; its log says why")
            time.sleep(0.002)
        return self

    def stop(self) -> None:
        """Stops, closes its feeds and waits for its thread. The state stays, so that it can be started again.

        Raises:
            StateError: The state file can't be written.
        """
        ran = self._url is not None
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(_PATIENCE)
        self._server = self._thread = self._url = None
        if ran:
            self._save()

    def run(self, ready: Callable[[], None]) -> None:
        """Serves in this thread until the process is interrupted; for a program that does nothing else.

        Args:
            ready: Called once it listens.

        Raises:
            StartError: As `start`.
            KeyboardInterrupt: It was interrupted, and has ended what it was doing.
        """
        listener = self._bind()
        try:
            ready()
            _server(self._site, self.app.connections).run([listener])
        finally:
            listener.close()
            self._url = None
            self._save()

    def _save(self) -> None:
        if self._state is not None:
            save_state(self.app.world, self.app.keys, self._state)

    def _bind(self) -> socket.socket:
        if self._url is not None:
            raise StartError(f"the emulator is already running at {self._url}: use that, or make another one")
        host, port = self._address
        listener = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        self._url = f"http://{shown}:{listener.getsockname()[1]}"
        return listener

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartError(
            f"can't listen on {host!r}: {error.strerror or error}; is it an address of this machine?"
        ) from None
    try:
        # As servers do, so that a port can be used again at once; it does not take a port from who listens there.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise StartError(_why(error, host, port)) from None
    return listener


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; give another, or 0 for a free one: --port 0, or port=0"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs rights that this process does not have; take one above 1023"
    return f"can't listen on {host} port {port}: {error.strerror}"


class _Server(uvicorn.Server):
    """Leaves no connection open when it ends."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await self._connections.abort_all()


def _server(site: Site, connections: Connections) -> uvicorn.Server:
    config = uvicorn.Config(
        site,
        http=connections.protocol(),  # h11, which hands on the request target as it was sent
        ws="wsproto",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,  # the application sends its own
        proxy_headers=False,  # the URL is verified as the client wrote it to this server
        timeout_graceful_shutdown=1,
    )
    return _Server(config, connections)
