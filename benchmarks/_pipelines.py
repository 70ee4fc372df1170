"""The classical models that the guide recommends, on raw, pooled and compressed spectra."""

from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from skspectra import MaxPoolDownsampler, PooledSVC
from skspectra.preprocessing import compress, normalize

# What stands before the classifier.
INPUTS = ("raw", "pooled", "compressed")

CLASSIFIERS = {
    "nearest centroid": NearestCentroid(),
    "nearest neighbour": KNeighborsClassifier(1),
    # A looser tolerance than scikit-learn's own: many times as fast, and as accurate.
    "logistic regression": LogisticRegression(tol=1e-3, max_iter=5000),
    "decision tree": DecisionTreeClassifier(random_state=0),
    "extra trees": ExtraTreesClassifier(random_state=0),
    "MLP": MLPClassifier(256, random_state=0),
    "SVM": None,
}


def make_model(name, given):
    """Return the classifier behind normalising and what `given` says."""
    if name == "SVM":
        size = 1 if given == "raw" else "auto"
        return PooledSVC(size, size, compression="adaptive" if given == "compressed" else "none")
    steps = [FunctionTransformer(normalize)]
    if given != "raw":
        steps.append(MaxPoolDownsampler())
    if given == "compressed":
        steps.append(FunctionTransformer(compress))
    classifier = clone(CLASSIFIERS[name])
    if name == "logistic regression":
        # Compressed intensities are several times as large.
        classifier.set_params(C=10 if given == "compressed" else 100)
    return make_pipeline(*steps, classifier)
