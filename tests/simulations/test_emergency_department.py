"""The synthetic emergency department: the same bytes for the same seed, valid FHIR, plausible bodies."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import yaml

from agents.agent_spec import AgentSpec
from simulations.emergency_department import SNAPSHOT, department, main
from simulations.laboratory import creatinine_for
from simulations.orders import CODES
from simulations.presentations import ZONES

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "emergency-department"
KINDS = {
    "triage",
    "early-warning-score",
    "blood-pressure",
    "body-mass-index",
    "lipids",
    "glycaemia",
    "kidney-function",
    "drug-dose-check",
    "medication-reconciliation",
    "screening",
    "immunisation",
    "discharge-summary",
}


@pytest.fixture(scope="module")
def bundles():
    return department(np.random.default_rng(7))


@pytest.fixture(scope="module")
def resources(bundles):
    return [entry["resource"] for bundle in bundles.values() for entry in bundle["entry"]]


def of_type(resources, kind):
    return [r for r in resources if r["resourceType"] == kind]


def test_the_committed_patients_are_what_seed_7_gives(tmp_path, capsys):
    assert main(["--seed", "7", "--out", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(ZONES)
    committed = {p.name: p.read_bytes() for p in (EXAMPLE / "patients").iterdir()}
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == committed
    assert sum(len(content) for content in committed.values()) < 600_000


def test_another_seed_gives_another_morning(bundles):
    assert department(np.random.default_rng(8)) != bundles


@pytest.mark.parametrize("zone", ZONES)
def test_bundles_are_valid_r4(bundles, zone):
    module = pytest.importorskip("fhir.resources.R4B.bundle")
    assert len(module.Bundle.model_validate(bundles[zone]).entry) == len(bundles[zone]["entry"])


@pytest.mark.parametrize("seed", range(5))
def test_other_seeds_are_valid_and_hold_together(seed):
    module = pytest.importorskip("fhir.resources.R4B.bundle")
    for bundle in department(np.random.default_rng(seed)).values():
        module.Bundle.model_validate(bundle)
        assert not dangling(bundle)


def dangling(bundle):
    held = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
    assert len(held) == len(bundle["entry"]), "two resources share an id"
    named = set()

    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("reference"), str):
                named.add(node["reference"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(bundle)
    return named - held


def test_every_patient_is_marked_as_synthetic(resources):
    patients = of_type(resources, "Patient")
    assert len(patients) == sum(ZONES.values())
    for patient in patients:
        assert patient["meta"]["tag"][0]["code"] == "HTEST"
        assert patient["name"][0]["family"].startswith("Testperson-")
        assert patient["identifier"][0]["value"].startswith("SYN-")


def test_every_patient_has_an_open_encounter_of_the_department(resources):
    encounters = of_type(resources, "Encounter")
    assert len(encounters) == sum(ZONES.values())
    assert all(e["status"] == "in-progress" and "end" not in e["period"] for e in encounters)
    assert Counter(e["class"]["code"] for e in encounters) == {"EMER": 47, "IMP": 8}


def test_nothing_was_measured_after_the_snapshot(resources):
    for item in of_type(resources, "Observation"):
        at = datetime.strptime(item["effectiveDateTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert at <= SNAPSHOT
    for item in of_type(resources, "Immunization"):
        assert item["occurrenceDateTime"] <= SNAPSHOT.date().isoformat()


def test_the_latest_measurement_is_of_the_moment_of_the_snapshot(resources):
    latest = max(item["effectiveDateTime"] for item in of_type(resources, "Observation"))
    assert latest == "2026-03-02T09:00:00Z"


def first_values(resources, code):
    found = {}
    for item in of_type(resources, "Observation"):
        if item["code"]["coding"][0]["code"] == code:
            found.setdefault(item["subject"]["reference"], item["valueQuantity"]["value"])
    return found


def test_vital_signs_are_possible_and_agree_with_one_another():
    pairs = []
    for seed in range(6):
        made = department(np.random.default_rng(seed))
        ward = [entry["resource"] for entry in made["majors"]["entry"]]
        for code, low, high in (("9279-1", 5, 60), ("8867-4", 35, 200), ("59408-5", 70, 100)):
            values = [o["valueQuantity"]["value"] for o in of_type(ward, "Observation") if is_code(o, code)]
            assert low <= min(values) <= max(values) <= high
        rates, flows = first_values(ward, "9279-1"), first_values(ward, "3151-8")
        pairs += [(rates[patient], flows[patient]) for patient in rates.keys() & flows.keys()]
    assert np.corrcoef(np.array(pairs).T)[0, 1] > 0.5, "who breathes fast needs oxygen"


def is_code(item, code):
    return item["code"]["coding"][0]["code"] == code


def test_some_vital_signs_are_missing_and_some_are_in_other_units(resources):
    observations = of_type(resources, "Observation")
    units = {o["valueQuantity"]["code"] for o in observations if "valueQuantity" in o}
    assert {"Cel", "[degF]", "kg", "[lb_av]", "mg/dL", "umol/L", "mmol/L"} <= units
    assert 0 < len(first_values(resources, "9279-1")) < sum(ZONES.values())


def test_orders_have_priorities_and_chains(resources):
    tasks = {t["id"]: t for t in of_type(resources, "Task")}
    requests = of_type(resources, "ServiceRequest")
    chained = [t for t in tasks.values() if "basedOn" in t]
    assert chained
    assert all(t["basedOn"][0]["reference"].removeprefix("Task/") in tasks for t in chained)
    assert {r["priority"] for r in requests} >= {"stat", "urgent", "routine"}
    known = {(system, code) for system, code, _ in CODES.values()}
    asked = [r["code"]["coding"][0] for r in [*tasks.values(), *requests]]
    assert {(coding["system"], coding["code"]) for coding in asked} == known
    assert set(CODES) <= KINDS


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("rate", [15.0, 44.0, 90.0, 120.0])
def test_creatinine_gives_the_filtration_rate_it_was_made_for(sex, rate):
    scale, bend = (0.7, -0.241) if sex == "female" else (0.9, -0.302)
    share = creatinine_for(rate, 60, sex) / scale
    formula = 142 * min(share, 1) ** bend * max(share, 1) ** -1.2 * 0.9938**60
    assert math.isclose(formula * (1.012 if sex == "female" else 1), rate)


def test_the_roster_is_valid_and_covers_every_kind_of_work_and_zone():
    roster = yaml.safe_load((EXAMPLE / "roster.yaml").read_text(encoding="utf-8"))
    agents = [AgentSpec.model_validate(item) for item in roster["agents"]]
    assert 12 <= len(agents) <= 16
    assert len({a.address for a in agents}) == len(agents)
    assert {skill for a in agents for skill in a.skills} == KINDS
    assert {zone for a in agents for zone in a.zones} == set(ZONES)
    assert all(0 < minutes <= 480 for a in agents for minutes in a.capacity.values())


def test_the_bundles_are_compact_json():
    text = (EXAMPLE / "patients" / "resus.json").read_text(encoding="utf-8")
    assert text.count("\n") == 1
    assert json.loads(text)["type"] == "transaction"
