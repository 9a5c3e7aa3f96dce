/*
 * What a run found as rows that travel, and back: ["file",1,null,"C:/x",...], a table's columns in the order of its
 * SELECT. Bytes that are no UTF-8 are an array of their base64. What comes back is another instance's word: every value
 * is checked before it is stored.
 */
#include "analysis/analysis_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"

enum { WINDOW = 2000, ROW_MAX = MERGE_LINE_MAX - 1, TEXT_MAX = 1 << 16, COLUMNS = 18 };
#define COUNT_MAX (INT64_C(1) << 40) /* what sums of a million rows hold */

/* Forms: i whole number, n the same or null, c count, o 0 or 1, t text, H hex or null, b bytes, e k p: the name of an
 * entry, a kind, a place. */
static const struct table {
  const char *name, *forms, *select, *insert, *ends; /* ends: smallest and largest id of a run */
} tables[] = {
    {"volume", "iitt",
     "SELECT at, bytes, file_system, description FROM analysis_volume WHERE +run = $1 AND id >= $2 AND id < $3 ORDER "
     "BY id",
     "INSERT INTO analysis_volume (run, at, bytes, file_system, description) VALUES ($1, $2, $3, $4, $5)",
     "SELECT MIN(id), MAX(id) FROM analysis_volume WHERE run = $1"},
    {"file", "inbteiootHHHnnnn",
     "SELECT number, volume, path, inode, entry, size, allocated, reused, type, md5, sha1, sha256, mtime, atime, ctime, "
     "btime FROM analysis_file WHERE +run = $1 AND id >= $2 AND id < $3 ORDER BY id",
     "INSERT INTO analysis_file (run, number, volume, path, inode, entry, size, allocated, reused, type, md5, sha1, "
     "sha256, mtime, atime, ctime, btime) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
     "$16, $17)",
     "SELECT MIN(id), MAX(id) FROM analysis_file WHERE run = $1"},
    {"finding", "knnpbttbtocnnntt",
     "SELECT kind, file, volume, place, path, rule, type, value, source, benign, count, first_offset, first_seen, "
     "last_seen, message, args FROM analysis_finding WHERE +run = $1 AND id >= $2 AND id < $3 ORDER BY id",
     "INSERT INTO analysis_finding (run, kind, file, volume, place, path, rule, type, value, source, benign, count, "
     "first_offset, first_seen, last_seen, message, args) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
     "$13, $14, $15, $16, $17)",
     "SELECT MIN(id), MAX(id) FROM analysis_finding WHERE run = $1"},
    {"event", "nittbtt",
     "SELECT volume, time, source, what, path, inode, text FROM analysis_event WHERE +run = $1 AND id >= $2 AND id < $3 "
     "ORDER BY id",
     "INSERT INTO analysis_event (run, volume, time, source, what, path, inode, text) VALUES ($1, $2, $3, $4, $5, $6, "
     "$7, $8)",
     "SELECT MIN(id), MAX(id) FROM analysis_event WHERE run = $1"},
    /* $1 is not the run but its name; taken in as sightings are. */
    {"sighting", "tbnnc",
     "SELECT type, value, first_seen, last_seen, count FROM intel_v_sighting WHERE report = $1 "
     "ORDER BY id",
     NULL, NULL},
};
enum { SIGHTINGS = VG_COUNT(tables) - 1 };

/* --- away --- */

/* As a text that its line is hardly longer than. */
static bool plain(vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < ' ')
      return false;
  return vg_utf8_ok(s);
}

static void put_bytes(struct vg_jw *w, vg_str s) {
  struct vg_buf text;
  if (plain(s)) {
    vg_jw_str(w, s);
    return;
  }
  vg_buf_init(&text, ROW_MAX);
  vg_base64(&text, s);
  vg_jw_arr(w);
  vg_jw_str(w, vg_buf_view(&text));
  vg_jw_end(w);
  vg_buf_fini(&text);
}

