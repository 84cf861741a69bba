"""A Superset of its own for a test, on the loopback interface, from an environment that has one installed.

    python -m venv superset && superset/bin/pip install apache-superset==6.1.0 flask-caching==2.3.1 cachetools rich \\
        duckdb==1.5.5 duckdb-engine==0.17.0 gunicorn
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VARIABLE = "SNA_SUPERSET"
CONFIGURATION = """
SECRET_KEY = "a key of a test, long enough for Superset: 0123456789abcdef"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
"""


class Superset:
    """Its REST interface, logged in."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.token = ""
        login = {"username": "admin", "password": "admin", "provider": "db"}
        self.token = self.post("security/login", json.dumps(login).encode(), "application/json")["access_token"]

    def get(self, path: str) -> Any:
        return self._send(urllib.request.Request(f"{self.address}/api/v1/{path}"))

    def post(self, path: str, content: bytes, kind: str) -> Any:
        return self._send(urllib.request.Request(f"{self.address}/api/v1/{path}", content, {"Content-Type": kind}, method="POST"))

    def import_dashboard(self, bundle: Path) -> Any:
        border = uuid.uuid4().hex
        parts = (
            (b'name="overwrite"', b"true"),
            (f'name="formData"; filename="{bundle.name}"\r\nContent-Type: application/zip'.encode(), bundle.read_bytes()),
        )
        body = b"".join(b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (border.encode(), *part) for part in parts)
        return self.post("dashboard/import/", body + f"--{border}--\r\n".encode(), f"multipart/form-data; boundary={border}")

    def charts(self) -> dict[str, int]:
        """Name of each chart -> its id."""
        return {chart["slice_name"]: chart["id"] for chart in self.get("chart/?q=(page_size:100)")["result"]}

    def data(self, chart: int) -> list[dict[str, Any]]:
        """Rows of a chart."""
        return self.get(f"chart/{chart}/data/")["result"][0]["data"]  # type: ignore[no-any-return]

    def _send(self, request: urllib.request.Request) -> Any:
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Referer", self.address)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{request.full_url}: {error.code} {error.read().decode()[:2000]}") from None


@contextmanager
def running(environment: Path, folder: Path) -> Iterator[Superset]:
    """A Superset with nothing in it, in a folder of its own, until the block ends."""
    (folder / "superset_config.py").write_text(CONFIGURATION.format(folder=folder))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SNA_", "DAGSTER"))},
        **{"SUPERSET_HOME": str(folder), "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"), "FLASK_APP": "superset"},
    }
    command = str(environment / "bin" / "superset")
    person = ["--username", "admin", "--firstname", "A", "--lastname", "B", "--email", "a@example.org", "--password", "admin"]
    with (folder / "superset.log").open("wb") as log:
        for arguments in (["db", "upgrade"], ["fab", "create-admin", *person], ["init"]):
            subprocess.run([command, *arguments], env=variables, cwd=folder, stdout=log, stderr=log, check=True, timeout=1800)
        # Not `superset run`, which forgets after one request who is logged in.
        server = subprocess.Popen(
            [
                str(environment / "bin" / "gunicorn"),
                "--bind",
                f"127.0.0.1:{port}",
                "--timeout",
                "600",
                "superset.app:create_app()",
            ],
            env=variables,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            yield _logged_in(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait(60)


def _logged_in(address: str, server: subprocess.Popen[bytes]) -> Superset:
    for _ in range(600):
        assert server.poll() is None, "Superset ended; see superset.log"
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return Superset(address)
        except OSError:
            time.sleep(0.5)
    raise AssertionError("Superset did not answer within 5 minutes")
