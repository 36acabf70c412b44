"""Quantum methods on small assignment problems, simulated, with the exact optimum always beside them.

`scheduler.quantum.subspace` simulates QAOA where every task has exactly one label, `scheduler.quantum.binary` over all
bit strings, `scheduler.quantum.circuits` builds the same as a Qiskit circuit. Nothing here needs Qiskit except
`circuits`, `sampling` and `costing`.
"""
