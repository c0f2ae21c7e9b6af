"""The repository's files, and C++ text reduced to what the compiler sees."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What a clone does not contain: results of building, of running, and of version control.
NOT_SOURCE = {".git", "build", "__pycache__", ".pytest_cache", "node_modules", ".angular"}
CPP_SUFFIXES = {".h", ".cpp"}


def repository_files(root=ROOT):
    """Every file of the tree below `root`, sorted."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCE)
        found += [Path(folder, name) for name in sorted(names)]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def cpp_files(root=ROOT, *tops):
    """C++ headers and sources, of the whole tree or of some of its top folders."""
    files = [path for path in repository_files(root) if path.suffix in CPP_SUFFIXES]
    return [path for path in files if not tops or path.relative_to(root).parts[0] in tops]


def read_text(path):
    """The text of a file, or nothing when it is not text."""
    data = path.read_bytes()
    # Some files of tests/data are no UTF-8 on purpose.
    return "" if b"\0" in data else data.decode("utf-8", errors="replace")


# In this order: what starts first wins, so a quote inside a comment is no string.
_NOISE = re.compile(
    r"""
      //[^\n]*
    | /\*.*?\*/
    | R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"
    | "(?:\\.|[^"\\\n])*"
    | (?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'
    | ^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def code_only(text):
    """`text` without comments, preprocessor lines and the contents of literals; line numbers stay as they are."""

    def blank(match):
        noise = match.group(0)
        literal = '""' if noise[0] in "\"R" else "0" if noise[0] == "'" else ""
        return literal + "\n" * noise.count("\n")

    return _NOISE.sub(blank, text)
