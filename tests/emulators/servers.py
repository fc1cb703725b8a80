"""The emulators as processes of this machine."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

# In an environment of its own, since it pins an older botocore than the one whose models the fake serves; or where the variable says.
MINISTACK = os.environ.get("SV0_MINISTACK", str(pathlib.Path(__file__).parents[2] / ".tools/ministack/bin/ministack"))
PATIENCE = 60
# The folder for temporary files of each process.
_FOLDERS = {}


def moto():
    """Starts moto; gives its process and address."""
    port = free_port()
    program = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
    return _started(program, port, {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}, "/moto-api/")


def ministack(further=None, port=None):
    """Starts ministack; gives its process and address."""
    port = port or free_port()
    program = [MINISTACK]
    environment = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "MINISTACK_REGION": "eu-west-1", **(further or {})}
    return _started(program, port, environment, "/_ministack/health")


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _started(program, port, further, path):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    # What it leaves in its folder for temporary files, such as hundreds of megabytes of unpacked programs, goes with it.
    folder = tempfile.mkdtemp(prefix="emulator-")
    # A group of its own, so that what it starts ends with it.
    process = subprocess.Popen(program, env={**kept, "TMPDIR": folder, **further}, stdin=subprocess.DEVNULL, stdout=log(), stderr=log(), start_new_session=True)
    _FOLDERS[process.pid] = folder
    endpoint = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            stop(process)
            raise RuntimeError(f"{program} ended with {process.returncode}")
        try:
            urllib.request.urlopen(endpoint + path, timeout=5).read()
            return process, endpoint
        except urllib.error.HTTPError:
            return process, endpoint
        except OSError:
            time.sleep(0.1)
    stop(process)
    raise RuntimeError(f"{program} does not answer")


def log():
    """Where servers write: a file that `SV0_EMULATOR_LOG` names, or nowhere."""
    return open(os.environ["SV0_EMULATOR_LOG"], "ab") if "SV0_EMULATOR_LOG" in os.environ else subprocess.DEVNULL


def stop(process):
    """Ends a process and what it started, and takes away what they left."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    # A program that is killed a moment later may still have made a file.
    shutil.rmtree(_FOLDERS.pop(process.pid, ""), ignore_errors=True)
