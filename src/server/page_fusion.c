/* Records of instances that worked apart: taking in, giving out, and what was changed on two sides, side by side. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/file.h"
#include "casework/casework.h"
#include "merge/merge.h"
#include "prevention/prevention.h"
#include "server/upload.h"

/* "state", "clock CNIL72", "incident ID". */
static void field_words(struct request *r, const struct merge_version *v) {
  vg_str name, rest;
  instance_version_field(r->lang, v, &name, &rest);
  text(r, name);
  if (!rest.n)
    return;
  RAW(r, " ");
  if (vg_id_ok(rest))
    link_id(r, rest);
  else
    text(r, rest);
}

/* Parts with a label stand in a list, the others one after the other. */
struct part_list {
  struct request *r;
  bool open;
};
static void part(void *ctx, vg_str label, vg_str said, vg_time at) {
  struct part_list *l = ctx;
  struct request *r = l->r;
  if (label.n && !l->open)
    RAW(r, "<dl>");
  l->open = l->open || label.n;
  if (label.n) {
    RAW(r, "<dt>");
    text(r, label);
    RAW(r, "</dt><dd>");
  } else {
    RAW(r, " ");
  }
  if (at != VG_NOTIME)
    when(r, at);
  else
    text(r, said);
  if (label.n)
    RAW(r, "</dd>");
}

static vg_code value_words(struct request *r, const struct merge_version *v, struct vg_err *err) {
  struct part_list l = {.r = r};
  VG_TRY(instance_version_words(r->lang, v, part, &l, err));
  if (l.open)
    RAW(r, "</dl>");
  return VG_OK;
}

/* --- conflicts: a card a field, its versions side by side --- */

struct seen_so_far {
  char field[VG_ID_MAX + 128]; /* that is open */
  int64_t fields;
  struct {
    char kind[32];
    int64_t n;
  } tally[24];
  size_t kinds;
};

static bool new_field(struct seen_so_far *k, const struct merge_version *v) {
  char field[sizeof k->field];
  snprintf(field, sizeof field, "%.*s %.*s", (int)(v->subject.n < 120 ? v->subject.n : 120), v->subject.p,
           (int)(v->field.n < 120 ? v->field.n : 120), v->field.p);
  bool fresh = strcmp(field, k->field) != 0;
  memcpy(k->field, field, sizeof field);
  return fresh;
}

static vg_code tally(void *ctx, const struct merge_version *v, struct vg_err *err) {
  struct request *r = ctx;
  struct seen_so_far *k = r->keep;
  vg_str kind = instance_version_kind(v);
  size_t i = 0;
  (void)err;
  if (!new_field(k, v))
    return VG_OK;
  k->fields++;
  while (i < k->kinds && !vg_str_eqz(kind, k->tally[i].kind))
    i++;
  if (i == VG_COUNT(k->tally))
    return VG_OK;
  if (i == k->kinds)
    vg_str_copy(k->tally[k->kinds++].kind, sizeof k->tally[0].kind, kind);
  k->tally[i].n++;
  return VG_OK;
}

static void close_field(struct request *r) {
  struct seen_so_far *k = r->keep;
  if (k->field[0])
    RAW(r, "</div></section>");
}

static void company_name(struct request *r, struct store_rows *q) {
  link_to(r, "/entreprises/", store_str(q, 0), store_str(q, 1));
}

static void person_name(struct request *r, struct store_rows *q) {
  link_to(r, "/personnes/", store_str(q, 0), store_str(q, 1));
}

static void exercise_name(struct request *r, struct store_rows *q) {
  link_to(r, "/exercices/", store_str(q, 0), store_str(q, 1));
  RAW(r, ", ");
  text(r, store_str(q, 2));
}

static void story_name(struct request *r, struct store_rows *q) {
  link_to(r, "/veille/", store_str(q, 0), store_str(q, 1));
}

static void obstacle_name(struct request *r, struct store_rows *q) {
  link_to(r, "/evaluation/obstacles/", store_str(q, 0), store_str(q, 1));
}

