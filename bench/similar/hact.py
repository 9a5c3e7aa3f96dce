#!/usr/bin/env python3
"""HAC-T (Oliver, Ali, Hagen 2020) in plain Python over the authors' own extension module (py-tlsh): the judge of our clusters, and
the peer that they are timed against. Prints a cluster number or -1 for each digest of the column `tlsh`, and the seconds of processor time on stderr.

usage: hact.py DIGESTS.csv [CDIST]
"""
import csv, sys, time
import tlsh

sys.setrecursionlimit(1 << 20)
SLACK, FAR = 20, 99999


class Tree:
    def __init__(self, digests, numbers):
        self.digest, self.number, self.near, self.far, self.border = digests[0], numbers[0], None, None, -1
        if len(numbers) == 1:
            return
        distances = [self.digest.diff(d) for d in digests]
        self.border = sorted(distances)[(len(distances) - 1) // 2]
        inside = [i for i in range(1, len(numbers)) if distances[i] < self.border]
        outside = [i for i in range(1, len(numbers)) if distances[i] >= self.border]
        if inside:
            self.near = Tree([digests[i] for i in inside], [numbers[i] for i in inside])
        if outside:
            self.far = Tree([digests[i] for i in outside], [numbers[i] for i in outside])

    def search(self, digest, cluster, mine, best):
        d = digest.diff(self.digest)
        if cluster[self.number] != mine and d < best[0]:
            best[:] = d, self.number
        first, second = (self.near, self.far) if d <= self.border else (self.far, self.near)
        if first:
            first.search(digest, cluster, mine, best)
        worth = d + best[0] + SLACK >= self.border if d <= self.border else d - best[0] - SLACK <= self.border
        if second and worth:
            second.search(digest, cluster, mine, best)


def radius(members, digests):
    jump = len(members) // 100
    sample = [members[i] for i in range(0, jump * 100, jump)] if jump else members
    return min(max((digests[x].diff(digests[y]) for y in sample if y != x), default=0) for x in sample)


def clusters(texts, cdist):
    digests = []
    for text in texts:
        digests.append(tlsh.Tlsh())
        digests[-1].fromTlshStr(text)
    tree = Tree(digests, list(range(len(digests))))
    cluster, members = list(range(len(digests))), [[i] for i in range(len(digests))]

    def try_merge(a):
        best = [FAR, -1]
        tree.search(digests[a], cluster, cluster[a], best)
        if best[0] > cdist:
            return None
        one, two = cluster[a], cluster[best[1]]
        if radius(members[one] + members[two], digests) > cdist:
            return None
        to, gone = min(one, two), max(one, two)
        for x in members[gone]:
            cluster[x] = to
        members[to] += members[gone]
        members[gone] = []
        return to

    for a in range(len(digests)):
        try_merge(a)
    todo = [c for c in range(len(digests)) if len(members[c]) > 1]
    while todo:
        changed = []
        for c in todo:
            for a in members[c]:
                to = try_merge(a)
                if to is not None:
                    if to not in changed:
                        changed.append(to)
                    break
        todo = changed
    out, number = [-1] * len(digests), 0
    for group in members:
        if len(group) > 1:
            for x in group:
                out[x] = number
            number += 1
    return out


def main():
    with open(sys.argv[1], newline="") as f:
        texts = [row["tlsh"] for row in csv.DictReader(f) if len(row["tlsh"]) in (70, 72)]
    began = time.process_time()
    found = clusters(texts, int(sys.argv[2]) if len(sys.argv) > 2 else 30)
    print(f"{time.process_time() - began:.3f}", file=sys.stderr)
    print("\n".join(map(str, found)))


main()
