"""One byte a code point from 0 to 10FFFF: 1 begins an identifier, 2 continues one, 4 is not assigned in this CPython's Unicode."""
import sys
import unicodedata

out = bytearray()
for value in range(0x110000):
    char = chr(value)
    out.append(char.isidentifier() | ("a" + char).isidentifier() << 1 | (unicodedata.category(char) == "Cn") << 2)
sys.stdout.buffer.write(out)
