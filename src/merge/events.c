/* What was done here, written down; and the file of it. */
#include "base/jsonw.h"
#include "merge/merge_internal.h"

#include <stdio.h>
#include <string.h>

enum { SALT = 16, PROOFS = 16 };

void merge_digest(vg_str line, char out[static MERGE_HEX]) {
  unsigned char hash[VG_SHA256_SIZE];
  vg_sha256(line.p, line.n, hash);
  vg_hex(out, hash, sizeof hash);
}

void merge_chain(const char *prev, const char *digest, char out[static MERGE_HEX]) {
  char both[2 * MERGE_HEX];
  vg_str_copy(both, MERGE_HEX, vg_str_z(prev));
  both[MERGE_HEX - 1] = '\n';
  vg_str_copy(both + MERGE_HEX, MERGE_HEX, vg_str_z(digest));
  merge_digest(vg_str_n(both, sizeof both - 1), out);
}

void merge_statement(struct vg_buf *out, vg_str origin, int64_t seq, const char *hash) {
  vg_buf_z(out, "vigie-events-1\n");
  vg_buf_str(out, origin);
  vg_buf_fmt(out, "\n%lld\n%s\n", (long long)seq, hash);
}

void merge_key_text(const struct vg_key *k, char out[static MERGE_KEY]) {
  unsigned char pub[VG_KEY_SIZE];
  vg_key_public(k, pub);
  vg_hex(out, pub, sizeof pub);
}

vg_code merge_last(struct store_tx *tx, vg_str origin, int64_t *seq, struct vg_err *err) {
  return store_get_int(tx, seq, "SELECT COALESCE(MAX(seq), 0) FROM merge_event WHERE origin = $1",
                       S_ARGS(S_STR(origin)), err);
}

vg_code merge_own(struct store_tx *tx, int64_t *seq, struct vg_err *err) {
  return merge_last(tx, VG_STR(""), seq, err);
}

vg_code merge_known(struct store_tx *tx, vg_str origin, int64_t seq, char hash[static MERGE_HEX], struct vg_err *err) {
  struct store_rows *q;
  vg_str_copy(hash, MERGE_HEX, VG_STR(MERGE_FIRST));
  if (seq == 0)
    return VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT hash FROM merge_event WHERE origin = $1 AND seq = $2",
                     S_ARGS(S_STR(origin), S_INT(seq)), err));
  bool found = store_next(q);
  if (found)
    vg_str_copy(hash, MERGE_HEX, store_str(q, 0));
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_ENOTFOUND;
}

vg_code merge_keep(struct store_tx *tx, vg_str origin, const struct merge_event *e, const char *why,
                   struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO merge_event (origin, seq, hash, line, why, at) VALUES ($1, $2, $3, $4, $5, $6) ON "
                    "CONFLICT (origin, seq) DO UPDATE SET line = excluded.line, why = excluded.why, at = excluded.at",
                    S_ARGS(S_STR(origin), S_INT(e->seq), S_Z(e->hash), S_STR(e->line), S_Z(why),
                           S_TIME(e->prev.n ? VG_NOTIME : e->time)),
                    err);
}

char *merge_time_text(char out[static VG_TIME_TEXT], vg_time t) {
  out[0] = 0;
  if (t == VG_NOTIME)
    return out;
  int64_t part = (t % VG_SECOND + VG_SECOND) % VG_SECOND;
  size_t n = strlen(vg_time_text(out, t - part, false)) - 1; /* without the Z */
  snprintf(out + n, VG_TIME_TEXT - n, ".%09lldZ", (long long)part);
  return out;
}

void merge_put_time(struct vg_jw *w, const char *key, vg_time t) {
  char text[VG_TIME_TEXT];
  if (t == VG_NOTIME) {
    vg_jw_key(w, key);
    vg_jw_null(w);
  } else {
    vg_jw_kz(w, key, merge_time_text(text, t));
  }
}

