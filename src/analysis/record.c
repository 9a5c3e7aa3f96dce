#include "analysis/analysis_internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/table.h"
#include "casework/casework.h"
#include "intel/intel.h"

/* The spool: findings one behind the other, u32 kind, u32 length, payload as in the cell's frames. */
enum { FLUSH = 4 << 20, GROUP = 100000 };

struct analysis_recorder {
  int fd;
  struct vg_buf out;
};

vg_code analysis_recorder_new(struct analysis_recorder **out, const char *dir, struct vg_err *err) {
  struct analysis_recorder *r = calloc(1, sizeof *r);
  *out = NULL;
  if (!r)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  vg_buf_init(&r->out, FLUSH + CELL_FRAME_MAX + 8);
  r->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (r->fd < 0) {
    vg_code rc = VG_FAIL_SYS(err, "base.write", dir);
    analysis_recorder_free(r);
    return rc;
  }
  *out = r;
  return VG_OK;
}

void analysis_recorder_free(struct analysis_recorder *r) {
  if (!r)
    return;
  if (r->fd >= 0)
    (void)close(r->fd);
  vg_buf_fini(&r->out);
  free(r);
}

static vg_code flush(struct analysis_recorder *r, struct vg_err *err) {
  VG_TRY(vg_buf_check(&r->out, err));
  VG_TRY(vg_write_all(r->fd, r->out.p, r->out.n, "analysis", err));
  vg_buf_reset(&r->out);
  return VG_OK;
}

vg_code analysis_recorder_add(struct analysis_recorder *r, const struct finding *f, struct vg_err *err) {
  if (f->kind == FINDING_EVENT && vg_str_eqz(f->event.source, "filesystem"))
    return VG_OK; /* a file's own times stand in its row */
  vg_buf_le32(&r->out, finding_frame(f->kind));
  size_t at = r->out.n;
  vg_buf_le32(&r->out, 0);
  finding_write(&r->out, f);
  if (!r->out.bad)
    for (unsigned i = 0; i < 4; i++)
      r->out.p[at + i] = (char)(unsigned char)((r->out.n - at - 4) >> (8 * i));
  return r->out.n < FLUSH && !r->out.bad ? VG_OK : flush(r, err);
}

/* Findings of one kind and value within one file become one row: they are gathered while the file lasts. */
struct row {
  size_t at, n; /* its first payload in `first` */
  int64_t count, first_offset;
  vg_time seen_first, seen_last;
};
struct writer {
  struct store_tx *tx;
  int64_t run, file, volume;
  bool outside;
  struct vg_table *index;
  struct row *row;
  size_t rows;
  struct vg_buf first, key, text;
};

static struct store_arg volume_arg(int64_t volume) { return S_INT_OR_NULL(volume, volume < 0); }
static struct store_arg hash_arg(vg_str hex) { return hex.n > 0 ? S_STR(hex) : S_NULL; }

static vg_code write_hit(struct writer *w, const struct row *r, struct vg_err *err) {
  struct finding f;
  VG_ASSERT(finding_read(CELL_HIT, vg_str_n(w->first.p + r->at, r->n), &f));
  const struct found_hit *h = &f.hit;
  vg_str source = vg_utf8_ok(h->source) && vg_str_find_byte(h->source, 0, 0) == SIZE_MAX ? h->source : VG_STR("?");
  return store_exec(
      w->tx,
      "INSERT INTO analysis_finding (run, kind, file, volume, place, path, rule, type, value, source, benign, count, first_offset, "
      "first_seen, last_seen, message, args) VALUES ($1, 'hit', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '[]')",
      S_ARGS(S_INT(w->run), S_INT_OR_NULL(h->file, h->file == 0), volume_arg(h->volume), S_Z(hit_place_name(h->place)),
             S_BYTES(h->path), S_STR(h->rule), S_STR(h->type), S_BYTES(h->indicator), S_STR(source), S_INT(h->benign),
             S_INT(r->count), S_INT_OR_NULL(r->first_offset, r->first_offset < 0), S_TIME(r->seen_first),
             S_TIME(r->seen_last)),
      err);
}

static vg_code end_group(struct writer *w, struct vg_err *err) {
  for (size_t i = 0; i < w->rows; i++)
    VG_TRY(write_hit(w, &w->row[i], err));
  w->rows = 0;
  vg_buf_reset(&w->first);
  vg_table_free(w->index);
  w->index = NULL;
  return vg_table_new(&w->index, GROUP, err);
}

