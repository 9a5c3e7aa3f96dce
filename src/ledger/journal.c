/* The log as a journal: what each entry did to data, who did it, why, and for whom (directive (UE) 2016/680, article
 * 25). */
#include "ledger/ledger.h"
#include "ledger/ledger_internal.h"

#include <string.h>

enum { SCAN_MAX = 200000 };

static const char *const acts[] = {"collect", "alter", "consult", "disclose", "combine", "erase"};

const char *ledger_act_name(int act) { return act >= 0 && act < (int)VG_COUNT(acts) ? acts[act] : ""; }

bool ledger_act_by_name(vg_str name, int *out) {
  for (size_t i = 0; i < VG_COUNT(acts); i++)
    if (vg_str_eqz(name, acts[i])) {
      *out = (int)i;
      return true;
    }
  return false;
}

/* By the entry's kind, "room.what"; what is not named here changes records. ledger_part keeps what comes out: whoever
 * names another kind here empties it and ledger_span in a step. */
int ledger_act_of(vg_str kind) {
  static const struct {
    const char *kind;
    int act;
  } table[] = {{"journal.consulted", LEDGER_CONSULT},  {"journal.combined", LEDGER_COMBINE},
               {"share.listed", LEDGER_CONSULT},       {"share.released", LEDGER_DISCLOSE},
               {"share.refused", LEDGER_DISCLOSE},     {"share.closed", LEDGER_DISCLOSE},
               {"content.published", LEDGER_DISCLOSE}, {"intel.exported", LEDGER_DISCLOSE},
               {"ledger.exported", LEDGER_DISCLOSE},   {"match.packed", LEDGER_DISCLOSE},
               {"share.received", LEDGER_COLLECT},     {"intel.imported", LEDGER_COLLECT},
               {"evidence.acquired", LEDGER_COLLECT},  {"exhibit.received", LEDGER_COLLECT},
               {"incident.added", LEDGER_COLLECT},     {"sighting.recorded", LEDGER_COLLECT},
               {"analysis.done", LEDGER_COLLECT},      {"watch.promoted", LEDGER_COLLECT},
               {"org.added", LEDGER_COLLECT},          {"person.added", LEDGER_COLLECT},
               {"merge.imported", LEDGER_COLLECT},     {"merge.exported", LEDGER_DISCLOSE},
               {"exercise.counted", LEDGER_COLLECT},   {"case.erased", LEDGER_ERASE},
               {"ledger.body_erased", LEDGER_ERASE},   {"merge.text_erased", LEDGER_ERASE},
               {"case.imported", LEDGER_COLLECT},      {"org.contact_erased", LEDGER_ERASE},
               {"incident.erased", LEDGER_ERASE},      {"action.attendee_withdrawn", LEDGER_ERASE}};
  for (size_t i = 0; i < VG_COUNT(table); i++)
    if (vg_str_eqz(kind, table[i].kind))
      return table[i].act;
  return LEDGER_ALTER;
}

/* A text of the body, which is canonical: "key":"value" with no blanks. Escapes are left as they are. */
vg_str ledger_body_text(vg_str body, const char *key) {
  size_t n = strlen(key);
  for (size_t at = 0; (at = vg_str_find(body, vg_str_z(key), at)) != SIZE_MAX; at += n) {
    if (at == 0 || body.p[at - 1] != '"' || !vg_str_starts(vg_str_sub(body, at + n, 3), VG_STR("\":\"")))
      continue;
    size_t from = at + n + 3, end = from;
    while (end < body.n && body.p[end] != '"')
      end += body.p[end] == '\\' ? 2 : 1;
    return vg_str_sub(body, from, end - from);
  }
  return VG_STR("");
}

struct looking {
  struct store_tx *tx;
  const struct ledger_search *s;
  ledger_sink *sink;
  void *ctx;
  int64_t found, scanned, last; /* the last entry that was looked at */
  int64_t floor;                /* the older ones are found by their blocks */
  int64_t block;                /* the one that `bits` are of */
  const unsigned char *bits;
};

static bool looked_enough(const struct looking *l) { return l->found == l->s->limit || l->scanned >= SCAN_MAX; }

static vg_code consider(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct looking *l = ctx;
  const struct ledger_search *s = l->s;
  if (looked_enough(l) || e->index < l->floor)
    return VG_OK;
  l->scanned++;
  l->last = e->index;
  if ((s->act >= 0 && ledger_act_of(e->kind) != s->act) || (s->actor.n && !vg_str_eq(s->actor, e->actor)) ||
      (s->recipient.n && !vg_str_eq(ledger_body_text(e->body, "recipient"), s->recipient)) ||
      (s->from != VG_NOTIME && e->time < s->from) || (s->to != VG_NOTIME && e->time >= s->to))
    return VG_OK;
  l->found++;
  return l->sink(l->ctx, e, err);
}

/* Entry by entry, in pieces: an answer comes early when it can, and no search reads for ever. */
static vg_code look_through(struct looking *l, int64_t before, struct vg_err *err) {
  const struct ledger_search *s = l->s;
  char subject[VG_ID_MAX];
  while (!looked_enough(l)) {
    int64_t had = l->scanned, piece = before < 0 ? LEDGER_BLOCK : before - l->floor + 1;
    piece = piece < 1000 ? piece : 1000;
    if (piece > 0)
      VG_TRY(ledger_entries(l->tx, before, -piece,
                            s->subject.n ? vg_str_copy(subject, sizeof subject, s->subject) : NULL, consider, l, err));
    if (l->scanned == had || l->last <= l->floor)
      return VG_OK;
    before = l->last - 1;
  }
  return VG_OK;
}