static void put_row(struct vg_buf *out, const struct table *t, struct store_rows *q) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_arr(&w);
  vg_jw_z(&w, t->name);
  for (int i = 0; t->forms[i]; i++) {
    vg_str s = store_str(q, i);
    if (strchr("nH", t->forms[i]) && store_is_null(q, i))
      vg_jw_null(&w);
    else if (strchr("inco", t->forms[i]))
      vg_jw_int(&w, store_int(q, i));
    else if (t->forms[i] == 'b')
      put_bytes(&w, s.p ? s : VG_STR(""));
    else
      vg_jw_str(&w, s.p ? s : VG_STR(""));
  }
  vg_jw_end(&w);
}

static vg_code give_query(struct store_tx *tx, const struct table *t, struct store_args args, merge_line_sink *sink,
                          void *ctx, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf line;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, t->select, args, err));
  vg_buf_init(&line, ROW_MAX);
  while (rc == VG_OK && store_next(q)) {
    vg_buf_reset(&line);
    put_row(&line, t, q);
    rc = vg_buf_check(&line, err);
    if (rc == VG_OK)
      rc = sink(ctx, vg_buf_view(&line), err);
  }
  vg_buf_fini(&line);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* By windows of ids: PostgreSQL would bring all rows of a query at once. */
static vg_code give_table(struct store_tx *tx, const struct table *t, int64_t run, merge_line_sink *sink, void *ctx,
                          struct vg_err *err) {
  struct store_rows *q;
  int64_t from = 0, to = -1;
  VG_TRY(store_query(tx, &q, t->ends, S_ARGS(S_INT(run)), err));
  if (store_next(q) && !store_is_null(q, 0)) {
    from = store_int(q, 0);
    to = store_int(q, 1);
  }
  VG_TRY(store_done(&q, err));
  for (; from <= to; from += WINDOW)
    VG_TRY(give_query(tx, t, S_ARGS(S_INT(run), S_INT(from), S_INT(from + WINDOW)), sink, ctx, err));
  return VG_OK;
}

static vg_code find_run(struct store_tx *tx, vg_str pid, vg_str digest, bool whole, int64_t *run, struct vg_err *err) {
  return store_get_int(tx, run,
                       "SELECT COALESCE(MAX(id), 0) FROM analysis_run WHERE pid = $1 AND whole = $2 AND ($3 = '' OR "
                       "attached_sha256 = $3)",
                       S_ARGS(S_STR(pid), S_INT(whole), S_STR(digest)), err);
}

static vg_code give(struct store_tx *tx, vg_str subject, merge_line_sink *sink, void *ctx, struct vg_err *err) {
  int64_t run;
  VG_TRY(find_run(tx, subject, VG_STR(""), true, &run, err));
  for (size_t i = 0; run && i < SIGHTINGS; i++)
    VG_TRY(give_table(tx, &tables[i], run, sink, ctx, err));
  return run ? give_query(tx, &tables[SIGHTINGS], S_ARGS(S_STR(subject)), sink, ctx, err) : VG_OK;
}

/* --- and back --- */

struct taker {
  struct store_tx *tx;
  const struct actor *who;
  int64_t run, rows;
  struct affair of;
  char pid[VG_ID_MAX], exhibit[64];
  struct store_later later[SIGHTINGS];
  struct vg_buf bytes;
};

static void taker_free(struct taker *t) {
  for (size_t i = 0; i < SIGHTINGS; i++)
    store_later_fini(&t->later[i]);
  vg_buf_fini(&t->bytes);
  free(t);
}

static vg_code find_case(struct taker *t, struct vg_err *err) {
  struct vg_buf ref;
  vg_buf_init(&ref, 1000);
  vg_code rc =
      store_get_text(t->tx, &ref, "SELECT case_ref FROM analysis_run WHERE id = $1", S_ARGS(S_INT(t->run)), err);
  if (rc == VG_OK)
    rc = casework_case_find(t->tx, vg_buf_view(&ref), &t->of, err);
  vg_buf_reset(&ref);
  if (rc == VG_OK)
    rc = store_get_text(t->tx, &ref, "SELECT exhibit_ref FROM analysis_run WHERE id = $1", S_ARGS(S_INT(t->run)), err);
  vg_str_copy(t->exhibit, sizeof t->exhibit, vg_buf_view(&ref));
  vg_buf_fini(&ref);
  return rc;
}