static void hit_key(struct vg_buf *b, const struct found_hit *h) {
  vg_buf_reset(b);
  vg_buf_byte(b, (unsigned)h->place);
  vg_buf_str(b, h->rule);
  vg_buf_byte(b, 0);
  vg_buf_str(b, h->type);
  vg_buf_byte(b, 0);
  vg_buf_str(b, h->indicator);
}

static void meet(struct row *r, const struct found_hit *h) {
  r->count++;
  if (h->offset >= 0 && (r->first_offset < 0 || h->offset < r->first_offset))
    r->first_offset = h->offset;
  if (h->time == VG_NOTIME)
    return;
  if (r->seen_first == VG_NOTIME || h->time < r->seen_first)
    r->seen_first = h->time;
  if (r->seen_last == VG_NOTIME || h->time > r->seen_last)
    r->seen_last = h->time;
}

static vg_code add_hit(struct writer *w, const struct found_hit *h, vg_str payload, struct vg_err *err) {
  uint64_t i;
  if (w->file != h->file || w->volume != h->volume || w->rows == GROUP) {
    VG_TRY(end_group(w, err));
    w->file = h->file;
    w->volume = h->volume;
  }
  hit_key(&w->key, h);
  VG_TRY(vg_buf_check(&w->key, err));
  if (!vg_table_get(w->index, vg_buf_view(&w->key), &i)) {
    i = w->rows;
    VG_TRY(vg_table_put(w->index, vg_buf_view(&w->key), i, err));
    w->row[w->rows++] = (struct row){w->first.n, payload.n, 0, -1, VG_NOTIME, VG_NOTIME};
    vg_buf_str(&w->first, payload);
    VG_TRY(vg_buf_check(&w->first, err));
  }
  meet(&w->row[i], h);
  return VG_OK;
}

static vg_code add_file(struct writer *w, const struct found_file *f, struct vg_err *err) {
  return store_exec(
      w->tx,
      "INSERT INTO analysis_file (run, number, volume, path, inode, entry, size, allocated, reused, type, md5, sha1, sha256, mtime, "
      "atime, ctime, btime) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
      S_ARGS(S_INT(w->run), S_INT(f->number), volume_arg(f->volume), S_BYTES(f->path), S_STR(f->inode),
             S_Z(file_entry_name(f->entry)), S_INT(f->size), S_INT(f->allocated), S_INT(f->reused), S_STR(f->type),
             hash_arg(f->md5), hash_arg(f->sha1), hash_arg(f->sha256), S_TIME(f->mtime), S_TIME(f->atime),
             S_TIME(f->ctime), S_TIME(f->btime)),
      err);
}

static vg_code add_problem(struct writer *w, const struct found_problem *p, struct vg_err *err) {
  struct vg_jw j;
  vg_buf_reset(&w->text);
  vg_jw_init(&j, &w->text);
  vg_jw_arr(&j);
  for (size_t i = 0; i < VG_COUNT(p->arg); i++)
    vg_jw_str(&j, p->arg[i]);
  vg_jw_end(&j);
  VG_TRY(vg_buf_check(&w->text, err));
  return store_exec(
      w->tx,
      "INSERT INTO analysis_finding (run, kind, file, volume, place, path, rule, type, value, source, benign, count, first_offset, "
      "first_seen, last_seen, message, args) VALUES ($1, 'problem', NULL, $2, '', $3, '', '', $4, '', 0, 1, NULL, NULL, NULL, $5, $6)",
      S_ARGS(S_INT(w->run), volume_arg(p->volume), S_BYTES(p->where), S_BYTES(VG_STR("")), S_Z(p->msg),
             S_STR(vg_buf_view(&w->text))),
      err);
}

