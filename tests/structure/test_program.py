"""A server needs no GUI library: neither does the built program, nor anything that it loads.

Reads the program's path from ELASTIC_HAPROXY.
"""

import os
import re
import subprocess

GUI = re.compile(r"lib(?:Qt\d+(?:Gui|Widgets|Quick|Qml|OpenGL|WebEngine|Svg|Charts).*|(?:X11|xcb|wayland-\w+|GL|EGL|OpenGL|gtk-\d+)\.so.*)")
PROGRAM = os.environ["ELASTIC_HAPROXY"]


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def named_by_the_program():
    return re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "--dynamic", PROGRAM))


def loaded_with_the_program():
    return [line.split()[0] for line in output_of("ldd", PROGRAM).splitlines()]


def gui_libraries(libraries):
    return [library for library in libraries if GUI.fullmatch(library)]


def test_the_lists_are_read_right():
    for libraries in (named_by_the_program(), loaded_with_the_program()):
        assert "libQt6Core.so.6" in libraries
        assert "libc.so.6" in libraries


def test_gui_libraries_would_be_recognised():
    names = ["libQt6Gui.so.6", "libQt6Widgets.so.6", "libQt6QuickControls2.so.6", "libX11.so.6", "libGL.so.1"]
    assert gui_libraries(names) == names
    assert gui_libraries(["libQt6Core.so.6", "libQt6Network.so.6", "libglib-2.0.so.0", "libQCoro6Core.so.0"]) == []


def test_the_program_names_no_gui_library():
    assert gui_libraries(named_by_the_program()) == []


def test_nothing_the_program_loads_brings_a_gui_library():
    assert gui_libraries(loaded_with_the_program()) == []
