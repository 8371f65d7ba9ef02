"""The third third of the fault histories, see test_histories.py."""

from __future__ import annotations

import pytest

from chaos.parts import PARTS, play_part
from chaos.world import World


@pytest.mark.parametrize("part", PARTS[2])
def test_histories_with_faults_end_well(world: World, part: int) -> None:
    play_part(world, part)