static vg_code begin(struct store_tx *tx, const struct actor *who, vg_str subject, vg_str digest, void **out,
                     struct vg_err *err) {
  int64_t run;
  *out = NULL;
  VG_TRY(find_run(tx, subject, digest, false, &run, err));
  if (!run)
    return VG_OK;
  struct taker *t = calloc(1, sizeof *t);
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  *t = (struct taker){.tx = tx, .who = who, .run = run};
  vg_str_copy(t->pid, sizeof t->pid, subject);
  for (size_t i = 0; i < SIGHTINGS; i++)
    store_later_init(&t->later[i]);
  vg_buf_init(&t->bytes, ROW_MAX);
  vg_code rc = find_case(t, err);
  if (rc == VG_OK)
    *out = t;
  else
    taker_free(t);
  return rc;
}

typedef const char *name_of(int i);
static const char *entry_name(int i) { return file_entry_name((enum file_entry)i); }
static const char *kind_name(int i) { return finding_kind_name((enum finding_kind)i); }
static const char *place_name(int i) { return hit_place_name((enum hit_place)i); }

static bool is_name(vg_str s, name_of *name, int count) {
  for (int i = 0; i < count; i++)
    if (vg_str_eqz(s, name(i)))
      return true;
  return false;
}

static bool is_hex(vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
      return false;
  return s.n == 2 * 16 || s.n == 2 * 20 || s.n == 2 * VG_SHA256_SIZE;
}

static bool is_text(char form, vg_str s) {
  switch (form) {
  case 'e': return is_name(s, entry_name, ENTRY_KINDS);
  case 'k': return is_name(s, kind_name, FINDING_KINDS);
  case 'p': return s.n == 0 || is_name(s, place_name, HIT_PLACES);
  case 'H': return is_hex(s);
  default: return s.n <= TEXT_MAX && vg_utf8_ok(s) && vg_str_find_byte(s, '\0', 0) == SIZE_MAX;
  }
}

/* A row has few columns of bytes, and bytes holds them all: room is made for the whole row before. */
static bool read_bytes(vg_jv v, struct vg_buf *bytes, struct store_arg *out) {
  vg_str s;
  size_t at = bytes->n;
  if (vg_jv_str(v, &s)) {
    *out = S_BYTES(s.n ? s : VG_STR(""));
    return plain(s);
  }
  if (vg_jv_type(v) != VG_J_ARR || vg_jv_count(v) != 1 || !vg_jv_str(vg_jv_index(v, 0), &s) || !vg_unbase64(s, bytes))
    return false;
  *out = S_BYTES(vg_str_n(bytes->p + at, bytes->n - at));
  return true;
}

static bool read_value(char form, vg_jv v, struct vg_buf *bytes, struct store_arg *out) {
  vg_str s;
  int64_t n;
  if (strchr("nH", form) && vg_jv_type(v) == VG_J_NULL) {
    *out = S_NULL;
    return true;
  }
  if (form == 'b')
    return read_bytes(v, bytes, out);
  if (strchr("inco", form)) {
    bool ok = vg_jv_i64(v, &n) && n > INT64_MIN;
    *out = S_INT(n);
    return ok && (form != 'o' || n == 0 || n == 1) && (form != 'c' || (n > 0 && n <= COUNT_MAX));
  }
  if (!vg_jv_str(v, &s))
    return false;
  *out = S_STR(s.n ? s : VG_STR(""));
  return is_text(form, s);
}

