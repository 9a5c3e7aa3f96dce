/* A file of events, checked for all that it says of itself. */
#include "merge/merge_internal.h"

struct reading {
  struct merge_file *f;
  merge_sink *sink;
  void *ctx;
  struct vg_json *json;
  int64_t line, next; /* next: number of the event that must follow */
  char hash[MERGE_HEX];
  vg_time last;
  bool begun, ended;
  /* Rows that are attached to the last event. */
  struct vg_hash *sum;
  int64_t due, got, of;
  char kind[64], subject[VG_ID_MAX], attached[MERGE_HEX];
};

static bool hex_at(vg_jv obj, const char *key, char out[static MERGE_HEX]) {
  unsigned char raw[VG_SHA256_SIZE];
  return merge_copy(obj, key, out, MERGE_HEX) && vg_unhex(vg_str_z(out), raw, sizeof raw);
}

static vg_code bad(const struct reading *r, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "merge.line", VG_N(r->line));
}

static vg_code begin(struct reading *r, vg_jv root, struct vg_err *err) {
  vg_str what;
  unsigned char key[VG_KEY_SIZE];
  struct merge_file *f = r->f;
  if (!vg_jv_str_at(root, "vigie", &what) || !vg_str_eqz(what, "events") || !vg_jv_i64_at(root, "version", &f->version))
    return VG_FAIL(err, VG_EDATA, "merge.no_file");
  if (f->version < 1 || f->version > 3)
    return VG_FAIL(err, VG_EVERSION, "merge.version", VG_N(f->version));
  if (!merge_copy(root, "origin", f->origin, sizeof f->origin) || !vg_unhex(vg_str_z(f->origin), key, sizeof key) ||
      !merge_copy(root, "name", f->name, sizeof f->name) || !vg_jv_i64_at(root, "from", &f->from) || f->from < 1 ||
      (f->version > 1 && !hex_at(root, "prev", f->prev)))
    return bad(r, err);
  vg_str_copy(r->hash, sizeof r->hash, vg_str_z(f->prev));
  r->next = f->from;
  r->begun = true;
  return VG_OK;
}

bool merge_parse(vg_jv root, vg_str line, struct merge_event *e) {
  vg_jv actor = vg_jv_at(root, "actor");
  char time[VG_TIME_TEXT];
  *e = (struct merge_event){.line = line, .body = vg_jv_at(root, "body"), .prev = VG_STR("")};
  bool ok = vg_jv_i64_at(root, "seq", &e->seq) && merge_copy(root, "time", time, sizeof time) &&
            vg_time_parse(vg_str_z(time), &e->time) && merge_text(root, "kind", 63, &e->kind) &&
            merge_text(root, "subject", VG_ID_MAX - 1, &e->subject) &&
            merge_text(actor, "id", VG_ID_MAX - 1, &e->actor) && merge_text(actor, "name", 200, &e->actor_name) &&
            vg_jv_type(e->body) == VG_J_OBJ;
  if (vg_jv_type(vg_jv_at(root, "prev")) != VG_J_MISSING)
    ok = ok && merge_text(root, "prev", MERGE_HEX - 1, &e->prev) && e->prev.n == MERGE_HEX - 1;
  return ok;
}

bool merge_as_made(struct merge_event *e) {
  char time[VG_TIME_TEXT];
  if (vg_jv_type(vg_jv_at(e->body, "adopted")) == VG_J_MISSING || vg_jv_type(vg_jv_at(e->body, "by")) == VG_J_MISSING)
    return true;
  return merge_copy(e->body, "made", time, sizeof time) && vg_time_parse(vg_str_z(time), &e->time) &&
         merge_text(e->body, "by", VG_ID_MAX - 1, &e->actor) && merge_text(e->body, "by_name", 200, &e->actor_name);
}

/* {"seq":N,"withheld":digest} */
static bool parse_withheld(vg_jv root, struct merge_event *e) {
  unsigned char raw[VG_SHA256_SIZE];
  *e = (struct merge_event){.withheld = true};
  return vg_jv_i64_at(root, "seq", &e->seq) && vg_jv_str_at(root, "withheld", &e->line) &&
         vg_unhex(e->line, raw, sizeof raw);
}