static void write_event(struct store_tx *tx, struct vg_buf *line, const struct actor *who, int64_t seq,
                        const char *kind, const char *subject, vg_str body) {
  unsigned char random[SALT];
  char salt[2 * SALT + 1];
  struct vg_jw w;
  vg_random(random, sizeof random);
  vg_jw_init(&w, line);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "seq", seq);
  merge_put_time(&w, "time", store_now(tx));
  vg_jw_kz(&w, "kind", kind);
  vg_jw_kz(&w, "subject", subject);
  vg_jw_key(&w, "actor");
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", who->id.s);
  vg_jw_kz(&w, "name", who->name);
  vg_jw_end(&w);
  vg_jw_key(&w, "body");
  vg_jw_raw(&w, body);
  vg_jw_kz(&w, "salt", vg_hex(salt, random, sizeof random));
  vg_jw_end(&w);
}

/* Where this instance's chain of events stands. */
struct chain {
  int64_t seq;
  char hash[MERGE_HEX];
};

static vg_code chain_lock(struct store_tx *tx, struct chain *c, struct vg_err *err) {
  VG_TRY(ledger_lock(tx, err)); /* two who write at once number their events one after the other */
  VG_TRY(merge_own(tx, &c->seq, err));
  return merge_known(tx, VG_STR(""), c->seq, c->hash, err);
}

/* The next event's line into the emptied buffer. */
static vg_code chain_add(struct store_tx *tx, struct chain *c, const struct actor *who, const char *kind,
                         const char *subject, vg_str body, struct vg_buf *line, struct vg_err *err) {
  char prev[MERGE_HEX], digest[MERGE_HEX];
  vg_buf_reset(line);
  write_event(tx, line, who, ++c->seq, kind, subject, body);
  VG_TRY(vg_buf_check(line, err));
  vg_str_copy(prev, sizeof prev, vg_str_z(c->hash));
  merge_digest(vg_buf_view(line), digest);
  merge_chain(prev, digest, c->hash);
  return VG_OK;
}

/* The number is the first member of a line of ours. */
vg_code merge_again(struct store_tx *tx, vg_str line, vg_str why, vg_time at, struct vg_err *err) {
  const vg_str head = VG_STR("{\"seq\":");
  struct chain c;
  struct vg_buf moved;
  char prev[MERGE_HEX], digest[MERGE_HEX], reason[16];
  VG_TRY(chain_lock(tx, &c, err));
  vg_buf_init(&moved, MERGE_LINE_MAX + 32);
  c.seq++;
  bool whole = why.n == 0;
  if (whole) {
    VG_ASSERT(vg_str_starts(line, head));
    vg_buf_str(&moved, head);
    vg_buf_fmt(&moved, "%lld", (long long)c.seq);
    vg_buf_str(&moved, vg_str_sub(line, vg_str_find_byte(line, ',', 0), line.n));
  } else {
    vg_buf_str(&moved, line);
  }
  vg_code rc = vg_buf_check(&moved, err);
  vg_str_copy(digest, sizeof digest, vg_buf_view(&moved));
  if (whole)
    merge_digest(vg_buf_view(&moved), digest);
  vg_str_copy(prev, sizeof prev, vg_str_z(c.hash));
  merge_chain(prev, digest, c.hash);
  struct merge_event e = {.seq = c.seq, .time = at, .line = vg_buf_view(&moved)};
  vg_str_copy(e.hash, sizeof e.hash, vg_str_z(c.hash));
  if (rc == VG_OK)
    rc = merge_keep(tx, VG_STR(""), &e, vg_str_copy(reason, sizeof reason, why), err);
  vg_buf_fini(&moved);
  return rc;
}

