"""The published networks, with one short function per network.

An architecture is ``f(n_points, *, ...) -> list of modules``. The modules map ``(n, 1, n_points)``
to the input of the output layer. The keywords are the ablation switches, and their defaults are
the published values. The factories passed as keywords are in :mod:`skspectra.neural._layers`. The
first line of the docstring is the source of the network.
"""

from torch import nn

from skspectra.neural import _layers as layers
from skspectra.neural._blocks import head, inception, published, residual_stages, stack
from skspectra.neural._layers import drop


@published(units=(2000, 500), hidden_activation=nn.Identity, dropout=0.3)
def cnn2(conv, pool):
    """Lee et al., Nat. Commun. 11, 86 (2020), doi 10.1038/s41467-019-13749-3."""
    return [
        *(*conv(1, 64, 50, 2), pool(3, 2)),
        *(*conv(64, 64, 25, 3), pool(2, 3)),
    ]


def _trunk(conv, pool):
    return [
        *(*conv(1, 64, 20), pool(3, 3)),
        *(*conv(64, 64, 15), pool(2, 3)),
        *(*conv(64, 64, 10, 2), pool(1, 2)),
    ]


@published(units=(2500, 1000), hidden_activation=nn.Identity, dropout=0.3)
def cnn3(conv, pool):
    """Lee et al., Nat. Commun. 11, 86 (2020), doi 10.1038/s41467-019-13749-3."""
    return _trunk(conv, pool)


def _cnn6(conv, pool, rate=0):
    return [
        *(*conv(1, 64, 35), pool(3, 2), *drop(rate)),
        *(*conv(64, 64, 30), pool(3, 2), *drop(rate)),
        *(*conv(64, 64, 25), pool(2, 2), *drop(rate)),
        *(*conv(64, 64, 20), pool(1, 2), *drop(rate)),
        *(*conv(64, 64, 15), pool(1, 2), *drop(rate)),
        *(*conv(64, 64, 10), pool(1, 2), *drop(rate)),
    ]


@published(units=(3100, 1200), dropout=0.7)
def cnn6(conv, pool):
    """Szymanski et al., Chem. Mater. 33, 4204 (2021), doi 10.1021/acs.chemmater.1c01071."""
    return _cnn6(conv, pool)


@published(units=(3100, 1200), dropout=0.0)
def cnn6_convdo(conv, pool):
    """Schuetzke et al., npj Comput. Mater. 9, 100 (2023), doi 10.1038/s41524-023-01055-y."""
    return _cnn6(conv, pool, 0.2)


@published(units=(3100, 1200), norm=layers.batch_norm, dropout=0.7)
def cnn6_bn(conv, pool):
    """Schuetzke et al., npj Comput. Mater. 9, 100 (2023), doi 10.1038/s41524-023-01055-y."""
    return _cnn6(conv, pool)


def _vgg(conv, pool, kernel_size, rate):
    return [
        *(*stack(conv, 1, 6, kernel_size, 1), pool(2, 2), *drop(rate)),
        *(*stack(conv, 6, 16, kernel_size, 2), pool(2, 2), *drop(rate)),
        *(*stack(conv, 16, 32, kernel_size, 2), pool(2, 2), *drop(rate)),
        *(*stack(conv, 32, 64, kernel_size, 2), pool(2, 2), *drop(rate)),
    ]


@published(units=(120, 84, 186), hidden_activation=nn.Identity, dropout=0.0)
def vgg(conv, pool):
    """Wang et al., J. Chem. Inf. Model. 60, 2004 (2020), doi 10.1021/acs.jcim.0c00020."""
    return _vgg(conv, pool, 5, 0.2)


@published(units=(2000, 500), dropout=0.3)
def vgg_mod(conv, pool):
    """Schuetzke et al., npj Comput. Mater. 9, 100 (2023), doi 10.1038/s41524-023-01055-y."""
    return _vgg(conv, pool, 20, 0)


def resnet(
    n_points,
    *,
    convolution=layers.convolution,
    activation=nn.ReLU,
    norm=layers.batch_norm,
    dropout=0.5,
):
    """Ho et al., Nat. Commun. 10, 4927 (2019), doi 10.1038/s41467-019-12898-9."""
    return [
        *(convolution(1, 64, 5), norm()),
        *residual_stages(convolution, norm, activation),
        *head((), None, dropout),
    ]


def resnet_mod(
    n_points,
    *,
    convolution=layers.convolution,
    activation=nn.ReLU,
    hidden_activation=nn.ReLU,
    norm=layers.no_norm,
    dropout=0.5,
):
    """Schuetzke et al., npj Comput. Mater. 9, 100 (2023), doi 10.1038/s41524-023-01055-y."""
    return [
        *(convolution(1, 64, 5), norm(), activation()),
        *residual_stages(convolution, norm, activation),
        *head((3100, 1200), hidden_activation, dropout),
    ]


def _cnn_bn(conv, pool):
    return [
        *(*conv(1, 16, 21), pool(2, 2)),
        *(*conv(16, 32, 11), pool(2, 2)),
        *(*conv(32, 64, 5), pool(2, 2)),
    ]


@published(
    units=(2048,),
    activation=layers.leaky_relu,
    hidden_activation=nn.Identity,
    norm=layers.batch_norm,
    dropout=0.5,
)
def cnn_bn(conv, pool):
    """Liu et al., Analyst 142, 4067 (2017), doi 10.1039/C7AN01371J."""
    return _cnn_bn(conv, pool)


