import numpy as np
import pytest

from skspectra.comparison._audit import audit, find_duplicates, name_rows


@pytest.fixture
def data():
    """Twenty different spectra of two classes in mixed order, and groups of two."""
    X = np.random.default_rng(0).normal(size=(20, 15))
    return X, np.tile(["a", "b"], 10), np.repeat(np.arange(10), 2) * 2 + np.tile([0, 1], 10)


def codes(*arguments, **more):
    return [finding.code for finding in audit(*arguments, **more)]


def test_nothing_to_find(data):
    assert audit(*data) == []
    assert audit(*data[:2]) == []


def test_duplicates_of_another_label_come_first(data):
    X, y, _ = data
    X[4], X[3], X[8] = X[1], X[10], X[6]
    findings = audit(X, y)
    assert [f.code for f in findings] == ["duplicates across labels", "duplicates"]
    assert findings[0].rows == (1, 4, 3, 10)
    assert "rows 6 and 8" in findings[1].title
    assert "training and test at once" in findings[1].action


def test_duplicates_across_groups(data):
    X, y, groups = data
    X[8] = X[6]
    (finding,) = audit(X, y, groups)
    assert (finding.code, finding.rows) == ("duplicates across groups", (6, 8))
    groups[8] = groups[6]
    (finding,) = audit(X, y, groups)
    assert finding.code == "duplicates"
    assert "do no harm" in finding.action


def test_constant_spectra_are_not_duplicates_too(data):
    X, y, _ = data
    X[2] = 0
    assert audit(X, y)[0].title == "1 spectrum is zero everywhere: row 2."
    X[4] = 7.0
    (finding,) = audit(X, y)
    assert finding.title == "2 spectra are constant everywhere: rows 2 and 4."


def test_a_class_in_one_group(data):
    X, y, groups = data
    y = y.copy()
    y[groups == 2] = "c"
    findings = audit(X, y, groups)
    assert [f.code for f in findings] == ["one group", "rare class"]
    assert findings[0].title == "class 'c' is in one group only."
    assert findings[1].title == "class 'c' (1) has fewer than 5 groups."


def test_rare_classes(data):
    X, y, _ = data
    y = y.copy()
    y[:8:2] = "rare"
    assert codes(X, y) == ["rare class"]
    y[8] = "rare"
    assert codes(X, y) == []


def test_label_order(data):
    X, y, _ = data
    assert codes(X, np.sort(y)) == ["label order"]
    mixed = np.sort(y)
    mixed[[0, -1]] = mixed[[-1, 0]]
    assert codes(X, mixed) == []


def test_several_labels_a_spectrum(data):
    X, y, _ = data
    matrix = np.stack([y == "a", np.arange(20) < 10], axis=1).astype(int)
    assert codes(X, matrix) == []
    X[3] = X[12]
    assert codes(X, matrix) == ["duplicates across labels"]


def test_names_are_used(data):
    X, y, _ = data
    X[4] = X[2]
    names = np.array([f"{i}.spc" for i in range(20)])
    assert "copies of others: 2.spc and 4.spc." in audit(X, y, names=names)[0].title


def test_find_duplicates_equals_the_plain_loop():
    X = np.random.default_rng(1).integers(0, 2, (60, 4)).astype(np.float32)
    expected = {}
    for row, spectrum in enumerate(X.tolist()):
        if len(set(spectrum)) > 1:
            expected.setdefault(tuple(spectrum), []).append(row)
    found = [part.tolist() for part in find_duplicates(X)]
    assert found == [rows for rows in expected.values() if len(rows) > 1]


def test_many_rows_are_counted():
    assert name_rows(range(12), most=3) == "rows 0, 1, 2 and 9 more"
