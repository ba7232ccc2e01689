"""A file system whose server never answers, as a dead NFS server's."""

import ctypes
import os

from harness.skips import NO_FUSE, NO_MOUNT, skip_unless

_MNT_DETACH = 2
_libc = ctypes.CDLL(None, use_errno=True)


class HungMount:
    def __init__(self, path):
        self.path = path
        os.mkdir(path)
        self.device = os.open("/dev/fuse", os.O_RDWR)  # its server, who only listens
        options = f"fd={self.device},rootmode=40000,user_id=0,group_id=0".encode()
        self.is_there = _libc.mount(b"fuse", path.encode(), b"fuse", 0, options) == 0

    @classmethod
    def made(cls, folder, cleanup):
        """One that ends with the test, which is skipped where there can be none."""
        skip_unless(os.geteuid() == 0 and os.path.exists("/dev/fuse"), NO_FUSE)
        mount = cls(os.path.join(folder, "hung"))
        cleanup.callback(mount.remove)
        skip_unless(mount.is_there, NO_MOUNT)
        return mount

    def remove(self):
        # Who waits for an answer gets an error as soon as there is no device.
        os.close(self.device)
        _libc.umount2(self.path.encode(), _MNT_DETACH)