/* The chain goes on from r->hash, "" when a file of version 1 has not told it: who imports compares. */
static bool link_up(struct reading *r, struct merge_event *e) {
  char digest[MERGE_HEX];
  if (e->withheld)
    vg_str_copy(digest, sizeof digest, e->line);
  else
    merge_digest(e->line, digest);
  if (e->prev.n) {
    if (r->hash[0] && !vg_str_eqz(e->prev, r->hash))
      return false;
    if (!r->hash[0])
      vg_str_copy(r->f->prev, sizeof r->f->prev, e->prev);
    vg_str_copy(e->hash, sizeof e->hash, vg_str_z(digest));
  } else {
    if (!r->hash[0])
      return false;
    merge_chain(r->hash, digest, e->hash);
  }
  vg_str_copy(r->hash, sizeof r->hash, vg_str_z(e->hash));
  return true;
}

/* What the body says of rows that are attached. */
static bool read_attached(struct reading *r, struct merge_event *e) {
  r->due = 0;
  if (vg_jv_type(vg_jv_at(e->body, "attached_sha256")) == VG_J_MISSING)
    return true;
  if (!vg_jv_i64_at(e->body, "attached", &r->due) || r->due < 0 || !hex_at(e->body, "attached_sha256", r->attached))
    return false;
  vg_str_copy(r->kind, sizeof r->kind, e->kind);
  vg_str_copy(r->subject, sizeof r->subject, e->subject);
  r->of = e->seq;
  e->attached = vg_str_z(r->attached);
  return true;
}

static struct merge_event of_event(const struct reading *r) {
  return (struct merge_event){.row = true,
                              .seq = r->of,
                              .kind = vg_str_z(r->kind),
                              .subject = vg_str_z(r->subject),
                              .attached = vg_str_z(r->attached)};
}

static vg_code attached(struct reading *r, vg_jv root, vg_str line, struct vg_err *err) {
  struct merge_event e = of_event(r);
  if (r->f->version < 3 || r->got == r->due)
    return VG_FAIL(err, VG_EDAMAGE, "merge.attached", VG_N(r->line));
  r->got++;
  vg_hash_add(r->sum, line.p, line.n);
  vg_hash_add(r->sum, "\n", 1);
  e.line = line;
  e.body = root;
  return r->sink ? r->sink(r->ctx, &e, err) : VG_OK;
}

/* All of them, or none. */
static vg_code attached_end(struct reading *r, struct vg_err *err) {
  unsigned char raw[VG_DIGEST_MAX];
  char sum[MERGE_HEX];
  struct merge_event e = of_event(r);
  int64_t due = r->due, got = r->got;
  r->due = r->got = 0;
  r->f->bare += due > 0 && got == 0;
  if (got == 0)
    return VG_OK;
  vg_hash_end(r->sum, raw);
  if (got != due || !vg_str_eqz(vg_str_z(vg_hex(sum, raw, VG_SHA256_SIZE)), r->attached))
    return VG_FAIL(err, VG_EDAMAGE, "merge.attached", VG_N(r->line - 1));
  return r->sink ? r->sink(r->ctx, &e, err) : VG_OK;
}

static vg_code event(struct reading *r, vg_jv root, vg_str line, struct vg_err *err) {
  struct merge_event e;
  bool hidden = vg_jv_type(vg_jv_at(root, "withheld")) != VG_J_MISSING;
  if (!(hidden ? parse_withheld(root, &e) : merge_parse(root, line, &e) && read_attached(r, &e)))
    return bad(r, err);
  if (e.seq != r->next || !link_up(r, &e))
    return VG_FAIL(err, VG_EDAMAGE, "merge.chain", VG_N(r->line));
  r->f->withheld += hidden;
  if (!hidden) {
    r->f->clock_back += r->last != VG_NOTIME && e.time < r->last;
    r->last = e.time;
  }
  r->next = e.seq + 1;
  return r->sink ? r->sink(r->ctx, &e, err) : VG_OK;
}

