import pytest
import torch
from torch import nn

from skspectra.neural import _convolution
from skspectra.neural import _layers as layers
from skspectra.neural._architectures import ZOO
from skspectra.neural._cost import cost


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cnn2", 0.0700),
        ("cnn3", 0.1458),
        ("cnn6", 0.5434),
        ("vgg", 0.0361),
        ("resnet", 0.9884),
        ("cnn_bn", 0.1119),
        ("inc3", 0.2065),
        ("inc6", 0.3510),
    ],
)
def test_published_multiply_adds(name, expected):
    """The published numbers also hold half the operations of biases, pools and normalisation."""
    assert cost(name).multiply_adds / 1e9 == pytest.approx(expected, rel=0.007)


def test_multiply_adds_by_hand():
    convolutions = 2500 * 50 * 64 + 417 * 25 * 64 * 64
    assert cost("cnn2").multiply_adds == convolutions + 8896 * 2000 + 2000 * 500 + 500 * 500
    assert cost("mozaffari", 100, 7).multiply_adds == 100 * 3 * 32 + 3200 * 64 + 64 * 7


def test_parameters():
    assert cost("cnn2").parameters == 19_150_728


def seen(name, n_points):
    """Points with an influence on one value before the dense part, found by a gradient."""
    keywords = {"convolution": positive, "activation": nn.Identity}
    if name != "resnet_mod":
        keywords["pooling"] = layers.mean_pool
    network = nn.Sequential(*ZOO[name](n_points, **keywords)).double().eval()
    x = torch.zeros(1, 1, n_points, dtype=torch.float64, requires_grad=True)
    value = x
    for layer in network:
        if isinstance(layer, nn.Flatten):
            break
        value = layer(value)
    value[0, :, value.shape[-1] // 2].sum().backward()
    return int((x.grad != 0).sum())


def positive(*sizes):
    convolution = layers.convolution(*sizes)
    nn.init.constant_(convolution.weight, 1e-3)
    return convolution


def slid(x, weight, bias, stride, padding):
    return nn.functional.conv1d(nn.functional.pad(x, padding), weight, bias, stride)


@pytest.mark.parametrize("name", ["cnn2", "cnn3", "vgg", "cnn_bn", "inc3", "resnet_mod", "fan"])
def test_receptive_field_against_a_gradient(name, monkeypatch):
    # Fourier transforms round a little beyond what they see.
    monkeypatch.setattr(_convolution, "fourier_convolution", slid)
    expected = cost(name).receptive_field
    assert seen(name, 3 * expected) == expected


def test_receptive_field_is_at_most_the_axis():
    assert cost("oviedo").receptive_field == 5000
