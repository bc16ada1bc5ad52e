# SPDX-License-Identifier: Apache-2.0
"""Random expressions over the corpus's series, the same for the same seed."""

import collections
import random

import corpus

DURATIONS = "15s 30s 45s 1m 90s 2m 3m 5m 7s 10m 13s 1m1s 29s 1ms".split()
STEPS = ["", "15s", "30s", "1m", "7s", "20s"]
NUMBERS = "0 1 2 -1 0.5 3 10 100 NaN Inf -Inf 1e3 0.1 60 -0.5".split()
ARITHMETIC = "+ - * / % ^ atan2".split()
COMPARISON = "== != > < >= <=".split()
OVER_RANGE = """rate increase irate idelta delta resets changes deriv avg_over_time min_over_time max_over_time
    sum_over_time count_over_time last_over_time present_over_time stddev_over_time stdvar_over_time
    absent_over_time""".split()
OF_VECTOR = """abs ceil floor exp ln log2 log10 sqrt sgn sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh deg
    rad round absent sort sort_desc timestamp year month day_of_month day_of_week day_of_year days_in_month hour
    minute""".split()
AGGREGATION = "sum avg min max count group stddev stdvar topk bottomk quantile count_values".split()
INSTANTS = [(300_000,), (307_000,), (600_000,), (120_000,), (0,), (45_000,)]
RANGES = [(0, 300_000, 60_000), (7_000, 300_000, 37_000), (60_000, 240_000, 15_000), (300_000, 900_000, 60_000)]


