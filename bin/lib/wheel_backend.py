"""Build backend of the addon's wheel: whool, on a copy without the development files."""

import contextlib
import os
import tempfile

from places import copy_addon
from whool import buildapi


@contextlib.contextmanager
def _in_copy():
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_addon(folder)
        # whool reads its settings from the project file, and leaves it out of the wheel.
        with open("pyproject.toml") as settings:
            (copy / "pyproject.toml").write_text(settings.read())
        os.chdir(copy)
        try:
            yield
        finally:
            os.chdir(before)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wheel_directory = os.path.abspath(wheel_directory)
    with _in_copy():
        return buildapi.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory, config_settings=None):
    sdist_directory = os.path.abspath(sdist_directory)
    with _in_copy():
        return buildapi.build_sdist(sdist_directory, config_settings)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    metadata_directory = os.path.abspath(metadata_directory)
    with _in_copy():
        return buildapi.prepare_metadata_for_build_wheel(metadata_directory, config_settings)