static void diagnosis_name(struct request *r, struct store_rows *q) {
  link_to(r, "/diagnostics/", store_str(q, 0), store_str(q, 1));
  RAW(r, " (");
  day(r, store_time(q, 2));
  RAW(r, ")");
}

/* Its link begins with what it is (link_id). */
static bool names_itself(vg_str kind) {
  static const char *const kinds[] = {"incident", "case", "exhibit", "action", "event", "qualification"};
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    if (vg_str_eqz(kind, kinds[i]))
      return true;
  return false;
}

/* A company by its name, a zone by its code, everything else by its page. */
static vg_code subject_words(struct request *r, const struct merge_version *v, struct vg_err *err) {
  vg_str subject = v->subject, kind = vg_id_kind(subject), said = instance_version_kind(v);
  if (!names_itself(kind)) {
    word(r, "server.fusion.kind.", said);
    RAW(r, " ");
  }
  if (vg_str_eqz(kind, "diagnosis"))
    return each(r, "SELECT pid, org_name, made FROM prevention_v_diagnosis WHERE pid = $1", S_ARGS(S_STR(subject)),
                diagnosis_name, err);
  if (vg_str_eqz(said, "person"))
    return each(r, "SELECT pid, name FROM territory_v_person_alias WHERE subject = $1", S_ARGS(S_STR(subject)),
                person_name, err);
  if (vg_str_eqz(kind, "identity"))
    return each(r,
                "SELECT o.pid, o.name FROM territory_v_alias a JOIN territory_v_org o ON o.id = a.org WHERE a.subject "
                "= $1",
                S_ARGS(S_STR(subject)), company_name, err);
  if (vg_str_eqz(kind, "obstacle"))
    return each(r, "SELECT pid, title FROM evaluation_v_obstacle WHERE pid = $1", S_ARGS(S_STR(subject)), obstacle_name,
                err);
  if (vg_str_eqz(kind, "watch-mark"))
    return each(r, "SELECT story, title FROM watch_v_marked WHERE subject = $1", S_ARGS(S_STR(subject)), story_name,
                err);
  if (vg_str_eqz(kind, "exercise"))
    return each(r, "SELECT pid, name, org_name FROM prevention_v_exercise WHERE pid = $1", S_ARGS(S_STR(subject)),
                exercise_name, err);
  if (kind.n)
    link_id(r, subject);
  else
    link_to(r, "/zones/", subject, subject);
  return VG_OK;
}

static vg_code open_field(struct request *r, const struct merge_version *v, struct vg_err *err) {
  RAW(r, "<section class=\"fusion\"><h3>");
  VG_TRY(subject_words(r, v, err));
  RAW(r, " · ");
  field_words(r, v);
  RAW(r, "</h3><div class=\"versions\">");
  return VG_OK;
}

static vg_code side(void *ctx, const struct merge_version *v, struct vg_err *err) {
  struct request *r = ctx;
  struct seen_so_far *k = r->keep;
  bool was_open = k->field[0] != 0, answer = vg_str_eqz(v->kind, "diagnosis.answered");
  if (new_field(k, v)) {
    if (was_open)
      RAW(r, "</div></section>");
    VG_TRY(open_field(r, v, err));
  }
  if (v->in_force)
    RAW(r, "<article class=\"version\">");
  else
    RAW(r, "<article class=\"version past\">");
  VG_TRY(value_words(r, v, err));
  RAW(r, "<p class=\"soft\">");
  text(r, v->by);
  RAW(r, " · ");
  when(r, v->at);
  if (v->shows) {
    RAW(r, " ");
    badge(r, "info", "server.fusion.shows");
  }
  RAW(r, "</p>");
  if (v->in_force && !answer) {
    form_begin(r, "/fusion", "settle");
    field_hidden(r, "version", v->uid);
    form_end(r, "server.fusion.keep", false);
  } else if (v->in_force) {
    RAW(r, "<p>");
    link_to(r, "/diagnostics/", v->subject, vg_str_z(vg_msg_text(r->lang, "server.fusion.answer")));
    RAW(r, "</p>");
  } else {
    badge(r, "mute", "server.fusion.replaced");
  }
  RAW(r, "</article>");
  return VG_OK;
}

