"""What a learner's machine must hold: the memory of a server with one lesson open and run, its kernel included."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import psutil

from tests import bank
from tests.conftest import copy_tree

AIM = 400  # MB; Binder lends 1 to 2 GB
SLUG = "06-how-big-how-sure"  # loads all that a lesson loads: pandas, scipy, statsmodels, pictures, widgets


def megabytes(pid: int) -> float:
    """Memory of a process and all below it: each page that several share is counted in parts (PSS)."""
    top = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in [top, *top.children(recursive=True)]) / 2**20


def main() -> None:
    """Print the server's memory with no lesson open, and with one that was run to its end."""
    if sys.platform != "linux":
        print("measured on Linux only, which says how processes share memory")
        return
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        tree = copy_tree(Path(folder) / "course")
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        env = {**os.environ, "PYTHONPATH": str(tree), "JUPYTER_CONFIG_DIR": folder}
        env.pop("APPRAISE_WORK", None)
        command = [sys.executable, "-m", "appraise", "lab", "--no-browser", f"--port={port}", "--ServerApp.token=t"]
        server = subprocess.Popen(
            command, cwd=tree, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _measure(server, port)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def _ask(port: int, path: str, data: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": "token t", "Content-Type": "application/json"}
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def _measure(server: subprocess.Popen[bytes], port: int) -> None:
    from jupyter_client import BlockingKernelClient, find_connection_file
    from jupyter_core.paths import jupyter_runtime_dir

    deadline = time.monotonic() + 60
    while True:
        try:
            _ask(port, "api/status")
            break
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.25)
    idle = megabytes(server.pid)
    path = f"work/{SLUG}/{SLUG}.ipynb"
    session = {"path": path, "name": SLUG, "type": "notebook", "kernel": {"name": "python3"}}
    kernel = _ask(port, "api/sessions", session)["kernel"]["id"]
    client = BlockingKernelClient()
    client.load_connection_file(find_connection_file(f"kernel-{kernel}.json", [jupyter_runtime_dir()]))
    client.start_channels(hb=False)  # a machine that is busy answers late, which is not death
    client.wait_for_ready(timeout=60)
    notebook = nbformat.read(bank.ROOT / "lessons" / SLUG / f"{SLUG}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            reply = client.execute_interactive(cell.source, output_hook=lambda _: None, timeout=60)
            assert reply["content"]["status"] == "ok", reply["content"]
    client.stop_channels()
    used = megabytes(server.pid)
    print(f"a server with no lesson open: {idle:.0f} MB; with {SLUG} run to its end: {used:.0f} MB (aim {AIM} MB)")


if __name__ == "__main__":
    main()
