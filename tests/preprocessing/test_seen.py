import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skspectra import AugmentedClassifier, MaxPoolDownsampler, PeakShiftAugmenter, PooledSVC
from skspectra.preprocessing import SpectrumNormalizer, compress, normalize
from skspectra.preprocessing._seen import model_features

RNG = np.random.default_rng(0)


def spectra(n=20, n_points=100):
    X = RNG.random((n, n_points))
    y = np.arange(n) % 2
    X[np.arange(n), 20 + 40 * y] += 5
    return X, y


def default_features(X):
    pooled = MaxPoolDownsampler().fit_transform(normalize(X))
    return compress(pooled)


def test_the_model_says_what_it_sees():
    X, y = spectra()
    svc = PooledSVC(10, 5, compression="none").fit(X, y)
    expected = MaxPoolDownsampler(10, 5).fit_transform(normalize(X))
    np.testing.assert_allclose(model_features(svc, X), expected)
    augmented = AugmentedClassifier(PooledSVC(10, 5, compression="none"), PeakShiftAugmenter(1), 1)
    np.testing.assert_allclose(model_features(augmented.fit(X, y), X), expected)
    search = GridSearchCV(PooledSVC(10, 5, compression="none"), {"C": [1]}, cv=2).fit(X, y)
    np.testing.assert_allclose(model_features(search, X), expected)
    scaled = SpectrumNormalizer("area").fit(X)
    found = model_features(make_pipeline(SpectrumNormalizer("area"), svc).fit(X, y), X)
    np.testing.assert_allclose(found, svc.transform_features(scaled.transform(X)))


@pytest.mark.parametrize("wrap", [list, lambda steps: [make_pipeline(*steps)]])
def test_steps_before_the_last(wrap):
    X, y = spectra()
    # Also those of a Pipeline inside a Pipeline.
    steps = wrap([StandardScaler(), "passthrough", ExtraTreesClassifier(2, random_state=0)])
    pipeline = make_pipeline("passthrough", *steps).fit(X, y)
    np.testing.assert_allclose(model_features(pipeline, X), StandardScaler().fit_transform(X))


@pytest.mark.parametrize("wrap", [lambda model: model, make_pipeline])
def test_other_models_get_the_default_features(wrap):
    X, y = spectra()
    model = wrap(ExtraTreesClassifier(2, random_state=0)).fit(X, y)
    found = model_features(model, X.astype(np.float32))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, default_features(X), atol=1e-5)
