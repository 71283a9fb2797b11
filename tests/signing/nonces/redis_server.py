"""A Redis of one's own, on a socket in a temporary folder."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RedisServer:
    """A `redis-server` that keeps nothing on disk, so that a restart loses all data."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.socket = folder / "redis.sock"
        self._port = port
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where it is, for `redis.Redis.from_url`."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        listen = ["--bind", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            ["redis-server", *listen, "--unixsocket", self.socket, "--dir", self._folder, "--save", ""],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if "ready to accept connections" in line.lower():
                return
        raise AssertionError(f"redis-server did not start: {''.join(lines)}")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def restart(self) -> None:
        """Restart it without its data."""
        self.stop()
        self.start()


@contextmanager
def redis_server(port: int = 0) -> Iterator[RedisServer]:
    """Run a Redis on a socket, and on a port of this machine if one is given.

    Its folder has a short name: a socket's path may not have more than some 100 bytes.
    """
    with tempfile.TemporaryDirectory(prefix="qredo-") as folder:
        server = RedisServer(Path(folder), port)
        server.start()
        try:
            yield server
        finally:
            server.stop()
