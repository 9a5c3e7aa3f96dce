/* What the log's full blocks hold, kept beside them: who acted, how, and to whom it went. */
#include "base/grow.h"
#include "ledger/ledger.h"
#include "ledger/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

void summary_init(struct summary *s) {
  *s = (struct summary){.v = NULL};
  vg_buf_init(&s->text, LEDGER_BLOCK << 20);
}

void summary_fini(struct summary *s) {
  vg_buf_fini(&s->text);
  free(s->v);
}

void summary_reset(struct summary *s) {
  vg_buf_reset(&s->text);
  s->n = 0;
  s->entries = 0;
}

vg_str summary_who(const struct summary *s, const struct part *p) {
  return vg_str_sub(vg_buf_view(&s->text), p->at, p->n);
}

static vg_code mark(struct summary *s, int what, vg_str who, struct vg_err *err) {
  size_t i = 0;
  while (i < s->n && !(s->v[i].what == what && vg_str_eq(summary_who(s, &s->v[i]), who)))
    i++;
  if (i == s->n) {
    if (!VG_GROW(s->v, s->n, s->cap, 16))
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    s->v[s->n++] = (struct part){.what = what, .at = s->text.n, .n = who.n};
    vg_buf_str(&s->text, who);
    VG_TRY(vg_buf_check(&s->text, err));
  }
  s->v[i].bits[s->entries / 8] |= (unsigned char)(1 << s->entries % 8);
  return VG_OK;
}

vg_code summary_add(struct summary *s, const struct ledger_entry *e, struct vg_err *err) {
  int act = ledger_act_of(e->kind);
  vg_str to = ledger_body_text(e->body, "recipient");
  VG_ASSERT(s->entries < LEDGER_BLOCK);
  VG_TRY(mark(s, PART_ALL, e->actor, err));
  VG_TRY(mark(s, act, e->actor, err));
  VG_TRY(mark(s, act, VG_STR(""), err));
  if (to.n)
    VG_TRY(mark(s, PART_RECIPIENT, to, err));
  s->since = s->entries == 0 || e->time < s->since ? e->time : s->since;
  s->until = s->entries == 0 || e->time > s->until ? e->time : s->until;
  s->entries++;
  return VG_OK;
}

struct reading {
  struct summary *s;
  bool bad; /* no text: damaged */
};

static vg_code add_entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct reading *r = ctx;
  r->bad |= !vg_utf8_ok(e->actor) || !vg_utf8_ok(ledger_body_text(e->body, "recipient"));
  return r->bad ? VG_OK : summary_add(r->s, e, err);
}

/* *whole false: an entry is missing or cannot be read. */
static vg_code summarise(struct store_tx *tx, int64_t block, struct summary *s, bool *whole, struct vg_err *err) {
  struct reading r = {.s = s};
  summary_reset(s);
  vg_code rc = ledger_entries(tx, block * LEDGER_BLOCK, LEDGER_BLOCK, NULL, add_entry, &r, err);
  *whole = rc == VG_OK && !r.bad && s->entries == LEDGER_BLOCK;
  if (rc == VG_EDATA) {
    vg_err_clear(err);
    rc = VG_OK;
  }
  return rc;
}

static vg_code keep(struct store_tx *tx, int64_t block, const struct summary *s, bool recipients_only,
                    struct vg_err *err) {
  for (size_t i = 0; i < s->n; i++) {
    const struct part *p = &s->v[i];
    if (recipients_only && p->what != PART_RECIPIENT)
      continue;
    VG_TRY(store_exec(tx, "INSERT INTO ledger_part (what, who, block, bits) VALUES ($1, $2, $3, $4)",
                      S_ARGS(S_INT(p->what), S_STR(summary_who(s, p)), S_INT(block),
                             S_BYTES(vg_str_n((const char *)p->bits, PART_BYTES))),
                      err));
  }
  return VG_OK;
}

vg_code ledger_parts_kept(struct store_tx *tx, int64_t *blocks, struct vg_err *err) {
  return store_get_int(tx, blocks, "SELECT COALESCE(MAX(block), -1) + 1 FROM ledger_span", S_NOARGS, err);
}

static vg_code write_block(struct store_tx *tx, int64_t block, struct summary *s, bool *whole, struct vg_err *err) {
  VG_TRY(summarise(tx, block, s, whole, err));
  if (!*whole)
    return VG_OK;
  VG_TRY(store_exec(tx, "INSERT INTO ledger_span (block, since, until) VALUES ($1, $2, $3)",
                    S_ARGS(S_INT(block), S_TIME(s->since), S_TIME(s->until)), err));
  return keep(tx, block, s, false, err);
}

