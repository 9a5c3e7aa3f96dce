/* Archives of mailing lists: mbox, as it is or gzipped. Runs in the cell; the messages are taken apart by the reader of
 * documents. */
#include "watch/watch_internal.h"

#include <limits.h>
#include <zlib.h>

enum { MAILS_MAX = 2000, MAIL_TEXT = 256 * 1024, UNPACKED_MAX = 64 << 20 };

/* What the headers of one message say. Views of its own text. */
struct mail {
  struct vg_buf headers, text;
  vg_str subject, id, date, list, archived;
};

/* White space, line ends too, becomes one space each; the rest of the room is filled up. Returns what is used. */
static size_t squeeze(char *p, size_t n) {
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    bool space = vg_is_space(p[i]);
    if (!space)
      p[used++] = p[i];
    else if (used && p[used - 1] != ' ')
      p[used++] = ' ';
  }
  for (size_t i = used; i < n; i++)
    p[i] = ' ';
  return used;
}

/* A header's value, from the decoded lines; folded ones are one. */
static vg_str header_of(struct vg_buf *headers, const char *name) {
  vg_str rest = vg_buf_view(headers), line, key = vg_str_z(name);
  while (vg_str_line(&rest, &line)) {
    if (line.n <= key.n || line.p[key.n] != ':' || !vg_str_eq_ci(vg_str_sub(line, 0, key.n), key))
      continue;
    size_t from = (size_t)(line.p - headers->p) + key.n + 1, to = (size_t)(line.p - headers->p) + line.n;
    while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t') && vg_str_line(&rest, &line))
      to = (size_t)(line.p - headers->p) + line.n;
    return vg_str_trim(vg_str_n(headers->p + from, squeeze(headers->p + from, to - from)));
  }
  return VG_STR("");
}

/* "<a@b>" without its brackets. */
static vg_str bare(vg_str s) {
  size_t open = vg_str_find_byte(s, '<', 0), close = vg_str_find_byte(s, '>', open == SIZE_MAX ? 0 : open);
  return open == SIZE_MAX || close == SIZE_MAX ? s : vg_str_sub(s, open + 1, close - open - 1);
}

/* "The list <list.example.org>": its name, or its address when it has none. */
static vg_str list_name(vg_str s) {
  vg_str name = vg_str_trim(vg_str_sub(s, 0, vg_str_find_byte(s, '<', 0)));
  return name.n ? name : bare(s);
}

/* The first headers are the message's own; texts follow, attachments' too, as far as there is room. */
static vg_code take_part(void *ctx, const struct intel_part *part, struct vg_err *err) {
  struct mail *m = ctx;
  (void)err;
  if (part->kind != PART_TEXT)
    return VG_OK;
  bool headers = vg_str_ends(part->name, VG_STR("/headers"));
  if (headers && !m->headers.n)
    vg_buf_str(&m->headers, part->bytes);
  else if (!headers && m->text.n < MAIL_TEXT)
    vg_buf_str(&m->text, vg_str_sub(part->bytes, 0, MAIL_TEXT - m->text.n));
  return VG_OK;
}

static void read_mail(struct feed_out *f, vg_str bytes) {
  struct mail m = {.subject = VG_STR("")};
  vg_buf_init(&m.headers, 4 << 20);
  vg_buf_init(&m.text, 4 << 20);
  /* A message that cannot be read costs only itself. */
  if (intel_document(bytes, VG_STR("m.eml"), take_part, &m, NULL) == VG_OK && m.headers.n && !m.headers.bad &&
      !m.text.bad) {
    m.subject = header_of(&m.headers, "Subject");
    m.id = bare(header_of(&m.headers, "Message-ID"));
    m.date = header_of(&m.headers, "Date");
    m.list = header_of(&m.headers, "List-Id");
    m.archived = bare(header_of(&m.headers, "Archived-At"));
    if (!f->items && m.list.n)
      feed_send_title(f, list_name(m.list));
    bool web = vg_str_starts(m.archived, VG_STR("http://")) || vg_str_starts(m.archived, VG_STR("https://"));
    struct read_item i = {.guid = m.id,
                          .url = web ? m.archived : VG_STR(""),
                          .title = m.subject.n ? m.subject : m.id,
                          .text = vg_buf_view(&m.text),
                          .published = feed_date(m.date)};
    if (m.id.n || m.subject.n)
      feed_send_item(f, &i);
  }
  vg_buf_fini(&m.headers);
  vg_buf_fini(&m.text);
}

/* The next message, from its "From " line up to the next one that follows an empty line. false at the end. */
static bool next_mail(vg_str *rest, vg_str *mail) {
  vg_str line, start = *rest;
  bool blank = false;
  if (!vg_str_line(rest, &line))
    return false;
  for (vg_str before = *rest; vg_str_line(rest, &line); before = *rest) {
    if (blank && vg_str_starts(line, VG_STR("From "))) {
      *rest = before;
      break;
    }
    blank = line.n == 0;
  }
  *mail = vg_str_sub(start, 0, start.n - rest->n);
  return true;
}

vg_code feed_read_mbox(struct feed_out *f, vg_str bytes, struct vg_err *err) {
  vg_str rest = bytes, mail;
  size_t count = 0, n = 0;
  while (next_mail(&rest, &mail))
    count++;
  /* The oldest stand first: of a long archive the end is what is news. */
  for (rest = bytes; next_mail(&rest, &mail); n++)
    if (n + MAILS_MAX >= count)
      read_mail(f, mail);
  return f->items ? VG_OK : VG_FAIL(err, VG_EDATA, "watch.no_feed");
}

/* Several gzip members may follow one another. What unpacks to more than is read of an answer is refused. */
static vg_code unpack(vg_str bytes, struct vg_buf *out, struct vg_err *err) {
  unsigned char chunk[65536];
  z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes.p, .avail_in = (uInt)bytes.n};
  int rc = bytes.n < UINT_MAX ? inflateInit2(&z, 15 + 16) : Z_MEM_ERROR;
  if (rc != Z_OK)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  while (!out->bad && (rc == Z_OK || (rc == Z_STREAM_END && z.avail_in && inflateReset(&z) == Z_OK))) {
    z.next_out = chunk;
    z.avail_out = sizeof chunk;
    rc = inflate(&z, Z_NO_FLUSH);
    vg_buf_add(out, chunk, sizeof chunk - z.avail_out);
  }
  inflateEnd(&z);
  /* A cut or spoilt end: what came before it is read all the same. */
  return out->bad ? VG_FAIL(err, VG_ELIMIT, "base.limit", VG_N(UNPACKED_MAX)) : VG_OK;
}

vg_code feed_read_packed(struct feed_out *f, vg_str bytes, struct vg_err *err) {
  struct vg_buf text;
  vg_buf_init(&text, UNPACKED_MAX);
  vg_code rc = unpack(bytes, &text, err);
  if (rc == VG_OK)
    rc = vg_str_starts(vg_buf_view(&text), VG_STR("From ")) ? feed_read_mbox(f, vg_buf_view(&text), err)
                                                            : VG_FAIL(err, VG_EDATA, "watch.no_feed");
  vg_buf_fini(&text);
  return rc;
}
