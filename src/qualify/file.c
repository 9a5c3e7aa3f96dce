/* A file on disk: its facts and digests from the cell, what they weigh, and what is known of its digests. */
#include "qualify/qualify_internal.h"

#include "analysis/analysis.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "qualify/facts.h"
#include "sandbox/sandbox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 20, LOOK = 64 << 20, AKIN = 70 };

/* --- in the cell ---------------------------------------------------------------------------------------------- */

static void send_fact(void *ctx, const char *fact, vg_str a, vg_str b) {
  struct vg_buf out;
  struct vg_jw w;
  vg_buf_init(&out, 1 << 16);
  vg_jw_init(&w, &out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "fact", fact);
  vg_jw_kstr(&w, "a", vg_str_sub(a, 0, QUALIFY_ARG_MAX));
  vg_jw_kstr(&w, "b", vg_str_sub(b, 0, QUALIFY_ARG_MAX));
  vg_jw_end(&w);
  if (vg_buf_check(&out, NULL) == VG_OK)
    cell_send(ctx, CELL_RECORD, vg_buf_view(&out));
  vg_buf_fini(&out);
}

static vg_code send_digest(struct cell_out *out, enum vg_digest d, vg_str bytes, struct vg_err *err) {
  unsigned char sum[VG_DIGEST_MAX];
  char hex[2 * VG_DIGEST_MAX + 1];
  struct vg_hash *h;
  VG_TRY(vg_hash_new(&h, d, err));
  vg_hash_add(h, bytes.p, bytes.n);
  vg_hash_end(h, sum);
  vg_hash_free(h);
  send_fact(out, vg_digest_name(d), vg_str_z(vg_hex(hex, sum, vg_digest_size(d))), VG_STR(""));
  return VG_OK;
}

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  static const enum vg_digest digests[] = {VG_MD5, VG_SHA1, VG_SHA256};
  struct vg_map_file file;
  struct tlsh_run likeness;
  struct tlsh t;
  char text[TLSH_TEXT], n[32];
  vg_code rc = VG_OK;
  VG_TRY(vg_map_open(&file, in->inputs[0], err));
  for (size_t i = 0; i < VG_COUNT(digests); i++)
    VG_GO(send_digest(out, digests[i], file.bytes, err));
  tlsh_begin(&likeness);
  for (size_t at = 0; at < file.bytes.n; at += CHUNK) {
    tlsh_add(&likeness, vg_str_sub(file.bytes, at, CHUNK));
    cell_send_progress(out, at, file.bytes.n);
  }
  if (tlsh_end(&likeness, &t))
    send_fact(out, "tlsh", vg_str_z(tlsh_text(&t, text)), VG_STR(""));
  vg_str head = vg_str_sub(file.bytes, 0, LOOK);
  send_fact(out, "entropy", facts_number(n, "%.2f", facts_entropy(head)), VG_STR(""));
  send_fact(out, "size", facts_number(n, "%.0f", (double)file.bytes.n), VG_STR(""));
  const char *kind = facts_read(head, vg_path_base(vg_str_z(in->inputs[0])), &(struct facts_out){send_fact, out});
  send_fact(out, "kind", vg_str_z(kind), VG_STR(""));
out:
  vg_map_close(&file);
  return rc;
}

const struct cell_parser qualify_parser = {
    .name = "facts", .run = run, .memory = UINT64_C(8) << 30, .cpu_seconds = 600};

/* --- the parent's side ---------------------------------------------------------------------------------------- */

/* What a fact weighs: judged, no labelled files were at hand. Together they suspect at most (FACTS_MOST); they never
 * convict. */
