"""The program's side: one process that runs the program and answers the checker's calls. Nothing it says is believed beyond its answers."""

import ctypes
import gc
import io
import os
import random
import resource
import signal
import sys

import values

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION = 0x20080522
OPEN_FILES = 64

libc = ctypes.CDLL(None, use_errno=True)


class FilterProgram(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def confine(limits, seccomp_filter):
    """Limits this process for good: no capabilities, resource limits, and the filter of system calls."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    _check(libc.capset(header, none), "capset")
    _check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    seconds = int(limits["cpu"] * 2) + 2  # the checker ends it before; this is for the case that it does not
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits["output"]),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, limits["threads"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    _check(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")
    filter_program = FilterProgram(len(seccomp_filter) // 8, seccomp_filter)
    _check(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_program), 0, 0), "seccomp")


def _check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what} failed")


def serve(channel, seccomp_filter):
    """Reads the program and its limits, runs it, and answers calls until the checker closes the channel."""
    os.dup2(channel, 3)
    os.closerange(4, 4096)
    channel = 3
    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    job = values.receive(channel)
    if job is None:
        os._exit(0)
    confine(job["limits"], seccomp_filter)
    sys.stdin, sys.argv = open(0, encoding="utf-8"), ["program.py"]
    random.seed(0)
    gc.enable()
    objects = _Objects()
    space = {"__name__": "program"}
    try:
        code = compile(job["program"], "program.py", "exec")
    except MemoryError:
        _answer(channel, {"error": ["memory", "MemoryError", "while it was compiled"]})
        return
    except BaseException as error:
        _answer(channel, {"error": ["syntax", type(error).__name__, _text(error)]})
        return
    if job["script"]:
        space = {"run_script": lambda text: _run_script(code, text)}
        _answer(channel, {"value": None})
    else:
        _answer(channel, _attempt(lambda: exec(code, space)))
    while True:
        request = values.receive(channel)
        if request is None:
            os._exit(0)
        _answer(channel, _attempt(lambda: _perform(request, space, objects), objects))


def _run_script(code, text):
    """Runs a whole program on a standard input; gives what it writes to its standard output."""
    written = io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogatepass")), encoding="utf-8", newline="\n")
    output = sys.stdout = io.TextIOWrapper(written, encoding="utf-8", errors="surrogatepass", newline="\n")
    try:
        exec(code, {"__name__": "__main__"})
    except SystemExit:
        pass  # a program may end itself
    output.flush()
    return written.getvalue().decode("utf-8", "replace")


class _Objects:
    """The objects that the checker knows by a number."""

    def __init__(self):
        self.all, self.numbers = [], {}

    def handle_of(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.all)
            self.all.append(value)
        try:
            truth = bool(value)
        except Exception:
            truth = True
        return [number, truth, type(value).__name__[:100]]

    def object_of(self, content):
        return self.all[content[0]]


def _perform(request, space, objects):
    operation, *rest = request
    if operation == "name":
        if rest[0] not in space:
            raise NameError(f"name '{rest[0]}' is not defined")
        return space[rest[0]]
    target, *rest = (values.decode(part, objects.object_of) for part in rest)
    if operation == "call":
        return target(*rest[0], **rest[1])
    if operation == "get":
        return getattr(target, rest[0])
    return setattr(target, rest[0], rest[1])


def _attempt(action, objects=None):
    try:
        result = action()
        return {"value": values.encode(result, objects.handle_of) if objects else None}
    except MemoryError:
        return {"error": ["memory", "MemoryError", ""]}
    except SystemExit as error:
        return {"error": ["exception", "SystemExit", _text(error)]}
    except BaseException as error:
        return {"error": ["exception", type(error).__name__[:100], _text(error)]}


def _text(error):
    try:
        return str(error)[:300]
    except BaseException:
        return ""


def _answer(channel, message):
    try:
        values.send(channel, message)
    except MemoryError:
        values.send(channel, {"error": ["memory", "MemoryError", "while its answer was written"]})
    except (values.TooLong, RecursionError, TypeError, ValueError) as error:
        values.send(channel, {"error": ["exception", type(error).__name__, "its answer cannot cross: " + _text(error)]})
