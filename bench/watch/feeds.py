#!/usr/bin/env python3
"""feeds.py ITEMS: /feed/N answers an RSS feed of so many items, each about a kilobyte of its own words, every tenth a story that other feeds tell too;
conditional requests are answered 304. Prints its port."""
import hashlib, http.server, random, sys

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

    def do_GET(self):
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
