/* /renseignement/objet/ID: all that is known of one object: what it says, in the reader's language when somebody has
 * put it so; its values and what they are worth today; who asserts which version; what it refers to and what refers to
 * it; what we think of it. */
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { LINKS = 100, VALUES = 20 };

/* JSON as received, a line a member: only white space outside texts is added. */
static void pretty(struct request *r, vg_str json) {
  struct vg_buf b;
  bool in_text = false;
  int depth = 0;
  vg_buf_init(&b, 8 << 20);
  for (size_t i = 0; i < json.n; i++) {
    char c = json.p[i];
    if (in_text) {
      vg_buf_byte(&b, (unsigned char)c);
      if (c == '\\' && i + 1 < json.n)
        vg_buf_byte(&b, (unsigned char)json.p[++i]);
      else if (c == '"')
        in_text = false;
      continue;
    }
    if (vg_is_space(c))
      continue;
    in_text = c == '"';
    bool open = c == '{' || c == '[', close = c == '}' || c == ']';
    depth += open - close;
    if (close)
      vg_buf_fmt(&b, "\n%*s", 2 * (depth > 0 ? depth : 0), "");
    vg_buf_byte(&b, (unsigned char)c);
    if (open || c == ',')
      vg_buf_fmt(&b, "\n%*s", 2 * (depth > 0 ? depth : 0), "");
    else if (c == ':')
      vg_buf_byte(&b, ' ');
  }
  text(r, vg_buf_view(&b));
  vg_buf_fini(&b);
}

/* The name of an object of the store; what is none of its objects is linked by its kind. */
static vg_code object_link(void *ctx, const struct intel_object *o, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  char short_id[200];
  snprintf(short_id, sizeof short_id, "%.*s …%.*s", (int)(o->type.n < 100 ? o->type.n : 100), o->type.p, 8,
           o->id.n > 8 ? o->id.p + o->id.n - 8 : "");
  link_to(r, "/renseignement/objet/", o->id, o->name.n ? o->name : vg_str_z(short_id));
  if (o->name.n) {
    RAW(r, "<br><small>");
    word(r, "server.stix.", o->type);
    RAW(r, "</small>");
  }
  return VG_OK;
}
void link_object(struct request *r, vg_str id) {
  if (intel_object_get(r->tx, id, object_link, r, NULL) != VG_OK)
    link_id(r, id);
}

/* --- what it says --- */

struct seen {
  struct request *r;
  char type[64];
  vg_str id;
  vg_time modified;
  struct vg_buf json; /* of the newest version */
};

static void translation(struct request *r, const struct seen *s, const struct vg_buf *name,
                        const struct vg_buf *description, const struct vg_buf *of) {
  (void)s;
  if (!name->n && !description->n)
    return;
  card_begin(r, NULL, NULL);
  if (name->n) {
    RAW(r, "<h2>");
    text(r, vg_buf_view(name));
    RAW(r, "</h2>");
  }
  if (description->n) {
    RAW(r, "<p class=\"prose\">");
    text(r, vg_buf_view(description));
    RAW(r, "</p>");
  }
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.object.translated", VG_T(vg_buf_view(of)));
  RAW(r, "</p>");
  card_end(r);
}

static vg_code in_my_language(struct request *r, const struct seen *s, struct vg_err *err) {
  struct vg_buf name, description, of;
  vg_buf_init(&name, 1 << 20);
  vg_buf_init(&description, 4 << 20);
  vg_buf_init(&of, 4096);
  vg_code rc =
      intel_in_language(r->tx, s->id, s->modified, r->lang == VG_FR ? "fr" : "en", &name, &description, &of, err);
  if (rc == VG_OK)
    translation(r, s, &name, &description, &of);
  vg_buf_fini(&name);
  vg_buf_fini(&description);
  vg_buf_fini(&of);
  return rc;
}

static bool told_elsewhere(vg_str key) {
  static const char *const keys[] = {"id", "type", "spec_version", "name", "created", "modified", "revoked"};
  for (size_t i = 0; i < VG_COUNT(keys); i++)
    if (vg_str_eqz(key, keys[i]))
      return true;
  return vg_str_ends(key, VG_STR("_ref")) || vg_str_ends(key, VG_STR("_refs"));
}

static void one_text(struct request *r, vg_jv v) {
  vg_str s;
  vg_time t;
  if (!vg_jv_str(v, &s))
    return;
  if (s.n > 18 && s.n < 40 && vg_time_parse(s, &t))
    when(r, t);
  else
    text(r, s);
}

