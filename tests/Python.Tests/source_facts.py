"""Counts what CPython's tokenize and ast see in each source it is sent.

In:  frames of a 4-byte little-endian length and that many bytes of UTF-8 that this CPython parses.
Out: one line of space-separated integers a frame, in the order of COUNTS; -1 alone where tokenize fails.
"""
import ast
import io
import keyword
import struct
import sys
import token
import tokenize
import warnings
import zlib

warnings.simplefilter("ignore")
COUNTS = ("names keywords numbers strings operators comments comment_bytes docstrings docstring_bytes functions classes imports "
          "assignments code_lines comment_lines blank_lines checksum").split()


def docstring(node, starts):
    first = node.body[0] if node.body else None
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)):
        return None
    value = first.value
    begin, end = starts[value.lineno - 1] + value.col_offset, starts[value.end_lineno - 1] + value.end_col_offset
    return begin, end


def facts(data):
    text = data.decode("utf-8")
    if text.startswith("\ufeff"):
        text = text[1:]
    count = dict.fromkeys(COUNTS, 0)
    code, comments, checksum = set(), set(), 0
    lines = io.StringIO(text, newline=None).read().split("\n")
    if lines[-1] == "":
        lines.pop()
    for kind, string, (first, _), (last, _), _ in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
        if kind == token.ERRORTOKEN:  # tokenize's regular expressions know no combining marks
            raise tokenize.TokenError(string)
        if kind in (token.NAME, token.NUMBER, token.STRING, token.OP):
            checksum = zlib.crc32(string.encode("utf-8"), checksum)
            code.update(range(first, last + 1))
        if kind == token.NAME:
            count["keywords" if keyword.iskeyword(string) else "names"] += 1
        elif kind == token.NUMBER:
            count["numbers"] += 1
        elif kind == token.STRING:
            count["strings"] += 1
        elif kind == token.OP:
            count["operators"] += 1
        elif kind == token.COMMENT:
            count["comments"] += 1
            count["comment_bytes"] += len(string.encode("utf-8"))
            comments.add(first)
    code.update(number for number, line in enumerate(lines, 1)
                if number not in code and number not in comments and line.strip(" \t\f") == "\\")
    count["code_lines"] = len(code)
    count["comment_lines"] = len(comments - code)
    count["blank_lines"] = len(lines) - len(code) - count["comment_lines"]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode("utf-8")) + 1)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
            found = docstring(node, starts)
            if found:
                count["docstrings"] += 1
                count["docstring_bytes"] += found[1] - found[0]
            if not isinstance(node, ast.Module):
                count["classes" if isinstance(node, ast.ClassDef) else "functions"] += 1
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            count["imports"] += 1
        elif isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
            count["assignments"] += 1
    count["checksum"] = checksum
    return [count[name] for name in COUNTS]


def main():
    sys.setrecursionlimit(10000)
    while True:
        header = sys.stdin.buffer.read(4)
        if len(header) < 4:
            return
        data = sys.stdin.buffer.read(struct.unpack("<I", header)[0])
        try:
            line = " ".join(map(str, facts(data)))
        except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
            line = "-1"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


main()
