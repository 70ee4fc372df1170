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
        "mixtures/_solver.py",
        "tests/mixtures",
        [
            ("threshold = max(self.margin * highest, least)", "threshold = least"),
            ("if best.gain <= threshold:", "if False:"),
            ("taken = {self.groups[item.index]", "taken = {-1 - self.groups[item.index]"),
            ("width = line_width(self.components.x, y - curve, deviation)", "width = 0.1"),
            ("np.hypot(noise(y), part * model)", "noise(y)"),
            ("if own > needed else (best, threshold)", "if False else (best, threshold)"),
        ],
    ),
    (
        "mixtures/_search.py",
        "tests/mixtures",
        [
            ("or product[0] <= 0", "or False"),
            ("product - share * np.convolve", "product - 0 * np.convolve"),
        ],
    ),
    (
        "mixtures/_joint.py",
        "tests/mixtures",
        [
            ("search.displacement = float(", "search.displacement = 0 * float("),
            ("np.clip(item.moves + step", "np.clip(item.moves - step"),
        ],
    ),
    (
        "mixtures/_pattern.py",
        "tests/mixtures/test_traps.py",
        [("for lag in (1, 5) if n > 200 else (1,):", "for lag in (1,):")],
    ),
    (
        "mixtures/_results.py",
        "tests/mixtures",
        [
            ("fraction / found[place]", "fraction"),
            ("present.max() <= _ABSORPTION_RATIO * present.min()", "True"),
            ("solution.amounts * known.areas\n    return", "solution.amounts\n    return"),
            ("np.sqrt(solution.threshold / square)", "np.sqrt(9 * solution.threshold / square)"),
            ("np.unique(humps[", "np.unique(0 * humps["),
        ],
    ),
    (
        "mixtures/_unknown.py",
        "tests/mixtures",
        [
            ("np.maximum(expected, near[places])", "near[places]"),
            ("THRESHOLD = 220.0", "THRESHOLD = 220000.0"),
        ],
    ),
    (
        "mixtures/_training.py",
        "tests/mixtures/test_unmixing.py",
        [
            ("np.linalg.lstsq(amounts, X, rcond=None)[0]", "X[: amounts.shape[1]]"),
            ("float(best[np.abs(", "float(MARGIN + 0 * best[np.abs("),
        ],
    ),
    (
        "mixtures/_inputs.py",
        "tests/mixtures/test_unmixing.py -k 'columns or response'",
        [
            ('x_axis is None and shift == "none" and', "x_axis is None and"),
            ("column_axis(X)", "column_axis(None)"),
            ("np.argwhere((amounts == 0) & (Y == 1))", "[]"),
        ],
    ),
    (
        "mixtures/_identify.py",
        "tests/mixtures/test_identify.py -k 'remarked'",
        [("standard is not None and round(total, 2) > 1", "standard is not None")],
    ),
    (
        "mixtures/_groups.py",
        "tests/mixtures/test_unmixing.py",
        [
            ("fitted.gain > _ALIKE * whole", "fitted.gain > 2 * whole"),
            ("signatures[i] > _NEAR", "signatures[i] > 2.0"),
            ("if not solver.lines or gain >", "if gain >"),
        ],
    ),
    (
        "diffraction/_phase.py",
        "tests/diffraction/test_phase.py",
        [
            ("abs(normal) ** 2 + abs(absorbing) ** 2", "abs(normal + 1j * absorbing) ** 2"),
            ("(1 + polarization * np.cos(2 * theta) ** 2)", "(1 + np.cos(2 * theta) ** 2)"),
            ("intensity = intensity * sine", "intensity = intensity / sine"),
            ("multiplicity * squared * factor", "squared * factor"),
            ("share * intensity,", "intensity,"),
            ("f0 + f1) * damped", "f0) * damped"),
        ],
    ),
    (
        "diffraction/_reflections.py",
        "tests/diffraction/test_phase.py",
        [("(hkl @ rotation) @ weights", "(hkl @ rotation.T) @ weights")],
    ),
    (
        "diffraction/_read_phases.py",
        "tests/diffraction/test_phase.py",
        [
            ("symbol in elements}", "symbol in [*elements, 'O']}"),
            ("symbol.capitalize() for", "symbol for"),
            ("if stems.count(path.stem) > 1:", "if False:"),
        ],
    ),
    (
        "diffraction/_wavelengths.py",
        "tests/mixtures/test_traps.py",
        [
            ("np.array([beta, _TUNGSTEN, ", "np.array([1.392234, _TUNGSTEN, "),
            (", _FILTER_EDGES[anode]])", "])"),
            ("    return np.zeros(0)", "    return np.array([0.9037 * wavelength])"),
        ],
    ),
    (
        "diffraction/_structure.py",
        "tests/diffraction/test_phase.py",
        [
            ("_SAME = 0.05", "_SAME = 0.0005"),
            ("B_DEFAULT = 0.6", "B_DEFAULT = 0.5"),
            ("edges @ tensor @ edges.T", "tensor"),
            ("elif ambiguous:", "elif False:"),
            ("len(group.operations()) != len(listed)", "False"),
            ("if total > _FULL:", "if False:"),
        ],
    ),
    (
        "diffraction/_simulate.py",
        "tests/diffraction/test_simulate.py",
        [("rank < count[:, None]] += min_fraction", "rank < count[:, None]] += 0")],
    ),
    (
        "diffraction/_render.py",
        "tests/diffraction/test_simulate.py",
        [
            ("inverse @ inverse.T", "inverse"),
            ("((r**2 - 1 / r) * squared", "((r - 1 / r) * squared"),
            ("self.intensity / (phase.mass * phase.volume)", "self.intensity / phase.mass"),
            ("displacement[rows] * np.cos(theta)", "displacement[rows]"),
            ("(1 + (i != j))", "1.0"),
            ("(1 - share) * table[i] + share", "share * table[i] + (1 - share)"),
        ],
    ),
    (
        "comparison/_plan.py",
        "tests/comparison/test_compare.py",
        [("round(X.shape[1] / 200)", "round(X.shape[1] / 100)")],
    ),
    (
        "comparison/_plan.py",
        "tests/comparison/test_plan.py",
        [
            ('"max_shift", 0)', '"max_shift", -99)'),
            ('"search_cv", 2)', '"search_cv", 1)'),
            ("not 0 <= margin < 1", "not margin < 1"),
            ("not 0 <= margin < 1", "not 0 <= margin"),
            ("        check_disjoint(splits)\n", "        pass\n"),
            ("for i, pair in enumerate(pairs):", "for i, pair in []:"),
            ("_grid.check_axis(x_axis, X.shape[1])", "x_axis"),
        ],
    ),
    (
        "comparison/_labels.py",
        "tests/comparison/test_plan.py",
        [
            ("if odd.any():", "if False:"),
            ("if len(set(kinds.tolist())) > 1:", "if False:"),
            ("array = np.asarray(values, dtype=object)", "pass"),
        ],
    ),
    (
        "comparison/_splits.py",
        "tests/comparison/test_plan.py",
        [
            ("both = np.intersect1d(train, test)", "both = []"),
            ("owner.setdefault(row, i) != i", "owner.setdefault(row, i) > i"),
            ("if first != i:", "if False:"),
            ('if rows.dtype.kind == "b":', 'if rows.dtype.kind == "B":'),
        ],
    ),
    (
        "comparison/_splits.py",
        "tests/comparison/test_multilabel.py",
        [
            ("if counts[rarest] >= n_needed:", "if counts[rarest] >= n_needed - 1:"),
            ("if (np.eye(n_splits)[fold].T @ present > 0).all():", "if True:"),
            ("n_units = count_labels(inner_y, inner_groups).min()", "n_units = n_splits"),
        ],
    ),
    (
        "comparison/_analyse.py",
        "tests/comparison/test_multilabel.py",
        [
            ("right.all(axis=-1) if", "right.any(axis=-1) if"),
            ("strata = one_stratum if multilabel else", "strata = truth[:, 0] if multilabel else"),
        ],
    ),
    (
        "comparison/_analyse.py",
        "tests/comparison/test_plan.py",
        [
            ("right[accepted].mean()", "right.mean()"),
            ("np.minimum(predicted[0, 0], n_classes)", "predicted[0, 0] % n_classes"),
        ],
    ),
    (
        "comparison/_store.py",
        "tests/comparison/test_store.py",
        [
            ("_digest(plan.X, plan.y, plan.groups)", "_digest(plan.X, plan.groups)"),
            ("_digest(plan.X, plan.y, plan.groups)", "_digest(plan.X, plan.y)"),
            ("_digest(plan.X, plan.y, plan.groups)", "_digest(plan.y, plan.groups)"),
            ("[_digest(train), _digest(test)],\n", "_digest(test[:1]),\n"),
            ("self._models[name], self.plan.shifts)", "self._models[name])"),
            ("self._holdout if i == 0 else None", "None"),
            ("run if run.predicted.shape == shape else None", "run"),
            ("except Exception:", "except KeyError:"),
            ('== "random_state" and value is None', '== "seed" and value is None'),
            ('if "<" in full or', "if"),
            ("if not _is_installed(module):", "if False:"),
            ("skspectra.__version__, sys", "sys"),
        ],
    ),
    (
        "comparison/_jobs.py",
        "tests/comparison/test_jobs.py -k 'thread or longest'",
        [
            ("with threadpool_limits(1):", "with threadpool_limits(None):"),
            ("torch.set_num_threads(1)", "pass"),
            ("torch.set_num_threads(n_threads)", "pass"),
            ("job = max(waiting, key=cost)", "job = waiting[0]"),
            ("job[0] not in started,", "False,"),
            ('getattr(backend, "uses_threads", False)', "False"),
        ],
    ),
    (
        "neural/_training.py",
        "tests/neural/test_training.py",
        [
            ("((left - counts[group] > 0) | (left == 0)).all()", "True"),
            ("return np.isin(members, best)", "return np.isin(groups, best[:1])"),
            ("merit = seen.sum(), -abs(", "merit = seen.sum(), abs("),
        ],
    ),
    (
        "comparison/_analyse.py",
        "tests/comparison/test_compare.py",
        [
            ("ratio = 0.0 if plan.independent else", "ratio ="),
            ("sum(sizes) / sum(len(train)", "1 / sum(len(train)"),
            ("sum(sizes) / sum(len(train)", "0 * sum(len(train)"),
            ("units = rows if plan.groups", "units = np.arange(len(rows)) if plan.groups"),
            ("floor = resolution(judged, units)", "floor = 0.0"),
            ("gains[a] - gains[b]", "gains[b] - gains[a]"),
            ("min(counts) >= MIN_INDEPENDENT", "min(counts) > MIN_INDEPENDENT"),
            ("floor, random_state=seed)", "floor)"),
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
            ("stdtrit(estimate.df, (1 - level) / 2)", "stdtrit(estimate.df, 1 - level)"),
            ("2 * min(above, below, inside)", "min(above, below, inside)"),
            ("1.0 / (len(n_units) * min(n_units))", "1.0 / (len(n_units) * max(n_units))"),
            ("(n_pairs - rank) * p_values[i]", "n_pairs * p_values[i]"),
            ("if high < -margin:", "if high < 0:"),
        ],
    ),
    (
        "comparison/_verdict.py",
        "tests/comparison/test_evidence.py",
        [
            ("max(-1.0, estimate.value - width)", "estimate.value - width"),
            ("min(1.0, estimate.value + width)", "estimate.value + width"),
            ("chances = evidence(estimate, margin)", "chances = evidence(estimate, 0.0)"),
            ('verdict == "cannot tell" and pair in usable', "pair in usable"),
        ],
    ),
    (
        "comparison/_evidence.py",
        "tests/comparison/test_evidence.py",
        [
            ("PRIOR_SCALE = 0.03", "PRIOR_SCALE = np.inf"),
            ("-(df + 1) / 2 * np.log1p", "-df / 2 * np.log1p"),
            ("/ (1 + (grid / prior_scale) ** 2)", "/ (1 + (grid / prior_scale) ** 4)"),
            ("np.clip(value + standard_error * _quantiles(df), -1, 1)", "np.zeros(1)"),
            ("(middle > margin, middle < -margin)", "(middle > margin, middle < 0)"),
            ("tail, n_trials = (1 - level) / 2, n_units", "tail, n_trials = 0.025, 10 * n_units"),
            ("n_trials = min(n_units, value", "n_trials = min(np.inf, value"),
            ("standard_error**2 / uncertainty)", "standard_error**2)"),
            ("tail ** (1 / n_trials), 1.0", "value, 1.0"),
            ("(times if floored else np.sqrt(times))", "np.sqrt(times)"),
            ("if df_grows else estimate.df", "if False else estimate.df"),
            ("gap = abs(abs(estimate.value) - margin)", "gap = abs(estimate.value)"),
        ],
    ),
    (
        "comparison/_advice.py",
        "tests/comparison/test_advice.py",
        [
            ("ACCEPTED_RISK = 0.2", "ACCEPTED_RISK = 0.5"),
            ("margin).better for", "margin).worse for"),
            ("scores[best].value - error", "scores[best].value"),
            ("if low[best] <= guess:", "if scores[best].value <= guess:"),
            ("if too_few:", "if False:"),
            ("2 * len(n) > len(chosen)", "2 * len(n) >= len(chosen)"),
            ("or min(values) <= 0", ""),
            ("weights=wrong.all(axis=0)", "weights=wrong.any(axis=0)"),
            ("n_wrong == np.bincount(members)", "n_wrong > 0"),
            ("sorted(names, key=COST_ORDER.index) if", "list(names) if"),
        ],
    ),
    (
        "comparison/_analyse.py",
        "tests/comparison/test_advice.py",
        [
            ("gains[best] - gains[name]", "gains[name] - gains[best]"),
            ('if result.family != "baseline"', ""),
            ("return 1 / n_strata", "return 0.0"),
            (".most_common(1)[0][0]", ".most_common()[-1][0]"),
        ],
    ),
    (
        "comparison/_prospects.py",
        "tests/comparison/test_advice.py",
        [
            ("DISAGREEMENT = 0.1", "DISAGREEMENT = 0.2"),
            ("error = max(error, 1 / (len(n) * n.min()))", ""),
            ("(1 - level) / 2 / design.n_pairs", "(1 - level) / 2"),
            ("* len(tested) / n_test", ""),
            ("0.0 if plan.independent else", ""),
            ("if n < MIN_INDEPENDENT}", "if n <= MIN_INDEPENDENT}"),
        ],
    ),
    (
        "comparison/_counsel.py",
        "tests/comparison/test_advice.py",
        [
            ("if gain > result.margin:", "if gain > 2:"),
            ('m.family != "baseline" and m.converged]', "m.converged]"),
            ("key=result.at_max_shift)", "key=lambda model: model.balanced_accuracy)"),
        ],
    ),
    (
        "comparison/_audit.py",
        "tests/comparison/test_audit.py",
        [
            ("len(np.unique(y[part], axis=0)) > 1", "False"),
            ("len(np.unique(groups[part])) > 1", "False"),
            (" and np.ptp(X[part[0]]) > 0", ""),
            ("if n < MIN_INDEPENDENT", "if n <= MIN_INDEPENDENT"),
            ("n_changes == len(classes) - 1", "n_changes >= len(classes) - 1"),
            ("classes[counts == 1]", "classes[counts == 2]"),
        ],
    ),
    (
        "comparison/_code.py",
        "tests/comparison/test_code.py",
        [
            ("settings == (None, False, None)", "True"),
            ("make_pipeline(*steps).steps == estimator.steps", "True"),
            ('("," if len(cells) == 1 else "")', '""'),
            ('elif letter in "\'\\"":', "elif False:"),
        ],
    ),
    (
        "comparison/_report.py",
        "tests/comparison/test_report.py",
        [
            ("else ''}>{html.escape(cell)}</td>", "else ''}>{cell}</td>"),
            ("<li>{html.escape(item)}</li>", "<li>{item}</li>"),
            ("<title>{html.escape(title)}</title>", "<title>{title}</title>"),
            ("{begin}{html.escape(content)}{end}", "{begin}{content}{end}"),
            ('<img alt="{html.escape(text)}"', '<img alt="{text}"'),
            ("[escape_markdown(cell) for cell in row]", "row"),
            ("max(3, 1 + max(", "max(3, 0 * max("),
            ("np.where(np.eye(*matrix.shape, dtype=bool), 0, matrix)", "matrix"),
        ],
    ),
    (
        "comparison/_display.py",
        "tests/comparison/test_display.py",
        [
            ("if i not in taken", ""),
            ('if step is None else [f"{shift * step:.2g}"', 'if True else [f"{shift * step:.2g}"'),
            ('if named else "")', 'if True else "")'),
            ("ax.axhline(100 * result.guess", "ax.axhline(result.guess"),
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
            (
                "_check_counts(y, None, cv, max(cv, 4), classes)",
                "_check_counts(y, None, cv, cv, classes)",
            ),
            (
                "_check_counts(y, None, cv, max(cv, 4), classes)",
                "_check_counts(y, None, cv, max(cv, 5), classes)",
            ),
            (
                "_check_counts(y, groups, max(cv, 3), n_needed",
                "_check_counts(y, groups, cv, n_needed",
            ),
            ("_check_counts(y, groups, 3, 2, classes)", "_check_counts(y, groups, 2, 2, classes)"),
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
            ("(right.astype(float), codes)", "(right.astype(float), 0 * codes)"),
            ("np.arange(n_points) - shift", "np.arange(n_points) + shift"),
        ],
    ),
    (
        "comparison/_table.py",
        "tests/comparison/test_models.py",
        [
            ("N_COPIES = 10", "N_COPIES = 5"),
            ("SVC_C = 100.0", "SVC_C = 1.0"),
            ("(0.5, 1, 2)", "(0.5, 1, 3)"),
            ("else 5, odd)", "else 3, odd)"),
            ("sizes[-1] + 1 if sizes", "sizes[-1] if sizes"),
            ('if norm == "area" else 1', 'if norm == "max" else 1'),
        ],
    ),
    (
        "comparison/_models.py",
        "tests/comparison/test_models.py",
        [("band_width / step", "band_width * step"), ("USUAL_WIDTH = 0.01", "USUAL_WIDTH = 0.02")],
    ),
    (
        "comparison/_best_of.py",
        "tests/comparison/test_best_of.py",
        [
            ("1 / (n_folds - 1) if", "0 / (n_folds - 1) if"),
            ("len(folds) / n_repeats", "len(folds)"),
            ("np.argmax(means[start:stop])", "np.argmin(means[start:stop])"),
            ('search.best_index_, "right"', 'search.best_index_, "left"'),
        ],
    ),
    (
        "comparison/_pls_classifier.py",
        "tests/comparison/test_pls_classifier.py",
        [("len(X) - 1, X.shape[1])", "X.shape[1])"), ("len(X), -1) - 0.5", "len(X), -1)")],
    ),
    (
        "comparison/_shift_neighbor.py",
        "tests/comparison/test_shift_neighbor.py",
        [
            ("[:, : shift + 1]", "[:, :shift]"),
            ("self._size - shift :]", "self._size - shift + 1 :]"),
            ("n_points + self.max_shift_", "n_points"),
            (".conj()", ""),
        ],
    ),
    (
        "preprocessing/_band_width.py",
        "tests/preprocessing/test_band_width.py",
        [("_FIRST_LAG = 2", "_FIRST_LAG = 1"), ("2 * n_lags, axis", "n_lags, axis")],
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
            ("values[-1] >= 180", "values[-1] > 180"),
            ("int(n_points**0.5) // 6", "int(n_points**0.5)"),
        ],
    ),
    (
        "inspection/_hold.py",
        "tests/inspection/test_occlusion.py -k 'scale or strongest or short or raw or front'",
        [
            ("_FEW = 3", "_FEW = 0"),
            ("or cleans(step, before, after)", ""),
            ("list(step.get_feature_names_out()) != list(names)", "False"),
            ("row_scales(before.T, after.T) is None", "True"),
            ("self.offset * scales[0] + scales[1]", "self.offset + scales[1]"),
            ("self.scale * scales[0],", "scales[0],"),
            ("before[rows, low, None]\n    tolerance", "0\n    tolerance"),
            ('setattr(owner, name, "none")', "pass"),
            ("last = copy.deepcopy(last)", "pass"),
            ("_WEAKER = 0.01", "_WEAKER = 1"),
            ("not varies or", ""),
            ('name = "norm" if', 'name = "norms" if'),
            ("(scale <= 0).any() or", ""),
        ],
    ),
    (
        "inspection/_occlusion.py",
        "tests/inspection/test_occlusion.py",
        [
            ("min(5, -(-500 // n_samples))", "5"),
            ("losses.append(after - before)", "losses.append(before - after)"),
            ("losses.append(before - after)", "losses.append(after - before)"),
            ("tile[:, start:stop] = base[rows, start:stop]", "pass"),
            ("np.nanmean(means, axis=0)", "means.mean(axis=0)"),
            ("(scaled - offset[rows]) / scale[rows]", "X[other, start:stop]"),
            ("shares = sum_groups(shares, groups)", "pass"),
            ('"scale cannot be held', '"scale can be held'),
            ("if named is None else named", ""),
            ('warnings.simplefilter("ignore", UserWarning)', "pass"),
        ],
    ),
    (
        "inspection/_target.py",
        "tests/inspection/test_target.py tests/inspection/test_occlusion.py",
        [
            ("/ (n_classes - 1)", "/ n_classes"),
            ("-response / 2, response / 2", "-response, response"),
            ("(n_with > 0) & (n_without > 0)", "True"),
            ("~self.members / np.maximum(n_without, 1)) / 2", "self.members / n_with) / 2"),
            (".min() / 2", ".min()"),
            ("own = own - rest", "pass"),
            ("known == 1", "known == 0"),
            ("/ self.present.sum()", "/ len(self.present)"),
        ],
    ),
    (
        "inspection/_control.py",
        "tests/inspection/test_control.py",
        [
            ("FALSE_ALARM_RATE = 0.05", "FALSE_ALARM_RATE = 0.1"),
            ("FEWEST_UNITS = 5", "FEWEST_UNITS = 4"),
            ("FEWEST_UNITS = 5", "FEWEST_UNITS = 6"),
            (".max(axis=1))", "[:, 0])"),
            ("(1 + n_larger)", "n_larger"),
            ("np.ceil((1 - rate) * (n_flips + 1))", "np.ceil((1 - rate) * n_flips)"),
            ("+ 1e-12 * np.abs", "- 1e-12 * np.abs"),
            ("np.add.at(sums, codes, shares)", "sums[codes] = shares"),
        ],
    ),
    (
        "inspection/_windows.py",
        "tests/inspection/test_windows.py",
        [
            ("_MOST_PER_AXIS = 50", "_MOST_PER_AXIS = 40"),
            ("_FEWEST_POINTS = 8", "_FEWEST_POINTS = 7"),
            ("2 * band_width(X)", "band_width(X)"),
            ("width // 2)", "width // 3)"),
            ("last - first >= 3]", "last > first]"),
            ("(stop - start) // 8", "(stop - start) // 4"),
            ("np.roll(order, 1)", "order"),
        ],
    ),
    (
        "inspection/_occlusion_display.py",
        "tests/inspection/test_displays.py",
        [
            ("start <= regions[-1][1]", "start < 0"),
            ("len(shown) - 1 - row", "row"),
            ("[::-1][:_MOST_CLASSES]", "[:_MOST_CLASSES]"),
        ],
    ),
    (
        "inspection/_nearest_reference_display.py",
        "tests/inspection/test_displays.py",
        [
            ("np.concatenate([order[first], order[~first]])", "order"),
            ("y_train == label, distances, np.inf).argmin()", "y_train == label, 0, 1).argmin()"),
            ("self.spectrum - reference", "reference - self.spectrum"),
            ("X = as_array(after)", "pass"),
            ("if not cleans(step, X, as_array(after)):", "if False:"),
        ],
    ),
    (
        "_grid.py",
        "tests/test_grid.py",
        [
            ("np.diff(values) <= 0", "np.diff(values) < 0"),
            ("ends and values.shape == (2,)", "values.shape == (2,)"),
            ("len(x_axis) < 2:", "len(x_axis) < 1:"),
        ],
    ),
    (
        "augmentation/_peak_shift.py",
        "tests/augmentation/test_peak_shift.py",
        [
            ("max(1, n_points // 100)", "(n_points // 100)"),
            ("length_scale < max(1, 2 * max_shift)", "length_scale <= 2 * max_shift"),
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
        "_grid.py",
        "tests/io/test_resample.py tests/io/test_read.py tests/io/test_units.py",
        [
            ("TOLERANCE = 0.01", "TOLERANCE = 0.02"),
            ("TOLERANCE = 0.01", "TOLERANCE = 0.001"),
            ("x_axis[0] <= edges[1] + slack", "x_axis[0] <= new_axis[0]"),
            ("edges[-2] - slack", "edges[0]"),
            ("np.minimum(new_axis - edges[:-1], room)", "(new_axis - edges[:-1])"),
            ("& (high > low)", ""),
            ("np.divide(area, high - low, out=values, where=is_coarse)", "pass"),
            ("rise * way / 2", "rise * way"),
            ('text.rstrip("0").rstrip(".")', "text"),
        ],
    ),
    (
        "io/_merge.py",
        "tests/io/test_read.py",
        [
            ("_SAME_WAVELENGTH = 2e-3", "_SAME_WAVELENGTH = 2e-4"),
            ("_N_PER_SHORT = 10", "_N_PER_SHORT = 2"),
            ("len(of_part) < 3 or", ""),
            ("np.median(low), np.median(high)", "low.min(), high.max()"),
            ("of_part.count(g), -abs(steps[g] - usual)", "-steps[g]"),
        ],
    ),
    (
        "io/_absorbance.py",
        "tests/io/test_read.py tests/io/test_units.py",
        [
            ('values / 100, "transmittance"', 'values, "transmittance"'),
            ('or how == "keep"', ""),
            ("> 0.05 * values.size", "> values.size"),
        ],
    ),
    (
        "io/_rows.py",
        "tests/io/test_rows.py",
        [
            ('text == "NA"', "False"),
            ('text.rstrip("0").rstrip(".")', "text"),
            ("return n_numbers, -n_others if n_numbers else len(fields)", "return len(fields)"),
            ("if strays := find_strays(x_axis):", "if strays := []:"),
            ('texts = [text.replace(",", ".") for text in texts]', "pass"),
            ("while text.count('\"') % 2:", "while False:"),
        ],
    ),
    (
        "io/_columns.py",
        "tests/io/test_columns.py tests/io/test_malformed.py",
        [
            ("per_line[: filled[-1] + 1] == width", "per_line[: filled[-1] + 1] > 0"),
            ('if "_" in body:', "if False:"),
            ("if any(number is not None for number in numbers):", "if False:"),
            ("not (abs(values) <= LARGEST).all()", "False"),
            ("len(values) != len(filled) * width or", ""),
            ('if re.search(r"\\d", plain)', "if False"),
        ],
    ),
    (
        "io/_checks.py",
        "tests/io/test_malformed.py tests/io/test_rows.py",
        [
            ("odd = i if before != after and", "odd = i if"),
            ("_GAP = 20", "_GAP = 2000"),
            ("MIN_POINTS = 3", "MIN_POINTS = 2"),
            ("wrong, order = steps <= 0", "wrong, order = steps < 0"),
        ],
    ),
    (
        "io/_scans.py",
        "tests/io/test_instruments.py",
        [
            ("scan.values / scan.seconds", "scan.values"),
            ("np.diff(x_axis) != 0", "np.diff(x_axis) != 99"),
            ("sorted(scans, key=lambda scan: scan.x_axis.min())", "scans"),
            ("if len(scan.values) != len(scan.x_axis):", "if False:"),
        ],
    ),
    (
        "io/_instruments.py",
        "tests/io/test_instruments.py",
        [
            ("table[:, 1] * table[:, 2]", "table[:, 1]"),
            ("60 * step / speed", "step / speed"),
            ("table[:, 0] / 100", "table[:, 0]"),
            ('cells = [cell[2:] for cell in cells] if style == "STD" else cells[::2]', "pass"),
            ("if len(rest) != n_points:", "if False:"),
        ],
    ),
    (
        "io/_labels.py",
        "tests/io/test_labels.py",
        [
            ("if len({sources[i] for i in found}) > 1:", "if False:"),
            ("if i in seen:", "if False:"),
            ("if name not in left_out:", "if True:"),
        ],
    ),
    (
        "io/_units.py",
        "tests/io/test_units.py",
        [
            ("_need_wavelength(wavelength) / (2 * d)", "_need_wavelength(wavelength) / d"),
            ("1 / laser - 1 / _need", "1 / laser + 1 / _need"),
            ("slice(None) if points[-1] > points[0]", "slice(None) if True"),
            ("np.diff(points).min()", "np.diff(points).max()"),
            (
                "max(1, round(number / _grid.mean_step(x_axis)))",
                "round(number / _grid.mean_step(x_axis))",
            ),
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
        ],
    ),
    (
        "preprocessing/_seen.py",
        "tests/preprocessing/test_seen.py",
        [
            ('if hasattr(last, "transform_features"):', "if False:"),
            ('getattr(estimator, "best_estimator_", estimator)', "estimator"),
            ("        X = after\n", "        pass\n"),
            ("elif not steps:", "else:"),
            ("for inner in flatten(step)", "for inner in [step]"),
            ('and step != "passthrough"', ""),
        ],
    ),
    (
        "uncertainty/_checks.py",
        "tests/uncertainty/test_conformal_classifier.py "
        "-k 'errors or rejection or one_group or frozen'",
        [
            ("in classes.tolist()", "in []"),
            ("elif len(classes) < 2:", "elif False:"),
            ("if len(pairs) == len(np.unique(y)):", "if False:"),
            ("isinstance(label, bool) or", ""),
            ("Integral if whole else Real", "Real"),
            ("        if len(new):", "        if False:"),
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
    (
        "io/_archive.py",
        "tests/io/test_model_file.py",
        [
            ("or checksum(archive) != header[2]", ""),
            ("if found != length:", "if found < length:"),
            ("> len(archive):", "> 9e9:"),
            ("digest.update(archive)", "digest.update(archive[:9000])"),
            ("size != len(content) - buffer.tell()", "False"),
        ],
    ),
    (
        "io/_skops.py",
        "tests/io/test_model_file.py",
        [
            ("    if unsafe:", "    if False:"),
        ],
    ),
    (
        "io/_skops.py",
        "tests/cli/test_files.py -k 'requested'",
        [('vars(value).pop("_metadata_request", None)', "pass")],
    ),
    (
        "io/_model_file.py",
        "tests/cli/test_files.py -k 'cannot_reject'",
        [
            ("rate * (n_units + 1) >= 1", "rate * n_units >= 1"),
        ],
    ),
    (
        "io/_model_file.py",
        "tests/io/test_model_file.py",
        [
            ("    check_is_fitted(model)\n", ""),
            ("        check_trees(model)\n", ""),
            ('_grid.check_axis(x_axis, getattr(model, "n_features_in_", None))', "x_axis"),
            ("(spectra.X, spectra.x_axis, spectra.y)", "(spectra.X, spectra.y)"),
            ("np.ascontiguousarray(part)", "np.asarray(part, order='K').T"),
            ('if about["format"] > _FORMAT:', "if False:"),
        ],
    ),
    (
        "io/_trusted.py",
        "tests/io/test_model_file.py",
        [
            ("(children > parents) & ", ""),
            (" & (children < tree.node_count)", ""),
            (" & (features < tree.n_features)", ""),
            ('    "skspectra.svm._pooled_svc.PooledSVC",\n', ""),
        ],
    ),
    (
        "_pickling.py",
        "tests/io/test_model_file.py",
        [("if version != __version__:", "if False:")],
    ),
    (
        "datasets/_raman.py",
        "tests/datasets/test_raman.py",
        [('data["low"][:, None]', "0"), ("dtype=np.int64)", "dtype=np.int16)")],
    ),
    (
        "_cli/_predict.py",
        "tests/cli/test_files.py -k 'four_commands or strict or scores'",
        [
            ("row.min() == row.max()", "False"),
            ("                if options.strict:\n                    raise\n", ""),
            ("and not options.strict", ""),
            ("1 for row in rows if row[-1]", "1 for row in rows if row[0]"),
        ],
    ),
    (
        "_cli/_scores.py",
        "tests/cli/test_files.py -k 'four_commands or scores'",
        [
            ("FALSE_ALARMS = 0.05", "FALSE_ALARMS = 0.0"),
            ("i for i in range(len(names)) if i != own", "i for i in range(len(names))"),
        ],
    ),
    (
        "_cli/_data.py",
        "tests/cli/test_files.py -k 'four_commands or small or range or forty'",
        [
            ("MAX_BAD = 5", "MAX_BAD = 1"),
            ("return int(bool(skipped))", "return 0"),
        ],
    ),
    (
        "_cli/_spectra.py",
        "tests/cli/test_files.py -k 'small or range'",
        [
            ("if minimum and n < minimum", "if minimum and n > minimum"),
            ("spectra.x_axis <= high", "spectra.x_axis < high"),
        ],
    ),
    (
        "_cli/_fit.py",
        "tests/cli/test_files.py -k 'four_commands or by_name or skops'",
        [
            ('find_spec("skops") is None', "False"),
            ("N_FOR_NOVELTY = 19", "N_FOR_NOVELTY = 99"),
            ("        groups = None\n", ""),
        ],
    ),
    (
        "_cli/_compare.py",
        "tests/cli/test_files.py -k 'small or windows or ctrl_c_keeps'",
        [
            ("if counts[name] >= needed:", "if True:"),
            (
                "results=runs,\n            progress=show_progress,\n            **plan,",
                "progress=show_progress,\n            **plan,",
            ),
        ],
    ),
    (
        "_cli/_models.py",
        "tests/cli/test_files.py -k 'windows or bad_options'",
        [
            ("(0.25, 0.5, 0.75, 1, 1.5, 2)", "(0.25, 0.5, 0.75, 1, 1.5, 3)"),
            ("if name in models:", "if name is not None:"),
            ("get_close_matches(plain, known, n=1)", "[]"),
        ],
    ),
    (
        "_cli/_results.py",
        "tests/cli/test_compare.py -k 'other_data or interrupt'",
        [
            ('if key != "target" or both_named', 'if key == "target"'),
            ('if key != "target" or both_named', "if True"),
            ('if key != "target" or both_named', 'if key != "target"'),
            ("os.path.realpath(path) for path", "path for path"),
        ],
    ),
    (
        "_writing.py",
        "tests/io/test_model_file.py -k 'full_disk or half_way'",
        [
            ("real.with_name(f", "real.with_name(real.name or f"),
            ("unfinished.unlink(missing_ok=True)", "pass"),
        ],
    ),
    (
        "_writing.py",
        "tests/test_writing.py",
        [
            ("if path.exists() and not path.is_file():", "if False:"),
            ("shutil.copymode(real, unfinished)", "pass"),
        ],
    ),
    (
        "_words.py",
        "tests/cli/test_files.py -k 'small_classes or test_one_model'",
        [("if number == 1", "if number > 1")],
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