/* An object within an object: its texts, one behind the other. */
static void inner(struct request *r, vg_jv v) {
  struct vg_jit it;
  vg_jv member;
  vg_str s;
  bool first = true;
  if (vg_jv_str(v, &s)) {
    text(r, s);
    return;
  }
  for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &member);)
    if (vg_jv_str(member, &s)) {
      vg_buf_z(&r->out, first ? "" : " · ");
      text(r, s);
      first = false;
    }
}

static void fact(struct request *r, vg_str key, vg_jv v) {
  struct vg_jit it;
  vg_jv item;
  double x;
  bool list = vg_jv_type(v) == VG_J_ARR, group = vg_jv_type(v) == VG_J_OBJ;
  if (told_elsewhere(key) || (!list && !group && vg_jv_type(v) != VG_J_STR && !vg_jv_f64(v, &x)))
    return;
  RAW(r, "<dt>");
  word(r, "server.property.", key);
  RAW(r, "</dt><dd class=\"prose\">");
  if (vg_jv_type(v) == VG_J_STR)
    one_text(r, v);
  else if (vg_jv_f64(v, &x))
    real(r, x);
  else if (group)
    inner(r, v);
  for (vg_jit_init(&it, v); list && vg_jit_next(&it, NULL, &item);) {
    RAW(r, "<div>");
    inner(r, item);
    RAW(r, "</div>");
  }
  RAW(r, "</dd>");
}

static vg_code facts(struct request *r, vg_str json, struct vg_err *err) {
  struct vg_json *j;
  struct vg_jit it;
  vg_jv o, v;
  vg_str key;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, json, &o, err);
  if (rc == VG_OK) {
    card_begin(r, "server.object.says", NULL);
    dl_begin(r);
    for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);)
      fact(r, key, v);
    dl_end(r);
    card_end(r);
  }
  vg_json_free(j);
  return rc;
}

/* --- its values --- */

struct worth {
  struct request *r;
  vg_str id; /* of the object */
  size_t n;
  struct {
    enum indicator_type type;
    struct vg_buf value;
  } v[VALUES];
};

static vg_code keep_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct worth *w = ctx;
  if (w->n == VALUES)
    return VG_OK;
  w->v[w->n].type = type;
  vg_buf_init(&w->v[w->n].value, 1 << 14);
  vg_buf_str(&w->v[w->n].value, value);
  return vg_buf_check(&w->v[w->n++].value, err);
}

static vg_code worth_row(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct worth *w = ctx;
  struct request *r = w->r;
  struct sighted_count seen;
  if (!vg_str_eq(v->object_id, w->id))
    return VG_OK;
  VG_TRY(casework_sighted_count(r->tx, &r->who, intel_type_name(v->type), v->value, REGIME_PREVENTION, &seen, err));
  row(r);
  cell(r);
  link_indicator(r, vg_str_z(intel_type_name(v->type)), v->value);
  cell(r);
  text(r, v->source);
  RAW(r, " ");
  text(r, vg_str_n(&v->reliability, 1));
  cell_n(r);
  num(r, v->score);
  cell(r);
  if (v->benign) {
    badge(r, "ok", "server.benign");
    RAW(r, " ");
    textz(r, v->benign);
  } else
    RAW(r, "–");
  cell_n(r);
  num(r, seen.sightings);
  cell_n(r);
  num(r, seen.organisations);
  return VG_OK;
}

/* What its pattern does here, when its values say nothing of it. */
static vg_code use(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct request *r = ctx;
  struct intel_used u;
  VG_TRY(intel_use_of(r->tx, o, &u, err));
  if (!u.said.n)
    return VG_OK;
  struct vg_buf said;
  vg_buf_init(&said, 1 << 14);
  vg_err_render(&said, r->lang, &u.said);
  vg_buf_fmt(&r->out, "<p class=\"%s\">", u.use == USE_BROKEN ? "alert" : "soft");
  text(r, vg_buf_view(&said));
  RAW(r, "</p>");
  vg_buf_fini(&said);
  return VG_OK;
}

