"""The checker: one process for each program. It holds the tests, starts the program as another process and compares what that answers.

The program is started before the tests are read, so no memory of its process ever held them.
"""

import ast
import builtins
import json
import os
import random
import resource
import signal
import socket
import time

import program
import values

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
LARGEST_JOB = 64 << 20
STEP = 0.2  # seconds between looks at the program's processor time
OWN_MEMORY = 1 << 30


class Stop(BaseException):
    """Ends the tests at once; no test catches it by its name."""


class ProgramError(Exception):
    """An exception of the program that has no built-in class."""


def run(jobs, results, seccomp_filter, isolated):
    """Reads one job, runs it and writes its result."""
    if isolated:
        _enter_namespaces()
    else:
        program.libc.prctl(program.PR_SET_DUMPABLE, 0, 0, 0, 0)
    ours, its = socket.socketpair()
    output = os.open("/tmp" if isolated else os.getcwd(), os.O_TMPFILE | os.O_RDWR | os.O_APPEND, 0o600)
    process = os.fork()
    if process == 0:
        try:
            if isolated:
                os.chdir("/tmp")
            os.setsid()  # signals to its group must not reach the checker
            nothing = os.open("/dev/null", os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            program.serve(its.fileno(), seccomp_filter)
        finally:
            os._exit(1)
    its.close()
    job = values.receive(jobs, LARGEST_JOB)
    if job is None:
        os.kill(process, signal.SIGKILL)
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (max(OWN_MEMORY, job["limits"]["memory"]),) * 2)
    check = Check(job, process, ours.fileno())
    result = check.verdict()
    os.write(results, json.dumps(result).encode("ascii") + b"\n")
    os._exit(0)


def _enter_namespaces():
    """Gives the program its own processes, mounts and users, an empty /tmp, and no /proc."""
    user, group = os.getuid(), os.getgid()
    program.libc.prctl(program.PR_SET_DUMPABLE, 1, 0, 0, 0)
    program._check(program.libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID), "unshare")
    for file, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open("/proc/self/" + file, "w", encoding="ascii") as stream:
            stream.write(text)
    program.libc.prctl(program.PR_SET_DUMPABLE, 0, 0, 0, 0)
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    program._check(program.libc.mount(b"tmpfs", b"/tmp", b"tmpfs", flags, b"size=64m,nr_inodes=1000,mode=700"), "mount /tmp")
    program._check(program.libc.mount(b"tmpfs", b"/proc", b"tmpfs", flags | MS_RDONLY, b"size=4k,nr_inodes=2"), "mount /proc")


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

    def __init__(self, job, process, channel):
        self.job, self.process, self.channel = job, process, channel
        self.limits, self.handles = job["limits"], {}
        self.stopped, self.status, self.loaded = None, 0, False
        self.clock = (~process << 3) | 2  # the kernel's clock of all the process's threads
        self.usage, self.own = 0.0, time.process_time()

    def verdict(self):
        """Runs the tests; says whether all passed, or why not, and how much time was used."""
        start = time.monotonic()
        self.deadline = start + self.limits["wall"]
        step = min(STEP, self.limits["cpu"] / 4)
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, step, step)
        try:
            self._test()
            reason, detail = "passed", ""
        except Stop:
            reason, detail = self.stopped or ("killed", "")
        except AssertionError as error:
            reason, detail = self._of_program(error) or ("assertion", _text(error))
        except MemoryError as error:
            reason, detail = self._of_program(error) or ("memory", "in the checker: its arguments or answers are too large")
        except BaseException as error:
            reason, detail = self._of_program(error) or ("exception", _describe(error))
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self.stopped:
            reason, detail = self.stopped  # a test that catches everything does not hide that the program was stopped
        os.close(self.channel)
        self._end()
        cpu = self.usage + time.process_time() - self.own
        if cpu > self.limits["cpu"] and reason != "time-out":
            reason, detail = "time-out", f"{reason} after the limit"
        return {"reason": reason, "detail": detail[:400], "cpu": round(cpu, 6), "wall": round(time.monotonic() - start, 6),
                "loaded": self.loaded}

    def _test(self):
        values.send(self.channel, {"program": self.job["program"], "script": self.job["script"], "limits": self.limits})
        self._raise(self._answer())
        random.seed(0)
        space = {"__name__": "tests"}
        exec(compile(self.job["trusted"], "reference.py", "exec"), space)
        tests = ast.parse(self.job["tests"], "tests.py")
        names = self.job["remote"]
        if names is None:
            names = _called(tests) & _defined(ast.parse(self.job["trusted"]))
        for name in sorted(names):
            space[name] = self.ask("name", name)
        self.loaded = True
        exec(compile(tests, "tests.py", "exec"), space)

    def ask(self, operation, target, *rest):
        """Lets the program do something and gives its answer."""
        content = [target] if operation == "name" else [values.encode(part, self._handle_of) for part in (target, *rest)]
        try:
            values.send(self.channel, [operation, *content])
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
            answer = values.receive(self.channel)
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
        status = self._end()
        if os.WIFSIGNALED(status):
            self._stop_dead("killed", signal.Signals(os.WTERMSIG(status)).name)
        self._stop_dead("exception", f"it ended with exit code {os.WEXITSTATUS(status)} before it had answered")

    def _stop_dead(self, reason, detail):
        if reason == "killed" and detail == "SIGXCPU":
            reason = "time-out"
        self.stopped = self.stopped or (reason, detail)
        raise Stop

    def _end(self):
        """Kills the program if it still runs, and takes its exit status and processor time."""
        if self.process is None:
            return self.status
        # An ended process may have closed the channel a moment before it is gone: what it does on its own counts, if it comes soon.
        deadline = time.monotonic() + 0.2
        done = 0
        while time.monotonic() < deadline:
            done, status, usage = os.wait4(self.process, os.WNOHANG)
            if done:
                break
            time.sleep(0.002)
        if not done:
            os.kill(self.process, signal.SIGKILL)
            done, status, usage = os.wait4(self.process, 0)
        self.process, self.status, self.usage = None, status, usage.ru_utime + usage.ru_stime
        return status


def _called(tests):
    return {node.id for node in ast.walk(tests) if isinstance(node, ast.Name)}


def _defined(reference):
    return {node.name for node in reference.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}


def _text(error):
    return str(error)[:300]


def _describe(error):
    return f"{type(error).__name__}: {_text(error)}"
