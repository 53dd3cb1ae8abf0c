"""The sandbox's worker: forks a checker for each problem and a process for each program, so that none waits for an interpreter to start.

It never reads a job itself: what it held, the programs that it forks would hold too.
"""

import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# What programs import most is loaded once.
import bisect, cmath, collections, copy, datetime, decimal, fractions, functools, hashlib, heapq, itertools, json, math, operator  # noqa
import random, re, statistics, string, typing  # noqa

import checker
import namespaces
import program

NOBODY = 65534
CLONE = 56
MOMENT = 200  # milliseconds that a program which closed its channel has to end by itself


class Gone(BaseException):
    """Whoever evaluates is gone, or the checker is."""


class Worker:
    """Reads one letter for each job: n for a new checker, s for the same. The checker reads the job itself."""

    def __init__(self, jobs, results, isolated):
        self.jobs, self.results, self.isolated = jobs, results, isolated
        self.checker, self.control, self.waiting, self.leaves = None, None, None, False
        # A program's user is in a namespace without any mapping: it has no right to change the mounts that it sees.
        self.flags = signal.SIGCHLD | (namespaces.CLONE_NEWUSER | namespaces.CLONE_NEWPID if isolated else 0)
        # Made once: each page of memory that the worker touches after a fork is copied.
        self.clone = ctypes.c_long(CLONE), ctypes.c_long(self.flags), None, None, None, None
        self.folder = namespaces.EmptyFolder(program.FOLDER) if isolated else None

    def run(self):
        letter = os.read(self.jobs, 1)
        while letter:
            if letter == b"n" or self.leaves:
                self.end_checker()
            if self.checker is None:
                self.start_checker()
            self.judge()
            letter = os.read(self.jobs, 1)
        self.end_checker()

    def start_checker(self):
        self.control, its = socket.socketpair()
        self.checker, self.leaves = os.fork(), False
        if self.checker == 0:
            try:
                self.control.close()
                if self.isolated:
                    namespaces.separate_checker(self.folder.path)
                checker.run(self.jobs, self.results, its)
            except BaseException as error:
                sys.stderr.write(f"the checker failed: {type(error).__name__}: {error}\n")
                sys.stderr.flush()
            finally:
                os._exit(1)
        its.close()
        self.waiting = select.poll()
        self.waiting.register(self.control, select.POLLIN)
        self.waiting.register(self.jobs, 0)

    def end_checker(self):
        """Ends the checker, and every process that could be left."""
        if self.checker is None:
            return
        os.kill(self.checker, signal.SIGKILL)
        os.waitpid(self.checker, 0)
        self.control.close()
        self.checker, self.control = None, None
        if self.isolated:
            try:
                os.kill(-1, signal.SIGKILL)  # all that this process may signal
            except ProcessLookupError:
                pass

    def judge(self):
        """Starts a program's process for the checker, ends it when the checker says so, and tells what it used."""
        ours, its = socket.socketpair()
        process = self.start_program(its.fileno())
        its.close()
        try:
            # Not socket.send_fds, which touches more pages.
            descriptor = (socket.SOL_SOCKET, socket.SCM_RIGHTS, ours.fileno().to_bytes(4, sys.byteorder))
            self.control.sendmsg((process.to_bytes(4, "little", signed=True),), (descriptor,))
            ours.close()
            if process < 0:
                return
            letter = self.of_checker()
            status, seconds = self.end_program(process, letter != b"w")
            process, self.leaves = 0, letter != b"k"
            self.control.send(struct.pack("<id", status, seconds))
        finally:
            if process > 0:
                self.end_program(process, True)
            if self.folder:
                self.folder.clear()

    def start_program(self, channel):
        # Not os.fork: a process that enters namespaces by itself would have to fork once more.
        process = program.libc.syscall(*self.clone)
        if process == 0:
            try:
                program.run(channel)
            finally:
                os._exit(1)
        return process if process > 0 else -ctypes.get_errno()

    def of_checker(self):
        """The checker's letter: k to kill the program, w to wait a moment before, l to kill it and that the checker leaves."""
        ready = self.waiting.poll()
        letter = self.control.recv(1) if len(ready) > 1 or ready[0][0] != self.jobs else b""  # else whoever evaluates is gone
        if not letter:
            raise Gone
        return letter

    @staticmethod
    def end_program(process, now):
        if now or not _ends_within(process, MOMENT):
            os.kill(process, signal.SIGKILL)
        _, status, usage = os.wait4(process, 0)
        return status, usage.ru_utime + usage.ru_stime


def _ends_within(process, milliseconds):
    ended = os.pidfd_open(process)
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    ready = waiting.poll(milliseconds)
    os.close(ended)
    return bool(ready)


def main():
    number, *arguments = sys.argv[1:]
    modules = [argument for argument in arguments if argument != "--unsafe"]
    isolated = "--unsafe" not in arguments
    # Worker, checker and program take turns: on one core none has to wake another core for its turn (a fifth less time for one worker
    # alone, a twentieth less processor time where all cores are busy).
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[int(number) % len(cores)]})
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "program.bpf"), "rb") as file:
        seccomp_filter = file.read()
    if isolated and os.getuid() == 0:
        # A limit on processes does not bind root, and what a program may do must not depend on who evaluates.
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    if isolated:
        namespaces.enter()
    program.libc.prctl(program.PR_SET_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    jobs, results = os.dup(0), os.dup(1)
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:
            os.write(results, f"missing {module}: {error}".replace("\n", " ").encode() + b"\n")
            return
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    if isolated:
        namespaces.hide_processes()
    program.prepare(seccomp_filter, isolated)
    program.warm_up()
    worker = Worker(jobs, results, isolated)
    os.write(results, b"ready\n")
    gc.disable()
    gc.collect()
    gc.freeze()
    try:
        worker.run()
    except Gone:
        worker.end_checker()
        sys.stderr.write("the checker or its user is gone\n")


main()
