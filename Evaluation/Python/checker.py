"""The checker: one process for the programs of one problem. It holds the tests and compares what the programs answer.

The programs are started by the worker, which never sees a test, so no memory of their processes ever held them.
"""

import ast
import builtins
import gc
import json
import os
import random
import resource
import signal
import socket
import struct
import time

import values

LARGEST_JOB = 64 << 20
STEP = 0.2  # seconds between looks at the program's processor time
OWN_MEMORY = 1 << 30


class Stop(BaseException):
    """Ends the tests at once; no test catches it by its name."""


class Fault(BaseException):
    """The sandbox failed before the program ran: this says nothing of the program."""


class ProgramError(Exception):
    """An exception of the program that has no built-in class."""


def run(jobs, results, worker):
    """Judges program after program of one problem, until one ends so that this process may have suffered."""
    jobs, tests = values.Channel(jobs), Tests()
    while True:
        message, channels, *_ = socket.recv_fds(worker, 4, 1)
        job = jobs.receive(LARGEST_JOB) if message else None
        if job is None:
            os._exit(0)
        (process,) = struct.unpack("<i", message)
        if process < 0:
            result = {"fault": "its process cannot be started: " + os.strerror(-process)}
        else:
            _limit_memory(job["limits"]["memory"])
            result = Check(job, tests, process, channels[0], worker).verdict()
        os.write(results, json.dumps(result).encode("ascii") + b"\n")
        gc.collect()


def _limit_memory(memory):
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (max(OWN_MEMORY, memory), most))


class Tests:
    """The tests of one problem, compiled once for all its programs."""

    def __init__(self):
        self.key = self.trusted = self.code = None
        self.names = ()

    def compile(self, job):
        """Compiles them, if these are not those that it has; what does not compile fails each program."""
        key = job["trusted"], job["tests"], job["remote"]
        if self.key == key:
            return
        tests, names = ast.parse(job["tests"], "tests.py"), job["remote"]
        if names is None:
            names = _called(tests) & _defined(ast.parse(job["trusted"]))
        self.trusted = compile(job["trusted"], "reference.py", "exec")
        self.code = compile(tests, "tests.py", "exec")
        self.names, self.key = sorted(names), key


class Handle:
    """Stands for an object of the program. It equals only itself; attributes and calls go to the program."""

    __slots__ = ("_check", "_content")

    def __init__(self, check, content):
        object.__setattr__(self, "_check", check)
        object.__setattr__(self, "_content", content)

    def __bool__(self):
        return bool(self._content[1])

    def __repr__(self):
        return f"<{self._content[2]} of the program>"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._check.ask("get", self, name)

    def __setattr__(self, name, value):
        self._check.ask("set", self, name, value)

    def __call__(self, *arguments, **named):
        return self._check.ask("call", self, list(arguments), named)