static const double facts_most = 2.2;
static const struct {
  const char *name, *reason;
  double weight;
} known[] = {
    {"pe.signed", "qualify.fact.pe.signed", -0.7},
    {"pe.unsigned", "qualify.fact.pe.unsigned", 0},
    {"pe.library", "qualify.fact.pe.library", 0},
    {"pe.dotnet", "qualify.fact.pe.dotnet", 0},
    {"pe.packer", "qualify.fact.pe.packer", 0.6},
    {"pe.dense", "qualify.fact.pe.dense", 0.8},
    {"pe.wx", "qualify.fact.pe.wx", 0.6},
    {"pe.entry", "qualify.fact.pe.entry", 0.8},
    {"pe.imports", "qualify.fact.pe.imports", 0.6},
    {"pe.inject", "qualify.fact.pe.inject", 1.0},
    {"pe.fetch", "qualify.fact.pe.fetch", 0.6},
    {"pe.keys", "qualify.fact.pe.keys", 0.3},
    {"pe.encrypt", "qualify.fact.pe.encrypt", 0.3},
    {"pe.overlay", "qualify.fact.pe.overlay", 0.3},
    {"elf.wx", "qualify.fact.elf.wx", 0.6},
    {"elf.dense", "qualify.fact.elf.dense", 0.8},
    {"elf.packer", "qualify.fact.pe.packer", 0.6},
    {"elf.nosections", "qualify.fact.elf.nosections", 0.5},
    {"elf.static", "qualify.fact.elf.static", 0.2},
    {"pdf.script", "qualify.fact.pdf.script", 0.8},
    {"pdf.open", "qualify.fact.pdf.open", 0.4},
    {"pdf.launch", "qualify.fact.pdf.launch", 1.2},
    {"pdf.file", "qualify.fact.pdf.file", 0.4},
    {"pdf.form", "qualify.fact.pdf.form", 0.1},
    {"pdf.encrypted", "qualify.fact.pdf.encrypted", 0.1},
    {"pdf.packed", "qualify.fact.pdf.packed", 0},
    {"pdf.hidden", "qualify.fact.pdf.hidden", 1.0},
    {"pdf.plain", "qualify.fact.plain", -0.7},
    {"office.macros", "qualify.fact.office.macros", 0.8},
    {"office.alone", "qualify.fact.office.alone", 0.8},
    {"office.encrypted", "qualify.fact.office.encrypted", 0.2},
    {"office.object", "qualify.fact.office.object", 0.4},
    {"office.active", "qualify.fact.office.active", 0.6},
    {"office.dde", "qualify.fact.office.dde", 0.8},
    {"office.plain", "qualify.fact.plain", -0.5},
    {"zip.encrypted", "qualify.fact.zip.encrypted", 0.3},
    {"rtf.object", "qualify.fact.rtf.object", 0.8},
    {"rtf.remote", "qualify.fact.rtf.remote", 1.0},
    {"name.program", "qualify.fact.name.program", 1.5},
    {"name.double", "qualify.fact.name.double", 1.2},
    {"name.reversed", "qualify.fact.name.reversed", 1.5},
    {"broken", "qualify.fact.broken", 0.2},
};

struct reading {
  struct qualify_file *f;
  struct vg_json *json;
};

/* The name of a fact is looked up, its words are cut: a cell that was taken over can say no more than this. */
static void take_fact(struct qualify_file *f, vg_str name, vg_str a, vg_str b) {
  const struct {
    const char *name;
    char *to;
    size_t cap;
  } text[] = {{"md5", f->md5, sizeof f->md5},
              {"sha1", f->sha1, sizeof f->sha1},
              {"sha256", f->sha256, sizeof f->sha256},
              {"tlsh", f->tlsh, sizeof f->tlsh},
              {"kind", f->kind, sizeof f->kind}};
  for (size_t i = 0; i < VG_COUNT(text); i++)
    if (vg_str_eqz(name, text[i].name))
      vg_str_copy(text[i].to, text[i].cap, a);
  if (vg_str_eqz(name, "entropy"))
    (void)vg_str_f64(a, &f->entropy);
  if (vg_str_eqz(name, "size"))
    (void)vg_str_i64(a, &f->size);
  for (size_t i = 0; i < VG_COUNT(known) && f->facts < QUALIFY_FACTS; i++)
    if (vg_str_eqz(name, known[i].name)) {
      struct qualify_fact *x = &f->fact[f->facts++];
      *x = (struct qualify_fact){known[i].name, known[i].reason, {{0}, {0}}, known[i].weight};
      vg_str_copy(x->arg[0], sizeof x->arg[0], a);
      vg_str_copy(x->arg[1], sizeof x->arg[1], b);
    }
}

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct reading *r = ctx;
  vg_jv root;
  vg_str name, a, b;
  if (kind != CELL_RECORD)
    return VG_OK;
  VG_TRY(vg_json_parse(r->json, payload, &root, err));
  if (vg_jv_str_at(root, "fact", &name) && vg_jv_str_at(root, "a", &a) && vg_jv_str_at(root, "b", &b))
    take_fact(r->f, name, a, b);
  return VG_OK;
}

