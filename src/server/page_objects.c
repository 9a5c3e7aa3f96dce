/* /renseignement/objets: the objects of the store, filtered, the last to come first; and what of them may go to a
 * partner, as a file. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "match/match.h"
#include "server/letter.h"
#include "share/share.h"

enum { PAGE_ROWS = 50, CSV_ROWS = 5000, EXPORT_MAX = 20000, FILE_MAX = 16 << 20, RULES = 32 };
#define PAGE_NS (300 * 1000000) /* looking, a page */

static const char *const types[] = {"indicator",     "malware",          "tool",
                                    "vulnerability", "attack-pattern",   "campaign",
                                    "intrusion-set", "threat-actor",     "report",
                                    "note",          "opinion",          "infrastructure",
                                    "observed-data", "sighting",         "relationship",
                                    "grouping",      "malware-analysis", "course-of-action",
                                    "incident",      "identity",         "location",
                                    "file",          "domain-name",      "ipv4-addr",
                                    "url",           "language-content", "marking-definition"};

/* What was asked for, as the fields of the form. */
struct filter {
  bool broken;
  char type[64], words[400], source[256], value[1024], tlp[24], confidence[8], from[16], to[16];
  struct vg_buf normal; /* the value, as it is stored */
  struct intel_query q;
};

static bool day_of(const char *given, vg_time *out) {
  vg_time t;
  if (strlen(given) != 10 || !vg_time_parse(vg_str_z(given), &t))
    return false;
  *out = t - vg_paris_offset(t);
  return true;
}

/* What cannot be understood is left out, and its field shows it. */
static void read_filter(struct request *r, struct filter *f) {
  enum indicator_type type;
  enum tlp level;
  vg_time t;
  memset(f, 0, sizeof *f);
  vg_buf_init(&f->normal, 1 << 14);
  f->q = (struct intel_query){.tlp_max = -1, .newest = true};
  f->q.type = asked(r, "type", f->type, sizeof f->type);
  f->q.words = vg_str_trim(vg_str_z(asked(r, "mots", f->words, sizeof f->words)));
  f->q.source = vg_str_z(asked(r, "source", f->source, sizeof f->source));
  if (intel_tlp_by_name(vg_str_z(asked(r, "tlp", f->tlp, sizeof f->tlp)), &level))
    f->q.tlp_min = f->q.tlp_max = (int)level;
  (void)vg_str_i64(vg_str_z(asked(r, "confiance", f->confidence, sizeof f->confidence)), &f->q.confidence);
  if (day_of(asked(r, "du", f->from, sizeof f->from), &t))
    f->q.since = t;
  if (day_of(asked(r, "au", f->to, sizeof f->to), &t))
    f->q.until = t + VG_DAY;
  char broken[4];
  f->q.broken = f->broken = *asked(r, "casse", broken, sizeof broken) != 0;
  vg_str value = vg_str_trim(vg_str_z(asked(r, "valeur", f->value, sizeof f->value)));
  if (value.n && !(intel_type_of(value, &type) && intel_normalise(type, value, &f->normal)))
    vg_buf_str(&f->normal, value);
  f->q.value = vg_buf_view(&f->normal);
}

static void clause(struct request *r, const char *name, const char *value) {
  if (!*value)
    return;
  vg_buf_fmt(&r->out, "%s=", name);
  url(r, vg_str_z(value));
  RAW(r, "&");
}

/* "?type=indicator&...": as it stands in an attribute after textz(). */
static void filter_query(struct request *r, const struct filter *f) {
  RAW(r, "?");
  clause(r, "type", f->type);
  clause(r, "mots", f->words);
  clause(r, "source", f->source);
  clause(r, "valeur", f->value);
  clause(r, "tlp", f->tlp);
  clause(r, "confiance", f->confidence);
  clause(r, "du", f->from);
  clause(r, "au", f->to);
  clause(r, "casse", f->broken ? "1" : "");
}

/* A link of ours with the filter in it, into its own buffer. */
static void href(struct request *r, const struct filter *f, int64_t after, struct vg_buf *out) {
  struct vg_buf keep = r->out;
  vg_buf_init(&r->out, 1 << 14);
  RAW(r, "/renseignement/objets");
  filter_query(r, f);
  if (after)
    vg_buf_fmt(&r->out, "apres=%lld", (long long)after);
  *out = r->out;
  r->out = keep;
}

