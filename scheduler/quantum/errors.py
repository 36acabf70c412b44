"""What can go wrong with quantum methods beside a problem that is too large."""

from __future__ import annotations

from scheduler.errors import SchedulerError, UnknownNameError


class InvalidOptionError(SchedulerError, ValueError):
    """An option of a quantum method that means nothing.

    Parameters
    ----------
    option
        Its name.
    value
        What was given.
    advice
        What to give instead.
    """

    def __init__(self, option: str, value: object, advice: str) -> None:
        self.option = option
        self.value = value
        self.advice = advice
        super().__init__(f"{option} = {value!r}: {advice}")

    def __reduce__(self) -> tuple[type[InvalidOptionError], tuple[str, object, str]]:
        return type(self), (self.option, self.value, self.advice)


class QuantumLibraryMissingError(SchedulerError, ImportError):
    """A library of the extra "quantum" is not installed.

    Parameters
    ----------
    library
        The module that could not be imported.
    """

    def __init__(self, library: str) -> None:
        self.library = library
        advice = "install it with `make extra NAME=quantum` in the source (the simulators need none of it)"
        super().__init__(f"{library} is not installed: {advice}")

    def __reduce__(self) -> tuple[type[QuantumLibraryMissingError], tuple[str]]:
        return type(self), (self.library,)


class UnknownBackendError(UnknownNameError):
    """No backend to cost circuits for has this name."""

    noun = "backend"
