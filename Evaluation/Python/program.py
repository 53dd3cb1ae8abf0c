"""The program's side: one process that runs the program and answers the checker's calls. Nothing it says is believed beyond its answers."""

import ctypes
import gc
import io
import os
import random
import resource
import socket
import sys

import printed
import values

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION = 0x20080522
OPEN_FILES = 64
FOLDER = "/tmp"  # where a program may write

libc = ctypes.PyDLL(None, use_errno=True)
channel = values.Channel(3)


WARM_UPS = 20
WARM_UP = '''
from typing import List
import math


def f(numbers: List[int]) -> List[int]:
    """Returns what it is given."""
    result = []
    for i, number in enumerate(numbers):
        if i % 2 == 0 and len(numbers) > 1:
            result.append(number)
    return [str(x) for x in sorted(range(3))] + result


def g(text):
    raise ValueError(text)
'''


class FilterProgram(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


class Prepared:
    """What is the same for all programs, made once in the worker: each page that a program's process writes is copied for it."""

    filter, folder = None, None
    no_capabilities = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()


def prepare(seccomp_filter, isolated):
    """Prepares the worker for its programs."""
    Prepared.filter = FilterProgram(len(seccomp_filter) // 8, seccomp_filter)
    Prepared.folder = FOLDER if isolated else os.getcwd()
    sys.stdin, sys.argv = open(0, encoding="utf-8"), ["program.py"]
    random.seed(0)


def warm_up():
    """
    Serves a small program in the worker itself. What the interpreter writes into its own objects at first use, such as caches, is written
    once then, and not by each program's process into its own copy of the page.
    """
    job = {"program": WARM_UP, "script": False, "limits": {"cpu": 3.5, "memory": 1 << 30}}
    call = ["call", {"handle": [0]}, [[1, "a", {"tuple": [2.5, None]}]], {"dict": []}]
    for _ in range(WARM_UPS):
        ours, its = socket.socketpair()
        with ours, its:
            checker = values.Channel(ours.fileno())
            for message in (job, ["name", "f"], ["name", "g"], call, call):
                checker.send(message)
            ours.shutdown(socket.SHUT_WR)
            channel.descriptor = its.fileno()
            serve(channel.receive())
            its.shutdown(socket.SHUT_WR)
            while checker.receive() is not None:
                pass
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        file = os.open("/dev/null", os.O_WRONLY)
        os.write(file, b"x")
        os.close(file)
    channel.descriptor = 3


def run(descriptor):
    """The whole life of a program's process: it shuts itself in, says so, and serves the checker."""
    os.dup2(descriptor, channel.descriptor)
    os.closerange(channel.descriptor + 1, 4096)  # of the worker's files it keeps its channel alone
    try:
        _redirect()
        job = channel.receive()
        if job is None:
            return
        confine(job["limits"])
    except OSError as error:
        channel.send({"fault": str(error)})
        return
    channel.send({"fault": None})
    serve(job)


def _redirect():
    """Its output goes to a file without a name."""
    os.chdir(Prepared.folder)
    os.setsid()  # signals to its group must not reach the worker
    output = os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)


def confine(limits):
    """Limits this process for good: no capabilities, resource limits, and the filter of system calls."""
    drop_capabilities()
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
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
    check(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")
    check(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Prepared.filter), 0, 0), "seccomp")


def drop_capabilities():
    """Gives up all rights over the namespaces that this process is in."""
    check(libc.capset(*Prepared.no_capabilities), "capset")


def check(result, what):
    """Fails where a call of the C library failed."""
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what} failed")


def serve(job):
    """Runs the program, and answers calls until the checker closes the channel."""
    gc.enable()
    objects = _Objects()
    space = {"__name__": "program"}
    try:
        code = compile(job["program"], "program.py", "exec")
    except MemoryError:
        _answer({"error": ["memory", "MemoryError", "while it was compiled"]})
        return
    except BaseException as error:
        _answer({"error": ["syntax", type(error).__name__, _text(error)]})
        return
    if job["script"]:
        space = {"run_script": lambda text: _run_script(code, text), "last_printed": lambda: printed.last_printed(job["program"])}
        _answer({"value": None})
    else:
        _answer(_attempt(lambda: exec(code, space)))
    while True:
        request = channel.receive()
        if request is None:
            return
        _answer(_attempt(lambda: _perform(request, space, objects), objects))


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


def _answer(message):
    try:
        channel.send(message)
    except MemoryError:
        channel.send({"error": ["memory", "MemoryError", "while its answer was written"]})
    except (values.TooLong, RecursionError, TypeError, ValueError) as error:
        channel.send({"error": ["exception", type(error).__name__, "its answer cannot cross: " + _text(error)]})
