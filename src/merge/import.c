/* Another instance's events become part of this one. */
#include "merge/merge_internal.h"

#include <stdio.h>
#include <string.h>

struct importing {
  struct store_tx *tx;
  const struct actor *who;
  const struct vg_key *own;
  const struct merge_kind *const *rooms;
  int64_t last; /* number of the last event of this origin that is here */
  bool mine;    /* what this instance gave away before it was restored from an older copy */
  int64_t fork; /* of mine: the first event that reads otherwise here, 0: none */
  struct merge_result *out;
  struct attaching attached;
};

/* As it stands in the records: "" for this instance's own. */
static vg_str origin_of(const struct importing *im) { return im->mine ? VG_STR("") : vg_str_z(im->out->file.origin); }

/* The chain must go on where it ended here, and read as it did. */
static vg_code compare(struct importing *im, const struct merge_event *e, struct vg_err *err) {
  char hash[MERGE_HEX];
  if (e->seq > im->last || im->fork)
    return VG_OK;
  VG_TRY(merge_known(im->tx, origin_of(im), e->seq, hash, err));
  if (vg_str_eqz(vg_str_z(hash), e->hash))
    return VG_OK;
  im->fork = e->seq;
  return im->mine ? VG_OK : VG_FAIL(err, VG_EDAMAGE, "merge.rewritten", VG_N(e->seq));
}

static vg_code first_prev(struct importing *im, const struct merge_event *e, struct vg_err *err) {
  char hash[MERGE_HEX];
  if (e->seq > im->last + 1)
    return VG_FAIL(err, VG_ESTATE, "merge.gap", VG_N(im->last + 1), VG_N(e->seq - 1));
  VG_TRY(merge_known(im->tx, origin_of(im), e->seq - 1, hash, err));
  return vg_str_eqz(vg_str_z(hash), im->out->file.prev) ? VG_OK
                                                        : VG_FAIL(err, VG_EDAMAGE, "merge.rewritten", VG_N(e->seq));
}

static vg_code trusted(struct store_tx *tx, const struct merge_file *f, struct vg_err *err) {
  struct store_rows *q;
  char name[128], ended[VG_TIME_TEXT] = "";
  VG_TRY(store_query(tx, &q, "SELECT name, ended FROM merge_peer WHERE origin = $1", S_ARGS(S_Z(f->origin)), err));
  bool known = store_next(q);
  if (known)
    vg_str_copy(name, sizeof name, store_str(q, 0));
  if (known && !store_is_null(q, 1))
    vg_time_text(ended, store_time(q, 1), false);
  VG_TRY(store_done(&q, err));
  if (ended[0])
    return VG_FAIL(err, VG_EDENIED, "merge.revoked", name, ended, f->origin);
  return known ? VG_OK : VG_FAIL(err, VG_EDENIED, "merge.stranger", f->origin);
}

static vg_code check_one(void *ctx, const struct merge_event *e, struct vg_err *err) {
  struct importing *im = ctx;
  char key[MERGE_KEY];
  if (e->row)
    return VG_OK;
  if (e->seq == im->out->file.from) {
    merge_key_text(im->own, key);
    im->mine = vg_str_eqz(vg_str_z(im->out->file.origin), key); /* its signature is this instance's own */
    if (!im->mine)
      VG_TRY(trusted(im->tx, &im->out->file, err));
    VG_TRY(merge_last(im->tx, origin_of(im), &im->last, err));
    VG_TRY(first_prev(im, e, err));
  }
  return compare(im, e, err);
}

/* --- what comes before that which it is about --- */

static vg_code wait_for(struct importing *im, vg_str origin, const struct merge_event *e, vg_str subject,
                        struct vg_err *err) {
  return store_exec(im->tx, "INSERT INTO merge_waiting (origin, seq, subject) VALUES ($1, $2, $3)",
                    S_ARGS(S_STR(origin), S_INT(e->seq), S_STR(subject)), err);
}

/* What waits for the subject, "SEQ ORIGIN" a line. What waits again after it was tried is for the next time. */
static vg_code list_waiting(struct importing *im, vg_str subject, struct vg_buf *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(im->tx, &q, "SELECT seq, origin FROM merge_waiting WHERE subject = $1 ORDER BY origin, seq",
                     S_ARGS(S_STR(subject)), err));
  while (store_next(q)) {
    vg_buf_fmt(out, "%lld ", (long long)store_int(q, 0));
    vg_buf_str(out, store_str(q, 1));
    vg_buf_byte(out, '\n');
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(out, err);
}

