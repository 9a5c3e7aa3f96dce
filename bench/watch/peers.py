#!/usr/bin/env python3
"""peers.py ADDRESS COUNT: what feedparser spends to read the same feeds, without keeping, folding or extracting anything."""
import resource, sys, urllib.request

try:
    import feedparser
except ImportError:
    sys.exit("feedparser: not installed, no peer printed")
before, items = resource.getrusage(resource.RUSAGE_SELF), 0
for n in range(int(sys.argv[2])):
    items += len(feedparser.parse(urllib.request.urlopen("%s/feed/%d" % (sys.argv[1], n)).read()).entries)
u = resource.getrusage(resource.RUSAGE_SELF)
cpu = u.ru_utime + u.ru_stime - before.ru_utime - before.ru_stime
print("feedparser, fetched and parsed only: %d items, %.2f s of processor, %.0f MB" % (items, cpu, u.ru_maxrss / 1024))
