import numpy as np
import pytest
import torch
from torch import nn

from skspectra.neural import _convolution
from skspectra.neural import _layers as layers
from skspectra.neural._convolution import SameConv1d, fourier_convolution
from skspectra.preprocessing import compress


def plain_convolution(x, weight, bias, stride):
    """Keras' "same" padding, one output at a time: of an odd number of zeros the last is right."""
    out_channels, in_channels, kernel = weight.shape
    length = x.shape[1]
    n_out = -(-length // stride)
    padding = max((n_out - 1) * stride + kernel - length, 0)
    left = padding // 2
    result = np.zeros((out_channels, n_out))
    for o in range(out_channels):
        for i in range(n_out):
            total = bias[o]
            for c in range(in_channels):
                for k in range(kernel):
                    place = i * stride - left + k
                    if 0 <= place < length:
                        total += weight[o, c, k] * x[c, place]
            result[o, i] = total
    return result


@pytest.mark.parametrize("length", [1, 2, 7, 10, 11])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
def test_same_convolution_follows_the_rule_of_keras(length, kernel, stride):
    rng = np.random.default_rng(0)
    convolution = layers.convolution(2, 3, kernel, stride)
    x = rng.normal(size=(2, length)).astype(np.float32)
    expected = plain_convolution(
        x, convolution.weight.detach().numpy(), convolution.bias.detach().numpy(), stride
    )
    found = convolution(torch.from_numpy(x)[None]).detach().numpy()[0]
    assert found.shape == (3, -(-length // stride))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_odd_zero_is_on_the_right():
    convolution = layers.convolution(1, 1, 2)
    with torch.no_grad():
        convolution.weight.copy_(torch.tensor([[[10.0, 1.0]]]))
        convolution.bias.zero_()
        assert convolution(torch.tensor([[[1.0, 2.0, 3.0]]])).tolist() == [[[12, 23, 30]]]


@pytest.mark.parametrize("n_points", [7, 40, 41, 500])
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (2, 3), (8, 1), (9, 2), (25, 3), (40, 5)])
@pytest.mark.parametrize("n_samples", [1, 3])
def test_fourier_convolution_equals_conv1d(n_points, kernel, stride, n_samples):
    """Values and gradients, of spectra of fewer points than one part and of many parts."""
    torch.manual_seed(0)
    padding = (kernel // 2, kernel)
    x, weight, bias = (
        torch.randn(*shape, dtype=torch.float64, requires_grad=True)
        for shape in ((n_samples, 3, n_points), (4, 3, kernel), (4,))
    )
    expected = nn.functional.conv1d(nn.functional.pad(x, padding), weight, bias, stride)
    found = fourier_convolution(x, weight, bias, stride, padding)
    torch.testing.assert_close(found, expected)
    upstream = torch.randn_like(expected)
    gradients = (torch.autograd.grad(y, (x, weight, bias), upstream) for y in (found, expected))
    for gradient, truth in zip(*gradients, strict=True):
        torch.testing.assert_close(gradient, truth)


def test_fourier_convolution_refuses_other_channels_and_takes_no_spectra():
    weight, bias = torch.randn(6, 8, 20), torch.randn(6)
    with pytest.raises(RuntimeError):
        fourier_convolution(torch.randn(2, 16, 100), weight, bias)
    assert fourier_convolution(torch.randn(0, 8, 100), weight, bias).shape == (0, 6, 81)


@pytest.mark.parametrize(
    ("in_channels", "kernel", "stride", "length", "is_fourier"),
    [
        (1, 35, 1, 400, False),
        (31, 15, 1, 300, False),
        (32, 14, 1, 300, False),
        (32, 15, 1, 299, False),
        (32, 15, 1, 300, True),
        (33, 25, 3, 401, True),
    ],
)
def test_long_kernels_are_products_of_fourier_transforms(
    in_channels, kernel, stride, length, is_fourier, monkeypatch
):
    """Which form is taken, and that all of them compute what conv1d does, in float32."""
    seen = []

    def watched(*args):
        seen.append(args)
        return fourier_convolution(*args)

    monkeypatch.setattr(_convolution, "fourier_convolution", watched)
    torch.manual_seed(0)
    layer = SameConv1d(in_channels, 6, kernel, stride)
    x = torch.randn(2, in_channels, length)
    found = layer(x)
    assert bool(seen) == is_fourier
    padding = max((-(-length // stride) - 1) * stride + kernel - length, 0)
    padded = nn.functional.pad(x, (padding // 2, padding - padding // 2))
    expected = nn.functional.conv1d(padded, layer.weight, layer.bias, stride)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_a_prediction_leaves_the_fourier_transforms_usable_for_training():
    _convolution._transforms.cache_clear()
    x, weight = torch.randn(1, 2, 61), torch.randn(2, 2, 11, requires_grad=True)
    with torch.inference_mode():
        fourier_convolution(x, weight, torch.zeros(2))
    fourier_convolution(x, weight, torch.zeros(2)).sum().backward()
    assert weight.grad.isfinite().all()


def test_frozen_convolution_learns_nothing():
    frozen = layers.frozen_convolution(1, 4, 3)
    assert [p.requires_grad for p in frozen.parameters()] == [False, False]
    assert all(p.requires_grad for p in layers.convolution(1, 4, 3).parameters())


def test_no_convolution_lets_the_one_channel_through():
    x = torch.arange(6.0).reshape(2, 1, 3)
    assert layers.no_convolution(64, 64, 25, 3)(x) is x


@pytest.mark.parametrize(
    ("pool", "reduce"),
    [
        (layers.max_pool, max),
        (layers.mean_pool, lambda window: sum(window) / len(window)),
        (layers.decimation, lambda window: window[0]),
    ],
)
@pytest.mark.parametrize(("size", "stride"), [(3, 2), (2, 3), (1, 2), (4, 4), (1, 1)])
@pytest.mark.parametrize("length", [4, 9, 10])
def test_pools_against_the_plain_loop(pool, reduce, size, stride, length):
    x = np.random.default_rng(0).normal(size=length).round(3)
    expected = [reduce(x[i : i + size]) for i in range(0, length - size + 1, stride)]
    found = pool(size, stride)(torch.from_numpy(x)[None, None])
    np.testing.assert_allclose(found.numpy()[0, 0], expected)


@pytest.mark.parametrize("n_points", [9, 10, 96, 97])
def test_compress_is_that_of_the_transformer(n_points):
    X = np.random.default_rng(0).normal(size=(3, n_points)).astype(np.float32)
    X[1] = 0
    found = layers.Compress()(torch.from_numpy(X)[:, None]).numpy()[:, 0]
    np.testing.assert_allclose(found, compress(X), rtol=1e-5, atol=1e-6)


def test_batch_norm_has_the_settings_of_keras():
    norm = layers.batch_norm()
    assert norm.eps == 1e-3
    # Keras' momentum of 0.99 is what is kept; torch's is what is taken.
    x = torch.full((4, 2, 5), 3.0)
    norm.train()(x)
    np.testing.assert_allclose(norm.running_mean.numpy(), [0.03, 0.03], rtol=1e-5)


@pytest.mark.parametrize("rate", [0, 0.0])
def test_no_dropout_is_no_layer(rate):
    assert layers.drop(rate) == []
    assert [type(layer) for layer in layers.hidden((5,), nn.ReLU, rate)] == [
        nn.LazyLinear,
        nn.ReLU,
    ]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((), []),
        ((7,), [7, "Tanh", 0.4]),
        ((7, 5), [7, "Tanh", 0.4, 5, "Tanh", 0.4]),
    ],
)
def test_dropout_comes_before_every_dense_layer_but_the_first(sizes, expected):
    """The output layer follows, so that the last dropout comes before it."""
    found = [
        getattr(layer, "p", getattr(layer, "out_features", type(layer).__name__))
        for layer in layers.hidden(sizes, nn.Tanh, 0.4)
    ]
    assert found == expected


def test_batch_normalisation_of_a_single_value_is_refused_in_our_words():
    norm = layers.batch_norm()
    norm.eval()(torch.randn(1, 4))
    norm.train()(torch.randn(1, 4, 2)), norm.train()(torch.randn(2, 4))
    for single in (torch.randn(1, 4), torch.randn(1, 4, 1)):
        with pytest.raises(ValueError, match=r"batch_size=1 gives .* batch_size of at least 2"):
            norm.train()(single)
        norm.eval()(single)


def test_initialisation_of_keras():
    torch_state = torch.random.get_rng_state()
    try:
        torch.manual_seed(0)
        network = nn.Sequential(nn.Conv1d(4, 64, 25), nn.Linear(300, 200))
        layers.initialize_like_keras(network)
    finally:
        torch.random.set_rng_state(torch_state)
    for layer, fans in zip(network, [(4 + 64) * 25, 300 + 200], strict=True):
        limit = (6 / fans) ** 0.5
        assert not layer.bias.any()
        assert layer.weight.abs().max() <= limit
        assert layer.weight.std().item() == pytest.approx(limit / 3**0.5, rel=0.03)


def test_every_switch_offers_a_factory_a_value():
    assert set(layers.SWITCHES) == {
        "convolution",
        "pooling",
        "activation",
        "hidden_activation",
        "norm",
    }
    for options in layers.SWITCHES.values():
        assert all(callable(factory) for factory in options.values())


@pytest.mark.parametrize("in_channels", [1, 3])
@pytest.mark.parametrize("stride", [1, 2, 5])
@pytest.mark.parametrize("kernel", [1, 4, 35])
def test_same_convolution_is_that_of_torch(in_channels, stride, kernel):
    """Values and all gradients, whatever the layout in memory of what comes in."""
    torch.manual_seed(0)
    convolution = layers.convolution(in_channels, 6, kernel, stride)
    parameters = [convolution.weight, convolution.bias]
    x = torch.randn(4, in_channels, 101)
    padding = max((-(-101 // stride) - 1) * stride + kernel - 101, 0)
    sides = (padding // 2, padding - padding // 2)
    last = x.transpose(1, 2).contiguous().transpose(1, 2)
    for layout in (x, last):
        layout.requires_grad_()
        expected = nn.functional.conv1d(nn.functional.pad(layout, sides), *parameters, stride)
        found = convolution(layout)
        torch.testing.assert_close(found, expected)
        weights = torch.randn_like(expected)
        for one, other in zip(
            torch.autograd.grad((found * weights).sum(), [layout, *parameters]),
            torch.autograd.grad((expected * weights).sum(), [layout, *parameters]),
            strict=True,
        ):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_convolution_keeps_the_channels_last():
    x = torch.randn(2, 1, 50)
    once = layers.convolution(1, 4, 3)(x)
    assert once.stride() == (200, 1, 4)
    assert layers.convolution(4, 8, 3, 2)(layers.batch_norm()(nn.ReLU()(once))).stride()[1] == 1
    assert layers.convolution(32, 8, 15)(torch.randn(2, 32, 300)).stride()[1] == 1


def network(*middle, by_row=True, n_points=60):
    torch.manual_seed(0)
    built = layers.Network(
        nn.Unflatten(1, (1, n_points)),
        *middle,
        nn.Flatten(),
        nn.LazyLinear(3),
        by_row=by_row,
    )
    built.eval()(torch.zeros(1, n_points))
    return built.train()


def test_a_few_spectra_at_a_time_are_all_at_once(monkeypatch):
    """Outputs and gradients do not depend on the parts, the last of which is smaller."""
    built = network(layers.convolution(1, 4, 5), nn.ReLU(), nn.MaxPool1d(3, 2))
    x = torch.randn(7, 60)
    found = []
    for part in (60 * 100, 60 * 2):
        monkeypatch.setattr(layers.Network, "part", part)
        found.append([built(x), *torch.autograd.grad(built(x).square().sum(), built.parameters())])
    for whole, parts in zip(*found, strict=True):
        torch.testing.assert_close(whole, parts)


@pytest.mark.parametrize(("by_row", "sizes"), [(True, [2, 2, 1]), (False, [5])])
def test_parts_are_for_networks_that_are_known_to_work_by_row(monkeypatch, by_row, sizes):
    """A user's layers may look at the whole batch."""
    built = network(layers.convolution(1, 4, 5), nn.ReLU(), by_row=by_row)
    monkeypatch.setattr(layers.Network, "part", 60 * 2)
    seen = []
    built[1].register_forward_hook(lambda _module, inputs, _output: seen.append(len(inputs[0])))
    built(torch.randn(5, 60))
    assert seen == sizes


def test_batch_normalisation_sees_the_whole_batch(monkeypatch):
    built = network(layers.convolution(1, 4, 5), layers.batch_norm(), nn.ReLU())
    x = torch.randn(6, 60)
    expected = built(x)
    monkeypatch.setattr(layers.Network, "part", 60 * 2)
    torch.testing.assert_close(built(x), expected)
    values = built[1](built[0](x))
    mean = values.mean(dim=(0, 2))
    torch.testing.assert_close(
        layers.batch_norm()(values),
        (values - mean[:, None]) / (values.var(dim=(0, 2), correction=0)[:, None] + 1e-3).sqrt(),
        rtol=1e-4,
        atol=1e-4,
    )


def test_center_follows_the_mean_and_one_variance_of_all_features():
    """The mean over the first hundred batches, then one that forgets a hundredth per batch."""
    rng = np.random.default_rng(0)
    center, mean, variance = layers.Center(3), np.zeros(3), 1.0
    for n_batches in range(1, 251):
        x = rng.normal([5, 0, -2], [1, 2, 0.1], (4, 3)) + n_batches / 50
        share = max(1 / n_batches, 0.01)
        mean += share * (x.mean(axis=0) - mean)
        variance += share * (((x - mean) ** 2).mean() - variance)
        found = center(torch.from_numpy(x).float())
        np.testing.assert_allclose(found, (x - mean) / variance**0.5, rtol=1e-3, atol=1e-3)
    x = np.ones((2, 3), dtype=np.float32)
    for _ in range(2):
        found = center.eval()(torch.from_numpy(x))
        np.testing.assert_allclose(found, (x - mean) / variance**0.5, rtol=1e-3, atol=1e-3)


def test_center_of_spectra_that_hardly_differ():
    x = torch.tensor([[1.0, 5.0], [1.002, 5.0]], dtype=torch.float64)
    found = layers.Center(2).double()(x)
    np.testing.assert_allclose(found[:, 0], [-(2**0.5), 2**0.5], rtol=0.02)
    assert not layers.Center(2)(torch.ones(4, 2)).any()


def test_steps_by_hand():
    """Below 0 the first goes on, above 1 the last."""
    found = layers.Steps(2)(torch.tensor([[-0.5, 0.25, 0.5, 0.75, 1.5]]))
    expected = [[-1, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 2]]
    assert found.tolist() == [[value for pair in expected for value in pair]]


def test_leaky_relu_has_the_published_slope():
    found = layers.leaky_relu()(torch.tensor([-2.0, 3.0]))
    np.testing.assert_allclose(found, [-0.2, 3])
