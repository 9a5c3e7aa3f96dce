/*
 * Tables of values: CSV or TSV whose columns are named, by the map that came with the order, by our own names, or by
 * those that others use, in English or French. Either a column of values (with or without one of types), or a column
 * for each type (SHA256, MD5, C2 Server). Without a heading the first column that holds something of a known form is
 * taken.
 */
#include "base/csv.h"
#include "intel/intel_internal.h"

#include <string.h>

enum { WIDE = 16 };

struct map {
  bool ready;
  size_t type, value, description, tlp, pap, since, until, confidence;
  vg_str missing;        /* a column that the map names and the heading does not; empty: none */
  enum date_order order; /* headings in French: 12/11 is a day of November */
  vg_str fixed;          /* the type of all rows, or empty */
  struct {
    size_t column;
    enum indicator_type type;
  } wide[WIDE];
  size_t wides;
  char comment[2048]; /* the last one before the first row */
};

/* Our columns, and what else they are called in a map, as intel_plain_word leaves it. */
static const char *role_of(vg_str name) {
  static const struct {
    const char *ours, *also[3];
  } roles[] = {{"value", {"valeur"}},
               {"type", {NULL}},
               {"description", {"commentaire", "nom", "name"}},
               {"tlp", {NULL}},
               {"pap", {NULL}},
               {"first_seen", {"firstseen", "date"}},
               {"valid_until", {"validuntil", "expiration"}},
               {"confidence", {"confiance"}}};
  char plain[INTEL_WORD];
  const bool word = intel_plain_word(plain, name);
  for (size_t i = 0; i < VG_COUNT(roles); i++) {
    bool is = vg_str_eqz(name, roles[i].ours) || (word && !strcmp(plain, roles[i].ours));
    for (size_t k = 0; word && k < VG_COUNT(roles[i].also) && roles[i].also[k]; k++)
      is |= !strcmp(plain, roles[i].also[k]);
    if (is)
      return roles[i].ours;
  }
  return NULL;
}

static vg_code check_map(const char *columns, struct vg_err *err) {
  vg_str rest = vg_str_z(columns), pair, name;
  while (rest.p && rest.n && vg_str_cut(&rest, ',', &pair)) {
    vg_str whole = pair;
    if (!vg_str_cut(&pair, '=', &name) || !pair.p || !pair.n || !role_of(vg_str_trim(name)))
      return VG_FAIL(err, VG_EDATA, "intel.columns_role", VG_T(whole));
  }
  return VG_OK;
}

/* What the column map says of one of our columns: "value=ioc,type=:domain". Empty: nothing. */
static vg_str mapped(const struct import *im, const char *ours) {
  vg_str rest = vg_str_z(im->in->columns), pair, name;
  while (rest.n && vg_str_cut(&rest, ',', &pair)) {
    const char *role = vg_str_cut(&pair, '=', &name) && pair.p ? role_of(vg_str_trim(name)) : NULL;
    if (role && !strcmp(role, ours))
      return vg_str_trim(pair);
    if (!rest.p)
      break;
  }
  return VG_STR("");
}

/* The text of a cell; some writers put a space before the quote, which then is part of it. */
static vg_str cell(const struct vg_csv *c, size_t i) {
  vg_str s = vg_str_trim(vg_csv_field(c, i));
  return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? vg_str_sub(s, 1, s.n - 2) : s;
}

static size_t named(const struct vg_csv *c, vg_str name) {
  for (size_t i = 0; i < c->fields; i++)
    if (vg_str_eq_ci(cell(c, i), name))
      return i;
  return SIZE_MAX;
}

/* The first of the names, which are as intel_plain_word leaves them, that is there. */
static size_t usual(const struct vg_csv *c, const char *const *names) {
  char plain[INTEL_WORD];
  for (; *names; names++)
    for (size_t i = 0; i < c->fields; i++)
      if (intel_plain_word(plain, cell(c, i)) && !strcmp(plain, *names))
        return i;
  return SIZE_MAX;
}

/* By the map, else by one of the names. */
static size_t column(const struct import *im, const struct vg_csv *c, struct map *m, const char *ours,
                     const char *const *english, const char *const *french) {
  vg_str theirs = mapped(im, ours);
  if (theirs.n) {
    const size_t is = named(c, theirs);
    m->missing = is == SIZE_MAX ? theirs : m->missing;
    return is;
  }
  size_t at = usual(c, english);
  if (at == SIZE_MAX && (at = usual(c, french)) != SIZE_MAX)
    m->order = DATE_DAY_FIRST;
  return at;
}
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool some_hash(vg_str word) {
  static const char *const words[] = {"hash",       "hashes",    "filehash",   "empreinte",
                                      "empreintes", "condensat", "condensats", "hachage"};
  char plain[INTEL_WORD];
  bool some = intel_plain_word(plain, word);
  for (size_t i = 0; some && i < VG_COUNT(words); i++)
    if (!strcmp(plain, words[i]))
      return true;
  return false;
}

