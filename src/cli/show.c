#include "cli/show.h"

#include "base/fold.h"

#include <stdio.h>
#include <string.h>

void show_open(struct show *s) {
  if (!s->w)
    return;
  cli_json_begin(s->c, s->w);
  vg_jw_obj(s->w);
}

void show_close(struct show *s) {
  if (!s->w)
    return;
  vg_jw_end(s->w);
  cli_json_end(s->c);
}

void show_list(struct show *s, const char *key, const char *title, const char *const *heading, size_t columns) {
  s->title = title;
  s->heading = heading;
  s->columns = columns;
  if (s->w) {
    vg_jw_key(s->w, key);
    vg_jw_arr(s->w);
  }
}

struct cli_table *show_row(struct show *s) {
  if (s->w)
    return NULL;
  if (!s->table) {
    printf("\n");
    CLI_SAY(s->c, s->title);
    s->table = cli_table_new(s->c, s->heading, s->columns);
  }
  return s->table;
}

void show_end(struct show *s) {
  if (s->w)
    vg_jw_end(s->w);
  if (s->table)
    cli_table_print(s->table);
  s->table = NULL;
}

/* Control bytes never reach the terminal. */
static void clean(vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char ch = (unsigned char)s.p[i];
    putchar(ch < 0x20 || ch == 0x7f ? '?' : ch);
  }
}

void show_line(struct show *s, const char *label, vg_str value) {
  if (s->w || value.n == 0)
    return;
  const char *text = vg_msg_text(s->c->lang, label);
  printf("%s%s ", text ? text : label, s->c->lang == VG_FR ? "\xc2\xa0:" : ":");
  clean(value);
  putchar('\n');
}

void show_text(struct show *s, const char *label, const char *key, vg_str value) {
  if (s->w)
    vg_jw_kstr(s->w, key, value);
  show_line(s, label, value);
}

void show_time(struct show *s, const char *label, const char *key, vg_time t) {
  if (s->w)
    vg_jw_ktime(s->w, key, t);
  show_line(s, label, vg_str_z(cli_time((char[VG_TIME_TEXT]){0}, s->c, t)));
}

void show_times_told(struct show *s, const struct incident *in) {
  vg_time told[2];
  static const char *const label[] = {"cli.col.happened", "cli.col.known"}, *const key[] = {"happened", "known"};
  casework_times_told(in, &told[0], &told[1]);
  for (size_t i = 0; i < VG_COUNT(told); i++)
    if (told[i] != VG_NOTIME)
      show_time(s, label[i], key[i], told[i]);
    else {
      if (s->w)
        vg_jw_ktime(s->w, key[i], VG_NOTIME);
      show_line(s, label[i], vg_str_z(vg_msg_text(s->c->lang, "dossier.time.unknown")));
    }
}

const char *show_word(const struct cli *c, const char *stem, vg_str code) {
  const char *text = vg_msg_word(c->lang, stem, code);
  return text ? text : "";
}

const char *show_wordz(const struct cli *c, const char *stem, const char *code) {
  const char *word = show_word(c, stem, vg_str_z(code));
  return word[0] ? word : code;
}

static vg_code clock_row(void *ctx, const struct legal_clock *k, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "code", k->code);
    vg_jw_kstr(s->w, "state", k->state);
    vg_jw_ktime(s->w, "due", k->due);
    vg_jw_ktime(s->w, "done", k->done);
    vg_jw_kbool(s->w, "late", k->late);
    vg_jw_kstr(s->w, "duty", k->duty_fr);
    vg_jw_kstr(s->w, "effect", k->effect_fr);
    vg_jw_kstr(s->w, "reason", k->reason);
    vg_jw_kstr(s->w, "to_check", k->doubt);
    vg_jw_kstr(s->w, "source", k->source);
    vg_jw_end(s->w);
    return VG_OK;
  }
  struct vg_buf doubt, state;
  vg_buf_init(&doubt, 1024);
  vg_buf_init(&state, 256);
  casework_doubt(&doubt, s->c->lang, k->doubt);
  casework_clock_state(&state, s->c->lang, k, vg_now(&s->c->clock));
  cli_table_cell(t, k->code);
  cli_table_cellz(t, vg_buf_text(&state));
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, k->due));
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, k->done));
  cli_table_cell(t, casework_clock_duty(s->c->lang, k));
  cli_table_cell(t, k->reason);
  cli_table_cellz(t, vg_buf_text(&doubt));
  vg_buf_fini(&state);
  vg_buf_fini(&doubt);
  return VG_OK;
}

/* What missing those that run means, below the table; n counts them. */
struct missed {
  struct cli *c;
  size_t n;
};
static vg_code missed_line(void *ctx, const struct legal_clock *k, struct vg_err *err) {
  struct missed *m = ctx;
  const char *text = casework_clock_missed(m->c->lang, k);
  (void)err;
  if (!text)
    return VG_OK;
  m->n++;
  printf("%.*s%s %s\n", (int)k->code.n, k->code.p, m->c->lang == VG_FR ? "\u00a0:" : ":", text);
  return VG_OK;
}

