"""The width that an instrument gives to powder lines, and how to find it from a standard."""

from dataclasses import astuple, dataclass

import numpy as np
from scipy.optimize import least_squares, nnls

from skspectra._grid import check_axis
from skspectra.diffraction._checks import check_range
from skspectra.profiles import pseudo_voigts, thompson_cox_hastings

# Narrowest width of a line, in degrees.
_NARROWEST = 1e-3


@dataclass(frozen=True)
class InstrumentProfile:
    """The widths of powder lines as a function of the angle.

    The Gaussian part has the squared full width ``u tan^2 theta + v tan theta + w``, the
    Lorentzian part the full width ``x / cos theta + y tan theta``, both in degrees 2theta. The
    two are joined as by Thompson, Cox and Hastings [1]_.

    Parameters
    ----------
    u : float, default=0.01
        Caglioti's parameter of the square of the tangent, in square degrees.
    v : float, default=-0.006
        Caglioti's parameter of the tangent, in square degrees.
    w : float, default=0.005
        Caglioti's constant, in square degrees.
    x : float, default=0.02
        Lorentzian width that grows as small crystallites make it grow, in degrees.
    y : float, default=0.02
        Lorentzian width that grows as microstrain makes it grow, in degrees.

    References
    ----------
    .. [1] P. Thompson, D. E. Cox, J. B. Hastings, "Rietveld refinement of Debye-Scherrer
       synchrotron X-ray data from Al2O3", J. Appl. Cryst. 20, 79 (1987).
       :doi:`10.1107/S0021889887087090`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.diffraction import InstrumentProfile
    >>> InstrumentProfile(u=0, v=0, w=0.01, x=0, y=0).widths(np.array([30.0, 90.0]))[0]
    array([0.1, 0.1])
    """

    u: float = 0.01
    v: float = -0.006
    w: float = 0.005
    x: float = 0.02
    y: float = 0.02

    def widths(self, two_theta, size_width=0.0, microstrain=0.0):
        """Return the widths of lines at some angles.

        Parameters
        ----------
        two_theta : ndarray
            Angles, in degrees.
        size_width : float or ndarray, default=0.0
            Width that small crystallites add at 0 degrees: Scherrer's ``K wavelength / size``,
            in degrees.
        microstrain : float or ndarray, default=0.0
            Spread of the spacings: ``4 microstrain tan theta`` in radians is added.

        Returns
        -------
        width : ndarray
            Full widths at half maximum, in degrees.
        eta : ndarray
            Shares of the Lorentzian.
        """
        half = np.radians(np.minimum(two_theta, 179.0) / 2)
        tangent = np.tan(half)
        squared = self.w + tangent * (self.v + self.u * tangent)
        gaussian = np.sqrt(np.maximum(squared, _NARROWEST**2))
        lorentzian = (self.x + size_width) / np.cos(half)
        lorentzian = lorentzian + (self.y + np.degrees(4 * microstrain)) * tangent
        return thompson_cox_hastings(gaussian, np.maximum(lorentzian, 0.0))

    @classmethod
    def from_standard(cls, two_theta, pattern, phase, wavelength):
        """Find the profile from the measured pattern of a standard, such as LaB6.

        The standard should have large crystallites without strain. Only the widths are taken from
        it: the intensities of its lines are free, and so are a zero error and a displacement.

        Parameters
        ----------
        two_theta : ndarray of shape (n_points,)
            Angles, ascending, in degrees.
        pattern : ndarray of shape (n_points,)
            The measured intensities.
        phase : Phase
            The standard.
        wavelength : float, str or sequence of (float, float)
            As in :func:`wavelengths`.

        Returns
        -------
        InstrumentProfile
            The profile.

        Raises
        ------
        ValueError
            If `two_theta` does not ascend, if the shapes differ, if the pattern is flat, or if
            fewer than three lines are in it.
        """
        two_theta = check_axis(two_theta, name="two_theta")
        pattern = np.array(pattern, float)
        if pattern.shape != two_theta.shape or pattern.ndim != 1:
            raise ValueError(
                f"pattern has shape {pattern.shape} and two_theta {two_theta.shape}; both must "
                "be one row of one length."
            )
        check_range((two_theta[0], two_theta[-1]))
        if np.ptp(pattern) == 0:
            raise ValueError("pattern is flat, so it shows no widths; check how it was read.")
        lines = phase.lines(wavelength, (two_theta[0], two_theta[-1]))
        # The wavelengths of one reflection belong together.
        _, group = np.unique(lines.d.round(6), return_inverse=True)
        if group.max() < 2:
            raise ValueError(
                f"Phase {phase.name!r} has {group.max() + 1} reflections in the pattern; a "
                "standard needs at least 3."
            )
        centred = np.linspace(-1, 1, len(two_theta))
        smooth = np.stack([centred**i for i in range(5)], axis=1)
        noise = np.sqrt(np.maximum(pattern, pattern.max() / 1000))

        def residual(parameters):
            shape = cls(parameters[0], parameters[1], parameters[2], *parameters[3:5])
            places = lines.two_theta + parameters[5]
            places = places + parameters[6] * np.cos(np.radians(places / 2))
            width, eta = shape.widths(places)
            columns = pseudo_voigts(
                two_theta, group, places, lines.intensity, width, eta, group.max() + 1
            )
            design = np.concatenate([columns.T, smooth, -smooth], axis=1) / noise[:, None]
            scale = np.maximum(np.linalg.norm(design, axis=0), 1e-300)
            found = nnls(design / scale, pattern / noise)[0]
            return design @ (found / scale) - pattern / noise

        start = [*astuple(cls()), 0.0, 0.0]
        low = [0, -0.2, 1e-6, 0, 0, -0.3, -0.3]
        high = [0.5, 0.2, 0.5, 0.5, 0.5, 0.3, 0.3]
        scale = [0.01, 0.01, 0.005, 0.02, 0.02, 0.02, 0.02]
        found = least_squares(residual, start, bounds=(low, high), x_scale=scale, max_nfev=60)
        return cls(*(float(value) for value in found.x[:5]))
