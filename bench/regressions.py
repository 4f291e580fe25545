"""How often regressions are told that are none, and how soon those that are: `make bench-regressions ARGS="--seeds 21 22"`.

Three parts, all written to bench/results/regressions.json: single series against the reference's methods (single_series.py), whole
clusters of 1,000 statements through the checks (clusters.py), and faults put into real PostgreSQL (injected.py). README.md explains them.

Seeds 1 to 9 and from 101 on were used to design the method; 11 to 13 are spent (figures of the method before, which showed where it failed);
those of the figures, from 21 on, were looked at only for them.
"""

import argparse
import json
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from clusters import by_strength, quiet, slowed
from injected import injected_faults
from seasonal import HABITS, synthetic
from single_series import SERIES, SHIFTS, single_series

RESULTS = Path(__file__).parent / "results" / "regressions.json"
STATEMENTS, SLOWED = 1000, 1.5


def _cluster(task: tuple[str, int]) -> tuple[str, int, dict[str, Any], dict[str, Any]]:
    """A quiet and a slowed week of one cluster."""
    habits, seed = task
    data = synthetic(STATEMENTS, seed, HABITS[habits])
    return habits, seed, quiet(data, seed), slowed(data, seed, SLOWED)


def _family(rows: list[tuple[int, dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    shifts = [shift for _, _, one in rows for shift in one["shifts"]]
    minutes = [one["minutes"] for one in shifts if one["minutes"] is not None]
    return {
        "seeds": [seed for seed, _, _ in rows],
        "false_incidents": [one["incidents"] for _, one, _ in rows],
        "false_incidents_a_cluster_week": sum(one["incidents"] for _, one, _ in rows) / len(rows),
        "heavy_statements": [one["heavy_statements"] for _, one, _ in rows],
        "slowed_by": SLOWED,
        "shifts": len(shifts),
        "found_within_2_h": len(minutes) / max(1, len(shifts)),
        "median_minutes": float(np.median(minutes)) if minutes else None,
        "by_strength": by_strength(shifts),
        "told_in_quiet_weeks": [text for _, one, _ in rows for text in one["of"]],
        "slowed": shifts,
    }


def _clusters(families: list[str], seeds: list[int], processes: int, keep: Any) -> None:
    found: dict[str, list[tuple[int, dict[str, Any], dict[str, Any]]]] = {}
    with Pool(processes) as pool:
        for habits, seed, calm, slow in pool.imap_unordered(_cluster, [(one, seed) for seed in seeds for one in families]):  # fmt: skip
            found.setdefault(habits, []).append((seed, calm, slow))
            row = _family(sorted(found[habits], key=lambda one: one[0]))
            keep(habits, row)
            told, share = row["false_incidents_a_cluster_week"], row["found_within_2_h"]
            so_far = f"{told:.2f} a cluster-week, {share:.0%} of {row['shifts']} found"
            print(f"  {habits:13} seed {seed}: {calm['incidents']} false; so far {so_far}", flush=True)


def _series(seed: int) -> dict[str, Any]:
    table = single_series(synthetic(SERIES, seed, HABITS["usual"]), seed)
    for method, row in table.items():
        found = "/".join(f"{100 * row[f'found_x{factor}']:.0f}" for factor in SHIFTS)
        print(f"  {method:45} {row['false_alarms_a_query_week']:6.2f}   {found} %", flush=True)
    return {"seed": seed, "series": SERIES, "methods": table}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[21, 22])
    parser.add_argument("--families", nargs="+", choices=tuple(HABITS), default=list(HABITS))
    parser.add_argument("--only", choices=("series", "clusters", "injected"))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--into", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    path = arguments.into
    result = json.loads(path.read_text()) if path.exists() else {}
    result |= {"machine": platform.platform(), "python": sys.version}
    result["habits"] = {name: asdict(one) for name, one in HABITS.items()}

    def keep(part: str, found: Any) -> None:
        result["made"] = datetime.now(UTC).isoformat(timespec="seconds")
        result[part] = found
        path.write_text(json.dumps(result, indent=1) + "\n")

    if arguments.only in (None, "clusters"):
        clusters = dict(result.get("clusters", {}))

        def keep_family(name: str, row: dict[str, Any]) -> None:
            clusters[name] = row
            keep("clusters", clusters)

        _clusters(arguments.families, arguments.seeds, arguments.processes, keep_family)
    if arguments.only in (None, "series"):
        keep("single_series", _series(arguments.seeds[0]))
    if arguments.only in (None, "injected"):
        rows: list[dict[str, Any]] = []
        for row in injected_faults():
            rows.append(row)
            keep("injected", rows)


if __name__ == "__main__":
    main()
