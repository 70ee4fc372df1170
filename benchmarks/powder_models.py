"""Which classifier finds the phases of a powder, when it learns from simulated patterns only.

The folder of measured sets and structures is named by SKSPECTRA_DATA. Patterns and fitted models
are kept in the folder for temporary files, so every task can be stopped and continued.

- ``choose``: settings, one changed at a time, on simulated patterns of other laws
  (``results/powder_models_choose.csv``);
- ``simulated``: fits every model with its final settings and scores fresh simulated patterns;
- ``measured``: scores the two measured sets, once, with the models of ``simulated``
  (``results/powder_models.csv``, one row per model and set; ``powder_models_patterns.csv``).
"""

import argparse
import csv
import time

import numpy as np
import powder
from _powder_models import (
    TWO_THETA,
    choose_thresholds,
    decide,
    exact,
    f1,
    fitted,
    front,
    groups,
    other,
    scores,
    structures,
)

from skspectra.diffraction import make_table
from skspectra.mixtures import UnmixingClassifier

TABLES = ("Li-Mn-Ti-O-F", "precursors")
UNMIXING = "UnmixingClassifier"
SCHEME = "identify and subtract"
# What the settings that are changed one at a time start from. Windows are in tenths of a degree.
POOLED = {"front": "tophat", "window": 5, "n_patterns": 2000}
START = {
    "PooledMLP": POOLED,
    "PooledSVC": POOLED,
    "extra trees": POOLED,
    "SpectralCNN": {"front": "tophat + sqrt", "n_patterns": 4000, "epochs": 10},
    SCHEME: {"front": "tophat", "n_patterns": 4000, "epochs": 10},
}
COMMON = [{"front": "nothing"}, {"window": 10}, {"n_phases": 1}]
CHANGES = {
    "PooledMLP": [
        *COMMON,
        {"law": "package"},
        {"front": "derivative"},
        {"window": 3},
        {"n_steps": 8},
        {"n_patterns": 20_000},
        {"n_patterns": 20_000, "n_steps": 8},
    ],
    "PooledSVC": [
        *COMMON,
        {"C": 10.0},
        {"n_patterns": 4000},
        {"n_patterns": 20_000, "C": 10.0},
    ],
    "extra trees": [
        *COMMON,
        {"max_features": 0.2},
        {"n_patterns": 8000},
        {"n_patterns": 20_000},
    ],
    "SpectralCNN": [
        {"front": "tophat"},
        {"lr": 1e-3},
        {"lr": 1e-3, "hidden_activation": "relu"},
    ],
    SCHEME: [
        {"cutoff": 0.2},
        {"cutoff": 0.2, "law": "measured-like"},
    ],
}
# Settings, training patterns by table and the rule of thresholds of every arm. Patterns of the
# larger table take longer.
LARGE = {"Li-Mn-Ti-O-F": 20_000, "precursors": 10_000}
SMALL = dict.fromkeys(TABLES, 4000)
FINAL = {
    "PooledSVC": ("PooledSVC", POOLED | {"C": 10.0}, LARGE, "common"),
    "PooledMLP": ("PooledMLP", POOLED | {"n_steps": 8}, LARGE, "per phase"),
    "extra trees": ("extra trees", POOLED, LARGE, "common"),
    "SpectralCNN": (
        "SpectralCNN",
        START["SpectralCNN"] | {"epochs": 7, "lr": 1e-3},
        LARGE,
        "per phase",
    ),
    "PooledSVC, 4,000 mixtures": ("PooledSVC", POOLED, SMALL, "common"),
    "PooledSVC, 4,000 single phases": ("PooledSVC", POOLED | {"n_phases": 1}, SMALL, "common"),
    SCHEME: (SCHEME, START[SCHEME] | CHANGES[SCHEME][-1], SMALL, None),
}
SLOW = {UNMIXING: 200, SCHEME: 200}


