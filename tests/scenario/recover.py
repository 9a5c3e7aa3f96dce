#!/usr/bin/env python3
# recover.py REPORT... : an attacker who has every published figure of an evaluation's reports (question totals, shown cells, the map of issues), and nothing else.
# Each figure is an equation over what stays hidden: how many people of a cell answered, and the sum of what they said. A group that the equations pin down, alone or
# together with others, although fewer people than the threshold are in it, is recovered. Prints one line a recovery; silent when nothing follows.
import json, sys
from fractions import Fraction


class System:
    """Linear equations over named unknowns, kept in reduced row-echelon form (exact)."""

    def __init__(self):
        self.rows = {}  # pivot -> {unknown: coefficient}; the value stands under None

    def reduce(self, row):
        row = dict(row)
        for pivot in [u for u in row if u in self.rows]:
            factor = row.get(pivot, 0)
            if factor:
                for u, c in self.rows[pivot].items():
                    row[u] = row.get(u, 0) - factor * c
        return {u: c for u, c in row.items() if c}

    def add(self, unknowns, value):
        row = {u: Fraction(1) for u in unknowns}
        row[None] = Fraction(value).limit_denominator(10**6)
        row = self.reduce(row)
        pivot = next((u for u in row if u is not None), None)
        if pivot is None:
            return
        scale = row[pivot]
        row = {u: c / scale for u, c in row.items()}
        for other in self.rows.values():
            factor = other.get(pivot, 0)
            if factor:
                for u, c in row.items():
                    other[u] = other.get(u, 0) - factor * c
        self.rows[pivot] = row

    def follows(self, unknowns):
        """Is the sum of these unknowns determined?"""
        return all(u is None for u in self.reduce({u: Fraction(1) for u in unknowns}))


def published(report, system):
    """The equations of one report; returns the unknowns of each hidden cell, by question."""
    hidden, sides = {}, {}
    for q in report["questions"]:
        cells = [(c["group"], c["zone"]) for c in q.get("cells", [])] or [("", "")]
        issue = q.get("issue")
        for c in cells:
            for kind in "NS":
                # On the map stand only the sheets that answered both questions of an issue: the others are a part of their own.
                parts = [(q["code"], c, kind, side) for side in (("both", "only") if issue else ("all",))]
                if issue and kind == "N":
                    parts[0] = (issue, c, "N", "both")  # as many for either question
                sides[(q["code"], c, kind)] = parts
        def put(where, kind, value):
            system.add([u for c in where for u in sides[(q["code"], c, kind)]], value)
        if not q["hidden"]:
            put(cells, "N", q["n"])
            put(cells, "S", q["n"] * q["mean"])
        for c in q.get("cells", []):
            cell = (c["group"], c["zone"])
            if c["hidden"]:
                hidden[(q["code"], cell)] = sides
            else:
                put([cell], "N", c["n"])
                if c["n"]:
                    put([cell], "S", c["n"] * c["mean"])
    for one in report.get("map", {}).get("issues", []):
        pair = {q["axis"]: q for q in report["questions"] if q.get("issue") == one["issue"]}
        cells = [(c["group"], c["zone"]) for c in pair["importance"].get("cells", [])] or [("", "")]
        system.add([(one["issue"], c, "N", "both") for c in cells], one["n"])
        for axis, mean in (("importance", "I"), ("performance", "P")):
            system.add([(pair[axis]["code"], c, "S", "both") for c in cells], one["n"] * one[mean])
    return hidden


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        report = json.load(file)
    system = System()
    hidden = published(report, system)
    threshold = report["threshold"]
    for (code, cell), sides in hidden.items():
        if system.follows(sides[(code, cell, "S")]):
            print(f"{name}: the sum of {code} in {cell} follows from what is published")
    # Those who answered one question of an issue alone, all cells together: what the map leaves over of a question.
    for q in report["questions"]:
        if not q.get("issue") or q["hidden"]:
            continue
        cells = [(c["group"], c["zone"]) for c in q.get("cells", [])] or [("", "")]
        count = [(q["code"], c, "N", "only") for c in cells]
        if system.follows(count) and system.follows([(q["code"], c, "S", "only") for c in cells]):
            row = system.reduce({u: Fraction(1) for u in count})
            left = -row.get(None, Fraction(0))
            if 0 < left < threshold:
                print(f"{name}: {left} people answered {q['code']} without the other question, and what they said follows")
