"""pytest plug-in: a test during which the addon logs a warning or an error fails.

Records that a test expects (assertLogs, mute_logger) never reach the root logger.
"""

import logging
import re

import pytest

OURS = re.compile(r"customer_delivery|\bdelivery[._][a-z]")


class _Keeper(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.said = []

    def emit(self, record):
        text = self.format(record)
        if OURS.search(text):
            self.said.append(text)

    def take(self):
        said, self.said = self.said, []
        return said


keeper = _Keeper()


def pytest_sessionstart(session):
    logging.getLogger().addHandler(keeper)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    _fail_if_said()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    result = yield
    _fail_if_said()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    result = yield
    _fail_if_said()
    return result


def _fail_if_said():
    said = keeper.take()
    if said:
        pytest.fail("The addon logged:\n" + "\n".join(said), pytrace=False)
