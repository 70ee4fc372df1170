"""Plant faults in a copy of the package, one at a time, and see whether the tests catch them.

``python tests/planted_faults.py`` plants all of them, with words behind it those in whose file or
text one of the words occurs. A fault that survives is a line of code that no test holds. The last
line counts; the exit status is 1 where a fault survives, or where the list no longer fits the
code. The working tree stays as it is.
"""

import io
import multiprocessing
import os
import shlex
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
COPIED = ["skspectra", "tests", "pyproject.toml"]
N_PROCESSES = 2
# What takes long to import is imported once for all runs.
PRELOADED = ["skorch", "scipy.stats", "sklearn.linear_model", "sklearn.svm", "torch"]

# A file of the package, the tests that should catch its faults (arguments of pytest), and the
# faults: a text that occurs once in the file, and what is put there instead. What only costs time,
# or what no result can show, is no fault.
FAULTS = [
    (
        "comparison/_compare.py",
        "tests/comparison/test_compare.py",
        [
            ("ratio = 0.0 if independent else", "ratio ="),
            ("sum(sizes[0]) / sum(sizes[1])", "sum(sizes[1]) / sum(sizes[0])"),
            ("sum(sizes[0]) / sum(sizes[1])", "sum(sizes[0]) / sum(map(sum, sizes))"),
            ("sum(sizes[0]) / sum(sizes[1])", "0.0"),
            ("round(X.shape[1] / 200)", "round(X.shape[1] / 100)"),
            ("units = tests if groups", "units = np.arange(len(tests)) if groups"),
            ("floor = resolution(strata, units)", "floor = 0.0"),
            ("gains[a] - gains[b]", "gains[b] - gains[a]"),
            ("min(counts) >= MIN_INDEPENDENT", "min(counts) > MIN_INDEPENDENT"),
            ("floor, random_state=random_state)", "floor)"),
        ],
    ),
    (
        "comparison/_verdict.py",
        "tests/comparison/test_verdict.py",
        [
            ("LEVEL = 0.95", "LEVEL = 0.9"),
            ("MARGIN = 0.02", "MARGIN = 0.03"),
            ("np.sqrt(n_rarest / (n_rarest - 1)) * np.std", "np.std"),
            ("np.sqrt(n_rarest / (n_rarest - 1))", "np.sqrt(n_groups / (n_groups - 1))"),
            ("floor)), n_rarest - 1)", "floor)), n_groups - 1)"),
            ("np.count_nonzero(drawn, axis=1)", "n_strata"),
            ("(1 / n_splits + ratio)", "(1 / n_splits)"),
            ("np.var(scores, ddof=1)", "np.var(scores)"),
            ("stats.t.isf((1 - level) / 2,", "stats.t.isf(1 - level,"),
            ("2 * min(above, below, inside)", "min(above, below, inside)"),
            ("1.0 / (len(n_units) * min(n_units))", "1.0 / (len(n_units) * max(n_units))"),
            ("(n_pairs - rank) * p_values[i]", "n_pairs * p_values[i]"),
            ("if high < -margin:", "if high < 0:"),
        ],
    ),
    (
        "comparison/_verdict.py",
        "tests/comparison/test_compare.py",
        [("MIN_INDEPENDENT = 5", "MIN_INDEPENDENT = 4")],
    ),
    (
        "comparison/_splits.py",
        "tests/comparison/test_compare.py",
        [
            ("counts.min() < max(cv, 4)", "counts.min() < cv"),
            ("counts.min() < max(cv, 4)", "counts.min() <= max(cv, 4)"),
            ("_check_groups(y, groups, max(cv, 3))", "_check_groups(y, groups, cv)"),
            ("_check_groups(y, groups, 3)", "_check_groups(y, groups, 2)"),
            ("random_state + repeat", "random_state"),
            ("max(2, min(n_splits, n_units))", "min(n_splits, n_units)"),
            ("max(2, min(n_splits, n_units))", "n_splits"),
            ("return_counts=True)[1].min()", "return_counts=True)[1].max()"),
        ],
    ),
    (
        "comparison/_run.py",
        "tests/comparison/test_compare.py",
        [
            ("scoring=_balanced_accuracy", 'scoring="accuracy"'),
            ("np.arange(n_points) - shift", "np.arange(n_points) + shift"),
        ],
    ),
    (
        "comparison/_models.py",
        "tests/comparison/test_models.py",
        [
            ("N_COPIES = 10", "N_COPIES = 5"),
            ("SVC_C = 100.0", "SVC_C = 1.0"),
            ('if norm == "area" else X', 'if norm == "max" else X'),
        ],
    ),
    (
        "comparison/_challenge.py",
        "tests/test_defaults.py",
        [("N_REPLICATES = 5", "N_REPLICATES = 4"), ("PER_CLASS = 75", "PER_CLASS = 60")],
    ),
    (
        "comparison/_wording.py",
        "tests/comparison/test_wording.py",
        [
            ("set(against) == set(nets) and", ""),
            ('elif verdict != "worse":', 'elif verdict == "better":'),
        ],
    ),
    (
        "preprocessing/_front.py",
        "tests/svm/test_pooled_svc.py -k floor",
        [
            ("if X.shape[1] < 3:", "if X.shape[1] < 4:"),
            ("/ 0.6745 / np.sqrt(1.5)", "/ 0.6745"),
            ("np.median(np.abs(curvature))", "np.mean(np.abs(curvature))"),
            ("-(-len(X) // 1000)", "-(-len(X) // 100)"),
            ("1e-2 * float(np.median(", "1e-3 * float(np.median("),
            ("np.median(sample.max(axis=1))", "np.mean(sample.max(axis=1))"),
            ("3 * _noise(sample)", "2 * _noise(sample)"),
            ("or 1e-2", "or 1e-3"),
        ],
    ),
    (
        "svm/_votes.py",
        "tests/svm/test_votes.py",
        [
            ("wins[:, :i] = ~wins[:, :i]", "pass"),
            ("_ROUNDING = 1e-12", "_ROUNDING = 1e-5"),
            ("_ROUNDING = 1e-12", "_ROUNDING = 0"),
            ("totals[i + 1 :] -= of_class", "totals[i + 1 :] += of_class"),
            ("self.coefficients[i - 1, :start]", "self.coefficients[i, :start]"),
            ("np.maximum(kernel.max(axis=1), -kernel.min(axis=1))", "kernel.max(axis=1)"),
            ("wins & ~counted[group]", "wins"),
            ("decision_function(svc, X) > 0", "decision_function(svc, X) >= 0"),
            ('"degree": svc.degree, ', ""),
        ],
    ),
    (
        "augmentation/_noise.py",
        "tests/augmentation/test_noise.py",
        [
            ("_MANY = 30", "_MANY = 20"),
            ("_MANY = 30", "_MANY = 40"),
            ("expected - 5 / 36", "expected"),
            ("- 1) / 6", "- 1) / 5"),
            ("few.mean(axis=1) < 0.5", "few.mean(axis=1) < 0.7"),
            ("few.mean(axis=1) < 0.5", "few.mean(axis=1) < 0.3"),
            ("np.float32(0.5)", "np.float32(0)"),
            ("heights(block) * _normal", "heights(noisy) * _normal"),
        ],
    ),
    (
        "augmentation/_axis.py",
        "tests/augmentation/test_axis.py",
        [
            ("0.05 * self._step", "0.06 * self._step"),
            ("0.05 * self._step", "0.04 * self._step"),
            ("np.diff(values) <= 0", "np.diff(values) < 0"),
            ("values[-1] >= 180", "values[-1] > 180"),
            ("int(n_points**0.5) // 6", "int(n_points**0.5)"),
        ],
    ),
    (
        "augmentation/_peak_shift.py",
        "tests/augmentation/test_peak_shift.py",
        [
            ("max(1, n_points // 100)", "(n_points // 100)"),
            ("length_scale < 2 * max_shift", "length_scale <= 2 * max_shift"),
            ("rng.integers(length_scale, size=n_samples)", "np.zeros(n_samples, dtype=int)"),
        ],
    ),
    (
        "augmentation/_peak_shift.py",
        "tests/augmentation/test_single_peak_shift.py",
        [("detect(X, prominence).joined()", "detect(X, prominence)"), (".x - room", ".x")],
    ),
    (
        "augmentation/_peaks.py",
        "tests/augmentation/test_peaks.py",
        [
            ("_NOISE_FACTOR = 6", "_NOISE_FACTOR = 4"),
            ("_REACH = 3", "_REACH = 2.5"),
            ("0.6745 * 6**0.5", "0.6745"),
            ("n_points // 4),", "n_points),"),
            ("for lag in (1, 2, 4, 8)", "for lag in (1,)"),
        ],
    ),
    (
        "augmentation/_resample.py",
        "tests/augmentation/test_resample.py",
        [
            ("np.clip(source, 0, n_points - 1", "np.clip(source, 0, n_points - 2"),
            ("np.stack([1 - ramp, ramp])", "np.stack([ramp, 1 - ramp])"),
        ],
    ),
    (
        "augmentation/_calibration.py",
        "tests/augmentation/test_calibration.py",
        [
            ("_AUTO = (1e-3, 1e-3, 5e-4)", "_AUTO = (1e-3, 1e-3, 1e-3)"),
            ("largest[1] + 2 * largest[2]", "largest[1] + largest[2]"),
        ],
    ),
    (
        "augmentation/_diffraction_shift.py",
        "tests/augmentation/test_diffraction_shift.py",
        [
            ("shifted + displacement", "shifted - displacement"),
            ("range(3)", "range(1)"),
            ("0.05 * self.goniometer_radius", "0.5 * self.goniometer_radius"),
        ],
    ),
    (
        "augmentation/_spread.py",
        "tests/augmentation/test_broadening.py",
        [("np.ceil(2 * width)", "np.ceil(width)")],
    ),
    (
        "augmentation/_crystallite_size.py",
        "tests/augmentation/test_crystallite_size.py",
        [("_LEVEL = 1.2", "_LEVEL = 2")],
    ),
    (
        "profiles.py",
        "tests/augmentation/test_broadening.py tests/augmentation/test_crystallite_size.py",
        [
            ("width[:, 0] < 1.25", "width[:, 0] < 0.25"),
            ("np.cos(angles / 2)", "np.cos(angles)"),
            ("wavelength / 10", "wavelength"),
        ],
    ),
    (
        "augmentation/_background.py",
        "tests/augmentation/test_background.py",
        [("_DEGREE = 5", "_DEGREE = 7"), ("_HUMP = (0.1, 0.4)", "_HUMP = (0.1, 0.8)")],
    ),
    (
        "augmentation/_extra_peaks.py",
        "tests/augmentation/test_extra_peaks.py",
        [
            ("rng.integers(self.max_peaks + 1,", "rng.integers(self.max_peaks,"),
            ("n_points - len(around))", "n_points)"),
        ],
    ),
    (
        "augmentation/_intensity.py",
        "tests/augmentation/test_intensity.py",
        [("np.maximum(length - 1, 1)", "length")],
    ),
    (
        "augmentation/_base.py",
        "tests/augmentation/test_base.py",
        [('or name.endswith("__random_state")', ""), ("X.flags.writeable = False", "pass")],
    ),
    (
        "augmentation/_peak_shift.py",
        "tests/test_defaults.py",
        [
            ("n_points // 100)", "n_points // 50)"),
            ("max(1, 8 * max_shift)", "max(1, 4 * max_shift)"),
            ("prominence=0.02", "prominence=0.05"),
        ],
    ),
    ("augmentation/_classifier.py", "tests/test_defaults.py", [("n_copies=10", "n_copies=5")]),
    (
        "preprocessing/_spikes.py",
        "tests/preprocessing/test_spike_remover.py",
        [
            ("_REACH = 2", "_REACH = 1"),
            ("_REACH = 2", "_REACH = 0"),
            ("_EXCESS = 0.5", "_EXCESS = 0"),
        ],
    ),
    (
        "_validation.py",
        "tests/svm/test_pooled_svc.py -k 'flat or caller or matrix'",
        [
            ("[0, 1]).all()", "[-1, 0, 1, 2]).all()"),
            ("range(0, len(suspects), n_rows)", "range(0, min(n_rows, len(suspects)), n_rows)"),
            ("if n_flat:", "if n_flat > 5:"),
            ("(probed == X[:, :1])", "(probed != X[:, :1])"),
        ],
    ),
    (
        "preprocessing/_front.py",
        "tests/svm/test_pooled_svc.py -k 'axis or index'",
        [("column_axis(first)", "None"), ("first = given.iloc[:1]", "first = X[:1]")],
    ),
    (
        "neural/_pooled_mlp.py",
        "tests/neural/test_pooled_mlp.py",
        [
            ("overlap = 4 if self.n_steps == 1 else 8", "overlap = 4"),
            ('self._dense["adaptive"] else', "True else"),
            ("size >= 1 for size", "size >= 0 for size"),
            ("if law in CLIPPING:", "if False:"),
        ],
    ),
    (
        "neural/_architectures.py",
        "tests/neural/test_spectral_cnn.py -k 'callable or normalisation or statistics'",
        [("else _copied(modules)", "else modules")],
    ),
    ("svm/_pooled_svc.py", "tests/test_defaults.py", [("C=100.0", "C=10.0")]),
    (
        "svm/_pooled_svc.py",
        "tests/svm/test_pooled_svc.py -k features",
        [("return self._features(X, -2)", "return self._features(X, -1)")],
    ),
    (
        "uncertainty/_conformal.py",
        "tests/uncertainty/test_conformal.py",
        [
            ("return 1 / counts[index]", "return np.ones(len(index))"),
            ("np.lexsort((ties, scores))", "np.argsort(scores)"),
            ('new_scores, "left")', 'new_scores, "right")'),
            ('new_ties[among], "left")', 'new_ties[among], "right")'),
            ("(total_weight + 1)", "total_weight"),
            ("(np.asarray(n_units) + 1)", "np.asarray(n_units)"),
            ("1 / (n_units + 1) - TOLERANCE", "1 / n_units - TOLERANCE"),
            (".tobytes(), seed)", ".tobytes())"),
        ],
    ),
    (
        "uncertainty/_scores.py",
        "tests/uncertainty/test_scores.py",
        [
            ("= second[:, 0]", "= first[:, 0]"),
            ("others[rows, best] = rest.sum(axis=1)", "pass"),
            ('-np.inf if score == "margin" else 0.0', "0.0"),
            ("return -values if score", "return values if score"),
            ("return usable[0]", "return usable[-1]"),
            ("np.column_stack([-values, values])", "np.column_stack([values, -values])"),
        ],
    ),
    (
        "uncertainty/_novelty.py",
        "tests/uncertainty/test_novelty.py",
        [
            ("means[codes]", "means[codes] * 0"),
            ("max(1, n_samples - len(counts))", "n_samples"),
            ("stretch**2 / (PRIOR + stretch**2)", "stretch / (PRIOR + stretch)"),
            (" - along + outside", " - along"),
            ("(PRIOR + count - 1) / PRIOR", "1"),
            ("model_features(model[-1], before)", "before"),
            ("return model_features(model.best_estimator_, X)", "pass"),
        ],
    ),
    (
        "uncertainty/_folds.py",
        "tests/uncertainty/test_conformal_classifier.py -k 'errors or splitters or fit_params'",
        [
            ("(times != 1).any()", "(times > 1).any()"),
            ("if groups is not None:\n        for", "if False:\n        for"),
            ('and not name.endswith("_val")', ""),
            ("values, rows)", "values, slice(None))"),
            ("if n_units < cv:", "if n_units < cv - 1:"),
        ],
    ),
    (
        "uncertainty/_conformal_classifier.py",
        "tests/uncertainty/test_conformal_classifier.py "
        "-k 'reference or definition or fold_models or rejection or errors or need or rate'",
        [
            ("np.flatnonzero(fold != k)", "np.flatnonzero(fold == fold)"),
            ("within if self._by_class else", "self._weights[rows] if self._by_class else"),
            ("here & (self._entry_labels == label)", "here"),
            ("here = self._entry_models == k", "here = self._entry_models >= 0"),
            ("rows = self._fold == k", "rows = self._fold >= 0"),
            ("fit_classes(features[~out], kept)", "fit_classes(features, codes)"),
            ("self.false_alarm_rate + conformal", "2 * self.false_alarm_rate + conformal"),
            ("1 - level + conformal.TOLERANCE", "1 - level - 0.02"),
            ("np.result_type(self.classes_.dtype, unknown.dtype)", "self.classes_.dtype"),
            ("in classes.tolist()", "in []"),
            ("self.class_counts_.argmin()", "0"),
            ("        self._check_rejection()\n        unknown", "        unknown"),
        ],
    ),
    (
        "preprocessing/_max_pool.py",
        "tests/test_defaults.py",
        [
            ("n_points // 25", "n_points // 20"),
            ("overlap=4", "overlap=2"),
        ],
    ),
    (
        "preprocessing/_intensity.py",
        "tests/test_defaults.py",
        [
            ("SCATTERS = 20", "SCATTERS = 10"),
            ("FEW = 10", "FEW = 9"),
            ("NEGATIVE_SHARE = 0.01", "NEGATIVE_SHARE = 0.02"),
        ],
    ),
    (
        "preprocessing/_max_pool.py",
        "tests/preprocessing/test_max_pool.py",
        [("np.append(starts, last)", "starts")],
    ),
    (
        "preprocessing/_window_maxima.py",
        "tests/preprocessing/test_max_pool.py",
        [
            ("min(done, width - done)", "done"),
            ("length = size - (n_chunks - 1) * stride", "length = min(size, stride)"),
        ],
    ),
    (
        "datasets/_generate.py",
        "tests/datasets/test_generate.py",
        [
            ("_TRUNCATE * sigma + 0.5", "_TRUNCATE * sigma"),
            ("_BACKGROUND_DEGREE = 5", "_BACKGROUND_DEGREE = 6"),
            ("heights.clip(0, 2), widths", "heights, widths"),
            ("<= 2 * radius", "<= radius"),
        ],
    ),
    (
        "datasets/_validation.py",
        "tests/datasets/test_generate.py",
        [("(heights <= 2)", "(heights <= 3)"), ("<= ends[1] < np.inf", "<= ends[1]")],
    ),
    (
        "datasets/_tables.py",
        "tests/datasets/test_tables.py",
        [
            ("_JITTER = 3", "_JITTER = 4"),
            ("_DISTANCE = 140", "_DISTANCE = 120"),
            ("_MARGIN = 300", "_MARGIN = 290"),
            ("5000 - _MARGIN - widths", "5000 - _MARGIN"),
            ("([302, 2750, 4198]", "([301, 2750, 4198]"),
            ("rng.integers(15, 30, size", "rng.integers(15, 40, size"),
            ("rng.integers(-1, 1, endpoint", "rng.integers(-3, 3, endpoint"),
            ("b.positions) <= 100", "b.positions) < 0"),
        ],
    ),
    (
        "datasets/_published.py",
        "tests/datasets/test_published.py -k pinned",
        [
            ("17 if k in (8, 318) else 30", "30"),
            ("peaks.heights == 1.0, 1.0,", "peaks.heights == 2.0, 1.0,"),
        ],
    ),
    (
        "datasets/_bayes.py",
        "tests/datasets/test_bayes.py",
        [
            ("max(max_shift - 1, 0)", "max_shift"),
            ("np.sqrt(variance / largest.size)", "np.sqrt(variance / n_samples)"),
            ("reversed(range(len(law.low)))", "range(len(law.low))"),
            ("(upper**m - lower**m) / m", "(upper - lower)"),
            ("high - _TOP).clip(0)", "high - _TOP)"),
        ],
    ),
    (
        "datasets/_read.py",
        "tests/datasets/test_read.py",
        [
            ("1 < len(seen) < len(labels)", "1 < len(seen) <= len(labels)"),
            ("(abs(values) <= _LARGEST).all()", "np.isfinite(values).all()"),
            ("header[columns[i]] for i in order", "header[i] for i in columns"),
            ("first = rows.line_num + 1", "first = rows.line_num"),
        ],
    ),
    (
        "neural/_training.py",
        "tests/neural/test_training.py",
        [
            ("0.4 * self.patience", "0.5 * self.patience"),
            ("min_delta = 1e-4", "min_delta = 1e-5"),
            ("max(self.best_epoch, self.last_drop)", "self.best_epoch"),
            ("self.best_weights[name].copy_(values)", "self.best_weights[name] = values"),
            ("max(round(fraction * len(targets)), n_classes)", "round(fraction * len(targets))"),
            ("n_free - n_valid < n_classes", "n_free - n_valid < 1"),
            ("targets.sum(axis=0) == 1", "targets.sum(axis=0) == 2"),
            ("len(order) - stops[-1] == 1", "len(order) - stops[-1] == 0"),
            ("self.rng.permutation(order)", "np.sort(order)"),
            ("weights[targets].sum().item()", "len(targets)"),
            (".all(dim=1).sum()", ".any(dim=1).sum()"),
            ("deterministic=True", "deterministic=False"),
        ],
    ),
    (
        "neural/_layers.py",
        "tests/neural/test_layers.py",
        [
            ("clamp_min(0.01)", "clamp_min(0.02)"),
            ("(x - self.mean).square().mean()", "(x - self.mean).square().mean(0)"),
            ("(x - self.mean).square().mean()", "x.square().mean()"),
            ("self.variance + 1e-8", "self.variance + 1e-2"),
            ("lowest[0], highest[-1] = -torch.inf, torch.inf", "pass"),
            ("nn.LeakyReLU(0.1)", "nn.LeakyReLU(0.01)"),
            ("eps=1e-3, momentum=0.01", "eps=1e-3, momentum=0.1"),
            ("x.shape[-1] - self.size + 1", "x.shape[-1] - self.size"),
        ],
    ),
    (
        "neural/_convolution.py",
        "tests/neural/test_layers.py",
        [
            ("(n_zeros // 2, n_zeros - n_zeros // 2)", "(n_zeros - n_zeros // 2, n_zeros // 2)"),
            ("2 * frequency % n_points == 0, 1, 2", "frequency == 0, 1, 2"),
            ("kernel >= 15", "kernel > 15"),
        ],
    ),
]