class Check:
    """One program being checked."""

    def __init__(self, job, tests, process, channel, worker):
        self.job, self.tests, self.process, self.channel, self.worker = job, tests, process, values.Channel(channel), worker
        self.limits, self.handles = job["limits"], {}
        self.stopped, self.status, self.loaded, self.ending = None, 0, False, False
        self.clock = (~process << 3) | 2  # the kernel's clock of all the process's threads
        self.usage, self.own = 0.0, time.process_time()

    def verdict(self):
        """Runs the tests; says whether all passed, or why not, and how much time was used."""
        start = time.monotonic()
        self.deadline = start + self.limits["wall"]
        step = min(STEP, self.limits["cpu"] / 4)
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, step, step)
        reason = detail = fault = None
        try:
            reason, detail = self._outcome()
            signal.setitimer(signal.ITIMER_REAL, 0)
        except Stop:
            signal.setitimer(signal.ITIMER_REAL, 0)
            reason, detail = "killed", ""
        except Fault as error:
            signal.setitimer(signal.ITIMER_REAL, 0)
            fault = str(error)
        self._end(b"k" if self.stopped is None and reason != "memory" else b"l")
        os.close(self.channel.descriptor)
        if fault:
            return {"fault": fault}
        if self.stopped:
            reason, detail = self.stopped  # a test that catches everything does not hide that the program was stopped
        cpu = self.usage + time.process_time() - self.own
        if cpu > self.limits["cpu"] and reason != "time-out":
            reason, detail = "time-out", f"{reason} after the limit"
        return {"reason": reason, "detail": detail[:400], "cpu": round(cpu, 6), "wall": round(time.monotonic() - start, 6),
                "loaded": self.loaded}

    def _outcome(self):
        try:
            self._test()
            return "passed", ""
        except (Stop, Fault):
            raise
        except AssertionError as error:
            return self._of_program(error) or ("assertion", _text(error))
        except MemoryError as error:
            return self._of_program(error) or ("memory", "in the checker: its arguments or answers are too large")
        except BaseException as error:
            return self._of_program(error) or ("exception", _describe(error))

    def _test(self):
        self._load()
        random.seed(0)
        space = {"__name__": "tests"}
        self.tests.compile(self.job)
        exec(self.tests.trusted, space)
        for name in self.tests.names:
            space[name] = self.ask("name", name)
        self.loaded = True
        exec(self.tests.code, space)

    def _load(self):
        """Sends the program. Its process says at first that it has shut itself in; what comes then can be the program's own words."""
        try:
            self.channel.send({"program": self.job["program"], "script": self.job["script"], "limits": self.limits})
        except OSError:
            pass  # it says why, or nothing
        try:
            ready = self.channel.receive()
        except OSError:
            ready = None
        if ready != {"fault": None}:
            raise Fault(ready["fault"] if ready else "its process ended before it was ready")
        self._raise(self._answer())

    def ask(self, operation, target, *rest):
        """Lets the program do something and gives its answer."""
        content = [target] if operation == "name" else [values.encode(part, self._handle_of) for part in (target, *rest)]
        try:
            self.channel.send([operation, *content])
        except OSError:
            self._ended()
        answer = self._answer()
        self._raise(answer)
        try:
            return values.decode(answer["value"], self._object_of)
        except Stop:
            raise
        except BaseException as error:
            self._stop("exception", "its answer is not understood: " + _describe(error))

    def _answer(self):
        try:
            answer = self.channel.receive()
        except OSError:
            answer = None
        except (ValueError, RecursionError) as error:
            self._stop("exception", "its answer is not understood: " + _text(error))
        if answer is None:
            self._ended()
        return answer

    def _raise(self, answer):
        if not isinstance(answer, dict) or "error" not in answer:
            return
        try:
            reason, name, text = (str(part) for part in answer["error"])
        except (TypeError, ValueError):
            self._stop("exception", "its answer is not understood")
        kind = getattr(builtins, name, None)
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            kind = ProgramError
        try:
            error = kind(text)
        except TypeError:
            error = ProgramError(text)
        error.of_program = (reason if reason in ("memory", "syntax") else "exception", f"{name}: {text}")
        raise error

    @staticmethod
    def _of_program(error):
        return getattr(error, "of_program", None)

    def _handle_of(self, value):
        if isinstance(value, Handle):
            return value._content
        raise TypeError(f"a test passes a {type(value).__name__}, which cannot cross to the program")

    def _object_of(self, content):
        number = content[0]
        if number not in self.handles:
            self.handles[number] = Handle(self, content)
        return self.handles[number]

    def _look(self, *_):
        if self.ending:
            return
        if self.stopped:
            raise Stop
        cpu = time.process_time() - self.own
        try:
            cpu += time.clock_gettime(self.clock)
        except OSError:
            pass  # it has ended; the read of its answer says so
        if cpu > 2 * self.limits["cpu"]:
            self._stop("time-out", "it used twice its processor time")
        if time.monotonic() > self.deadline:
            self._stop("time-out", "it slept or waited too long")

    def _stop(self, reason, detail):
        self.stopped = self.stopped or (reason, detail)
        os.kill(self.process, signal.SIGKILL)
        raise Stop

    def _ended(self):
        """The program ended before it had answered."""
        status = self._end(b"w")
        if os.WIFSIGNALED(status):
            self._stop_dead("killed", signal.Signals(os.WTERMSIG(status)).name)
        self._stop_dead("exception", f"it ended with exit code {os.WEXITSTATUS(status)} before it had answered")

    def _stop_dead(self, reason, detail):
        if reason == "killed" and detail == "SIGXCPU":
            reason = "time-out"
        self.stopped = self.stopped or (reason, detail)
        raise Stop

    def _end(self, letter):
        """
        Lets the worker end the program: at once (k, l), or after a moment (w), because one that closed its channel may be about to end.
        After w and l this process judges no other program.
        """
        if self.process is not None:
            self.ending = True  # what is asked of the worker must not be left half done
            self.worker.send(letter)
            self.status, self.usage = struct.unpack("<id", self.worker.recv(12))
            self.process, self.ending = None, False
        return self.status


def _called(tests):
    return {node.id for node in ast.walk(tests) if isinstance(node, ast.Name)}


def _defined(reference):
    return {node.name for node in reference.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}


def _text(error):
    return str(error)[:300]


def _describe(error):
    return f"{type(error).__name__}: {_text(error)}"
