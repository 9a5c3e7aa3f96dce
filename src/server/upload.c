#include "server/upload.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BOUNDARY_MAX = 70, HELD = 1 << 17 };

enum state { PREAMBLE, AFTER, HEAD, FIELD, FILE_BYTES, SKIPPED, EPILOGUE };

struct upload {
  enum state state;
  unsigned refused;
  size_t parts;
  char mark[BOUNDARY_MAX + 5]; /* CR LF - - boundary */
  size_t mark_n;
  struct vg_buf held;   /* bytes not yet understood: never more than a head or a boundary, but for a field's value */
  struct vg_buf fields; /* a=b&c=d */
  int fd;
  int64_t max;
  bool has_file;
  struct sent_file file;
};

bool upload_wanted(const char *content_type) { return strncasecmp(content_type, "multipart/form-data", 19) == 0; }

/* The value of name="..." or name=token among the parameters of a header; false when absent or too long. */
static bool parameter(vg_str header, const char *name, char *out, size_t cap) {
  size_t length = strlen(name);
  for (size_t at = vg_str_find_byte(header, ';', 0); at != SIZE_MAX; at = vg_str_find_byte(header, ';', at)) {
    at++;
    while (at < header.n && (header.p[at] == ' ' || header.p[at] == '\t'))
      at++;
    vg_str rest = vg_str_sub(header, at, header.n);
    if (rest.n <= length || strncasecmp(rest.p, name, length) != 0 || rest.p[length] != '=')
      continue;
    rest = vg_str_sub(rest, length + 1, rest.n);
    bool quoted = rest.n && rest.p[0] == '"';
    size_t end = quoted ? vg_str_find_byte(rest, '"', 1) : vg_str_find_byte(rest, ';', 0);
    if (quoted && end == SIZE_MAX)
      return false;
    vg_str value = quoted ? vg_str_sub(rest, 1, end - 1) : vg_str_trim(vg_str_sub(rest, 0, end));
    if (value.n >= cap)
      return false;
    vg_str_copy(out, cap, value);
    return true;
  }
  return false;
}

/* RFC 2046 5.1.1, bcharsnospace. */
static bool good_boundary(const char *b) {
  return *b && strspn(b, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=?") == strlen(b);
}

vg_code upload_new(struct upload **out, const char *content_type, const char *dir, int64_t max, struct vg_err *err) {
  char boundary[BOUNDARY_MAX + 1];
  if (!upload_wanted(content_type) || !parameter(vg_str_z(content_type), "boundary", boundary, sizeof boundary) ||
      !good_boundary(boundary))
    return VG_FAIL(err, VG_EDATA, "server.refused");
  struct upload *u = calloc(1, sizeof *u);
  if (!u)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  u->max = max;
  u->fd = -1;
  u->mark_n = (size_t)snprintf(u->mark, sizeof u->mark, "\r\n--%s", boundary);
  vg_buf_init(&u->held, HELD + UPLOAD_FIELDS);
  vg_buf_init(&u->fields, UPLOAD_FIELDS);
  vg_buf_z(&u->held, "\r\n"); /* the first boundary needs no line before it */
  int n = snprintf(u->file.path, sizeof u->file.path, "%s/sent-XXXXXX", dir);
  if (n < 0 || (size_t)n >= sizeof u->file.path) {
    upload_free(u);
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", dir);
  }
  *out = u;
  return VG_OK;
}

static void escaped(struct vg_buf *out, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (vg_is_alnum(s.p[i]) || c == '-' || c == '_' || c == '.')
      vg_buf_byte(out, c);
    else
      vg_buf_fmt(out, "%%%02X", c);
  }
}

static void refuse(struct upload *u, unsigned status) { u->refused = u->refused ? u->refused : status; }

/* A header's line of this part, without its name. */
static bool header_of(vg_str head, const char *name, vg_str *out) {
  vg_str line;
  size_t n = strlen(name);
  while (vg_str_line(&head, &line)) {
    if (line.n > n && strncasecmp(line.p, name, n) == 0 && line.p[n] == ':') {
      *out = vg_str_sub(line, n, line.n);
      return true;
    }
  }
  return false;
}

