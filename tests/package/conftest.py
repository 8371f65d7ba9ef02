"""What the tests of the package share: the built wheel, once for each process."""

from __future__ import annotations

import pytest

from support.wheel import Installed, install_wheel


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install_wheel(tmp_path_factory.mktemp("wheel"))
