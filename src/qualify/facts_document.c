/* What runs by itself in a PDF (ISO 32000-1), an Office file (MS-CFB, ECMA-376 part 2) or an RTF text. */
#include "qualify/facts.h"

#include <ctype.h>
#include <string.h>

static void say(const struct facts_out *out, const char *fact, vg_str a) { out->say(out->ctx, fact, a, VG_STR("")); }

static int digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/* A name of PDF at s (behind its slash), with #xx undone; hidden: an ordinary letter was written so. Returns the bytes
 * used. */
static size_t name_at(vg_str s, char out[static 32], bool *hidden) {
  size_t i = 0, n = 0;
  *hidden = false;
  while (i < s.n && n < 31 && !strchr("/<>[](){}% \t\r\n\f", s.p[i]) && s.p[i]) {
    if (s.p[i] == '#' && i + 2 < s.n && digit(s.p[i + 1]) >= 0 && digit(s.p[i + 2]) >= 0) {
      char c = (char)(digit(s.p[i + 1]) * 16 + digit(s.p[i + 2]));
      *hidden |= isalnum((unsigned char)c) != 0;
      out[n++] = c;
      i += 3;
    } else
      out[n++] = s.p[i++];
  }
  out[n] = 0;
  return i;
}

void facts_pdf(vg_str bytes, const struct facts_out *out) {
  static const struct {
    const char *name, *fact;
  } telling[] = {{"JavaScript", "pdf.script"}, {"JS", "pdf.script"},         {"OpenAction", "pdf.open"},
                 {"AA", "pdf.open"},           {"Launch", "pdf.launch"},     {"EmbeddedFile", "pdf.file"},
                 {"XFA", "pdf.form"},          {"Encrypt", "pdf.encrypted"}, {"ObjStm", "pdf.packed"}};
  unsigned seen = 0;
  bool hidden_one = false, active = false;
  char name[32];
  for (size_t i = 0; i < bytes.n; i++) {
    bool hidden;
    if (bytes.p[i] != '/')
      continue;
    i += name_at(vg_str_sub(bytes, i + 1, bytes.n), name, &hidden);
    for (size_t k = 0; k < VG_COUNT(telling); k++)
      if (!strcmp(name, telling[k].name)) {
        seen |= 1u << k;
        hidden_one |= hidden;
      }
  }
  for (size_t k = 0; k < VG_COUNT(telling); k++) {
    bool again = k > 0 && !strcmp(telling[k].fact, telling[k - 1].fact) && (seen >> (k - 1) & 1);
    if ((seen >> k & 1) && !again)
      say(out, telling[k].fact, vg_str_z(telling[k].name));
    active |= (seen >> k & 1) != 0;
  }
  if (hidden_one)
    say(out, "pdf.hidden", VG_STR(""));
  if (!active)
    say(out, "pdf.plain", VG_STR(""));
}

static const char *const starts_alone[] = {"AutoOpen",      "Auto_Open",     "AutoExec",     "AutoClose",
                                           "Document_Open", "Workbook_Open", "DocumentOpen", NULL};

/* The directory's names, in UTF-16LE as they stand in the file: no chain of sectors is followed. */
static bool has_name(vg_str bytes, const char *name) {
  char wide[64];
  size_t n = 0;
  for (; name[n] && 2 * n + 2 <= sizeof wide; n++) {
    wide[2 * n] = name[n];
    wide[2 * n + 1] = 0;
  }
  return vg_str_find(bytes, vg_str_n(wide, 2 * n), 0) != SIZE_MAX;
}

