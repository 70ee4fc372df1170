import numpy as np
import pytest
import torch
from torch import nn

from skspectra.neural import _layers as layers


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


def test_compress():
    compress = layers.Compress(0.01)
    found = compress(torch.tensor([[-0.01, 0.0, 0.01, 1.0]])).numpy()
    np.testing.assert_allclose(found, np.log([[1 / 2, 1, 2, 101]]) / np.log(101), rtol=1e-5)


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
    assert len(layers.hidden(5, nn.ReLU, rate)) == 2


def test_dropout_comes_before_the_dense_layer():
    dropout, dense, activation = layers.hidden(5, nn.Tanh, 0.4)
    assert dropout.p == 0.4
    assert isinstance(dense, nn.Linear)
    assert isinstance(activation, nn.Tanh)


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
