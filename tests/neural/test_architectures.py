import re

import numpy as np
import pytest
import torch
from torch import nn

from skspectra import SpectralCNN
from skspectra.neural import _layers as layers
from skspectra.neural._architectures import ZOO, build, check_length, resolve

# Long enough for every architecture and every switch.
N_POINTS = 240


def n_parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


def keywords(architecture, **switches):
    return resolve(architecture, switches)[1]


def switches_of(architecture):
    """Every value of every switch that the architecture has."""
    known = ZOO[architecture].layers.__kwdefaults__
    cases = [
        (name, value)
        for name, options in layers.SWITCHES.items()
        if name in known
        for value in options
    ]
    return [*cases, ("dropout", 0.0), ("dropout", 0.9)]


def cases():
    return [(name, *case) for name in ZOO for case in [("dropout", "auto"), *switches_of(name)]]


def tiny(n_points, *, convolution=layers.convolution, activation=nn.ReLU):
    return [*(convolution(1, 2, 3), activation()), nn.MaxPool1d(4), nn.Flatten()]


@pytest.mark.parametrize(
    ("name", "n_classes", "expected"),
    [("cnn2", 500, 19_150_728), ("cnn6", 500, 20_212_224), ("cnn6", 27, 19_644_151)],
)
def test_published_numbers_of_parameters(name, n_classes, expected):
    assert n_parameters(build(ZOO[name].layers, 5000, n_classes, {}, "meta")) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("cnn2", [2500, 1249, 417, 139]), ("cnn6", [2499, 1249, 624, 312, 156, 78])],
)
def test_published_lengths(name, expected):
    network = build(ZOO[name].layers, 5000, 500, {}, "meta")
    lengths = []
    x = torch.zeros(1, 5000, device="meta")
    for layer in network:
        x = layer(x)
        if x.ndim == 3 and x.shape[-1] not in [5000, *lengths]:
            lengths.append(x.shape[-1])
    assert lengths == expected


def test_pooling_network_drops_no_point():
    for n_points in range(1, 130):
        network = build(ZOO["poolnet"].layers, n_points, 3, {})
        pooled = network[:3]
        X = torch.eye(n_points)
        assert (pooled(X).amax(dim=(1, 2)) == 1).all(), n_points


@pytest.mark.parametrize(("name", "switch", "value"), cases())
def test_every_switch_of_every_architecture(name, switch, value):
    """The network can be built and run, and its size is that of the "meta" device."""
    chosen = keywords(name, **{switch: value})
    network = build(ZOO[name].layers, N_POINTS, 5, chosen)
    assert network(torch.rand(2, N_POINTS)).shape == (2, 5)
    shapes = {k: v.shape for k, v in network.state_dict().items()}
    on_meta = build(ZOO[name].layers, N_POINTS, 5, chosen, "meta")
    assert {k: v.shape for k, v in on_meta.state_dict().items()} == shapes


