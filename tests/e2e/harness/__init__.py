"""What the end-to-end tests are written with: the built binaries, their servers, and time."""