static vg_code apply(struct importing *im, vg_str origin, const struct merge_event *e, struct vg_err *err);

/* One event of the list, unless it was done meanwhile. */
static vg_code try_again(struct importing *im, struct vg_json *j, vg_str subject, vg_str origin, int64_t seq,
                         struct vg_err *err) {
  struct vg_buf line;
  struct merge_event e;
  vg_jv root;
  int64_t n;
  VG_TRY(store_change(im->tx, &n, "DELETE FROM merge_waiting WHERE origin = $1 AND seq = $2 AND subject = $3",
                      S_ARGS(S_STR(origin), S_INT(seq), S_STR(subject)), err));
  if (n == 0)
    return VG_OK;
  vg_buf_init(&line, MERGE_LINE_MAX + 1);
  vg_code rc = store_get_text(im->tx, &line, "SELECT line FROM merge_event WHERE origin = $1 AND seq = $2 AND why = ''",
                              S_ARGS(S_STR(origin), S_INT(seq)), NULL);
  bool here = rc == VG_OK;
  if (rc == VG_ENOTFOUND) /* erased meanwhile */
    rc = VG_OK;
  if (here)
    rc = vg_json_parse(j, vg_buf_view(&line), &root, err);
  if (here && rc == VG_OK && merge_parse(root, vg_buf_view(&line), &e)) {
    e.origin = origin;
    rc = apply(im, origin, &e, err);
    if (rc == VG_OK)
      rc = merge_attached_wake(&im->attached, origin, &e, err);
  }
  vg_buf_fini(&line);
  return rc;
}

/* What waited for the subject is done, then its fields say what shows. */
static vg_code wake(struct importing *im, vg_str subject, struct vg_err *err) {
  struct vg_json *j;
  struct vg_buf list;
  vg_str rest, origin, number;
  char name[VG_ID_MAX]; /* the event that it came from may be gone by then */
  int64_t seq;
  VG_TRY(vg_json_new(&j, err));
  subject = vg_str_z(vg_str_copy(name, sizeof name, subject));
  vg_buf_init(&list, 64 << 20);
  vg_code rc = list_waiting(im, subject, &list, err);
  rest = vg_buf_view(&list);
  while (rc == VG_OK && vg_str_line(&rest, &origin))
    if (vg_str_cut(&origin, ' ', &number) && vg_str_i64(number, &seq))
      rc = try_again(im, j, subject, origin.p ? origin : VG_STR(""), seq, err);
  vg_buf_fini(&list);
  vg_json_free(j);
  return rc == VG_OK ? merge_show_all(im->tx, im->who, im->rooms, subject, err) : rc;
}

static vg_code apply_row(struct importing *im, vg_str origin, const struct merge_kind *k, const struct merge_event *e,
                         struct vg_err *err) {
  char missing[VG_ID_MAX] = "";
  struct vg_err why = {0};
  vg_code rc = merge_row_take(im->tx, im->who, k, e, missing, &why);
  if (rc == VG_ENOTFOUND && missing[0])
    return wait_for(im, origin, e, vg_str_z(missing), err);
  if (rc != VG_OK && err)
    *err = why;
  VG_TRY(rc);
  return k->row->prefix ? wake(im, e->subject, err) : VG_OK;
}

/* A newer version of this program wrote it: it is kept and passed on, and waits for a program that knows what to do. No
 * subject begins like this. */
static vg_code keep_for_later(struct importing *im, vg_str origin, const struct merge_event *e, struct vg_err *err) {
  char awaited[80];
  snprintf(awaited, sizeof awaited, KIND_AWAITED "%.*s", (int)e->kind.n, e->kind.p);
  im->out->later++;
  return wait_for(im, origin, e, vg_str_z(awaited), err);
}

