/* The events of a MISP feed by URL, that of its manifest or of its directory: manifest.json is {"uuid": {"timestamp":
 * ..., ...}, ...}, each event lies beside it as uuid.json. */
#include "base/file.h"
#include "base/grow.h"
#include "base/http.h"
#include "intel/misp.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENTS_MAX = 200000, EVENT_BYTES = 256 << 20, PARALLEL = 8, SECONDS = 300, UUID = 36 };

bool feed_is_manifest(const char *url) { return vg_str_ends(vg_str_z(url), VG_STR("/manifest.json")); }

struct events {
  struct store_tx *tx;
  const char *url, *directory;
  struct vg_http *v;
  size_t n, cap;
  int64_t failed, announced;
};

/* The name becomes that of a file: nothing but a UUID will do. */
static bool uuid_ok(vg_str s) {
  bool ok = s.n == UUID;
  for (size_t i = 0; ok && i < s.n; i++)
    ok = i == 8 || i == 13 || i == 18 || i == 23 ? s.p[i] == '-' : vg_is_hex(s.p[i]);
  return ok;
}

static vg_code want(struct events *e, vg_str uuid, vg_str stamp, struct vg_err *err) {
  int64_t read = 0;
  vg_str base = vg_str_z(e->url);
  if (feed_is_manifest(e->url))
    base = vg_str_sub(base, 0, base.n - strlen("manifest.json"));
  e->announced++;
  VG_TRY(store_get_int(
      e->tx, &read,
      "SELECT COUNT(*) FROM intel_feed_event e JOIN intel_feed f ON f.id = e.feed WHERE f.url = $1 AND e.event = $2 AND e.stamp = $3",
      S_ARGS(S_Z(e->url), S_STR(uuid), S_STR(stamp)), err));
  if (read || e->n == EVENTS_MAX)
    return VG_OK;
  if (!VG_GROW(e->v, e->n, e->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  struct vg_http *h = &e->v[e->n];
  *h = (struct vg_http){.max = EVENT_BYTES, .seconds = SECONDS};
  int length = snprintf(h->url, sizeof h->url, "%.*s%.*s.json", (int)base.n, base.p, (int)uuid.n, uuid.p);
  e->n += length > 0 && (size_t)length < sizeof h->url;
  return VG_OK;
}

static vg_code each_entry(vg_str text, const char *path,
                          vg_code (*one)(struct events *e, vg_str uuid, vg_str stamp, struct vg_err *err),
                          struct events *e, struct vg_err *err) {
  struct vg_json *json;
  struct vg_jit it;
  vg_jv root, entry;
  vg_str uuid;
  char room[32];
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = vg_json_parse(json, text, &root, err);
  if (rc == VG_OK && vg_jv_type(root) != VG_J_OBJ)
    rc = VG_FAIL(err, VG_EDATA, "intel.not_manifest", path);
  if (rc == VG_OK)
    for (vg_jit_init(&it, root); rc == VG_OK && vg_jit_next(&it, &uuid, &entry);)
      rc = uuid_ok(uuid) ? one(e, uuid, misp_word(entry, "timestamp", room), err) : VG_OK;
  vg_json_free(json);
  return rc;
}

static vg_code came(struct vg_http *h, struct vg_err *err) {
  struct events *e = h->ctx;
  char path[4200];
  const char *name = strrchr(h->url, '/');
  if (h->status != 200 || h->problem) {
    e->failed++;
    return VG_OK;
  }
  snprintf(path, sizeof path, "%s%s", e->directory, name);
  return vg_file_write(path, vg_buf_view(&h->body), 0600, err);
}

/* The manifest moves into a directory of its own, with the events beside it. */
static vg_code make_room(struct intel_fetched *out, char manifest[static 4200], struct vg_err *err) {
  char file[sizeof out->path];
  memcpy(file, out->path, sizeof file);
  size_t n = strlen(out->path);
  if (n + 3 > sizeof out->path)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", file);
  memcpy(out->path + n, ".d", 3);
  if (mkdir(out->path, 0700) != 0) {
    memcpy(out->path, file, sizeof file);
    return VG_FAIL_SYS(err, "base.create", file);
  }
  snprintf(manifest, 4200, "%s/manifest.json", out->path);
  return rename(file, manifest) == 0 ? VG_OK : VG_FAIL_SYS(err, "base.create", manifest);
}

vg_code feed_events(struct store *st, const char *url, const atomic_bool *stop, struct intel_fetched *out,
                    struct vg_err *err) {
  struct events e = {.url = url, .directory = out->path};
  struct vg_buf text;
  char manifest[4200];
  if (out->lies)
    return VG_FAIL(err, VG_EUSAGE, "intel.manifest_here", url);
  vg_buf_init(&text, EVENT_BYTES);
  vg_code rc = make_room(out, manifest, err);
  if (rc == VG_OK)
    rc = vg_file_read(manifest, &text, err);
  if (rc == VG_OK)
    rc = store_begin_read(st, &e.tx, err);
  if (rc == VG_OK) {
    rc = each_entry(vg_buf_view(&text), url, want, &e, err);
    store_rollback(&e.tx);
  }
  for (size_t i = 0; i < e.n; i++) {
    e.v[i].ctx = &e;
    e.v[i].stop = stop;
  }
  if (rc == VG_OK && e.n)
    rc = vg_http_get(e.v, e.n, PARALLEL, came, err);
  if (rc == VG_OK && e.failed) /* asked for again the next time: the manifest does not count as read */
    out->etag[0] = out->changed[0] = 0;
  if (rc == VG_OK && e.n && (size_t)e.failed == e.n && (size_t)e.announced == e.n)
    rc = VG_FAIL(err, VG_EIO, "intel.feed_events", url, VG_N(e.n));
  out->missing = e.failed;
  out->unchanged = rc == VG_OK && e.n == (size_t)e.failed;
  vg_buf_fini(&text);
  free(e.v);
  return rc;
}

static vg_code keep_stamp(struct events *e, vg_str uuid, vg_str stamp, struct vg_err *err) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%.*s.json", e->directory, (int)uuid.n, uuid.p);
  if (access(path, F_OK) != 0)
    return VG_OK;
  return store_exec(
      e->tx,
      "INSERT INTO intel_feed_event (feed, event, stamp) SELECT id, $2, $3 FROM intel_feed WHERE url = $1 "
      "ON CONFLICT (feed, event) DO UPDATE SET stamp = excluded.stamp",
      S_ARGS(S_Z(e->url), S_STR(uuid), S_STR(stamp)), err);
}

vg_code feed_events_read(struct store_tx *tx, const char *url, const char *directory, struct vg_err *err) {
  struct events e = {.tx = tx, .url = url, .directory = directory};
  struct vg_buf text;
  char manifest[4200];
  snprintf(manifest, sizeof manifest, "%s/manifest.json", directory);
  vg_buf_init(&text, EVENT_BYTES);
  vg_code rc = vg_file_read(manifest, &text, err);
  if (rc == VG_OK)
    rc = each_entry(vg_buf_view(&text), url, keep_stamp, &e, err);
  vg_buf_fini(&text);
  return rc;
}

void feed_events_forget(const char *directory) {
  DIR *d = opendir(directory);
  char path[4400];
  for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
    snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
    if (e->d_name[0] != '.')
      (void)unlink(path);
  }
  if (d)
    closedir(d);
  (void)rmdir(directory);
}