static vg_code values(struct request *r, const struct seen *s, struct vg_err *err) {
  static const char *const head[] = {"server.value",  "server.source",        NUMBER("server.intel.score"),
                                     "server.benign", NUMBER("server.times"), NUMBER("server.companies")};
  struct worth w = {.r = r, .id = s->id};
  vg_code rc = intel_object_values(vg_buf_view(&s->json), keep_value, &w, err);
  if (rc == VG_OK && w.n) {
    card_begin(r, "server.object.values", NULL);
    table_begin(r, "valeurs", "server.object.values", head, VG_COUNT(head));
    for (size_t i = 0; i < w.n && rc == VG_OK; i++)
      rc = intel_each_assertion(r->tx, w.v[i].type, vg_buf_view(&w.v[i].value), worth_row, &w, err);
    table_end(r, "server.assertions.none");
    card_end(r);
  }
  for (size_t i = 0; i < w.n && rc == VG_OK; i++)
    if (w.n == 1) /* of several, each one's own page says where it was seen; what inquiries saw, too */
      rc = part_sightings(r, intel_type_name(w.v[i].type), vg_buf_view(&w.v[i].value), REGIME_PREVENTION, err);
  for (size_t i = 0; i < w.n; i++)
    vg_buf_fini(&w.v[i].value);
  return rc;
}

/* --- versions --- */

struct versions {
  struct request *r;
  int64_t shown; /* row of the content that is shown as received */
};

static vg_code version_row(void *ctx, const struct intel_assertion *a, struct vg_err *err) {
  struct versions *v = ctx;
  struct request *r = v->r;
  char grade;
  VG_TRY(intel_source_reliability(r->tx, a->source, &grade, err));
  row(r);
  cell(r);
  vg_buf_fmt(&r->out, "<a href=\"?contenu=%lld#recu\"%s>", (long long)a->row,
             a->row == v->shown ? " aria-current=\"true\"" : "");
  when(r, a->modified);
  RAW(r, "</a>");
  cell(r);
  link_to(r, "/renseignement/objets?source=", a->source, a->source);
  cell(r);
  text(r, vg_str_n(&grade, 1));
  cell(r);
  when(r, a->received);
  cell(r);
  badge(r,
        a->withdrawn ? "bad"
        : a->latest  ? "ok"
                     : "mute",
        a->withdrawn ? "server.intel.withdrawn"
        : a->latest  ? "server.intel.latest"
                     : "server.intel.older");
  return VG_OK;
}

