"""Reports of schema version 1 of any size, made from a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS = {
    "triage": "Triage",
    "early-warning-score": "Early-warning score (NEWS2)",
    "blood-pressure": "Blood pressure class",
    "kidney-function": "Kidney function (CKD-EPI 2021)",
    "drug-dose-check": "Dose check against kidney function",
    "medication-reconciliation": "Medication reconciliation",
    "discharge-summary": "Discharge summary",
}
ZONES = ("majors", "resus", "minors", "paediatrics", "observation", "support")


def sample(tasks: int = 120, agents: int = 14, seed: int = 0) -> dict:
    """A plausible report with `tasks` tasks on `agents` agents."""
    rng = random.Random(seed)
    staff = [_agent(rng, number, agents) for number in range(agents)]
    free = {agent["address"]: 0.0 for agent in staff}
    done = [_task(rng, number, staff, free) for number in range(tasks)]
    for agent in staff:
        own = [t for t in done if t["agent"] == agent["address"]]
        agent["tasks"] = len(own)
        agent["load"] = {"staff": sum(t["minutes"] for t in own)}
    states = [t["state"] for t in done]
    totals = {s: states.count(s) for s in ("done", "failed", "cancelled", "expired", "rejected", "waiting")}
    totals |= {"accepted": tasks, "not_computable": sum(bool(t["missing"]) for t in done)}
    skipped = [{"where": "majors.json: entry[17].resource", "what": "effectiveDateTime: no such month"}]
    return {
        "schema": 1,
        "qam": "0.1.0",
        "title": "Emergency department, Monday morning",
        "created": "2026-03-02T09:00:41+00:00",
        "input": {
            "sources": ["examples/emergency-department/patients/majors.json"],
            "records": tasks // 10,
            "tasks": tasks,
            "derived": tasks - tasks // 20,
            "ordered": tasks // 20,
            "skipped": skipped if tasks else [],
        },
        "as_of": START.isoformat(),
        "horizon_minutes": 480,
        "seed": seed,
        "totals": totals,
        "seconds": {"read": 0.8, "start": 3.1, "plan": 4.6, "run": 2.2, "total": 10.7},
        "plans": [_plan(number, tasks, agents) for number in (1, 2)] if tasks else [],
        "agents": staff,
        "tasks": done,
    }


def _agent(rng: random.Random, number: int, agents: int) -> dict:
    zone = ZONES[number % len(ZONES)] if agents <= 60 else f"ward-{number % (agents // 25)}"
    cluster = f"hospital/ed/{zone}"
    return {
        "address": f"{cluster}/{rng.choice(('nurse', 'physician', 'pharmacist'))}-{number}",
        "cluster": cluster,
        "skills": {kind: rng.randint(1, 5) for kind in KINDS},
        "capacity": {"staff": rng.choice((480, 480, 480, 240))},
        "load": {},
        "tasks": 0,
        "cost": 1.0,
    }


def _task(rng: random.Random, number: int, staff: list[dict], free: dict[str, float]) -> dict:
    kind = rng.choice(list(KINDS))
    priority = rng.choices((1, 2, 3, 4, 5), (1, 3, 8, 6, 3))[0]
    minutes = float(rng.choice((5, 8, 10, 15, 20)))
    agent = rng.choice(staff) if staff else None
    placed = agent and free[agent["address"]] + minutes <= agent["capacity"]["staff"] and rng.random() > 0.03
    begin = None
    if placed:
        begin = START + timedelta(minutes=free[agent["address"]])
        free[agent["address"]] += minutes
    due = START + timedelta(minutes=(15, 60, 240, 420, 480)[priority - 1])
    end = begin + timedelta(minutes=minutes) if begin else None
    state = (
        rng.choices(("done", "failed", "cancelled"), (97, 1, 1))[0]
        if placed
        else rng.choice(("rejected", "expired", "waiting"))
    )
    reason = {
        "rejected": "no agent holds the licence 'pharmacist' in zone minors",
        "expired": "no capacity was left before its due time",
        "waiting": "every eligible agent is full",
        "failed": "TimeoutError: the handler ran past its deadline (dead letter after 3 attempts)",
        "cancelled": "cancelled by the user",
    }.get(state, "")
    task = {
        "id": f"{kind}:syn-{number:05d}",
        "kind": kind,
        "title": KINDS[kind],
        "subject": f"Patient/syn-{number // 8:05d}",
        "priority": priority,
        "state": state,
        "reason": reason,
        "agent": agent["address"] if placed else None,
        "cluster": agent["cluster"] if placed else None,
        "due": due.isoformat(),
        "planned_start": begin.isoformat() if begin else None,
        "planned_end": end.isoformat() if end else None,
        "accepted": START.isoformat(),
        "started": (START + timedelta(seconds=4)).isoformat() if placed else None,
        "finished": (START + timedelta(seconds=4, milliseconds=rng.randint(1, 40))).isoformat() if placed else None,
        "wait_minutes": (begin - START).total_seconds() / 60 if begin else None,
        "late_minutes": max((end - due).total_seconds() / 60, 0.0) if end else 0.0,
        "attempts": 1 if placed else 0,
        "epoch": 1,
        "minutes": minutes,
        "summary": "",
        "values": [],
        "findings": [],
        "missing": [],
        "source": "",
        "evidence": [],
    }
    return task | _outcome(rng, kind, number) if state == "done" else task


def _outcome(rng: random.Random, kind: str, number: int) -> dict:
    source = "Royal College of Physicians: National Early Warning Score (NEWS) 2, 2017"
    if rng.random() < 0.1:
        return {"summary": f"{KINDS[kind]} not computable: no pulse.", "missing": ["no pulse"], "source": source}
    score = rng.randint(0, 12)
    severity = "urgent" if score >= 11 else "attention" if score >= 5 else "info"
    evidence = [
        {
            "reference": f"Observation/syn-{number:05d}-{name.replace(' ', '-')}",
            "label": name,
            "value": rng.randint(10, 120),
            "unit": "/min",
            "time": (START - timedelta(minutes=rng.randint(5, 200))).isoformat(),
        }
        for name in ("respiratory rate", "pulse", "oxygen saturation", "body temperature")
    ]
    return {
        "summary": f"{KINDS[kind]}: score {score}.",
        "values": [
            {"name": "Score", "value": score, "unit": "{score}", "system": "", "code": "", "interpretation": severity}
        ],
        "findings": [{"text": f"Score {score}: {_advice(severity)}.", "severity": severity}],
        "missing": [],
        "source": source,
        "evidence": evidence,
    }


def _advice(severity: str) -> str:
    return {
        "urgent": "emergency assessment by a team with critical-care skills",
        "attention": "urgent review by a clinician",
        "info": "routine monitoring",
    }[severity]


def _plan(number: int, tasks: int, agents: int) -> dict:
    return {
        "round": number,
        "epoch": number,
        "tasks": tasks if number == 1 else tasks // 10,
        "agents": agents,
        "eligible_pairs": tasks * max(agents // 3, 1),
        "objective": {"assignment": 4120.5, "unassigned": 610.0, "pairs": -88.25, "total": 4642.25},
        "bound": 4598.1 if number == 1 else None,
        "bound_kind": "LP relaxation" if number == 1 else "",
        "gap": 0.0096 if number == 1 else None,
        "solver": "hierarchical annealing",
        "seed": 0,
        "seconds": {"bound": 0.6, "search": 2.1, "total": 2.7},
        "reason": "more than 200 tasks",
        "fallbacks": [] if number == 1 else ["the bound did not finish within 2 s: no gap is given"],
        "unplaced": tasks // 40,
        "baselines": [
            {"solver": "greedy", "objective": 4901.0, "gap": 0.0659 if number == 1 else None, "seconds": 0.05}
        ],
    }