static bool has_bit(const unsigned char *bits, int64_t at) { return bits[at / 8] >> at % 8 & 1; }

static vg_code consider_marked(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct looking *l = ctx;
  return has_bit(l->bits, e->index - l->block * LEDGER_BLOCK) ? consider(l, e, err) : VG_OK;
}

/* Newest first: one by one where they are far between. */
static vg_code look_into(void *ctx, int64_t block, const unsigned char *bits, struct vg_err *err) {
  struct looking *l = ctx;
  int64_t before = l->s->before, low = -1, high = -1, marked = 0;
  l->block = block;
  l->bits = bits;
  for (int64_t at = 0; at < LEDGER_BLOCK; at++) {
    if (!has_bit(bits, at) || (before >= 0 && block * LEDGER_BLOCK + at > before))
      continue;
    low = low < 0 ? at : low;
    high = at;
    marked++;
  }
  bool far = marked * 8 < high - low;
  if (!far && marked)
    return ledger_entries(l->tx, block * LEDGER_BLOCK + high, low - high - 1, NULL, consider_marked, l, err);
  for (int64_t at = high; marked && at >= low && !looked_enough(l); at--)
    if (has_bit(bits, at))
      VG_TRY(ledger_entries(l->tx, block * LEDGER_BLOCK + at, 1, NULL, consider, l, err));
  return VG_OK;
}

struct piece {
  struct looking *l;
  int64_t n, oldest;
};

static vg_code look_into_next(void *ctx, int64_t block, const unsigned char *bits, struct vg_err *err) {
  struct piece *p = ctx;
  p->n++;
  p->oldest = block;
  return looked_enough(p->l) ? VG_OK : look_into(p->l, block, bits, err);
}

static vg_code look_in_blocks(struct looking *l, int64_t block, struct vg_err *err) {
  struct piece p = {.l = l, .n = PARTS_PIECE, .oldest = block + 1};
  l->floor = 0;
  while (p.n == PARTS_PIECE && !looked_enough(l)) {
    p.n = 0;
    VG_TRY(ledger_parts_find(l->tx, l->s, p.oldest - 1, look_into_next, &p, err));
  }
  return VG_OK;
}

vg_code ledger_find(struct store_tx *tx, const struct ledger_search *s, ledger_sink *sink, void *ctx, int64_t *next,
                    struct vg_err *err) {
  struct looking l = {.tx = tx, .s = s, .sink = sink, .ctx = ctx, .last = -1};
  int64_t blocks = 0;
  *next = -1;
  if (!s->subject.n)
    VG_TRY(ledger_parts_kept(tx, &blocks, err));
  l.floor = blocks * LEDGER_BLOCK;
  if (s->before < 0 || s->before >= l.floor)
    VG_TRY(look_through(&l, s->before, err));
  if (blocks && !looked_enough(&l))
    VG_TRY(look_in_blocks(&l, s->before >= 0 && s->before < l.floor ? s->before / LEDGER_BLOCK : blocks - 1, err));
  if (looked_enough(&l))
    *next = l.last - 1;
  return VG_OK;
}

static vg_code explained(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                         const char *other, vg_str motive, struct vg_err *err) {
  char why[1024];
  if (!vg_str_trim(motive).n)
    return VG_FAIL(err, VG_EUSAGE, "ledger.motive");
  VG_TRY(vg_str_keep(why, sizeof why, motive, "ledger.motive_long", err));
  return other ? LEDGER_TELL(tx, who, kind, subject, err, "with", other, "motive", why)
               : LEDGER_TELL(tx, who, kind, subject, err, "motive", why);
}

vg_code ledger_consulted(struct store_tx *tx, const struct actor *who, const char *subject, const char *sought,
                         vg_str motive, struct vg_err *err) {
  return explained(tx, who, "journal.consulted", subject, sought, motive, err);
}

vg_code ledger_combined(struct store_tx *tx, const struct actor *who, const char *subject, const char *other,
                        vg_str motive, struct vg_err *err) {
  if (who->organisation)
    return VG_FAIL(err, VG_EDENIED, "ledger.combine_denied", who->name);
  return explained(tx, who, "journal.combined", subject, other, motive, err);
}

void ledger_disclosure(struct vg_jw *w, const struct ledger_disclosure *d) {
  VG_ASSERT(d->recipient && d->motive);
  vg_jw_kz(w, "recipient", d->recipient);
  vg_jw_kz(w, "motive", d->motive);
  vg_jw_kz(w, "convention", d->convention);
  vg_jw_kz(w, "tlp", d->tlp);
  vg_jw_kz(w, "pap", d->pap);
  vg_jw_kint(w, "count", d->count);
}

static bool words_ok(const char *words) {
  enum { WORDS_MAX = 300 };
  vg_str s = vg_str_z(words);
  return !words || (vg_str_trim(s).n > 0 && s.n <= WORDS_MAX && vg_utf8_ok(s));
}

vg_code ledger_whom(const struct actor *who, const char *usual, const struct ledger_whom *said,
                    struct ledger_disclosure *out, struct vg_err *err) {
  if (!words_ok(said->recipient) || !words_ok(said->motive))
    return VG_FAIL(err, VG_EUSAGE, "ledger.whom");
  out->recipient = said->recipient ? said->recipient : who->id.s;
  out->motive = said->motive ? said->motive : usual;
  return VG_OK;
}
