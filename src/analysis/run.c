#include "analysis/analysis_internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/jsonw.h"

/*
 * The parent's side. A cell that dies is started again past what it has told, carefully: one unit at a time, each
 * announced, so that the next death names the file that causes it; that one is left out. A death between files leaves
 * out the rest of its volume's tree.
 */
enum { DEATHS = 32, SILENCE = 180, INPUTS = IMAGE_PATHS + 1024, PENDING = 64 << 20 };

struct run {
  const struct analysis_order *o;
  analysis_sink *sink;
  analysis_progress *progress;
  void *ctx;
  struct analysis_sum *sum;
  int64_t told; /* last unit told of */
  int64_t open; /* announced and not told yet, 0 none */
  int64_t volume;
  char open_path[VG_ERR_ARG_MAX];
  int64_t skip[DEATHS], skip_volumes[DEATHS];
  size_t skip_count, skip_volume_count;
  bool careful;
  struct vg_buf pending; /* frames of a unit that is not told of whole: u32 kind, u32 length, payload */
};

static vg_code give(struct run *r, const struct finding *f, struct vg_err *err) {
  r->sum->count[f->kind]++;
  if (f->kind == FINDING_FILE) {
    r->sum->files += f->file.entry == ENTRY_FILE;
    r->sum->deleted += f->file.entry == ENTRY_FILE && !f->file.allocated;
    r->sum->bytes += f->file.sha256.n > 0 ? f->file.size : 0;
  }
  if (f->kind == FINDING_VOLUME)
    r->volume = f->volume.at;
  return r->sink(r->ctx, f, err);
}

static vg_code broken(struct vg_err *err) { return VG_FAIL(err, VG_ECELL, "sandbox.protocol", analysis_parser.name); }

static vg_code give_pending(struct run *r, struct vg_err *err) {
  struct vg_rd rd;
  vg_code rc = VG_OK;
  vg_rd_init(&rd, vg_buf_view(&r->pending));
  while (rc == VG_OK && !vg_rd_end(&rd)) {
    struct finding f;
    enum cell_msg kind = (enum cell_msg)vg_rd_le32(&rd);
    vg_str payload = vg_rd_text(&rd);
    rc = finding_read(kind, payload, &f) ? give(r, &f, err) : broken(err);
  }
  vg_buf_reset(&r->pending);
  return rc;
}

static vg_code on_unit(struct run *r, struct vg_rd *rd, struct vg_err *err) {
  int64_t number = (int64_t)vg_rd_le64(rd);
  uint8_t done = vg_rd_u8(rd);
  vg_str path = vg_rd_text(rd);
  if (!vg_rd_end(rd) || done > 1 || number <= 0)
    return broken(err);
  r->open = done ? 0 : number;
  (void)vg_str_arg(r->open_path, path);
  if (!done)
    return VG_OK;
  r->told = number;
  return give_pending(r, err);
}

/* A unit's findings are kept until it is told of whole: after a death it is read again, or left out, and nothing stands
 * twice. */
static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct run *r = ctx;
  struct finding f;
  struct vg_rd rd;
  vg_rd_init(&rd, payload);
  if (kind == CELL_UNIT)
    return on_unit(r, &rd, err);
  if (kind == CELL_PROGRESS) {
    uint64_t done = vg_rd_le64(&rd), total = vg_rd_le64(&rd);
    if (r->progress)
      r->progress(r->ctx, done, total);
    return VG_OK;
  }
  if (!finding_read(kind, payload, &f))
    return broken(err);
  vg_buf_le32(&r->pending, (uint32_t)kind);
  vg_wr_text(&r->pending, payload);
  VG_TRY(vg_buf_check(&r->pending, err));
  return r->pending.n < PENDING ? VG_OK : give_pending(r, err);
}

static void put_list(struct vg_jw *w, const char *key, const int64_t *v, size_t n) {
  vg_jw_key(w, key);
  vg_jw_arr(w);
  for (size_t i = 0; i < n; i++)
    vg_jw_int(w, v[i]);
  vg_jw_end(w);
}

static void write_args(const struct run *r, size_t images, struct vg_buf *b) {
  struct vg_jw w;
  vg_jw_init(&w, b);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "images", (int64_t)images);
  vg_jw_kbool(&w, "pack", r->o->pack != NULL);
  vg_jw_kint(&w, "rules", (int64_t)r->o->rule_count);
  vg_jw_kint(&w, "kinds", r->o->kinds ? r->o->kinds : (1 << FINDING_KINDS) - 1);
  vg_jw_kint(&w, "from", r->careful ? r->told + 1 : 0);
  vg_jw_kbool(&w, "careful", r->careful);
  put_list(&w, "skip", r->skip, r->skip_count);
  put_list(&w, "skip_volumes", r->skip_volumes, r->skip_volume_count);
  vg_jw_end(&w);
}

