"""boto 2, the client of old scripts."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of a library older than the language
    from boto.ec2.elb import ELBConnection
    from boto.ec2.elb.listener import Listener  # noqa: F401
    from boto.exception import BotoServerError  # noqa: F401
    from boto.regioninfo import RegionInfo

from .addresses import API_PORT


class OldConnection(ELBConnection):
    """boto of 2014 and before."""

    def _required_auth_capability(self):
        return ["sign-v2"]


def boto2(node, kind=ELBConnection, key=None):
    identity, secret = key or node.key
    connection = kind(identity, secret, is_secure=False, port=API_PORT,
                      region=RegionInfo(name="local", endpoint=node.api_address))
    connection.num_retries = 0
    return connection
