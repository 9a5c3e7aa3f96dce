"""hostile.py FORM N: a file made to be slow to import, on standard output. N twice as large must take twice as long."""
import json, sys

form, n = sys.argv[1], int(sys.argv[2])
T = "2026-01-01T00:00:00.000Z"


def at(i):
    return "2026-01-%02dT%02d:%02d:%02d.%03dZ" % (1 + i // 86400, i // 3600 % 24, i // 60 % 60, i % 60, 0)


def uuid(i, end=None):
    return "%08x-1111-4111-8111-%012x" % (i & 0xFFFFFFFF, (i * 0x9E3779B97F4A7C15) >> 16 & 0xFFFFFFFFFFFF if end is None else end)


def indicator(i, id, modified=T, **more):
    return dict(type="indicator", spec_version="2.1", id="indicator--" + id, created=T, modified=modified, name="number %d" % i,
                pattern="[domain-name:value = 'd%d.test']" % i, pattern_type="stix", valid_from=T, **more)


def other(kind, i, **more):
    return dict(type=kind, spec_version="2.1", id="%s--%s" % (kind, uuid(i + 1)), created=T, modified=T, **more)


def nest(depth):
    v = 1
    for _ in range(depth):
        v = {"x": v}
    return v


one = "11111111-1111-4111-8111-000000000001"
objects = {
    "plain": lambda i: indicator(i, uuid(i)),
    "alike": lambda i: indicator(i, uuid(i, 0xA11E)),  # ids of one end
    "versions": lambda i: indicator(i, one, at(i)),  # of one object, in their order
    "older": lambda i: indicator(i, one, at(n - i)),  # the newest first
    "contents": lambda i: indicator(i, one),  # of one version
    "said-anew": lambda i: indicator(0, one, x_a=[0] * (i % 7), **{"x_%d" % (i % 5): i % 3}),  # a few contents, again and again
    "relations": lambda i: other("relationship", i, relationship_type="indicates", source_ref="indicator--" + uuid(i), target_ref="malware--" + one)
    if i else other("malware", 0, name="Hub", is_family=True) | {"id": "malware--" + one},
    "sightings": lambda i: other("sighting", i, sighting_of_ref="indicator--" + one, first_seen=T, last_seen=T, count=1)
    if i else indicator(0, one),
    "labels": lambda i: indicator(i, uuid(i), labels=["label-%d" % (i * 7 + j) for j in range(20)]),
    "one-value": lambda i: dict(indicator(i, uuid(i)), pattern="[domain-name:value = 'same.test']"),
    "names": lambda i: indicator(i, uuid(i)) | {"name": "a" * 4000 + "%d" % i},
    "values": lambda i: dict(indicator(i, uuid(i)), pattern="[url:value = 'http://x.test/%s%d']" % ("a" * 1500, i)),
    "refs": lambda i: other("report", i, name="r", published=T, object_refs=["indicator--" + uuid(j) for j in range(20)]),
    "nested": lambda i: indicator(i, uuid(i), x_deep=nest(i % 500)),
}
if form.startswith("misp"):
    same = form == "misp-same"  # one attribute's uuid for all of them
    attributes = [dict(uuid=one if same else uuid(i), type="domain", category="Network activity", to_ids=True, value="m%d.test" % i, timestamp=str(1767225600 + i))
                  for i in range(n)]
    json.dump({"Event": dict(uuid="22222222-2222-4222-8222-222222222222", info="One event", date="2026-01-01", timestamp="1767225600", Attribute=attributes)}, sys.stdout)
elif form.startswith("repeats"):  # one value of a table under other descriptions: an export of alerts
    print("type,value,description,first_seen")
    for i in range(n):
        print("domain,same.test,alert %d,%s" % (i, at(i) if form == "repeats-dated" else ""))
elif form == "deep":
    print('{"type":"bundle","id":"bundle--1","objects":[' + '{"a":' * n + "1" + "}" * n + "," + json.dumps(indicator(0, one)) + "]}")
else:
    print('{"type":"bundle","id":"bundle--1","objects":[')
    for i in range(n):
        print(json.dumps(objects[form](i)) + ("," if i + 1 < n else "]}"))