static vg_code once(struct run *r, const struct image_paths *images, struct vg_err *err) {
  const char **inputs = calloc(INPUTS, sizeof *inputs);
  struct vg_buf args;
  size_t n = 0;
  if (!inputs)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  for (size_t i = 0; i < images->n; i++)
    inputs[n++] = images->v[i];
  if (r->o->pack)
    inputs[n++] = r->o->pack;
  for (size_t i = 0; i < r->o->rule_count; i++)
    inputs[n++] = r->o->rules[i];
  vg_buf_init(&args, 1 << 16);
  write_args(r, images->n, &args);
  struct cell_order o = {.parser = analysis_parser.name,
                         .inputs = inputs,
                         .input_count = n,
                         .args = vg_buf_view(&args),
                         .silence = SILENCE};
  vg_code rc = vg_buf_check(&args, err);
  if (rc == VG_OK)
    rc = cell_run(&o, on_frame, r, err);
  if (rc == VG_OK)
    rc = give_pending(r, err);
  vg_buf_reset(&r->pending);
  vg_buf_fini(&args);
  free(inputs);
  return rc;
}

static vg_code say_death(struct run *r, const char *msg, const char *where, const struct vg_err *why,
                         struct vg_err *err) {
  const struct vg_cause *c = &why->cause[why->n > 0 ? why->n - 1 : 0];
  struct finding f = {.kind = FINDING_PROBLEM};
  f.problem = (struct found_problem){.volume = r->volume,
                                     .where = vg_str_z(where),
                                     .msg = msg,
                                     .arg = {vg_str_z(where), vg_str_z(c->arg[1]), VG_NOSTR}};
  return give(r, &f, err);
}

/* What to leave out next time. *stop: there is nothing left to try. */
static vg_code after_death(struct run *r, const struct vg_err *why, bool *stop, struct vg_err *err) {
  *stop = false;
  if (!r->careful) {
    r->careful = true;
    return VG_OK;
  }
  if (r->open > 0 && r->skip_count < DEATHS) {
    r->skip[r->skip_count++] = r->open;
    r->told = r->open;
    r->open = 0;
    return say_death(r, "analysis.died_of_file", r->open_path, why, err);
  }
  bool again = r->skip_volume_count > 0 && r->skip_volumes[r->skip_volume_count - 1] == r->volume;
  if (r->open == 0 && r->volume != ANALYSIS_NO_VOLUME && !again && r->skip_volume_count < DEATHS) {
    r->skip_volumes[r->skip_volume_count++] = r->volume;
    return say_death(r, "analysis.died_of_volume", VG_N(r->volume), why, err);
  }
  *stop = true;
  return say_death(r, "analysis.died", r->o->path, why, err);
}

static vg_code add_rule(struct analysis_rules *r, const char *path, struct vg_err *err) {
  char **v = realloc(r->v, (r->n + 1) * sizeof *v);
  if (!v)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  r->v = v;
  if (!(v[r->n] = strdup(path)))
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  r->n++;
  return VG_OK;
}

static int is_rule_file(const struct dirent *e) {
  vg_str name = vg_str_z(e->d_name);
  return vg_str_ends(name, VG_STR(".yar")) || vg_str_ends(name, VG_STR(".yara"));
}

vg_code analysis_rules_add(struct analysis_rules *r, const char *path, struct vg_err *err) {
  struct stat st;
  struct dirent **names = NULL;
  vg_code rc = VG_OK;
  if (stat(path, &st) != 0)
    return VG_FAIL_SYS(err, "sandbox.input", path);
  if (!S_ISDIR(st.st_mode))
    return add_rule(r, path, err);
  int n = scandir(path, &names, is_rule_file, alphasort);
  if (n < 0)
    return VG_FAIL_SYS(err, "sandbox.input", path);
  if (n == 0)
    rc = VG_FAIL(err, VG_ENOTFOUND, "analysis.no_rules", path);
  for (int i = 0; i < n; i++) {
    char full[4096 + 256];
    snprintf(full, sizeof full, "%s/%s", path, names[i]->d_name);
    if (rc == VG_OK)
      rc = add_rule(r, full, err);
    free(names[i]);
  }
  free(names);
  return rc;
}

void analysis_rules_fini(struct analysis_rules *r) {
  for (size_t i = 0; i < r->n; i++)
    free(r->v[i]);
  free(r->v);
  *r = (struct analysis_rules){0};
}

static vg_code find_images(const char *path, struct image_paths *images, struct vg_err *err) {
  struct stat st;
  if (stat(path, &st) != 0)
    return VG_FAIL_SYS(err, "sandbox.input", path);
  return image_segments(path, images, err);
}

vg_code analysis_run(const struct analysis_order *o, analysis_sink *sink, analysis_progress *progress, void *ctx,
                     struct analysis_sum *sum, struct vg_err *err) {
  struct run r = {.o = o, .sink = sink, .progress = progress, .ctx = ctx, .sum = sum, .volume = ANALYSIS_NO_VOLUME};
  struct image_paths images = {.n = 0};
  bool stop = false;
  *sum = (struct analysis_sum){0};
  vg_buf_init(&r.pending, PENDING + CELL_FRAME_MAX + 8);
  vg_code rc = o->rule_count <= INPUTS - IMAGE_PATHS - 1
                   ? VG_OK
                   : VG_FAIL(err, VG_ELIMIT, "analysis.many_rules", VG_N(o->rule_count));
  if (rc == VG_OK)
    rc = find_images(o->path, &images, err);
  while (rc == VG_OK && !stop) {
    struct vg_err why = {0};
    rc = once(&r, &images, &why);
    if (rc == VG_OK)
      break;
    if (rc == VG_ECELL)
      rc = after_death(&r, &why, &stop, err);
    else if (err)
      *err = why;
  }
  image_paths_fini(&images);
  vg_buf_fini(&r.pending);
  return rc;
}
