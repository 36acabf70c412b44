"""A job: from files to a folder of results, as `qam run` does it."""