struct matching {
  struct qualify_file *f;
  const struct qualify_rules *store;
};

/* What the store holds was sent by others: a rule of it that cannot be used is told and costs only itself. */
static vg_code on_hit(void *ctx, const struct finding *x, struct vg_err *err) {
  const struct matching *m = ctx;
  struct qualify_file *f = m->f;
  if (x->kind == FINDING_PROBLEM) {
    if (m->store && vg_str_eqz(x->problem.arg[0], qualify_rules_path(m->store))) {
      f->rules_unread = true;
      return VG_OK;
    }
    return VG_FAIL(err, VG_EDATA, x->problem.msg, VG_T(x->problem.arg[0]), VG_T(x->problem.arg[1]),
                   VG_T(x->problem.arg[2]));
  }
  if (x->kind != FINDING_HIT || !x->hit.rule.n || f->matches == QUALIFY_MATCHES)
    return VG_OK;
  struct qualify_match *match = &f->match[f->matches];
  vg_str_copy(match->rule, sizeof match->rule, x->hit.rule);
  for (size_t i = 0; i < f->matches; i++)
    if (!strcmp(f->match[i].rule, match->rule))
      return VG_OK;
  match->letter = 'D';
  const char *source = qualify_rules_source(m->store, x->hit.rule, &match->letter);
  vg_str_copy(match->source, sizeof match->source, vg_str_z(source ? source : ""));
  f->matches++;
  return VG_OK;
}

static vg_code rules_hit(const char *path, const struct qualify_rules *store, const char *const *rules, size_t count,
                         struct qualify_file *f, struct vg_err *err) {
  const char **all = calloc(count + 1, sizeof *all);
  struct analysis_order o = {.path = path, .rules = all, .kinds = 1u << FINDING_HIT};
  struct analysis_sum sum;
  vg_code rc = VG_OK;
  if (!all)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (; o.rule_count < count; o.rule_count++)
    all[o.rule_count] = rules[o.rule_count];
  if (store)
    all[o.rule_count++] = qualify_rules_path(store);
  if (o.rule_count)
    rc = analysis_run(&o, on_hit, NULL, &(struct matching){f, store}, &sum, err);
  free(all);
  return rc;
}

vg_code qualify_file_read(const char *path, const struct qualify_rules *store, const char *const *rules, size_t count,
                          struct qualify_file *out, struct vg_err *err) {
  struct reading r = {.f = out};
  struct cell_order o = {.parser = qualify_parser.name, .inputs = &path, .input_count = 1, .seconds = 900};
  *out = (struct qualify_file){0};
  VG_TRY(vg_json_new(&r.json, err));
  vg_code rc = cell_run(&o, on_frame, &r, err);
  vg_json_free(r.json);
  return rc == VG_OK ? rules_hit(path, store, rules, count, out, err) : rc;
}

void qualify_add_facts(struct qualify_assessment *a, const struct qualify_file *f) {
  double sum = 0;
  for (size_t i = 0; i < f->facts; i++)
    sum += fmax(0, f->fact[i].weight);
  for (size_t i = 0; i < f->facts; i++) {
    const struct qualify_fact *x = &f->fact[i];
    double part = x->weight > 0 && sum > facts_most ? facts_most / sum : 1;
    char key[200];
    snprintf(key, sizeof key, "fact:%s", x->name);
    if (qualify_find_piece(a, vg_str_z(key)) == a->count)
      QUALIFY_ADD(a, vg_str_z(key), x->weight * part, x->reason, x->arg[0], x->arg[1]);
  }
}

