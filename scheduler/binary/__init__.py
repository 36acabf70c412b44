"""Quadratic problems over 0/1 variables without constraints (QUBO, maximum cut), and their solvers."""
