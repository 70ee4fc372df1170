"""Substances and amounts of spectra whose making is known."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score

from skspectra.diffraction import InstrumentProfile, Phase, make_powder_patterns, make_table
from skspectra.mixtures import UnmixingClassifier
from skspectra.mixtures._components import DenseComponents
from skspectra.mixtures._search import Search

X_AXIS = np.arange(400.0, 1800.0, 2.0)


def bands(*places, width=12.0):
    return sum(np.exp(-(((X_AXIS - place) / width) ** 2)) for place in places)


PURE = np.array([bands(600, 1000), bands(750, 1300), bands(900, 1500), bands(650, 1150, 1600)])


def mixtures(n, rng, noise=0.01, offset=0.0):
    """Mixtures of one to three substances on a sloping background."""
    Y = np.zeros((n, 4), int)
    for row in Y:
        row[rng.permutation(4)[: rng.integers(1, 4)]] = 1
    amounts = Y * rng.uniform(0.2, 1, Y.shape)
    rows = []
    for amount in amounts:
        moved = X_AXIS - rng.uniform(-offset, offset)
        total = sum(a * np.interp(moved, X_AXIS, p) for a, p in zip(amount, PURE, strict=True))
        rows.append(total + 0.2 + 0.1 * (X_AXIS - 400) / 1400)
    X = np.array(rows)
    return X + noise * rng.standard_normal(X.shape), Y, amounts


CARDS = [
    Phase.from_lines("a", [4.2, 3.1, 2.2, 1.9, 1.6], [60, 100, 50, 30, 20]),
    Phase.from_lines("b", [3.9, 2.8, 2.4, 1.7, 1.5], [30, 100, 80, 40, 10]),
    Phase.from_lines("c", [5.1, 3.5, 2.55, 2.05, 1.75], [40, 100, 30, 60, 20]),
    Phase.from_lines("d", [4.6, 3.3, 2.65, 1.82], [80, 100, 60, 30]),
]
ANGLES = np.arange(15, 70, 0.02)


@pytest.fixture(scope="module")
def powder():
    return UnmixingClassifier(ANGLES, shift="strain").fit_table(
        make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    )


def patterns(n, **options):
    options = {"max_strain": 0.008, "n_phases": (1, 3), "min_fraction": 0.15} | options
    return make_powder_patterns(
        CARDS, n, two_theta=ANGLES, wavelength="CuKa", random_state=0, **options
    )


def test_substances_of_mixtures_without_an_axis():
    X, Y, amounts = mixtures(40, np.random.default_rng(0))
    model = UnmixingClassifier().fit(PURE, np.eye(4, dtype=int))
    assert (model.predict(X) == Y).all(axis=1).mean() >= 0.95
    areas = amounts * PURE.sum(axis=1)
    np.testing.assert_allclose(
        model.contributions(X), areas / areas.sum(axis=1, keepdims=True), atol=0.03
    )


def test_offsets_are_fitted():
    """Each spectrum's own, whose bands are 12 wide."""
    X, Y, _ = mixtures(40, np.random.default_rng(1), offset=15.0)
    fixed, moving = (
        UnmixingClassifier(X_AXIS, shift=shift, max_shift=16).fit(PURE, np.eye(4, dtype=int))
        for shift in ("none", "offset")
    )
    assert (moving.predict(X) == Y).all(axis=1).mean() >= 0.85
    assert (fixed.predict(X) == Y).all(axis=1).mean() < 0.7


def test_strain_of_measured_spectra():
    """Without a table, all lines of a spectrum move alike."""
    made = make_powder_patterns(
        CARDS,
        4,
        two_theta=ANGLES,
        wavelength="CuKa",
        n_phases=1,
        random_state=0,
        **dict.fromkeys(("max_strain", "background", "counts_at_max"), 0),
    )
    pure = np.array([made.X[made.Y[:, k] == 1][0] for k in made.Y.any(axis=0).nonzero()[0]])
    known = made.Y.any(axis=0).nonzero()[0]
    model = UnmixingClassifier(ANGLES, shift="strain").fit(pure, np.eye(len(pure), dtype=int))
    X = make_powder_patterns(
        [CARDS[k] for k in known],
        20,
        two_theta=ANGLES,
        wavelength="CuKa",
        n_phases=1,
        max_strain=0.01,
        random_state=1,
    )
    assert (model.predict(X.X) == X.Y).all(axis=1).mean() >= 0.9


