"""HTTP, one request a connection, with everything the answer says."""

import http.client
from dataclasses import dataclass, field


@dataclass
class Answer:
    status: int
    headers: dict = field(repr=False)  # names in lower case
    body: bytes

    @property
    def text(self):
        return self.body.decode()


def request(address, port, method="GET", path="/", headers=None, body=None, timeout=15, tls=None):
    """By TLS if there is a context for it."""
    if tls:
        connection = http.client.HTTPSConnection(address, port, timeout=timeout, context=tls)
    else:
        connection = http.client.HTTPConnection(address, port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        answer_headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answer_headers, response.read())
    finally:
        connection.close()


def get(address, port, host=None, path="/", headers=None, timeout=15, tls=None):
    headers = dict(headers or {})
    if host:
        headers["Host"] = host
    return request(address, port, "GET", path, headers, timeout=timeout, tls=tls)
