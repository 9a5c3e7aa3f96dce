#include "dossier/dossier_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static const struct {
  const char *name;
  vg_code (*write)(struct draft *d, struct vg_err *err);
} kinds[] = {{"pv", part_pv},
             {"report", part_report},
             {"inventory", part_inventory},
             {"handover", part_handover},
             {"summary", part_summary},
             {"complaint", part_complaint},
             {"sheet", part_sheet}};

bool dossier_of_incident(enum dossier_kind k) { return k == DOSSIER_COMPLAINT || k == DOSSIER_SHEET; }

bool dossier_by_name(vg_str name, enum dossier_kind *out) {
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    if (vg_str_eqz(name, kinds[i].name)) {
      *out = (enum dossier_kind)i;
      return true;
    }
  return false;
}

vg_str dossier_words(struct draft *d, const char *const *words) {
  struct vg_buf said;
  vg_buf_init(&said, 1 << 17);
  vg_msg(&said, d->lang, words[0], words + 1);
  vg_buf_reset(&d->line);
  vg_msg_set(&d->line, d->lang, vg_buf_view(&said));
  vg_buf_fini(&said);
  return vg_str_z(vg_buf_text(&d->line));
}

const char *dossier_word(const struct draft *d, const char *stem, const char *code) {
  char id[64];
  snprintf(id, sizeof id, "%s%s", stem, code);
  const char *text = vg_msg_text(d->lang, id);
  return text ? text : code;
}

const char *dossier_person(char out[static PERSON], const struct draft *d, const struct attendee *p) {
  char role[24];
  snprintf(out, PERSON, "%.250s, %s%s%s%s%.250s", VG_T(p->name),
           dossier_word(d, "cli.act.role.", vg_str_copy(role, sizeof role, p->role)), p->subordinate ? " " : "",
           p->subordinate ? vg_msg_text(d->lang, "server.act.subordinate") : "", p->quality.n ? ", " : "",
           VG_T(p->quality));
  return out;
}

const char *dossier_quality(char out[static PERSON], const struct draft *d, const struct act *a) {
  const char *quality = dossier_word(d, "server.act.quality.", a->quality);
  snprintf(out, PERSON, a->oath[0] ? "%s (%s)" : "%s", quality, a->oath);
  return out;
}

/* The day of an RFC 3339 time as people write it; room for it is sure. */
static int put_day(char *out, size_t cap, enum vg_lang lang, const char *t) {
  return lang == VG_FR ? snprintf(out, cap, "%.2s/%.2s/%.4s", t + 8, t + 5, t) : snprintf(out, cap, "%.10s", t);
}

const char *dossier_moment(char out[static MOMENT], const struct draft *d, vg_time t) {
  char local[VG_TIME_TEXT], utc[VG_TIME_TEXT];
  if (t == VG_NOTIME)
    return "";
  vg_time_text(local, t + vg_paris_offset(t), false);
  vg_time_text(utc, t, false);
  bool same_day = memcmp(local, utc, 10) == 0;
  int n = put_day(out, MOMENT, d->lang, local);
  n += snprintf(out + n, MOMENT - (size_t)n, " %.8s (Paris), ", local + 11);
  if (!same_day) {
    n += put_day(out + n, MOMENT - (size_t)n, d->lang, utc);
    n += snprintf(out + n, MOMENT - (size_t)n, " ");
  }
  snprintf(out + n, MOMENT - (size_t)n, "%.8s UTC", utc + 11);
  return out;
}

struct lookup {
  const char *kind;
  vg_time at;
  int64_t index;
};

static vg_code compare_entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct lookup *l = ctx;
  (void)err;
  if (e->time == l->at && vg_str_eqz(e->kind, l->kind))
    l->index = e->index;
  return VG_OK;
}

vg_code dossier_entry(struct draft *d, const char *subject, const char *kind, vg_time t, int64_t *index,
                      struct vg_err *err) {
  struct lookup l = {.kind = kind, .at = t, .index = -1};
  VG_TRY(ledger_entries(d->tx, -1, -1000, subject, compare_entry, &l, err));
  *index = l.index;
  return VG_OK;
}

