#include "cli/show.h"

#include <stdio.h>

extern const struct cli_command cmd_case_show;

struct shown {
  struct show s;
  struct store_tx *tx;
};

static vg_code offence_row(void *ctx, const struct offence *o, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "code", o->code);
    vg_jw_kstr(s->w, "text", o->text);
    vg_jw_kstr(s->w, "label", o->label_fr);
    vg_jw_kint(s->w, "prison_years", o->prison_years);
    vg_jw_kint(s->w, "fine_eur", o->fine_eur);
    vg_jw_kstr(s->w, "circumstance", o->circumstance);
    vg_jw_kstr(s->w, "natinf", o->natinf);
    vg_jw_ktime(s->w, "since", o->since);
    vg_jw_kstr(s->w, "verified", o->verified);
    vg_jw_kstr(s->w, "to_check", o->doubt);
    vg_jw_kstr(s->w, "source", o->source);
    vg_jw_end(s->w);
    return VG_OK;
  }
  struct vg_buf penalty, doubt;
  vg_buf_init(&penalty, 512);
  vg_buf_init(&doubt, 1024);
  if (o->prison_years)
    vg_msg(&penalty, s->c->lang, "cli.penalty",
           (const char *const[]){VG_N(o->prison_years), VG_G(s->c->lang, o->fine_eur), NULL});
  else
    vg_buf_str(&penalty, o->circumstance);
  casework_doubt(&doubt, s->c->lang, o->doubt);
  cli_table_cell(t, o->text);
  cli_table_cell(t, o->label_fr);
  cli_table_cellz(t, vg_buf_text(&penalty));
  cli_table_cellz(t, vg_buf_text(&doubt));
  vg_buf_fini(&penalty);
  vg_buf_fini(&doubt);
  return VG_OK;
}

static vg_code exhibit_row(void *ctx, const struct exhibit *e, struct vg_err *err) {
  struct shown *x = ctx;
  struct exhibit_state state;
  VG_TRY(casework_exhibit_state(x->tx, e->id, &state, err));
  struct cli_table *t = show_row(&x->s);
  if (!t) {
    struct show inner = {.c = x->s.c, .w = x->s.w};
    vg_jw_obj(x->s.w);
    vg_jw_kz(x->s.w, "id", e->pid.s);
    vg_jw_kz(x->s.w, "ref", e->ref);
    vg_jw_kz(x->s.w, "description", e->description);
    vg_jw_kz(x->s.w, "medium", e->medium);
    vg_jw_kz(x->s.w, "serial", e->serial);
    vg_jw_kz(x->s.w, "seal", state.seal);
    vg_jw_kint(x->s.w, "seal_version", state.seal_version);
    vg_jw_kbool(x->s.w, "seal_open", state.open);
    vg_jw_kz(x->s.w, "holder", state.holder);
    VG_TRY(show_custody(&inner, x->tx, e->id, err));
    vg_jw_end(x->s.w);
    return VG_OK;
  }
  char id[48];
  snprintf(id, sizeof id, "cli.custody.%s", state.what);
  const char *what = vg_msg_text(x->s.c->lang, id);
  const char *cells[] = {e->ref, e->description, e->medium, e->serial, state.seal, what ? what : "", state.holder};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(t, cells[i]);
  return VG_OK;
}

/* Copies of the case's exhibits, from the view that the evidence room publishes. */
static vg_code images(struct show *s, struct store_tx *tx, const char *ref, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.at",    "cli.col.exhibit", "cli.col.path",
                                        "cli.col.bytes", "cli.col.sha256",  "cli.col.bad"};
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      "SELECT pid, exhibit_ref, path, bytes, sha256, bad_sectors, made FROM evidence_v_image WHERE case_ref = $1 ORDER BY id",
      S_ARGS(S_Z(ref)), err));
  show_list(s, "images", "cli.show.images", heading, VG_COUNT(heading));
  while (store_next(q)) {
    struct cli_table *t = show_row(s);
    if (!t) {
      vg_jw_obj(s->w);
      vg_jw_kstr(s->w, "id", store_str(q, 0));
      vg_jw_kstr(s->w, "exhibit", store_str(q, 1));
      vg_jw_kstr(s->w, "path", store_str(q, 2));
      vg_jw_kint(s->w, "bytes", store_int(q, 3));
      vg_jw_kstr(s->w, "sha256", store_str(q, 4));
      vg_jw_kint(s->w, "bad_sectors", store_int(q, 5));
      vg_jw_ktime(s->w, "made", store_time(q, 6));
      vg_jw_end(s->w);
      continue;
    }
    cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, store_time(q, 6)));
    cli_table_cell(t, store_str(q, 1));
    cli_table_cell(t, store_str(q, 2));
    cli_table_cell_int(t, store_int(q, 3));
    cli_table_cell(t, vg_str_sub(store_str(q, 4), 0, 16));
    cli_table_cell_int(t, store_int(q, 5));
  }
  show_end(s);
  return store_done(&q, err);
}