/* --- the form --- */

struct sources {
  struct choice v[200];
  char name[200][256];
  size_t n;
};
static void take_source(struct request *r, struct store_rows *q) {
  struct sources *s = r->keep;
  vg_str_copy(s->name[s->n], sizeof s->name[0], store_str(q, 0));
  s->v[s->n] = (struct choice){s->name[s->n], s->name[s->n]};
  s->n++;
}

static vg_code field_source(struct request *r, const char *chosen, struct vg_err *err) {
  struct sources s = {.v = {{"", "server.objects.any"}}, .n = 1};
  r->keep = &s;
  VG_TRY(each(r, "SELECT name FROM intel_v_source WHERE withdrawn IS NULL ORDER BY name LIMIT 199", S_NOARGS,
              take_source, err));
  field_select(r, "source", "server.source", s.v, s.n, chosen, false, NULL);
  return VG_OK;
}

static vg_code filter_form(struct request *r, const struct filter *f, struct vg_err *err) {
  struct choice type[VG_COUNT(types) + 1] = {{"", "server.objects.any"}},
                                       tlps[TLP_RED + 2] = {{"", "server.objects.any"}};
  char labels[VG_COUNT(types)][48];
  (void)coded_choices(type + 1, "server.stix.", labels, types, VG_COUNT(types));
  for (int i = 0; i <= TLP_RED; i++)
    tlps[i + 1] = (struct choice){intel_tlp_name((enum tlp)i), intel_tlp_name((enum tlp)i)};
  card_begin(r, "server.objects.filter", NULL);
  RAW(r, "<form class=\"form filters\" method=\"get\" action=\"/renseignement/objets\">");
  field(r, "mots", "server.objects.words", "search", f->words, false, NULL);
  field(r, "valeur", "server.objects.value", "text", f->value, false, NULL);
  field_select(r, "type", "server.type", type, VG_COUNT(type), f->type, false, NULL);
  VG_TRY(field_source(r, f->source, err));
  field_select(r, "tlp", "server.marking", tlps, VG_COUNT(tlps), f->tlp, false, NULL);
  field(r, "confiance", "server.objects.confidence", "number", f->confidence, false, NULL);
  field_check(r, "casse", "1", vg_str_z(vg_msg_text(r->lang, "server.objects.broken")), f->broken);
  field(r, "du", "server.objects.from", "date", f->from, false, NULL);
  field(r, "au", "server.objects.to", "date", f->to, false, NULL);
  RAW(r, "<p><button class=\"do\">");
  msg(r, "server.objects.do");
  RAW(r, "</button> ");
  button_link(r, "/renseignement/objets", "server.objects.all", false);
  RAW(r, "</p></form>");
  card_end(r);
  return VG_OK;
}

/* --- the list --- */

static vg_code object_row(void *ctx, const struct intel_object *o, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/renseignement/objet/", o->id, o->name.n ? o->name : o->id);
  if (o->revoked) {
    RAW(r, " ");
    badge(r, "bad", "server.revoked");
  }
  cell(r);
  word(r, "server.stix.", o->type);
  cell(r);
  tlp(r, o->tlp);
  RAW(r, " ");
  pap(r, o->pap);
  cell_n(r);
  if (o->confidence >= 0)
    num(r, o->confidence);
  else
    RAW(r, "–");
  cell(r);
  text(r, o->source);
  cell(r);
  when(r, o->received);
  return VG_OK;
}

static void next_links(struct request *r, const struct filter *f, bool first, int64_t next) {
  struct vg_buf home, on;
  href(r, f, 0, &home);
  href(r, f, next, &on);
  pager(r, first ? NULL : vg_buf_text(&home), next ? vg_buf_text(&on) : NULL);
  vg_buf_fini(&home);
  vg_buf_fini(&on);
}

