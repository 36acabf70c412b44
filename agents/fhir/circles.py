"""Finds a circle in what waits for what."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence


def circle_in(after: Mapping[str, Sequence[str]]) -> list[str]:
    """A circle, as a list that ends with the name it begins with; empty where there is none.

    Parameters
    ----------
    after : mapping of str to sequence of str
        What each name waits for; names that are no keys are not waited for.
    """
    waits = {name: [other for other in others if other in after] for name, others in after.items()}
    followers: dict[str, list[str]] = {}
    for name, others in waits.items():
        for other in others:
            followers.setdefault(other, []).append(name)
    open_ends = {name: len(others) for name, others in waits.items()}
    free = deque(name for name, count in open_ends.items() if not count)
    while free:
        done = free.popleft()
        del open_ends[done]
        for name in followers.get(done, ()):
            open_ends[name] -= 1
            if not open_ends[name]:
                free.append(name)
    return _walk(waits, open_ends)


def _walk(waits: Mapping[str, Sequence[str]], left: Mapping[str, int]) -> list[str]:
    """Follow what is left, each of which waits for another that is left, until a name comes again."""
    if not left:
        return []
    path = [next(iter(left))]
    seen = {path[0]: 0}
    while True:
        following = next(other for other in waits[path[-1]] if other in left)
        if following in seen:
            return [*path[seen[following] :], following]
        seen[following] = len(path)
        path.append(following)
