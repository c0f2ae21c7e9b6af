"""Waiting for a condition, with a deadline; never for a time."""

import time

import pytest

LONG = 30  # seconds; for what depends on health checks, of which two at 5 s each must fail or pass
USUAL = 15  # generous: a machine may be busy, the program may be an instrumented one


def eventually(probe, what, within=USUAL, every=0.05):
    """The first true answer of `probe`. An AssertionError of the probe counts as "not yet"."""
    deadline = time.monotonic() + within
    while True:
        try:
            last = probe()
            if last:
                return last
        except AssertionError as not_yet:
            last = not_yet
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within} s: {what}; last seen: {last!r}", pytrace=True)
        time.sleep(every)


def measured(probe, what, within=USUAL, every=0.01):
    """Seconds until `probe` was true."""
    start = time.monotonic()
    eventually(probe, what, within, every)
    return time.monotonic() - start


def report(text):
    """A measured figure, for whoever reads the test's output (pytest -rP, ctest -V)."""
    print(f"measured: {text}")
