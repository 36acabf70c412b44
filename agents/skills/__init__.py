"""The clinical skills, one file each, found by name in `registry`."""
