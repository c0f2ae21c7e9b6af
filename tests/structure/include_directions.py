"""Which folder may include which, as a table, and a reader of every #include against it."""

import re

from sources import cpp_files

# A folder of ours and the folders it may include besides itself and what those may include in turn.
# `adapters` stands for each folder below controller/adapters: they may not see each other.
MAY_INCLUDE = {
    "base": [],
    "model": ["base"],
    "plan": ["model"],
    "wire": ["model"],
    "ports": ["plan"],  # the ports to HAProxy carry plans as values
    "service": ["plan", "ports"],
    "api": ["wire", "service"],
    "client": ["wire", "ports"],
    "adapters": ["plan", "ports", "wire"],  # wire: stores keep values in their JSON form
    # Entry points build adapters and hand them in.
    "app/dashboard": ["api"],
    "app/daemon": ["api", "adapters", "app/dashboard"],
    # A node's settings and paths are the daemon's; without a daemon the command line does with its adapters.
    "app/cli": ["client", "adapters", "app/daemon"],
    "app/models": ["client"],
    # The window is an entry point of its own: it builds the adapter that carries its requests.
    "app/desktop": ["app/models", "adapters"],
    "app/tui": ["app/models"],
    # Of the window only desktop/module.h, which the launcher and the module agree on.
    "app": ["app/daemon", "app/cli", "app/tui", "app/desktop", "adapters"],
}

# What is included with <>, by the library it belongs to. The first pattern that matches counts.
LIBRARIES = [
    ("qt", r"Q[A-Z].*|Qt[A-Z].*|q[a-z]+\.h|QCoro.*|qcoro.*"),
    ("expected", r"tl/expected\.hpp"),
    ("json", r"nlohmann/.*"),
    ("openssl", r"openssl/.*"),
    ("boost", r"boost/.*"),
    ("sqlite", r"sqlite3\.h"),
    ("toml", r"toml\+\+/.*"),
    ("cli11", r"CLI/.*"),
    ("qtkeychain", r"qt6keychain/.*"),
    ("ncurses", r"ncurses.*"),
    # Files, clocks, chance, threads and signals: what a pure function has no use for.
    ("impure", r"fstream|iostream|filesystem|ctime|random|csignal|thread|stop_token|future|mutex|shared_mutex"
               r"|condition_variable|semaphore|latch|barrier|atomic"),
    ("std", r"[a-z0-9_]+"),
    ("system", r".*\.h"),
]

_PURE = {"std", "expected"}
_CORE = _PURE | {"impure", "qt"}
_EDGE = _CORE | {"json", "openssl"}
_APP = _EDGE | {"system", "toml", "cli11"}

MAY_USE = {
    "base": _PURE,
    "model": _PURE,
    "plan": _PURE,
    "wire": _PURE | {"json"},
    "ports": _CORE,
    "service": _CORE,
    "api": _EDGE,
    "client": _EDGE,
    "adapters": _EDGE | {"system", "boost", "sqlite"},
    "app/dashboard": _PURE,
    "app/daemon": _APP,
    "app/cli": _APP,
    "app/models": _APP,
    "app/desktop": _APP | {"qtkeychain"},
    "app/tui": _APP | {"ncurses"},
    "app": _APP,
}

# Single headers a folder may use beyond its libraries.
EXCEPTIONS = {
    "base": {"arpa/inet.h"},  # inet_pton: the text form of an address, no network
}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"(?P<ours>[^"]+)"|<(?P<theirs>[^>]+)>)', re.MULTILINE)


def unit_of(path):
    """The folder of the table that a path below the root belongs to: "plan", "adapters/http", "app/cli", or None."""
    parts = path.parts
    if parts[0] == "controller" and len(parts) >= 3:
        if parts[1] == "adapters":
            return "/".join(parts[1:3]) if len(parts) >= 4 else None
        return parts[1] if parts[1] in MAY_INCLUDE else None
    if parts[0] == "app":
        unit = "/".join(parts[:2]) if len(parts) >= 3 else "app"
        return unit if unit in MAY_INCLUDE else None
    return None


def row_of(unit):
    """The row of the table that speaks for a folder."""
    return "adapters" if unit.startswith("adapters/") else unit


def reachable(row):
    """The rows that `row` may include, directly or through others."""
    found, waiting = set(), list(MAY_INCLUDE[row])
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            # What an adapter or the daemon may see is their own business, not that of who builds or starts them.
            waiting += [] if other in ("adapters", "app/daemon") else MAY_INCLUDE[other]
    return found


def library_of(header):
    return next((name for name, pattern in LIBRARIES if re.fullmatch(pattern, header)), None)


def _locate(root, includer, header):
    """The included file below `root`, or None."""
    for base in (includer.parent, root / "controller", root / "app", root):
        candidate = base / header
        if candidate.is_file():
            return candidate.resolve().relative_to(root.resolve())
    return None


def _complaint_about_ours(root, path, unit, header):
    if header.endswith(".moc"):
        return None
    if ".." in header.split("/"):
        return "climbs out of its folder: include by folder and name"
    target = _locate(root, path, header)
    if target is None:
        return "is no file of ours"
    other = unit_of(target)
    if other is None:
        return f"lies in {target.parent}, a folder the table does not know"
    if other == unit:
        return None
    if row_of(unit) == row_of(other) == "adapters":
        return "belongs to another adapter; adapters never see each other"
    if row_of(other) not in reachable(row_of(unit)):
        return f"points the wrong way: {unit} may not include {other}"
    return None


def _complaint_about_theirs(unit, header):
    row = row_of(unit)
    if header in EXCEPTIONS.get(row, ()):
        return None
    library = library_of(header)
    if library is None:
        return "belongs to a library the table does not know"
    if library not in MAY_USE[row]:
        return f"is not for {unit}, which uses only: {', '.join(sorted(MAY_USE[row]))}"
    return None


def violations(root):
    """A sentence for every #include below controller/ and app/ that the tables do not allow."""
    found = []
    for path in cpp_files(root, "controller", "app"):
        place = path.relative_to(root)
        unit = unit_of(place)
        if unit is None:
            found.append(f"{place}: the table does not know this folder")
            continue
        text = path.read_text(encoding="utf-8")
        for match in _INCLUDE.finditer(text):
            if match["ours"]:
                complaint = _complaint_about_ours(root, path, unit, match["ours"])
            else:
                complaint = _complaint_about_theirs(unit, match["theirs"])
            if complaint:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{place}:{line}: {match['ours'] or match['theirs']} {complaint}")
    return found