static vg_code apply(struct importing *im, vg_str origin, const struct merge_event *e, struct vg_err *err) {
  const struct merge_kind *k = merge_kind_of(im->rooms, e->kind);
  struct vg_err why = {0};
  if (!k)
    return keep_for_later(im, origin, e, err);
  if (merge_changes(k))
    return merge_take(im->tx, im->who, k, e, err);
  if (k->row)
    return apply_row(im, origin, k, e, err);
  struct merge_event made = *e;
  if (!merge_as_made(&made))
    return VG_FAIL(err, VG_EDATA, "merge.made", VG_N(e->seq));
  if (!vg_str_eq(made.actor, e->actor))
    VG_TRY(merge_remember(im->tx, made.actor, made.actor_name, err));
  vg_code rc = k->apply(im->tx, im->who, &made, &why);
  /* An erasure waits for time to pass, not for its subject: it is tried again at each import. */
  bool erasure = merge_erases(e->kind);
  if (rc == VG_ENOTFOUND && k->waits)
    return wait_for(im, origin, e, erasure ? VG_STR(KIND_AWAITED MERGE_ERASURE) : e->subject, err);
  if (rc == VG_OK)
    return k->waits ? VG_OK : wake(im, e->subject, err);
  if (err)
    *err = why;
  return rc;
}

static vg_code awaited(struct store_tx *tx, struct vg_buf *kinds, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q, "SELECT DISTINCT subject FROM merge_waiting WHERE subject LIKE '" KIND_AWAITED "%' ORDER BY subject",
      S_NOARGS, err));
  while (store_next(q)) {
    vg_buf_str(kinds, store_str(q, 0));
    vg_buf_byte(kinds, '\n');
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(kinds, err);
}

/* What waited for a newer program, when this is one; and what waits for time to pass. */
static vg_code catch_up(struct importing *im, struct vg_err *err) {
  struct vg_buf kinds;
  vg_str rest, one;
  vg_buf_init(&kinds, 1 << 20);
  vg_code rc = awaited(im->tx, &kinds, err);
  rest = vg_buf_view(&kinds);
  while (rc == VG_OK && vg_str_line(&rest, &one))
    if (one.n && merge_kind_of(im->rooms, vg_str_sub(one, sizeof KIND_AWAITED - 1, one.n)))
      rc = wake(im, one, err);
  vg_buf_fini(&kinds);
  return rc;
}

/* Events that are here already; a withheld one may come with its text now. */
static vg_code again(struct importing *im, const struct merge_event *e, bool *fresh, struct vg_err *err) {
  int64_t hidden;
  VG_TRY(store_get_int(im->tx, &hidden,
                       "SELECT COUNT(*) FROM merge_event WHERE origin = $1 AND seq = $2 AND why = 'withheld'",
                       S_ARGS(S_STR(origin_of(im)), S_INT(e->seq)), err));
  *fresh = hidden && !e->withheld;
  return VG_OK;
}

/* It was erased here, or belongs to what was. */
static vg_code keep_gone(struct importing *im, vg_str origin, const struct merge_event *e, struct vg_err *err) {
  struct merge_event bare = *e;
  char digest[MERGE_HEX];
  merge_digest(e->line, digest);
  bare.line = vg_str_z(digest);
  return merge_keep(im->tx, origin, &bare, "erased", err);
}

static vg_code apply_one(void *ctx, const struct merge_event *e, struct vg_err *err) {
  struct importing *im = ctx;
  vg_str origin = origin_of(im);
  bool fresh = true, gone;
  if (e->row)
    return merge_attached_row(&im->attached, origin, e, err);
  if (e->seq <= im->last)
    VG_TRY(again(im, e, &fresh, err));
  if (!fresh) {
    im->out->known++;
    return VG_OK;
  }
  im->out->fresh++;
  if (e->withheld)
    return merge_keep(im->tx, origin, e, "withheld", err);
  VG_TRY(merge_is_gone(im->tx, e, &gone, err));
  if (gone)
    return keep_gone(im, origin, e, err);
  VG_TRY(merge_keep(im->tx, origin, e, "", err));
  VG_TRY(merge_remember(im->tx, e->actor, e->actor_name, err));
  struct merge_event of = *e;
  of.origin = origin;
  return apply(im, origin, &of, err);
}

/* --- the ledger of the origin --- */

struct seen {
  int64_t size;
  unsigned char root[LEDGER_HASH];
};