static vg_code add_indicator(struct writer *w, const struct found_indicator *i, struct vg_err *err) {
  return store_exec(
      w->tx,
      "INSERT INTO analysis_finding (run, kind, file, volume, place, path, rule, type, value, source, benign, count, first_offset, "
      "first_seen, last_seen, message, args) VALUES ($1, 'indicator', $2, $3, $9, $4, '', $5, $6, '', $10, $7, $8, NULL, NULL, '', '[]')",
      S_ARGS(S_INT(w->run), S_INT_OR_NULL(i->file, i->file == 0), volume_arg(i->volume), S_BYTES(i->path),
             S_STR(i->type), S_BYTES(i->value), S_INT(i->count), S_INT_OR_NULL(i->offset, i->offset < 0),
             S_Z(hit_place_name(i->file == 0 ? PLACE_UNALLOCATED : PLACE_CONTENT)),
             S_INT((i->flags & HIT_BENIGN) != 0)),
      err);
}

static vg_code add_volume(struct writer *w, const struct found_volume *v, struct vg_err *err) {
  return store_exec(
      w->tx, "INSERT INTO analysis_volume (run, at, bytes, file_system, description) VALUES ($1, $2, $3, $4, $5)",
      S_ARGS(S_INT(w->run), S_INT(v->at), S_INT(v->bytes), S_STR(v->file_system), S_STR(v->description)), err);
}

static vg_code add_event(struct writer *w, const struct found_event *e, struct vg_err *err) {
  char text[4096];
  (void)vg_str_copy(text, sizeof text, e->text);
  return store_exec(
      w->tx,
      "INSERT INTO analysis_event (run, volume, time, source, what, path, inode, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      S_ARGS(S_INT(w->run), volume_arg(e->volume), S_INT(e->time), S_STR(e->source), S_STR(e->what), S_BYTES(e->path),
             S_STR(e->inode), vg_utf8_ok(vg_str_z(text)) ? S_Z(text) : S_Z("")),
      err);
}

static vg_code add(struct writer *w, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct finding f;
  if (!finding_read(kind, payload, &f))
    return VG_FAIL(err, VG_EDAMAGE, "analysis.spool");
  switch (f.kind) {
  case FINDING_VOLUME: return add_volume(w, &f.volume, err);
  case FINDING_FILE: return add_file(w, &f.file, err);
  case FINDING_EVENT: return add_event(w, &f.event, err);
  case FINDING_INDICATOR: return add_indicator(w, &f.indicator, err);
  case FINDING_HIT: return add_hit(w, &f.hit, payload, err);
  case FINDING_PROBLEM: return add_problem(w, &f.problem, err);
  case FINDING_KINDS: break;
  }
  return VG_OK;
}

/* Reads the spool from its start; a finding that the buffer holds in part waits for the rest. */
static vg_code replay(struct analysis_recorder *r, struct writer *w, struct vg_err *err) {
  VG_TRY(flush(r, err));
  vg_code rc = VG_OK;
  struct vg_buf b;
  off_t at = 0;
  vg_buf_init(&b, FLUSH + 2 * (CELL_FRAME_MAX + 8));
  for (;;) {
    char *room = vg_buf_room(&b, FLUSH);
    VG_GO(vg_buf_check(&b, err));
    ssize_t got = pread(r->fd, room, FLUSH, at);
    if (got < 0) {
      rc = VG_FAIL_SYS(err, "base.read", "analysis");
      goto out;
    }
    at += got;
    b.n += (size_t)got;
    size_t used = 0;
    for (;;) {
      struct vg_rd rd;
      vg_rd_init(&rd, vg_str_n(b.p + used, b.n - used));
      enum cell_msg kind = (enum cell_msg)vg_rd_le32(&rd);
      vg_str payload = vg_rd_text(&rd);
      if (rd.bad)
        break;
      VG_GO(add(w, kind, payload, err));
      used += rd.at;
    }
    if (got == 0 && used < b.n)
      VG_GO(VG_FAIL(err, VG_EDAMAGE, "analysis.spool"));
    if (got == 0)
      break;
    memmove(b.p, b.p + used, b.n - used);
    b.n -= used;
  }
  rc = end_group(w, err);
out:
  vg_buf_fini(&b);
  return rc;
}

static vg_code write_all(struct analysis_recorder *r, struct store_tx *tx, int64_t run, struct vg_err *err) {
  struct writer w = {.tx = tx, .run = run, .file = -1};
  vg_code rc = VG_OK;
  vg_buf_init(&w.first, 256u << 20);
  vg_buf_init(&w.key, CELL_FRAME_MAX);
  vg_buf_init(&w.text, 1 << 20);
  w.row = calloc(GROUP, sizeof *w.row);
  if (!w.row)
    rc = VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  if (rc == VG_OK)
    rc = vg_table_new(&w.index, GROUP, err);
  if (rc == VG_OK)
    rc = replay(r, &w, err);
  vg_table_free(w.index);
  free(w.row);
  vg_buf_fini(&w.first);
  vg_buf_fini(&w.key);
  vg_buf_fini(&w.text);
  return rc;
}

