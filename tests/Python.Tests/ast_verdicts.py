"""Says of each source it is sent whether this CPython's ast.parse takes it.

In:  frames of a 4-byte little-endian length and that many bytes of UTF-8.
Out: one byte a frame: V valid, E a syntax error, R a limit of this interpreter (recursion, memory).
The first line out is the version. Runs under Python 2.7 and 3; an encoding declaration in the source is not obeyed.
"""
import ast
import re
import struct
import sys
import warnings

warnings.simplefilter("ignore")
source_in = getattr(sys.stdin, "buffer", sys.stdin)
verdict_out = getattr(sys.stdout, "buffer", sys.stdout)
BOM = b"\xef\xbb\xbf"


def parse(data):
    if sys.version_info[0] >= 3:
        text = data.decode("utf-8")
        return ast.parse(text[1:] if text.startswith(u"\ufeff") else text)
    lines = data[3:].split(b"\n", 2) if data.startswith(BOM) else data.split(b"\n", 2)
    lines[:2] = [re.sub(b"coding([:=])", b"c0ding\\1", line) for line in lines[:2]]
    return ast.parse(BOM + b"\n".join(lines))


def verdict(data):
    try:
        parse(data)
        return b"V"
    except (RuntimeError, MemoryError):  # RecursionError is a RuntimeError
        return b"R"
    except (SyntaxError, ValueError, TypeError, OverflowError):
        return b"E"


verdict_out.write((".".join(map(str, sys.version_info[:3])) + "\n").encode())
verdict_out.flush()
while True:
    header = source_in.read(4)
    if len(header) < 4:
        break
    verdict_out.write(verdict(source_in.read(struct.unpack("<I", header)[0])))
    verdict_out.flush()
