"""Signature Version 4 by botocore, for requests that no client of AWS would make."""

import datetime

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


class SignerAt(SigV4Auth):
    """Signs as if it was another time."""

    def __init__(self, credentials, when):
        super().__init__(credentials, "elasticloadbalancing", "local")
        self._when = when

    def add_auth(self, request):
        request.context["timestamp"] = self._when.strftime(SIGV4_TIMESTAMP)
        self._modify_request_before_signing(request)
        canonical = self.canonical_request(request)
        signature = self.signature(self.string_to_sign(request, canonical), request)
        self._inject_signature_to_request(request, signature)


def signed_headers(url, key, method="POST", body=b"", headers=None, shift=datetime.timedelta()):
    """The headers to send. `key` is (id, secret); `shift` is how wrong the signer's clock is."""
    request = AWSRequest(method=method, url=url, data=body, headers=headers or {})
    when = datetime.datetime.now(datetime.timezone.utc) + shift
    SignerAt(Credentials(*key), when).add_auth(request)
    return dict(request.headers.items())
