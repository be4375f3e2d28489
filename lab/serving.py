"""Sitmap's server in a process of its own, and a client that measures it.

Memory is read from ``/proc``, so it is told on Linux alone.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from domain import SitmapError
from geo.basemap import Drawing

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server; ``seconds`` until its last byte."""

    body: bytes
    headers: Mapping[str, str]
    seconds: float


class Server:
    """A running ``python app.py`` at ``url``; ``started`` is how many seconds it took to its first page."""

    def __init__(self, port: int, pid: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._pid = pid
        self.started = 0.0

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, address: str, encoding: str = "identity") -> Reply:
        """Ask for an address in a content coding. Raises SitmapError unless it is answered with 200."""
        return self._ask("GET", address, None, {"Accept-Encoding": encoding})

    def ingest(self, text: str) -> Reply:
        """Send a report by the form, as a browser would."""
        form = self.get("/ingest")
        token = re.search(rb'name="csrf_token" value="([^"]+)"', form.body)
        fields = {"csrf_token": token[1].decode() if token else "", "text": text}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": form.headers["Set-Cookie"].partition(";")[0],
        }
        return self._ask("POST", "/ingest", urlencode(fields), headers)

    def memory(self) -> list[float]:
        """Return the resident memory in MB; nothing where the system does not tell."""
        status = Path(f"/proc/{self._pid}/status")
        return memory(status.read_text() if status.exists() else "", "VmRSS")

    def _ask(self, method: str, address: str, body: str | None, headers: Mapping[str, str]) -> Reply:
        start = time.perf_counter()
        try:
            self._connection.request(method, address, body, dict(headers))
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise SitmapError(f"{method} {address} was not answered: {error!r}") from error
        seconds = time.perf_counter() - start
        if response.status != 200:
            raise SitmapError(f"{method} {address} was answered with {response.status}")
        return Reply(content, dict(response.getheaders()), seconds)


@contextmanager
def serving(gazetteer: Path, basemap: Path, land: Path, folder: Path) -> Iterator[Server]:
    """Run ``python app.py`` over copies of the prepared files and the store in ``folder``.

    Raises SitmapError where it does not serve.
    """
    folder.mkdir(exist_ok=True)
    drawings = [(drawing.beside(basemap), f"basemap-{drawing.name.lower()}.json") for drawing in Drawing]
    prepared = [(gazetteer, "gazetteer.db"), (basemap, "basemap.json"), (land, "land.fgb"), *drawings]
    for file, name in prepared:
        if not (folder / name).exists():
            # With its time, by which the app sees that it is current.
            shutil.copy2(file, folder / name)
    port = _free_port()
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("SITMAP_")}
    vendor = {name: value for name, value in os.environ.items() if name == "SITMAP_VENDOR"}
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "app.py", "--port", str(port)],
        cwd=ROOT,
        env=theirs | vendor | {"SITMAP_INSTANCE": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            if not any("Sitmap is at" in line for line in process.stdout or ()):
                raise SitmapError(f"app.py ended with status {process.wait()} before it served")
            with closing(Server(port, process.pid)) as server:
                server.get("/")
                server.started = time.perf_counter() - start
                yield server
        finally:
            process.terminate()


def memory(status: str, key: str) -> list[float]:
    """Return the MB that a process's status names under the key, none where it does not."""
    return [int(found[1]) * 1024 / 1e6 for found in re.finditer(rf"^{key}:\s+(\d+) kB", status, re.MULTILINE)]


def _free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    return next(port for port in range(8001, 2**16) if not _listens(port))


def _listens(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
        try:
            connection.connect()
        except ConnectionRefusedError:
            return False
        return True
