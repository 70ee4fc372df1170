import re
from functools import cache
from inspect import signature
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from skspectra import SpectralCNN
from skspectra.neural import _layers as layers
from skspectra.neural._architectures import ZOO, build, check_length, choose, resolve
from skspectra.neural._blocks import Parallel, Residual

# Long enough for every architecture and every switch.
N_POINTS = 320
# Nothing but dense layers would be left of these without convolutions.
ALL_CONVOLUTION = {"resnet", "resnet_mod", "oviedo", "mozaffari"}
POOLS = (nn.MaxPool1d, nn.AvgPool1d, layers.Decimate)
NORMS = layers.BatchNorm
TRUNK = [1666, 555, 278, 139]
HALVES = [2500, 1250, 625, 312, 156]
RESIDUAL = [2500, 1250, 625, 313, 157, 79]
# Published output lengths of the feature extractor, its size, and the dropout of the dense part.
PUBLISHED = {
    "cnn2": ([2500, 1249, 417, 139], 8896, 0.3),
    "cnn3": (TRUNK, 8896, 0.3),
    "cnn6": ([2499, 1249, 624, 312, 156, 78], 4992, 0.7),
    "vgg": (HALVES[:4], 19968, 0),
    "resnet": (RESIDUAL, 7900, 0.5),
    "cnn_bn": (HALVES[:3], 40000, 0.5),
    "inc3": (TRUNK, 20433, 0.3),
    "inc6": (TRUNK, 46148, 0.3),
    "cnn_bn_mod": (HALVES[:3], 40000, 0.5),
    "cnn6_convdo": ([2499, 1249, 624, 312, 156, 78], 4992, 0),
    "cnn6_bn": ([2499, 1249, 624, 312, 156, 78], 4992, 0.7),
    "vgg_mod": (HALVES[:4], 19968, 0.3),
    "resnet_mod": (RESIDUAL, 7900, 0.5),
    "park": ([1000, 499, 100, 98, 49, 47], 3760, 0.3),
    "vecsei": ([1000, 499, 100, 98, 49, 47], 3760, 0.5),
    "fan": (HALVES[:2], 80000, 0.3),
    "oviedo": ([625, 125, 42, 1], 32, 0),
    "sang": (HALVES, 79872, 0.5),
    "mozaffari": ([], 160000, 0),
    "schuetzke": (HALVES, 9984, 0.35),
}


@cache
def published(name, n_outputs):
    return build(ZOO[name], 5000, n_outputs, "meta")


def n_parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


def n_with_running_statistics(network):
    statistics = [layer for layer in network.modules() if isinstance(layer, NORMS)]
    return n_parameters(network) + sum(2 * layer.num_features for layer in statistics)


def leaves(network):
    return [layer for layer in network.modules() if not list(layer.children())]


def count(network, kind):
    return sum(isinstance(layer, kind) for layer in leaves(network))


def defaults(name):
    parameters = signature(ZOO[name]).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters}


def having(switch):
    return [name for name in ZOO if switch in defaults(name)]


def small(name, device="meta", **switches):
    return build(resolve(name, switches), N_POINTS, 5, device)


def cases():
    """Every value of every switch of every architecture, its own values once."""
    cases = [
        (name, switch, value)
        for name in ZOO
        for switch, options in layers.SWITCHES.items()
        for value, factory in options.items()
        if switch in defaults(name) and factory is not defaults(name)[switch]
    ]
    return cases + [(name, "dropout", rate) for name in ZOO for rate in (0.0, 0.9)]


def tiny(n_points, *, convolution=layers.convolution, activation=nn.ReLU):
    return [*(convolution(1, 2, 3), activation()), nn.MaxPool1d(4), nn.Flatten()]


