#include "analysis/analysis_internal.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/library.h"

/* Inside the cell: the order's words, then reader and workers. Inputs: the image's segments (or the directory), the
 * pack, the rules. */
struct job {
  int64_t images, rules, kinds, from;
  int64_t skip[64], skip_volumes[64];
  size_t skip_count, skip_volume_count;
  bool pack, careful;
};

static size_t numbers(vg_jv list, int64_t *to, size_t most) {
  size_t n = 0;
  struct vg_jit it;
  vg_jv v;
  for (vg_jit_init(&it, list); n < most && vg_jit_next(&it, NULL, &v);)
    n += vg_jv_i64(v, &to[n]);
  return n;
}

static vg_code read_job(const struct cell_in *in, struct job *j, struct vg_err *err) {
  struct vg_json *json;
  vg_jv root;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, in->args, &root, err);
  if (rc == VG_OK) {
    (void)vg_jv_i64_at(root, "images", &j->images);
    (void)vg_jv_i64_at(root, "rules", &j->rules);
    (void)vg_jv_i64_at(root, "kinds", &j->kinds);
    (void)vg_jv_i64_at(root, "from", &j->from);
    (void)vg_jv_bool(vg_jv_at(root, "pack"), &j->pack);
    (void)vg_jv_bool(vg_jv_at(root, "careful"), &j->careful);
    j->skip_count = numbers(vg_jv_at(root, "skip"), j->skip, VG_COUNT(j->skip));
    j->skip_volume_count = numbers(vg_jv_at(root, "skip_volumes"), j->skip_volumes, VG_COUNT(j->skip_volumes));
    if (j->images < 1 || j->images + j->pack + j->rules != (int64_t)in->input_count)
      rc = VG_FAIL(err, VG_ECELL, "sandbox.order", analysis_parser.name);
  }
  vg_json_free(json);
  return rc;
}

static vg_code read_input(struct walk *w, const struct cell_in *in, const struct job *j, struct vg_err *err) {
  struct stat st;
  bool found = false;
  if (stat(in->inputs[0], &st) == 0 && S_ISDIR(st.st_mode))
    return tree_walk(w, err);
  VG_TRY(image_open(in->inputs, (size_t)j->images, &w->image, err));
  w->image_bytes = image_size(w->image);
  VG_TRY(disk_walk(w, &found, err));
  return found ? VG_OK : image_as_file(w, err);
}

struct team {
  struct pool *pool;
  struct rules *rules;
  struct pack *pack;
  void *tools[64];
  size_t n;
};

static vg_code gather(struct team *t, const struct cell_in *in, const struct job *j, struct cell_out *out,
                      struct vg_err *err) {
  struct pool *first = NULL;
  VG_TRY(pool_new(&first, out, j->careful, err));
  t->pool = first;
  if (j->pack)
    VG_TRY(pack_open(in->inputs[j->images], NULL, &t->pack, err));
  VG_TRY(rules_compile(&t->rules, t->pool, in->inputs + j->images + j->pack, (size_t)j->rules, j->from > 1, err));
  struct tools_order o = {t->pack, t->rules, (unsigned)j->kinds};
  for (; t->n < pool_workers(t->pool); t->n++) {
    struct tools *tools = NULL;
    vg_code rc = tools_new(&tools, &o, err);
    t->tools[t->n] = tools;
    if (rc != VG_OK) {
      t->n++;
      return rc;
    }
  }
  return pool_start(t->pool, content_work, t->tools, err);
}

static void dismiss(struct team *t) {
  pool_end(t->pool);
  for (size_t i = 0; i < t->n; i++)
    tools_free(t->tools[i]);
  rules_free(t->rules);
  pack_close(t->pack);
}

static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct job j = {0};
  struct team t = {0};
  VG_TRY(read_job(in, &j, err));
  vg_code rc = gather(&t, in, &j, out, err);
  struct walk w = {.pool = t.pool,
                   .path = in->inputs[0],
                   .from = (uint64_t)j.from,
                   .skip = j.skip,
                   .skip_count = j.skip_count,
                   .skip_volumes = j.skip_volumes,
                   .skip_volume_count = j.skip_volume_count,
                   .volume = ANALYSIS_NO_VOLUME};
  if (rc == VG_OK)
    rc = read_input(&w, in, &j, err);
  dismiss(&t);
  image_close(w.image);
  return rc;
}

static const char *const magic_files[] = {"/usr/share/misc/magic.mgc", "/usr/lib/file/magic.mgc", "/etc/magic", NULL};
const struct cell_parser analysis_parser = {.name = "image",
                                            .run = run,
                                            .threads = true,
                                            .libraries =
                                                VG_LIBTSK | VG_LIBYARA | VG_LIBMAGIC | VG_LIBARCHIVE | VG_LIBXML2,
                                            .memory = UINT64_C(6) << 30,
                                            .cpu_seconds = 7 * 24 * 3600,
                                            .read_only = magic_files};
