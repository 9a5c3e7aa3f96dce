"""load.py URL LOGIN PASSWORD PID REQUESTS: eight clients, each with its own session, ask for the pages of every day in turn,
so many requests together; tells the rate and what the server PID holds in memory (RSS) before, at each fifth and after."""
import http.client, sys, threading, time, urllib.parse

url, login, password, pid, n = sys.argv[1:]
n, clients = int(n), 8
host = urllib.parse.urlsplit(url).netloc
pages = ["/", "/affaires", "/affaires?mots=fichiers", "/affaires?mots=aiguille", "/signalements/accueil", "/signalements/nouveau", "/zones", "/zones/EST",
         "/recherche?q=martin", "/taches", "/actions", "/alertes", "/journal", "/journal?acte=erase", "/evaluation/chiffres?zone=EST",
         "/evaluation/chiffres/incidents", "/scelles", "/diagnostics", "/veille", "/renseignement", "/nowhere", "/api/v1/zones"]


def rss():
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS"))


def client(first, count, said):
    c = http.client.HTTPConnection(host, timeout=600)
    c.request("POST", "/login", urllib.parse.urlencode({"login": login, "password": password}), {"Content-Type": "application/x-www-form-urlencoded", "Origin": url})
    a = c.getresponse()
    a.read()
    head = {"Cookie": a.headers["Set-Cookie"].split(";")[0]}
    for i in range(count):
        path = pages[(first + i) % len(pages)]
        c.request("GET", path, headers=head)
        a = c.getresponse()
        a.read()
        said[a.status] = said.get(a.status, 0) + 1


def wave(count):
    said = [{} for _ in range(clients)]
    all_ = [threading.Thread(target=client, args=(k * 3, count // clients, said[k])) for k in range(clients)]
    for t in all_:
        t.start()
    for t in all_:
        t.join()
    return said


wave(clients * len(pages))  # each page once: what is read once and kept
held, began, statuses = [rss()], time.monotonic(), {}
for _ in range(5):
    for said in wave(n // 5):
        for k, v in said.items():
            statuses[k] = statuses.get(k, 0) + v
    held.append(rss())
took = time.monotonic() - began
print(f"{sum(statuses.values())} requests of {clients} clients in {took:.0f} s ({statuses}): RSS {' '.join(f'{x / 1024:.1f}' for x in held)} MB")
sys.exit(1 if any(k >= 500 for k in statuses) else 0)
