/* The log as a journal: what each entry did to data, who did it, why, and for whom (directive (UE) 2016/680, article
 * 25). */
#include "ledger/ledger.h"

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

/* By the entry's kind, "room.what"; what is not named here changes records. */
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
  const struct ledger_search *s;
  ledger_sink *sink;
  void *ctx;
  int64_t found, scanned, last;
};

static vg_code consider(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct looking *l = ctx;
  const struct ledger_search *s = l->s;
  l->scanned++;
  l->last = e->index;
  if ((s->act >= 0 && ledger_act_of(e->kind) != s->act) || (s->actor.n && !vg_str_eq(s->actor, e->actor)) ||
      (s->recipient.n && !vg_str_eq(ledger_body_text(e->body, "recipient"), s->recipient)) ||
      (s->from != VG_NOTIME && e->time < s->from) || (s->to != VG_NOTIME && e->time >= s->to) || l->found == s->limit)
    return VG_OK;
  l->found++;
  return l->sink(l->ctx, e, err);
}

vg_code ledger_find(struct store_tx *tx, const struct ledger_search *s, ledger_sink *sink, void *ctx, int64_t *next,
                    struct vg_err *err) {
  struct looking l = {.s = s, .sink = sink, .ctx = ctx, .last = -1};
  int64_t before = s->before;
  *next = -1;
  /* In pieces: an answer comes early when it can, and no search reads for ever. */
  while (l.found < s->limit && l.scanned < SCAN_MAX) {
    int64_t had = l.scanned;
    VG_TRY(ledger_entries(tx, before, -1000,
                          s->subject.n ? vg_str_copy((char[VG_ID_MAX]){0}, VG_ID_MAX, s->subject) : NULL, consider, &l,
                          err));
    if (l.scanned == had || l.last == 0)
      return VG_OK;
    before = l.last - 1;
  }
  *next = before;
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
