"""Loopback addresses that belong to one test process, so that every port on them is free.

Ports are never looked for: between finding a free one and using it, another test could take it. Instead each process
owns a block 127.N.0.0/16 while it lives, and hands out whole addresses.
"""

import os
import pathlib
import socket

import pytest

# Below the range from which the system takes ports for outgoing connections, above those only root may bind.
API_PORT = 9999
INSTANCE_PORT = 8080
OTHER_INSTANCE_PORT = 8081


def _may_bind_low_ports():
    try:
        with socket.socket() as probe:
            probe.bind(("127.254.254.254", 1))
        return True
    except PermissionError:
        return False


HTTP_PORT = 80 if _may_bind_low_ports() else 8000


class Block:
    def __init__(self):
        # An abstract name is held exactly as long as the process lives, however it ends.
        self._claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        first = os.getpid()
        for step in range(150):
            number = 70 + (first + step) % 150
            if _is_used(number):
                continue  # by a program that outlived its test
            try:
                self._claim.bind(f"\0elastic-haproxy-tests-{number}")
            except OSError:
                continue
            self.number = number
            break
        else:
            pytest.fail("all blocks of loopback addresses are taken")
        self._count = 0

    def address(self):
        """One that nobody has been given before."""
        self._count += 1
        return self._text(self._count)

    def addresses(self, count):
        """Consecutive ones, as a pool needs them."""
        first = self._count + 1
        self._count += count
        return [self._text(first + i) for i in range(count)]

    def _text(self, position):
        return f"127.{self.number}.{position // 250}.{1 + position % 250}"

    def close(self):
        self._claim.close()


def _is_used(number):
    # Addresses there are hexadecimal and little-endian: 127.70.0.1 is 0100467F.
    wanted = f"{number:02X}7F:"
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and wanted in fields[1]:
            return True
    return False