void dossier_statement(struct draft *d, const char *type, int64_t entry, vg_str text) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  vg_buf_str(&b, text);
  const char *word = dossier_word(d, "dossier.type.", type);
  vg_msg(&b, d->lang, entry < 0 ? "dossier.tag_none" : "dossier.tag", (const char *const[]){word, VG_N(entry), NULL});
  paper_item(d->p, vg_buf_view(&b));
  vg_buf_fini(&b);
}

static vg_code find(struct draft *d, const struct dossier_order *o, struct vg_err *err) {
  vg_str ref = o->ref;
  if (dossier_of_incident(o->kind)) {
    VG_TRY(casework_incident_see(d->tx, d->who, ref, &d->in, err));
    d->a.org = d->in.org;
    return VG_OK;
  }
  if (o->kind == DOSSIER_PV) {
    VG_TRY(casework_act_find(d->tx, o->ref, &d->act, err));
    if (d->act.started == VG_NOTIME)
      return VG_FAIL(err, VG_ESTATE, "dossier.not_started", d->act.ref);
    ref = vg_str_z(d->act.case_ref);
  }
  VG_TRY(casework_case_see(d->tx, d->who, ref, &d->a, err));
  return casework_incident_find(d->tx, vg_id_str(&d->a.incident), &d->in, err);
}

static vg_code compose(struct draft *d, const struct dossier_order *o, struct vg_buf *out, struct vg_err *err) {
  char id[48], head[512];
  bool incident = dossier_of_incident(o->kind);
  const char *frame = o->kind == DOSSIER_PV ? d->act.frame : d->a.frame; /* an act's: that of its day */
  const char *ref = incident ? d->in.org_name : o->kind == DOSSIER_PV ? d->act.ref : d->a.ref;
  snprintf(id, sizeof id, "dossier.title.%s", kinds[o->kind].name);
  vg_str_copy(head, sizeof head,
              incident ? WORDS(d, "dossier.head_incident", d->in.org_name, d->in.pid.s)
                       : WORDS(d, "dossier.head", d->a.ref, dossier_word(d, "server.frame.", frame), d->a.tlp));
  vg_str title = WORDS(d, id, ref);
  VG_TRY(paper_new(&d->p, title, vg_str_z(head), store_now(d->tx), err));
  paper_foot(d->p, WORDS(d, "dossier.foot", d->who->name, AT(d, store_now(d->tx))));
  VG_TRY(kinds[o->kind].write(d, err));
  paper_note(d->p, WORDS(d, "dossier.made_from"));
  return paper_write(d->p, o->format, out, err);
}

/* The name keeps only what every file system takes. */
static void file_name(struct dossier *made, const struct draft *d, const struct dossier_order *o) {
  char id[48];
  snprintf(id, sizeof id, "dossier.file.%s", kinds[o->kind].name);
  snprintf(made->name, sizeof made->name, "%.80s-%s.%s",
           dossier_of_incident(o->kind) ? d->in.org_name
           : o->kind == DOSSIER_PV      ? d->act.ref
                                        : d->a.ref,
           vg_msg_text(d->lang, id), paper_suffix(o->format));
  for (char *c = made->name; *c; c++)
    if (!vg_is_alnum(*c) && *c != '.' && *c != '-')
      *c = '-';
}

static vg_code keep(struct draft *d, const struct dossier_order *o, struct dossier *made, vg_str bytes,
                    struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  int64_t id;
  vg_sha256(bytes.p, bytes.n, hash);
  vg_hex(made->sha256, hash, sizeof hash);
  made->bytes = (int64_t)bytes.n;
  made->pid = vg_id_new("document", store_now(d->tx));
  file_name(made, d, o);
  VG_TRY(store_insert(
      d->tx, &id,
      "INSERT INTO dossier_document (pid, about, org, kind, name, format, sha256, bytes, content, made, made_by) "
      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) RETURNING id",
      S_ARGS(S_Z(made->pid.s), S_Z(dossier_of_incident(o->kind) ? d->in.pid.s : d->a.pid.s), S_INT(d->a.org),
             S_Z(kinds[o->kind].name), S_Z(made->name), S_Z(paper_suffix(o->format)), S_Z(made->sha256),
             S_INT(made->bytes), S_BYTES(bytes), S_TIME(store_now(d->tx)), S_Z(d->who->id.s)),
      err));
  return LEDGER_TELL(d->tx, d->who, "document.drafted", made->pid.s, err, "about",
                     dossier_of_incident(o->kind) ? d->in.pid.s : d->a.ref, "name", made->name, "sha256", made->sha256);
}

