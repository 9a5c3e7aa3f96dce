#!/usr/bin/env python3
"""feeds.py: a web server for the test of the technology watch, on a free port that it prints. Good feeds, and slow, broken, huge, moved and lying ones."""
import gzip, http.server, time

ITEM = "<item><title>%s</title><link>%s</link><guid>%s</guid><pubDate>%s</pubDate><description><![CDATA[%s]]></description></item>"
WAVE = ("<p>A new wave of ransomware spreads through a trojanised updater of an accounting program. The relay is hxxps://relay[.]qq7vzk[.]net, "
        "the file 44d88612fea8a8f36de82e1278abb02f, and companies of the industry sector in France and Germany are hit. CVE-2017-0144 &amp; others.</p>")
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title>%s</channel></rss>'
LIST = b"""From anne@list.example Mon Nov 23 10:00:00 2026
Message-ID: <1@list.example>
List-Id: Alertes du r\xc3\xa9seau <alertes.list.example>
Archived-At: <http://list.example/m/1>
Date: Mon, 23 Nov 2026 10:00:00 +0100
Subject: =?utf-8?q?Faille_=C3=A0_corriger?=
 dans le pare-feu
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

Q1ZFLTIwMjYtMTIzNCBpcyB1c2VkIGZyb20gMjAzLjAuMTE0Ljc3
--b--

From bob@list.example Mon Nov 23 11:00:00 2026
Message-ID: <2@list.example>
Date: Mon, 23 Nov 2026 11:00:00 +0100
Subject: Autre sujet

>From here on nothing of note.
"""
asked = {}


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def send(self, body, kind="application/xml", status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        asked[self.path] = asked.get(self.path, 0) + 1
        page = getattr(self, "page" + self.path.replace("/", "_").split(".")[0], None)
        page() if page else self.send(b"", status=404)

    def page_robots(self):
        self.send(b"User-agent: *\nDisallow: /private\n", "text/plain")

    def page_a(self):
        if self.headers.get("If-None-Match") == '"v1"':
            return self.send(b"", status=304)
        items = ITEM % ("Ransomware through an updater", "http://a.example/1", "g1", "Mon, 23 Nov 2026 10:00:00 +0100", WAVE)
        items += ITEM % ("Weather", "http://a.example/2", "g2", "Mon, 23 Nov 2026 08:00:00 GMT", "Sunny in Rennes and in all of Brittany, light wind.")
        self.send((RSS % ("Feed A", items)).encode(), ETag='"v1"')

    def page_b(self):
        text = WAVE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        self.send(('<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed B</title><entry><id>b1</id><title>Ransomware through an updater'
                   '</title><link rel="alternate" href="http://b.example/1"/><updated>2026-11-23T12:00:00Z</updated>'
                   '<content type="html">' + text + "</content></entry></feed>").encode())

    def page_moved(self):
        self.send(b"", status=301, Location="/here.xml")

    def page_here(self):
        self.send((RSS % ("Moved", ITEM % ("Here now", "http://c.example/1", "c1", "", "x"))).encode())

    def page_private_feed(self):
        self.send((RSS % ("Private", "")).encode())

    def page_broken(self):
        self.send(b"<rss><channel><title>Broken</title><item><title>kept though the end is missing</title><link>http://d.example/1</link>")

    def page_latin(self):
        self.send('<?xml version="1.0" encoding="ISO-8859-1"?><rss><channel><title>\xe9t\xe9</title><item><title>\xe0 voir</title><guid>l</guid></item>'
                  "</channel></rss>".encode("latin-1"))

    def page_bomb(self):
        entities = "".join('<!ENTITY a%d "%s">' % (i, ("&a%d;" % (i - 1) if i else "x" * 1000) * 10) for i in range(12))
        self.send(("<!DOCTYPE b [%s]><rss><channel><item><title>&a11;</title></item></channel></rss>" % entities).encode())

    def page_outside(self):
        self.send(b'<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>x &a;</title><guid>o</guid></item></channel></rss>')

    def page_huge(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(16384):  # 1 GB
                self.wfile.write(b"<item>" + b"x" * 65536)
        except OSError:
            pass

    def page_packed(self):
        self.send(gzip.compress(b"0" * 100_000_000), Content_Encoding="gzip")

    def page_wrong(self):
        items = "".join("<item><title>caf\xe9 %d</title><guid>w%d</guid></item>" % (i, i) for i in range(3))
        self.send(('<?xml version="1.0" encoding="utf-8"?><rss><channel><title>\xe9t\xe9</title>' + items + "</channel></rss>").encode("latin-1"))

    def page_wide(self):
        self.send('<?xml version="1.0" encoding="UTF-16"?><rss><channel><item><title>large \u20ac</title><guid>u</guid></item></channel></rss>'.encode("utf-16"))

    def page_marked(self):
        self.send(b"\xef\xbb\xbf" + b'{"version":"https://jsonfeed.org/version/1.1","title":"M","items":[{"id":"m","title":"after a mark"}]}', "application/json")

    def page_slow(self):  # a byte now and then, for ever
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"<")
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            pass

    def page_login(self):  # a page where a feed was, called one; it names its feed
        self.send(b'<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="news.rss"></head><body><br>Log in</body></html>', "application/rss+xml")

    def page_plain(self):  # a page that names none
        self.send(b"<html><body><br>Log in</body></html>")

    def page_windows(self):  # says UTF-8 and is Windows-1252, and a euro of ISO-8859-15
        self.send(b'<?xml version="1.0" encoding="utf-8"?><rss><channel><item><title>l\x92\x9cuvre \x80 \xa4</title><guid>win</guid></item></channel></rss>')

    def page_often(self):
        self.send(b"", status=429, Retry_After="7200")

    def page_list(self):
        self.send(LIST, "text/plain")

    def page_months(self):
        self.send(gzip.compress(LIST.replace(b"@list", b"@months")), "application/gzip")

    def page_lying(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b"<rss>")

    def page_later(self):
        self.send(b"", status=503, Retry_After="172800")

    def page_bare(self):  # feeds that hold nothing
        self.send((RSS % ("Bare", "")).encode() if self.path.endswith(".xml") else b'{"version":"https://jsonfeed.org/version/1.1","title":"Bare","items":[]}')

    def page_json(self):
        self.send(b'{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":"1","url":"http://j.example/1","title":"J one",'
                  b'"content_html":"<b>CVE-2021-44228</b>","date_published":"2026-11-20T00:00:00Z"}]}', "application/json")

    def page_kev(self):
        self.send(b'{"title":"KEV","vulnerabilities":[{"cveID":"CVE-2020-1472","vendorProject":"V","product":"P","vulnerabilityName":"N",'
                  b'"dateAdded":"2026-11-18","shortDescription":"S"}]}', "application/json")

    def page_page(self):
        body = "<html><head><title>Une page</title></head><body><script>var x;</script><p>Version %d</p></body></html>" % asked["/page"]
        self.send(body.encode(), "text/html")

    def page_asked(self):
        self.send(repr(asked).encode(), "text/plain")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
print(server.server_port, flush=True)
server.serve_forever()