def test_phases_of_strained_powders(powder):
    made = patterns(30)
    assert (powder.predict(made.X) == made.Y).all(axis=1).mean() >= 0.95
    assert powder.classes_.tolist() == ["a", "b", "c", "d"]
    strains = [
        (explanation.moves[0][0], made.drawn["strain"][i, "abcd".index(explanation.found[0]), 0])
        for i, explanation in enumerate(powder.explain(made.X))
    ]
    np.testing.assert_allclose(*zip(*strains, strict=True), atol=1.5e-3)


def test_displacement_is_fitted(powder):
    made = patterns(10, max_displacement=0.15, max_strain=0, n_phases=3, max_zero_shift=0)
    found = [explanation.displacement for explanation in powder.explain(made.X)]
    np.testing.assert_allclose(found, made.drawn["displacement"], atol=0.03)


def test_widths_are_fitted(powder):
    wide = InstrumentProfile(u=0, v=0, w=0.2, x=0, y=0)
    made = patterns(10, profile=wide)
    assert (powder.predict(made.X) == made.Y).all(axis=1).mean() >= 0.9


def test_every_phase_has_a_width_of_its_own(powder):
    off = dict.fromkeys(("min_size", "max_microstrain", "background", "counts_at_max"), 0)
    narrow, wide = (
        make_powder_patterns(
            [card],
            1,
            two_theta=ANGLES,
            wavelength="CuKa1",
            n_phases=1,
            random_state=0,
            profile=InstrumentProfile(u=0, v=0, w=(0.4 * full) ** 2, x=0.6 * full, y=0),
            **off,
        ).X[0]
        for card, full in zip(CARDS[:2], (0.12, 0.36), strict=True)
    )
    table = make_table(CARDS, wavelength="CuKa1", two_theta_range=(15, 70))
    model = UnmixingClassifier(ANGLES, shift="strain").fit_table(table)
    counts = np.random.default_rng(0).poisson(10_000 * (narrow + wide) + 200)
    found = {item.index: item.width for item in model._solver.solve(counts).found}
    assert found == {0: pytest.approx(0.12, rel=0.15), 1: pytest.approx(0.36, rel=0.15)}


def test_what_lowers_the_spectrum_gains_nothing():
    """Amounts are not negative, so a well is no substance."""
    components = DenseComponents(PURE, X_AXIS, "none")
    empty = np.zeros((len(X_AXIS), 0))
    for sign in (1, -1):
        search = Search(sign * PURE[0], np.full(len(X_AXIS), 0.01), empty, components, 0, 0, 1.0)
        gain, amount = search.gain(PURE[0])
        assert (gain > 0, amount) == (sign > 0, pytest.approx(max(sign, 0)))


def test_labels_in_one_dimension():
    rng = np.random.default_rng(0)
    y = np.repeat(["clay", "lime", "sand", "salt"], 8)
    X = np.repeat(PURE, 8, axis=0) * rng.uniform(0.5, 2, (32, 1)) + 0.02 * rng.standard_normal(
        (32, len(X_AXIS))
    )
    model = UnmixingClassifier().fit(X, y)
    assert model.predict(X).tolist() == y.tolist()
    assert model.classes_.tolist() == ["clay", "lime", "salt", "sand"]
    mixture = 0.7 * PURE[1:2] + 0.3 * PURE[2:3]
    assert model.predict(mixture).tolist() == ["lime"]
    assert cross_val_score(UnmixingClassifier(), X, y, cv=4).min() == 1


