"""Looking at processes, and ending those that a test started."""

import contextlib
import os
import pathlib
import signal

from .waiting import eventually


def is_alive(pid):
    """Also while the last of its threads ends: until then its sockets are open."""
    process = pathlib.Path(f"/proc/{pid}")
    try:
        state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
        return state not in "ZX" or len(list((process / "task").iterdir())) > 1
    except (FileNotFoundError, ProcessLookupError):
        return False


def processes_naming(text):
    """The pids of living processes whose command line contains `text`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if text.encode() in (entry / "cmdline").read_bytes() and is_alive(entry.name):
                found.append(int(entry.name))
    return sorted(found)


def kill(pid):
    """SIGKILL, and waits until it took effect."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid), f"process {pid} is gone")
