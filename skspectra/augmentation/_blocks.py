"""Work on spectra block by block, with the measures and draws that several augmenters share."""

import numpy as np

# Values processed at a time, so that the temporary arrays stay in the processor's cache.
_BLOCK = 2**17


def blocks(n_rows, n_values):
    """Yield slices of consecutive rows, for work that touches `n_values` values of each row."""
    step = max(1, _BLOCK // n_values)
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def in_blocks(kernel, X):
    """Apply `kernel` to consecutive blocks of rows of `X` and join the results in a new array."""
    variants = np.empty_like(X, order="C")
    for rows in blocks(*X.shape):
        variants[rows] = kernel(X[rows])
    return variants


class _Words(np.random.bit_generator.ISeedSequence):
    """A seed of random words, used without hashing, which would take longer than most draws."""

    def __init__(self, words):
        self._words = words

    def generate_state(self, n_words, dtype=np.uint32):
        """Return all words as they are."""
        if (n_words, dtype) != (len(self._words), self._words.dtype):
            raise ValueError(
                f"{n_words} words of {dtype} were requested, but there are {len(self._words)} of "
                f"{self._words.dtype}."
            )
        return self._words


def row_generators(rng, n_rows):
    """Yield a generator for each row.

    The number of draws may depend on the values of a row (its peaks, its counts). With one common
    generator the draws of a row would then depend on the rows before it.
    """
    for words in rng.integers(2**64, size=(n_rows, 3), dtype=np.uint64):
        yield np.random.Generator(np.random.SFC64(_Words(words)))


def check_order(augmenter, low, high):
    """Raise a ValueError where the parameter `low` is larger than the parameter `high`."""
    smallest, largest = getattr(augmenter, low), getattr(augmenter, high)
    if smallest > largest:
        raise ValueError(f"{low}={smallest} is larger than {high}={largest}.")


def uniform(rng, low, high, shape, dtype):
    """Draw uniform numbers as float64, so that both dtypes get the same ones, as `dtype`."""
    return rng.uniform(low, high, shape).astype(dtype)


def heights(X):
    """Return the maximum minus the minimum of each row, as a column."""
    return X.max(axis=1, keepdims=True) - X.min(axis=1, keepdims=True)
