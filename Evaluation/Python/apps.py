"""How APPS compares what a program gives with what is expected; runs in the checker."""

import json


def arguments_of(text):
    """The arguments of a call; JSON has keys that are strings where a dictionary's keys were numbers."""
    arguments = json.loads(text)
    return [_with_numbers(arguments[0])] if arguments and isinstance(arguments[0], dict) and _are_numbers(arguments[0]) else arguments


def is_answer(answer, text):
    """Whether a function's answer is the expected one, or the only item of it."""
    expected = json.loads(text)
    if isinstance(expected, dict) and _are_numbers(expected):
        expected = [_with_numbers(expected)]
    elif isinstance(expected, list) and expected and isinstance(expected[0], dict) and _are_numbers(expected[0]):
        expected = [_with_numbers(expected[0])]
    answer = list(answer) if isinstance(answer, tuple) else answer
    if answer == expected:
        return True
    if not isinstance(expected, list) or not expected:
        return False
    if answer == expected[0]:
        return True
    return isinstance(answer, list) and bool(answer) and isinstance(answer[0], tuple) and [list(item) for item in answer] == expected[0]


def is_output(output, text):
    """
    Whether a script's output is the expected one: the same lines without the spaces around them, the same numbers, or the same sets of words
    whatever their order.
    """
    expected = json.loads(text)
    if isinstance(expected, list):
        expected = "\n".join(str(line) for line in expected)
    lines = output.splitlines()
    if expected.strip() in ("\n".join(lines).strip(), "\n".join(line.strip() for line in lines).strip()):
        return True
    lines, expected = [line for line in lines if line], [line.strip() for line in expected.split("\n") if line]
    if lines == expected or _are_close(lines, expected):
        return True
    words = {frozenset(line.split()) for line in lines if line.split()}
    wanted = {frozenset(line.split()) for line in expected}
    return words == wanted or _rounded(words) is not None and _rounded(words) == _rounded(wanted)


def _are_close(lines, expected):
    try:
        return len(lines) == len(expected) and all(
            abs(float(line) - float(other)) <= 1e-8 + 1e-5 * abs(float(other)) for line, other in zip(lines, expected))
    except ValueError:
        return False


def _rounded(lines):
    try:
        return {frozenset(round(float(word), 3) for word in line) for line in lines}
    except (ValueError, OverflowError):
        return None


def _are_numbers(keyed):
    try:
        _with_numbers(keyed)
        return True
    except ValueError:
        return False


def _with_numbers(keyed):
    return {int(key): value for key, value in keyed.items()}