static vg_code diagnosis_row(void *ctx, const struct diagnosis *d, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  if (!d->conflicts || territory_access(r->tx, &r->who, d->org, NULL) != VG_OK)
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/diagnostics/", vg_id_str(&d->pid), vg_str_z(d->org_name));
  cell(r);
  day(r, d->made);
  cell_n(r);
  num(r, d->conflicts);
  return VG_OK;
}

/* Which kinds there are, each a link that shows it alone. */
static void filters(struct request *r, const struct seen_so_far *k) {
  RAW(r, "<p class=\"chips\">");
  link_to(r, "/fusion", VG_STR(""), vg_str_z(vg_msg_text(r->lang, "server.fusion.all")));
  RAW(r, " ");
  num(r, k->fields);
  for (size_t i = 0; i < k->kinds; i++) {
    char id[64];
    snprintf(id, sizeof id, "server.fusion.kind.%s", k->tally[i].kind);
    const char *name = vg_msg_text(r->lang, id);
    RAW(r, " · ");
    link_to(r, "/fusion?sorte=", vg_str_z(k->tally[i].kind), vg_str_z(name ? name : k->tally[i].kind));
    RAW(r, " ");
    num(r, k->tally[i].n);
  }
  RAW(r, "</p>");
}

static vg_code number_row(void *ctx, const struct number_twice *t, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  word(r, "server.fusion.kind.", t->what);
  cell(r);
  text(r, t->number);
  cell(r);
  link_id(r, t->pid);
  cell(r);
  text(r, t->ref);
  return VG_OK;
}

static vg_code numbers(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.fusion.what", "server.fusion.number", "server.fusion.bearer",
                                     "server.fusion.called"};
  card_begin(r, "server.fusion.numbers", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.fusion.numbers.sub");
  RAW(r, "</p>");
  table_begin(r, "numeros", "server.fusion.numbers", head, VG_COUNT(head));
  VG_TRY(casework_each_twice(r->tx, &r->who, number_row, r, err));
  table_end(r, "server.fusion.numbers.none");
  card_end(r);
  return VG_OK;
}

static void entry(struct request *r, const struct org *o) {
  cell(r);
  link_to(r, "/entreprises/", vg_id_str(&o->pid), vg_str_z(o->name));
  RAW(r, "<br>");
  textz(r, o->siren);
  RAW(r, " ");
  textz(r, o->department);
}

static vg_code pair_row(void *ctx, const struct org *one, const struct org *other, struct vg_err *err) {
  static const struct choice says[] = {{"join", "server.fusion.alike.join"}, {"apart", "server.fusion.alike.apart"}};
  struct request *r = ctx;
  (void)err;
  row(r);
  entry(r, one);
  entry(r, other);
  cell(r);
  if (territory_may_invite(r->tx, &r->who, one, NULL) == VG_OK &&
      territory_may_invite(r->tx, &r->who, other, NULL) == VG_OK) {
    details_begin(r, "server.fusion.alike.say", NULL);
    form_begin(r, "/fusion", "alike");
    field_hidden(r, "one", vg_id_str(&one->pid));
    field_hidden(r, "other", vg_id_str(&other->pid));
    field_select(r, "say", "server.fusion.alike.how", says, VG_COUNT(says), "", true, NULL);
    field(r, "reason", "server.motive", "text", "", true, "territory.join_reason");
    form_end(r, "server.fusion.alike.say", false);
    RAW(r, "</details>");
  }
  return VG_OK;
}