/* Of a log that is damaged there the rest is not kept: questions read its leaves, and verification tells. */
vg_code ledger_parts_write(struct store_tx *tx, int64_t size, int64_t most, struct vg_err *err) {
  struct summary s;
  int64_t block;
  bool whole = true;
  VG_TRY(ledger_parts_kept(tx, &block, err));
  int64_t end = size / LEDGER_BLOCK < block + most ? size / LEDGER_BLOCK : block + most;
  vg_code rc = VG_OK;
  summary_init(&s);
  for (; rc == VG_OK && whole && block < end; block++)
    rc = write_block(tx, block, &s, &whole, err);
  summary_fini(&s);
  return rc;
}

static vg_code forget_some(struct store_tx *tx, int64_t block, int64_t kept, struct summary *s, struct vg_err *err) {
  bool whole;
  if (block >= kept)
    return VG_OK;
  VG_TRY(summarise(tx, block, s, &whole, err));
  return whole ? keep(tx, block, s, true, err) : VG_OK;
}

vg_code ledger_parts_forget(struct store_tx *tx, int64_t from, int64_t to, struct vg_err *err) {
  int64_t first = from / LEDGER_BLOCK, last = to / LEDGER_BLOCK, kept, rows;
  struct summary s;
  VG_TRY(store_change(tx, &rows, "DELETE FROM ledger_part WHERE what = 6 AND block BETWEEN $1 AND $2",
                      S_ARGS(S_INT(first), S_INT(last)), err));
  if (!rows)
    return VG_OK;
  VG_TRY(ledger_parts_kept(tx, &kept, err));
  summary_init(&s);
  vg_code rc = forget_some(tx, first, kept, &s, err);
  if (rc == VG_OK && last != first)
    rc = forget_some(tx, last, kept, &s, err);
  summary_fini(&s);
  return rc;
}

/* $1 block, $2 to, $3 from, $4 how many, $5 what, $6 who, $7 recipient. */
#define SPANS "FROM ledger_span s "
#define PARTS SPANS "JOIN ledger_part p ON p.block = s.block AND p.what = $5 AND p.who = $6 "
#define TO "JOIN ledger_part r ON r.block = s.block AND r.what = 6 AND r.who = $7 "
#define IN_TIME "WHERE s.block <= $1 AND s.since < $2 AND s.until >= $3 ORDER BY s.block DESC LIMIT $4"

static void both(struct store_rows *q, int columns, unsigned char bits[static PART_BYTES]) {
  memset(bits, 0xff, PART_BYTES);
  for (int c = 1; c <= columns; c++) {
    vg_str kept = store_str(q, c);
    for (size_t i = 0; i < PART_BYTES; i++)
      bits[i] &= i < kept.n ? (unsigned char)kept.p[i] : 0;
  }
}

vg_code ledger_parts_find(struct store_tx *tx, const struct ledger_search *s, int64_t block, part_sink *sink, void *ctx,
                          struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  bool some = s->act >= 0 || s->actor.n, to = s->recipient.n != 0;
  int64_t what = some ? s->act >= 0 ? s->act : PART_ALL : PART_RECIPIENT;
  vg_str who = some ? s->actor : s->recipient;
  const struct store_arg args[] = {S_INT(block),
                                   S_TIME(s->to == VG_NOTIME ? INT64_MAX : s->to),
                                   S_TIME(s->from == VG_NOTIME ? INT64_MIN + 1 : s->from),
                                   S_INT(PARTS_PIECE),
                                   S_INT(what),
                                   S_STR(who.p ? who : VG_STR("")),
                                   S_STR(s->recipient)};
  int columns = some + to;
  const char *sql = columns == 2   ? "SELECT s.block, p.bits, r.bits " PARTS TO IN_TIME
                    : columns == 1 ? "SELECT s.block, p.bits " PARTS IN_TIME
                                   : "SELECT s.block " SPANS IN_TIME;
  VG_TRY(store_query(tx, &q, sql, (struct store_args){args, columns == 2 ? 7 : columns == 1 ? 6 : 4}, err));
  while (rc == VG_OK && store_next(q)) {
    unsigned char bits[PART_BYTES];
    both(q, columns, bits);
    rc = sink(ctx, store_int(q, 0), bits, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