static vg_code rows(struct request *r, struct filter *f, struct vg_err *err) {
  static const char *const head[] = {"server.object", "server.type",    "server.marking", NUMBER("server.confidence"),
                                     "server.source", "server.received"};
  char after[24];
  int64_t next;
  (void)vg_str_i64(vg_str_z(asked(r, "apres", after, sizeof after)), &f->q.after);
  bool first = f->q.after <= 0;
  f->q.limit = r->csv[0] ? CSV_ROWS : PAGE_ROWS;
  card_begin(r, NULL, NULL);
  table_begin(r, "objets", "server.objects", head, VG_COUNT(head));
  VG_TRY(intel_find_page(r->tx, &f->q, r->csv[0] ? 10 * (int64_t)PAGE_NS : PAGE_NS, object_row, r, &next, err));
  size_t shown = r->table_rows;
  table_end(r, next ? "server.objects.none_yet" : "server.objects.none");
  if (next && shown < PAGE_ROWS && shown) {
    RAW(r, "<p class=\"soft\">");
    msg(r, "server.objects.more");
    RAW(r, "</p>");
  }
  next_links(r, f, first, next);
  card_end(r);
  return VG_OK;
}

/* --- going out --- */

static const struct choice forms[] = {{"stix", "server.objects.form.stix"},
                                      {"csv", "server.objects.form.csv"},
                                      {"misp", "server.objects.form.misp"},
                                      {"pack", "server.objects.form.pack"}};