@pytest.mark.parametrize(
    ("name", "n_outputs", "expected"),
    [
        ("cnn2", 500, 19_150_728),
        ("cnn3", 500, 25_347_872),
        ("cnn6", 500, 20_212_224),
        ("vgg", 500, 2_556_174),
        ("resnet", 500, 5_204_540),
        ("cnn_bn", 500, 82_963_316),
        ("inc3", 500, 78_870_534),
        ("inc6", 500, 186_817_238),
        ("cnn_bn_mod", 27, 81_993_691),
        ("cnn6_convdo", 27, 19_644_151),
        ("cnn6_bn", 27, 19_645_687),
        ("vgg_mod", 27, 41_113_017),
        ("resnet_mod", 27, 29_488_511),
        ("park", 1, 3_170_081),
        ("vecsei", 1, 11_785_841),
        ("fan", 1, 290_406_145),
        ("oviedo", 1, 8_577),
        ("sang", 1, 47_575_617),
        ("mozaffari", 1, 10_240_257),
        ("schuetzke", 1, 1_666_505),
    ],
)
def test_published_numbers_of_parameters(name, n_outputs, expected):
    """The published numbers include the running statistics of batch normalisation."""
    assert n_with_running_statistics(published(name, n_outputs)) == expected


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("cnn2", 18.91),
        ("cnn3", 24.87),
        ("cnn6", 19.64),
        ("vgg", 2.47),
        ("resnet", 1.47),
        ("cnn_bn", 81.99),
        ("inc3", 78.52),
        ("inc6", 186.63),
    ],
)
def test_published_numbers_of_parameters_for_the_challenge(name, millions):
    assert round(n_with_running_statistics(published(name, 27)) / 1e6, 2) == millions


def test_running_statistics_are_no_parameters():
    assert n_parameters(published("cnn_bn", 500)) == 82_963_092


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sizes(name):
    network = published(name, 1)
    lengths = []
    x = torch.zeros(1, 5000, device="meta")
    for layer in network:
        x = layer(x)
        if x.ndim == 3 and x.shape[-1] not in [5000, *lengths]:
            lengths.append(x.shape[-1])
    assert x.shape == (1, 1)
    first = next(layer for layer in network if isinstance(layer, nn.Linear))
    expected_lengths, flat, dropout = PUBLISHED[name]
    assert lengths == expected_lengths
    assert first.in_features == flat
    assert defaults(name)["dropout"] == dropout


def test_every_network_is_compared_with_its_paper():
    assert set(PUBLISHED) == set(ZOO)
    for name, function in ZOO.items():
        assert function.__name__ == name


def test_published_hidden_activations():
    linear = {
        n for n in having("hidden_activation") if defaults(n)["hidden_activation"] != nn.ReLU
    }
    assert linear == {"cnn2", "cnn3", "vgg", "cnn_bn", "inc3", "inc6"}


def test_published_pooling_and_activations():
    pools = {name: defaults(name)["pooling"] for name in having("pooling")}
    means = {"park", "vecsei", "oviedo"}
    assert {name for name in pools if pools[name] is layers.mean_pool} == means
    assert {pools[name] for name in set(pools) - means} == {layers.max_pool}
    activations = {name: defaults(name)["activation"] for name in having("activation")}
    leaky = {"cnn_bn", "cnn_bn_mod"}
    assert {name for name in activations if activations[name] is layers.leaky_relu} == leaky
    assert {activations[name] for name in set(activations) - leaky} == {nn.ReLU}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vecsei", ["SameConv1d", "ReLU", "Dropout", "AvgPool1d"]),
        ("vgg", ["SameConv1d", "ReLU", "MaxPool1d", "Dropout"]),
        ("cnn_bn", ["SameConv1d", "BatchNorm", "LeakyReLU", "MaxPool1d"]),
        ("resnet", ["SameConv1d", "BatchNorm", "Residual", "ReLU"]),
        ("resnet_mod", ["SameConv1d", "ReLU", "Residual", "ReLU"]),
    ],
)
def test_order_of_the_first_layers(name, expected):
    kinds = [type(layer).__name__ for layer in published(name, 1)]
    assert [kind for kind in kinds if kind not in ("Unflatten", "Identity")][:4] == expected


def test_a_residual_block_adds_its_shortcut():
    block = Residual([nn.Conv1d(1, 1, 1)], [])
    x = torch.randn(2, 1, 5)
    torch.testing.assert_close(block(x), block.body(x) + x)


def test_no_kind_of_pooling_on_windows_of_one_point():
    """All would be the same, which an ablation must not report."""
    for pooling in ("max", "none"):
        with pytest.raises(ValueError, match="with another pooling, which needs at least 121"):
            check_length("oviedo", 120, {"pooling": pooling, "norm": "batch"})
    with pytest.raises(ValueError, match="for architecture='cnn6', which needs at least 11"):
        check_length("cnn6", 9, {"dropout": 0.2})