static void wide_columns(const struct vg_csv *c, struct map *m) {
  for (size_t i = 0; i < c->fields && m->wides < WIDE; i++) {
    enum indicator_type type = INDICATOR_TYPES; /* a hash, of whatever kind: each value's form says */
    vg_str word = cell(c, i);
    if (!intel_type_by_word(word, &type) && !some_hash(word) && !vg_str_eq_ci(word, VG_STR("c2")) &&
        !vg_str_eq_ci(word, VG_STR("address")))
      continue;
    m->wide[m->wides].column = i;
    m->wide[m->wides++].type = type;
  }
}

/* Does this row head a table of ours? */
static bool heading(const struct import *im, const struct vg_csv *c, struct map *m) {
  vg_str type = mapped(im, "type");
  m->missing = VG_STR("");
  m->fixed = type.n > 1 && type.p[0] == ':' ? vg_str_sub(type, 1, type.n) : VG_STR("");
  m->value = column(
      im, c, m, "value", NAMES("value", "indicator", "ioc", "iocvalue", "observable", "indicatorvalue", "iocs"),
      NAMES("valeur", "valeurs", "valeurdelindicateur", "indicateur", "indicateurs", "marqueur", "marqueurtechnique"));
  m->type = m->fixed.n
                ? SIZE_MAX
                : column(im, c, m, "type", NAMES("type", "entitytype", "indicatortype", "ioctype", "observabletype"),
                         NAMES("typedindicateur", "typeindicateur", "typedioc", "typedemarqueur"));
  m->description =
      column(im, c, m, "description", NAMES("description", "notes", "comment", "name", "threat", "malware"),
             NAMES("commentaire", "commentaires", "remarque", "remarques", "libelle", "menace", "contexte", "nom"));
  m->tlp = column(im, c, m, "tlp", NAMES("tlp"), NAMES("marquagetlp", "niveautlp"));
  m->pap = column(im, c, m, "pap", NAMES("pap"), NAMES("marquagepap", "niveaupap"));
  m->since = column(im, c, m, "first_seen", NAMES("firstseen", "firstseenutc", "dateadded", "date"),
                    NAMES("premiereobservation", "premieredetection", "datededetection", "datedobservation",
                          "datedajout", "detectele", "vule"));
  m->until =
      column(im, c, m, "valid_until", NAMES("validuntil"), NAMES("validejusquau", "expiration", "datedexpiration"));
  m->confidence = column(im, c, m, "confidence", NAMES("confidence", "confidencelevel"),
                         NAMES("confiance", "niveaudeconfiance", "indicedeconfiance"));
  if (m->value == SIZE_MAX && !im->in->columns)
    wide_columns(c, m);
  return m->value != SIZE_MAX || m->wides > 0;
}

/* A row that holds a value is no heading, whatever else stands in it. */
static bool holds_value(const struct vg_csv *c) {
  for (size_t i = 0; i < c->fields; i++) {
    enum indicator_type type;
    vg_str value = cell(c, i);
    if (intel_type_by_form(&type, &value))
      return true;
  }
  return false;
}

static bool heading_in_comment(const struct import *im, struct map *m, char sep) {
  struct vg_csv c;
  bool more;
  vg_csv_init(&c, vg_str_z(m->comment), sep);
  bool ok = vg_csv_next(&c, &more, NULL) == VG_OK && more && c.fields > 1 && heading(im, &c, m);
  vg_csv_fini(&c);
  return ok;
}

/* A table without heading: where does the first row hold a value, and the word for its type? */
static bool by_form(const struct import *im, const struct vg_csv *c, struct map *m) {
  enum indicator_type type;
  m->wides = 0;
  m->value = m->type = m->description = m->tlp = m->pap = m->since = m->until = m->confidence = SIZE_MAX;
  for (size_t i = 0; i < c->fields && !im->in->columns; i++) {
    vg_str value = cell(c, i);
    if (m->value == SIZE_MAX && intel_type_by_form(&type, &value))
      m->value = i;
    else if (m->type == SIZE_MAX && intel_type_by_word(value, &type))
      m->type = i;
  }
  return m->value != SIZE_MAX;
}

static vg_code refuse(struct import *im, const struct vg_csv *c, const char *id, vg_str what, struct vg_err *err) {
  return import_refuse(im, "line", c->line, id, what, err);
}

