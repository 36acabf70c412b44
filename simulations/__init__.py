"""The world that the system is tried in: synthetic patients and departments."""