class Expressions:
    def __init__(self, series, seed):
        self.random = random.Random(seed)
        self.labels = collections.defaultdict(set)
        for one in series:
            name = one.labels.get("__name__", "")
            if "_" in name.strip("_"):  # keywords that are names too, and : and _, are for the written corpus
                self.labels[name] |= {(key, value) for key, value in one.labels.items()
                                      if key != "__name__" and not set(value) & set("\\\"\n")}
        self.names = sorted(self.labels)
        self.name = self.names[0]

    def cases(self, seed, count):
        for index in range(count):
            self.name = self.pick(self.names)
            depth = self.pick([1, 2, 2, 3, 3, 4])
            write = self.pick([self.vector] * 8 + [self.scalar, self.range])
            times = self.pick(INSTANTS + RANGES)
            yield corpus.Case(f"{seed}:{index}", write(depth), times)

    def pick(self, choices):
        return self.random.choice(choices)

    def is_rare(self, chance):
        return self.random.random() < chance

    def selector(self):
        if self.is_rare(0.3):
            self.name = self.pick(self.names)
        matchers = []
        for _ in range(self.pick([0, 0, 0, 0, 1, 1, 2]) if self.labels[self.name] else 0):
            key, value = self.pick(sorted(self.labels[self.name]))
            operator = self.pick(["=", "!=", "=~", "!~"])
            if "~" in operator:
                value = self.pick([value if value.isalnum() else ".*", ".*", ".+", "[a-c1-3]", "a|b|1", ""])
            matchers.append(f'{key}{operator}"{value}"')
        return self.name + ("{" + ",".join(matchers) + "}" if matchers else "")

    def modifiers(self):
        offset = f" offset {self.pick(['', '-'])}{self.pick(DURATIONS)}" if self.is_rare(0.12) else ""
        return offset + (f" @ {self.pick('100 start() end() 0 250.5 300'.split())}" if self.is_rare(0.1) else "")

    def label(self):
        return self.pick(sorted({key for key, _ in self.labels[self.name]}) + ["job", "nothing"])

    def names_of_labels(self):
        return ", ".join(sorted({self.label() for _ in range(self.pick([0, 1, 1, 2]))}))

    def scalar(self, depth):
        if depth <= 0 or self.is_rare(0.5):
            return self.pick(NUMBERS)
        return self.pick([
            lambda: "time()",
            lambda: f"scalar({self.vector(depth - 1)})",
            lambda: f"({self.scalar(depth - 1)} {self.pick(ARITHMETIC)} {self.scalar(depth - 1)})",
            lambda: f"({self.scalar(depth - 1)} {self.pick(COMPARISON)} bool {self.scalar(depth - 1)})",
            lambda: "-" + self.scalar(depth - 1),
        ])()

    def range(self, depth):
        if depth <= 0 or self.is_rare(0.65):
            return f"{self.selector()}[{self.pick(DURATIONS)}]{self.modifiers()}"
        length = self.pick("1m 2m 3m 5m 90s 10m".split())
        return f"({self.vector(depth - 1)})[{length}:{self.pick(STEPS)}]{self.modifiers()}"

    def vector(self, depth):
        if depth <= 0 or self.is_rare(0.14):
            return self.selector() + self.modifiers()
        return self.pick(
            [self.over_range] * 4 + [self.function] * 4 + [self.aggregation] * 3 + [self.with_scalar] * 2
            + [self.with_vector] * 3 + [self.set] + [lambda depth: f"{self.pick('-+')}({self.vector(depth)})"]
        )(depth - 1)

    def over_range(self, depth):
        if self.is_rare(0.8):
            return f"{self.pick(OVER_RANGE)}({self.range(depth)})"
        return self.pick([
            lambda: f"quantile_over_time({self.scalar(depth)}, {self.range(depth)})",
            lambda: f"predict_linear({self.range(depth)}, {self.scalar(depth)})",
            lambda: f"holt_winters({self.range(depth)}, {self.pick(['0.1', '0.5'])}, {self.pick(['0.2', '0.6'])})",
        ])()

    def function(self, depth):
        if self.is_rare(0.5):
            return f"{self.pick(OF_VECTOR)}({self.vector(depth)})"
        return self.pick([
            lambda: f"clamp({self.vector(depth)}, {self.scalar(depth)}, {self.scalar(depth)})",
            lambda: f"{self.pick(['clamp_min', 'clamp_max', 'round'])}({self.vector(depth)}, {self.scalar(depth)})",
            lambda: f"vector({self.scalar(depth)})",
            lambda: f"histogram_quantile({self.scalar(depth)}, {self.vector(depth)})",
            lambda: f'label_replace({self.vector(depth)}, "{self.pick(["a", "i", "job", "__name__"])}", '
                    f'"{self.pick(["$1", "x", "$1-$2", ""])}", "{self.label()}", '
                    f'"{self.pick(["(.*)", "(.)(.*)", "", "a", "(.+)"])}")',
            lambda: f'label_join({self.vector(depth)}, "{self.pick("aix")}", "-", "{self.label()}", "{self.label()}")',
        ])()

    def aggregation(self, depth):
        name = self.pick(AGGREGATION)
        parameter = {
            "topk": lambda: self.pick(["1", "2", "3", "0", self.scalar(depth)]) + ", ",
            "bottomk": lambda: self.pick("123") + ", ",
            "quantile": lambda: self.scalar(depth) + ", ",
            "count_values": lambda: f'"{self.pick(["v", "i", "job"])}", ',
        }.get(name, str)()
        inside = f"({parameter}{self.vector(depth)})"
        grouping = self.pick(["", f" by ({self.names_of_labels()})", f" without ({self.names_of_labels()})"])
        return name + (grouping + inside if self.is_rare(0.5) else inside + grouping)

    def with_scalar(self, depth):
        sides = [self.vector(depth), self.scalar(depth)]
        self.random.shuffle(sides)
        operator = self.pick(ARITHMETIC + COMPARISON + [one + " bool" for one in COMPARISON])
        return f"({sides[0]} {operator} {sides[1]})"

    def with_vector(self, depth):
        operator = self.pick(ARITHMETIC + COMPARISON + [one + " bool" for one in COMPARISON])
        matching = self.matching()
        if matching and self.is_rare(0.5):
            matching += f" {self.pick(['group_left', 'group_right'])} ({self.names_of_labels()})"
        return f"({self.vector(depth)} {operator}{matching} {self.vector(depth)})"

    def set(self, depth):
        operator = self.pick(["and", "or", "unless"])
        return f"({self.vector(depth)} {operator}{self.matching()} {self.vector(depth)})"

    def matching(self):
        return self.pick(["", f" on ({self.names_of_labels()})", f" ignoring ({self.names_of_labels()})"])