def test_nothing_may_be_there():
    model = UnmixingClassifier().fit(PURE, np.eye(4, dtype=int))
    noise = 0.01 * np.random.default_rng(0).standard_normal((5, len(X_AXIS)))
    assert model.predict(noise + 0.5).sum() == 0
    assert model.predict(np.ones((1, len(X_AXIS)))).tolist() == [[0, 0, 0, 0]]
    assert model.contributions(np.ones((1, len(X_AXIS)))).tolist() == [[0, 0, 0, 0]]


def test_columns_of_a_frame_are_the_names_and_the_axis():
    frame = pd.DataFrame(PURE, columns=[str(x) for x in X_AXIS])
    y = pd.DataFrame(np.eye(4, dtype=int), columns=["w", "x", "y", "z"])
    model = UnmixingClassifier(shift="offset").fit(frame, y)
    assert model.class_names_.tolist() == ["w", "x", "y", "z"]
    assert model.classes_.tolist() == [0, 1, 2, 3]
    assert model.predict(frame).tolist() == np.eye(4, dtype=int).tolist()


def test_columns_may_be_named_by_numbers():
    """scikit-learn keeps names that are text only."""
    frame = pd.DataFrame(PURE, columns=X_AXIS)
    model = UnmixingClassifier(shift="offset").fit(frame, np.eye(4, dtype=int))
    moved = np.array([np.interp(X_AXIS - 4, X_AXIS, row) for row in PURE])
    assert model.explain(moved)[0].moves[0][0] == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize("name", [str, float], ids=["text", "numbers"])
def test_columns_that_descend(name):
    """Infrared spectra often do; that matters only where substances move."""
    frame = pd.DataFrame(PURE, columns=[name(x) for x in X_AXIS[::-1]])
    y = np.eye(4, dtype=int)
    assert UnmixingClassifier().fit(frame, y).predict(frame).tolist() == y.tolist()
    with pytest.raises(ValueError, match=r"axis of the columns\[1\]=1796 .* must be ascending"):
        UnmixingClassifier(shift="offset").fit(frame, y)


def test_a_substance_that_is_seen_in_mixtures_only():
    rng = np.random.default_rng(0)
    X, Y, _ = mixtures(30, rng, noise=0.002)
    X = X - X.min(axis=1, keepdims=True)
    mixed = Y.sum(axis=1) > 1
    train = np.concatenate([PURE[:3], X[mixed]])
    labels = np.concatenate([np.eye(4, dtype=int)[:3], Y[mixed]])
    with pytest.warns(UserWarning, match="No row is pure 3; what stands for it is estimated"):
        model = UnmixingClassifier().fit(train, labels)
    assert np.corrcoef(model.components_[3], PURE[3])[0, 1] > 0.95
    assert model.components_[3].min() >= 0


def test_mixtures_set_the_stopping_rule():
    """Impurities that are in every mixture, but in no label, must not be taken for a substance."""
    rng = np.random.default_rng(0)
    X, Y, _ = mixtures(40, rng)
    X = X + 0.06 * PURE[0] * (Y[:, :1] == 0)
    plain = UnmixingClassifier().fit(PURE, np.eye(4, dtype=int))
    taught = UnmixingClassifier().fit(
        np.concatenate([PURE, X[:20]]), np.concatenate([np.eye(4, dtype=int), Y[:20]])
    )

    def exact(model):
        return (model.predict(X[20:]) == Y[20:]).all(axis=1).mean()

    assert taught.margin_ > plain.margin_
    assert exact(taught) > exact(plain)


def test_known_amounts_give_response_factors():
    rng = np.random.default_rng(0)
    X, Y, amounts = mixtures(30, rng, noise=0.001)
    X = X - 0.2 - 0.1 * (X_AXIS - 400) / 1400
    model = UnmixingClassifier().fit(X[:20], Y[:20], amounts=amounts[:20])
    np.testing.assert_allclose(model.amounts(X[20:]), amounts[20:], atol=0.02)
    with pytest.raises(ValueError, match="Amounts are not known"):
        UnmixingClassifier().fit(PURE, np.eye(4, dtype=int)).amounts(X)
    with pytest.raises(ValueError, match=r"amounts\[0, 0\] is 0, but y says that row 0 holds"):
        UnmixingClassifier().fit(PURE, np.eye(4, dtype=int), amounts=1 - np.eye(4))
    with pytest.raises(ValueError, match="amounts has shape"):
        UnmixingClassifier().fit(X, Y, amounts=amounts[:, :2])