/* "hash" and "file" say too little: the value's form says more. */
static bool vague_type(vg_str word, struct plain_indicator *p) {
  bool file = vg_str_eq_ci(word, VG_STR("file")) || vg_str_eq_ci(word, VG_STR("fichier")),
       hash = vg_str_find(word, VG_STR("ash"), 0) != SIZE_MAX || some_hash(word);
  if ((!file && !hash) || !intel_type_by_form(&p->type, &p->value))
    p->type = file ? TYPE_FILE_NAME : INDICATOR_TYPES;
  else if (file && (p->type < TYPE_MD5 || p->type > TYPE_SHA512))
    p->type = TYPE_FILE_NAME;
  return p->type != INDICATOR_TYPES;
}

static bool row_type(const struct vg_csv *c, const struct map *m, struct plain_indicator *p) {
  vg_str word = m->fixed.n ? m->fixed : cell(c, m->type);
  if (!m->fixed.n && m->type == SIZE_MAX)
    return intel_type_by_form(&p->type, &p->value);
  if (!intel_type_by_word(word, &p->type))
    return vague_type(word, p);
  intel_type_fit(&p->type, &p->value);
  return true;
}

/* What a row says of all its values. false: the row was refused. */
static bool row_facts(struct import *im, const struct vg_csv *c, struct map *m, struct plain_indicator *p, vg_code *rc,
                      struct vg_err *err) {
  vg_str tlp = cell(c, m->tlp), pap = cell(c, m->pap), since = cell(c, m->since), until = cell(c, m->until),
         confidence = cell(c, m->confidence);
  p->name = cell(c, m->description);
  *rc = VG_OK;
  if (tlp.n && !intel_tlp_by_name(tlp, &p->tlp))
    *rc = refuse(im, c, "intel.unknown_marking", tlp, err);
  else if (pap.n && !intel_pap_by_name(pap, &p->pap))
    *rc = refuse(im, c, "intel.unknown_marking", pap, err);
  else if (since.n && !date_of_table(since, &m->order, &p->since))
    *rc = refuse(im, c, "intel.bad_date_table", since, err);
  else if (until.n && !date_of_table(until, &m->order, &p->until))
    *rc = refuse(im, c, "intel.bad_date_table", until, err);
  else if (confidence.n && !intel_confidence_by_word(confidence, &p->confidence))
    *rc = refuse(im, c, "intel.bad_confidence", confidence, err);
  else {
    if (tlp.n && !pap.n && im->pap < 0)
      p->pap = intel_pap_default(p->tlp);
    return true;
  }
  return false;
}

/* The next part of a cell that holds several values; each separator ends one. */
static bool next_part(vg_str *rest, vg_str *part) {
  size_t n = 0;
  if (!rest->n)
    return false;
  while (n < rest->n && !strchr(",;\n", rest->p[n]))
    n++;
  *part = vg_str_trim(vg_str_sub(*rest, 0, n));
  *rest = vg_str_sub(*rest, n + 1, rest->n);
  return true;
}

/* "a.example, b.example", the three hashes of a file: only when every part is a value by its form. */
static bool holds_several(vg_str s) {
  enum indicator_type type;
  vg_str part;
  size_t n = 0;
  for (; next_part(&s, &part); n++)
    if (!intel_type_by_form(&type, &part))
      return false;
  return n > 1;
}

static vg_code put_several(struct import *im, const struct plain_indicator *facts, vg_str s, struct vg_err *err) {
  vg_str part;
  while (next_part(&s, &part)) {
    struct plain_indicator p = *facts;
    p.value = part;
    if (intel_type_by_form(&p.type, &p.value))
      VG_TRY(import_value(im, &p, err));
  }
  return VG_OK;
}

static vg_code wide_row(struct import *im, const struct vg_csv *c, const struct map *m,
                        const struct plain_indicator *facts, struct vg_err *err) {
  for (size_t i = 0; i < m->wides; i++) {
    struct plain_indicator p = *facts;
    p.type = m->wide[i].type;
    p.value = cell(c, m->wide[i].column);
    if (p.value.n == 0 || vg_str_eqz(p.value, "-") || vg_str_eq_ci(p.value, VG_STR("n/a")))
      continue;
    if (holds_several(p.value)) {
      VG_TRY(put_several(im, facts, p.value, err));
      continue;
    }
    bool known = p.type != INDICATOR_TYPES || intel_type_by_form(&p.type, &p.value);
    if (known)
      intel_type_fit(&p.type, &p.value);
    VG_TRY(known ? import_value(im, &p, err) : refuse(im, c, "intel.unknown_value", p.value, err));
  }
  return VG_OK;
}