def test_decimation_of_the_whole_axis_is_refused():
    with pytest.raises(ValueError, match=r"pooling='decimate' has no meaning .*'oviedo'"):
        build(resolve("oviedo", {"pooling": "decimate"}), 5000, 2, "meta")


def test_auto_is_the_best_network_or_the_shortest_one():
    assert [choose("auto", n_points) for n_points in (1, 10, 11, 5000)] == [
        *("mozaffari", "mozaffari", "cnn6", "cnn6")
    ]
    assert choose("vgg", 1) == "vgg"
    assert choose(tiny, 1) is tiny


@pytest.mark.parametrize(
    ("name", "instead"), [("poolnet", "PooledMLP()"), ("poolnet_fine", "PooledMLP(n_steps=8)")]
)
def test_a_network_without_convolution_is_no_cnn(name, instead):
    with pytest.raises(
        ValueError, match=re.escape(f"no convolution, so it is not a SpectralCNN; use {instead}.")
    ):
        SpectralCNN(name).fit(np.eye(4, 50), [0, 0, 1, 1])


def test_an_unknown_network_is_answered_with_all_names_in_order():
    listed = ", ".join(map(repr, ZOO))
    message = re.escape(
        f"architecture='resnet50' is not known; use 'auto', a function, or one of {listed}."
    )
    with pytest.raises(ValueError, match=message):
        SpectralCNN("resnet50").fit(np.eye(4, 50), [0, 0, 1, 1])
    assert list(ZOO)[:3] == ["cnn2", "cnn3", "cnn6"]


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("vgg", [0.2] * 4),
        ("cnn6_convdo", [0.2] * 6),
        ("vgg_mod", [0.3] * 3),
        ("vecsei", [0.3] * 3 + [0.5] * 3),
        ("fan", [0.3] * 4),
        ("resnet", [0.5]),
        ("schuetzke", [0.35] * 2),
        ("mozaffari", []),
    ],
)
def test_published_dropout(name, rates):
    network = published(name, 1)
    assert [layer.p for layer in network.modules() if isinstance(layer, nn.Dropout)] == rates


@pytest.mark.parametrize(
    ("name", "channels"), [("inc3", [86, 112, 147]), ("inc6", [86, 112, 147, 194, 255, 332])]
)
def test_channels_of_the_inception_blocks(name, channels):
    found = []
    x = torch.zeros(1, 5000, device="meta")
    for layer in published(name, 500):
        x = layer(x)
        if isinstance(layer, Parallel):
            found.append(x.shape[1])
    assert found == channels


def test_average_of_an_inception_block_leaves_out_the_padding():
    block = next(layer for layer in small("inc3", "cpu") if isinstance(layer, Parallel))
    average = next(layer for layer in block.modules() if isinstance(layer, nn.AvgPool1d))
    found = average(torch.tensor([[[2.0, 4.0, 9.0, 5.0]]]))
    assert found.tolist() == [[[(2 + 4) / 2, 5, 6, (9 + 5) / 2]]]


def test_slope_of_leaky_relu():
    slopes = {m.negative_slope for m in small("cnn_bn").modules() if isinstance(m, nn.LeakyReLU)}
    assert slopes == {0.1}


def test_steps_of_a_value():
    """A ruler of four steps from 0 to 1, whose outermost steps have no end."""
    x = torch.tensor([-0.5, 0.0, 0.1, 0.25, 0.6, 1.0, 1.5], requires_grad=True)
    steps = layers.Steps(4)(x[None, None]).reshape(7, 4)
    expected = [[-2, 0, 0, 0], [0, 0, 0, 0], [0.4, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0.4, 0]]
    torch.testing.assert_close(steps, torch.tensor([*expected, [1.0] * 4, [1, 1, 1, 3]]))
    torch.testing.assert_close(layers.Steps(1)(x[None, None])[0, 0], x)
    torch.testing.assert_close(
        torch.autograd.grad(steps.sum(), x)[0][[0, 1, 2, 4, 6]], torch.full((5,), 4.0)
    )