vg_code show_clocks(struct show *s, struct store_tx *tx, int64_t incident, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.code", "cli.col.state",  "cli.col.due",  "cli.col.done",
                                        "cli.col.duty", "cli.col.reason", "cli.col.check"};
  show_list(s, "clocks", "cli.show.clocks", heading, VG_COUNT(heading));
  struct missed missed = {.c = s->c};
  vg_code rc = casework_each_clock(tx, incident, clock_row, s, err);
  show_end(s);
  if (rc == VG_OK && !s->w)
    rc = casework_each_clock(tx, incident, missed_line, &missed, err);
  if (missed.n)
    CLI_SAY(s->c, "casework.clock.hours");
  return rc;
}

/* Left out, and counted. */
void show_code(struct show *s, const char *label, const char *key, const char *stem, vg_str code) {
  const char *word = stem ? show_word(s->c, stem, code) : "";
  if (s->w || !word[0])
    show_text(s, label, key, code);
  else
    show_line(s, label, vg_str_z(word));
}

const struct show_words show_verdicts = {"server.verdict.", {"malicious", "suspicious", "benign", "unknown"}},
                        show_kinds = {"server.kind.",
                                      {"ransomware", "data-leak", "intrusion", "phishing", "fraud", "denial-of-service",
                                       "other"}},
                        show_roles = {"server.role.",
                                      {"referent", "analyst", "investigator", "responder", "partner", "company",
                                       "reservist", "admin"}},
                        show_frames = {"server.frame.",
                                       {"flagrance", "preliminary", "rogatory", "intelligence", "prevention"}};

bool show_same_words(const char *a, const char *b) {
  struct vg_buf one, other;
  vg_buf_init(&one, 4096);
  vg_buf_init(&other, 4096);
  vg_fold_words(&one, vg_str_z(a));
  vg_fold_words(&other, vg_str_z(b));
  bool same = one.n > 0 && vg_str_eq(vg_buf_view(&one), vg_buf_view(&other));
  vg_buf_fini(&one);
  vg_buf_fini(&other);
  return same;
}

int show_pick(struct cli *c, const struct cli_command *command, const struct show_words *of, const char **word) {
  struct vg_buf all, said;
  vg_buf_init(&all, 4096);
  vg_buf_init(&said, 8192);
  for (size_t i = 0; i < VG_COUNT(of->codes) && of->codes[i]; i++) {
    const char *code = of->codes[i], *local = show_wordz(c, of->stem, code);
    if (!strcmp(*word, code) || show_same_words(*word, local)) {
      *word = code;
      vg_buf_fini(&all);
      return CLI_OK;
    }
    vg_buf_fmt(&all, show_same_words(code, local) ? "%s%s" : "%s%s (%s)", i ? ", " : "", code, local);
  }
  vg_msg(&said, c->lang, "cli.not_among", (const char *[]){*word, vg_buf_text(&all), NULL});
  int status = cli_usage(c, command, "cli.said", vg_buf_text(&said));
  vg_buf_fini(&all);
  vg_buf_fini(&said);
  return status;
}

int show_regime(struct cli *c, const struct cli_command *command, const char *name, const char *motive,
                enum regime *out) {
  if (!casework_regime_by_name(vg_str_z(name), out) || *out == REGIME_ANY)
    return cli_usage(c, command, "cli.bad_value", name);
  if (*out == REGIME_PREVENTION && motive)
    return cli_usage(c, command, "cli.missing", "--regime both");
  return *out == REGIME_BOTH && !motive ? cli_usage(c, command, "cli.missing", "--motive") : CLI_OK;
}

struct combining {
  const char *motive;
};
static vg_code combine(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct combining *k = ctx;
  return casework_combine(tx, who, who->id.s, vg_str_z(k->motive), err);
}

int show_combine(struct cli *c, enum regime of, const char *motive) {
  if (of == REGIME_PREVENTION)
    return CLI_OK;
  int status = of == REGIME_BOTH ? cli_write(c, combine, &(struct combining){motive}) : CLI_OK;
  return status == CLI_OK ? cli_consult_many(c, motive) : status;
}

struct listed {
  struct show_listing *v;
  show_reader *read;
};

static vg_code listed(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct listed *x = ctx;
  x->v->l.tx = tx;
  x->v->l.who = who;
  if (x->v->s.regime == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, who->id.s, err));
  return x->read(x->v, err);
}

int show_listed(struct show_listing *v, const char *const *heading, size_t columns, show_reader *read) {
  struct cli *c = v->l.c;
  v->l.table = c->json ? NULL : cli_table_new(c, heading, columns);
  int status = cli_read(c, listed, &(struct listed){v, read});
  if (v->l.table)
    cli_table_print(v->l.table);
  return cli_list_more(&v->l, show_left_out(c, &v->s, status));
}

