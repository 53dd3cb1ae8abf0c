"""The last value that a program prints, which is what MTPB judges. Runs in the program's process."""

import ast
import builtins
import io
import itertools
import sys

import values


class _Nowhere(io.TextIOBase):
    """A standard output that keeps nothing."""

    def write(self, text):
        return len(text)


def last_printed(source):
    """
    Runs a program as MTPB's script does: a last statement that is no print is printed where it has a value, and an exception after a print
    does not matter. Gives ("plain", value), or ("object", casts) with what str, list, int and float make of a set or another class's object.
    """
    printed, failure = [], ValueError("it prints nothing")

    def show(*arguments, **named):
        printed[:] = [arguments]
        return builtins.print(*arguments, **named)

    sys.stdout = _Nowhere()
    try:
        exec(_printing(source), {"__name__": "__main__", "builtins": builtins, "print": show})
    except BaseException as error:
        failure = error
    if not printed:
        raise failure
    return _sent(printed[0][0])


def _printing(source):
    tree = ast.parse(source, "program.py")
    last = tree.body[-1] if tree.body else None
    value = getattr(last, "value", None)
    if isinstance(value, ast.expr) and not _is_print(value):
        last.value = ast.Call(func=ast.Name(id="print", ctx=ast.Load()), args=[value], keywords=[])
        ast.fix_missing_locations(ast.copy_location(last.value, value))
    return compile(tree, "program.py", "exec")


def _is_print(value):
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id.startswith("print")


def _sent(value):
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, values.ITERATORS):
        return "plain", value
    objects = []
    values.encode(value, objects.append)
    if not objects and not isinstance(value, (set, frozenset)):  # a set that is made anew may have another order
        return "plain", value
    casts = {}
    for cast in (str, _list, int, float):
        try:
            casts[cast.__name__.strip("_")] = cast(value)
        except Exception:
            pass
    return "object", casts


def _list(value):
    return list(itertools.islice(value, values.MOST_ITEMS + 1))
