"""Cut the Raman calibrants that the package ships from the measured set.

``python benchmarks/cut_raman_calibrants.py FOLDER`` reads ``data.npz`` of the measured set, rounds
each spectrum to 14 bits between its smallest and its largest value, and writes
``skspectra/datasets/data/raman_calibrants.npz``. Differences of neighbouring points take fewer
bytes than the points themselves.
"""

import sys
from pathlib import Path

import numpy as np

OUTPUT = Path(__file__).resolve().parents[1] / "skspectra/datasets/data/raman_calibrants.npz"
N_STEPS = 2**14 - 1


def main(folder):
    with np.load(Path(folder) / "data.npz") as data:
        X = data["X"].astype(np.float64)
        columns = {name: data[name] for name in ("material", "instrument")}
        columns["specimen"] = np.where(columns["material"] == "TiO2", "TiO2", data["y"])
        x_axis = data["axis"]
    low, high = X.min(axis=1), X.max(axis=1)
    step = (high - low) / N_STEPS
    counts = np.round((X - low[:, None]) / step[:, None]).astype(np.int64)
    np.savez_compressed(
        OUTPUT,
        differences=np.diff(counts, axis=1, prepend=0).astype(np.int16),
        low=low,
        step=step,
        x_axis=x_axis.astype(np.int16),
        **columns,
    )
    print(OUTPUT, OUTPUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main(sys.argv[1])
