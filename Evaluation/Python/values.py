"""Values as they cross between a program and its checker: plain built-in values as JSON, everything else as a handle.

A handle is a number for an object that stays where it was made. Only the program's side makes handles, so the checker compares built-in values
that it made itself; an object whose class says that it equals everything never reaches it.
"""

import builtins
import collections
import datetime
import decimal
import fractions
import itertools
import json
import numbers
import os
import types

MOST_BYTES = 16 << 20  # of one message
MOST_ITEMS = 1_000_000  # taken from an iterator
SMALL = 1 << 53
AT_ONCE, PART = 1 << 14, 1 << 20  # bytes of one read; of one of a long message
ITERATORS = (types.GeneratorType, map, filter, zip, enumerate, reversed, itertools.chain, type(iter([])), type(iter(())), type(iter("")),
             type(iter({})), type(iter(set())), type(iter(range(0))), type(reversed([])))
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


class TooLong(Exception):
    """A value that is too long to cross."""


def encode(value, handle_of):
    """The value as lists, dictionaries and strings for JSON; handle_of gives the handle of an object that is no plain value."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int):
        number = int.__add__(value, 0)
        return number if -SMALL < number < SMALL else {"int": hex(number)}
    if isinstance(value, float):
        return float.__add__(value, 0.0) if value == value else {"nan": 0}
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list):
        return [encode(item, handle_of) for item in list.__iter__(value)]
    if isinstance(value, tuple):
        return {"tuple": [encode(item, handle_of) for item in tuple.__iter__(value)]}
    if isinstance(value, dict):
        kind = "counter" if type(value) is collections.Counter else "ordered" if type(value) is collections.OrderedDict else "dict"
        return {kind: [[encode(key, handle_of), encode(item, handle_of)] for key, item in dict.items(value)]}
    if isinstance(value, set):
        return {"set": [encode(item, handle_of) for item in set.__iter__(value)]}
    if isinstance(value, frozenset):
        return {"frozenset": [encode(item, handle_of) for item in frozenset.__iter__(value)]}
    if type(value) in (bytes, bytearray):
        return {type(value).__name__: value.hex()}
    if type(value) is complex:
        return {"complex": [value.real, value.imag]}
    if type(value) is range:
        return {"range": [encode(part, handle_of) for part in (value.start, value.stop, value.step)]}
    if type(value) is collections.deque:
        return {"deque": [encode(item, handle_of) for item in value]}
    if type(value) is decimal.Decimal:
        return {"decimal": str(value)}
    if type(value) is fractions.Fraction:
        return {"fraction": [encode(value.numerator, handle_of), encode(value.denominator, handle_of)]}
    if type(value) in (datetime.date, datetime.datetime, datetime.time):
        return {type(value).__name__: value.isoformat()}
    if type(value) is datetime.timedelta:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, ITERATORS):
        items = [encode(item, handle_of) for item in itertools.islice(value, MOST_ITEMS + 1)]
        if len(items) > MOST_ITEMS:
            raise TooLong("an iterator of more than a million values")
        return {"iterator": items}
    if isinstance(value, VIEWS):
        return {"view": [encode(item, handle_of) for item in value]}
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return encode(value.item(), handle_of)
    if isinstance(value, type) and getattr(builtins, value.__name__, None) is value:
        return {"type": value.__name__}
    if isinstance(value, numbers.Integral) and hasattr(value, "__index__"):
        return encode(int(value), handle_of)
    return {"handle": handle_of(value)}


def decode(value, object_of):
    """The value of which encode made this; object_of gives what stands for a handle."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return [decode(item, object_of) for item in value]
    ((kind, content),) = value.items()
    return DECODERS[kind](content, object_of)


def _items(content, object_of):
    return [decode(item, object_of) for item in content]


def _pairs(content, object_of):
    return {decode(key, object_of): decode(item, object_of) for key, item in content}


DECODERS = {
    "int": lambda content, _: int(content, 16),
    "nan": lambda content, _: float("nan"),
    "tuple": lambda content, of: tuple(_items(content, of)),
    "dict": _pairs,
    "counter": lambda content, of: collections.Counter(_pairs(content, of)),
    "ordered": lambda content, of: collections.OrderedDict(_pairs(content, of)),
    "set": lambda content, of: set(_items(content, of)),
    "frozenset": lambda content, of: frozenset(_items(content, of)),
    "bytes": lambda content, _: bytes.fromhex(content),
    "bytearray": lambda content, _: bytearray.fromhex(content),
    "complex": lambda content, _: complex(*content),
    "range": lambda content, of: range(*_items(content, of)),
    "deque": lambda content, of: collections.deque(_items(content, of)),
    "decimal": lambda content, _: decimal.Decimal(content),
    "fraction": lambda content, of: fractions.Fraction(*_items(content, of)),
    "date": lambda content, _: datetime.date.fromisoformat(content),
    "datetime": lambda content, _: datetime.datetime.fromisoformat(content),
    "time": lambda content, _: datetime.time.fromisoformat(content),
    "timedelta": lambda content, _: datetime.timedelta(*content),
    "iterator": lambda content, of: iter(_items(content, of)),
    "view": lambda content, of: dict.fromkeys(_items(content, of)).keys() if _hashable(content, of) else _items(content, of),
    "type": lambda content, _: _type(content),
    "handle": lambda content, of: of(content),
}


def _type(name):
    kind = getattr(builtins, name)
    if not isinstance(kind, type):
        raise ValueError(f"{name} is no type")
    return kind


def _hashable(content, object_of):
    try:
        return len(set(_items(content, object_of))) == len(content)
    except TypeError:
        return False


class Channel:
    """Messages over a descriptor: the length of each in four bytes, then JSON."""

    def __init__(self, descriptor):
        self.descriptor, self.rest = descriptor, b""

    def send(self, message):
        """Sends one message."""
        body = json.dumps(message).encode("ascii")
        if len(body) > MOST_BYTES:
            raise TooLong(f"a value of {len(body)} bytes")
        data = len(body).to_bytes(4, "little") + body
        sent = os.write(self.descriptor, data)
        while sent < len(data):
            sent += os.write(self.descriptor, data[sent:sent + PART])

    def receive(self, most=MOST_BYTES):
        """The next message, or None where the other side has closed."""
        head = self._take(4)
        if head is None:
            return None
        length = int.from_bytes(head, "little")
        if length > most:
            raise ValueError(f"a message of {length} bytes")
        body = self._take(length)
        return None if body is None else json.loads(body)

    def _take(self, length):
        """So many bytes, or None where the other side closes before."""
        parts, count = [self.rest], len(self.rest)
        while count < length:
            part = os.read(self.descriptor, PART if length > PART else AT_ONCE)
            if not part:
                return None
            parts.append(part)
            count += len(part)
        whole = b"".join(parts)
        self.rest = whole[length:]
        return whole[:length]
