#!/usr/bin/env python3
"""Checks a file of `vigie ledger export` with Python's own hashing and OpenSSL's Ed25519: no code of Vigie's is used.

usage: check-ledger.py EXPORT [PUBLIC-KEY-BASE64]

Leaf hashing and tree: RFC 6962 section 2.1. Signature: C2SP signed-note over a C2SP tlog-checkpoint. A leaf ends in
SHA-256(salt || body); an erased body leaves the leaf, and every proof, as they were.
"""
import base64, hashlib, json, os, subprocess, sys, tempfile


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(hashes):
    """Roots of perfect subtrees, merged like a binary counter, then folded from the right."""
    stack = []
    for leaf in hashes:
        stack.append((1, leaf))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (n, right), (_, left) = stack.pop(), stack.pop()
            stack.append((2 * n, sha(b"\x01", left, right)))
    root = stack.pop()[1] if stack else sha()
    while stack:
        root = sha(b"\x01", stack.pop()[1], root)
    return root


def signature_holds(key, text, signature):
    spki = bytes.fromhex("302a300506032b6570032100") + key  # RFC 8410
    with tempfile.TemporaryDirectory() as d:
        for name, content in (("key", spki), ("text", text), ("sig", signature)):
            with open(os.path.join(d, name), "wb") as f:
                f.write(content)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", d + "/key", "-rawin",
                               "-in", d + "/text", "-sigfile", d + "/sig"], capture_output=True).returncode == 0


def main():
    lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    header, entries, note = lines[0], lines[1:-1], lines[-1]["checkpoint"]
    key = base64.b64decode(header["key"])
    if len(sys.argv) > 2 and base64.b64decode(sys.argv[2]) != key:
        sys.exit("the export is of another key")
    hashes = []
    for number, entry in enumerate(entries):
        leaf = base64.b64decode(entry["leaf"])
        if entry["index"] != number:
            sys.exit(f"entry {number}: out of order")
        if "body" in entry and sha(base64.b64decode(entry["salt"]), entry["body"].encode()) != leaf[-32:]:
            sys.exit(f"entry {number}: the body is not the one that was recorded")
        hashes.append(sha(b"\x00", leaf))
    text, signatures = note.split("\n\n", 1)
    origin, size, root = text.split("\n")[:3]
    if int(size) != len(entries) or base64.b64decode(root) != root_of(hashes):
        sys.exit("the entries are not those that the checkpoint was signed over")
    blob = base64.b64decode(signatures.split("\n")[0].rsplit(" ", 1)[1])
    if blob[:4] != sha(origin.encode(), b"\n\x01", key)[:4] or not signature_holds(key, (text + "\n").encode(), blob[4:]):
        sys.exit("the checkpoint's signature does not hold")
    print(f"intact: {size} entries, root {base64.b64decode(root).hex()}, signed by {origin}")


main()