@pytest.mark.parametrize(("name", "switch", "value"), cases())
def test_every_switch_of_every_architecture(name, switch, value):
    """The network can be built and run, unless nothing of it would be left."""
    if name in ALL_CONVOLUTION and (switch, value) == ("convolution", "none"):
        with pytest.raises(ValueError, match=f"convolution='none' .*'{name}', which pools no win"):
            resolve(name, {"convolution": "none"})
        return
    if (name, value) == ("oviedo", "decimate"):
        with pytest.raises(ValueError, match="one end of it would be left"):
            small(name, pooling="decimate")
        return
    network = small(name, **{switch: value})
    assert network(torch.zeros(2, N_POINTS, device="meta")).shape == (2, 5)


@pytest.mark.parametrize(
    ("name", "norm"),
    [
        *((name, {}) for name in ZOO),
        *((name, {"norm": "batch"}) for name in ("cnn2", "vgg", "inc3")),
    ],
)
def test_a_gradient_reaches_every_parameter(name, norm):
    """And the network has the shapes that it has on the "meta" device, where predictions build it.

    Biases before a normalisation have no influence, so rounding gives them theirs.
    """
    function = resolve(name, norm | {"dropout": 0.0} if "dropout" in defaults(name) else norm)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = build(function, N_POINTS, 3)
        layers.initialize_like_keras(network)
        X = torch.rand(12, N_POINTS)
        network.train()
        target = torch.arange(12) % 3
        nn.functional.cross_entropy(network(X), target).backward()
    on_meta = build(function, N_POINTS, 3, "meta").state_dict()
    shapes = {key: value.shape for key, value in network.state_dict().items()}
    assert {key: value.shape for key, value in on_meta.items()} == shapes
    for parameter_name, parameter in network.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.abs().max() > 0, parameter_name


@pytest.mark.parametrize("name", sorted(set(having("convolution")) - ALL_CONVOLUTION))
def test_without_convolutions_only_pooling_and_dense_layers_are_left(name):
    network = list(small(name, convolution="none"))
    flatten = next(i for i, layer in enumerate(network) if isinstance(layer, nn.Flatten))
    features = nn.Sequential(*network[1:flatten])
    assert {type(layer) for layer in leaves(features)} <= {*POOLS, nn.Identity}
    assert count(features, POOLS) >= 2
    assert count(nn.Sequential(*network), nn.Conv1d) == 0
    # One channel goes on: the first dense layer is narrow.
    first = next(layer for layer in network if isinstance(layer, nn.Linear))
    assert first.in_features < N_POINTS


@pytest.mark.parametrize("name", having("convolution"))
def test_frozen_convolutions(name):
    network = small(name, convolution="frozen")
    assert count(network, nn.Conv1d) == count(small(name), nn.Conv1d) > 0
    for layer in leaves(network):
        for parameter in layer.parameters():
            assert parameter.requires_grad != isinstance(layer, nn.Conv1d)


@pytest.mark.parametrize("name", having("norm"))
def test_normalisation_follows_every_convolution(name):
    dense = name == "sang"
    assert count(small(name, norm="none"), NORMS) == dense
    network = small(name, norm="batch")
    assert count(network, NORMS) == count(network, nn.Conv1d) + dense
    found = leaves(network)
    for layer, following in pairwise(found):
        if isinstance(layer, nn.Conv1d):
            assert isinstance(following, NORMS)
            assert following.num_features == layer.out_channels


@pytest.mark.parametrize("name", having("activation"))
def test_activation_follows_every_convolution(name):
    network = small(name, activation="tanh")
    # One for the sum of a residual block's convolution and its shortcut.
    n_sums = 12 if name.startswith("resnet") else 0
    n_shortcuts = n_sums // 2
    n_bare = n_shortcuts + n_sums + (name == "resnet")
    assert count(network, nn.Tanh) == count(network, nn.Conv1d) - n_bare + n_sums


@pytest.mark.parametrize("name", having("hidden_activation"))
def test_hidden_activation_follows_every_hidden_layer(name):
    network = small(name, hidden_activation="tanh")
    assert count(network, nn.Tanh) == count(network, nn.Linear) - 1 > 0


@pytest.mark.parametrize("name", having("dropout"))
def test_dropout_precedes_every_dense_layer(name):
    network = list(small(name, dropout=0.37))
    rates = [layer.p for layer in network if isinstance(layer, nn.Dropout)]
    assert rates.count(0.37) == count(nn.Sequential(*network), nn.Linear)
    assert set(rates) <= {0.37, 0.2, 0.3}


