"""The convolution of the published (Keras) networks, in forms that are fast on a CPU."""

from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class SameConv1d(nn.Conv1d):
    """Convolution with "same" padding: ``ceil(length / stride)`` outputs, odd zero on the right.

    On a CPU a single input channel is computed as the product of its windows with the weights,
    and long kernels as products of Fourier transforms. In all other cases the channels come last
    in memory, because torch's convolution is faster then.
    """

    def forward(self, x):
        length, kernel, stride = x.shape[-1], self.kernel_size[0], self.stride[0]
        n_zeros = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        padding = (n_zeros // 2, n_zeros - n_zeros // 2)
        if x.device.type != "cpu":
            return super().forward(F.pad(x, padding))
        if self.in_channels == 1:
            windows = F.pad(x[:, 0], padding).unfold(-1, kernel, stride)
            return F.linear(windows, self.weight[:, 0], self.bias).transpose(1, 2)
        # Here training became faster, mostly through the gradient of the weights.
        if self.in_channels >= 32 and kernel >= 15 and length >= 300:
            return fourier_convolution(x, self.weight, self.bias, stride, padding)
        x = F.pad(x.unsqueeze(2), padding).contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, self.weight.unsqueeze(2), self.bias, (1, stride)).squeeze(2)


def fourier_convolution(x, weight, bias, stride=1, padding=(0, 0)):
    """Compute ``torch.nn.functional.conv1d`` of padded spectra as products of Fourier transforms.

    `padding` zeros are added on the left and right. The channels of the result are last in memory.
    The input is cut into parts of up to three kernels. The transform of a part, which is a matrix
    product, is multiplied by the transform of the kernels for all pairs of channels. Transformed
    back, it extends into the next part by one point less than the kernel (overlap-add). For long
    kernels this takes several times less arithmetic than a direct convolution. Rounding errors
    are relative to the largest value within a few kernels, so windows of zeros give nearly zero.
    """
    n_points = x.shape[2] + sum(padding)
    n_out = (n_points - weight.shape[2]) // stride + 1
    if stride > 1:
        # Points that are a stride apart form one channel, so that the stride becomes 1.
        weight = F.pad(weight, (0, -weight.shape[2] % stride))
        weight = weight.unflatten(2, (-1, stride)).permute(0, 3, 1, 2).flatten(1, 2)
    out_channels, in_channels, kernel = weight.shape
    part = min(3 * kernel, max(kernel, -(-n_points // stride)))
    transform, kernel_transform, inverse = (
        torch.from_numpy(matrix).to(x.dtype) for matrix in _transforms(kernel, part)
    )

    left, right = padding
    x = F.pad(x.transpose(1, 2), (0, 0, left, right - n_points % -(part * stride)))
    x = x.unflatten(1, (-1, part, stride)).flatten(3)
    n_parts = x.shape[1]
    waves = (transform @ x.flatten(0, 1)).unflatten(1, (-1, 2)).flatten(2)
    real, imaginary = (
        (kernel_transform @ weight.permute(2, 1, 0).flatten(1))
        .view(-1, 2, in_channels, out_channels)
        .unbind(1)
    )
    # For each frequency the product of complex numbers is written as one of real matrices.
    kernels = torch.cat([torch.cat([real, imaginary], 2), torch.cat([-imaginary, real], 2)], 1)
    waves = torch.bmm(waves.transpose(0, 1), kernels).transpose(0, 1)
    waves = waves.unflatten(2, (2, -1)).flatten(1, 2)
    parts = (inverse @ waves).unflatten(0, (-1, n_parts))
    over = F.pad(parts[:, :-1, part:], (0, 0, 0, part - kernel + 1, 1, 0))
    result = (parts[:, :, :part] + over).flatten(1, 2)
    return (result[:, kernel - 1 : kernel - 1 + n_out] + bias).transpose(1, 2)


@lru_cache(maxsize=32)
def _transforms(kernel, part):
    """Return the matrices of the transforms of a part and of a mirrored kernel, and the inverse.

    Cosines and sines alternate along the frequencies. The matrices are NumPy arrays, because a
    tensor made during prediction could not be used in training.
    """
    n_points = part + kernel - 1
    frequency = np.arange(n_points // 2 + 1)[:, None]
    angle = 2 * np.pi / n_points * (frequency * np.arange(n_points) % n_points)
    waves = np.stack([np.cos(angle), -np.sin(angle)], axis=1)
    # Each frequency counts twice, except the mean and, for an even length, the highest one.
    twice = np.where(2 * frequency % n_points == 0, 1, 2)[:, None]
    matrices = (
        waves[..., :part].reshape(-1, part),
        waves[..., kernel - 1 :: -1].reshape(-1, kernel),
        (waves * twice / n_points).reshape(-1, n_points).T,
    )
    return tuple(np.ascontiguousarray(matrix) for matrix in matrices)
