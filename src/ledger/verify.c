/* Verification: every entry read again and compared, from the tables or from an export. */
#include "base/grow.h"
#include "base/json.h"
#include "ledger/ledger.h"
#include "ledger/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

/* Entries whose body is not there, in ascending order, and whether their erasure was met. */
struct absent {
  struct missing {
    int64_t index;
    bool explained;
  } * v;
  size_t n, cap;
};

/* What verification has seen so far. */
struct walk {
  struct ledger_state *out;
  struct frontier f;
  const unsigned char *pub;
  int64_t earlier_size; /* -1: none */
  unsigned char earlier_root[LEDGER_HASH];
  struct frontier blocks; /* as they are kept */
  vg_time last;           /* of the entry before, VG_NOTIME: none */
  struct absent absent;
  struct summary holds; /* what the block so far holds, and what is kept of it */
  struct store_rows *kept;
  bool more;
};

/* An entry as it is stored. */
struct stored {
  int64_t index;
  vg_str leaf, salt, body; /* body.p NULL: erased */
};

static void bad_at(struct ledger_state *s, int64_t index, const char *why) {
  if (!s->ok && s->first_bad <= index)
    return;
  s->ok = false;
  s->first_bad = index;
  vg_str_copy(s->why, sizeof s->why, vg_str_z(why));
}

static bool root_is(const struct frontier *f, const unsigned char *root) {
  unsigned char now[LEDGER_HASH];
  frontier_root(f, now);
  return memcmp(now, root, LEDGER_HASH) == 0;
}