class Fault(NamedTuple):
    """A text of a file of the package, what is put there instead, and the tests to run."""

    file: str
    text: str
    instead: str
    tests: str

    def __str__(self):
        return f"{self.file}: {self.text!r} -> {self.instead!r}"


def select(words):
    """Return the faults in whose file or text one of the words occurs, or all of them."""
    faults = [Fault(file, *pair, tests) for file, tests, pairs in FAULTS for pair in pairs]
    return [f for f in faults if not words or any(word in str(f) for word in words)]


def run(tests, fault=None):
    """Run tests in a copy, until one fails; return "caught", "survived", or why neither is so.

    For a process of its own, which has not imported the package.
    """
    with tempfile.TemporaryDirectory(prefix="planted_faults_") as folder:
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(folder, name))
        if fault:
            path = Path(folder, "skspectra", fault.file)
            sound = path.read_text(encoding="utf-8")
            if sound.count(fault.text) != 1:
                return f"the text occurs {sound.count(fault.text)} times in the file, not once"
            path.write_text(sound.replace(fault.text, fault.instead), encoding="utf-8")
        return _run_pytest(folder, tests)


class _Collection:
    """Remember whether a file of tests could not be imported, which catches nothing."""

    failed = False

    def pytest_collectreport(self, report):
        self.failed |= report.failed


