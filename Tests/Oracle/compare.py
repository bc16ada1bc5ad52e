#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py PROGRAM [WORD...]: asks Prometheus and `PROGRAM promql eval --compat 2` each expression of the corpus, or
those whose place or text holds a WORD, and prints where they differ. `--expr EXPRESSION TIME` (or START END STEP) asks
one, `--random SEED COUNT` asks random ones; some of those differ on purpose, as the corpus says.
"""

import collections
import json
import math
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import corpus
from expressions import Expressions
from server import Server


# A selector that says no name.
NAMELESS = re.compile(r"(^|[^\w:}\])\"]|by|without|on|ignoring)\s*\{")


def loads(series):
    """The series for `promql eval`, which counts from time 0: gaps are nulls."""
    for one in series:
        times = [when for when, _ in one.points]
        step = math.gcd(*times) or 1
        values = [None] * ((times[-1] if times else -1) // step + 1)
        for when, text in one.points:
            values[when // step] = text
        yield {"labels": one.labels, "interval": step, "values": values}


def ours(program, all_series, cases):
    """Each line gets the series whose name its expression may mean; all of them when that is not plain."""
    by_name = collections.defaultdict(list)
    for load in loads(all_series):
        by_name[load["labels"].get("__name__", "")].append(load)
    everything = [load for group in by_name.values() for load in group]
    texts = {name: json.dumps(group)[1:-1] for name, group in by_name.items()}
    lines = []
    for case in cases:
        names = [name for name in by_name if name and name in case.expression]
        is_plain = "__name__" not in case.expression and not NAMELESS.search(case.expression)
        load = "[" + ",".join(texts[name] for name in names) + "]" if is_plain else json.dumps(everything)
        if len(case.times) == 1:
            query = {"kind": "instant", "expr": case.expression, "time": case.times[0]}
        else:
            query = {"kind": "range", "expr": case.expression, **dict(zip(("start", "end", "step"), case.times))}
        lines.append(f'{{"id": {json.dumps(case.place)}, "load": {load}, "eval": {json.dumps(query)}}}')
    process = subprocess.run(
        [program, "promql", "eval", "--compat", "2"], input="\n".join(lines) + "\n", capture_output=True, text=True)
    answers = [json.loads(line) for line in process.stdout.splitlines()]
    while len(answers) < len(cases):
        sentence = f"the program ended: {process.returncode} {process.stderr[-300:]}"
        answers.append({"status": "error", "error": sentence, "isCrash": True})
        if len(answers) < len(cases):
            return answers + ours(program, all_series, cases[len(answers):])
    return answers


def is_same(left, right):
    a, b = float(left), float(right)
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1e-100)


def points(row):
    return row["values"] if "values" in row else [row["value"]]


def are_same_points(left, right):
    return len(left) == len(right) and all(a[0] == b[0] and is_same(a[1], b[1]) for a, b in zip(left, right))


def has_order(expression):
    """Whether the result comes in the order of its values; groups come in any order."""
    is_grouped = re.search(r"\b(by|without)\b", expression)
    return expression.startswith("sort") or (expression.startswith(("topk", "bottomk")) and not is_grouped)


def difference(case, theirs, our):
    """Empty, or the kind of the difference."""
    if our.get("isCrash"):
        return "crash"
    if theirs["status"] != "success" or our["status"] != "success":
        if theirs["status"] == our["status"]:
            return ""
        return "only ours refuses" if theirs["status"] == "success" else "only Prometheus refuses"
    a, b = theirs["data"], our["data"]
    if a["resultType"] != b["resultType"]:
        return "another type"
    if a["resultType"] == "string":
        return "" if a["result"] == b["result"] else "another string"
    if a["resultType"] == "scalar":
        return "" if is_same(a["result"][1], b["result"][1]) else "another value"
    if a["resultType"] == "vector" and has_order(case.expression):
        if not are_same_points([[0, row["value"][1]] for row in a["result"]],
                               [[0, row["value"][1]] for row in b["result"]]):
            return "another order"
    if case.is_open:
        return "" if len(a["result"]) == len(b["result"]) else "another number of series"
    left = {json.dumps(row["metric"], sort_keys=True): points(row) for row in a["result"]}
    right = {json.dumps(row["metric"], sort_keys=True): points(row) for row in b["result"]}
    if len(b["result"]) != len(right):
        return "series twice"
    if left.keys() != right.keys():
        return "other series"
    return "" if all(are_same_points(left[key], right[key]) for key in left) else "other values"


def lines(answer):
    """A line a series, with the point of each time."""
    rows = {}
    for row in answer["data"]["result"]:
        labels = ",".join(f'{k}="{v}"' for k, v in sorted(row["metric"].items()) if k != "__name__")
        rows[f'{row["metric"].get("__name__", "")}{{{labels}}}'] = {time: value for time, value in points(row)}
    return rows


def short(answer, other):
    """The answer, without what the other has as well."""
    if answer["status"] != "success":
        return "error: " + answer["error"]
    if answer["data"]["resultType"] in ("scalar", "string"):
        return json.dumps(answer["data"]["result"])
    rows = lines(answer)
    known = lines(other) if other and other["status"] == "success" and "metric" in str(other["data"]) else {}
    texts = []
    for key, values in rows.items():
        there = known.get(key, {})
        kept = [f"{value}@{time:g}" for time, value in values.items()
                if time not in there or not is_same(value, there[time])]
        if kept or key not in known:
            texts.append(f"{key} {' '.join(kept[:8])}")
    rest = f" (and {len(rows) - len(texts)} series as the other's)" if len(rows) > len(texts) else ""
    return (" | ".join(texts[:8]) or "(nothing more)") + rest


def main():
    program, words = sys.argv[1], sys.argv[2:]
    whole = corpus.read()
    if words[:1] == ["--expr"]:
        times = tuple(corpus.duration(word) for word in words[2:])
        cases = [corpus.Case("--expr", words[1], times)]
    elif words[:1] == ["--random"]:
        cases = list(Expressions(whole.series, int(words[1])).cases(words[1], int(words[2])))
    else:
        cases = [c for c in whole.cases if not words or any(w in c.place or w in c.expression for w in words)]
    with Server() as server:
        server.load(whole.series)
        theirs = [server.evaluate(case) for case in cases]
    groups = collections.defaultdict(list)
    for case, a, b in zip(cases, theirs, ours(program, whole.series, cases)):
        kind = difference(case, a, b)
        if words[:1] == ["--expr"]:
            print(f"prometheus: {short(a, None)}\nours:       {short(b, None)}")
        if bool(kind) != bool(case.differs):
            groups[kind or "no longer different"].append((case, a, b))
    for kind, found in sorted(groups.items()):
        print(f"\n== {kind}: {len(found)}")
        for case, a, b in found:
            print(f"{case.place}: {case.expression!r} at {case.times}")
            print(f"    prometheus: {short(a, b)[:600]}\n    ours:       {short(b, a)[:600]}")
    count = sum(len(found) for found in groups.values())
    refused = sum(a["status"] != "success" for a in theirs)
    print(f"\n{len(cases)} expressions, {refused} of them refused by Prometheus, {count} answered otherwise")
    sys.exit(1 if count else 0)


main()
