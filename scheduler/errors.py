"""The errors of the scheduler: one base class, each error carries the data that explains it."""

from __future__ import annotations


class SchedulerError(Exception):
    """Base class of every error that the scheduler raises on purpose."""


class InvalidProblemError(SchedulerError, ValueError):
    """An array of an assignment problem is malformed.

    Raised while a problem is constructed, built or loaded; a plan that breaks a rule is not an error but a
    `Violations` record.

    Parameters
    ----------
    array
        Name of the offending array.
    index
        Where in it (None when the array as a whole is wrong).
    value
        The offending value.
    advice
        What to do about it.
    """

    def __init__(self, array: str, index: object, value: object, advice: str) -> None:
        self.array = array
        self.index = index
        self.value = value
        self.advice = advice
        where = array if index is None else f"{array}[{index}]"
        super().__init__(f"{where} = {value!r}: {advice}")

    def __reduce__(self) -> tuple[type[InvalidProblemError], tuple[str, object, object, str]]:
        return type(self), (self.array, self.index, self.value, self.advice)


class InvalidAssignmentError(SchedulerError, ValueError):
    """An assignment vector cannot be evaluated: wrong length or an agent that the task may not have.

    `violations` reports the same without raising.

    Parameters
    ----------
    task
        The task, or None when the vector as a whole is wrong.
    agent
        The agent it was given; for the vector as a whole its length or its type.
    advice
        What to do about it.
    """

    def __init__(self, task: int | None, agent: int | str, advice: str) -> None:
        self.task = task
        self.agent = agent
        self.advice = advice
        where = "assignment" if task is None else f"assignment[{task}]"
        super().__init__(f"{where} = {agent}: {advice}")

    def __reduce__(self) -> tuple[type[InvalidAssignmentError], tuple[int | None, int | str, str]]:
        return type(self), (self.task, self.agent, self.advice)


class InvalidBudgetError(SchedulerError, ValueError):
    """A budget that cannot be spent, or a seed that cannot be sown: negative, or not a number.

    Parameters
    ----------
    limit
        Which limit.
    value
        What was given.
    """

    def __init__(self, limit: str, value: object) -> None:
        self.limit = limit
        self.value = value
        what = "a whole number" if limit in {"sweeps", "seed"} else "a number"
        super().__init__(f"{limit} = {value!r}: give {what}, 0 or above, or leave it out")

    def __reduce__(self) -> tuple[type[InvalidBudgetError], tuple[str, object]]:
        return type(self), (self.limit, self.value)


class UnknownNameError(SchedulerError, LookupError):
    """Nothing of this kind has this name.

    Parameters
    ----------
    name
        What was asked for.
    known
        The names there are.
    """

    noun = "thing"

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.known = known
        super().__init__(f"no {self.noun} is called {name!r}: choose one of {', '.join(known)}")

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, tuple[str, ...]]]:
        return type(self), (self.name, self.known)


class UnknownSolverError(UnknownNameError):
    """No solver has this name."""

    noun = "solver"


class ProblemTooLargeError(SchedulerError):
    """A solver was handed a problem beyond the size it documents; choose another (`pga` has no limit).

    Parameters
    ----------
    solver
        Name of the solver or encoding.
    quantity
        What was counted.
    value
        The count.
    limit
        The most it takes.
    other
        A solver without such a limit.
    """

    def __init__(self, solver: str, quantity: str, value: int, limit: int, other: str = "pga") -> None:
        self.solver = solver
        self.quantity = quantity
        self.value = value
        self.limit = limit
        self.other = other
        super().__init__(f"{solver} takes at most {limit} {quantity}, this problem has {value}: use solver {other!r}")

    def __reduce__(self) -> tuple[type[ProblemTooLargeError], tuple[str, str, int, int, str]]:
        return type(self), (self.solver, self.quantity, self.value, self.limit, self.other)


class WrongTypeError(SchedulerError, TypeError):
    """An argument is not what the function takes: a path where a problem is wanted, say.

    Parameters
    ----------
    argument
        Its name.
    given
        Name of the type that was given.
    wanted
        Name of the type that it takes.
    advice
        What to do about it.
    """

    def __init__(self, argument: str, given: str, wanted: str, advice: str) -> None:
        self.argument = argument
        self.given = given
        self.wanted = wanted
        self.advice = advice
        super().__init__(f"{argument} is of type {given}, not {wanted}: {advice}")

    def __reduce__(self) -> tuple[type[WrongTypeError], tuple[str, str, str, str]]:
        return type(self), (self.argument, self.given, self.wanted, self.advice)


class CertificateError(SchedulerError, ValueError):
    """A certificate does not belong to this problem: its arrays have other shapes.

    Parameters
    ----------
    array
        Name of the array.
    shape
        The shape it has.
    expected
        The shape the problem asks for.
    """

    def __init__(self, array: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
        self.array = array
        self.shape = shape
        self.expected = expected
        super().__init__(f"certificate {array} has shape {shape}, the problem asks for {expected}: use its own one")

    def __reduce__(self) -> tuple[type[CertificateError], tuple[str, tuple[int, ...], tuple[int, ...]]]:
        return type(self), (self.array, self.shape, self.expected)


class CertificatePriceError(CertificateError):
    """A certificate has a price that is negative or not finite, which proves nothing.

    Parameters
    ----------
    agent, resource
        Where in `prices`.
    value
        The price.
    """

    def __init__(self, agent: int, resource: int, value: float) -> None:
        self.agent = agent
        self.resource = resource
        self.value = value
        self.array = "prices"
        advice = "a price is finite and not negative, other prices prove nothing"
        Exception.__init__(self, f"certificate prices[{agent}, {resource}] = {value!r}: {advice}")

    def __reduce__(self) -> tuple[type[CertificatePriceError], tuple[int, int, float]]:  # type: ignore[override]
        return type(self), (self.agent, self.resource, self.value)


class MissingExtraError(SchedulerError, ImportError):
    """A solver needs a package that is not installed.

    Parameters
    ----------
    solver
        Name of the solver.
    package
        What is missing.
    extra
        The extra of this project that installs it.
    """

    def __init__(self, solver: str, package: str, extra: str) -> None:
        self.solver = solver
        self.package = package
        self.extra = extra
        advice = f"install it with `make extra NAME={extra}` in the folder of the source"
        super().__init__(f"solver {solver!r} needs the package {package}, which is not installed: {advice}")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str, str]]:
        return type(self), (self.solver, self.package, self.extra)