def final(which, arm):
    """Return what `fitted` takes for an arm."""
    name, settings, n_patterns, _ = FINAL[arm]
    return which, name, settings | {"n_patterns": n_patterns[which]}


def choose(names):
    """Add a row for every setting that has none."""
    path = powder.RESULTS / "powder_models_choose.csv"
    which = TABLES[0]
    keys = groups(which)
    for name in names:
        X, Y = other(which, 1000, 5000)
        if name == SCHEME:
            X, Y = X[:300], Y[:300]  # it is slow
        half = np.arange(len(X)) % 2 == 0
        for change in [{}, *CHANGES[name]]:
            settings = START[name] | change
            text = " ".join(f"{key}={value}" for key, value in settings.items())
            if any(row["model"] == name and row["settings"] == text for row in read(path)):
                continue
            model, seconds = fitted(which, name, settings)
            features = front(settings["front"]).fit_transform(X)
            row = {"model": name, "changed": " ".join(map(str, change)), "settings": text}
            if name == SCHEME:
                P = {"default": model.predict(features)}
            else:
                S = scores(model, features)
                middle = 0.0 if hasattr(model, "decision_function") else 0.5
                P = {"default": (middle < S).astype(int)}
                # Thresholds of one half of the patterns decide about the other half.
                both = [choose_thresholds(S[part], Y[part], keys) for part in (~half, half)]
                for rule in ("common", "per phase"):
                    P[rule] = np.zeros_like(Y)
                    for part, threshold in zip((half, ~half), both, strict=True):
                        P[rule][part] = decide(S[part], threshold[rule])
            for rule in ("default", "common", "per phase"):
                found = P.get(rule)
                row[f"exact, {rule}"] = "" if found is None else exact(found, Y, keys).mean()
                row[f"F1, {rule}"] = "" if found is None else round(f1(found, Y, keys), 4)
            row |= {"n": len(X), "fit_seconds": round(seconds, 1)}
            powder.write(path.name, [*read(path), row])
            print(row, flush=True)