static vg_code last_seen(struct importing *im, struct seen *s, struct vg_err *err) {
  struct store_rows *q;
  *s = (struct seen){.size = 0};
  VG_TRY(store_query(im->tx, &q, "SELECT size, root FROM merge_ledger WHERE origin = $1",
                     S_ARGS(S_Z(im->out->file.origin)), err));
  if (store_next(q) && store_str(q, 1).n == LEDGER_HASH) {
    s->size = store_int(q, 0);
    memcpy(s->root, store_str(q, 1).p, LEDGER_HASH);
  }
  return store_done(&q, err);
}

/* A proof from the size that was seen to the one now: given and good, given and bad, not given. */
enum proof { PROOF_GOOD, PROOF_BAD, PROOF_NONE };
static enum proof prove(const struct merge_file *f, const struct seen *s) {
  vg_str rest = vg_buf_view(&f->proofs), line, size;
  struct vg_buf proof;
  int64_t n;
  enum proof said = PROOF_NONE;
  while (said == PROOF_NONE && vg_str_line(&rest, &line)) {
    if (!vg_str_cut(&line, ' ', &size) || !vg_str_i64(size, &n) || n != s->size)
      continue;
    vg_buf_init(&proof, 1 << 16);
    bool ok = vg_unbase64(line.p ? line : VG_STR(""), &proof) &&
              ledger_check_consistency(s->size, s->root, f->ledger_size, f->ledger_root, vg_buf_view(&proof));
    said = ok ? PROOF_GOOD : PROOF_BAD;
    vg_buf_fini(&proof);
  }
  return said;
}

/* It may only have grown since the last time; an older file says nothing new of it. */
static vg_code check_ledger(struct importing *im, struct vg_err *err) {
  const struct merge_file *f = &im->out->file;
  struct seen s;
  if (!f->note[0] || f->to < im->last)
    return VG_OK;
  VG_TRY(last_seen(im, &s, err));
  bool same = f->ledger_size == s.size && memcmp(f->ledger_root, s.root, LEDGER_HASH) == 0;
  bool older = f->to == im->last && f->ledger_size < s.size; /* the same events, given away before */
  if (s.size && (same || older)) {
    im->out->ledger_proved = true;
    return VG_OK;
  }
  enum proof p = s.size && f->ledger_size > s.size ? prove(f, &s) : PROOF_NONE;
  if (p == PROOF_BAD || (s.size && f->ledger_size <= s.size))
    return VG_FAIL(err, VG_EDAMAGE, "merge.ledger", VG_N(s.size), VG_N(f->ledger_size));
  im->out->ledger_proved = p == PROOF_GOOD || s.size == 0;
  return store_exec(im->tx,
                    "INSERT INTO merge_ledger (origin, size, root, note, proved, seen) VALUES ($1, $2, $3, $4, $5, $6) "
                    "ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = "
                    "excluded.note, proved = excluded.proved, seen = excluded.seen",
                    S_ARGS(S_Z(f->origin), S_INT(f->ledger_size),
                           S_BYTES(vg_str_n((const char *)f->ledger_root, LEDGER_HASH)), S_Z(f->note),
                           S_INT(im->out->ledger_proved), S_TIME(store_now(im->tx))),
                    err);
}

static vg_code keep_head(struct importing *im, struct vg_err *err) {
  const struct merge_file *f = &im->out->file;
  if (f->to < im->last)
    return VG_OK;
  return store_exec(im->tx,
                    "INSERT INTO merge_head (origin, name, seq, signature, imported, clock_back) VALUES ($1, $2, $3, "
                    "$4, $5, $6) ON CONFLICT (origin) DO UPDATE SET name = excluded.name, seq = excluded.seq, "
                    "signature = excluded.signature, imported = excluded.imported, clock_back = excluded.clock_back",
                    S_ARGS(S_Z(f->origin), S_Z(f->name), S_INT(f->to), S_Z(f->signature), S_TIME(store_now(im->tx)),
                           S_INT(f->clock_back)),
                    err);
}

/* --- what is ours, and was lost with the copy that this instance was restored from --- */

struct aside {
  struct store_later lines; /* line, why, at */
};

