"""Lower bounds and the prices that come with them; every bound holds for the whole problem."""

from scheduler.bounds.certificate import Certificate
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.bounds.linear import lp_bound

__all__ = ["Certificate", "lagrangian_bound", "lp_bound"]
