"""Prints what a consumer of JUnit's XML makes of a report."""

import json
import sys

from junitparser import JUnitXml

suites = JUnitXml.fromfile(sys.argv[1])
cases = [
    {
        "suite": suite.name,
        "name": case.name,
        "failures": [[failure.type, failure.message, failure.text] for failure in case.result],
    }
    for suite in suites
    for case in suite
]
print(json.dumps({"tests": suites.tests, "failures": suites.failures, "cases": cases}))
