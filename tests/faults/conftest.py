"""The oracle is made once for each module; blocks are computed once for all faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.studies import Cached, oracle


@pytest.fixture(scope="module")
def cached() -> Iterator[Cached]:
    with pytest.MonkeyPatch.context() as patch:
        yield Cached(patch)


@pytest.fixture(scope="module")
def right(cached: Cached, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return oracle(tmp_path_factory.mktemp("oracle") / "study")
