"""Which orders are work, which Task stands for which ServiceRequest, and what each waits for.

What comes before an order (``after`` of its task):

* a Task that its ``basedOn`` or an input of type ``after`` names;
* for a ServiceRequest, another ServiceRequest that its ``basedOn`` names, unless that is a plan or a proposal; a
  Task inherits this from the ServiceRequest that it fulfils;
* the Tasks that are ``partOf`` it, unless they come after it by one of the rules above.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

from agents.fhir.order import Order

_TO_DO = frozenset({"requested", "received", "accepted", "ready", "in-progress"})
_PARKED = frozenset({"on-hold", "draft"})
_VOID = frozenset({"revoked", "entered-in-error"})
_ORDERED = frozenset(
    {"", "unknown", "directive", "order", "original-order", "reflex-order", "filler-order", "instance-order"}
)
_TASK_STATES = _TO_DO | _PARKED | {"rejected", "cancelled", "failed", "completed"}
_REQUEST_STATES = frozenset({"draft", "active", "on-hold", "revoked", "completed", "unknown"})
BLOCKED = "order: waits for one that cannot be done now"


class OrderBook:
    """Sorts the orders of an input.

    Parameters
    ----------
    orders : mapping of str to Order
        By reference.

    Attributes
    ----------
    open : dict of str to Order
        Orders that are work now.
    passed : Counter
        Others, by the reason.
    """

    def __init__(self, orders: Mapping[str, Order]) -> None:
        self._all = orders
        self._tasks_of: dict[str, list[Order]] = {}
        self._parts_of: dict[str, list[Order]] = {}
        for order in orders.values():
            for ref in self.requests(order):
                self._tasks_of.setdefault(ref, []).append(order)
            for ref in order.part_of:
                self._parts_of.setdefault(ref, []).append(order)
        self.passed: Counter[str] = Counter()
        self.open: dict[str, Order] = {}
        for ref, order in orders.items():
            if reason := self._why_not(order):
                self.passed[f"order: {reason}"] += 1
            else:
                self.open[ref] = order
        self._before: dict[str, tuple[str, ...]] = {}
        self._sort_out()

    def requests(self, order: Order) -> tuple[str, ...]:
        """ServiceRequests of the input that a Task fulfils, named by its ``basedOn`` or ``focus``."""
        if not _is_task(order):
            return ()
        named = (*order.based_on, order.focus)
        return tuple(dict.fromkeys(r for r in named if r.startswith("ServiceRequest/") and r in self._all))

    def request(self, order: Order) -> Order | None:
        """The first ServiceRequest that a Task fulfils: it says what the Task leaves out."""
        return next((self._all[ref] for ref in self.requests(order)), None)

    def subject(self, order: Order) -> str:
        """Whom an order is about; '' where nothing says it."""
        request = self.request(order)
        return order.subject or (request.subject if request else "")

    def before(self, reference: str) -> tuple[str, ...]:
        """References of the open orders that an open order waits for."""
        return self._before[reference]

    def after(self, order: Order) -> tuple[str, ...]:
        """Ids of the tasks that an open order waits for."""
        return tuple(self._all[ref].task_id for ref in self._before[order.reference])

    def _why_not(self, order: Order) -> str:
        """Why an order is not work; '' where it is."""
        if order.do_not_perform:
            return "must not be done"
        if order.intent not in _ORDERED:
            return "a proposal or a plan"
        return self._why_not_task(order) if _is_task(order) else self._why_not_request(order)

    def _why_not_task(self, order: Order) -> str:
        if order.status not in _TO_DO:
            return f"Task {order.status if order.status in _TASK_STATES else 'of unknown status'}"
        void = any(self._all[ref].status in _VOID for ref in self.requests(order))
        return "Task of a revoked ServiceRequest" if void else ""

    def _why_not_request(self, order: Order) -> str:
        if order.status != "active":
            known = order.status in _REQUEST_STATES
            return f"ServiceRequest {order.status if known else 'of unknown status'}"
        states = {task.status for task in self._tasks_of.get(order.reference, ())}
        if states & (_TO_DO | _PARKED):
            return "ServiceRequest with a Task of its own"
        return "ServiceRequest that a Task has fulfilled" if "completed" in states else ""

    def _sort_out(self) -> None:
        """Find what each open order waits for, and pass over those that wait for what will not be done."""
        followers: dict[str, list[str]] = {}
        blocked: deque[str] = deque()
        for ref, order in self.open.items():
            before, stuck = self._predecessors(order)
            self._before[ref] = before
            for other in before:
                followers.setdefault(other, []).append(ref)
            if stuck:
                blocked.append(ref)
        while blocked:
            ref = blocked.popleft()
            if self.open.pop(ref, None) is not None:
                self.passed[BLOCKED] += 1
                blocked.extend(followers.get(ref, ()))

    def _predecessors(self, order: Order) -> tuple[tuple[str, ...], bool]:
        """Open orders that come before, and whether one that comes before will not be done."""
        found: dict[str, None] = {}
        stuck = False
        for ref in self._named(order):
            other = self._all.get(ref)
            if ref in self.open:
                found[ref] = None
            elif other is not None and other.status != "completed":
                stuck = True
        for ref in self._requests_before(order):
            doing = [t.reference for t in self._tasks_of.get(ref, ()) if t.reference in self.open]
            found.update(dict.fromkeys(doing or ([ref] if ref in self.open else [])))
            stuck = stuck or not (doing or ref in self.open or self._is_settled(ref))
        for part in self._parts_of.get(order.reference, ()):
            if order.reference in self._named(part):
                continue
            if part.reference in self.open:
                found[part.reference] = None
            stuck = stuck or part.status in _PARKED
        return tuple(found), stuck

    @staticmethod
    def _named(order: Order) -> tuple[str, ...]:
        """Tasks that an order itself says it comes after."""
        return (*(ref for ref in order.based_on if ref.startswith("Task/")), *order.after)

    def _requests_before(self, order: Order) -> list[str]:
        own = self.requests(order) if _is_task(order) else (order.reference,)
        named = (ref for request in own for ref in self._all[request].based_on)
        return [
            ref
            for ref in dict.fromkeys(named)
            if ref.startswith("ServiceRequest/") and ref in self._all and ref not in own
        ]

    def _is_settled(self, ref: str) -> bool:
        """Whether a ServiceRequest needs no work any more: it is done, or was a plan only."""
        request = self._all[ref]
        done = {task.status for task in self._tasks_of.get(ref, ())}
        return request.status == "completed" or request.intent not in _ORDERED or "completed" in done


def _is_task(order: Order) -> bool:
    return order.reference.startswith("Task/")
