"""Calls that must be refused, and change nothing."""

import botocore.exceptions
import pytest


def refusal(call, *arguments, **parameters):
    """(code, HTTP status, text) of a call that must be refused."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*arguments, **parameters)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


class Refused:
    """`with Refused(node) as refused: refused(code, text, call, …)`: and nothing is changed in the end. "A|B" is one of
    both codes; the text counts without its case."""

    def __init__(self, node):
        self._node = node

    def __enter__(self):
        self._before = self._node.describe_all()
        return self

    def __call__(self, code, text, call, *arguments, **parameters):
        found_code, status, found_text = refusal(call, *arguments, **parameters)
        assert found_code in code.split("|"), (found_code, found_text)
        assert status == (409 if found_code == "InvalidConfigurationRequest" else 400)
        assert text.lower() in found_text.lower()

    def __exit__(self, kind, *_):
        if kind is None:
            assert self._node.describe_all() == self._before