def test_explanations_add_up(powder):
    made = patterns(4)
    for row, explanation in zip(made.X, powder.explain(made.X), strict=True):
        total = explanation.background + explanation.contributions.sum(axis=0) + explanation.left
        np.testing.assert_allclose(total, row)
        assert abs(explanation.left).mean() < 0.02 * row.max()
        assert not explanation.unknown
        assert explanation.groups == [[name] for name in explanation.found]


def test_peaks_that_nothing_explains(powder):
    made = patterns(1, n_phases=1)
    extra = made.X[0].max() * np.exp(-(((ANGLES - 50.0) / 0.1) ** 2))
    (explanation,) = powder.explain([made.X[0] + 0.5 * extra])
    assert explanation.peaks[0][0] == pytest.approx(50.0, abs=0.05)
    assert explanation.peaks[0][1] == pytest.approx(0.5 * extra.max(), rel=0.3)
    assert 0 < explanation.unexplained < 0.5


def test_ghosts_of_strong_lines_are_no_peaks(powder):
    made = patterns(1, n_phases=1, max_strain=0, counts_at_max=100_000, background=0)
    top = ANGLES[made.X[0].argmax()]
    sine = np.sin(np.radians(top / 2)) * 1.392234 / 1.540593
    place = 2 * np.degrees(np.arcsin(sine))
    ghost = 0.01 * made.X[0].max() * np.exp(-(((ANGLES - place) / 0.1) ** 2))
    (explanation,) = powder.explain([made.X[0] + ghost])
    assert not (abs(explanation.peaks[:, 0] - place) < 0.2).any()
    assert not explanation.unknown


def test_detection_limits_are_what_is_found(powder):
    """Below half the limit a phase is missed, above twice the limit it is found."""
    strong, weak = (
        make_powder_patterns(
            [card],
            1,
            two_theta=ANGLES,
            wavelength="CuKa",
            n_phases=1,
            random_state=0,
            **dict.fromkeys(("max_strain", "background", "counts_at_max"), 0),
        ).X[0]
        for card in CARDS[:2]
    )
    rng = np.random.default_rng(0)

    def pattern(part):
        return rng.poisson(20_000 * (strong + part * weak) + 500)

    areas = strong.sum(), weak.sum()
    (limit,) = powder.detection_limits([pattern(0)])[:, 1]
    for factor, found in ((0.4, 0), (2.5, 1)):
        share = factor * limit
        part = share / (1 - share) * areas[0] / areas[1]
        assert powder.predict([pattern(part)])[0, 1] == found


def test_the_scale_of_a_card_changes_no_detection_limit(powder):
    cards = [
        Phase.from_lines("a", [4.2, 3.1, 2.2, 1.9, 1.6], [600, 1000, 500, 300, 200]),
        *CARDS[1:],
    ]
    scaled = UnmixingClassifier(ANGLES, shift="strain").fit_table(
        make_table(cards, wavelength="CuKa", two_theta_range=(15, 70))
    )
    X = patterns(2).X
    assert scaled.detection_limits(X) == pytest.approx(powder.detection_limits(X), rel=1e-6)


def test_ignored_spectra_are_no_substance():
    rng = np.random.default_rng(0)
    holder = bands(850, 1400, width=9.0)
    X, Y, _ = mixtures(20, rng)
    X = X + 0.8 * holder
    table = np.concatenate([PURE, bands(850, 1390, width=14.0)[None]])
    labels = np.eye(5, dtype=int)
    plain = UnmixingClassifier().fit(table, labels)
    told = UnmixingClassifier(ignore=holder[None]).fit(table, labels)
    assert plain.predict(X)[:, 4].mean() > 0.5
    assert told.predict(X)[:, 4].sum() == 0
    assert (told.predict(X)[:, :4] == Y).all(axis=1).mean() > 0.9