static vg_code absent_add(struct absent *a, int64_t index, struct vg_err *err) {
  if (!VG_GROW(a->v, a->n, a->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  a->v[a->n++] = (struct missing){.index = index};
  return VG_OK;
}

/* "N", or "N-M" for a run of entries. */
static bool read_run(vg_str s, int64_t *from, int64_t *to) {
  size_t dash = vg_str_find_byte(s, '-', 0);
  return vg_str_i64(vg_str_sub(s, 0, dash), from) &&
         vg_str_i64(dash == SIZE_MAX ? s : vg_str_sub(s, dash + 1, s.n), to);
}

/* The recorded erasure of entries explains why their bodies are not there. */
static void absent_explain(struct absent *a, int64_t from, int64_t to) {
  size_t low = 0, high = a->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (a->v[middle].index < from)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < a->n && a->v[low].index <= to; low++)
    a->v[low].explained = true;
}

/* A clock was set back, or a long piece of work, dated when it began, ended after a shorter one. */
static void compare_time(struct walk *w, vg_time time, int64_t index) {
  if (w->last != VG_NOTIME && time < w->last && w->out->clock_back++ == 0)
    w->out->first_back = index;
  w->last = time;
}

/* Checks one entry against itself and adds it to the tree. e borrows from the leaf. */
static vg_code walk_entry(struct walk *w, const struct stored *s, unsigned char leaf_hash[static LEDGER_HASH],
                          struct ledger_entry *e, struct vg_err *err) {
  unsigned char promised[LEDGER_HASH], now[LEDGER_HASH];
  int64_t want = w->f.size;
  if (s->index != want)
    bad_at(w->out, want, "order");
  ledger_leaf_hash(s->leaf, leaf_hash);
  if (ledger_leaf_read(s->leaf, e, promised, NULL) != VG_OK) {
    bad_at(w->out, want, "leaf");
    e->time = w->last;
  } else if (s->body.p) {
    ledger_body_hash(s->salt, s->body, now);
    if (memcmp(now, promised, LEDGER_HASH) != 0)
      bad_at(w->out, want, "body");
  } else {
    VG_TRY(absent_add(&w->absent, want, err));
  }
  compare_time(w, e->time, want);
  int64_t from, to;
  if (vg_str_eqz(e->kind, LEDGER_ERASED) && read_run(e->subject, &from, &to))
    absent_explain(&w->absent, from, to);
  frontier_add(&w->f, leaf_hash);
  if (w->f.size == w->earlier_size && !root_is(&w->f, w->earlier_root))
    bad_at(w->out, want, "fork");
  if (w->f.size == w->blocks.size && memcmp(w->f.root, w->blocks.root, (size_t)w->f.count * LEDGER_HASH) != 0)
    bad_at(w->out, want, "root");
  return VG_OK;
}

#define KEPT                                                                                                           \
  "SELECT s.block, s.since, s.until, p.what, p.who, p.bits FROM ledger_span s LEFT JOIN ledger_part p ON p.block = "   \
  "s.block ORDER BY s.block"

static bool is_part(const struct summary *s, struct store_rows *q) {
  vg_str bits = store_str(q, 5);
  for (size_t i = 0; i < s->n; i++)
    if (s->v[i].what == store_int(q, 3) && vg_str_eq(summary_who(s, &s->v[i]), store_str(q, 4)))
      return bits.n == PART_BYTES && memcmp(bits.p, s->v[i].bits, PART_BYTES) == 0;
  return false;
}

/* A block that is full: the journal finds by what is kept of it, where anything is. */
static void check_kept(struct walk *w) {
  int64_t block = w->f.size / LEDGER_BLOCK - 1;
  size_t parts = 0;
  bool same = true, any = false;
  for (; w->more && store_int(w->kept, 0) <= block; w->more = store_next(w->kept)) {
    if (store_int(w->kept, 0) < block)
      continue;
    any = true;
    parts++;
    same = same && store_time(w->kept, 1) == w->holds.since && store_time(w->kept, 2) == w->holds.until &&
           is_part(&w->holds, w->kept);
  }
  if (any && (!same || parts != w->holds.n))
    bad_at(w->out, w->f.size - 1, "index");
  summary_reset(&w->holds);
}

static vg_code walk_row(struct walk *w, struct store_rows *q, struct vg_err *err) {
  struct ledger_entry e;
  unsigned char hash[LEDGER_HASH];
  vg_str leaf_hash = store_str(q, 2);
  int64_t at = w->f.size;
  struct stored s = {store_int(q, 0), store_str(q, 1), store_str(q, 3), store_str(q, 4)};
  VG_TRY(walk_entry(w, &s, hash, &e, err));
  if (leaf_hash.n != LEDGER_HASH || memcmp(hash, leaf_hash.p, LEDGER_HASH) != 0)
    bad_at(w->out, at, "leaf");
  else if (!vg_str_eq(store_str(q, 5), e.subject))
    bad_at(w->out, at, "subject");
  e.body = s.body.p ? s.body : VG_STR("");
  VG_TRY(summary_add(&w->holds, &e, err));
  if (w->f.size % LEDGER_BLOCK == 0)
    check_kept(w);
  return VG_OK;
}

/* Every stored checkpoint must be the root of its prefix: they come in order of size, beside the leaves. */
static void check_point(struct walk *w, struct store_rows *cp) {
  int64_t size = 0, last = w->f.size ? w->f.size - 1 : 0;
  unsigned char root[LEDGER_HASH];
  bool signed_ok = false;
  vg_str stored = store_str(cp, 1);
  if (!ledger_note_read(store_str(cp, 2), w->pub, &size, root, &signed_ok) || !signed_ok || size != store_int(cp, 0))
    bad_at(w->out, last, "signature");
  else if (stored.n != LEDGER_HASH || memcmp(stored.p, root, LEDGER_HASH) != 0 || !root_is(&w->f, root))
    bad_at(w->out, last, "root");
  w->out->signed_at = store_time(cp, 3);
}

static vg_code walk_leaves(struct store_tx *tx, struct walk *w, struct store_rows *cp, struct vg_err *err) {
  struct store_rows *q;
  bool point = store_next(cp);
  bool signed_once = point;
  vg_code rc =
      store_query(tx, &q,
                  "SELECT l.idx, l.leaf, l.leaf_hash, b.salt, b.body, s.subject FROM ledger_leaf l "
                  "LEFT JOIN ledger_body b ON b.idx = l.idx LEFT JOIN ledger_subject s ON s.idx = l.idx ORDER BY l.idx",
                  S_NOARGS, err);
  while (rc == VG_OK && store_next(q)) {
    rc = walk_row(w, q, err);
    for (; point && store_int(cp, 0) <= w->f.size; point = store_next(cp))
      check_point(w, cp);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  if (rc == VG_OK)
    rc = ended;
  if (w->pub && w->f.size && !signed_once)
    bad_at(w->out, 0, "unsigned"); /* every change is signed after it: somebody took the signatures away */
  if (point)
    bad_at(w->out, w->f.size, "cut"); /* a checkpoint was signed over entries that are gone */
  return rc;
}

static vg_code walk_beside(struct store_tx *tx, struct walk *w, struct store_rows *cp, struct vg_err *err) {
  VG_TRY(store_query(tx, &w->kept, KEPT, S_NOARGS, err));
  w->more = store_next(w->kept);
  vg_code rc = walk_leaves(tx, w, cp, err);
  vg_code ended = store_done(&w->kept, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code walk_all(struct store_tx *tx, struct walk *w, struct vg_err *err) {
  struct store_rows *cp;
  VG_TRY(
      store_query(tx, &cp, "SELECT size, root, note, signed_at FROM ledger_checkpoint ORDER BY size", S_NOARGS, err));
  summary_init(&w->holds);
  vg_code rc = walk_beside(tx, w, cp, err);
  summary_fini(&w->holds);
  vg_code ended = store_done(&cp, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code walk_begin(struct walk *w, const unsigned char *pub, vg_str earlier, struct ledger_state *out,
                          struct vg_err *err) {
  bool signed_ok;
  *w = (struct walk){.out = out, .pub = pub, .earlier_size = -1, .last = VG_NOTIME};
  *out = (struct ledger_state){.ok = true, .first_bad = -1, .first_back = -1, .signed_at = VG_NOTIME};
  if (earlier.n && (!ledger_note_read(earlier, pub, &w->earlier_size, w->earlier_root, &signed_ok) || !signed_ok))
    return VG_FAIL(err, VG_EDATA, "ledger.checkpoint");
  return VG_OK;
}

static void walk_end(struct walk *w) {
  for (size_t i = 0; i < w->absent.n; i++)
    if (!w->absent.v[i].explained)
      bad_at(w->out, w->absent.v[i].index, "body");
  free(w->absent.v);
  w->out->size = w->f.size;
  frontier_root(&w->f, w->out->root);
  if (w->earlier_size > w->f.size)
    bad_at(w->out, w->f.size, "cut");
}

/* What the engine itself finds broken on its pages is damage too; the entry is the first that could not be read. */
static vg_code container(struct walk *w, vg_code rc, struct vg_err *err) {
  if (rc != VG_EDAMAGE)
    return rc;
  vg_err_clear(err);
  bad_at(w->out, w->f.size, "container");
  return VG_OK;
}

vg_code ledger_verify(struct store_tx *tx, const unsigned char *pub, vg_str earlier, struct ledger_state *out,
                      struct vg_err *err) {
  struct walk w;
  struct frontier stored;
  bool all;
  VG_TRY(walk_begin(&w, pub, earlier, out, err));
  vg_code walked = container(&w, ledger_blocks(tx, &w.blocks, 0, INT64_MAX, &all, err), err);
  if (walked == VG_OK)
    walked = container(&w, walk_all(tx, &w, err), err);
  walk_end(&w);
  VG_TRY(walked);
  vg_code rc = ledger_read_frontier(tx, &stored, err);
  if (rc == VG_EDAMAGE || (rc == VG_OK && (stored.size != w.f.size || !root_is(&stored, out->root)))) {
    vg_err_clear(err);
    bad_at(out, w.f.size < stored.size ? w.f.size : stored.size, "root");
    return VG_OK;
  }
  return rc;
}

/* --- an export --- */

struct scratch {
  struct vg_json *json;
  struct vg_buf leaf, salt;
};

static vg_code parse_line(struct scratch *s, vg_str line, vg_jv *root, struct vg_err *err) {
  vg_code rc = vg_json_parse(s->json, line, root, err);
  return rc == VG_OK ? VG_OK : VG_FAIL(err, rc, "ledger.export");
}

static vg_code read_header(struct scratch *s, vg_str line, const unsigned char *pub,
                           unsigned char key[static VG_KEY_SIZE], struct vg_err *err) {
  vg_jv root;
  vg_str kind, text;
  int64_t version;
  VG_TRY(parse_line(s, line, &root, err));
  vg_buf_reset(&s->leaf);
  if (!vg_jv_str_at(root, "vigie", &kind) || !vg_str_eqz(kind, "ledger") || !vg_jv_i64_at(root, "version", &version) ||
      !vg_jv_str_at(root, "key", &text) || !vg_unbase64(text, &s->leaf) || s->leaf.n != VG_KEY_SIZE)
    return VG_FAIL(err, VG_EDATA, "ledger.export");
  if (version != LEDGER_EXPORT_VERSION)
    return VG_FAIL(err, VG_EVERSION, "ledger.export_version", VG_N(version));
  memcpy(key, s->leaf.p, VG_KEY_SIZE);
  return pub && memcmp(pub, key, VG_KEY_SIZE) != 0 ? VG_FAIL(err, VG_EDENIED, "ledger.export_key") : VG_OK;
}

static vg_code read_entry(struct scratch *s, struct walk *w, vg_jv root, struct vg_err *err) {
  struct stored e = {.index = -1};
  struct ledger_entry entry;
  unsigned char hash[LEDGER_HASH];
  vg_str leaf = VG_STR(""), salt;
  vg_buf_reset(&s->leaf);
  vg_buf_reset(&s->salt);
  bool well = vg_jv_i64_at(root, "index", &e.index) && vg_jv_str_at(root, "leaf", &leaf) && vg_unbase64(leaf, &s->leaf);
  if (well && vg_jv_str_at(root, "body", &e.body))
    well = vg_jv_str_at(root, "salt", &salt) && vg_unbase64(salt, &s->salt);
  if (!well)
    bad_at(w->out, w->f.size, "leaf");
  VG_TRY(vg_buf_check(&s->leaf, err));
  e.leaf = vg_buf_view(&s->leaf);
  e.salt = vg_buf_view(&s->salt);
  return walk_entry(w, &e, hash, &entry, err);
}

static void final_checkpoint(struct walk *w, vg_str note) {
  int64_t size = 0;
  unsigned char root[LEDGER_HASH];
  bool signed_ok = false;
  if (!ledger_note_read(note, w->pub, &size, root, &signed_ok) || !signed_ok)
    bad_at(w->out, w->f.size, "signature");
  else if (size > w->f.size)
    bad_at(w->out, w->f.size, "cut");
  else if (size < w->f.size || !root_is(&w->f, root))
    bad_at(w->out, size ? size - 1 : 0, "root");
}

static vg_code walk_export(struct scratch *s, struct walk *w, vg_str text, struct vg_err *err) {
  vg_str line, note;
  vg_jv root;
  bool closed = false;
  while (!closed && vg_str_line(&text, &line)) {
    if (parse_line(s, line, &root, NULL) != VG_OK) {
      bad_at(w->out, w->f.size, "leaf");
      return VG_OK;
    }
    closed = vg_jv_str_at(root, "checkpoint", &note);
    if (closed)
      final_checkpoint(w, note);
    else
      VG_TRY(read_entry(s, w, root, err));
  }
  if (!closed)
    bad_at(w->out, w->f.size, "cut");
  return VG_OK;
}

vg_code ledger_verify_export(vg_str text, const unsigned char *pub, vg_str earlier, struct ledger_state *out,
                             unsigned char key[static VG_KEY_SIZE], struct vg_err *err) {
  struct scratch s = {0};
  struct walk w;
  vg_str line;
  vg_code rc = VG_OK;
  vg_buf_init(&s.leaf, 1 << 20);
  vg_buf_init(&s.salt, 1 << 10);
  VG_GO(vg_json_new(&s.json, err));
  if (!vg_str_line(&text, &line)) {
    rc = VG_FAIL(err, VG_EDATA, "ledger.export");
    goto out;
  }
  VG_GO(read_header(&s, line, pub, key, err));
  VG_GO(walk_begin(&w, key, earlier, out, err));
  rc = walk_export(&s, &w, text, err);
  walk_end(&w);
out:
  vg_json_free(s.json);
  vg_buf_fini(&s.leaf);
  vg_buf_fini(&s.salt);
  return rc;
}