def read(path):
    """Return the rows of a CSV file, none if it does not exist."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def simulated(arms):
    """Score fresh patterns of other laws, a phase counting as right if its group is."""
    for which in TABLES:
        X, Y = other(which, 500, 9000)
        keys = groups(which)
        for arm in arms:
            n = SLOW.get(arm, len(X))
            P, seconds = found(which, arm, X[:n])
            row = powder.counted(f"simulated, {which}", "patterns", exact(P, Y[:n], keys))
            write(arm, row, f1(P, Y[:n], keys), seconds, which)


def measured(arms):
    """Score the two measured sets by formula."""
    for which in TABLES:
        X, Y, names, mixes = measured_set(which)
        phases = np.array([phase.name for phase in structures(which)])
        keys = np.array([powder.formula(name) for name in phases])
        patterns = []
        for arm in arms:
            if arm == UNMIXING:
                P, seconds = published_rows(which, names, keys), None
            else:
                P, seconds = found(which, arm, X)
            right = exact(P, Y, keys)
            write(arm, powder.counted(which, "patterns", right), f1(P, Y, keys), seconds, which)
            if len(np.unique(mixes)) < len(mixes):
                both = [right[mixes == mix].all() for mix in np.unique(mixes)]
                row = powder.counted(which, "mixtures right in both scans", both)
                write(arm, row, "", None, which)
            for name, y, p, good in zip(names, Y, P, right, strict=True):
                texts = [" + ".join(sorted({*keys[v == 1]})) for v in (y, p)]
                texts.append("" if arm == UNMIXING else " + ".join(phases[p == 1]))
                patterns.append(
                    dict(zip(("true", "found", "structures"), texts, strict=True))
                    | {"exact": good}
                    | {"model": arm, "set": which, "pattern": name}
                )
        replace("powder_models_patterns.csv", patterns, ("model", "set", "pattern"))


def measured_set(which):
    """Return patterns, their phases (one column of each formula), names and mixtures."""
    folder = {"Li-Mn-Ti-O-F": "limntiof_xrd_mixtures", "precursors": "dara_precursor_mixtures"}
    with np.load(powder.DATA / folder[which] / "data.npz") as z:
        here = np.searchsorted(z["axis"], TWO_THETA - 0.01)
        np.testing.assert_allclose(z["axis"][here], TWO_THETA, atol=1e-6)
        X = z["X"][:, here].astype(np.float32)
        if which == "precursors":
            names = [f"{m} {s}" for m, s in zip(z["mix"], z["scan"], strict=True)]
            true = [z["phases"][w > 0] for w in z["W"]]
            mixes = z["mix"]
        else:
            names = [str(name) for name in z["names"]]
            true = [name.split("+") for name in names]
            mixes = np.arange(len(X))
    keys = [powder.formula(phase.name) for phase in structures(which)]
    Y = np.zeros((len(X), len(keys)), int)
    for y, formulas in zip(Y, true, strict=True):
        y[[keys.index(formula) for formula in formulas]] = 1
    return X, Y, names, mixes


def published_rows(which, names, keys):
    """Return what `UnmixingClassifier` found, from the rows of ``powder.py measured``."""
    rows = [r for r in read(powder.RESULTS / "powder_measured.csv") if r["set"] == which]
    rows = [row for row in rows if not row["left_out"]]
    assert [row["pattern"] for row in rows] == names
    P = np.zeros((len(rows), len(keys)), int)
    for p, row in zip(P, rows, strict=True):
        p[[list(keys).index(formula) for formula in row["found"].split(" + ") if formula]] = 1
    return P


def found(which, arm, X):
    """Return the phases that a model finds, and the seconds that one pattern takes."""
    if arm == UNMIXING:
        table = make_table(structures(which), wavelength="CuKa", two_theta_range=(10, 80))
        model = UnmixingClassifier(TWO_THETA, shift="strain").fit_table(table)
        start = time.process_time()
        return model.predict(X), (time.process_time() - start) / len(X)
    model, _ = fitted(*final(which, arm))
    rule = FINAL[arm][-1]
    steps = front(FINAL[arm][1]["front"]).fit(X[:1])
    if rule is not None:
        V, YV = other(which, 1000, 5000)
        threshold = choose_thresholds(scores(model, steps.transform(V)), YV, groups(which))[rule]
    start = time.process_time()
    features = steps.transform(X)
    P = model.predict(features) if rule is None else decide(scores(model, features), threshold)
    return P, (time.process_time() - start) / len(X)


def write(arm, row, f1_of_all, seconds, which):
    """Add or replace the row of a model and a set."""
    row = {"model": arm, **row, "f1": f1_of_all and round(f1_of_all, 4), "n_training": ""}
    row |= {"fit_seconds": "", "ms_per_pattern": seconds and round(1000 * seconds, 2)}
    if arm in FINAL:
        row["n_training"] = FINAL[arm][2][which]
        row["fit_seconds"] = round(fitted(*final(which, arm))[1], 1)
    print(row, flush=True)
    replace("powder_models.csv", [row], ("model", "set", "what"))


def replace(name, rows, key):
    """Add rows to a CSV file, in place of those with the same key."""
    new = {tuple(str(row[k]) for k in key) for row in rows}
    old = [row for row in read(powder.RESULTS / name) if tuple(row[k] for k in key) not in new]
    order = [UNMIXING, *FINAL]
    powder.write(name, sorted([*old, *rows], key=lambda row: order.index(row["model"])))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["choose", "simulated", "measured"])
    parser.add_argument("--models", nargs="+", choices=[*FINAL, UNMIXING])
    options = parser.parse_args()
    known = list(START) if options.what == "choose" else [*FINAL, UNMIXING]
    globals()[options.what](options.models or known)