def test_what_nothing_can_tell_apart_is_a_group():
    twin = Phase.from_lines(
        "e", [d * 1.005 for d in (4.2, 3.1, 2.2, 1.9, 1.6)], [58, 99, 52, 30, 20]
    )
    table = make_table([*CARDS, twin], wavelength="CuKa", two_theta_range=(15, 70))
    model = UnmixingClassifier(ANGLES, shift="strain").fit_table(table)
    assert [sorted(group) for group in model.phase_groups_] == [["a", "e"]]
    made = patterns(10)
    assert model.predict(made.X)[:, [0, 4]].sum(axis=1).max() == 1
    for explanation in model.explain(made.X):
        for name, group in zip(explanation.found, explanation.groups, strict=True):
            assert sorted(group) == (["a", "e"] if name in ("a", "e") else [name])


def test_an_internal_standard_makes_amounts_absolute():
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    # What is drawn for cards has the same area for the same weight.
    totals = np.add.reduceat(table.intensity, table.start[:-1])
    intensity = table.intensity / np.repeat(totals, np.diff(table.start))
    changed = {"weighed": np.ones(4, bool), "absorption": np.ones(4), "intensity": intensity}
    weighed = type(table)(**vars(table) | changed)
    made = patterns(5, n_phases=2)
    names = np.array(list("abcd"))
    for row, weights in zip(made.X, made.W, strict=True):
        standard = names[weights.argmax()]
        model = UnmixingClassifier(ANGLES, shift="strain", internal_standard=(standard, 0.25))
        found = model.fit_table(weighed).amounts([row])[0]
        np.testing.assert_allclose(found, 0.25 * weights / weights.max(), atol=0.01)


@pytest.mark.parametrize("standard", [("z", 0.25), (1,), ("a", 1), ("a", "b"), ("a", np.nan), ()])
def test_a_wrong_internal_standard_is_refused_in_fit(standard):
    model = UnmixingClassifier(ANGLES, shift="strain", internal_standard=standard)
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    with pytest.raises(ValueError, match="internal_standard"):
        model.fit_table(table)
    with pytest.raises(ValueError, match="internal_standard"):
        UnmixingClassifier(internal_standard=standard).fit(PURE, np.arange(4))


def test_an_internal_standard_needs_a_weight(powder):
    """A reference card has none, and of measured spectra amounts must be given."""
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    model = UnmixingClassifier(ANGLES, shift="strain", internal_standard=("b", 0.2))
    with pytest.raises(ValueError, match="amounts of 'b' are not known"):
        model.fit_table(table)
    with pytest.raises(ValueError, match="amounts of 2 are not known"):
        UnmixingClassifier(internal_standard=(2, 0.2)).fit(PURE, np.arange(4))
    with pytest.raises(ValueError, match="there is no class 'e'; they are a, b, c, d"):
        UnmixingClassifier(ANGLES, shift="strain", internal_standard=("e", 0.2)).fit_table(table)


def test_amounts_are_known_where_all_that_was_found_has_a_weight():
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    changed = {"weighed": np.array([True, True, True, False]), "absorption": np.ones(4)}
    table = type(table)(**vars(table) | changed)
    model = UnmixingClassifier(ANGLES, shift="strain").fit_table(table)
    made = patterns(20, n_phases=2)
    with_card = made.Y[:, 3] == 1
    amounts = model.amounts(made.X)
    np.testing.assert_allclose(amounts[~with_card].sum(axis=1), 1)
    assert np.isnan(amounts[with_card]).all()
    explanations = model.explain(made.X)
    for row, found, card in zip(amounts, explanations, with_card, strict=True):
        which = ["abcd".index(name) for name in found.found]
        np.testing.assert_array_equal(found.amounts, row[which])
        assert ("d has no structure" in found.remark) == card
    # A standard tells the amounts of the others, and must be there to tell them.
    model = UnmixingClassifier(ANGLES, shift="strain", internal_standard=("a", 0.25))
    with_both = with_card & (made.Y[:, 0] == 1)
    amounts = model.fit_table(table).amounts(made.X[with_both])
    assert amounts[0, 0] == pytest.approx(0.25)
    assert np.isnan(amounts[0]).tolist() == [False, False, False, True]
    without = made.X[made.Y[:, 0] == 0][:1]
    assert "the internal standard a was not found" in model.explain(without)[0].remark
    assert np.isnan(model.amounts(without)).all()


