/* A file of events, checked for all that it says of itself. */
#include "merge/merge_internal.h"

struct reading {
  struct merge_file *f;
  merge_sink *sink;
  void *ctx;
  struct vg_json *json;
  int64_t line, next; /* next: number of the event that must follow */
  char prev[2 * VG_SHA256_SIZE + 1];
  vg_time last;
  bool begun, ended;
};

static bool copy_at(vg_jv obj, const char *key, char *out, size_t cap) {
  vg_str s;
  if (!vg_jv_str_at(obj, key, &s) || s.n >= cap || !vg_utf8_ok(s))
    return false;
  vg_str_copy(out, cap, s);
  return true;
}

static vg_code bad(const struct reading *r, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "merge.line", VG_N(r->line));
}

static vg_code begin(struct reading *r, vg_jv root, struct vg_err *err) {
  vg_str what;
  int64_t version;
  unsigned char key[VG_KEY_SIZE];
  if (!vg_jv_str_at(root, "vigie", &what) || !vg_str_eqz(what, "events") || !vg_jv_i64_at(root, "version", &version))
    return VG_FAIL(err, VG_EDATA, "merge.no_file");
  if (version != 1)
    return VG_FAIL(err, VG_EVERSION, "merge.version", VG_N(version));
  if (!copy_at(root, "origin", r->f->origin, sizeof r->f->origin) ||
      !vg_unhex(vg_str_z(r->f->origin), key, sizeof key) || !copy_at(root, "name", r->f->name, sizeof r->f->name) ||
      !vg_jv_i64_at(root, "from", &r->f->from) || r->f->from < 1)
    return bad(r, err);
  r->next = r->f->from;
  r->begun = true;
  return VG_OK;
}

bool merge_parse(vg_jv root, vg_str line, struct merge_event *e) {
  vg_jv actor = vg_jv_at(root, "actor");
  vg_str time;
  *e = (struct merge_event){.line = line, .body = vg_jv_at(root, "body")};
  return vg_jv_i64_at(root, "seq", &e->seq) && vg_jv_str_at(root, "prev", &e->prev) &&
         vg_jv_str_at(root, "time", &time) && vg_time_parse(time, &e->time) && vg_jv_str_at(root, "kind", &e->kind) &&
         vg_jv_str_at(root, "subject", &e->subject) && vg_jv_str_at(actor, "id", &e->actor) &&
         vg_jv_str_at(actor, "name", &e->actor_name) && vg_jv_type(e->body) == VG_J_OBJ;
}

static vg_code event(struct reading *r, vg_jv root, vg_str line, struct vg_err *err) {
  struct merge_event e;
  if (!merge_parse(root, line, &e))
    return bad(r, err);
  /* The first of a file is compared with what is here by who imports. */
  if (e.seq != r->next || (r->prev[0] && !vg_str_eqz(e.prev, r->prev)))
    return VG_FAIL(err, VG_EDAMAGE, "merge.chain", VG_N(r->line));
  r->f->clock_back += r->last != VG_NOTIME && e.time < r->last;
  r->last = e.time;
  r->next = e.seq + 1;
  merge_line_hash(line, e.hash);
  vg_str_copy(r->prev, sizeof r->prev, vg_str_z(e.hash));
  return r->sink ? r->sink(r->ctx, &e, err) : VG_OK;
}

static vg_code end(struct reading *r, vg_jv root, struct vg_err *err) {
  struct vg_buf sig, said;
  unsigned char key[VG_KEY_SIZE];
  vg_str hash;
  vg_code rc = VG_OK;
  vg_buf_init(&sig, 256);
  vg_buf_init(&said, 1024);
  if (!vg_jv_i64_at(root, "seq", &r->f->to) || !vg_jv_str_at(root, "hash", &hash) ||
      !copy_at(root, "signature", r->f->signature, sizeof r->f->signature))
    VG_GO(bad(r, err));
  merge_statement(&said, vg_str_z(r->f->origin), r->f->to, r->prev);
  if (!r->prev[0] || r->f->to != r->next - 1 || !vg_str_eqz(hash, r->prev) ||
      !vg_unhex(vg_str_z(r->f->origin), key, sizeof key) || !vg_unbase64(vg_str_z(r->f->signature), &sig) ||
      sig.n != VG_SIG_SIZE || !vg_key_verify(key, vg_buf_view(&said), (const unsigned char *)sig.p))
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
  return vg_jv_str_at(root, "signature", &s) ? end(r, root, err) : event(r, root, line, err);
}

vg_code merge_read(vg_str text, struct merge_file *out, merge_sink *sink, void *ctx, struct vg_err *err) {
  struct reading r = {.f = out, .sink = sink, .ctx = ctx, .last = VG_NOTIME};
  vg_str line;
  vg_code rc = VG_OK;
  *out = (struct merge_file){.from = 0};
  VG_TRY(vg_json_new(&r.json, err));
  while (rc == VG_OK && vg_str_line(&text, &line)) {
    r.line++;
    rc = one(&r, line, err);
  }
  if (rc == VG_OK && !r.begun)
    rc = VG_FAIL(err, VG_EDATA, "merge.no_file");
  else if (rc == VG_OK && !r.ended)
    rc = VG_FAIL(err, VG_EDAMAGE, "merge.cut");
  vg_json_free(r.json);
  return rc;
}