static vg_code analyses(struct show *s, struct store_tx *tx, const char *ref, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.at",   "cli.col.exhibit",  "cli.col.files", "cli.col.deleted",
                                        "cli.col.hits", "cli.col.problems", "cli.col.by",    "cli.col.analysed_on"};
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      "SELECT r.pid, r.exhibit_ref, r.files, r.deleted, r.hits, r.problems, r.made, r.whole, COALESCE(p.name, "
      "r.made_by), r.pack, r.rules, r.origin, COALESCE(o.name, ''), r.attached_sha256 FROM analysis_v_run r LEFT JOIN "
      "territory_v_name p ON p.pid = r.made_by LEFT JOIN merge_v_origin o ON o.origin = r.origin WHERE r.case_ref = $1 "
      "ORDER BY r.id",
      S_ARGS(S_Z(ref)), err));
  show_list(s, "analyses", "cli.show.analyses", heading, VG_COUNT(heading));
  while (store_next(q)) {
    struct cli_table *t = show_row(s);
    if (!t) {
      static const char *const keys[] = {"files", "deleted", "hits", "problems"};
      vg_jw_obj(s->w);
      vg_jw_kstr(s->w, "id", store_str(q, 0));
      vg_jw_kstr(s->w, "exhibit", store_str(q, 1));
      for (int i = 0; i < 4; i++)
        vg_jw_kint(s->w, keys[i], store_int(q, 2 + i));
      vg_jw_ktime(s->w, "made", store_time(q, 6));
      vg_jw_kstr(s->w, "by", store_str(q, 8));
      vg_jw_kstr(s->w, "pack", store_str(q, 9));
      vg_jw_kint(s->w, "rules", store_int(q, 10));
      vg_jw_kstr(s->w, "origin", store_str(q, 11));
      vg_jw_kstr(s->w, "instance", store_str(q, 12));
      vg_jw_kbool(s->w, "findings_here", store_int(q, 7) != 0);
      vg_jw_kstr(s->w, "findings_sha256", store_str(q, 13));
      vg_jw_end(s->w);
      continue;
    }
    cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, store_time(q, 6)));
    cli_table_cell(t, store_str(q, 1));
    for (int i = 0; i < 4; i++)
      cli_table_cell_int(t, store_int(q, 2 + i));
    cli_table_cell(t, store_str(q, 8));
    if (!store_int(q, 7))
      cli_table_cellz(t, vg_msg_text(s->c->lang, "cli.show.analyses.bare"));
    else
      cli_table_cell(t, store_str(q, 12));
  }
  show_end(s);
  return store_done(&q, err);
}

static vg_code party_row(void *ctx, const struct party *p, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  const vg_str v[] = {p->name, p->category, p->basis, p->detail};
  static const char *const keys[] = {"name", "category", "basis", "detail"};
  (void)err;
  if (!t)
    vg_jw_obj(s->w);
  for (size_t i = 0; i < VG_COUNT(v); i++)
    if (t)
      cli_table_cell(t, v[i]);
    else
      vg_jw_kstr(s->w, keys[i], v[i]);
  if (!t)
    vg_jw_end(s->w);
  return VG_OK;
}

static vg_code finding_row(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kz(s->w, "id", f->pid.s);
    vg_jw_kstr(s->w, "type", f->type);
    vg_jw_kstr(s->w, "text", f->text);
    vg_jw_kstr(s->w, "source", f->source);
    vg_jw_kstr(s->w, "exhibit", f->exhibit);
    vg_jw_kstr(s->w, "author", f->author);
    vg_jw_ktime(s->w, "from", f->from);
    vg_jw_ktime(s->w, "until", f->until);
    vg_jw_kstr(s->w, "precision", f->precision);
    vg_jw_ktime(s->w, "withdrawn", f->withdrawn);
    vg_jw_end(s->w);
    return VG_OK;
  }
  char type[48];
  vg_str_copy(type, sizeof type, VG_STR("dossier.type."));
  vg_str_copy(type + 13, sizeof type - 13, f->type);
  const char *word = vg_msg_text(s->c->lang, type);
  cli_table_cellz(t, f->withdrawn != VG_NOTIME ? vg_msg_text(s->c->lang, "cli.finding.withdrawn") : word ? word : "");
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, f->from));
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, f->until));
  cli_table_cell(t, f->text);
  cli_table_cell(t, f->source);
  cli_table_cellz(t, f->pid.s);
  return VG_OK;
}

static vg_code act_row(void *ctx, const struct act *a, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  const char *v[] = {a->ref, a->kind, a->state, a->frame, a->exhibit_ref, a->authority_ref};
  static const char *const keys[] = {"ref", "kind", "state", "frame", "exhibit", "authority_ref"};
  static const char *const stem[] = {NULL, "cli.act.kind.", "cli.act.state.", "server.frame.", NULL, NULL};
  (void)err;
  if (!t)
    vg_jw_obj(s->w);
  for (size_t i = 0; i < VG_COUNT(v); i++)
    if (t)
      cli_table_cellz(t, stem[i] ? show_word(s->c, stem[i], vg_str_z(v[i])) : v[i]);
    else
      vg_jw_kz(s->w, keys[i], v[i]);
  if (!t)
    vg_jw_end(s->w);
  return VG_OK;
}