static vg_code find_refs(struct store_tx *tx, const struct actor *who, const char *case_ref, const char *exhibit_ref,
                         struct affair *a, struct exhibit *e, struct vg_err *err) {
  *a = (struct affair){0};
  *e = (struct exhibit){0};
  if (!case_ref)
    return VG_OK;
  VG_TRY(casework_case_see(tx, who, vg_str_z(case_ref), a, err));
  VG_TRY(casework_exhibit_find(tx, vg_str_z(exhibit_ref), e, err));
  return e->case_id == a->id ? VG_OK : VG_FAIL(err, VG_EDATA, "analysis.other_case", e->ref, a->ref);
}

vg_code analysis_check_refs(struct store_tx *tx, const struct actor *who, const char *case_ref, const char *exhibit_ref,
                            struct vg_err *err) {
  struct affair a;
  struct exhibit e;
  VG_TRY(find_refs(tx, who, case_ref, exhibit_ref, &a, &e, err));
  return e.id ? casework_act_check(tx, &e, "analysis", err) : VG_OK;
}

/* A time later than now is a clock that was wrong: it would keep the sighting "recent" for ever. */
static vg_time not_later(vg_time t, vg_time now) { return t == VG_NOTIME || t > now ? now : t; }

static vg_code add_sightings(struct store_tx *tx, const struct actor *who, const struct analysis_tally *t,
                             const struct affair *a, const struct exhibit *e, const struct vg_id *pid,
                             struct vg_err *err) {
  vg_time now = store_now(tx);
  for (size_t i = 0; a->org != 0 && i < analysis_tally_count(t); i++) {
    struct analysis_match m = analysis_tally_at(t, i);
    struct sighting s = {.value = m.value,
                         .report = vg_id_str(pid),
                         .where = vg_str_z(e->ref),
                         .org = a->org,
                         .first = not_later(m.first, now),
                         .last = not_later(m.last, now),
                         .count = m.count};
    if (m.benign || m.rule.n > 0 || !intel_type_by_name(m.type, &s.type))
      continue;
    VG_TRY(intel_sighting_add(tx, who, &s, NULL, err));
    VG_TRY(casework_mark_add(tx, who, a->id, vg_str_z(intel_type_name(s.type)), m.value, pid->s, err));
  }
  return VG_OK;
}