static vg_code data_row(struct import *im, const struct vg_csv *c, struct map *m, struct vg_err *err) {
  struct plain_indicator p = plain_of(im, "line", c->line);
  vg_code rc;
  if (!row_facts(im, c, m, &p, &rc, err))
    return rc;
  if (m->wides)
    return wide_row(im, c, m, &p, err);
  p.value = cell(c, m->value);
  if (p.value.n == 0 && cell(c, m->type).n == 0)
    return VG_OK; /* a heading within the table, or nothing */
  if (holds_several(p.value))
    return put_several(im, &p, p.value, err);
  if (row_type(c, m, &p))
    return import_value(im, &p, err);
  return m->fixed.n || m->type != SIZE_MAX
             ? refuse(im, c, "intel.unknown_type", m->fixed.n ? m->fixed : cell(c, m->type), err)
             : refuse(im, c, "intel.unknown_value", p.value, err);
}

static vg_code row(struct import *im, const struct vg_csv *c, void *ctx, struct vg_err *err) {
  struct map *m = ctx;
  if (m->ready)
    return data_row(im, c, m, err);
  m->ready = true;
  if (heading(im, c, m) && !m->missing.n && (im->in->columns || !holds_value(c)))
    return VG_OK;
  const vg_str missing = m->missing;
  m->wides = 0;
  if (heading_in_comment(im, m, c->sep) && !m->missing.n)
    return data_row(im, c, m, err);
  if (missing.n)
    return VG_FAIL(err, VG_EDATA, "intel.columns_none", import_name(im), VG_T(missing));
  if (!by_form(im, c, m))
    return VG_FAIL(err, VG_EDATA, "intel.columns", import_name(im));
  return data_row(im, c, m, err);
}

static void comment(vg_str line, void *ctx) {
  struct map *m = ctx;
  if (vg_str_find_byte(line, ',', 0) != SIZE_MAX || vg_str_find_byte(line, '\t', 0) != SIZE_MAX ||
      vg_str_find_byte(line, ';', 0) != SIZE_MAX)
    vg_str_copy(m->comment, sizeof m->comment, line);
}

vg_code import_csv(struct import *im, struct vg_err *err) {
  struct map m = {0};
  const struct import_rows rows = {row, comment, &m};
  if (im->in->columns)
    VG_TRY(check_map(im->in->columns, err));
  VG_TRY(import_table(im, &rows, err));
  return m.ready ? VG_OK : VG_FAIL(err, VG_EDATA, "intel.columns", import_name(im));
}

/* --- one value a line --- */

vg_str line_value(vg_str line, vg_str *remark) {
  if (vg_str_starts(line, VG_STR("\xEF\xBB\xBF")))
    line = vg_str_sub(line, 3, line.n);
  vg_str value = vg_str_trim(line);
  size_t at = vg_str_find(value, VG_STR(" #"), 0); /* "evil.example # seen in May" */
  if (at != SIZE_MAX) {
    if (remark)
      *remark = vg_str_trim(vg_str_sub(value, at + 2, value.n));
    value = vg_str_trim(vg_str_sub(value, 0, at));
  }
  return value.n && value.p[0] == '#' ? VG_STR("") : value;
}

static vg_code one_is_enough(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  (void)err;
  *(bool *)ctx = !(h->flags & HIT_NO_SIGN);
  return *(bool *)ctx ? VG_ESTATE : VG_OK;
}

/* "- 192.0.2.7 port 443 - evil.example": a line of a report. */
static bool holds_value_in_words(vg_str line) {
  bool holds = false;
  (void)!intel_extract(line, NULL, one_is_enough, &holds, NULL);
  return holds;
}

static vg_code list_line(struct import *im, vg_str line, int64_t n, struct vg_err *err) {
  struct plain_indicator p = plain_of(im, "line", n);
  p.value = line_value(line, &p.name);
  if (p.value.n == 0)
    return VG_OK;
  if (intel_type_by_form(&p.type, &p.value))
    return import_value(im, &p, err);
  return import_refuse(im, "line", n, holds_value_in_words(p.value) ? "intel.value_in_words" : "intel.unknown_value",
                       p.value, err);
}

vg_code import_list(struct import *im, struct vg_err *err) {
  for (int64_t n = 1;;) {
    vg_str s = intel_input_view(&im->input), rest, line;
    const char *last = s.n ? memrchr(s.p, '\n', s.n) : NULL;
    size_t whole = im->input.ended ? s.n : last ? (size_t)(last - s.p) + 1 : 0;
    rest = vg_str_sub(s, 0, whole);
    for (; rest.n && vg_str_line(&rest, &line); n++)
      VG_TRY(list_line(im, line, n, err));
    intel_input_drop(&im->input, whole);
    if (im->input.ended)
      return VG_OK;
    VG_TRY(intel_input_more(&im->input, import_name(im), err));
  }
}
