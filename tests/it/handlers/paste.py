"""Pastes the help of findings into the files of a project, where a reader would.

A guard goes in front of the statement that the finding underlines, an `except` around it or in
front of the clause there, which anything else begins, an argument into the call, a decorator over the old one, a function to the
end of the file, and a statement takes its place. What stands for each `…`, and the edits where the
help is prose, come from the claim.
"""

import ast
import json
import re
import sys
import textwrap
from pathlib import Path


def innermost(source, place, kinds):
    """What is at the line; of calls that of the column, of statements the last to begin."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    line, column = place
    if kinds is ast.Call:
        nodes = [node for node in nodes if (node.lineno, node.col_offset + 1) == place]
        return max(nodes, key=lambda node: (node.end_lineno, node.end_col_offset))
    around = [node for node in nodes if node.lineno <= line <= node.end_lineno]
    return max(around, key=lambda node: (node.lineno, node.col_offset))


def with_argument(source, place, code):
    """The call at the place with more arguments at its end."""
    lines = source.splitlines()
    call = innermost(source, place, ast.Call)
    end = lines[call.end_lineno - 1]
    before = end[: call.end_col_offset - 1].rstrip()
    comma = ", " if before and not before.endswith((",", "(")) else ""
    lines[call.end_lineno - 1] = f"{before}{comma}{code.strip()}{end[call.end_col_offset - 1 :]}"
    return lines


def with_function(source, place, code):
    """The call at the place is made by a function instead."""
    lines = source.splitlines()
    call = innermost(source, place, ast.Call)
    name = re.search(r"def (\w+)", code).group(1)
    line = lines[call.lineno - 1]
    lines[call.lineno - 1] = f"{line[: call.col_offset]}{name}(){line[call.end_col_offset :]}"
    return [*lines, "", "", *code.splitlines()]


def with_statement(source, place, code):
    node = innermost(source, place, (ast.stmt, ast.ExceptHandler))
    lines = source.splitlines()
    if isinstance(node, ast.ExceptHandler) and not code.startswith("except "):
        first = node.body[0]
        new = textwrap.indent(code, " " * first.col_offset).splitlines()
        return lines[: first.lineno - 1] + new + lines[first.lineno - 1 :]
    indent = " " * node.col_offset
    old = lines[node.lineno - 1 : node.end_lineno]
    new = textwrap.indent(code, indent).splitlines()
    if code.startswith("if ") or isinstance(node, ast.ExceptHandler):
        new = new + old
    elif code.startswith("except "):
        new = [indent + "try:", *(f"    {line}" for line in old), *new]
    lines[node.lineno - 1 : node.end_lineno] = new
    return lines


def pasted(source, place, code):
    if code.startswith("@") and "\ndef " in code:
        lines = with_function(source, place, code)
    elif code.startswith("@"):
        lines = source.splitlines()
        lines[place[0] - 1] = code.rstrip()
    elif re.match(r"\w+=", code):
        lines = with_argument(source, place, code)
    else:
        lines = with_statement(source, place, code)
    return "\n".join(lines) + "\n"


def filled(code, holes):
    """The code with something in the place of each `…`, as far in as that is."""
    lines = []
    for line in textwrap.dedent(code).splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        while "…" in line:
            line = line.replace("…", holes.pop(0).replace("\n", "\n" + indent), 1)
        lines.append(line)
    return "\n".join(lines) + "\n"


folder = Path(sys.argv[1])
pastes = json.loads(sys.argv[2])
# From the end, so that the lines of the others stay where they are.
for paste in sorted(pastes, key=lambda paste: -paste["line"]):
    path = folder / paste["path"]
    source = path.read_text()
    if paste["code"]:
        place = paste["line"], paste["column"]
        source = pasted(source, place, filled(paste["code"], paste["holes"]))
    path.write_text(source)
for paste in pastes:
    path = folder / paste["path"]
    source = path.read_text()
    for old, new in paste["edits"]:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    path.write_text("".join(f"{line}\n" for line in paste["imports"]) + source)
