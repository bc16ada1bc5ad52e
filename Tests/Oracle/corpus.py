# SPDX-License-Identifier: Apache-2.0
"""The corpus of Tests/PromQLTests/Corpus: Tests/PromQLTests/CorpusText.swift says what form it has."""

import pathlib
import re
from dataclasses import dataclass, field

UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
STALE = 0x7FF0000000000002
FOLDER = pathlib.Path(__file__).parent.parent / "PromQLTests" / "Corpus"


@dataclass
class Series:
    labels: dict
    points: list  # of (milliseconds, text of a value)


@dataclass
class Case:
    place: str
    expression: str
    times: tuple  # (time,) or (start, end, step), in milliseconds
    differs: str = ""  # why the two answers are not the same, if they are not
    is_open: bool = False  # which of equal series is chosen is left open


@dataclass
class Corpus:
    series: list = field(default_factory=list)
    cases: list = field(default_factory=list)


def duration(text):
    """Milliseconds of 1h2m, -5s or 0."""
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?", text)
    if "".join(a + b for a, b in parts) != text or not parts:
        raise ValueError(f"{text!r} is no duration")
    return sign * round(sum(float(number) * UNITS[unit or "s"] for number, unit in parts))


def values(text):
    """1 2 _ stale NaN, 5*3 for three fives, 0..10/2 for 0 2 4 6 8 10; _ leaves one out."""
    for word in text.split():
        if word == "_":
            yield None
        elif match := re.fullmatch(r"(.+)\*(\d+)", word):
            for _ in range(int(match[2])):
                yield None if match[1] == "_" else match[1]
        elif match := re.fullmatch(r"(-?[\d.]+)\.\.(-?[\d.]+)/([\d.]+)", word):
            first, last, step = (float(part) for part in match.groups())
            for index in range(int(abs(last - first) / step + 1.5)):
                yield repr(first + index * (step if last >= first else -step))
        else:
            yield word


LABEL = re.compile(r'\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*')


def series(line, every, start):
    match = re.match(r'([a-zA-Z_:][\w:]*)?(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?\s+(.*)', line)
    labels = {"__name__": match[1]} if match[1] else {}
    rest = (match[2] or "{}")[1:-1]
    while rest.strip():
        label = LABEL.match(rest)
        labels[label[1]] = label[2].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
        rest = rest[label.end():]
    points = [(start + index * every, text) for index, text in enumerate(values(match[3])) if text is not None]
    return Series(labels, points)


def read(folder=FOLDER):
    corpus = Corpus()
    for path in sorted(folder.glob("*.txt")):
        block, differs = None, ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            place, words = f"{path.name}:{number}", line.split()
            if not words or line.startswith("#"):
                continue
            if not line.startswith(" "):
                block, differs = header(place, words), ""
            elif block is None:
                raise ValueError(f"{place}: before any header")
            elif block[0] == "series":
                corpus.series.append(series(line.strip(), *block[1]))
            elif words[0] == "(differs:":
                differs = line.strip()[len("(differs:"):].strip(" )")
            else:
                text, is_open = line.strip(), words[0] == "~"
                text = text[1:].strip() if is_open else text
                corpus.cases.append(Case(place, text.replace("⏎", "\n"), block[1], differs, is_open))
                differs = ""
    return corpus


def header(place, words):
    """series every 15s [from 1h] | at 5m | from 0 to 5m by 30s"""
    pairs = dict(zip(words[1::2], words[2::2])) if words[0] == "series" else dict(zip(words[::2], words[1::2]))
    times = {key: duration(value) for key, value in pairs.items()}
    if words[0] == "series":
        return "series", (times["every"], times.get("from", 0))
    if words[0] == "at":
        return "cases", (times["at"],)
    if words[0] == "from":
        return "cases", (times["from"], times["to"], times["by"])
    raise ValueError(f"{place}: {words[0]!r} begins no header")