/* --- what is known of it -------------------------------------------------------------------------------------- */

struct kin {
  struct tlsh of;
  int distance; /* of the nearest so far */
  struct vg_buf value, name, source;
};

static vg_code nearer(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct kin *k = ctx;
  struct tlsh t;
  if (!tlsh_parse(v->value, &t))
    return VG_OK;
  int d = tlsh_distance(&k->of, &t);
  if (d >= k->distance)
    return VG_OK;
  k->distance = d;
  vg_buf_reset(&k->value);
  vg_buf_reset(&k->name);
  vg_buf_reset(&k->source);
  vg_buf_str(&k->value, v->value);
  vg_buf_str(&k->name, v->name);
  vg_buf_str(&k->source, v->source);
  return vg_buf_check(&k->name, err);
}

/* Judged: what is listed under the same digest says 3.5, and nothing at a distance of 70. */
static vg_code likeness(struct store_tx *tx, const struct qualify_file *f, struct qualify_assessment *a,
                        struct vg_err *err) {
  struct kin k = {.distance = AKIN};
  char distance[16];
  if (!tlsh_parse(vg_str_z(f->tlsh), &k.of))
    return VG_OK;
  vg_buf_init(&k.value, 256);
  vg_buf_init(&k.name, 4096);
  vg_buf_init(&k.source, 4096);
  vg_code rc = intel_each_value(tx, TYPE_TLSH, nearer, &k, err);
  snprintf(distance, sizeof distance, "%d", k.distance);
  if (rc == VG_OK && k.distance < AKIN)
    QUALIFY_ADD(a, VG_STR("similar"), 3.5 * (AKIN - k.distance) / AKIN, "qualify.because.similar", vg_buf_text(&k.name),
                distance, vg_buf_text(&k.source));
  vg_buf_fini(&k.value);
  vg_buf_fini(&k.name);
  vg_buf_fini(&k.source);
  return rc;
}

/* A rule is as good as who sends it; a file of rules nobody has rated, so it weighs as a list of letter D does. */
static void matched(const struct qualify_file *f, struct qualify_assessment *a) {
  char key[200];
  for (size_t i = 0; i < f->matches; i++) {
    const struct qualify_match *m = &f->match[i];
    char letter[2] = {m->letter, 0};
    snprintf(key, sizeof key, "yara:%s", m->rule);
    if (qualify_find_piece(a, vg_str_z(key)) < a->count)
      continue;
    if (m->source[0])
      QUALIFY_ADD(a, vg_str_z(key), qualify_listing_weight(m->letter), "qualify.because.yara_of", m->rule, m->source,
                  letter);
    else
      QUALIFY_ADD(a, vg_str_z(key), qualify_listing_weight(m->letter), "qualify.because.yara", m->rule);
  }
  if (f->rules_unread)
    QUALIFY_ADD(a, VG_STR("yara unread"), 0, "qualify.because.yara_unread");
}

vg_code qualify_assess_file(struct store_tx *tx, const struct qualify_file *f, struct qualify_assessment *out,
                            struct vg_err *err) {
  const struct {
    enum indicator_type type;
    const char *value;
  } digest[] = {{TYPE_SHA256, f->sha256}, {TYPE_SHA1, f->sha1}, {TYPE_MD5, f->md5}};
  qualify_begin(out);
  for (size_t i = 0; tx && i < VG_COUNT(digest); i++)
    VG_TRY(qualify_gather(tx, digest[i].type, vg_str_z(digest[i].value), store_now(tx), out, err));
  if (tx)
    VG_TRY(likeness(tx, f, out, err));
  if (tx)
    VG_TRY(qualify_copies(tx, out, err));
  matched(f, out);
  qualify_add_facts(out, f);
  qualify_weigh(out);
  return VG_OK;
}