/* What was done here since goes behind what is taken in, for others know that. Unless others know this too. */
static vg_code put_aside(struct importing *im, struct aside *a, struct vg_err *err) {
  struct store_rows *q;
  int64_t given;
  VG_TRY(store_get_int(im->tx, &given, "SELECT COALESCE(MAX(seq), 0) FROM merge_given", S_NOARGS, err));
  if (given >= im->fork)
    return VG_FAIL(err, VG_ESTATE, "merge.forked", VG_N(im->fork), VG_N(given));
  VG_TRY(store_query(im->tx, &q, "SELECT line, why, at FROM merge_event WHERE origin = '' AND seq >= $1 ORDER BY seq",
                     S_ARGS(S_INT(im->fork)), err));
  while (store_next(q))
    store_later_row(&a->lines, S_ARGS(S_STR(store_str(q, 0)), S_STR(store_str(q, 1)), S_TIME(store_time(q, 2))));
  VG_TRY(store_done(&q, err));
  VG_TRY(store_later_check(&a->lines, err));
  VG_TRY(store_exec(im->tx, "DELETE FROM merge_event WHERE origin = '' AND seq >= $1", S_ARGS(S_INT(im->fork)), err));
  im->last = im->fork - 1;
  return VG_OK;
}

static vg_code put_back(struct importing *im, const struct aside *a, struct vg_err *err) {
  struct store_arg one[STORE_LATER_ARGS];
  size_t at = 0;
  while (store_later_next(&a->lines, &at, one)) {
    VG_TRY(merge_again(im->tx, one[0].s, one[1].s, one[2].i, err));
    im->out->moved++;
  }
  return VG_OK;
}

static vg_code apply_file(struct importing *im, vg_str text, struct vg_err *err) {
  merge_file_fini(&im->out->file);
  vg_code rc = merge_read(text, &im->out->file, apply_one, im, err);
  return merge_attached_end(&im->attached, rc, err);
}

static vg_code recover(struct importing *im, vg_str text, struct vg_err *err) {
  struct aside a;
  if (!im->fork && im->out->file.to <= im->last)
    return VG_FAIL(err, VG_ESTATE, "merge.own");
  store_later_init(&a.lines);
  vg_code rc = im->fork ? put_aside(im, &a, err) : VG_OK;
  if (rc == VG_OK)
    rc = apply_file(im, text, err);
  if (rc == VG_OK)
    rc = put_back(im, &a, err);
  store_later_fini(&a.lines);
  im->out->recovered = true;
  return rc;
}

static vg_code take_in(struct importing *im, vg_str text, struct vg_err *err) {
  struct merge_file *f = &im->out->file;
  VG_TRY(ledger_lock(im->tx, err));
  /* Once without a word to the records but questions; then, when all holds, in earnest. */
  VG_TRY(merge_read(text, f, check_one, im, err));
  VG_TRY(catch_up(im, err));
  if (im->mine) {
    VG_TRY(recover(im, text, err));
  } else {
    int64_t to = f->to;
    VG_TRY(apply_file(im, text, err));
    VG_ASSERT(to == f->to);
    VG_TRY(check_ledger(im, err));
    VG_TRY(keep_head(im, err));
  }
  return LEDGER_TELL(im->tx, im->who, "merge.imported", "", err, "origin", f->origin, "from", VG_N(f->from), "to",
                     VG_N(f->to), "fresh", VG_N(im->out->fresh), "moved", VG_N(im->out->moved), "withheld",
                     VG_N(f->withheld), "ledger", VG_N(f->ledger_size), "signature", f->signature);
}

vg_code merge_import(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str text,
                     const struct merge_kind *const *rooms, struct merge_result *out, struct vg_err *err) {
  struct importing im = {.tx = tx, .who = who, .own = own, .rooms = rooms, .out = out};
  *out = (struct merge_result){.fresh = 0};
  im.attached = (struct attaching){.tx = tx, .who = who, .rooms = rooms};
  store_later_init(&im.attached.held);
  vg_code rc = take_in(&im, text, err);
  out->attached = im.attached.taken;
  store_later_fini(&im.attached.held);
  merge_file_fini(&out->file);
  return rc;
}

