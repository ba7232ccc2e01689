"""python_folder.py PREFIX: the folder below PREFIX in which this Python looks for modules."""

import os
import site
import sys
import sysconfig

prefix = sys.argv[1]
found = [os.path.relpath(path, prefix) for path in site.getsitepackages()]
# Below /usr there is also /usr/local.
found = [path for path in found if path.startswith("lib")]
# In another prefix this Python does not look: there PYTHONPATH must name it.
own = sysconfig.get_path("purelib", "posix_prefix", {"base": prefix, "platbase": prefix})
print(found[0] if found else os.path.relpath(own, prefix))