@pytest.mark.parametrize(
    ("name", "norm"), [*((name, "auto") for name in ZOO), ("cnn2", "batch"), ("cnn6", "batch")]
)
def test_a_gradient_reaches_every_parameter(name, norm):
    chosen = keywords(name, norm=norm, dropout=0.0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = build(ZOO[name].layers, N_POINTS, 3, chosen)
        layers.initialize_like_keras(network)
        X = torch.rand(12, N_POINTS)
    network.train()
    target = torch.arange(12) % 3
    nn.functional.cross_entropy(network(X), target).backward()
    for parameter_name, parameter in network.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.abs().max() > 0, parameter_name


@pytest.mark.parametrize("name", ["cnn2", "cnn6"])
def test_without_convolutions_only_pooling_and_dense_layers_are_left(name):
    network = build(ZOO[name].layers, N_POINTS, 3, keywords(name, convolution="none"))
    left = {type(layer) for layer in network if list(layer.parameters())}
    assert left == {nn.Linear}
    assert any(isinstance(layer, nn.MaxPool1d) for layer in network)
    # One channel goes on: the first dense layer is narrow.
    first = next(layer for layer in network if isinstance(layer, nn.Linear))
    assert first.in_features < N_POINTS


@pytest.mark.parametrize("name", ["cnn2", "cnn6"])
def test_frozen_convolutions(name):
    network = build(ZOO[name].layers, N_POINTS, 3, keywords(name, convolution="frozen"))
    for layer in network:
        for parameter in layer.parameters():
            assert parameter.requires_grad == isinstance(layer, nn.Linear)


def test_auto_is_the_architecture_s_own_value():
    found, chosen = resolve("cnn6", {"norm": "auto", "dropout": "auto", "pooling": "mean"})
    assert found is ZOO["cnn6"]
    assert chosen == {"pooling": layers.mean_pool}


@pytest.mark.parametrize(
    ("switch", "value"),
    [("convolution", "frozen"), ("activation", "tanh"), ("norm", "batch")],
)
def test_a_switch_without_meaning_is_named(switch, value):
    message = f"{switch}='{value}' has no meaning for architecture='poolnet'.*use {switch}='auto'"
    with pytest.raises(ValueError, match=message):
        SpectralCNN(**{switch: value}).fit(np.zeros((4, 50)), [0, 0, 1, 1])


def test_callable():
    network = build(tiny, 20, 3, keywords(tiny, convolution="frozen", activation="tanh"))
    assert isinstance(network[2], nn.Tanh)
    assert network(torch.rand(2, 20)).shape == (2, 3)


def test_a_callable_that_lacks_a_keyword():
    with pytest.raises(
        ValueError, match=r"dropout=0\.5 has no meaning .* activation, convolution"
    ):
        resolve(tiny, {"dropout": 0.5, "activation": "auto", "convolution": "auto"})


@pytest.mark.parametrize(
    ("name", "switch", "value"),
    [
        ("cnn2", "convolution", "auto"),
        ("cnn2", "convolution", "none"),
        ("cnn2", "pooling", "decimate"),
        ("cnn6", "convolution", "auto"),
        ("cnn6", "pooling", "mean"),
    ],
)
def test_too_short_names_the_least_that_works(name, switch, value):
    chosen = keywords(name, **{switch: value})
    model = SpectralCNN(name, **{switch: value}, max_epochs=1, early_stopping=False, n_threads=1)
    with pytest.raises(ValueError, match=r"X has 1 points per spectrum, too short") as error:
        model.fit(np.zeros((4, 1)), [0, 0, 1, 1])
    least = int(re.search(r"needs at least (\d+)", str(error.value))[1])
    assert least > 1
    check_length(name, ZOO[name].layers, least, chosen)
    network = build(ZOO[name].layers, least, 2, chosen)
    assert network(torch.rand(3, least)).shape == (3, 2)
    with pytest.raises(ValueError, match=f"X has {least - 1} points .* at least {least}"):
        check_length(name, ZOO[name].layers, least - 1, chosen)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_least_number_of_points_can_be_fitted():
    model = SpectralCNN("cnn2", max_epochs=1, early_stopping=False, n_threads=1)
    with pytest.raises(ValueError, match="at least") as error:
        model.fit(np.ones((4, 2)), [0, 0, 1, 1])
    least = int(re.search(r"at least (\d+)", str(error.value))[1])
    X = np.random.default_rng(0).uniform(size=(4, least))
    assert model.fit(X, [0, 0, 1, 1]).predict_proba(X).shape == (4, 2)


def test_pooling_network_works_on_one_point():
    check_length("poolnet", ZOO["poolnet"].layers, 1, {})


def test_an_error_of_the_architecture_itself_shows():
    def broken(n_points):
        raise RuntimeError("no such layer")

    with pytest.raises(RuntimeError, match="no such layer"):
        SpectralCNN(broken).fit(np.zeros((4, 50)), [0, 0, 1, 1])
