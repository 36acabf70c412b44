"""QUBO and Ising models as dimod serialises them: `bqm.to_file()` and the JSON of `bqm.to_serializable()`."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import numpy as np

from scheduler.binary.problem import QuboProblem
from scheduler.binary.spins import from_spins
from scheduler.errors import InvalidProblemError
from scheduler.formats.errors import MalformedArrayError
from scheduler.formats.source import Source

_MARK = b"DIMODBQM"


class DimodBqm:
    """A serialised `dimod.BinaryQuadraticModel`; the variables keep their order, a spin of +1 becomes 1."""

    name = "dimod"

    def signed(self, source: Source) -> bool:
        """The first bytes of `to_file`, or a JSON object that names the class."""
        return source.head.startswith(_MARK) or (
            source.is_text and source.head.lstrip()[:1] == b"{" and b'"BinaryQuadraticModel"' in source.data
        )

    def doubt(self, source: Source) -> str | None:
        """Never without its mark."""
        del source
        return "neither DIMODBQM nor JSON of a BinaryQuadraticModel"

    def read(self, source: Source) -> QuboProblem:
        """See `Format.read`."""
        import dimod

        try:
            bqm = (
                dimod.BinaryQuadraticModel.from_file(BytesIO(source.data))
                if source.head.startswith(_MARK)
                else dimod.BinaryQuadraticModel.from_serializable(json.loads(source.text))
            )
            return _converted(bqm)
        except InvalidProblemError as error:
            where = f"{error.array}[{error.index}]"
            raise MalformedArrayError(str(source.path), where, repr(error.value), error.advice) from None
        except Exception as error:  # noqa: BLE001 - dimod raises whatever its parser meets
            found = f"what dimod cannot load ({type(error).__name__})"
            raise source.error("", found, "a serialised BinaryQuadraticModel") from None


def _converted(bqm: Any) -> QuboProblem:
    vectors = bqm.to_numpy_vectors(variable_order=list(bqm.variables))
    linear = np.asarray(vectors.linear_biases, dtype=np.float64)
    rows, columns, weights = vectors.quadratic
    make = from_spins if bqm.vartype.name == "SPIN" else QuboProblem.from_terms
    return make(linear, rows, columns, weights, float(vectors.offset))
