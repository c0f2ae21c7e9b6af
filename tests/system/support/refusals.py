"""Calls that must be refused, and change nothing; errors in ELB's form."""

import xml.etree.ElementTree as ElementTree

import botocore.exceptions
import pytest

NAMESPACE = "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"


def error_of(answer):
    """(Type, Code, Message) of an error in ELB's form, all of which is checked."""
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.body)
    assert root.tag == f"{{{NAMESPACE}}}ErrorResponse"
    assert [child.tag.split("}")[1] for child in root] == ["Error", "RequestId"]
    assert root[1].text == answer.headers["x-amzn-requestid"]
    error = {child.tag.split("}")[1]: child.text for child in root[0]}
    assert set(error) == {"Type", "Code", "Message"}
    assert error["Type"] == ("Sender" if answer.status < 500 else "Receiver")
    return error["Code"], error["Message"]


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