vg_code merge_note(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject, vg_str body,
                   struct vg_err *err) {
  struct chain c;
  struct vg_buf line;
  VG_TRY(chain_lock(tx, &c, err));
  vg_buf_init(&line, MERGE_LINE_MAX);
  vg_code rc = chain_add(tx, &c, who, kind, subject, body, &line, err);
  if (rc == VG_OK) {
    struct merge_event e = {.seq = c.seq, .time = store_now(tx), .line = vg_buf_view(&line)};
    vg_str_copy(e.hash, sizeof e.hash, vg_str_z(c.hash));
    rc = merge_keep(tx, VG_STR(""), &e, "", err);
  }
  if (rc == VG_OK)
    rc = merge_remember(tx, vg_str_z(who->id.s), vg_str_z(who->name), err);
  vg_buf_fini(&line);
  return rc;
}

static vg_code chain_all(struct store_tx *tx, const struct actor *who, const struct store_later *notes,
                         struct store_later *rows, struct vg_err *err) {
  struct store_arg note[STORE_LATER_ARGS];
  char kind[64], subject[VG_ID_MAX];
  struct chain c;
  struct vg_buf line;
  size_t at = 0;
  VG_TRY(chain_lock(tx, &c, err));
  vg_buf_init(&line, MERGE_LINE_MAX);
  vg_code rc = VG_OK;
  while (rc == VG_OK && store_later_next(notes, &at, note)) {
    vg_str_copy(kind, sizeof kind, note[0].s);
    vg_str_copy(subject, sizeof subject, note[1].s);
    rc = chain_add(tx, &c, who, kind, subject, note[2].s, &line, err);
    store_later_row(
        rows, S_ARGS(S_Z(""), S_INT(c.seq), S_Z(c.hash), S_STR(vg_buf_view(&line)), S_Z(""), S_TIME(store_now(tx))));
  }
  vg_buf_fini(&line);
  return rc;
}

vg_code merge_note_all(struct store_tx *tx, const struct actor *who, struct store_later *notes, struct vg_err *err) {
  struct store_later rows;
  store_later_init(&rows);
  vg_code rc = store_later_check(notes, err);
  if (rc == VG_OK)
    rc = chain_all(tx, who, notes, &rows, err);
  if (rc == VG_OK)
    rc = store_later_put(
        tx, &rows, "INSERT INTO merge_event (origin, seq, hash, line, why, at) VALUES ($1, $2, $3, $4, $5, $6)", err);
  if (rc == VG_OK)
    rc = merge_remember(tx, vg_str_z(who->id.s), vg_str_z(who->name), err);
  store_later_reset(notes);
  store_later_fini(&rows);
  return rc;
}

/* --- the file --- */

struct giving {
  struct store_tx *tx;
  const struct vg_key *own;
  const struct merge_order *o;
  struct vg_json *json;
  struct vg_buf *out;
  int64_t last;
  char key[MERGE_KEY], hash[MERGE_HEX];
};

static vg_code drained(struct giving *g, struct vg_err *err) {
  VG_TRY(vg_buf_check(g->out, err));
  return g->o->drain && g->out->n > MERGE_LINE_MAX ? g->o->drain(g->o->drain_ctx, g->out, err) : VG_OK;
}

static vg_code give_row(void *ctx, vg_str line, struct vg_err *err) {
  struct giving *g = ctx;
  vg_buf_str(g->out, line);
  vg_buf_byte(g->out, '\n');
  return drained(g, err);
}

static void withheld(struct vg_buf *out, int64_t seq, vg_str digest) {
  struct vg_jw w;
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "seq", seq);
  vg_jw_kstr(&w, "withheld", digest);
  vg_jw_end(&w);
}

