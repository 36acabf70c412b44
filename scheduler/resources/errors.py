"""What can be wrong with pools and requests."""

from __future__ import annotations

from scheduler.errors import SchedulerError, UnknownNameError


class InvalidPoolError(SchedulerError, ValueError):
    """A pool is malformed.

    Parameters
    ----------
    pool
        Its name.
    field
        The field at fault.
    value
        What it holds.
    advice
        What to do about it.
    """

    def __init__(self, pool: str, field: str, value: object, advice: str) -> None:
        self.pool = pool
        self.field = field
        self.value = value
        self.advice = advice
        super().__init__(f"pool {pool!r}, {field} = {value!r}: {advice}")

    def __reduce__(self) -> tuple[type[InvalidPoolError], tuple[str, str, object, str]]:
        return type(self), (self.pool, self.field, self.value, self.advice)


class InvalidRequestError(SchedulerError, ValueError):
    """A request is malformed.

    Parameters
    ----------
    pool, cluster
        Whose request of what.
    field
        The field at fault.
    value
        What it holds.
    advice
        What to do about it.
    """

    def __init__(self, pool: str, cluster: str, field: str, value: object, advice: str) -> None:
        self.pool = pool
        self.cluster = cluster
        self.field = field
        self.value = value
        self.advice = advice
        super().__init__(f"request of {cluster!r} for {pool!r}, {field} = {value!r}: {advice}")

    def __reduce__(self) -> tuple[type[InvalidRequestError], tuple[str, str, str, object, str]]:
        return type(self), (self.pool, self.cluster, self.field, self.value, self.advice)


class InvalidValueError(SchedulerError, ValueError):
    """A worth of amounts is malformed: negative, not finite, or not diminishing.

    Parameters
    ----------
    value
        How it is written.
    fault
        What is wrong with it.
    """

    def __init__(self, value: str, fault: str) -> None:
        self.value = value
        self.fault = fault
        super().__init__(f"{value}: {fault}")

    def __reduce__(self) -> tuple[type[InvalidValueError], tuple[str, str]]:
        return type(self), (self.value, self.fault)


class UnknownPoolError(UnknownNameError):
    """No pool of the allocation has this name."""

    noun = "pool"


class UnknownClusterError(UnknownNameError):
    """No cluster of this name made a request."""

    noun = "cluster"


class PoolTooSmallError(SchedulerError, ValueError):
    """The minimums of a pool's requests together exceed what it holds, in whole steps.

    Parameters
    ----------
    pool
        Its name.
    available
        What can be given out, in its unit.
    needed
        What the minimums ask for.
    """

    def __init__(self, pool: str, available: float, needed: float) -> None:
        self.pool = pool
        self.available = available
        self.needed = needed
        advice = "lower minimums, or enlarge the pool"
        super().__init__(f"pool {pool!r} can give {available:g}, the minimums need {needed:g}: {advice}")

    def __reduce__(self) -> tuple[type[PoolTooSmallError], tuple[str, float, float]]:
        return type(self), (self.pool, self.available, self.needed)
