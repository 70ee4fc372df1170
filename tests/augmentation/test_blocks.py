import numpy as np
import pytest

from skspectra.augmentation._blocks import _Words, row_generators


def test_generators_of_rows_are_all_different():
    drawn = [rng.random() for rng in row_generators(np.random.default_rng(0), 1000)]
    assert len(set(drawn)) == 1000


def test_words_are_not_given_as_anything_else():
    words = _Words(np.arange(3, dtype=np.uint64))
    assert words.generate_state(3, np.uint64).tolist() == [0, 1, 2]
    for asked in [(3,), (3, np.uint32), (4, np.uint64)]:
        with pytest.raises(ValueError, match="there are 3 of uint64"):
            words.generate_state(*asked)