static vg_code export_form(struct request *r, const struct filter *f, struct vg_err *err) {
  struct partners p;
  struct vg_buf to;
  VG_TRY(partners_read(r, SHARE_GIVE, &p, err));
  card_begin(r, "server.objects.export", NULL);
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.objects.export.help", VG_N(EXPORT_MAX));
  RAW(r, "</p>");
  if (!p.n) {
    empty(r, "server.letter.nobody", "/conventions", "server.nav.conventions");
  } else {
    href(r, f, 0, &to);
    form_begin(r, vg_buf_text(&to), "export");
    field_choice(r, "partner", "server.recipient", p.v, p.n, NULL, "territory.no_org");
    field(r, "purpose", "server.purpose", "text", "prevention", true, NULL);
    field_choice(r, "form", "server.objects.form", forms, VG_COUNT(forms), "stix", "server.objects.too_many");
    form_end(r, "server.objects.export.do", false);
    vg_buf_fini(&to);
  }
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  struct filter f;
  read_filter(r, &f);
  page_top(r, "server.objects", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.objects.sub");
  RAW(r, "</p>");
  vg_code rc = filter_form(r, &f, err);
  if (rc == VG_OK)
    rc = rows(r, &f, err);
  if (rc == VG_OK)
    rc = export_form(r, &f, err);
  vg_buf_fini(&f.normal);
  return rc;
}

/* What the gate said, summed by rule. */
struct outcome {
  struct {
    const char *rule;
    char arg[SHARE_ARGS][SHARE_ARG_MAX];
    int64_t n;
    bool allowed;
  } rule[RULES];
  size_t rules;
  int64_t n, released;
};

static vg_code heard(void *ctx, const struct share_decision *d, struct vg_err *err) {
  struct outcome *o = ctx;
  size_t i = 0;
  if (++o->n > EXPORT_MAX)
    return VG_FAIL(err, VG_ELIMIT, "server.objects.too_many", VG_N(EXPORT_MAX));
  o->released += d->allowed;
  while (i < o->rules && (strcmp(o->rule[i].rule, d->rule) || memcmp(o->rule[i].arg, d->arg, sizeof d->arg)))
    i++;
  if (i == RULES)
    return VG_OK;
  if (i == o->rules) {
    o->rules++;
    o->rule[i].rule = d->rule;
    o->rule[i].allowed = d->allowed;
    memcpy(o->rule[i].arg, d->arg, sizeof d->arg);
  }
  o->rule[i].n++;
  return VG_OK;
}

static vg_code pack_file(struct request *r, const struct org *to, const char *purpose, const struct intel_query *q,
                         struct outcome *o, struct vg_buf *out, struct vg_err *err) {
  struct pack_known known = {0};
  struct pack_meta meta = {.created = r->now, .expires = VG_NOTIME, .producer = r->who.id.s};
  struct share_values counts;
  struct vg_id id;
  char path[4096], name[VG_ID_MAX + 8];
  vg_code rc = VG_OK;
  VG_TRY(pack_build_new(&known.b, err));
  VG_GO(share_fill_pack(r->tx, &r->who, to, purpose, q, &known, &meta, heard, o, &counts, err));
  pack_known_marks(&known, &meta);
  VG_GO(pack_build_seal(known.b, &meta, instance_key(r->in), &id, err));
  VG_GO(match_record_pack(r->tx, &r->who, known.b, &meta, purpose, &id, err));
  snprintf(name, sizeof name, "%s.part", id.s);
  VG_GO(instance_path(r->in, "packs", name, path, err));
  VG_GO(pack_build_save(known.b, path, NULL, err));
  rc = vg_file_read(path, out, err);
  (void)unlink(path);
out:
  pack_build_free(known.b);
  return rc;
}

static vg_code make_file(struct request *r, const struct org *to, const char *purpose, const char *form,
                         const struct intel_query *q, struct outcome *o, struct vg_buf *out, struct vg_err *err) {
  struct share_published published;
  struct share_values values;
  enum share_format format;
  if (!strcmp(form, "pack"))
    return pack_file(r, to, purpose, q, o, out, err);
  if (!share_format_by_name(vg_str_z(form), &format))
    return VG_FAIL(err, VG_EUSAGE, "server.intel.bad_form");
  return format == SHARE_STIX
             ? share_publish(r->tx, &r->who, to->id, purpose, q, VG_NOTIME, out, heard, o, &published, err)
             : share_publish_values(r->tx, &r->who, to->id, purpose, q, format, instance_id(r->in), out, heard, o,
                                    &values, err);
}

static void file_link(struct request *r, const char *form, vg_str content) {
  static const struct {
    const char *form, *name, *type;
  } files[] = {{"stix", "renseignement.json", "application/stix+json"},
               {"csv", "renseignement.csv", "text/csv"},
               {"misp", "renseignement-misp.json", "application/json"},
               {"pack", "renseignement.pack", "application/octet-stream"}};
  for (size_t i = 0; i < VG_COUNT(files); i++)
    if (!strcmp(form, files[i].form)) {
      vg_buf_fmt(&r->out, "<p><a class=\"btn do\" download=\"%s\" href=\"data:%s;base64,", files[i].name,
                 files[i].type);
      vg_base64(&r->out, content);
      RAW(r, "\">");
      msg(r, "server.objects.download");
      vg_buf_fmt(&r->out, " %s</a></p>", files[i].name);
    }
}

static vg_code tell(struct request *r, const struct outcome *o, const struct org *to, const char *form, vg_str content,
                    struct vg_err *err) {
  static const char *const head[] = {"server.decision", "server.rule", NUMBER("server.objects.count")};
  if (o->n && !o->released)
    r->status = 403;
  page_top(r, "server.objects.exported", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "server.objects.outcome", VG_N(o->released), VG_N(o->n - o->released), to->name);
  RAW(r, "</p>");
  if (o->released)
    file_link(r, form, content);
  if (o->released && !strcmp(form, "pack"))
    VG_TRY(part_uses(r, err));
  table_begin(r, NULL, "server.rule", head, VG_COUNT(head));
  for (size_t i = 0; i < o->rules; i++) {
    row(r);
    cell(r);
    badge(r, o->rule[i].allowed ? "ok" : "bad", o->rule[i].allowed ? "server.released" : "server.withheld");
    cell(r);
    SAY(r, o->rule[i].rule, o->rule[i].arg[0], o->rule[i].arg[1]);
    cell_n(r);
    num(r, o->rule[i].n);
  }
  table_end(r, "server.objects.none");
  RAW(r, "<p>");
  button_link(r, "/renseignement/objets", "server.objects", false);
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

/* The decisions are committed with the page that shows the file. */
static vg_code export(struct request *r, struct vg_err *err) {
  struct filter f;
  struct outcome o = {.n = 0};
  struct vg_buf out;
  struct org to;
  char partner[200], purpose[64], form[16];
  VG_TRY(territory_org_find(r->tx, vg_str_z(sent(r, "partner", partner, sizeof partner)), &to, err));
  sent(r, "purpose", purpose, sizeof purpose);
  sent(r, "form", form, sizeof form);
  read_filter(r, &f);
  vg_buf_init(&out, FILE_MAX);
  vg_code rc = make_file(r, &to, purpose, form, &f.q, &o, &out, err);
  if (rc == VG_OK)
    rc = tell(r, &o, &to, form, vg_buf_view(&out), err);
  else if (out.bad && rc == VG_ELIMIT)
    rc = VG_FAIL(err, VG_ELIMIT, "server.objects.too_many", VG_N(EXPORT_MAX));
  vg_buf_fini(&out);
  vg_buf_fini(&f.normal);
  return rc;
}

const struct page page_objects = {
    "/renseignement/objets", GROUP_THREATS, "server.nav.intel", list, export, PAGE_HIDDEN};