def _run_pytest(folder, tests):
    os.chdir(folder)
    sys.path.insert(0, folder)
    output, collection = io.StringIO(), _Collection()
    arguments = ["-x", "-q", "-p", "no:cacheprovider", *shlex.split(tests)]
    with redirect_stdout(output), redirect_stderr(output):
        status = pytest.main(arguments, plugins=[collection])
    if collection.failed or status > 1:
        return f"the tests did not run:\n{output.getvalue()[-2000:]}"
    if not sys.modules["skspectra"].__file__.startswith(folder):
        return "the tests did not import the copy"
    return "caught" if status else "survived"


def main(words):
    """Plant the faults that the words select; return the exit status."""
    faults = select(words)
    os.environ["OMP_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)

    def run_apart(*arguments):
        with ProcessPoolExecutor(1, context) as process:
            return process.submit(run, *arguments).result()

    results = []
    pool = ThreadPoolExecutor(N_PROCESSES)
    try:
        # What fails without a fault would catch any.
        tests = list(dict.fromkeys(fault.tests for fault in faults))
        for name, result in zip(tests, pool.map(run_apart, tests), strict=True):
            if result != "survived":
                print(f"without a fault: {name} {result}")
                return 1
        tests = [fault.tests for fault in faults]
        for fault, result in zip(faults, pool.map(run_apart, tests, faults), strict=True):
            results.append(result)
            print(f"{result:8}  {fault}", flush=True)
    finally:
        pool.shutdown(cancel_futures=True)
    n_caught = results.count("caught")
    print(f"{n_caught} of {len(faults)} caught")
    return int(not 0 < n_caught == len(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