/* What the browser calls the file: browsers of old sent a whole path, and %22 stands for a quotation mark. */
static void name_file(struct upload *u, char *name) {
  const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
  const char *base = slash > back ? slash : back;
  base = base ? base + 1 : name;
  for (const char *p = base; *p; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
      refuse(u, 400);
  if (!vg_utf8_ok(vg_str_z(base)))
    refuse(u, 400);
  vg_str_copy(u->file.name, sizeof u->file.name, vg_str_z(base));
}

/* A file field in which nothing was chosen comes with an empty name. One file a form. */
static enum state begin_file(struct upload *u, char *name) {
  if (!*name)
    return SKIPPED;
  name_file(u, name);
  if (u->has_file)
    refuse(u, 400);
  else if ((u->fd = mkstemp(u->file.path)) < 0)
    refuse(u, 500);
  u->has_file = u->fd >= 0;
  return FILE_BYTES;
}

static enum state begin_part(struct upload *u, vg_str head) {
  char name[64], file[256];
  vg_str how;
  if (++u->parts > UPLOAD_PARTS || !header_of(head, "Content-Disposition", &how) ||
      !parameter(how, "name", name, sizeof name)) {
    refuse(u, 400);
    return SKIPPED;
  }
  if (vg_str_find(how, VG_STR("filename"), 0) != SIZE_MAX) {
    if (!parameter(how, "filename", file, sizeof file))
      refuse(u, 400);
    else if (!strcmp(name, "file"))
      return begin_file(u, file);
    if (u->refused || !*file)
      return SKIPPED;
  }
  if (u->fields.n)
    vg_buf_byte(&u->fields, '&');
  escaped(&u->fields, vg_str_z(name));
  vg_buf_byte(&u->fields, '=');
  return FIELD;
}

static void write_all(struct upload *u, vg_str s) {
  u->file.size += (int64_t)s.n;
  if (u->file.size > u->max)
    refuse(u, 413);
  while (!u->refused && s.n) {
    ssize_t n = write(u->fd, s.p, s.n);
    if (n > 0)
      s = vg_str_sub(s, (size_t)n, s.n);
    else if (n == 0 || errno != EINTR)
      refuse(u, 500);
  }
}

static void take(struct upload *u, vg_str s) {
  if (u->state == FIELD) {
    escaped(&u->fields, s);
    if (u->fields.bad)
      refuse(u, 413);
  } else if (u->state == FILE_BYTES) {
    write_all(u, s);
  }
}

/* One step over what is held; *used bytes of it are done with. False: more must come first. */
static bool step(struct upload *u, vg_str s, size_t *used) {
  size_t at;
  switch (u->state) {
  case HEAD:
    at = vg_str_find(s, VG_STR("\r\n\r\n"), 0);
    if (at > UPLOAD_HEAD && (at != SIZE_MAX || s.n > UPLOAD_HEAD + 3))
      refuse(u, 400);
    if (at == SIZE_MAX || u->refused)
      return false;
    u->state = begin_part(u, vg_str_sub(s, 0, at));
    *used = at + 4;
    return true;
  case AFTER: {
    size_t blank = 0; /* transport padding */
    while (blank < s.n && (s.p[blank] == ' ' || s.p[blank] == '\t'))
      blank++;
    if (blank > BOUNDARY_MAX)
      refuse(u, 400);
    if (s.n - blank < 2 || u->refused)
      return false;
    bool last = memcmp(s.p + blank, "--", 2) == 0;
    if (!last && memcmp(s.p + blank, "\r\n", 2) != 0)
      refuse(u, 400);
    u->state = last ? EPILOGUE : HEAD;
    *used = blank + 2;
    return true;
  }
  case EPILOGUE: *used = s.n; return false;
  case PREAMBLE:
  case FIELD:
  case FILE_BYTES:
  case SKIPPED: break;
  }
  at = vg_str_find(s, vg_str_n(u->mark, u->mark_n), 0);
  size_t done = at != SIZE_MAX ? at : s.n >= u->mark_n ? s.n - u->mark_n + 1 : 0;
  take(u, vg_str_sub(s, 0, done));
  *used = at != SIZE_MAX ? at + u->mark_n : done;
  if (at != SIZE_MAX)
    u->state = AFTER;
  return at != SIZE_MAX;
}

unsigned upload_feed(struct upload *u, vg_str bytes) {
  while (!u->refused && bytes.n) {
    size_t now = bytes.n < HELD / 2 ? bytes.n : HELD / 2, used = 0, all = 0;
    vg_buf_add(&u->held, bytes.p, now);
    bytes = vg_str_sub(bytes, now, bytes.n);
    if (u->held.bad)
      refuse(u, 413);
    for (bool more = true; more && !u->refused; all += used) {
      used = 0;
      more = step(u, vg_str_sub(vg_buf_view(&u->held), all, u->held.n), &used);
    }
    if (all) {
      memmove(u->held.p, (char *)u->held.p + all, u->held.n - all);
      u->held.n -= all;
    }
  }
  return u->refused;
}

unsigned upload_end(struct upload *u) {
  if (u->state != EPILOGUE)
    refuse(u, 400);
  if (u->fd >= 0 && close(u->fd) != 0)
    refuse(u, 500);
  u->fd = -1;
  return u->refused;
}

vg_str upload_fields(const struct upload *u) { return vg_buf_view(&u->fields); }
const struct sent_file *upload_file(const struct upload *u) { return u->has_file ? &u->file : NULL; }

void upload_free(struct upload *u) {
  if (!u)
    return;
  if (u->fd >= 0)
    close(u->fd);
  if (u->has_file)
    unlink(u->file.path);
  vg_buf_fini(&u->held);
  vg_buf_fini(&u->fields);
  free(u);
}
