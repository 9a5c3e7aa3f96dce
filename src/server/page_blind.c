/* On the page of a convention: what the hits of its blind packs are. Who was given such a pack sends back what it
 * found; the convention's key comes of the instance's, so that only the file is asked for. It is read and not kept. */
#include "server/server_internal.h"

#include "base/file.h"
#include "match/match.h"
#include "server/upload.h"
#include "share/share.h"

#include <stdlib.h>
#include <string.h>

struct answer {
  struct request *r;
  const struct blind_named *name;
  bool *known;
};

void part_blind(struct request *r, const struct convention *k) {
  char action[sizeof "/conventions/" + sizeof k->pid.s];
  card_begin(r, "server.blind", NULL);
  RAW(r, "<p>");
  msg(r, "server.blind.sub");
  RAW(r, "</p>");
  vg_str_copy(action, sizeof action, VG_STR("/conventions/"));
  vg_str_copy(action + strlen(action), sizeof action - strlen(action), vg_id_str(&k->pid));
  form_begin_file(r, action, NULL);
  field_file(r, "server.blind.file", true, "server.no_file server.blind.none match.blind_many");
  form_end(r, "server.blind.do", true);
  card_end(r);
}

static vg_code on_value(void *ctx, size_t name, enum match_type type, vg_str value, vg_str source, struct vg_err *err) {
  struct answer *a = ctx;
  struct request *r = a->r;
  (void)err;
  a->known[name] = true;
  row(r);
  cell(r);
  textz(r, match_type_name(type));
  cell(r);
  link_indicator(r, vg_str_z(match_type_name(type)), value);
  cell(r);
  text(r, source);
  cell_n(r);
  num(r, (int64_t)a->name[name].count);
  cell(r);
  code(r, a->name[name].name);
  return VG_OK;
}

static void unknown(struct request *r, const struct answer *a, size_t n) {
  int64_t count = 0;
  for (size_t i = 0; i < n; i++)
    count += !a->known[i];
  if (!count)
    return;
  RAW(r, "<p>");
  SAY(r, "server.blind.unknown", VG_N(count));
  RAW(r, "</p><p>");
  for (size_t i = 0, told = 0; i < n && told < 20; i++)
    if (!a->known[i]) {
      code(r, a->name[i].name);
      RAW(r, " ");
      told++;
    }
  RAW(r, "</p>");
}

static vg_code tell(struct request *r, const struct convention *k, const struct pack_build *values,
                    const struct blind_named *names, size_t n, struct vg_err *err) {
  static const char *const head[] = {"server.type", "server.value", "server.source", NUMBER("server.blind.times"),
                                     "server.blind.name"};
  unsigned char secret[MATCH_SECRET];
  struct answer a = {r, names, calloc(n, sizeof *a.known)};
  if (!a.known)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  vg_code rc = pack_secret_of(instance_key(r->in), k->pid.s, secret, err);
  page_top(r, "server.blind.title", TITLE_ARGS(k->partner_name));
  RAW(r, "<p class=\"sub\"><a href=\"/conventions/");
  textz(r, k->pid.s);
  RAW(r, "\">");
  SAY(r, "server.convention.title", k->partner_name);
  RAW(r, "</a></p>");
  card_begin(r, "server.blind.found", NULL);
  table_begin(r, NULL, "server.blind.found", head, VG_COUNT(head));
  if (rc == VG_OK)
    rc = pack_build_resolve(values, secret, names, n, on_value, &a, err);
  table_end(r, "server.blind.nothing");
  unknown(r, &a, n);
  card_end(r);
  free(a.known);
  return rc;
}

vg_code blind_answer(struct request *r, struct vg_err *err) {
  struct convention k;
  struct vg_map_file sent;
  struct blind_named *names = NULL;
  struct pack_known all = {0};
  size_t n = 0;
  vg_code rc;
  VG_TRY(share_convention_find(r->tx, vg_str_z(r->rest), &k, err));
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  VG_TRY(vg_map_open(&sent, r->file->path, err));
  VG_GO(match_blind_names(sent.bytes, &names, &n, err));
  if (!n)
    VG_GO(VG_FAIL(err, VG_EDATA, "server.blind.none"));
  VG_GO(pack_build_new(&all.b, err));
  VG_GO(intel_each_value(r->tx, -1, pack_build_known, &all, err));
  rc = tell(r, &k, all.b, names, n, err);
out:
  pack_build_free(all.b);
  free(names);
  vg_map_close(&sent);
  return rc;
}
