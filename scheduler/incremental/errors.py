"""The error of changes that cannot be made."""

from __future__ import annotations

from scheduler.errors import SchedulerError


class InvalidChangeError(SchedulerError, ValueError):
    """A change names a task or agent that the problem does not have, or a value that cannot be.

    Parameters
    ----------
    argument
        Which argument.
    index
        Where in it (None when the argument as a whole is wrong).
    value
        The offending value.
    advice
        What to do about it.
    """

    def __init__(self, argument: str, index: int | None, value: object, advice: str) -> None:
        self.argument = argument
        self.index = index
        self.value = value
        self.advice = advice
        where = argument if index is None else f"{argument}[{index}]"
        super().__init__(f"{where} = {value!r}: {advice}")

    def __reduce__(self) -> tuple[type[InvalidChangeError], tuple[str, int | None, object, str]]:
        return type(self), (self.argument, self.index, self.value, self.advice)
