"""Prints a table: what, ours, reference, ratio, target."""

import argparse
import os
import platform

import access_logs
import api
import bulk
import creation
import desktop
import latency
import traffic

SECTIONS = {module.__name__: module.measure
            for module in (latency, bulk, creation, traffic, api, access_logs, desktop)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"some of {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, to see that it works")
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    print(f"{os.cpu_count()} processors, Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the start\n")
    row("what", "ours", "reference", "ratio", "target")
    for name in options.sections or SECTIONS:
        for result in SECTIONS[name](options.quick):
            row(*result)


def row(what, ours, reference, ratio, target):
    print(f"{what:<58} {ours:>22} {reference:>22} {ratio:>8}  {target}", flush=True)


if __name__ == "__main__":
    main()