@published(units=(2048,), activation=layers.leaky_relu, dropout=0.5)
def cnn_bn_mod(conv, pool):
    """Schuetzke et al., npj Comput. Mater. 9, 100 (2023), doi 10.1038/s41524-023-01055-y."""
    return _cnn_bn(conv, pool)


@published(units=(3700, 740), hidden_activation=nn.Identity, dropout=0.3)
def inc3(conv, pool):
    """Lee et al., Nat. Commun. 11, 86 (2020), doi 10.1038/s41467-019-13749-3."""
    return [
        *_trunk(conv, pool),
        inception(conv, pool, 64, [22, 32, 42, 6, 12, 10]),
        inception(conv, pool, 86, [28, 43, 56, 7, 14, 14]),
        inception(conv, pool, 112, [37, 56, 73, 9, 18, 19]),
    ]


@published(units=(4000, 400), hidden_activation=nn.Identity, dropout=0.3)
def inc6(conv, pool):
    """Lee et al., Nat. Commun. 11, 86 (2020), doi 10.1038/s41467-019-13749-3."""
    return [
        *_trunk(conv, pool),
        inception(conv, pool, 64, [22, 32, 42, 6, 12, 10]),
        inception(conv, pool, 86, [28, 43, 56, 7, 14, 14]),
        inception(conv, pool, 112, [37, 56, 73, 9, 18, 19]),
        inception(conv, pool, 147, [49, 74, 96, 12, 24, 25]),
        inception(conv, pool, 194, [65, 97, 126, 16, 32, 32]),
        inception(conv, pool, 255, [85, 128, 166, 19, 38, 43]),
    ]


def _park(conv, pool, rate=0):
    return [
        *(*conv(1, 80, 100, 5), *drop(rate), pool(3, 2)),
        *(*conv(80, 80, 50, 5), *drop(rate), pool(3, 1)),
        *(*conv(80, 80, 25, 2), *drop(rate), pool(3, 1)),
    ]


@published(units=(700, 70), pooling=layers.mean_pool, dropout=0.3)
def park(conv, pool):
    """Park et al., IUCrJ 4, 486 (2017), doi 10.1107/S205225251700714X."""
    return _park(conv, pool)


@published(units=(2300, 1150), pooling=layers.mean_pool, dropout=0.5)
def vecsei(conv, pool):
    """Vecsei et al., Phys. Rev. B 99, 245120 (2019), doi 10.1103/PhysRevB.99.245120."""
    return _park(conv, pool, 0.3)


@published(units=(3584, 1024), dropout=0.3)
def fan(conv, pool):
    """Fan et al., Analyst 144, 1789 (2019), doi 10.1039/C8AN02212G."""
    return [
        *(*conv(1, 32, 5), pool(2, 2), *drop(0.3)),
        *(*conv(32, 64, 5), pool(2, 2)),
    ]


def oviedo(
    n_points,
    *,
    convolution=layers.convolution,
    pooling=layers.mean_pool,
    activation=nn.ReLU,
    norm=layers.no_norm,
    dropout=0.0,
):
    """Oviedo et al., npj Comput. Mater. 5, 60 (2019), doi 10.1038/s41524-019-0196-x."""
    if pooling is layers.decimation:
        raise ValueError(
            "pooling='decimate' has no meaning for architecture='oviedo', whose one window is the "
            "whole axis: only one end of it would be left."
        )
    length = -(-n_points // (8 * 5 * 3))
    if length == 1 and pooling is not layers.mean_pool:
        raise ValueError("the window has one point, for which all kinds of pooling are the same")
    return [
        *(convolution(1, 32, 8, 8), norm(), activation()),
        *(convolution(32, 32, 5, 5), norm(), activation()),
        *(convolution(32, 32, 3, 3), norm(), activation()),
        *(pooling(length, length), *head((), None, dropout)),
    ]


@published(units=(512,), dropout=0.5, dense_norm=layers.batch_norm)
def sang(conv, pool):
    """Sang et al., Neural Process. Lett. 54, 677 (2022)."""
    return [
        *(*stack(conv, 1, 64, 3, 2), pool(2, 2)),
        *(*stack(conv, 64, 128, 3, 2), pool(2, 2)),
        *(*stack(conv, 128, 256, 3, 4), pool(2, 2)),
        *(*stack(conv, 256, 512, 3, 4), pool(2, 2)),
        *(*stack(conv, 512, 512, 3, 4), pool(2, 2)),
    ]


def mozaffari(
    n_points,
    *,
    convolution=layers.convolution,
    activation=nn.ReLU,
    hidden_activation=nn.ReLU,
    norm=layers.no_norm,
    dropout=0.0,
):
    """Mozaffari (2021), as described in later comparisons."""
    features = [convolution(1, 32, 3), norm(), activation()]
    return [*features, *head((64,), hidden_activation, dropout)]


@published(units=(100,), dropout=0.35)
def schuetzke(conv, pool):
    """Schuetzke, as described in later comparisons."""
    return [
        *(*conv(1, 64, 127), pool(2, 2)),
        *(*conv(64, 64, 63), pool(2, 2)),
        *(*conv(64, 64, 42), pool(2, 2)),
        *(*conv(64, 64, 31), pool(2, 2)),
        *(*conv(64, 64, 25), pool(2, 2)),
    ]
