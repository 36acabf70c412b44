"""A synthetic emergency department at one moment: about 60 patients as FHIR R4 Bundles, one a zone.

Run ``python -m simulations.emergency_department --seed 7 --out DIR`` to write the bundles to ``DIR``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.random import Generator

from simulations.fhir_resources import JSON, entry, moment
from simulations.orders import chain_of_tasks, single_request
from simulations.patients import draw_patient
from simulations.presentations import RESUS, ZONES, of_zone
from simulations.records import record

SNAPSHOT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Moment at which the department is seen."""


def department(rng: Generator, now: datetime = SNAPSHOT) -> dict[str, JSON]:
    """Make the Bundles of all zones.

    Parameters
    ----------
    rng : Generator
        Source of randomness: the same seed gives the same bundles.
    now : datetime
        Moment of the snapshot; nothing measured lies after it.

    Returns
    -------
    dict of str to dict
        Zone to FHIR R4 Bundle. Resus is a transaction, the others are collections.
    """
    bundles = {}
    number = 0
    for zone, count in ZONES.items():
        reasons = of_zone(zone)
        resources = [_place(zone), _physician(zone)]
        for place in range(count):
            number += 1
            own = rng.spawn(1)[0]
            patient = draw_patient(own, number, reasons[place % len(reasons)], now)
            resources += record(own, patient)
            if place % 6 == 1:
                resources += chain_of_tasks(patient)
            if place % 6 == 3:
                resources += single_request(patient)
        bundles[zone] = _bundle(zone, resources, now)
    return bundles


def write(bundles: dict[str, JSON], folder: Path) -> list[Path]:
    """Write each Bundle as compact JSON, one file a zone, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for zone, bundle in bundles.items():
        path = folder / f"{zone}.json"
        text = json.dumps(bundle, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m simulations.emergency_department",
        description="Write a synthetic department.",
    )
    parser.add_argument("--seed", type=int, default=7, help="seed of the generator (default: 7)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the bundles, made if missing")
    options = parser.parse_args(arguments)
    for path in write(department(np.random.default_rng(options.seed)), options.out):
        print(path)  # noqa: T201
    return 0


def _place(zone: str) -> JSON:
    return {
        "resourceType": "Location",
        "id": zone,
        "status": "active",
        "name": zone,
        "alias": [f"hospital/ed/{zone}"],
        "mode": "instance",
    }


def _physician(zone: str) -> JSON:
    return {
        "resourceType": "Practitioner",
        "id": f"syn-physician-{zone}",
        "name": [{"family": f"Testphysician-{zone}"}],
    }


def _bundle(zone: str, resources: list[JSON], now: datetime) -> JSON:
    transaction = zone == RESUS
    return {
        "resourceType": "Bundle",
        "id": f"synthetic-ed-{zone}",
        "type": "transaction" if transaction else "collection",
        "timestamp": moment(now),
        "entry": [entry(resource, put=transaction) for resource in resources],
    }


if __name__ == "__main__":
    raise SystemExit(main())