static vg_code one_line(struct giving *g, int64_t seq, vg_str line, bool whole, struct vg_err *err) {
  struct merge_event e;
  char digest[MERGE_HEX];
  vg_jv root;
  bool known = false, keep = true;
  if (!whole) {
    withheld(g->out, seq, line);
  } else if (g->o->withhold || g->o->rooms) {
    VG_TRY(vg_json_parse(g->json, line, &root, err));
    known = merge_parse(root, line, &e);
    keep = !known || !g->o->withhold || !g->o->withhold(g->o->ctx, &e);
    if (!keep && e.prev.n)
      return VG_FAIL(err, VG_ESTATE, "merge.old_line", VG_N(seq));
    merge_digest(line, digest);
    if (keep)
      vg_buf_str(g->out, line);
    else
      withheld(g->out, seq, vg_str_z(digest));
  } else {
    vg_buf_str(g->out, line);
  }
  vg_buf_z(g->out, "\n");
  VG_TRY(drained(g, err));
  return known && keep && g->o->rooms ? merge_attached_give(g->tx, g->o->rooms, &e, give_row, g, err) : VG_OK;
}

/* Programs before version 3 know no rows behind an event. */
static vg_code version(struct giving *g, int64_t *v, struct vg_err *err) {
  int64_t any = 0;
  if (g->o->rooms)
    VG_TRY(store_get_int(g->tx, &any,
                         "SELECT COUNT(*) FROM merge_event WHERE origin = $1 AND seq >= $2 AND why = '' AND line LIKE "
                         "'%\"attached_sha256\":\"%'",
                         S_ARGS(S_STR(g->o->origin), S_INT(g->o->from)), err));
  *v = any ? 3 : 2;
  return VG_OK;
}

