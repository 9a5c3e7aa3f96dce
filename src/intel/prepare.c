/* From the text of a STIX object to what is stored of it. Asks the store nothing: it may run beside what stores. */
#include "intel/batch.h"
#include "intel/lift.h"
#include "intel/rule.h"

#include <stdlib.h>
#include <string.h>

vg_code batch_new(struct batch **out, struct vg_err *err) {
  struct batch *b = *out = calloc(1, sizeof *b);
  if (!b)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_buf_init(&b->bytes, 4 * (size_t)INPUT_ELEMENT_MAX);
  return VG_OK;
}

void batch_free(struct batch *b) {
  if (b)
    vg_buf_fini(&b->bytes);
  free(b);
}

/* What one large object took is given back. */
void batch_reset(struct batch *b) {
  b->n = b->rules = 0;
  vg_buf_reset(&b->bytes);
  if (b->bytes.cap > 8 * BATCH_BYTES) {
    vg_buf_fini(&b->bytes);
    vg_buf_init(&b->bytes, 4 * (size_t)INPUT_ELEMENT_MAX);
  }
}

static struct span keep(struct batch *b, vg_str s) {
  struct span at = {b->bytes.n, s.n};
  vg_buf_str(&b->bytes, s);
  return at;
}

/* Definitions of markings carry no marking of their own and are everybody's; what says nothing is marked as its source
 * is, and what says nothing of what may be done with it may be used no more freely than it may be passed on. */
static void default_marks(const struct import *im, struct columns *c) {
  bool definition = vg_str_eqz(c->type, "marking-definition") || vg_str_eqz(c->type, "extension-definition");
  if (!c->marks.said_tlp)
    c->marks.tlp = definition ? TLP_CLEAR : im->tlp;
  if (!c->marks.said_pap)
    c->marks.pap = im->pap >= 0 && !definition ? (enum pap)im->pap : intel_pap_default(c->marks.tlp);
}

/* --- values and references --- */

struct finding {
  struct batch *b;
  uint64_t last[16]; /* hashes of the values kept so far: a pattern that names one twice keeps it once */
  size_t kept;
};

static void put_found(struct batch *b, enum indicator_type type, vg_str role, vg_str value) {
  struct found f = {.type = type, .role = role.n, .n = value.n};
  vg_buf_add(&b->bytes, &f, sizeof f);
  vg_buf_str(&b->bytes, role);
  vg_buf_str(&b->bytes, value);
}

static vg_code keep_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct finding *k = ctx;
  uint64_t h = vg_hash64(value) + (uint64_t)type;
  for (size_t i = 0; i < k->kept && i < VG_COUNT(k->last); i++)
    if (k->last[i] == h)
      return VG_OK;
  k->last[k->kept++ % VG_COUNT(k->last)] = h;
  put_found(k->b, type, VG_STR(""), value);
  return vg_buf_check(&k->b->bytes, err);
}

static bool is_indicator(const struct columns *c) { return vg_str_eqz(c->type, "indicator"); }
static bool is_stix(const struct columns *c) { return vg_str_eqz(c->pattern_type, "stix"); }

/* An indicator's pattern is what to search for, when it is one. Observables alone are only facts: they are kept as
 * objects, not as values. */
static vg_code keep_values(struct batch *b, const struct columns *c, struct vg_err *err) {
  struct finding k = {.b = b};
  struct vg_buf value;
  if (is_indicator(c))
    return c->pattern.p && is_stix(c) ? intel_pattern_values(c->pattern, keep_value, &k, err) : VG_OK;
  if (!vg_str_eqz(c->type, "vulnerability"))
    return VG_OK;
  vg_buf_init(&value, 1 << 16);
  vg_code rc = intel_normalise(TYPE_CVE, c->name, &value) ? keep_value(&k, TYPE_CVE, vg_buf_view(&value), err)
                                                          : vg_buf_check(&value, err);
  vg_buf_fini(&value);
  return rc;
}

