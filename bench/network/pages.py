"""pages.py URL LOGIN PASSWORD PID... : logs in, follows the links of every page that this account may open, BENCH_EACH (2)
pages of each kind, and every filter and search box of their forms; tells what each costs: processor time of the processes
PID and of their children (the least of five readings, in ms), the least wall time, bytes. The dearest come first.
BENCH_TIMES: how many readings; BENCH_ROWS: how many are shown; BENCH_VERBOSE=1: each as it is read; BENCH_MOST: the
status is 1 when a page that does not ask for everything costs more ms than that; BENCH_KEEP: a directory where what each page answered is left."""
import glob, html, http.client, os, re, sys, time, urllib.parse

url, login, password, *pids = sys.argv[1:]
host = urllib.parse.urlsplit(url).netloc
times = int(os.environ.get("BENCH_TIMES", "5"))
jar = {}
extra = ["/affaires?mots=fichiers", "/affaires?mots=aiguille", "/affaires?mots=fichiers+rancon", "/affaires?mots=s", "/affaires?mots=aucunecommecela",
         "/affaires?regime=prevention", "/affaires?regime=investigation", "/affaires?etat=open", "/affaires?etat=dismissed",
         "/affaires?etat=reopened", "/affaires?etat=in-progress&regime=prevention", "/recherche?q=martin", "/recherche?q=menuiserie+martin",
         "/recherche?q=2026-EST-0001", "/api/v1/cases", "/api/v1/incidents", "/api/v1/organisations", "/api/v1/clocks", "/api/v1/exhibits", "/api/v1/zones"]

whole = ("/journal?relire=1",)  # asks for the whole ledger to be read again


def ask(path, data=None):
    c = http.client.HTTPConnection(host, timeout=600)
    head = {"Cookie": "; ".join(f"{k}={v}" for k, v in jar.items()), "Accept-Language": "fr"}
    if data is not None:
        head |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": url}
        data = urllib.parse.urlencode(data)
    c.request("GET" if data is None else "POST", path, data, head)
    a = c.getresponse()
    body = a.read().decode("utf-8", "replace")
    for one in a.headers.get_all("Set-Cookie") or []:
        k, _, v = one.split(";")[0].partition("=")
        jar[k] = v
    c.close()
    return a.status, a.headers.get("Location", ""), body


def family():
    """The processes and their children: the backends of a database."""
    all_ = set(pids)
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            fields = open(stat).read().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] in pids:
            all_.add(stat.split("/")[2])
    return all_


def spent():
    ns = 0
    for pid in family():
        for task in glob.glob(f"/proc/{pid}/task/*/schedstat"):
            try:
                ns += int(open(task).read().split()[0])
            except (OSError, ValueError, IndexError):
                pass
    return ns / 1e6


def kind(path):
    """One page of each kind: identifiers and numbers are all the same."""
    p, _, q = path.partition("?")
    parts = [x for x in p.split("/") if x]
    if len(parts) > 1:
        parts[1] = "*" if re.search(r"--|\d", parts[1]) or parts[0] in ("affaires", "scelles", "zones") else parts[1]
        parts[2:] = ["*" if re.search(r"\d", x) else x for x in parts[2:]]
    return "/" + "/".join(parts) + ("?" + re.sub(r"=[^&]*", "=", q) if q else "")


WORDS = ("fichiers", "martin", "e", "aucunecommecela")


def asked(path, body):
    """What the forms of a page that only ask (method get) may be asked: each choice of each list alone, words in each box."""
    for form in re.findall(r"<form\b.*?</form>", body, re.S):
        if re.search(r'<form[^>]*method="post"', form):
            continue
        to = re.search(r'<form[^>]*action="([^"]*)"', form)
        to = html.unescape(to.group(1)) if to else path.partition("?")[0]
        fixed = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', form))
        for name, options in re.findall(r'<select[^>]*name="([^"]*)".*?>(.*?)</select>', form, re.S):
            for value in re.findall(r'<option value="([^"]*)"', options)[:30]:
                yield to + "?" + urllib.parse.urlencode(fixed | {name: html.unescape(value)})
        for box in re.findall(r"<input[^>]*>", form):
            name = re.search(r'name="([^"]*)"', box)
            if name and re.search(r'type="(text|search)"', box) or name and "type=" not in box:
                for word in WORDS:
                    yield to + "?" + urllib.parse.urlencode(fixed | {name.group(1): word})
            elif name and 'type="checkbox"' in box:
                yield to + "?" + urllib.parse.urlencode(fixed | {name.group(1): "1"})


def motive(body):
    """A page that asks why one reads it is told."""
    at = body.find('action="/consultation"')
    if at < 0:
        return False
    form = body[at : body.find("</form>", at)]
    data = dict(re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', form))
    data = {k: html.unescape(v) for k, v in data.items()} | {"motive": "mesure"}
    return ask("/consultation", data)[0] == 303


status, where, _ = ask("/login", {"login": login, "password": password})
if status != 303:
    sys.exit(f"login {login}: {status}")
each, keep = int(os.environ.get("BENCH_EACH", "2")), os.environ.get("BENCH_KEEP")
queue, seen, done, rows, failed = ["/"] + extra, {}, set(), [], []
exact = set(extra)
while queue:
    path = queue.pop(0)
    k = path if path in exact else kind(path)
    if path in done or seen.get(k, 0) >= (each if "*" in k else 1):
        continue
    seen[k] = seen.get(k, 0) + 1
    done.add(path)
    status, where, body = ask(path)
    if status == 303:
        queue.append(where)
        continue
    if motive(body):
        status, where, body = ask(path)
    if status == 403 or status == 404 and path in extra:  # no page of his
        continue
    if status != 200 or 'name="password"' in body and 'action="/login"' in body:
        failed.append((status, path))
        continue
    if keep:
        with open(os.path.join(keep, urllib.parse.quote(path, "")[:200]), "w") as f:
            f.write(body)
    cpu, wall = [], []
    for _ in range(times):
        a, t = spent(), time.monotonic()
        ask(path)
        wall.append((time.monotonic() - t) * 1e3)
        cpu.append(spent() - a)
        if cpu[-1] < 20 and len(cpu) > 1:
            break
    rows.append((min(cpu), min(wall), len(body), k, path))
    if os.environ.get("BENCH_VERBOSE"):
        print(f"{min(cpu):8.1f} {min(wall):8.1f} {path}", file=sys.stderr, flush=True)
    if "?" not in path:
        boxes = [q for q in asked(path, body) if q not in exact]
        exact |= set(boxes)
        queue += boxes
    for link in re.findall(r'(?:href|hx-get)="(/[^"#]*)', body):
        link = html.unescape(link)
        if not re.match(r"/(static|login|lang|assets)", link) and not re.search(r"\.(css|js|png|svg|ico)", link):
            queue.append(link)
rows.sort(reverse=True)
load = os.getloadavg()[0]
print(f"{login}: {len(rows)} pages, load {load:.1f}")
for cpu, wall, size, k, path in rows[: int(os.environ.get("BENCH_ROWS", "25"))]:
    print(f"  {cpu:8.1f} ms processor {wall:8.1f} ms wall {size:9d} bytes  {path}")
for status, path in failed:
    print(f"  {status} {path}")
most = float(os.environ.get("BENCH_MOST", "inf"))
over = [r[4] for r in rows if r[0] > most and r[4] not in whole]
if over:
    print(f"  over {most:.0f} ms: {len(over)} pages")
sys.exit(1 if failed or over else 0)
