/* Another instance's events become part of this one. */
#include "merge/merge_internal.h"

struct importing {
  struct store_tx *tx;
  const struct actor *who;
  const struct vg_key *own;
  const struct merge_kind *const *rooms;
  int64_t last; /* number of the last event of this origin that is here */
  struct merge_result *out;
};

/* The chain must go on where it ended here, and read as it did. */
static vg_code compare(struct importing *im, const struct merge_event *e, struct vg_err *err) {
  char hash[2 * VG_SHA256_SIZE + 1];
  vg_str origin = vg_str_z(im->out->file.origin);
  if (e->seq > im->last)
    return VG_OK;
  VG_TRY(merge_known(im->tx, origin, e->seq, hash, err));
  return vg_str_eqz(vg_str_z(hash), e->hash) ? VG_OK : VG_FAIL(err, VG_EDAMAGE, "merge.rewritten", VG_N(e->seq));
}

static vg_code first_prev(struct importing *im, const struct merge_event *e, struct vg_err *err) {
  char hash[2 * VG_SHA256_SIZE + 1];
  vg_str origin = vg_str_z(im->out->file.origin);
  if (e->seq > im->last + 1)
    return VG_FAIL(err, VG_ESTATE, "merge.gap", VG_N(im->last + 1), VG_N(e->seq - 1));
  VG_TRY(merge_known(im->tx, origin, e->seq - 1, hash, err));
  return vg_str_eqz(e->prev, hash) ? VG_OK : VG_FAIL(err, VG_EDAMAGE, "merge.rewritten", VG_N(e->seq));
}

static vg_code trusted(struct store_tx *tx, const struct vg_key *own, const struct merge_file *f, struct vg_err *err) {
  char key[MERGE_KEY];
  int64_t n;
  merge_key_text(own, key);
  if (vg_str_eqz(vg_str_z(f->origin), key))
    return VG_FAIL(err, VG_ESTATE, "merge.own");
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM merge_peer WHERE origin = $1 AND ended IS NULL",
                       S_ARGS(S_Z(f->origin)), err));
  return n ? VG_OK : VG_FAIL(err, VG_EDENIED, "merge.stranger", f->origin);
}

static vg_code check_one(void *ctx, const struct merge_event *e, struct vg_err *err) {
  struct importing *im = ctx;
  if (e->seq == im->out->file.from) {
    VG_TRY(trusted(im->tx, im->own, &im->out->file, err));
    VG_TRY(merge_last(im->tx, vg_str_z(im->out->file.origin), &im->last, err));
    VG_TRY(first_prev(im, e, err));
  }
  return compare(im, e, err);
}

/* --- what comes before that which it is about --- */

static vg_code wait_for(struct importing *im, const struct merge_event *e, struct vg_err *err) {
  return store_exec(im->tx, "INSERT INTO merge_waiting (origin, seq, subject) VALUES ($1, $2, $3)",
                    S_ARGS(S_Z(im->out->file.origin), S_INT(e->seq), S_STR(e->subject)), err);
}