@pytest.mark.parametrize("name", sorted({*having("pooling")} - {"oviedo"}))
def test_every_pool_is_replaced(name):
    n_pools = count(small(name, pooling="max"), nn.MaxPool1d)
    assert n_pools >= 1
    # The average of an inception block keeps the length: it is no pool of the other kinds.
    n_inception = {"inc3": 3, "inc6": 6}.get(name, 0)
    decimated = small(name, pooling="decimate")
    assert count(decimated, layers.Decimate) == n_pools
    assert count(decimated, nn.AvgPool1d) == n_inception
    assert count(small(name, pooling="mean"), nn.AvgPool1d) == n_pools + n_inception
    assert count(small(name, pooling="none"), POOLS) == 0


def test_only_what_is_switched_replaces_the_architecture_s_own_value():
    found = resolve("cnn6", {"pooling": "mean", "dropout": 0.1})
    assert found.func is ZOO["cnn6"]
    assert found.keywords == {"pooling": layers.mean_pool, "dropout": 0.1}


def test_a_switch_without_meaning_is_named():
    message = "pooling='mean' has no meaning for architecture='resnet'.*use pooling='auto'"
    with pytest.raises(ValueError, match=message):
        SpectralCNN("resnet", pooling="mean").fit(np.eye(4, 50), [0, 0, 1, 1])


def test_callable():
    network = build(resolve(tiny, {"convolution": "frozen", "activation": "tanh"}), 20, 3)
    assert isinstance(network[2], nn.Tanh)
    assert network(torch.rand(2, 20)).shape == (2, 3)


def test_a_callable_that_lacks_a_keyword():
    with pytest.raises(
        ValueError, match=r"dropout=0\.5 has no meaning .* activation, convolution"
    ):
        resolve(tiny, {"dropout": 0.5})


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        ({"pooling": "none"}, "has no meaning with pooling='none': only dense"),
        ({"activation": "tanh"}, "activation='tanh' has no .* use activation='auto'"),
        ({"norm": "batch"}, "norm='batch' has no meaning with convolution='none'"),
    ],
)
def test_what_has_no_meaning_without_convolutions(switches, message):
    with pytest.raises(ValueError, match=message):
        resolve("cnn6", {"convolution": "none", **switches})


def test_what_is_left_of_a_callable_is_its_own_affair():
    found = resolve(tiny, {"convolution": "none", "activation": "tanh"})
    assert found.keywords == {"convolution": layers.no_convolution, "activation": nn.Tanh}


@pytest.mark.parametrize("name", [*ZOO, "cnn2 none", "cnn2 decimate", "cnn6 mean"])
def test_too_short_for_an_architecture_names_the_least_that_works(name):
    name, _, value = name.partition(" ")
    switch = "convolution" if value == "none" else "pooling"
    switches = {switch: value} if value else {}
    function = resolve(name, switches)
    if name in ALL_CONVOLUTION:
        least = 1
    else:
        with pytest.raises(ValueError, match="X has 1 points per spectrum, too short") as error:
            check_length(name, 1, switches)
        least = int(re.search(r"needs at least (\d+)", str(error.value))[1])
        with pytest.raises(ValueError if value == "decimate" else RuntimeError):
            build(function, least - 1, 2, "meta")
    check_length(name, least, switches)
    built = build(function, least, 2, "meta")
    assert built(torch.zeros(3, least, device="meta")).shape == (3, 2)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_least_number_of_points_can_be_fitted():
    model = SpectralCNN("cnn2", max_epochs=1, early_stopping=False, n_threads=1)
    with pytest.raises(ValueError, match="at least") as error:
        model.fit(np.eye(4, 2), [0, 0, 1, 1])
    least = int(re.search(r"at least (\d+)", str(error.value))[1])
    X = np.random.default_rng(0).uniform(size=(4, least))
    assert model.fit(X, [0, 0, 1, 1]).predict_proba(X).shape == (4, 2)


def test_an_error_of_the_architecture_itself_shows():
    def broken(n_points):
        raise RuntimeError("no such layer")

    with pytest.raises(RuntimeError, match="no such layer"):
        SpectralCNN(broken).fit(np.eye(4, 50), [0, 0, 1, 1])