void facts_ole(vg_str bytes, const struct facts_out *out) {
  static const char *const dde[] = {"DDEAUTO", NULL};
  bool macros = has_name(bytes, "_VBA_PROJECT") || has_name(bytes, "Macros"), odd = macros;
  if (macros)
    say(out, "office.macros", VG_STR(""));
  const char *which = macros ? facts_any(bytes, starts_alone) : NULL;
  if (which)
    say(out, "office.alone", vg_str_z(which));
  if (has_name(bytes, "EncryptedPackage")) {
    say(out, "office.encrypted", VG_STR(""));
    odd = true;
  }
  if (has_name(bytes, "\001Ole10Native") || has_name(bytes, "ObjectPool")) {
    say(out, "office.object", VG_STR(""));
    odd = true;
  }
  if (facts_any(bytes, dde)) {
    say(out, "office.dde", VG_STR(""));
    odd = true;
  }
  if (!odd)
    say(out, "office.plain", VG_STR(""));
}

struct members {
  bool word, macros, object, active, encrypted, odd;
};

static void member(struct members *m, vg_str name, uint16_t flags) {
  static const char *const office[] = {"word/", "xl/", "ppt/", NULL};
  m->encrypted |= flags & 1;
  m->word |= facts_any(vg_str_sub(name, 0, 5), office) != NULL || vg_str_eqz(name, "[Content_Types].xml");
  m->macros |= vg_str_ends(name, VG_STR("vbaProject.bin"));
  m->object |= vg_str_find(name, VG_STR("/embeddings/"), 0) != SIZE_MAX;
  m->active |= vg_str_find(name, VG_STR("/activeX/"), 0) != SIZE_MAX;
}

/* The central directory only (APPNOTE 4.3.12); nothing is unpacked. */
void facts_zip(vg_str bytes, const struct facts_out *out, bool *office) {
  struct members m = {0};
  struct vg_rd r;
  size_t end = SIZE_MAX;
  for (size_t i = bytes.n < 22 ? 0 : bytes.n - 22, tries = 0; bytes.n >= 22 && tries < 65558; i--, tries++) {
    if (!memcmp(bytes.p + i, "PK\005\006", 4)) {
      end = i;
      break;
    }
    if (i == 0)
      break;
  }
  vg_rd_init(&r, bytes);
  vg_rd_skip(&r, end == SIZE_MAX ? bytes.n : end + 10);
  uint16_t count = vg_rd_le16(&r);
  vg_rd_skip(&r, 4);
  uint32_t first = vg_rd_le32(&r);
  bool bad = r.bad;
  vg_rd_init(&r, bytes);
  vg_rd_skip(&r, first);
  for (uint16_t i = 0; i < count && !bad; i++) {
    vg_rd_skip(&r, 8);
    uint16_t flags = vg_rd_le16(&r);
    vg_rd_skip(&r, 18);
    uint16_t name = vg_rd_le16(&r), extra = vg_rd_le16(&r), comment = vg_rd_le16(&r);
    vg_rd_skip(&r, 12);
    vg_str text = vg_rd_bytes(&r, name);
    vg_rd_skip(&r, (size_t)extra + comment);
    bad = r.bad;
    if (!bad)
      member(&m, text, flags);
  }
  if (bad)
    say(out, "broken", VG_STR("ZIP"));
  *office = m.word;
  if (m.macros)
    say(out, "office.macros", VG_STR(""));
  if (m.object)
    say(out, "office.object", VG_STR(""));
  if (m.active)
    say(out, "office.active", VG_STR(""));
  if (m.encrypted)
    say(out, "zip.encrypted", VG_STR(""));
  if (m.word && !m.macros && !m.object && !m.active && !bad)
    say(out, "office.plain", VG_STR(""));
}

void facts_rtf(vg_str bytes, const struct facts_out *out) {
  static const char *const object[] = {"\\objdata", "\\objupdate", "\\objocx", NULL}, *const remote[] = {
                                                                                          "\\*\\template http", NULL};
  const char *which = facts_any(bytes, object);
  if (which)
    say(out, "rtf.object", vg_str_z(which));
  if (facts_any(bytes, remote))
    say(out, "rtf.remote", VG_STR(""));
  if (!which && !facts_any(bytes, remote))
    say(out, "office.plain", VG_STR(""));
}
