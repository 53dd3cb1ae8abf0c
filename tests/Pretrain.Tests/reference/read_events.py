"""Reads a TensorBoard event file with nothing of the program under test: TFRecord framing, CRC-32C by its table, protobuf by hand.

Prints one line a scalar: step, tag, value. Checks its own CRC-32C against RFC 3720's vectors first.
"""
import struct
import sys

TABLE = []
for n in range(256):
    for _ in range(8):
        n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
    TABLE.append(n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


assert crc32c(bytes(32)) == 0x8A9136AA          # RFC 3720, appendix B.4
assert crc32c(b"\xff" * 32) == 0x62A8AB43
assert crc32c(bytes(range(32))) == 0x46DD794E


def varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            value, at = data[at:at + 8], at + 8
        elif wire == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        elif wire == 5:
            value, at = data[at:at + 4], at + 4
        else:
            raise ValueError(f"wire type {wire}")
        yield key >> 3, value


def records(data):
    at = 0
    while at < len(data):
        head = data[at:at + 8]
        (length,) = struct.unpack("<Q", head)
        (head_crc,) = struct.unpack("<I", data[at + 8:at + 12])
        body = data[at + 12:at + 12 + length]
        (body_crc,) = struct.unpack("<I", data[at + 12 + length:at + 16 + length])
        assert head_crc == masked(head) and body_crc == masked(body), "a checksum is wrong"
        at += 16 + length
        yield body


first = True
for record in records(open(sys.argv[1], "rb").read()):
    event = dict(fields(record))
    (wall_time,) = struct.unpack("<d", event[1])
    assert wall_time > 1e9
    if first:
        assert event[3] == b"brain.Event:2"
        first = False
    if 5 in event:
        for number, value in fields(event[5]):
            assert number == 1
            scalar = dict(fields(value))
            print(event.get(2, 0), scalar[1].decode(), struct.unpack("<f", scalar[2])[0])
