#!/usr/bin/env python3
"""feeds.py ITEMS: /feed/N answers an RSS feed of so many items, each about a kilobyte of its own words, every tenth a story that other feeds tell too;
conditional requests are answered 304. /huge/N streams 1 GB, /slow/N a byte now and then for ever, /bomb/N entities of entities, /lying/N less than it
promises, /broken/N the first half, /latin/N an encoding that it does not say, /moved/N leads to /feed/N. Prints its port."""
import hashlib, http.server, random, sys, time

ITEMS = int(sys.argv[1])
WORDS = ("service police attack updater relay company sector industry network malware campaign phishing patch firewall vendor advisory victim cluster sample "
         "loader beacon domain certificate exploit kernel memory driver backup ransom wallet leak bulletin zone referent").split()


def text(seed, words):
    r = random.Random(seed)
    body = " ".join(r.choice(WORDS) + (" %x" % r.randrange(4096) if r.random() < 0.3 else "") for _ in range(words))
    return body + " CVE-2026-%d relay-%x[.]example-%x[.]net %s" % (1000 + r.randrange(9000), r.randrange(1 << 20), r.randrange(1 << 20),
                                                                hashlib.sha256(str(seed).encode()).hexdigest())


def feed(n):
    out = ["<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Feed %d</title>" % n]
    for i in range(ITEMS):
        seed = i if i % 10 == 0 else n * 100003 + i
        out.append("<item><title>Item %d</title><guid>%d-%d</guid><link>http://f%d.example/%d</link><pubDate>Mon, 23 Nov 2026 %02d:%02d:00 GMT</pubDate>"
                   "<description>%s</description></item>" % (seed, n, i, n, i, i % 24, i % 60, text(seed, 120)))
    return "".join(out + ["</channel></rss>"]).encode()


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def plain(self, body, status=200, promised=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = bool(promised)

    def stream(self, piece, times, pause):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(times):
                self.wfile.write(piece)
                time.sleep(pause)
        except OSError:
            pass

    def hostile(self, kind, n):
        if kind == "huge":
            self.stream(b"<rss><channel><item><title>" + b"x" * 65536, 16384, 0)
        elif kind == "slow":
            self.stream(b"<", 10000, 0.2)
        elif kind == "bomb":
            entities = "".join('<!ENTITY a%d "%s">' % (i, ("&a%d;" % (i - 1) if i else "x" * 1000) * 10) for i in range(12))
            self.plain(("<!DOCTYPE b [%s]><rss><channel><item><title>&a11;</title></item></channel></rss>" % entities).encode())
        elif kind == "lying":
            self.plain(feed(n)[:5000], promised=1 << 20)
        elif kind == "broken":
            self.plain(feed(n)[: len(feed(n)) // 2])
        elif kind == "latin":
            self.plain(feed(n).replace(b"Feed", b"Fe\xe9d"))
        else:
            self.plain(b"", 301, Location="/feed/%d" % n)

    def do_GET(self):
        kind, _, n = self.path[1:].partition("/")
        if kind in ("huge", "slow", "bomb", "lying", "broken", "latin", "moved"):
            return self.hostile(kind, int(n))
        same = self.headers.get("If-None-Match") == '"1"'
        known = self.path.startswith("/feed/")
        body = b"" if same or not known else feed(int(self.path[6:]))
        self.send_response(304 if same else 200 if known else 404)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
print(server.server_port, flush=True)
server.serve_forever()