vg_code dossier_draft(struct store_tx *tx, const struct actor *who, const struct dossier_order *o, struct dossier *made,
                      struct vg_buf *out, struct vg_err *err) {
  struct draft *d = calloc(1, sizeof *d);
  vg_code rc = VG_OK;
  size_t before = out->n;
  if (!d)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  *d = (struct draft){.tx = tx, .who = who, .lang = o->lang};
  vg_buf_init(&d->line, 1 << 16);
  vg_buf_init(&d->texts, PAPER_MAX);
  VG_GO(find(d, o, err));
  VG_GO(compose(d, o, out, err));
  rc = keep(d, o, made, vg_str_n(out->p + before, out->n - before), err);
out:
  paper_free(d->p);
  vg_buf_fini(&d->line);
  vg_buf_fini(&d->texts);
  free(d->event);
  free(d);
  return rc;
}

/* Whoever may see its case or incident; asked before a byte of it is read. */
static vg_code may_read(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct vg_buf about;
  struct affair a;
  struct incident in;
  vg_buf_init(&about, VG_ID_MAX);
  vg_code rc =
      store_get_text(tx, &about, "SELECT about FROM dossier_document WHERE pid = $1", S_ARGS(S_STR(pid)), NULL);
  if (rc == VG_ENOTFOUND)
    rc = VG_FAIL(err, rc, "dossier.none", VG_T(pid));
  else if (rc == VG_OK && vg_str_eqz(vg_id_kind(vg_buf_view(&about)), "case"))
    rc = casework_case_see(tx, who, vg_buf_view(&about), &a, err);
  else if (rc == VG_OK)
    rc = casework_incident_see(tx, who, vg_buf_view(&about), &in, err);
  vg_buf_fini(&about);
  return rc;
}

vg_code dossier_get(struct store_tx *tx, const struct actor *who, vg_str pid, struct dossier *out,
                    enum paper_format *format, struct vg_buf *bytes, struct vg_err *err) {
  struct store_rows *q;
  unsigned char hash[VG_SHA256_SIZE];
  char hex[72];
  size_t before = bytes->n;
  VG_TRY(may_read(tx, who, pid, err));
  VG_TRY(store_query(tx, &q, "SELECT pid, name, sha256, format, content FROM dossier_document WHERE pid = $1",
                     S_ARGS(S_STR(pid)), err));
  bool known = false;
  if (store_next(q)) {
    out->pid = vg_id_of(store_str(q, 0));
    vg_str_copy(out->name, sizeof out->name, store_str(q, 1));
    vg_str_copy(out->sha256, sizeof out->sha256, store_str(q, 2));
    known = paper_by_suffix(store_str(q, 3), format);
    vg_buf_str(bytes, store_str(q, 4));
    out->bytes = (int64_t)(bytes->n - before);
  }
  VG_TRY(store_done(&q, err));
  VG_TRY(vg_buf_check(bytes, err));
  vg_sha256(bytes->p + before, bytes->n - before, hash);
  vg_hex(hex, hash, sizeof hash);
  return known && vg_str_eqz(vg_str_z(hex), out->sha256) ? VG_OK
                                                         : VG_FAIL(err, VG_EDAMAGE, "dossier.damaged", out->name);
}

vg_code dossier_forget(struct store_tx *tx, vg_str subjects, struct vg_buf *gone, int64_t *rows, struct vg_err *err) {
  vg_str one;
  int64_t n;
  *rows = 0;
  while (vg_str_line(&subjects, &one)) {
    if (!one.n)
      continue;
    VG_TRY(store_get_lines(tx, gone, "SELECT pid FROM dossier_document WHERE about = $1 ORDER BY id",
                           S_ARGS(S_STR(one)), err));
    VG_TRY(store_change(tx, &n, "DELETE FROM dossier_document WHERE about = $1", S_ARGS(S_STR(one)), err));
    *rows += n;
  }
  return VG_OK;
}

vg_code dossier_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err) {
  static const char *const moves[] = {"UPDATE dossier_document SET org = $2 WHERE org = $1"};
  return territory_move_rows(tx, moves, VG_COUNT(moves), gone, keep, rows, err);
}