/* The first line that waits for the subject; *id 0: none. */
static vg_code first_waiting(struct importing *im, vg_str subject, struct vg_buf *line, int64_t *id,
                             struct vg_err *err) {
  struct store_rows *q;
  *id = 0;
  vg_buf_reset(line);
  VG_TRY(store_query(im->tx, &q,
                     "SELECT w.id, e.line FROM merge_waiting w JOIN merge_event e ON e.origin = w.origin AND e.seq = "
                     "w.seq WHERE w.subject = $1 ORDER BY w.origin, w.seq LIMIT 1",
                     S_ARGS(S_STR(subject)), err));
  if (store_next(q)) {
    *id = store_int(q, 0);
    vg_buf_str(line, store_str(q, 1));
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(line, err);
}

static vg_code wake(struct importing *im, vg_str subject, struct vg_err *err) {
  struct vg_json *j;
  struct vg_buf line;
  struct merge_event e;
  vg_jv root;
  int64_t id;
  VG_TRY(vg_json_new(&j, err));
  vg_buf_init(&line, MERGE_LINE_MAX + 1);
  vg_code rc = first_waiting(im, subject, &line, &id, err);
  while (rc == VG_OK && id) {
    rc = store_exec(im->tx, "DELETE FROM merge_waiting WHERE id = $1", S_ARGS(S_INT(id)), err);
    if (rc == VG_OK)
      rc = vg_json_parse(j, vg_buf_view(&line), &root, err);
    if (rc == VG_OK && merge_parse(root, vg_buf_view(&line), &e)) {
      const struct merge_kind *k = merge_kind_of(im->rooms, e.kind);
      if (k && k->apply)
        rc = k->apply(im->tx, im->who, &e, err);
    }
    if (rc == VG_OK)
      rc = first_waiting(im, subject, &line, &id, err);
  }
  vg_buf_fini(&line);
  vg_json_free(j);
  return rc == VG_OK ? merge_show_all(im->tx, im->who, im->rooms, subject, err) : rc;
}

static vg_code apply_one(void *ctx, const struct merge_event *e, struct vg_err *err) {
  struct importing *im = ctx;
  struct vg_err why = {0};
  if (e->seq <= im->last) {
    im->out->known++;
    return VG_OK;
  }
  const struct merge_kind *k = merge_kind_of(im->rooms, e->kind);
  if (!k)
    return VG_FAIL(err, VG_EVERSION, "merge.kind", VG_T(e->kind));
  im->out->fresh++;
  VG_TRY(merge_keep(im->tx, vg_str_z(im->out->file.origin), e, err));
  VG_TRY(merge_remember(im->tx, e->actor, e->actor_name, err));
  if (k->put)
    return merge_take(im->tx, im->who, k, e, err);
  vg_code rc = k->apply(im->tx, im->who, e, &why);
  if (rc == VG_ENOTFOUND && k->waits)
    return wait_for(im, e, err);
  if (rc == VG_OK)
    return k->waits ? VG_OK : wake(im, e->subject, err);
  if (err)
    *err = why;
  return rc;
}

vg_code merge_import(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str text,
                     const struct merge_kind *const *rooms, struct merge_result *out, struct vg_err *err) {
  struct importing im = {.tx = tx, .who = who, .own = own, .rooms = rooms, .out = out};
  *out = (struct merge_result){.fresh = 0};
  /* Once without a word to the records but questions; then, when all holds, in earnest. */
  VG_TRY(merge_read(text, &out->file, check_one, &im, err));
  struct merge_file checked = out->file;
  VG_TRY(merge_read(text, &out->file, apply_one, &im, err));
  VG_ASSERT(checked.to == out->file.to);
  if (out->file.to >= im.last)
    VG_TRY(store_exec(tx,
                      "INSERT INTO merge_head (origin, name, seq, signature, imported, clock_back) VALUES ($1, $2, $3, "
                      "$4, $5, $6) ON CONFLICT (origin) DO "
                      "UPDATE SET name = excluded.name, seq = excluded.seq, signature = excluded.signature, imported = "
                      "excluded.imported, "
                      "clock_back = excluded.clock_back",
                      S_ARGS(S_Z(out->file.origin), S_Z(out->file.name), S_INT(out->file.to), S_Z(out->file.signature),
                             S_TIME(store_now(tx)), S_INT(out->file.clock_back)),
                      err));
  return LEDGER_TELL(tx, who, "merge.imported", "", err, "origin", out->file.origin, "from", VG_N(out->file.from), "to",
                     VG_N(out->file.to), "fresh", VG_N(out->fresh), "signature", out->file.signature);
}

vg_code merge_trust(struct store_tx *tx, const struct actor *who, vg_str name, vg_str key, struct vg_err *err) {
  unsigned char raw[VG_KEY_SIZE];
  char text[MERGE_KEY];
  key = vg_str_trim(key);
  if (vg_str_trim(name).n == 0 || name.n > 100 || !vg_utf8_ok(name) || !vg_unhex(key, raw, sizeof raw))
    return VG_FAIL(err, VG_EDATA, "merge.key");
  vg_hex(text, raw, sizeof raw);
  vg_code rc = store_exec(tx,
                          "INSERT INTO merge_peer (origin, name, trusted) VALUES ($1, $2, $3) ON CONFLICT (origin) DO "
                          "UPDATE SET name = excluded.name, "
                          "ended = NULL",
                          S_ARGS(S_Z(text), S_STR(name), S_TIME(store_now(tx))), err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "merge.peer_exists", VG_T(name));
  VG_TRY(rc);
  return LEDGER_TELL(tx, who, "merge.trusted", "", err, "name", VG_T(name), "origin", text);
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
  VG_TRY(store_query(tx, &q,
                     "SELECT p.name, p.origin, p.trusted, p.ended, h.imported, COALESCE(h.seq, 0), "
                     "COALESCE(h.clock_back, 0) FROM merge_peer p "
                     "LEFT JOIN merge_head h ON h.origin = p.origin ORDER BY p.name",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct merge_peer p = {.name = store_str(q, 0),
                           .origin = store_str(q, 1),
                           .trusted = store_time(q, 2),
                           .ended = store_time(q, 3),
                           .imported = store_time(q, 4),
                           .seq = store_int(q, 5),
                           .clock_back = store_int(q, 6)};
    rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
