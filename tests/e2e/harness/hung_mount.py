"""A file system whose server never answers, as a dead NFS server's."""

import ctypes
import os
import unittest

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
    def of(cls, case):
        """One that ends with the test, which is skipped where there can be none."""
        # No package brings these, so that an automatic build may lack them.
        if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
            raise unittest.SkipTest("only for root, with /dev/fuse")
        mount = cls(os.path.join(case.folder, "hung"))
        case.addCleanup(mount.remove)
        if not mount.is_there:
            raise unittest.SkipTest("only where one may mount")
        return mount

    def remove(self):
        # Who waits for an answer gets an error as soon as there is no device.
        os.close(self.device)
        _libc.umount2(self.path.encode(), _MNT_DETACH)
