import ast

import pytest
from hypothesis import given

from tests.strategies import any_text, values
from whence.domain.signal import python_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a 'b'", "a 'b'"),
        ([], "[]"),
        ({}, "{}"),
        (["192.0.2.17"], "['192.0.2.17']"),
        (True, "True"),
        (False, "False"),
        (None, "None"),
        (1, "1"),
        (1.0, "1"),
        (-2.0, "-2"),
        (1.5, "1.5"),
        (1e300, "1e+300"),
        ([1.0, {"a": [True, None, "it's"]}], "[1, {'a': [True, None, \"it's\"]}]"),
        (2**70, "1180591620717411303424"),
    ],
)
def test_values_are_printed_as_python_does(value: object, text: str) -> None:
    assert python_text(value) == text


@given(value=values)
def test_what_is_printed_can_be_read_back(value: object) -> None:
    """All but a text, which stands as it is."""
    if not isinstance(value, str):
        assert ast.literal_eval(python_text(value)) == value


@given(text=any_text)
def test_a_text_is_its_own_text(text: str) -> None:
    assert python_text(text) == text
