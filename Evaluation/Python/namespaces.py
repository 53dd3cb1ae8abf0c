"""The worker's namespaces: its programs share its mounts, in which it keeps an empty folder for each of them, and no /proc."""

import os

from program import PR_SET_DUMPABLE, check, drop_capabilities, libc

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MNT_DETACH = 2


class EmptyFolder:
    """A folder in memory that is empty for each program: a new one is mounted only where a program changed it."""

    def __init__(self, path):
        self.path = path
        self.mount()

    def mount(self):
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        check(libc.mount(b"tmpfs", self.path.encode(), b"tmpfs", flags, b"size=64m,nr_inodes=1000,mode=700"), "mount " + self.path)
        self.state = self.look()

    def look(self):
        found = os.stat(self.path)
        return found.st_mode, found.st_uid, found.st_gid, found.st_nlink, found.st_mtime_ns, found.st_ctime_ns

    def clear(self):
        # On an old kernel two changes within one tick have the same time, so the names count too.
        if self.look() != self.state or os.listdir(self.path):
            check(libc.umount2(self.path.encode(), MNT_DETACH), "unmount " + self.path)
            self.mount()


def enter():
    """Gives this process, alone, a user namespace in which it is itself, and mounts of its own."""
    user, group = os.getuid(), os.getgid()
    check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare")
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    for path, text in (
        ("/proc/self/setgroups", b"deny"),
        ("/proc/self/uid_map", b"%d %d 1" % (user, user)),
        ("/proc/self/gid_map", b"%d %d 1" % (group, group)),
    ):
        file = os.open(path, os.O_WRONLY)
        os.write(file, text)
        os.close(file)


def hide_processes():
    """An empty folder in place of /proc."""
    flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
    check(libc.mount(b"tmpfs", b"/proc", b"tmpfs", flags, b"size=4k,nr_inodes=2"), "mount /proc")


def separate_checker(path):
    """For the checker's process: mounts of its own without the programs' folder, and no rights over the worker's namespaces."""
    check(libc.unshare(CLONE_NEWNS), "unshare")
    check(libc.umount2(path.encode(), MNT_DETACH), "unmount " + path)
    drop_capabilities()