static void keep_ref(struct batch *b, vg_str role, vg_jv v) {
  vg_str id;
  if (vg_jv_str(v, &id) && id.n <= VG_ID_MAX)
    put_found(b, INDICATOR_TYPES, role, node_key(id));
}

/* What we made, or its reader tried, is good. YARA's rules are compiled when the batch goes on. */
static vg_code judge(struct import *im, const struct columns *c, struct ready *r, struct vg_err *why) {
  if (!c->pattern.p)
    return VG_FAIL(why, VG_EDATA, "intel.pattern_none");
  if (is_stix(c))
    return im->made ? VG_OK : intel_pattern_check(c->pattern, why);
  if (im->looked_at)
    return VG_OK;
  if (!vg_str_eqz(c->pattern_type, "yara"))
    return rule_form(c->pattern_type, c->pattern, why);
  r->rule = keep(im->batch, c->pattern);
  return VG_OK;
}

void batch_mark_broken(struct batch *b, struct ready *r, struct vg_err *why) {
  (void)VG_FAIL(why, VG_EDATA, "intel.broken", VG_T(batch_text(b, r->id)), VG_T(batch_text(b, r->name)));
  r->fault = keep(b, vg_str_n((const char *)why, sizeof *why));
}

/* The values to search for; an indicator without (a rule, a broken pattern) is found by its language. */
static vg_code keep_use(struct import *im, const struct columns *c, struct ready *r, struct vg_err *err) {
  struct batch *b = im->batch;
  struct vg_err why = {0};
  const vg_code rc = is_indicator(c) ? judge(im, c, r, &why) : VG_OK;
  r->values.at = b->bytes.n;
  if (rc == VG_OK)
    VG_TRY(keep_values(b, c, err));
  r->values.n = b->bytes.n - r->values.at;
  if (rc == VG_EDATA || rc == VG_ELIMIT)
    batch_mark_broken(b, r, &why);
  else if (rc != VG_OK) {
    if (err)
      *err = why;
    return rc;
  }
  if (is_indicator(c) && !r->values.n)
    r->language = keep(b, c->pattern_type.n < LANGUAGE_MAX ? c->pattern_type : VG_STR("other"));
  return VG_OK;
}

static void keep_refs(struct batch *b, vg_jv o) {
  struct vg_jit it, each;
  vg_jv v, one;
  vg_str key;
  for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);) {
    if (vg_str_eqz(key, "object_marking_refs"))
      continue;
    if (vg_str_ends(key, VG_STR("_ref")))
      keep_ref(b, key, v);
    else if (vg_str_ends(key, VG_STR("_refs")))
      for (vg_jit_init(&each, v); vg_jit_next(&each, NULL, &one);)
        keep_ref(b, key, one);
  }
}

/* --- words --- */

/* Is this word a value rather than a word: found by `value`, and not worth a place in the index of words? */
static bool is_value(vg_str word) {
  bool digits = false, dots = false;
  for (size_t i = 0; i < word.n; i++) {
    digits |= vg_is_digit(word.p[i]);
    dots |= i + 1 < word.n && (word.p[i] == '.' || word.p[i] == '/' || word.p[i] == '@' || word.p[i] == ':') &&
            vg_is_alnum(word.p[i + 1]);
  }
  return dots || (digits && word.n >= 32);
}

static void put_words(struct vg_buf *out, vg_str text) {
  vg_str word;
  while (text.p && vg_str_cut(&text, ' ', &word)) {
    if (word.n == 0 || is_value(word))
      continue;
    vg_buf_str(out, word);
    vg_buf_byte(out, ' ');
  }
}

/* How many bytes of them are the name's. */
static size_t put_all_words(struct vg_buf *out, const struct columns *c) {
  size_t from = out->n;
  put_words(out, vg_str_sub(c->name, 0, 100000));
  size_t name = out->n - from;
  put_words(out, vg_str_sub(c->description, 0, 400000));
  return name;
}

static void keep_words(struct batch *b, const struct columns *c, struct ready *r) {
  r->words.at = b->bytes.n;
  r->name_words = put_all_words(&b->bytes, c);
  r->words.n = b->bytes.n - r->words.at;
}