static vg_code lines(struct giving *g, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(g->tx, &q,
                     "SELECT seq, hash, line, why FROM merge_event WHERE origin = $1 AND seq >= $2 ORDER BY seq",
                     S_ARGS(S_STR(g->o->origin), S_INT(g->o->from)), err));
  while (rc == VG_OK && store_next(q)) {
    g->last = store_int(q, 0);
    vg_str_copy(g->hash, sizeof g->hash, store_str(q, 1));
    rc = one_line(g, g->last, store_str(q, 2), store_str(q, 3).n == 0, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* The signed head: made now for what is ours, the one that came for what is another's. */
static vg_code signature(struct giving *g, struct vg_buf *out, struct vg_err *err) {
  struct vg_buf said;
  unsigned char sig[VG_SIG_SIZE];
  if (g->o->origin.n)
    return store_get_text(g->tx, out, "SELECT signature FROM merge_head WHERE origin = $1 AND seq = $2",
                          S_ARGS(S_STR(g->o->origin), S_INT(g->last)), err);
  vg_buf_init(&said, 4096);
  merge_statement(&said, vg_str_z(g->key), g->last, g->hash);
  vg_code rc = vg_buf_check(&said, err);
  if (rc == VG_OK)
    rc = vg_key_sign(g->own, vg_buf_view(&said), sig, err);
  vg_base64(out, vg_str_n((const char *)sig, sizeof sig));
  vg_buf_fini(&said);
  return rc;
}

/* Proofs that the ledger only grew since the sizes that were told before. */
static vg_code proofs(struct giving *g, int64_t size, struct vg_jw *w, struct vg_err *err) {
  int64_t told[PROOFS];
  struct store_rows *q;
  struct vg_buf proof, text;
  size_t n = 0;
  vg_code rc = VG_OK;
  VG_TRY(store_query(g->tx, &q, "SELECT size FROM merge_told WHERE size < $1 ORDER BY size DESC LIMIT 16",
                     S_ARGS(S_INT(size)), err));
  while (n < PROOFS && store_next(q))
    told[n++] = store_int(q, 0);
  VG_TRY(store_done(&q, err));
  vg_buf_init(&proof, 1 << 16);
  vg_buf_init(&text, 1 << 17);
  for (size_t i = 0; rc == VG_OK && i < n; i++) {
    vg_buf_reset(&proof);
    vg_buf_reset(&text);
    rc = ledger_consistency(g->tx, told[i], size, &proof, err);
    vg_base64(&text, vg_buf_view(&proof));
    vg_jw_obj(w);
    vg_jw_kint(w, "size", told[i]);
    vg_jw_kstr(w, "proof", vg_buf_view(&text));
    vg_jw_end(w);
  }
  vg_buf_fini(&proof);
  vg_buf_fini(&text);
  return rc;
}

static vg_code checkpoint(struct giving *g, struct vg_jw *w, struct vg_err *err) {
  struct vg_buf note;
  unsigned char root[LEDGER_HASH];
  int64_t size = 0;
  bool ok, ours = g->o->origin.n == 0;
  vg_buf_init(&note, 4096);
  vg_code rc = ours ? ledger_checkpoint(g->tx, &note, NULL)
                    : store_get_text(g->tx, &note, "SELECT note FROM merge_ledger WHERE origin = $1",
                                     S_ARGS(S_STR(g->o->origin)), NULL);
  if (rc == VG_OK && note.n) {
    vg_jw_kstr(w, "checkpoint", vg_buf_view(&note));
    if (ours && ledger_note_read(vg_buf_view(&note), NULL, &size, root, &ok)) {
      vg_jw_key(w, "proofs");
      vg_jw_arr(w);
      rc = proofs(g, size, w, err);
      vg_jw_end(w);
      if (rc == VG_OK)
        rc = store_exec(g->tx, "INSERT INTO merge_told (size) VALUES ($1) ON CONFLICT (size) DO NOTHING",
                        S_ARGS(S_INT(size)), err);
    }
  }
  vg_buf_fini(&note);
  return rc == VG_ENOTFOUND ? VG_OK : rc;
}

static vg_code tail(struct giving *g, struct vg_err *err) {
  struct vg_buf sig;
  struct vg_jw w;
  vg_buf_init(&sig, 4096);
  vg_code rc = signature(g, &sig, err);
  vg_jw_init(&w, g->out);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "seq", g->last);
  vg_jw_kz(&w, "hash", g->hash);
  vg_jw_kstr(&w, "signature", vg_buf_view(&sig));
  if (rc == VG_OK)
    rc = checkpoint(g, &w, err);
  vg_jw_end(&w);
  vg_buf_z(g->out, "\n");
  vg_buf_fini(&sig);
  return rc;
}

vg_code merge_export(struct store_tx *tx, const struct vg_key *own, const struct merge_order *order, struct vg_buf *out,
                     struct vg_err *err) {
  struct merge_order o = *order;
  struct giving g = {.tx = tx, .own = own, .o = &o, .out = out};
  char prev[MERGE_HEX];
  struct vg_jw w;
  int64_t v;
  if (!o.origin.p)
    o.origin = VG_STR("");
  merge_key_text(own, g.key);
  if (o.origin.n)
    vg_str_copy(g.key, sizeof g.key, o.origin);
  vg_code rc = merge_known(tx, o.origin, o.from - 1, prev, err);
  if (rc == VG_ENOTFOUND)
    return VG_FAIL(err, rc, "merge.nothing", VG_N(o.from));
  VG_TRY(rc);
  VG_TRY(version(&g, &v, err));
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "vigie", "events");
  vg_jw_kint(&w, "version", v);
  vg_jw_kz(&w, "origin", g.key);
  vg_jw_kstr(&w, "name", o.origin.n ? VG_STR("") : vg_key_name(own));
  vg_jw_kint(&w, "from", o.from);
  vg_jw_kz(&w, "prev", prev);
  vg_jw_end(&w);
  vg_buf_z(out, "\n");
  VG_TRY(vg_json_new(&g.json, err));
  rc = lines(&g, err);
  vg_json_free(g.json);
  VG_TRY(rc);
  if (!g.last)
    return VG_FAIL(err, VG_ENOTFOUND, "merge.nothing", VG_N(o.from));
  VG_TRY(tail(&g, err));
  if (!o.origin.n)
    VG_TRY(
        store_exec(tx, "INSERT INTO merge_given (seq) VALUES ($1) ON CONFLICT DO NOTHING", S_ARGS(S_INT(g.last)), err));
  if (o.given)
    *o.given = g.last - o.from + 1;
  return vg_buf_check(out, err);
}
