"""The build replaces this file by one with the project's version."""

VERSION = "0+source"
