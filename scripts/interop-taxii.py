"""interop-taxii.py URL CA USER PASSWORD: what the OASIS client (taxii2-client) makes of `vigie serve`."""
import os
import sys
import uuid

from taxii2client.v21 import Server, as_pages

url, ca, user, password = sys.argv[1:]
os.environ["REQUESTS_CA_BUNDLE"] = ca  # which requests prefers to what it is told
server = Server(url + "/taxii2/", user=user, password=password, verify=ca)
root = server.default
assert "application/taxii+json;version=2.1" in root.versions, root.versions
for collection in root.collections:
    objects = [o for page in as_pages(collection.get_objects, per_request=7) for o in page.get("objects", [])]
    names = [o for page in as_pages(collection.get_manifest, per_request=7) for o in page.get("objects", [])]
    assert {o["id"] for o in objects} == {o["id"] for o in names}, collection.title
    ids = {o["id"] for o in objects}
    for o in objects:
        for end in ("source_ref", "target_ref", "sighting_of_ref"):
            assert o.get(end, o["id"]) in ids, o
    if objects:
        one = collection.get_object(objects[0]["id"])["objects"][0]
        assert one["id"] == objects[0]["id"]
        assert collection.object_versions(objects[0]["id"])["versions"]
        kind = objects[0]["type"]
        assert {o["type"] for o in collection.get_objects(type=kind)["objects"]} == {kind}
        assert collection.get_objects(added_after=names[-1]["date_added"]).get("objects", []) == []
    print(f"taxii2-client reads {len(objects)} objects of \"{collection.title}\", write: {collection.can_write}")
    if collection.can_write:
        new = f"indicator--{uuid.uuid4()}"
        status = collection.add_objects({"objects": [{
            "type": "indicator", "spec_version": "2.1", "id": new, "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "pattern": "[domain-name:value = 'interop.zzqx-relay.net']", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
            "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}]}, wait_for_completion=True)
        assert status.status == "complete" and status.success_count == 1, status
        assert root.get_status(status.id).total_count == 1
        assert collection.get_object(new)["objects"][0]["id"] == new
        collection.delete_object(new)
        print("  it left an object, read it back and took it off")