vg_code intel_object_words(vg_str json, struct vg_buf *out, size_t *name_words, struct vg_err *err) {
  struct vg_json *j;
  struct columns c;
  vg_jv o;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, json, &o, err);
  if (rc == VG_OK)
    rc = node_columns(o, &c, err);
  if (rc == VG_OK) {
    *name_words = put_all_words(out, &c);
    rc = vg_buf_check(out, err);
  }
  vg_json_free(j);
  return rc;
}

/* --- objects --- */

static void keep_made(struct batch *b, const struct made *m, struct ready *r) {
  r->made.at = b->bytes.n;
  vg_buf_add(&b->bytes, &m->form, sizeof m->form);
  vg_buf_str(&b->bytes, vg_buf_view(&m->text));
  r->made.n = b->bytes.n - r->made.at;
}

static vg_code prepare(struct import *im, vg_jv o, vg_str text, vg_str received, struct columns *c,
                       struct vg_err *err) {
  struct batch *b = im->batch;
  struct ready *r = &b->v[b->n];
  default_marks(im, c);
  *r = (struct ready){.kind = im->untold ? READY_UNTOLD : READY_OBJECT,
                      .modified = c->modified,
                      .valid_from = c->valid_from,
                      .valid_until = c->valid_until,
                      .tlp = c->marks.tlp,
                      .pap = c->marks.pap,
                      .confidence = c->confidence,
                      .revoked = c->revoked,
                      .source = im->source};
  vg_sha256(text.p, text.n, r->digest);
  r->id = keep(b, c->id);
  r->type = keep(b, c->type);
  r->name = keep(b, c->name);
  r->json = keep(b, intel_body_pack(im->packer, text, &r->coding));
  if (received.n)
    r->received = keep(b, intel_body_pack(im->packer, received, &r->received_coding));
  keep_words(b, c, r);
  VG_TRY(keep_use(im, c, r, err));
  r->refs.at = b->bytes.n;
  if (c->links)
    keep_refs(b, o);
  r->refs.n = b->bytes.n - r->refs.at;
  if (im->made)
    keep_made(b, im->made, r);
  return vg_buf_check(&b->bytes, err);
}

vg_code batch_hand_on(struct import *im, bool now, struct vg_err *err) {
  struct batch *b = im->batch;
  if (b->n == 0 || (!now && b->n < BATCH_MAX && b->bytes.n < BATCH_BYTES))
    return VG_OK;
  if (b->rules)
    VG_TRY(batch_check_rules(im, b, err));
  b->read_to = im->input.at;
  return im->pipe ? pipe_give(im->pipe, &im->batch, err) : node_put(im, b, err);
}

/* What a refused object had put there is taken back, whether it turned the buffer bad or not. */
static void take_back(struct batch *b, size_t mark) {
  b->bytes.n = mark;
  b->bytes.bad = b->bytes.nomem = false;
}

/* Ended by a NUL. */
static struct span keep_place(struct import *im, const char *place_kind, int64_t at) {
  struct vg_buf *b = &im->batch->bytes;
  const size_t from = b->n;
  vg_buf_fmt(b, "%s, %s %lld", import_name(im), place_kind, (long long)at);
  vg_buf_byte(b, 0);
  return (struct span){from, b->n - from};
}

vg_code import_reject(struct import *im, const char *place_kind, int64_t at, const struct vg_err *reason,
                      struct vg_err *err) {
  struct batch *b = im->batch;
  struct ready *r = &b->v[b->n];
  *r = (struct ready){.kind = READY_REFUSED, .id = keep_place(im, place_kind, at)};
  r->json = keep(b, vg_str_n((const char *)reason, sizeof *reason));
  VG_TRY(vg_buf_check(&b->bytes, err));
  im->rejected++;
  b->n++;
  return batch_hand_on(im, false, err);
}