int show_left_out(struct cli *c, const struct show *s, int status) {
  if (status == CLI_OK && s->apart)
    CLI_NOTE(c, "cli.org_show.apart", VG_N(s->apart));
  return status;
}

bool show_apart(struct show *s, enum regime of) {
  bool out = of != REGIME_ANY && s->regime != REGIME_ANY && s->regime != REGIME_BOTH && s->regime != of;
  s->apart += out;
  return out;
}

static vg_code case_row(void *ctx, const struct affair *a, struct vg_err *err) {
  struct show *s = ctx;
  enum regime of = casework_frame_regime(vg_str_z(a->frame));
  (void)err;
  if (show_apart(s, of))
    return VG_OK;
  struct cli_table *t = show_row(s);
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kz(s->w, "id", a->pid.s);
    vg_jw_kz(s->w, "ref", a->ref);
    vg_jw_kz(s->w, "frame", a->frame);
    vg_jw_kz(s->w, "regime", casework_regime_name(of));
    vg_jw_ktime(s->w, "opened", a->opened);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cellz(t, a->ref);
  cli_table_cellz(t, show_wordz(s->c, "server.frame.", a->frame));
  cli_table_cellz(t, show_word(s->c, "cli.regime.", vg_str_z(casework_regime_name(of))));
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, a->opened));
  return VG_OK;
}

vg_code show_cases(struct show *s, struct store_tx *tx, const struct actor *who, int64_t org, int64_t incident,
                   struct vg_err *err) {
  static const char *const heading[] = {"cli.col.ref", "cli.col.frame", "cli.col.regime", "cli.col.opened"};
  show_list(s, "cases", "cli.show.cases", heading, VG_COUNT(heading));
  vg_code rc = casework_each_case_of(tx, who, org, incident, case_row, s, err);
  show_end(s);
  return rc;
}

static vg_code incident_row(void *ctx, const struct incident *in, struct vg_err *err) {
  struct show *s = ctx;
  (void)err;
  if (show_apart(s, in->regime))
    return VG_OK;
  struct cli_table *t = show_row(s);
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kz(s->w, "id", in->pid.s);
    vg_jw_kz(s->w, "kind", in->kind);
    vg_jw_kz(s->w, "summary", in->summary);
    vg_jw_kz(s->w, "regime", casework_regime_name(in->regime));
    vg_jw_ktime(s->w, "known", in->known);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cellz(t, in->pid.s);
  cli_table_cellz(t, show_wordz(s->c, "server.kind.", in->kind));
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, in->known));
  cli_table_cellz(t, in->summary);
  cli_table_cellz(t, show_word(s->c, "cli.regime.", vg_str_z(casework_regime_name(in->regime))));
  return VG_OK;
}

vg_code show_incidents(struct show *s, struct store_tx *tx, const struct actor *who, int64_t org, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.id", "cli.col.kind", "cli.col.known", "cli.col.summary",
                                        "cli.col.regime"};
  show_list(s, "incidents", "cli.show.incidents", heading, VG_COUNT(heading));
  vg_code rc = casework_each_incident(tx, who, org, incident_row, s, err);
  show_end(s);
  return rc;
}

static vg_code custody_row(void *ctx, const struct custody *k, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_ktime(s->w, "at", k->at);
    vg_jw_kstr(s->w, "what", k->what);
    vg_jw_kstr(s->w, "seal", k->seal);
    vg_jw_kstr(s->w, "by", k->person_name);
    vg_jw_kstr(s->w, "holder", k->holder);
    vg_jw_kstr(s->w, "place", k->place);
    vg_jw_kstr(s->w, "reason", k->reason);
    vg_jw_kstr(s->w, "sha256", k->sha256);
    vg_jw_end(s->w);
    return VG_OK;
  }
  char id[48];
  snprintf(id, sizeof id, "cli.custody.%.*s", (int)k->what.n, k->what.p);
  const char *what = vg_msg_text(s->c->lang, id);
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, k->at));
  cli_table_cellz(t, what ? what : "");
  const vg_str cells[] = {k->seal, k->person_name, k->holder, k->place, k->reason, vg_str_sub(k->sha256, 0, 16)};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cell(t, cells[i]);
  return VG_OK;
}

vg_code show_custody(struct show *s, struct store_tx *tx, int64_t exhibit, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.at",     "cli.col.what",  "cli.col.seal",   "cli.col.by",
                                        "cli.col.holder", "cli.col.place", "cli.col.reason", "cli.col.sha256"};
  show_list(s, "custody", "cli.show.custody", heading, VG_COUNT(heading));
  vg_code rc = casework_each_custody(tx, exhibit, custody_row, s, err);
  show_end(s);
  return rc;
}

int show_id(struct cli *c, const char *id) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.case_file.done", id);
    return CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", id);
  vg_jw_end(&w);
  cli_json_end(c);
  return CLI_OK;
}