static bool read_proofs(struct reading *r, vg_jv list) {
  struct vg_jit it;
  vg_jv one;
  vg_str proof;
  int64_t size;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &one);) {
    if (!vg_jv_i64_at(one, "size", &size) || !merge_text(one, "proof", 1 << 16, &proof) ||
        vg_str_find_byte(proof, '\n', 0) != SIZE_MAX)
      return false;
    vg_buf_fmt(&r->f->proofs, "%lld ", (long long)size);
    vg_buf_str(&r->f->proofs, proof);
    vg_buf_byte(&r->f->proofs, '\n');
  }
  return vg_buf_check(&r->f->proofs, NULL) == VG_OK;
}

/* The checkpoint of the origin's ledger, signed with the same key. */
static bool read_note(struct reading *r, vg_jv root, const unsigned char *key) {
  struct merge_file *f = r->f;
  bool ok = false;
  if (vg_jv_type(vg_jv_at(root, "checkpoint")) == VG_J_MISSING)
    return true;
  return merge_copy(root, "checkpoint", f->note, sizeof f->note) &&
         ledger_note_read(vg_str_z(f->note), key, &f->ledger_size, f->ledger_root, &ok) && ok &&
         read_proofs(r, vg_jv_at(root, "proofs"));
}

static vg_code end(struct reading *r, vg_jv root, struct vg_err *err) {
  struct vg_buf sig, said;
  unsigned char key[VG_KEY_SIZE];
  vg_str hash;
  vg_code rc = VG_OK;
  vg_buf_init(&sig, 256);
  vg_buf_init(&said, 1024);
  if (!vg_jv_i64_at(root, "seq", &r->f->to) || !vg_jv_str_at(root, "hash", &hash) ||
      !merge_copy(root, "signature", r->f->signature, sizeof r->f->signature))
    VG_GO(bad(r, err));
  merge_statement(&said, vg_str_z(r->f->origin), r->f->to, r->hash);
  if (!r->hash[0] || r->f->to != r->next - 1 || r->f->to < r->f->from || !vg_str_eqz(hash, r->hash) ||
      !vg_unhex(vg_str_z(r->f->origin), key, sizeof key) || !vg_unbase64(vg_str_z(r->f->signature), &sig) ||
      sig.n != VG_SIG_SIZE || !vg_key_verify(key, vg_buf_view(&said), (const unsigned char *)sig.p) ||
      !read_note(r, root, key))
    rc = VG_FAIL(err, VG_EDAMAGE, "merge.signature");
  r->ended = true;
out:
  vg_buf_fini(&sig);
  vg_buf_fini(&said);
  return rc;
}

static vg_code one(struct reading *r, vg_str line, struct vg_err *err) {
  vg_jv root;
  vg_str s;
  if (r->ended)
    return bad(r, err);
  if (line.n > MERGE_LINE_MAX)
    return VG_FAIL(err, VG_ELIMIT, "merge.line", VG_N(r->line));
  if (vg_json_parse(r->json, line, &root, NULL) != VG_OK)
    return bad(r, err);
  if (!r->begun)
    return begin(r, root, err);
  if (vg_jv_type(root) == VG_J_ARR)
    return attached(r, root, line, err);
  VG_TRY(attached_end(r, err));
  return vg_jv_str_at(root, "signature", &s) ? end(r, root, err) : event(r, root, line, err);
}

void merge_file_fini(struct merge_file *f) { vg_buf_fini(&f->proofs); }

vg_code merge_read(vg_str text, struct merge_file *out, merge_sink *sink, void *ctx, struct vg_err *err) {
  struct reading r = {.f = out, .sink = sink, .ctx = ctx, .last = VG_NOTIME};
  vg_str line;
  vg_code rc = VG_OK;
  *out = (struct merge_file){.from = 0};
  vg_buf_init(&out->proofs, 1 << 20);
  VG_TRY(vg_json_new(&r.json, err));
  rc = vg_hash_new(&r.sum, VG_SHA256, err);
  while (rc == VG_OK && vg_str_line(&text, &line)) {
    r.line++;
    rc = one(&r, line, err);
  }
  if (rc == VG_OK && !r.begun)
    rc = VG_FAIL(err, VG_EDATA, "merge.no_file");
  else if (rc == VG_OK && !r.ended)
    rc = VG_FAIL(err, VG_EDAMAGE, "merge.cut");
  vg_json_free(r.json);
  vg_hash_free(r.sum);
  return rc;
}
