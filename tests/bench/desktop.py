"""The window: how soon it is seen, what it needs, how a long table scrolls. Wants a build with the window and tests."""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ELASTIC_HAPROXY_DESKTOP_BUILD", TREE / "build" / "release"))
SCREEN = str(TREE / "tests" / "app" / "desktop" / "with-display")


def measure(quick):
    if not (BUILD / "tests" / "bench_table").exists():
        print(f"desktop: {BUILD} has no window; build the preset release, or set ELASTIC_HAPROXY_DESKTOP_BUILD")
        return
    output = subprocess.run([SCREEN, sys.executable, "-B", __file__, "3" if quick else "9"], check=True, text=True,
                            capture_output=True).stdout
    start, memory, median, worst = output.splitlines()[-1].split()
    yield "window: start to first painted, median", f"{start} ms", "", "", "<= 1500 ms"
    yield "window: memory (PSS) before the dashboard's tab", f"{memory} MB", "", "", "<= 120 MB"
    yield "table of 10,000 instances: a frame, median / 99 %", f"{median} / {worst} ms", "", "", "<= 16.7 ms"


def first_painted():
    """(milliseconds until the window was seen, MB of memory when it had settled)"""
    began = time.monotonic()
    window = subprocess.Popen([BUILD / "bin" / "elastic-haproxy"], stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "QT_LOGGING_RULES": "desktop.start.debug=true"})
    try:
        line = window.stderr.readline()
        took = (time.monotonic() - began) * 1000
        assert "first painted" in line, line
        time.sleep(2)
        rollup = pathlib.Path(f"/proc/{window.pid}/smaps_rollup").read_text()
        return took, int(re.search(r"^Pss: *(\d+)", rollup, re.MULTILINE)[1]) / 1024
    finally:
        window.kill()
        window.wait()


def main(rounds):
    seen = [first_painted() for _ in range(rounds)]
    frames = subprocess.run([BUILD / "tests" / "bench_table"], check=True, text=True, capture_output=True).stdout.split()
    print(f"{statistics.median(took for took, _ in seen):.0f} {max(memory for _, memory in seen):.0f} {frames[0]} {frames[1]}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
