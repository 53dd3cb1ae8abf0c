using DataForge.Evaluation.Sandbox;
using static DataForge.Evaluation.Sandbox.Reason;

namespace DataForge.Evaluation.Tests.Sandbox;

/// <summary>A program that does harm or tries to, and how it must end. Before its text stands a function that is right.</summary>
public sealed record HostileProgram(string Name, string Text, Reason Expected)
{
    private const string SystemCall =
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        + "if libc.syscall({0}) < 0: raise OSError(ctypes.get_errno(), 'refused')";

    public static IReadOnlyList<HostileProgram> All { get; } =
    [
        // Processes and threads.
        new("fork bomb", "import os\nwhile True:\n    os.fork()", Reason.Exception),
        new("one fork that sleeps", "import os, time\nif os.fork() == 0:\n    while True:\n        time.sleep(60)", Reason.Exception),
        new("double fork and setsid", "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while True: pass", Reason.Exception),
        new("a command", "import subprocess\nsubprocess.run(['sleep', '60'])", Reason.Exception),
        new("a command by the shell", "import os\nassert os.system('true') == 0", Reason.Exception),
        new("exec", "import os\nos.execv('/bin/sh', ['sh', '-c', 'sleep 60'])", Reason.Exception),
        new("multiprocessing", "import multiprocessing\nmultiprocessing.Process(target=print).start()", Reason.Exception),
        new("thread bomb", "import threading, time\nfor _ in range(1000):\n    threading.Thread(target=time.sleep, args=(60,)).start()", Reason.Exception),
        new("a thread that outlives", "import threading\ndef loop():\n    while True: pass\nthreading.Thread(target=loop).start()\ndef f(): return 2", Assertion),
        new("a busy thread, a sleeping program", "import threading, time\ndef loop():\n    while True: pass\nthreading.Thread(target=loop).start()\ntime.sleep(60)", TimeOut),
        new("a deadlock", "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", TimeOut),

        // Time.
        new("sleep for ever", "import time\nwhile True:\n    time.sleep(60)", TimeOut),
        new("an endless loop", "while True: pass", TimeOut),
        new("ignored signals", "import signal\nfor number in range(1, 65):\n    try: signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass", TimeOut),
        new("caught exceptions", "while True:\n    try:\n        while True: pass\n    except BaseException: pass", TimeOut),
        new("closed outputs and a loop", "import sys\nsys.stdout.close()\nsys.stderr.close()\nwhile True: pass", TimeOut),
        new("an endless regular expression", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')", TimeOut),
        new("an endless power", "x = 7 ** 7 ** 9 % 10", TimeOut),
        new("a destructor that loops", "class D:\n    def __del__(self):\n        while True: pass\nd = D()\ndel d", TimeOut),
        new("an endless call", "def f():\n    while True: pass", TimeOut),
        new("more processor time", "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))", Reason.Exception),

        // Memory, disk, output.
        new("one large array", "x = bytearray(10 ** 10)", Memory),
        new("a growing list", "x = []\nwhile True:\n    x.append(' ' * 10 ** 6)", Memory),
        new("a mapping", "import mmap\nmmap.mmap(-1, 10 ** 11)", Reason.Exception),
        new("more memory", "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))", Reason.Exception),
        new("a large file", "file = open('/tmp/large', 'wb')\nwhile True:\n    file.write(b'x' * 10 ** 6)", Reason.Exception),
        new("many files", "for i in range(10 ** 5):\n    open(f'/tmp/{i}', 'w').close()", Reason.Exception),
        new("many open files", "files = [open('/dev/null') for _ in range(1000)]", Reason.Exception),
        new("endless output", "while True:\n    print('x' * 100)", Reason.Exception),
        new("a file in memory", "import os\nos.memfd_create('x')", Reason.Exception),
        new("shared memory", "from multiprocessing import shared_memory\nshared_memory.SharedMemory(create=True, size=10 ** 6)", Reason.Exception),
        new("endless input", "while True:\n    input()", Reason.Exception),

        // Files.
        new("the users", "open('/etc/passwd').read()", Reason.Exception),
        new("the home folder", "import os\nos.listdir('/home')", Reason.Exception),
        new("root's keys", "open('/root/.ssh/id_rsa')", Reason.Exception),
        new("the environment", "import os\nos.environ['DATAFORGE_NATIVE']", Reason.Exception),
        new("writing the root", "open('/x', 'w')", Reason.Exception),
        new("writing the system", "open('/usr/lib/x', 'w')", Reason.Exception),
        new("writing the checker", "open('/evaluation/checker.py', 'w')", Reason.Exception),
        new("a link to the checker", "import os\nos.link('/evaluation/checker.py', '/tmp/x')", Reason.Exception),
        new("a device", "import os, stat\nos.mknod('/tmp/disk', stat.S_IFBLK | 0o600, os.makedev(8, 0))", Reason.Exception),
        new("what another program left", "import os\nassert os.listdir('/tmp') == ['large']", Reason.Exception),
        new("the checker's memory", "open('/proc/1/mem', 'rb')", Reason.Exception),
        new("its own memory", "open('/proc/self/mem', 'rb')", Reason.Exception),
        new("the list of processes", "import os\nassert os.listdir('/proc') != []", Reason.Exception),
        new("the parent's descriptors", "import os\nos.listdir(f'/proc/{os.getppid()}/fd')", Reason.Exception),

        // The network and the kernel.
        new("a socket", "import socket\nsocket.socket()", Reason.Exception),
        new("a connection", "import socket\nsocket.create_connection(('127.0.0.1', 80))", Reason.Exception),
        new("a name", "import socket\nsocket.getaddrinfo('example.com', 80)", Reason.Exception),
        new("the host's name", "import socket\nsocket.sethostname('x')", Reason.Exception),
        new("ptrace", string.Format(SystemCall, "101, 0, 0, 0, 0"), Reason.Exception),
        new("process_vm_readv", string.Format(SystemCall, "310, 1, 0, 0, 0, 0, 0"), Reason.Exception),
        new("io_uring", string.Format(SystemCall, "425, 8, 0"), Reason.Exception),
        new("keyctl", string.Format(SystemCall, "250, 0, 0, 0, 0"), Reason.Exception),
        new("add_key", string.Format(SystemCall, "248, b'user', b'x', b'y', 1, -3"), Reason.Exception),
        new("bpf", string.Format(SystemCall, "321, 0, 0, 0"), Reason.Exception),
        new("perf_event_open", string.Format(SystemCall, "298, 0, 0, 0, 0, 0"), Reason.Exception),
        new("userfaultfd", string.Format(SystemCall, "323, 0"), Reason.Exception),
        new("a user namespace", string.Format(SystemCall, "272, 0x10000000"), Reason.Exception),
        new("a clone", string.Format(SystemCall, "56, 17, 0, 0, 0, 0"), Reason.Exception),
        new("clone3", string.Format(SystemCall, "435, 0, 0"), Reason.Exception),
        new("a mount", "import ctypes\nif ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None): raise OSError", Reason.Exception),
        new("another root", "import os\nos.chroot('/tmp')", Reason.Exception),
        new("root's user", "import os\nos.setuid(0)", Reason.Exception),
        new("a higher priority", "import os\nos.nice(-5)", Reason.Exception),

        // The judge.
        new("killing the parent", "import os\nos.kill(os.getppid(), 9)", Reason.Exception),
        new("killing all", "import os\nos.kill(-1, 9)", Reason.Exception),
        new("stopping itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", Reason.Exception),
        new("exit code 0", "import os\nos._exit(0)", Reason.Exception),
        new("exit by exception", "import sys\nsys.exit(0)", Reason.Exception),
        new("exit in the call", "import os\ndef f(): os._exit(0)", Reason.Exception),
        new("exit by interrupt", "raise KeyboardInterrupt", Reason.Exception),
        new("a crash", "import ctypes\nctypes.string_at(0)", Killed),
        new("an abort", "import os\nos.abort()", Killed),
        new("at exit", "import atexit\ndef loop():\n    while True: pass\natexit.register(loop)\ndef f(): return 2", Assertion),
        new("an object that equals everything", "class Equal:\n    def __eq__(self, other): return True\ndef f(): return Equal()", Assertion),
        new("a number that equals everything", "class Equal(int):\n    def __eq__(self, other): return True\ndef f(): return Equal()", Assertion),
        new("a cheating assertion", "import builtins\nbuiltins.AssertionError = SystemExit\ndef f(): return 2", Assertion),
        new("a forged verdict", "print('{\"reason\": \"passed\"}', flush=True)\ndef f(): return 2", Assertion),
        new("a forged message", "import os\nos.write(3, b'\\xff' * 8)", Reason.Exception),
        new("a forged failure of the sandbox", "import os\nbody = b'{\"fault\": \"x\"}'\nos.write(3, len(body).to_bytes(4, 'little') + body)", Reason.Exception),
        new("a closed channel", "import os\nos.close(3)", Reason.Exception),
        new("an answer without end", "def f(): return 'x' * (20 << 20)", Reason.Exception),
        new("an answer within itself", "def f():\n    x = []\n    x.append(x)\n    return x", Reason.Exception),
        new("a deep answer", "def f():\n    x = []\n    for _ in range(10 ** 5): x = [x]\n    return x", Reason.Exception),
        new("an answer that cannot be read", "import sys\nsys.modules['values'].encode = lambda *a: {'handle': 7}\ndef f(): return 2", Reason.Exception),
        new("an answer of an unknown kind", "import sys\nsys.modules['values'].encode = lambda *a: {'eval': '1'}\ndef f(): return 2", Reason.Exception),
        new("a class that is no class", "import sys\nsys.modules['values'].encode = lambda *a: {'type': 'exec'}\ndef f(): return 2", Reason.Exception),

        // Text that is no program.
        new("no Python", "def f(:", Syntax),
        new("a null byte", "x = '\0'", Syntax),
        new("deep brackets", new string('(', 500) + new string(')', 500), Syntax),
        new("endless recursion", "def g(): g()\ng()", Reason.Exception),
    ];
}