/* What people entered: parties, acts, findings. */
static vg_code entered(struct show *s, struct store_tx *tx, int64_t case_id, struct vg_err *err) {
  static const char *const party[] = {"cli.col.name", "cli.col.kind", "cli.party.basis", "cli.party.detail"};
  static const char *const act[] = {"cli.col.ref",   "cli.col.kind",    "cli.col.state",
                                    "cli.col.frame", "cli.col.exhibit", "cli.act.authority_ref"};
  static const char *const finding[] = {"cli.col.kind", "cli.finding.from",   "cli.finding.until",
                                        "cli.col.text", "cli.finding.source", "cli.col.id"};
  show_list(s, "parties", "cli.show.parties", party, VG_COUNT(party));
  vg_code rc = casework_each_party(tx, case_id, party_row, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "acts", "cli.show.acts", act, VG_COUNT(act));
  rc = casework_each_act(tx, case_id, act_row, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "findings", "cli.show.findings", finding, VG_COUNT(finding));
  rc = casework_each_finding(tx, case_id, finding_row, s, err);
  show_end(s);
  return rc;
}

static void head(struct show *s, const struct affair *a, const struct incident *in) {
  show_text(s, "cli.col.ref", "ref", vg_str_z(a->ref));
  show_text(s, "cli.col.name", "organisation", vg_str_z(a->org_name));
  show_text(s, "cli.col.zone", "zone", vg_str_z(a->zone));
  if (s->w)
    vg_jw_kz(s->w, "state", a->state);
  show_line(s, "cli.col.state", vg_str_z(show_word(s->c, "cli.case_state.", vg_str_z(a->state))));
  show_code(s, "cli.col.frame", "frame", "server.frame.", vg_str_z(a->frame));
  show_text(s, "cli.col.tlp", "tlp", vg_str_z(a->tlp));
  show_time(s, "cli.col.opened", "opened", a->opened);
  show_text(s, "cli.col.incident", "incident", vg_str_z(in->pid.s));
  show_code(s, "cli.col.kind", "kind", "server.kind.", vg_str_z(in->kind));
  show_text(s, "cli.col.summary", "summary", vg_str_z(in->summary));
  show_times_told(s, in);
}

static vg_code lists(struct shown *x, struct store_tx *tx, const struct affair *a, const struct incident *in,
                     struct vg_err *err) {
  static const char *const offence[] = {"cli.col.text", "cli.col.label", "cli.col.penalty", "cli.col.check"};
  static const char *const exhibit[] = {"cli.col.ref",  "cli.col.description", "cli.col.medium", "cli.col.serial",
                                        "cli.col.seal", "cli.col.what",        "cli.col.holder"};
  struct show *s = &x->s;
  VG_TRY(show_clocks(s, tx, in->id, err));
  show_list(s, "offences", "cli.show.offences", offence, VG_COUNT(offence));
  vg_code rc = casework_each_charge(tx, a->id, offence_row, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "exhibits", "cli.show.exhibits", exhibit, VG_COUNT(exhibit));
  rc = casework_each_exhibit(tx, a->id, exhibit_row, x, err);
  show_end(s);
  VG_TRY(rc);
  VG_TRY(entered(s, tx, a->id, err));
  VG_TRY(images(s, tx, a->ref, err));
  return analyses(s, tx, a->ref, err);
}

struct order {
  struct cli *c;
  const char *ref, *motive;
};

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct affair a;
  struct incident in;
  struct vg_jw w;
  struct shown x = {.s = {.c = o->c, .w = o->c->json ? &w : NULL}, .tx = tx};
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  VG_TRY(casework_incident_find(tx, vg_id_str(&a.incident), &in, err));
  show_open(&x.s);
  if (x.s.w)
    vg_jw_kz(&w, "id", a.pid.s);
  head(&x.s, &a, &in);
  VG_TRY(show_frame(&x.s, tx, &a, err));
  VG_TRY(lists(&x, tx, &a, &in, err));
  VG_TRY(show_life(&x.s, tx, who, a.id, err));
  show_close(&x.s);
  return VG_OK;
}

/* The object that it was imported from, byte by byte. */
static vg_code received(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct vg_buf raw;
  vg_buf_init(&raw, 65 << 20);
  vg_code rc = casework_imported(tx, who, vg_str_z(o->ref), &raw, err);
  if (rc == VG_OK)
    fwrite(raw.p, 1, raw.n, stdout);
  vg_buf_fini(&raw);
  return rc;
}

static int run(struct cli *c, int argc, char **argv) {
  bool as_received = false;
  struct order o = {.c = c};
  const struct cli_option options[] = {{"received", CLI_FLAG, &as_received}, {"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_case_show, argc, argv, options, "REF", &o.ref);
  return status != CLI_OK ? cli_parsed(status)
                          : cli_read_inquiry(c, o.ref, o.motive, as_received ? received : show, &o);
}

const struct cli_command cmd_case_show = {"case show", "cli.case_show", "cli.case_show.usage", run};
