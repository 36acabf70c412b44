"""FHIR R4 in and out: `read` records and orders, `tasks_from` them, write results back with `to_bundle`."""

from agents.fhir.derive import derive_tasks
from agents.fhir.durations import durations_from
from agents.fhir.fhir_input import FhirInput
from agents.fhir.order import Order
from agents.fhir.orders import tasks_from, tasks_of_orders
from agents.fhir.output import to_bundle
from agents.fhir.people import Practitioner
from agents.fhir.problem import Skipped
from agents.fhir.reader import read
from agents.fhir.rules import OrderCodes, Rules, load_order_codes, load_rules

__all__ = [
    "FhirInput",
    "Order",
    "OrderCodes",
    "Practitioner",
    "Rules",
    "Skipped",
    "derive_tasks",
    "durations_from",
    "load_order_codes",
    "load_rules",
    "read",
    "tasks_from",
    "tasks_of_orders",
    "to_bundle",
]
