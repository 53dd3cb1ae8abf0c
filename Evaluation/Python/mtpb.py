"""How MTPB compares the last value that a program prints with the expected one; runs in the checker."""

import json


def is_expected(answer, text):
    """Whether the value is the expected one after a cast to its type, as MTPB's script has it."""
    expected, (kind, value) = json.loads(text), answer
    if kind == "object":
        value = value["str" if isinstance(expected, bool) else type(expected).__name__]
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        value = [list(item) for item in value]
    if type(value) is not type(expected):
        if isinstance(expected, bool):
            value, expected = str(value), str(expected)  # bool("False") is True
        else:
            value = type(expected)(value)
    if isinstance(expected, (str, int, list)):
        return value == expected
    if isinstance(expected, float):
        return abs(value - expected) < 1e-6
    raise ValueError(f"MTPB's script never takes a {type(expected).__name__} as right")
