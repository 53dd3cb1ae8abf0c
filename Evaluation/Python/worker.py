"""The sandbox's worker: forks a checker for each program, so that no program waits for an interpreter to start."""

import gc
import os
import select
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# What programs import most is loaded once.
import bisect, cmath, collections, copy, datetime, decimal, fractions, functools, hashlib, heapq, itertools, json, math, operator  # noqa
import random, re, statistics, string, typing  # noqa

import checker
import program

NOBODY = 65534


def main():
    isolated = sys.argv[1:] != ["--unsafe"]
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "program.bpf"), "rb") as file:
        seccomp_filter = file.read()
    if isolated and os.getuid() == 0:
        # A limit on processes does not bind root, and what a program may do must not depend on who evaluates.
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    program.libc.prctl(program.PR_SET_DUMPABLE, 0, 0, 0, 0)
    jobs, results = os.dup(0), os.dup(1)
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.write(results, b"ready\n")
    gc.disable()
    gc.freeze()
    waiting = select.poll()
    waiting.register(jobs, select.POLLIN)
    while True:
        if not waiting.poll()[0][1] & select.POLLIN:
            return  # whoever evaluates is gone
        process = os.fork()
        if process == 0:
            try:
                checker.run(jobs, results, seccomp_filter, isolated)
            except BaseException as error:
                sys.stderr.write(f"the checker failed: {type(error).__name__}: {error}\n")
            finally:
                os._exit(1)
        status = await_checker(process, jobs, isolated)
        if status != 0:
            answer = f'{{"reason": "killed", "detail": "its checker ended with status {status}", "cpu": 0, "wall": 0}}\n'
            os.write(results, answer.encode("ascii"))


def await_checker(process, jobs, isolated):
    """Waits for the checker, and then leaves no process behind; ends everything when whoever evaluates is gone."""
    ended = os.pidfd_open(process)
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    waiting.register(jobs, 0)
    gone = all(descriptor != ended for descriptor, _ in waiting.poll())
    os.close(ended)
    if gone:
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if isolated:
        try:
            os.kill(-1, signal.SIGKILL)  # all that this process may signal, which is what the checker left
        except ProcessLookupError:
            pass
    if gone:
        os._exit(0)
    return status


main()