static vg_code tell(struct store_tx *tx, const struct actor *who, const struct vg_id *pid,
                    const struct analysis_record *what, const char *case_ref, const char *exhibit_ref,
                    const struct merge_sum *found, int64_t *index, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  vg_buf_init(&b, 1 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "input", what->order->path);
  vg_jw_kz(&w, "case", case_ref);
  vg_jw_kz(&w, "exhibit", exhibit_ref);
  vg_jw_kz(&w, "pack", what->pack_id);
  vg_jw_kint(&w, "rules", (int64_t)what->order->rule_count);
  vg_jw_kint(&w, "files", what->sum->files);
  vg_jw_kint(&w, "deleted", what->sum->deleted);
  vg_jw_kint(&w, "hits", what->sum->count[FINDING_HIT]);
  vg_jw_kint(&w, "values", (int64_t)analysis_tally_count(what->tally));
  vg_jw_kint(&w, "problems", what->sum->count[FINDING_PROBLEM]);
  if (found->sha256[0]) {
    vg_jw_kint(&w, "rows", found->lines);
    vg_jw_kz(&w, "rows_sha256", found->sha256);
  }
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "analysis.done", pid->s, vg_buf_view(&b), index, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code analysis_record(struct store_tx *tx, const struct actor *who, struct analysis_recorder *r,
                        const struct analysis_record *what, struct vg_id *pid, int64_t *ledger_index,
                        struct vg_err *err) {
  struct affair a;
  struct exhibit e;
  int64_t run;
  struct merge_sum found = {.lines = 0};
  const struct analysis_sum *s = what->sum;
  VG_TRY(find_refs(tx, who, what->case_ref, what->exhibit_ref, &a, &e, err));
  *pid = vg_id_new("analysis", store_now(tx));
  VG_TRY(store_insert(
      tx, &run,
      "INSERT INTO analysis_run (pid, case_ref, exhibit_ref, input, pack, rules, files, deleted, bytes, hits, problems, started, made, "
      "made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id",
      S_ARGS(S_Z(pid->s), S_Z(a.ref), S_Z(e.ref), S_BYTES(vg_str_z(what->order->path)), S_Z(what->pack_id),
             S_INT(what->order->rule_count), S_INT(s->files), S_INT(s->deleted), S_INT(s->bytes),
             S_INT(s->count[FINDING_HIT]), S_INT(s->count[FINDING_PROBLEM]), S_INT(what->started), S_INT(store_now(tx)),
             S_Z(who->id.s)),
      err));
  VG_TRY(write_all(r, tx, run, err));
  VG_TRY(add_sightings(tx, who, what->tally, &a, &e, pid, err));
  if (e.id)
    VG_TRY(analysis_tell(tx, who, run, pid->s, &found, err));
  if (e.id)
    VG_TRY(casework_act_made(tx, who, &e, "analysis", pid->s, err));
  return tell(tx, who, pid, what, a.ref, e.ref, &found, ledger_index, err);
}

vg_code analysis_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err) {
  static const char *const updates[] = {"UPDATE analysis_run SET case_ref = $2 WHERE case_ref = $1",
                                        "UPDATE analysis_run SET exhibit_ref = $2 WHERE exhibit_ref = $1",
                                        "UPDATE analysis_job SET case_ref = $2 WHERE case_ref = $1",
                                        "UPDATE analysis_job SET exhibit_ref = $2 WHERE exhibit_ref = $1"};
  for (size_t i = 0; i < VG_COUNT(updates); i++)
    VG_TRY(store_exec(tx, updates[i], S_ARGS(S_STR(old), S_STR(fresh)), err));
  return VG_OK;
}

#define OF_RUNS(table) "DELETE FROM " table " WHERE run IN (SELECT id FROM analysis_run WHERE case_ref = $1)"
vg_code analysis_case_forget(struct store_tx *tx, const char *ref, struct vg_buf *subjects, int64_t *rows,
                             struct vg_err *err) {
  static const char *const deletes[] = {OF_RUNS("analysis_event"),
                                        OF_RUNS("analysis_finding"),
                                        OF_RUNS("analysis_file"),
                                        OF_RUNS("analysis_volume"),
                                        "DELETE FROM analysis_run WHERE case_ref = $1",
                                        "DELETE FROM analysis_job WHERE case_ref = $1"};
  struct vg_buf runs;
  int64_t n;
  vg_buf_init(&runs, 16 << 20);
  vg_code rc =
      store_get_lines(tx, &runs, "SELECT pid FROM analysis_run WHERE case_ref = $1 ORDER BY id", S_ARGS(S_Z(ref)), err);
  if (rc == VG_OK)
    rc = intel_sightings_forget(tx, vg_buf_view(&runs), rows, err);
  vg_buf_str(subjects, vg_buf_view(&runs));
  vg_buf_fini(&runs);
  VG_TRY(rc);
  for (size_t i = 0; i < VG_COUNT(deletes); i++) {
    VG_TRY(store_change(tx, &n, deletes[i], S_ARGS(S_Z(ref)), err));
    *rows += n;
  }
  return VG_OK;
}

/* What add_sightings() told when the run was recorded. */
vg_code analysis_remark(struct store_tx *tx, const struct actor *who, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT DISTINCT c.id, r.pid, f.type, f.value FROM analysis_finding f JOIN analysis_run r ON r.id = "
                  "f.run JOIN casework_v_case c ON c.ref = r.case_ref WHERE f.kind = 'hit' AND f.benign = 0 AND "
                  "f.rule = ''",
                  S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct vg_id origin = vg_id_of(store_str(q, 1));
    enum indicator_type type;
    if (intel_type_by_name(store_str(q, 2), &type) && vg_utf8_ok(store_str(q, 3)))
      rc = casework_mark_add(tx, who, store_int(q, 0), vg_str_z(intel_type_name(type)), store_str(q, 3), origin.s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