static vg_code versions(struct request *r, vg_str id, int64_t shown, struct vg_err *err) {
  static const char *const head[] = {"server.intel.version", "server.source", "server.reliability", "server.received",
                                     "server.state"};
  struct versions v = {r, shown};
  card_begin(r, "server.intel.versions", NULL);
  table_begin(r, "versions", "server.intel.versions", head, VG_COUNT(head));
  VG_TRY(intel_each_version(r->tx, id, version_row, &v, err));
  table_end(r, "server.intel.nothing");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.object.merge");
  RAW(r, " ");
  link_to(r, "/renseignement/sources", VG_STR(""), vg_str_z(vg_msg_text(r->lang, "server.sources")));
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

/* What a source gave, when it was not STIX 2.1. */
static vg_code given_card(void *ctx, vg_str source, vg_str json, bool lifted, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  if (!lifted)
    return VG_OK;
  card_begin(r, "server.object.received", NULL);
  RAW(r, "<p class=\"sub\">");
  text(r, source);
  RAW(r, "</p><pre tabindex=\"0\">");
  pretty(r, json);
  RAW(r, "</pre>");
  card_end(r);
  return VG_OK;
}

static vg_code kept(void *ctx, const struct intel_object *o, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  if (!vg_str_eqz(o->id, r->rest))
    return VG_OK;
  RAW(r, "<div id=\"recu\"></div>");
  card_begin(r, "server.object.kept", NULL);
  RAW(r, "<pre tabindex=\"0\">");
  pretty(r, o->json);
  RAW(r, "</pre>");
  card_end(r);
  return VG_OK;
}

/* --- relations --- */

struct links {
  struct request *r;
  vg_str id;
  struct vg_json *json;
};

/* A relationship of the standard is told as what is at its other end. */
static vg_code relation_row(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct links *l = ctx;
  struct request *r = l->r;
  vg_str kind, source, target;
  vg_jv object;
  if (vg_str_eqz(o->type, "note") || vg_str_eqz(o->type, "opinion") || vg_str_eqz(o->type, "language-content"))
    return VG_OK;
  VG_TRY(vg_json_parse(l->json, o->json, &object, err));
  bool arrow = vg_jv_str_at(object, "relationship_type", &kind) && vg_jv_str_at(object, "source_ref", &source) &&
               vg_jv_str_at(object, "target_ref", &target);
  bool from = arrow && vg_str_eq(source, l->id);
  row(r);
  cell(r);
  if (arrow) {
    vg_buf_z(&r->out, from ? "→ " : "← ");
    link_to(r, "/renseignement/objet/", o->id, kind);
  } else {
    vg_buf_z(&r->out, "← ");
    word(r, "server.stix.", o->type);
  }
  cell(r);
  if (arrow)
    link_object(r, from ? target : source);
  else
    VG_TRY(object_link(r, o, err));
  cell(r);
  text(r, o->source);
  cell(r);
  when(r, o->modified);
  return VG_OK;
}

static void own_reference(struct request *r, vg_str role, vg_jv v) {
  vg_str id;
  if (!vg_jv_str(v, &id))
    return;
  row(r);
  cell(r);
  RAW(r, "→ ");
  word(r, "server.property.", role);
  cell(r);
  link_object(r, id);
  cell(r);
  RAW(r, "–");
  cell(r);
  RAW(r, "–");
}

static void own_references(struct request *r, vg_jv object) {
  struct vg_jit it, each_;
  vg_jv v, one;
  vg_str key;
  for (vg_jit_init(&it, object); vg_jit_next(&it, &key, &v);)
    if (vg_str_ends(key, VG_STR("_ref")))
      own_reference(r, key, v);
    else if (vg_str_ends(key, VG_STR("_refs")) && !vg_str_eqz(key, "object_marking_refs"))
      for (vg_jit_init(&each_, v); r->table_rows < LINKS && vg_jit_next(&each_, NULL, &one);)
        own_reference(r, key, one);
}

static vg_code relations(struct request *r, const struct seen *s, struct vg_err *err) {
  static const char *const head[] = {"server.object.relation", "server.object", "server.source",
                                     "server.intel.version"};
  const struct intel_query q = {.about = s->id, .tlp_max = -1, .limit = LINKS};
  struct links l = {.r = r, .id = s->id};
  vg_jv object;
  VG_TRY(vg_json_new(&l.json, err));
  card_begin(r, "server.intel.relations", NULL);
  table_begin(r, "relations", "server.intel.relations", head, VG_COUNT(head));
  vg_code rc = vg_json_parse(l.json, vg_buf_view(&s->json), &object, err);
  if (rc == VG_OK) {
    own_references(r, object);
    rc = intel_find(r->tx, &q, relation_row, &l, err);
  }
  table_end(r, "server.intel.no_relations");
  card_end(r);
  vg_json_free(l.json);
  return rc;
}

/* --- what we think of it --- */

static const struct choice opinions[] = {{"", "server.opinion.none"},
                                         {"strongly-agree", "server.opinion.strongly-agree"},
                                         {"agree", "server.opinion.agree"},
                                         {"neutral", "server.opinion.neutral"},
                                         {"disagree", "server.opinion.disagree"},
                                         {"strongly-disagree", "server.opinion.strongly-disagree"}};

static vg_code saying_row(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct links *l = ctx;
  struct request *r = l->r;
  vg_str opinion = VG_STR(""), said = VG_STR(""), author;
  struct vg_jit it;
  vg_jv object, v;
  VG_TRY(vg_json_parse(l->json, o->json, &object, err));
  (void)(vg_jv_str_at(object, "content", &said) || vg_jv_str_at(object, "explanation", &said));
  (void)vg_jv_str_at(object, "opinion", &opinion);
  row(r);
  cell(r);
  link_to(r, "/renseignement/objet/", o->id,
          vg_str_z(vg_msg_text(r->lang, opinion.n ? "server.stix.opinion" : "server.stix.note")));
  cell(r);
  if (opinion.n)
    word(r, "server.opinion.", opinion);
  if (opinion.n && said.n)
    RAW(r, "<br>");
  RAW(r, "<span class=\"prose long\">");
  text(r, said);
  RAW(r, "</span>");
  cell(r);
  for (vg_jit_init(&it, vg_jv_at(object, "authors")); vg_jit_next(&it, NULL, &v);)
    if (vg_jv_str(v, &author)) {
      text(r, author);
      RAW(r, ", ");
    }
  text(r, o->source);
  cell(r);
  when(r, o->modified);
  return VG_OK;
}

static vg_code sayings(struct request *r, vg_str id, struct vg_err *err) {
  static const char *const head[] = {"server.type", "server.opinion", "server.opinion.whose", "server.time"},
                           *const kinds[] = {"opinion", "note"};
  struct links l = {.r = r, .id = id};
  VG_TRY(vg_json_new(&l.json, err));
  vg_code rc = VG_OK;
  card_begin(r, "server.opinions", NULL);
  table_begin(r, "avis", "server.opinions", head, VG_COUNT(head));
  for (size_t i = 0; i < VG_COUNT(kinds) && rc == VG_OK; i++) {
    const struct intel_query q = {.type = kinds[i], .about = id, .tlp_max = -1, .limit = LINKS};
    rc = intel_find(r->tx, &q, saying_row, &l, err);
  }
  vg_json_free(l.json);
  if (rc != VG_OK)
    return rc;
  table_end(r, "server.opinions.none");
  details_begin(r, "server.opinion.add", "say");
  form_begin(r, r->path, "say");
  field_select(r, "opinion", "server.opinion", opinions, VG_COUNT(opinions), "", false, "intel.opinion");
  field_area(r, "text", "server.opinion.text", false, "intel.no_note");
  form_end(r, "server.opinion.do", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

/* --- the page --- */

static vg_code head_of(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct seen *s = ctx;
  struct request *r = s->r;
  s->modified = o->modified;
  vg_str_copy(s->type, sizeof s->type, o->type);
  vg_buf_str(&s->json, o->json);
  page_top_text(r, o->name.n ? o->name : o->id);
  RAW(r, "<p class=\"sub\">");
  word(r, "server.stix.", o->type);
  RAW(r, " · ");
  tlp(r, o->tlp);
  RAW(r, " ");
  pap(r, o->pap);
  RAW(r, " · ");
  text(r, o->source);
  RAW(r, " · ");
  when(r, o->modified);
  if (o->confidence >= 0) {
    RAW(r, " · ");
    SAY(r, "server.confidence.of", VG_N(o->confidence));
  }
  if (o->revoked) {
    RAW(r, " ");
    badge(r, "bad", "server.revoked");
  }
  RAW(r, "<br><span class=\"id\">");
  text(r, o->id);
  RAW(r, "</span> · ");
  link_to(r, "/graphe?objet=", o->id, vg_str_z(vg_msg_text(r->lang, "server.graph.open")));
  RAW(r, "</p>");
  return vg_buf_check(&s->json, err);
}

static vg_code parts(struct request *r, const struct seen *s, struct vg_err *err) {
  char given[24];
  int64_t row_ = 0;
  (void)vg_str_i64(vg_str_z(asked(r, "contenu", given, sizeof given)), &row_);
  VG_TRY(in_my_language(r, s, err));
  VG_TRY(intel_object_get(r->tx, s->id, use, r, err));
  RAW(r, "<div class=\"grid\"><div>");
  VG_TRY(facts(r, vg_buf_view(&s->json), err));
  VG_TRY(values(r, s, err));
  VG_TRY(relations(r, s, err));
  RAW(r, "</div><div>");
  VG_TRY(sayings(r, s->id, err));
  VG_TRY(versions(r, s->id, row_, err));
  RAW(r, "</div></div>");
  VG_TRY(row_ > 0 ? intel_content_get(r->tx, row_, kept, r, err) : intel_object_get(r->tx, s->id, kept, r, err));
  vg_code rc = intel_each_received(r->tx, s->id, given_card, r, err);
  return rc == VG_ENOTFOUND ? VG_OK : rc; /* nobody asserts it any more */
}

/* Of what no live source asserts any more only the versions are left. */
static vg_code object(struct request *r, struct vg_err *err) {
  struct seen s = {.r = r, .id = vg_str_z(r->rest)};
  char given[24];
  int64_t row_ = 0;
  vg_buf_init(&s.json, 65 << 20);
  vg_code rc = intel_object_get(r->tx, s.id, head_of, &s, err);
  if (rc == VG_OK) {
    rc = parts(r, &s, err);
  } else if (rc == VG_ENOTFOUND) {
    page_top_text(r, s.id);
    (void)vg_str_i64(vg_str_z(asked(r, "contenu", given, sizeof given)), &row_);
    rc = versions(r, s.id, row_, err);
    if (rc == VG_OK && row_ > 0)
      rc = intel_content_get(r->tx, row_, kept, r, err);
  }
  vg_buf_fini(&s.json);
  return rc;
}

static vg_code say(struct request *r, struct vg_err *err) {
  char opinion[24], *said;
  struct vg_id id;
  sent(r, "opinion", opinion, sizeof opinion);
  VG_TRY(sent_long(r, "text", &said, err));
  const struct intel_saying s = {.about = vg_str_z(r->rest),
                                 .text = vg_str_trim(vg_str_z(said)),
                                 .opinion = opinion[0] ? opinion : NULL,
                                 .lang = r->lang == VG_FR ? "fr" : "en",
                                 .self = instance_id(r->in)};
  vg_code rc = intel_say(r->tx, &r->who, &s, &id, err);
  if (rc == VG_OK)
    go_to(r, "/renseignement/objet/", vg_str_z(r->rest));
  free(said);
  return rc;
}

const struct page page_object = {"/renseignement/objet/", GROUP_THREATS, "server.nav.intel", object, say, PAGE_HIDDEN};
