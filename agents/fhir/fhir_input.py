"""What reading FHIR gives: records, orders, practitioners, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from agents.fhir.order import Order
from agents.fhir.people import Practitioner
from agents.fhir.problem import Skipped
from agents.record import PatientRecord


@dataclass(slots=True)
class FhirInput:
    """Everything read from one input.

    Parameters
    ----------
    records : dict of str to PatientRecord
        By reference, such as ``Patient/p1``; without names or identifiers.
    orders : dict of str to Order
        Tasks and ServiceRequests by reference.
    practitioners : dict of str to Practitioner
        By reference.
    skipped : list of Skipped
        What could not be used and was left out (only where that was allowed).
    counts : dict of str to int
        Resources found, by type.
    passed_over : dict of str to int
        Resources that are readable and not needed, by the reason.
    latest : datetime, optional
        Latest moment in the input that is not in the future.
    sources : tuple of str
        Files read, as they may be shown.
    aliases : dict of str to str
        Stand-in to original reference, for patients whose id shows a name or an identifier.
    """

    records: dict[str, PatientRecord] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    practitioners: dict[str, Practitioner] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    passed_over: dict[str, int] = field(default_factory=dict)
    latest: datetime | None = None
    sources: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