vg_code merge_trust(struct store_tx *tx, const struct actor *who, vg_str name, vg_str key, bool orders,
                    struct vg_err *err) {
  unsigned char raw[VG_KEY_SIZE];
  char text[MERGE_KEY];
  key = vg_str_trim(key);
  if (vg_str_trim(name).n == 0 || name.n > 100 || !vg_utf8_ok(name) || !vg_unhex(key, raw, sizeof raw))
    return VG_FAIL(err, VG_EDATA, "merge.key");
  vg_hex(text, raw, sizeof raw);
  vg_code rc = store_exec(tx,
                          "INSERT INTO merge_peer (origin, name, trusted, orders) VALUES ($1, $2, $3, $4) ON CONFLICT "
                          "(origin) DO UPDATE SET name = excluded.name, orders = excluded.orders, ended = NULL",
                          S_ARGS(S_Z(text), S_STR(name), S_TIME(store_now(tx)), S_INT(orders)), err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "merge.peer_exists", VG_T(name));
  VG_TRY(rc);
  return LEDGER_TELL(tx, who, "merge.trusted", "", err, "name", VG_T(name), "origin", text, "orders",
                     orders ? "yes" : "no");
}

static vg_code unshown(struct store_tx *tx, vg_str name, struct vg_err *err) {
  int64_t known;
  VG_TRY(store_get_int(tx, &known, "SELECT COUNT(*) FROM merge_peer WHERE name = $1", S_ARGS(S_STR(name)), err));
  return VG_FAIL(err, VG_ENOTFOUND, known ? "merge.no_checkpoint" : "merge.no_peer", VG_T(name));
}

vg_code merge_restored(struct store_tx *tx, const struct actor *who, vg_str name, struct vg_err *err) {
  int64_t n;
  VG_TRY(
      store_change(tx, &n,
                   "DELETE FROM merge_ledger WHERE origin = (SELECT origin FROM merge_peer WHERE name = $1 AND ended "
                   "IS NULL)",
                   S_ARGS(S_STR(name)), err));
  if (n == 0)
    return unshown(tx, name, err);
  return LEDGER_TELL(tx, who, "merge.restored", "", err, "name", VG_T(name));
}

vg_code merge_distrust(struct store_tx *tx, const struct actor *who, vg_str name, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_change(tx, &n, "UPDATE merge_peer SET ended = $2 WHERE name = $1 AND ended IS NULL",
                      S_ARGS(S_STR(name), S_TIME(store_now(tx))), err));
  if (n == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "merge.no_peer", VG_T(name));
  return LEDGER_TELL(tx, who, "merge.distrusted", "", err, "name", VG_T(name));
}

vg_code merge_each_peer(struct store_tx *tx, merge_peer_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT p.name, p.origin, p.trusted, p.ended, h.imported, COALESCE(h.seq, 0), "
      "COALESCE(h.clock_back, 0), (SELECT COUNT(*) FROM merge_event e WHERE e.origin = p.origin AND "
      "e.why = 'withheld'), COALESCE(l.size, 0), COALESCE(l.proved, 0), p.orders FROM merge_peer p LEFT JOIN "
      "merge_head h ON h.origin = p.origin LEFT JOIN merge_ledger l ON l.origin = p.origin ORDER BY "
      "p.name",
      S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct merge_peer p = {.name = store_str(q, 0),
                           .origin = store_str(q, 1),
                           .trusted = store_time(q, 2),
                           .ended = store_time(q, 3),
                           .imported = store_time(q, 4),
                           .seq = store_int(q, 5),
                           .clock_back = store_int(q, 6),
                           .withheld = store_int(q, 7),
                           .ledger_size = store_int(q, 8),
                           .ledger_proved = store_int(q, 9) != 0,
                           .orders = store_int(q, 10) != 0};
    rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code merge_waits(struct store_tx *tx, int64_t *count, struct vg_err *err) {
  return store_get_int(tx, count, "SELECT COUNT(*) FROM merge_waiting WHERE subject NOT LIKE '" KIND_AWAITED "%'",
                       S_NOARGS, err);
}

vg_code merge_checkpoint(struct store_tx *tx, vg_str name, struct vg_buf *out, struct vg_err *err) {
  vg_code rc = store_get_text(tx, out,
                              "SELECT l.note FROM merge_ledger l JOIN merge_peer p ON p.origin = l.origin WHERE p.name "
                              "= $1",
                              S_ARGS(S_STR(name)), NULL);
  return rc == VG_ENOTFOUND ? unshown(tx, name, err) : rc;
}