static vg_code pairs(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.fusion.alike.one", "server.fusion.alike.other", "server.fusion.alike.say"};
  card_begin(r, "server.fusion.alike", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.fusion.alike.sub");
  RAW(r, "</p>");
  table_begin(r, "entreprises", "server.fusion.alike", head, VG_COUNT(head));
  VG_TRY(territory_each_pair(r->tx, &r->who, pair_row, r, err));
  table_end(r, "server.fusion.alike.none");
  card_end(r);
  return VG_OK;
}

static vg_code conflicts(struct request *r, struct vg_err *err) {
  static const char *const head_d[] = {"server.nav.diagnoses", "server.made", NUMBER("server.diagnosis.conflict")};
  char kind[32], past[8];
  struct seen_so_far k = {.fields = 0};
  struct conflict_query wanted = {.kind = vg_str_z(asked(r, "sorte", kind, sizeof kind)),
                                  .history = asked(r, "passe", past, sizeof past)[0] != 0};
  const struct conflict_query all = {.history = false};
  r->keep = &k;
  card_begin(r, "server.fusion.conflicts", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.fusion.conflicts.sub");
  RAW(r, "</p>");
  VG_TRY(instance_each_conflict(r->tx, &r->who, &all, tally, r, err));
  filters(r, &k);
  k.field[0] = 0;
  VG_TRY(instance_each_conflict(r->tx, &r->who, &wanted, side, r, err));
  close_field(r);
  if (k.fields == 0) {
    RAW(r, "<p>");
    msg(r, "server.fusion.none");
    RAW(r, "</p>");
  } else {
    RAW(r, "<p>");
    link_to(r, "/fusion?passe=", VG_STR("1"), vg_str_z(vg_msg_text(r->lang, "server.fusion.past")));
    RAW(r, "</p>");
  }
  card_end(r);
  VG_TRY(pairs(r, err));
  VG_TRY(numbers(r, err));
  card_begin(r, "server.fusion.diagnoses", NULL);
  table_begin(r, "diagnostics", "server.fusion.diagnoses", head_d, VG_COUNT(head_d));
  VG_TRY(prevention_each_diagnosis(r->tx, 0, diagnosis_row, r, err));
  table_end(r, "server.fusion.none");
  card_end(r);
  return VG_OK;
}

static vg_code peer_row(void *ctx, const struct merge_peer *p, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  text(r, p->name);
  RAW(r, "<br>");
  code(r, p->origin);
  cell_n(r);
  num(r, p->seq);
  cell(r);
  when(r, p->imported);
  cell(r);
  if (p->ended != VG_NOTIME)
    badge(r, "mute", "server.fusion.ended");
  else
    badge(r, "ok", "server.fusion.trusted");
  if (p->orders) {
    RAW(r, " ");
    badge(r, "info", "server.fusion.orders");
  }
  if (p->ledger_size) {
    RAW(r, " ");
    badge(r, p->ledger_proved ? "ok" : "warn", p->ledger_proved ? "server.fusion.ledger" : "server.fusion.ledger_new");
  }
  if (p->withheld) {
    RAW(r, " ");
    badge(r, "mute", "server.fusion.withheld");
  }
  if (p->clock_back) {
    RAW(r, " ");
    badge(r, "warn", "server.fusion.clock");
  }
  return VG_OK;
}

struct origins {
  struct choice of[64];
  char keys[64][MERGE_KEY], names[64][128];
  size_t n;
  bool named; /* the choice sends the name, else the key */
};

static vg_code origin(void *ctx, const struct merge_peer *p, struct vg_err *err) {
  struct origins *o = ctx;
  (void)err;
  if (o->n == VG_COUNT(o->of) || !p->seq)
    return VG_OK;
  vg_str_copy(o->keys[o->n], MERGE_KEY, p->origin);
  vg_str_copy(o->names[o->n], sizeof o->names[0], p->name);
  o->of[o->n] = (struct choice){o->named ? o->names[o->n] : o->keys[o->n], o->names[o->n]};
  o->n++;
  return VG_OK;
}

static vg_code restored_form(struct request *r, struct vg_err *err) {
  struct origins o = {.named = true};
  VG_TRY(merge_each_peer(r->tx, origin, &o, err));
  if (!o.n || territory_may_appoint(&r->who, NULL) != VG_OK)
    return VG_OK;
  details_begin(r, "server.fusion.restored", "restored");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.fusion.restored.sub");
  RAW(r, "</p>");
  form_begin(r, "/fusion", "restored");
  field_choice(r, "name", "server.name", o.of, o.n, "", "merge.no_checkpoint");
  form_end(r, "server.fusion.restored.do", false);
  RAW(r, "</details>");
  return VG_OK;
}

static vg_code peers(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.fusion.name_key", NUMBER("server.fusion.events"), "server.fusion.taken",
                                     "server.state"};
  char key[MERGE_KEY];
  int64_t seq;
  merge_key_text(instance_key(r->in), key);
  VG_TRY(merge_own(r->tx, &seq, err));
  card_begin(r, "server.fusion.peers", NULL);
  RAW(r, "<p>");
  SAY(r, "server.fusion.own", VG_N(seq));
  RAW(r, " ");
  code(r, vg_str_z(key));
  RAW(r, "</p>");
  table_begin(r, "instances", "server.fusion.peers", head, VG_COUNT(head));
  VG_TRY(merge_each_peer(r->tx, peer_row, r, err));
  table_end(r, "server.fusion.no_peer");
  details_begin(r, "server.fusion.trust", "trust");
  form_begin(r, "/fusion", "trust");
  field(r, "name", "server.name", "text", "", true, "merge.peer_exists territory.not_admin");
  field(r, "key", "server.fusion.key", "text", "", true, "merge.key");
  field_check(r, "orders", "1", vg_str_z(vg_msg_text(r->lang, "server.fusion.orders.check")), false);
  form_end(r, "server.fusion.trust.do", false);
  RAW(r, "</details>");
  VG_TRY(restored_form(r, err));
  card_end(r);
  return VG_OK;
}

static const struct choice regimes[] = {{"", "server.fusion.regime.both"},
                                        {"investigation", "server.regime.investigation"},
                                        {"prevention", "server.regime.prevention"}};

/* What was done here, or what another gave, for a third or for itself after a backup was restored. */
static vg_code origin_field(struct request *r, struct vg_err *err) {
  struct origins o = {.n = 1};
  o.of[0] = (struct choice){"", vg_msg_text(r->lang, "server.fusion.of.own")};
  VG_TRY(merge_each_peer(r->tx, origin, &o, err));
  if (o.n > 1)
    field_choice(r, "of", "server.fusion.of", o.of, o.n, "", NULL);
  return VG_OK;
}

static void still(struct request *r, const char *id, int64_t n) {
  char number[24];
  if (!n)
    return;
  RAW(r, "<p class=\"notice\">");
  SAY(r, id, vg_num_text(number, n));
  RAW(r, "</p>");
}

/* What was taken in and is not whole yet. */
static vg_code unfinished(struct request *r, struct vg_err *err) {
  int64_t waiting, bare;
  VG_TRY(merge_waits(r->tx, &waiting, err));
  VG_TRY(analysis_bare(r->tx, &bare, err));
  still(r, "server.fusion.waiting", waiting);
  still(r, "server.fusion.no_findings", bare);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  page_top(r, "server.nav.fusion", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.fusion.sub");
  RAW(r, "</p>");
  VG_TRY(unfinished(r, err));
  VG_TRY(conflicts(r, err));
  RAW(r, "<div class=\"grid\"><div>");
  VG_TRY(peers(r, err));
  RAW(r, "</div><div>");
  card_begin(r, "server.fusion.take", NULL);
  form_begin_file(r, "/fusion", "take");
  field_file(
      r, "server.fusion.file", true,
      "server.no_file merge.no_file merge.stranger merge.revoked merge.own merge.gap merge.rewritten merge.forked merge.ledger merge.kind merge.line merge.cut merge.version "
      "merge.chain merge.signature merge.attached merge.change analysis.event analysis.row analysis.other_content base.json "
      "territory.conflict");
  form_end(r, "server.fusion.take.do", true);
  card_end(r);
  card_begin(r, "server.fusion.give", NULL);
  RAW(r, "<p>");
  msg(r, "server.fusion.give.sub");
  RAW(r, "</p>");
  form_begin(r, "/fusion", "give");
  VG_TRY(origin_field(r, err));
  field(r, "from", "server.fusion.from", "number", "1", true, "merge.nothing instance.give");
  field(r, "zone", "server.fusion.for", "text", "", false, "territory.no_zone territory.unknown_zone");
  field_select(r, "regime", "server.fusion.regime", regimes, VG_COUNT(regimes), "", false, "instance.regime");
  field_check(r, "bare", "1", vg_str_z(vg_msg_text(r->lang, "server.fusion.bare")), false);
  field(r, "to", "server.fusion.to", "text", "", true, "ledger.whom");
  field(r, "motive", "server.motive", "text", "", true, NULL);
  form_end(r, "server.fusion.give.do", false);
  card_end(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code take(struct request *r, struct vg_err *err) {
  struct merge_result got;
  struct vg_map_file file;
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  VG_TRY(vg_map_open(&file, r->file->path, err));
  vg_code rc = instance_merge_import(r->tx, &r->who, instance_key(r->in), file.bytes, &got, err);
  vg_map_close(&file);
  return rc;
}

/* The answer is the file itself. */
static vg_code give(struct request *r, struct vg_err *err) {
  char number[24], zone[24], regime[24], whom[400], why[400], key[MERGE_KEY], bare[4];
  int64_t from, withheld;
  if (!vg_str_i64(vg_str_z(sent(r, "from", number, sizeof number)), &from) || from < 1)
    from = 1;
  const char *to = sent(r, "zone", zone, sizeof zone), *of = sent(r, "regime", regime, sizeof regime);
  const struct merge_audience audience = {
      .zone = to[0] ? to : NULL,
      .regime = of[0] ? of : NULL,
      .whom = {sent(r, "to", whom, sizeof whom), sent(r, "motive", why, sizeof why)},
      .bare = sent(r, "bare", bare, sizeof bare)[0] != 0};
  VG_TRY(instance_merge_export(r->tx, &r->who, instance_key(r->in), vg_str_z(sent(r, "of", key, sizeof key)), from,
                               &audience, &withheld, &r->out, err));
  r->type = "application/x-ndjson";
  vg_str_copy(r->name, sizeof r->name, VG_STR("vigie.events"));
  return VG_OK;
}

static vg_code trust(struct request *r, struct vg_err *err) {
  char name[128], key[MERGE_KEY + 16], orders[4];
  VG_TRY(territory_may_appoint(&r->who, err));
  return merge_trust(r->tx, &r->who, vg_str_z(sent(r, "name", name, sizeof name)),
                     vg_str_z(sent(r, "key", key, sizeof key)), sent(r, "orders", orders, sizeof orders)[0] != 0, err);
}

static vg_code say_alike(struct request *r, struct vg_err *err) {
  char a[VG_ID_MAX], b[VG_ID_MAX], say[16], reason[600];
  struct org kept;
  const vg_str one = vg_str_z(sent(r, "one", a, sizeof a)), other = vg_str_z(sent(r, "other", b, sizeof b)),
               why = vg_str_z(sent(r, "reason", reason, sizeof reason));
  return strcmp(sent(r, "say", say, sizeof say), "join")
             ? instance_org_apart(r->tx, &r->who, one, other, why, err)
             : instance_org_join(r->tx, &r->who, one, other, why, &kept, err);
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16], uid[300], name[128];
  (void)sent(r, "what", what, sizeof what);
  if (!strcmp(what, "give"))
    return give(r, err);
  if (!strcmp(what, "take"))
    VG_TRY(take(r, err));
  else if (!strcmp(what, "trust"))
    VG_TRY(trust(r, err));
  else if (!strcmp(what, "alike"))
    VG_TRY(say_alike(r, err));
  else if (!strcmp(what, "restored")) {
    VG_TRY(territory_may_appoint(&r->who, err));
    VG_TRY(merge_restored(r->tx, &r->who, vg_str_z(sent(r, "name", name, sizeof name)), err));
  } else
    VG_TRY(instance_merge_settle(r->tx, &r->who, vg_str_z(sent(r, "version", uid, sizeof uid)), err));
  go_to(r, "/fusion", VG_STR(""));
  return VG_OK;
}

const struct page page_fusion = {"/fusion", GROUP_CONTROL, "server.nav.fusion", show, post, PAGE_LISTED};
