"""The build replaces this file by one with the project's version. A wheel says whether the
library is in it."""

VERSION = "0+source"
HAS_LIBRARY = False
