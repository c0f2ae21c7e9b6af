"""The program without arguments: what it says where no window can be opened, and that it opens one where it can.

Reads the program's path from ELASTIC_HAPROXY and the module's from ELASTIC_HAPROXY_MODULE.
"""

import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest

PROGRAM = os.environ["ELASTIC_HAPROXY"]
MODULE = pathlib.Path(os.environ["ELASTIC_HAPROXY_MODULE"])
PATIENCE = 60
GUI = re.compile(r"libQt6(Gui|Widgets|Quick)\.so")


def environment(**changed):
    kept = {name: value for name, value in os.environ.items()
            if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return {**kept, **changed}


def ends_with(program, *arguments, **changed):
    ended = subprocess.run([program, *arguments], env=environment(**changed), capture_output=True, text=True,
                           timeout=PATIENCE)
    return ended.returncode, ended.stderr


def installed(tmp_path, module=None):
    """A copy of the program as an installation has it, with a file in the module's place."""
    (tmp_path / "bin").mkdir()
    place = tmp_path / "lib" / "elastic-haproxy"
    place.mkdir(parents=True)
    if module:
        shutil.copy(module, place / MODULE.name)
    return shutil.copy(PROGRAM, tmp_path / "bin" / "elastic-haproxy")


def test_without_a_display_it_says_so():
    code, said = ends_with(PROGRAM)
    assert code == 1
    assert "no display" in said and said.count("\n") == 1


def test_without_the_module_it_says_what_to_install(tmp_path):
    code, said = ends_with(installed(tmp_path), DISPLAY=os.environ["DISPLAY"])
    assert code == 1
    assert "elastic-haproxy-desktop" in said and "BALANCER_DESKTOP" in said and said.count("\n") == 1


def test_a_file_that_is_no_module_is_refused(tmp_path):
    code, said = ends_with(installed(tmp_path, "/etc/hostname"), DISPLAY=os.environ["DISPLAY"])
    assert code == 1
    assert "cannot be loaded" in said and said.count("\n") == 1


def test_a_library_of_something_else_is_refused(tmp_path):
    library = next(pathlib.Path("/lib").glob("*/libz.so.1"))
    code, said = ends_with(installed(tmp_path, library), DISPLAY=os.environ["DISPLAY"])
    assert code == 1
    assert "is not the desktop window" in said


def test_a_theme_that_is_none_is_wrong_usage():
    assert ends_with(PROGRAM, "--theme", "pink")[0] == 2


@pytest.fixture
def window():
    process = subprocess.Popen(
        [PROGRAM, "--theme", "dark"], stderr=subprocess.PIPE, text=True,
        env=environment(DISPLAY=os.environ["DISPLAY"], QT_LOGGING_RULES="desktop.start.debug=true"))
    yield process
    process.kill()
    process.wait()


def test_with_a_display_the_window_opens(window):
    line = window.stderr.readline()
    assert "first painted" in line, line + window.stderr.read()
    loaded = pathlib.Path(f"/proc/{window.pid}/maps").read_text()
    assert MODULE.name in loaded
    assert GUI.search(loaded)
    # Large, and not needed before its tab is opened.
    assert "libQt6WebEngineCore" not in loaded


def test_it_ends_when_it_is_told(window):
    assert "first painted" in window.stderr.readline()
    window.terminate()
    deadline = time.monotonic() + PATIENCE
    while window.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert window.poll() is not None