def test_absorption_that_differs_is_a_warning():
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    changed = {"weighed": np.ones(4, bool), "absorption": np.array([10.0, 40.0, 40.0, 40.0])}
    model = UnmixingClassifier(ANGLES, shift="strain").fit_table(
        type(table)(**vars(table) | changed)
    )
    made = patterns(20, n_phases=2)
    with_first = made.Y[:, 0] == 1
    with pytest.warns(UserWarning, match=r"mass absorption differs 4\.0 times"):
        model.amounts(made.X[with_first][:1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.amounts(made.X[~with_first][:1])


def test_the_same_seed_gives_the_same_answer(powder):
    made = patterns(3)
    again = pickle.loads(pickle.dumps(powder))
    np.testing.assert_array_equal(again.contributions(made.X), powder.contributions(made.X))
    np.testing.assert_array_equal(powder.contributions(made.X), powder.contributions(made.X))


def test_scale_of_the_spectra_does_not_matter(powder):
    made = patterns(6)
    for scale in (1e-6, 1e6):
        np.testing.assert_array_equal(powder.predict(scale * made.X), powder.predict(made.X))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"shift": "offset"}, "shift='offset' needs an axis"),
        ({"shift": "strain", "x_axis": X_AXIS}, "x_axis reaches .* angles 2theta must be"),
        ({"x_axis": X_AXIS[:5]}, r"x_axis has shape \(5,\)"),
        ({"x_axis": X_AXIS[::-1]}, r"x_axis\[1\]=1796 follows x_axis\[0\]=1798"),
        ({"ignore": np.ones((1, 3))}, "ignore has 3 points"),
        ({"max_shift": 0}, "'max_shift' parameter .* must be a float in the range"),
        (
            {"shift": "strain", "x_axis": X_AXIS / 20, "max_shift": 0.5},
            "max_shift=0.5 must be at most 0.1 with shift='strain'",
        ),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        UnmixingClassifier(**parameters).fit(PURE, np.eye(4, dtype=int))


def test_bad_tables():
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    with pytest.raises(ValueError, match="needs shift='strain'"):
        UnmixingClassifier(ANGLES).fit_table(table)
    with pytest.raises(ValueError, match="needs x_axis"):
        UnmixingClassifier(shift="strain").fit_table(table)
    with pytest.raises(ValueError, match=r"max_shift=0\.2 must be at most 0\.1"):
        UnmixingClassifier(ANGLES, shift="strain", max_shift=0.2).fit_table(table)


def test_the_largest_strain_that_is_allowed(powder):
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    model = UnmixingClassifier(ANGLES, shift="strain", max_shift=0.1, max_displacement=0)
    made = patterns(4, n_phases=1)
    assert model.fit_table(table).predict(made.X).tolist() == made.Y.tolist()


def test_a_column_without_a_spectrum_is_told():
    y = np.eye(4, 5, dtype=int)
    for amounts in (None, y):
        with pytest.warns(UserWarning, match="No row holds 4; without a spectrum") as caught:
            model = UnmixingClassifier().fit(PURE, y, amounts=amounts)
        assert len(caught) == 1
        assert model.predict(PURE).tolist() == y.tolist()


def test_a_saved_model_gives_the_same(tmp_path):
    pytest.importorskip("skops")
    from skspectra.io import load, save

    x = np.arange(400, 1000, 2.0)
    places = np.array([[500, 700], [560, 800], [620, 900]])
    pure = np.exp(-(((x - places[..., None]) / 12) ** 2)).sum(axis=1)
    model = UnmixingClassifier(x, shift="offset").fit(pure, np.eye(3, dtype=int))
    mixtures = pure + pure[::-1]
    save(model, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops").model
    np.testing.assert_array_equal(loaded.contributions(mixtures), model.contributions(mixtures))
