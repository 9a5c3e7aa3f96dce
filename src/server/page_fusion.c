/* Records of instances that worked apart: taking in, giving out, and what was changed on two sides, side by side. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "merge/merge.h"
#include "prevention/prevention.h"
#include "server/upload.h"

/* "state", "clock CNIL72", "incident ID". */
static void field_words(struct request *r, vg_str field) {
  vg_str rest = field, word_ = VG_STR("");
  (void)vg_str_cut(&rest, ' ', &word_);
  word(r, "server.fusion.field.", word_);
  if (!rest.n)
    return;
  RAW(r, " ");
  if (vg_id_ok(rest))
    link_id(r, rest);
  else
    text(r, rest);
}

/* A first word of ours, then a time or what a person wrote. */
static void value_words(struct request *r, vg_str value) {
  size_t n = 0;
  vg_time at;
  while (n < value.n && value.p[n] != ' ' && value.p[n] != '\n')
    n++;
  vg_str first = vg_str_sub(value, 0, n), rest = n < value.n ? vg_str_sub(value, n + 1, value.n) : VG_STR("");
  word(r, "server.fusion.value.", first);
  RAW(r, " ");
  vg_str line = rest, head = VG_STR("");
  (void)vg_str_cut(&line, '\n', &head);
  if (vg_time_parse(head, &at)) {
    when(r, at);
    RAW(r, " ");
    text(r, line.p ? line : VG_STR(""));
  } else {
    text(r, rest);
  }
}

/* Affairs by the need to know, companies by conflicts of interest. */
static bool seen(struct request *r, vg_str subject) {
  struct action a;
  if (prevention_action_find(r->tx, subject, &a, NULL) == VG_OK && a.org)
    return territory_access(r->tx, &r->who, a.org, NULL) == VG_OK;
  return casework_subject_seen(r->tx, &r->who, subject);
}

static vg_code version_row(void *ctx, const struct merge_version *v, struct vg_err *err) {
  struct request *r = ctx;
  if (!seen(r, v->subject))
    return VG_OK;
  (void)err;
  row(r);
  cell(r);
  link_id(r, v->subject);
  cell(r);
  field_words(r, v->field);
  cell(r);
  value_words(r, v->value);
  if (v->shows) {
    RAW(r, " ");
    badge(r, "info", "server.fusion.shows");
  }
  cell(r);
  text(r, v->by);
  cell(r);
  when(r, v->at);
  cell(r);
  form_begin(r, "/fusion", "settle");
  field_hidden(r, "version", v->uid);
  form_end(r, "server.fusion.keep", false);
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

static vg_code conflicts(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.fusion.what", "server.fusion.field", "server.fusion.value",
                                     "server.by",          "server.at",           "server.fusion.choice"};
  static const char *const head_d[] = {"server.nav.diagnoses", "server.made", NUMBER("server.diagnosis.conflict")};
  card_begin(r, "server.fusion.conflicts", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.fusion.conflicts.sub");
  RAW(r, "</p>");
  table_begin(r, "conflits", "server.fusion.conflicts", head, VG_COUNT(head));
  VG_TRY(merge_each_conflict(r->tx, VG_STR(""), false, version_row, r, err));
  table_end(r, "server.fusion.none");
  card_end(r);
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
  cell(r);
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
  if (p->clock_back) {
    RAW(r, " ");
    badge(r, "warn", "server.fusion.clock");
  }
  return VG_OK;
}

static vg_code peers(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.name", "server.fusion.key", NUMBER("server.fusion.events"),
                                     "server.fusion.taken", "server.state"};
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
  form_end(r, "server.fusion.trust.do", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  page_top(r, "server.nav.fusion", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.fusion.sub");
  RAW(r, "</p>");
  VG_TRY(conflicts(r, err));
  RAW(r, "<div class=\"grid\"><div>");
  VG_TRY(peers(r, err));
  RAW(r, "</div><div>");
  card_begin(r, "server.fusion.take", NULL);
  form_begin_file(r, "/fusion", "take");
  field_file(
      r, "server.fusion.file", true,
      "server.no_file merge.no_file merge.stranger merge.own merge.gap merge.rewritten merge.kind merge.line merge.cut merge.version "
      "merge.chain merge.signature merge.change base.json territory.conflict");
  form_end(r, "server.fusion.take.do", true);
  card_end(r);
  card_begin(r, "server.fusion.give", NULL);
  RAW(r, "<p>");
  msg(r, "server.fusion.give.sub");
  RAW(r, "</p>");
  form_begin(r, "/fusion", "give");
  field(r, "from", "server.fusion.from", "number", "1", true, "merge.nothing instance.give");
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
  char number[24];
  int64_t from, withheld;
  if (!vg_str_i64(vg_str_z(sent(r, "from", number, sizeof number)), &from) || from < 1)
    from = 1;
  VG_TRY(instance_merge_export(r->tx, &r->who, instance_key(r->in), VG_STR(""), from,
                               &(struct merge_audience){NULL, NULL}, &withheld, &r->out, err));
  r->type = "application/x-ndjson";
  vg_str_copy(r->name, sizeof r->name, VG_STR("vigie.events"));
  return VG_OK;
}

static vg_code trust(struct request *r, struct vg_err *err) {
  char name[128], key[MERGE_KEY + 16];
  VG_TRY(territory_may_appoint(&r->who, err));
  return merge_trust(r->tx, &r->who, vg_str_z(sent(r, "name", name, sizeof name)),
                     vg_str_z(sent(r, "key", key, sizeof key)), err);
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16], uid[300];
  (void)sent(r, "what", what, sizeof what);
  if (!strcmp(what, "give"))
    return give(r, err);
  if (!strcmp(what, "take"))
    VG_TRY(take(r, err));
  else if (!strcmp(what, "trust"))
    VG_TRY(trust(r, err));
  else
    VG_TRY(merge_settle(r->tx, &r->who, instance_merges, vg_str_z(sent(r, "version", uid, sizeof uid)), err));
  go_to(r, "/fusion", VG_STR(""));
  return VG_OK;
}

const struct page page_fusion = {"/fusion", GROUP_CONTROL, "server.nav.fusion", show, post, PAGE_LISTED};
