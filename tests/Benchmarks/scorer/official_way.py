"""Scores programs the way of HumanEval's official script: 4 threads; for each program a manager's process and a process that runs it.

For the benchmark alone: it runs the programs without a sandbox. Prints how many passed.
"""

import concurrent.futures
import contextlib
import io
import json
import multiprocessing
import signal
import sys
import tempfile
import os

SECONDS = 3.0


def run(text, result):
    def stop(*_):
        raise TimeoutError

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        home = os.getcwd()
        os.chdir(folder)
        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            exec(text, {})
            result.append("passed")
        except BaseException as error:
            result.append(f"failed: {error}")
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.chdir(home)


def passes(text):
    manager = multiprocessing.Manager()
    result = manager.list()
    process = multiprocessing.Process(target=run, args=(text, result))
    process.start()
    process.join(timeout=SECONDS + 1)
    if process.is_alive():
        process.kill()
    return list(result) == ["passed"]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        print(sum(pool.map(passes, texts)))


if __name__ == "__main__":
    main()
