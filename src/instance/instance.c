#include "instance/instance.h"

#include "base/file.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "instance/schema.h"
#include "casework/casework.h"
#include "intel/intel.h"
#include "territory/territory.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct instance {
  char home[3072], id[VG_ID_MAX], zone[24], url[1024];
  struct store *store;
  struct vg_key *key;
};

static vg_code path_in(const char *home, const char *name, char out[static 4096], struct vg_err *err) {
  int n = snprintf(out, 4096, "%s/%s", home, name);
  return n < 0 || n >= 4096 ? VG_FAIL(err, VG_ELIMIT, "base.path_long", home) : VG_OK;
}

static vg_code open_store(const char *home, const char *url, const struct vg_clock *clock, bool create,
                          struct store **out, struct vg_err *err) {
  char path[4096];
  VG_TRY(path_in(home, "vigie.db", path, err));
  struct store_options o = {.url = url && *url ? url : path,
                            .schemas = instance_schemas,
                            .schema_count = instance_schema_count,
                            .clock = clock,
                            .create = create};
  return store_open(out, &o, err);
}

static vg_code write_settings(const struct instance *in, struct vg_err *err) {
  char path[4096];
  struct vg_buf b;
  struct vg_jw w;
  VG_TRY(path_in(in->home, "vigie.json", path, err));
  vg_buf_init(&b, 1 << 16);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "version", 1);
  vg_jw_kz(&w, "id", in->id);
  vg_jw_kz(&w, "zone", in->zone);
  vg_jw_kz(&w, "db", in->url[0] ? in->url : NULL);
  vg_jw_end(&w);
  vg_buf_byte(&b, '\n');
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = vg_file_write(path, vg_buf_view(&b), 0600, err);
  vg_buf_fini(&b);
  return rc;
}

static vg_code read_settings(struct instance *in, struct vg_err *err) {
  char path[4096];
  struct vg_buf b;
  struct vg_json *j = NULL;
  vg_jv root;
  vg_str s;
  int64_t version = 0;
  vg_code rc = VG_OK;
  vg_buf_init(&b, 1 << 16);
  VG_GO(path_in(in->home, "vigie.json", path, err));
  if (!vg_file_exists(path) && errno == ENOENT) {
    rc = VG_FAIL(err, VG_ENOTFOUND, "instance.none", in->home);
    goto out;
  }
  VG_GO(vg_file_read(path, &b, err));
  VG_GO(vg_json_new(&j, err));
  VG_GO(vg_json_parse(j, vg_buf_view(&b), &root, err));
  if (!vg_jv_i64_at(root, "version", &version) || version > 1) {
    rc = VG_FAIL(err, VG_EVERSION, "instance.newer", in->home);
    goto out;
  }
  if (vg_jv_str_at(root, "id", &s))
    vg_str_copy(in->id, sizeof in->id, s);
  if (vg_jv_str_at(root, "zone", &s))
    vg_str_copy(in->zone, sizeof in->zone, s);
  if (vg_jv_str_at(root, "db", &s))
    vg_str_copy(in->url, sizeof in->url, s);
out:
  vg_json_free(j);
  vg_buf_fini(&b);
  return rc;
}

const char *instance_first_login(const struct instance_options *o) {
  const struct passwd *pw = o->login ? NULL : getpwuid(getuid());
  return o->login ? o->login : pw ? pw->pw_name : "vigie";
}

/* The facts of the field, the division itself and its first account, in one transaction. */
static vg_code populate(struct instance *in, const struct instance_options *o, const char *password,
                        struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct actor founder = {.roles = ROLE_ADMIN | ROLE_ANALYST | ROLE_INVESTIGATOR};
  vg_code rc = VG_OK;
  VG_GO(store_begin(in->store, &tx, err));
  VG_GO(territory_seed(tx, err));
  VG_GO(casework_seed(tx, err));
  VG_GO(territory_found(tx, in->id, instance_first_login(o), vg_str_z(password), &founder, err));
  if (in->zone[0])
    VG_GO(territory_zone_check(tx, in->zone, err));
  VG_GO(ledger_append(tx, &founder, "instance.created", in->id, VG_STR("{}"), NULL, err));
  VG_GO(instance_commit(in, &tx, err));
out:
  store_rollback(&tx);
  return rc;
}

