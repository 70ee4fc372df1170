"""
Crystal system as a label
=========================

Any symmetry label is a label like another, so a classifier that is trained on labelled patterns
can name the crystal system of the next one. How far the answer can be trusted depends on what is
new: the compound, or its structure type.
"""

# %%
# Compounds of nine structure types
# ---------------------------------
# A structure type says which sites are occupied, and a compound says by which elements, in a cell
# of which size. The cells are those of textbooks, in angstrom.
TYPES = {
    "rock salt": ("F m -3 m", "A 0 0 0 B 0.5 0.5 0.5"),
    "fluorite": ("F m -3 m", "A 0 0 0 B 0.25 0.25 0.25"),
    "zincblende": ("F -4 3 m", "A 0 0 0 B 0.25 0.25 0.25"),
    "CsCl": ("P m -3 m", "A 0 0 0 B 0.5 0.5 0.5"),
    "rutile": ("P 42/m n m", "A 0 0 0 B 0.305 0.305 0"),
    "scheelite": ("I 41/a :2", "A 0 0.25 0.625 B 0 0.25 0.125 O 0.15 0.009 0.211"),
    "wurtzite": ("P 63 m c", "A 0.3333 0.6667 0 B 0.3333 0.6667 0.375"),
    "corundum": ("R -3 c :H", "A 0 0 0.352 B 0.306 0 0.25"),
    "calcite": ("R -3 c :H", "A 0 0 0 B 0 0 0.25 O 0.257 0 0.25"),
}
COMPOUNDS = """
rock salt:  Na Cl 5.640, K Cl 6.293, Li F 4.027, Mg O 4.212, Ca O 4.811, Sr O 5.160, Ni O 4.177,
            Pb S 5.936, Ag Cl 5.549, Ti N 4.242
fluorite:   Ca F 5.463, Sr F 5.800, Ba F 6.200, Cd F 5.388, Ce O 5.411, Th O 5.597, U O 5.470
zincblende: Zn S 5.409, Zn Se 5.668, Al P 5.467, Al As 5.661, Ga P 5.451, Ga As 5.653, In P 5.869,
            In Sb 6.479, Cu Cl 5.416
CsCl:       Cs Cl 4.123, Cs Br 4.286, Cs I 4.567, Tl Cl 3.834, Ni Al 2.887, Cu Zn 2.945
rutile:     Ti O 4.594 2.959, Sn O 4.738 3.187, Mn O 4.398 2.873, Ru O 4.491 3.106,
            Pb O 4.955 3.383, Mg F 4.625 3.052, Fe F 4.697 3.309, Zn F 4.703 3.134
scheelite:  Ca W 5.243 11.376, Sr W 5.417 11.951, Ba W 5.613 12.720, Pb W 5.462 12.046,
            Ca Mo 5.226 11.430, Sr Mo 5.394 12.020, Pb Mo 5.434 12.107
wurtzite:   Zn O 3.250 5.207, Zn S 3.823 6.261, Cd S 4.136 6.713, Cd Se 4.299 7.010,
            Ga N 3.189 5.185, Al N 3.111 4.978, Be O 2.698 4.377, Ag I 4.592 7.510
corundum:   Al O 4.759 12.991, Cr O 4.959 13.594, Fe O 5.036 13.749, V O 4.952 14.003
calcite:    Ca C 4.990 17.061, Mg C 4.633 15.015, Mn C 4.777 15.670, Fe C 4.694 15.386,
            Zn C 4.653 15.026, Cd C 4.920 16.298
"""


def cif(symbol, sites, elements, a, c=None):
    """Write a structure as CIF text."""
    angle = 120 if symbol[0] == "R" or "63" in symbol else 90
    names = dict(zip("AB", elements, strict=True))
    atoms = [names.get(word, word) for word in sites.split()]
    rows = [" ".join(atoms[i : i + 4]) for i in range(0, len(atoms), 4)]
    return "\n".join(
        [
            "data_crystal",
            f"_symmetry_space_group_name_H-M '{symbol}'",
            *(
                f"_cell_length_{edge} {size}"
                for edge, size in zip("abc", (a, a, c or a), strict=True)
            ),
            "_cell_angle_alpha 90\n_cell_angle_beta 90",
            f"_cell_angle_gamma {angle}",
            "loop_\n_atom_site_label",
            *(f"_atom_site_fract_{axis}" for axis in "xyz"),
            *rows,
        ]
    )


