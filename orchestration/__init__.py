"""The running system: swarm, planning rounds, clusters, messages, ledger and the report of a run."""
