"""Compiled inner loops (numba, without the GIL, cached on disk); imported only when needed."""