static void undo_create(const struct instance *in) {
  static const char *const names[] = {"vigie.db", "vigie.db-wal", "vigie.db-shm", "vigie.db-turn", "key", "vigie.json"};
  char path[4096];
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (path_in(in->home, names[i], path, NULL) == VG_OK)
      unlink(path);
  rmdir(in->home);
}

vg_code instance_create(const struct instance_options *o, char password[static 24], struct vg_err *err) {
  struct instance in = {0};
  char path[4096];
  vg_code rc = VG_OK;
  vg_str_copy(in.home, sizeof in.home, vg_str_z(o->home));
  vg_str_copy(in.zone, sizeof in.zone, vg_str_z(o->zone));
  vg_str_copy(in.url, sizeof in.url, vg_str_z(o->url));
  VG_TRY(path_in(in.home, "vigie.json", path, err));
  if (vg_file_exists(path))
    return VG_FAIL(err, VG_EEXIST, "instance.exists", in.home);
  struct vg_id id = vg_id_new("identity", vg_now(o->clock));
  vg_str_copy(in.id, sizeof in.id, vg_id_str(&id));
  VG_TRY(vg_dir_make(in.home, err));
  VG_GO(vg_key_generate(&in.key, vg_id_str(&id), err));
  VG_GO(path_in(in.home, "key", path, err));
  VG_GO(vg_key_save(in.key, path, vg_str_z(o->passphrase), err));
  VG_GO(open_store(in.home, o->url, o->clock, true, &in.store, err));
  vg_password_make(password);
  VG_GO(populate(&in, o, password, err));
  /* The settings come last: a directory without them is no instance. */
  VG_GO(write_settings(&in, err));
out:
  store_close(in.store);
  vg_key_free(in.key);
  if (rc != VG_OK)
    undo_create(&in);
  return rc;
}

vg_code instance_open(struct instance **out, const struct instance_options *o, struct vg_err *err) {
  struct instance *in = calloc(1, sizeof *in);
  char path[4096];
  vg_code rc = VG_OK;
  *out = NULL;
  if (!in)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_str_copy(in->home, sizeof in->home, vg_str_z(o->home));
  VG_GO(read_settings(in, err));
  VG_GO(path_in(in->home, "key", path, err));
  VG_GO(vg_key_load(&in->key, path, vg_str_z(o->passphrase), err));
  VG_GO(open_store(in->home, in->url, o->clock, false, &in->store, err));
  rc = intel_recover(in->store, NULL, err);
  if (rc == VG_EBUSY || rc == VG_EDENIED) { /* another one will */
    vg_err_clear(err);
    rc = VG_OK;
  }
  if (rc != VG_OK)
    goto out;
  *out = in;
  return VG_OK;
out:
  instance_close(in);
  return rc;
}

void instance_close(struct instance *in) {
  if (!in)
    return;
  store_close(in->store);
  vg_key_free(in->key);
  free(in);
}

struct store *instance_store(struct instance *in) {
  return in->store;
}
const struct vg_key *instance_key(const struct instance *in) { return in->key; }
const char *instance_home(const struct instance *in) { return in->home; }
vg_str instance_id(const struct instance *in) { return vg_str_z(in->id); }
vg_str instance_zone(const struct instance *in) { return vg_str_z(in->zone); }

vg_code instance_path(const struct instance *in, const char *sub, const char *name, char out[static 4096],
                      struct vg_err *err) {
  VG_TRY(path_in(in->home, sub, out, err));
  VG_TRY(vg_dir_make(out, err));
  int n = snprintf(out, 4096, "%s/%s/%s", in->home, sub, name);
  return n < 0 || n >= 4096 ? VG_FAIL(err, VG_ELIMIT, "base.path_long", name) : VG_OK;
}

vg_code instance_commit(struct instance *in, struct store_tx **tx, struct vg_err *err) {
  VG_TRY(store_commit(tx, err));
  /* The change is durable now: to call it failed would have it made twice. The next commit signs over this one too. */
  if (ledger_sign(in->store, in->key, err) != VG_OK)
    vg_err_clear(err);
  bool done;
  if (store_unscrubbed(in->store) && store_scrub(in->store, &done, err) != VG_OK)
    vg_err_clear(err);
  return VG_OK;
}

vg_code instance_actor(struct instance *in, const char *login, struct actor *out, struct vg_err *err) {
  struct store_tx *tx;
  VG_TRY(store_begin_read(in->store, &tx, err));
  vg_code rc = territory_actor(tx, vg_str_z(login), out, err);
  store_rollback(&tx);
  return rc;
}
