"""The table of faults is large enough, leaves no reason out, and starts from health."""

from collections import Counter

import pytest

from harness.fault import SECRET, TROUBLE, all_faults
from harness.stage import Stage

FEWEST = 40


def test_there_are_many_faults_each_has_its_own_name_and_each_kind_of_trouble_occurs():
    faults = all_faults()
    names = Counter(fault.name for fault in faults)
    assert len(names) >= FEWEST
    assert [name for name, times in names.items() if times > 1] == []
    assert set(TROUBLE) <= {fault.reason for fault in faults}


@pytest.mark.parametrize("kind", ["fake", "real"])
def test_without_a_fault_either_redis_of_these_tests_is_healthy(probe, tmp_path, cleanup, kind):
    stage = Stage(tmp_path, cleanup)
    url = stage.fake({}).url if kind == "fake" else stage.redis()[0].url
    found = probe("ingestion", redis_url=url, REDIS_PASSWORD=SECRET)
    assert found.found == (0, "healthy", "healthy"), found