# %%
# Simulated patterns
# ------------------
# Symmetry is found from the atoms, so the labels come from the structures. There are eight
# patterns of each compound, with other crystallite sizes, strains, textures, displacements,
# backgrounds and noise.
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from skspectra.diffraction import Phase, make_powder_patterns

folder = Path(tempfile.mkdtemp())
phases, kinds = [], []
for block in COMPOUNDS.strip().replace("\n   ", " ").split("\n"):
    kind, _, compounds = block.partition(":")
    for compound in compounds.split(","):
        first, second, *cell = compound.split()
        file = folder / f"{kind} {first}{second}.cif"
        file.write_text(cif(*TYPES[kind], (first, second), *map(float, cell)))
        phases.append(Phase.from_cif(file))
        kinds.append(kind)


def crystal_system(phase):
    """Return the crystal system of a space group from its number."""
    lower = ["triclinic", "monoclinic", "orthorhombic", "tetragonal", "trigonal", "hexagonal"]
    last = np.array([2, 15, 74, 142, 167, 194])
    return [*lower, "cubic"][np.searchsorted(last, phase.space_group)]


two_theta = np.arange(15, 90, 0.03)
systems = np.array([crystal_system(phase) for phase in phases])
patterns = [
    make_powder_patterns(
        [phase], 8, two_theta=two_theta, wavelength="CuKa", n_phases=1, random_state=i
    ).X
    for i, phase in enumerate(phases)
]
X = np.concatenate(patterns)
compound = np.repeat(np.arange(len(phases)), 8)
y, kind = systems[compound], np.array(kinds)[compound]
print(f"{len(X)} patterns of {len(phases)} compounds")
print(Counter(systems.tolist()))

# %%
# A compound that was not measured before
# ---------------------------------------
# All patterns of a compound are in the same fold. Otherwise the classifier would only have to
# recognise it.
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_predict

from skspectra import PooledSVC

model = PooledSVC()
seen = cross_val_predict(model, X, y, groups=compound, cv=GroupKFold(10))
print(f"new compound of a known type: {np.mean(seen == y):.2f} right")
print(f"always the most frequent system: {np.mean(y == 'cubic'):.2f} right")

# %%
# A structure type that was not measured before
# ---------------------------------------------
# Now all compounds of one type are left out. Wurtzite is the only hexagonal type, so no model
# could name its system.
unseen = cross_val_predict(model, X, y, groups=kind, cv=LeaveOneGroupOut())
possible = kind != "wurtzite"
print(f"new structure type: {np.mean(unseen[possible] == y[possible]):.2f} right")
print(f"always the most frequent system: {np.mean(y[possible] == 'cubic'):.2f} right")

# %%
# The figure
# ----------
# On the left is the first compound of each type. The lines of one crystal system are at other
# angles in each type and in each compound, so there is no window in which the system could be
# read. A classifier knows patterns, and no lattices.
import matplotlib.pyplot as plt

BLUE, ORANGE = "#0072B2", "#D55E00"

fig, axes = plt.subplots(1, 2, figsize=(7.4, 5.2), layout="constrained", sharey=True)
for place, name in enumerate(TYPES):
    first = kinds.index(name)
    axes[0].plot(two_theta, place + 0.4 - 0.8 * X[8 * first] / X[8 * first].max(), color="black")
    for offset, found, color in ((-0.2, seen, BLUE), (0.2, unseen, ORANGE)):
        share = np.mean((found == y)[kind == name])
        axes[1].barh(place + offset, share, 0.36, color=color)
        axes[1].text(share + 0.01, place + offset, f"{share:.2f}", va="center", fontsize="small")
labels = [f"{name} ({systems[kinds.index(name)]})" for name in TYPES]
axes[0].set(yticks=range(len(labels)), yticklabels=labels, xlabel="two-theta (degrees)")
axes[0].set(title="a pattern of each\nstructure type", ylim=(len(labels) - 0.4, -0.6))
axes[1].set(title="patterns with the right\ncrystal system", xlabel="share", xlim=(0, 1.12))
for color, text in ((BLUE, "new compound of a known type"), (ORANGE, "new structure type")):
    axes[1].barh(np.nan, np.nan, color=color, label=text)
fig.legend(loc="outside lower right", ncols=2, frameon=False)
for ax in axes:
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Where the structure type may be a new one, find the lattice by indexing. GSAS-II, McMaille,
# DICVOL, N-TREOR (in EXPO) and Conograph do it from the positions of the lines.
#
# **To take away:** a classifier can name the crystal system of a new compound whose structure type
# is among the training patterns; of a new structure type it cannot.