/* Values behind the name; args[0] is the caller's. */
static bool read_row(const struct table *t, struct vg_jit *it, struct vg_buf *bytes, struct store_arg *args) {
  size_t n = strlen(t->forms);
  vg_jv v;
  for (size_t i = 0; i < n; i++)
    if (!vg_jit_next(it, NULL, &v) || !read_value(t->forms[i], v, bytes, &args[i + 1]))
      return false;
  return !vg_jit_next(it, NULL, &v);
}

/* As analysis_record told it. */
static vg_code take_sighting(struct taker *t, const struct store_arg *a, struct vg_err *err) {
  struct sighting s = {.value = a[2].s, .report = vg_str_z(t->pid), .where = vg_str_z(t->exhibit), .org = t->of.org};
  bool times = a[3].kind == STORE_INT && a[4].kind == STORE_INT;
  if (!intel_type_by_name(a[1].s, &s.type) || !vg_utf8_ok(s.value) || !times)
    return VG_FAIL(err, VG_EDATA, "analysis.row", t->pid, VG_N(t->rows));
  s.first = a[3].i;
  s.last = a[4].i;
  s.count = a[5].i;
  if (!t->of.org)
    return VG_OK;
  VG_TRY(intel_sighting_add(t->tx, t->who, &s, NULL, err));
  return casework_mark_add(t->tx, t->who, t->of.id, vg_str_z(intel_type_name(s.type)), s.value, t->pid, err);
}

static vg_code put_later(struct taker *t, size_t i, struct vg_err *err) {
  return store_later_put(t->tx, &t->later[i], tables[i].insert, err);
}

static vg_code take(void *ctx, vg_jv row, struct vg_err *err) {
  struct taker *t = ctx;
  struct store_arg args[COLUMNS];
  struct vg_jit it;
  vg_jv first;
  vg_str name;
  size_t i = 0;
  t->rows++;
  vg_jit_init(&it, row);
  bool ok = vg_jit_next(&it, NULL, &first) && vg_jv_str(first, &name);
  while (ok && i < VG_COUNT(tables) && !vg_str_eqz(name, tables[i].name))
    i++;
  vg_buf_reset(&t->bytes);
  ok = ok && i < VG_COUNT(tables) && vg_buf_room(&t->bytes, ROW_MAX - 1) && read_row(&tables[i], &it, &t->bytes, args);
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "analysis.row", t->pid, VG_N(t->rows));
  if (i == SIGHTINGS)
    return take_sighting(t, args, err);
  args[0] = S_INT(t->run);
  store_later_row(&t->later[i], (struct store_args){args, strlen(tables[i].forms) + 1});
  return t->later[i].rows < WINDOW ? VG_OK : put_later(t, i, err);
}

/* What is stored must read as what was signed: it is passed on from here. */
static vg_code compare(const struct taker *t, struct vg_err *err) {
  struct merge_sum now;
  int64_t same;
  VG_TRY(merge_attached_sum(t->tx, &analysis_attached, vg_str_z(t->pid), &now, err));
  VG_TRY(store_get_int(t->tx, &same, "SELECT COUNT(*) FROM analysis_run WHERE id = $1 AND attached_sha256 = $2",
                       S_ARGS(S_INT(t->run), S_Z(now.sha256)), err));
  return same ? VG_OK : VG_FAIL(err, VG_EDATA, "analysis.row", t->pid, VG_N(t->rows));
}

static vg_code end(void **taker, vg_code rc, struct vg_err *err) {
  struct taker *t = *taker;
  *taker = NULL;
  for (size_t i = 0; rc == VG_OK && i < SIGHTINGS; i++)
    rc = put_later(t, i, err);
  if (rc == VG_OK)
    rc = store_exec(t->tx, "UPDATE analysis_run SET whole = 1 WHERE id = $1", S_ARGS(S_INT(t->run)), err);
  if (rc == VG_OK)
    rc = compare(t, err);
  if (rc == VG_OK)
    rc = intel_sightings_withdrawn(t->tx, vg_str_z(t->pid), err);
  taker_free(t);
  return rc;
}

const struct merge_attached analysis_attached = {give, begin, take, end};
