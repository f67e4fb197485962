"""What pre-commit installs from this repository: the wheel of the same version."""

from setuptools import setup

setup(
    name="aicheck-hook",
    version="0.1.0",
    packages=[],
    py_modules=[],
    install_requires=["aicheck-lint==0.1.0"],
)
