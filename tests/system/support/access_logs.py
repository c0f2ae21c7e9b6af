"""ELB's access logs: turned on and off, found, and read as their readers do."""

import fnmatch
import itertools
import os
import pathlib
import re
from dataclasses import dataclass

from .waiting import eventually

_LINE = re.compile(
    r'(?P<timestamp>\S+) (?P<elb>\S+) (?P<client>\S+) (?P<backend>\S+) (?P<request_time>\S+) (?P<backend_time>\S+) '
    r'(?P<response_time>\S+) (?P<elb_status>\S+) (?P<backend_status>\S+) (?P<received>\d+) (?P<sent>\d+) '
    r'"(?P<request>[^"]*)" "(?P<user_agent>[^"]*)" (?P<cipher>\S+) (?P<protocol>\S+)')


_numbers = itertools.count()
_bucket = None


def new_bucket():
    """The bucket of what follows: nothing of an earlier test comes into it, however late."""
    global _bucket
    _bucket = f"test-logs-{next(_numbers)}"
    return _bucket


@dataclass
class Line:
    timestamp: str
    elb: str
    client: str
    backend: str
    request_time: str
    backend_time: str
    response_time: str
    elb_status: str
    backend_status: str
    received: int
    sent: int
    request: str
    user_agent: str
    cipher: str
    protocol: str

    @property
    def times(self):
        return self.request_time, self.backend_time, self.response_time

    @property
    def sizes(self):
        return self.received, self.sent


def parse(text):
    lines = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        assert match, line
        fields = match.groupdict()
        lines.append(Line(**{**fields, "received": int(fields["received"]), "sent": int(fields["sent"])}))
    return lines


def enable(node, name, bucket=None, **more):
    attributes = {"AccessLog": {"Enabled": True, "S3BucketName": bucket or _bucket, "EmitInterval": 5, **more}}
    node.elb.modify_load_balancer_attributes(LoadBalancerName=name, LoadBalancerAttributes=attributes)


def disable(node, name):
    """Publishes what there is at once."""
    attributes = {"AccessLog": {"Enabled": False}}
    node.elb.modify_load_balancer_attributes(LoadBalancerName=name, LoadBalancerAttributes=attributes)


def root(node):
    return node.data / "access-logs"


def _logs(folder, name):
    # Not by rglob: it fails where a folder goes away meanwhile.
    found = [pathlib.Path(where) / file for where, _, files in os.walk(folder) for file in files]
    return sorted(path for path in found if fnmatch.fnmatch(path.name, f"*_{name}_*.log"))


def published(node, name, bucket=None):
    """The published files of a load balancer, oldest first."""
    return [path for path in _logs(root(node) / (bucket or _bucket), name) if ".partial" not in path.parts]


def partial(node, name, bucket=None):
    return _logs(root(node) / (bucket or _bucket) / ".partial", name)


def final_lines(node, name, count):
    """Turns the log off, and gives what it had then: so many lines, in the order in which the requests arrived. (They are
    written as HAProxy's threads tell of them, each over sockets of its own.)"""
    disable(node, name)

    def all_there():
        lines = [line for path in published(node, name) for line in parse(path.read_text())]
        assert len(lines) == count, "\n".join(map(str, lines))
        return lines or True

    lines = eventually(all_there, f"{count} lines of {name} are published")
    return [] if lines is True else sorted(lines, key=lambda line: line.timestamp)
