"""Legal figures shown without "to revalidate": doubts.py FILE... prints the places. The store holds figures that stand nowhere else (see 39_case_pages.sh)."""
import html
import json
import re
import sys

FIGURE = re.compile(r"ZZ-[A-Z]+|CPP 53|end of the flagrancy|\b37 (?:years|ans)|987.?654|72.?(?:h\b|hours|heures)|complaint for the insurance|notice to the data protection")
MARK = re.compile(r"revalidate|revalider")


def units(name, text):
    """The smallest parts that have to say it themselves: rows, items, paragraphs; objects; lines."""
    if name.endswith(".json"):
        for line in text.splitlines():
            stack = [json.loads(line)]
            while stack:
                v = stack.pop()
                if isinstance(v, dict):
                    own = {k: x for k, x in v.items() if not isinstance(x, (dict, list))}
                    yield " ".join(map(str, own.values())) + (" to revalidate" if own.get("to_check") else "")
                    stack += v.values()
                elif isinstance(v, list):
                    stack += v
    elif name.endswith(".html"):
        text = re.sub(r"<option.*?</option>|<title>.*?</title>", " ", text, flags=re.S)  # choices of a form show no figure
        for part in re.split(r"<(?:tr|li|p|dt|h\d|label|section|fieldset)\b", text):
            yield html.unescape(re.sub(r"<[^>]*>", " ", part))
    elif name.endswith(".doc"):  # a document: lines are broken, so figures and marks are counted
        lacks = len(FIGURE.findall(text)) - len(MARK.findall(text))
        yield " ".join(FIGURE.findall(text)) if lacks > 0 else ""
    else:
        yield from text.splitlines()


shown = bare = 0
for name in sys.argv[1:]:
    for unit in units(name, open(name, encoding="utf-8", errors="replace").read()):
        if FIGURE.search(unit):
            shown += 1
            if not MARK.search(unit):
                bare += 1
                print(name, "without the mark:", " ".join(unit.split())[:200])
print(f"{shown} figures, {bare} without the mark")
sys.exit(bare > 0 or shown == 0)