/* A bad object is rejected, and that is no error of the import. */
static vg_code settle(struct import *im, vg_code rc, size_t mark, const char *place_kind, int64_t at,
                      const struct vg_err *reason, struct vg_err *err) {
  if (rc == VG_EDATA || rc == VG_ELIMIT) {
    take_back(im->batch, mark);
    return import_reject(im, place_kind, at, reason, err);
  }
  if (rc != VG_OK) {
    if (err)
      *err = *reason;
    return rc;
  }
  struct ready *r = &im->batch->v[im->batch->n++];
  if (r->rule.n || r->fault.n) {
    r->place = keep_place(im, place_kind, at);
    im->batch->rules += r->rule.n > 0;
    VG_TRY(vg_buf_check(&im->batch->bytes, err));
  }
  return batch_hand_on(im, false, err);
}

static vg_code put_made(struct import *im, vg_str text, vg_str received, const char *place_kind, int64_t at,
                        struct vg_err *err) {
  struct vg_err reason = {0};
  struct columns c;
  size_t mark = im->batch->bytes.n;
  vg_jv o;
  vg_code rc = vg_json_parse(im->inner, text, &o, &reason);
  if (rc == VG_OK)
    rc = node_columns(o, &c, &reason);
  if (rc == VG_OK)
    rc = prepare(im, o, text, received, &c, &reason);
  return settle(im, rc, mark, place_kind, at, &reason, err);
}

/* An object of STIX 2.0: what 2.1 makes of it is stored, and beside it what was received. */
static vg_code put_old(struct import *im, vg_jv o, vg_str text, const char *place_kind, int64_t at,
                       struct vg_err *err) {
  struct vg_err reason = {0};
  bool untold = im->untold;
  if (!im->lift)
    VG_TRY(lift_new(&im->lift, err));
  vg_code rc = lift_object(im->lift, o, NULL, NULL, &reason);
  if (rc != VG_OK)
    return settle(im, rc, im->batch->bytes.n, place_kind, at, &reason, err);
  im->lifted++;
  im->untold = true;
  for (size_t i = 0; i + 1 < im->lift->count && rc == VG_OK; i++)
    rc = put_made(im, lift_text(im->lift, i), VG_NOSTR, place_kind, at, err);
  im->untold = untold;
  return rc != VG_OK ? rc : put_made(im, lift_text(im->lift, im->lift->count - 1), text, place_kind, at, err);
}

vg_code import_object(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err) {
  struct vg_err reason = {0};
  struct columns c;
  size_t mark = im->batch->bytes.n;
  vg_jv o;
  im->read += !im->untold;
  vg_code rc = vg_json_parse(im->inner, text, &o, &reason);
  if (rc == VG_OK)
    rc = node_columns(o, &c, &reason);
  if (rc == VG_OK && !vg_str_eqz(c.version, "2.1") && lift_wanted(o))
    return put_old(im, o, text, place_kind, at, err);
  if (rc == VG_OK)
    rc = prepare(im, o, text, VG_NOSTR, &c, &reason);
  return settle(im, rc, mark, place_kind, at, &reason, err);
}

vg_code import_settle_all(struct import *im, struct vg_err *err) {
  VG_ASSERT(!im->pipe);
  VG_TRY(batch_hand_on(im, true, err));
  return rows_write_keys(im, err);
}

vg_code intel_object_values(vg_str json, intel_stated_sink *sink, void *ctx, struct vg_err *err) {
  struct batch *b;
  struct vg_json *j = NULL;
  struct columns c;
  struct found f;
  vg_str role, value;
  vg_jv o;
  VG_TRY(batch_new(&b, err));
  vg_code rc = vg_json_new(&j, err);
  if (rc == VG_OK)
    rc = vg_json_parse(j, json, &o, err);
  if (rc == VG_OK)
    rc = node_columns(o, &c, err);
  if (rc == VG_OK &&
      (!is_indicator(&c) || !is_stix(&c) || !c.pattern.p || intel_pattern_check(c.pattern, NULL) == VG_OK))
    rc = keep_values(b, &c, err);
  for (struct span rows = {0, b->bytes.n}; rc == VG_OK && batch_next(b, &rows, &f, &role, &value);)
    rc = sink(ctx, f.type, value, err);
  vg_json_free(j);
  batch_free(b);
  return rc;
}
