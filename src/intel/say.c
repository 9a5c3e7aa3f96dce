/* What one of us says about an object: a note or an opinion, stored as what comes from others is. */
#include "intel/intel_internal.h"

#include <string.h>

struct said {
  const struct intel_saying *s;
  const struct actor *who;
  struct vg_buf *out;
  struct vg_id id;
  vg_time now;
};

static bool known_opinion(const char *opinion) {
  static const char *const words[] = {"strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"};
  for (size_t i = 0; i < VG_COUNT(words); i++)
    if (!strcmp(opinion, words[i]))
      return true;
  return false;
}

static vg_code write_object(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct said *x = ctx;
  const struct intel_saying *s = x->s;
  struct vg_jw w;
  vg_jw_init(&w, x->out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "type", s->opinion ? "opinion" : "note");
  vg_jw_kz(&w, "spec_version", "2.1");
  vg_jw_kz(&w, "id", x->id.s);
  vg_jw_kstr(&w, "created_by_ref", s->self);
  vg_jw_ktime(&w, "created", x->now);
  vg_jw_ktime(&w, "modified", x->now);
  import_tlp(&w, o->tlp, o->pap);
  if (s->lang)
    vg_jw_kz(&w, "lang", s->lang);
  vg_jw_key(&w, "authors");
  vg_jw_arr(&w);
  vg_jw_z(&w, x->who->name);
  vg_jw_end(&w);
  if (s->opinion)
    vg_jw_kz(&w, "opinion", s->opinion);
  if (s->text.n)
    vg_jw_kstr(&w, s->opinion ? "explanation" : "content", s->text);
  vg_jw_key(&w, "object_refs");
  vg_jw_arr(&w);
  vg_jw_str(&w, o->id);
  vg_jw_end(&w);
  vg_jw_end(&w);
  return vg_buf_check(x->out, err);
}

static void reject(void *ctx, const char *place, const struct vg_err *why) {
  (void)place;
  *(struct vg_err *)ctx = *why;
}

vg_code intel_say(struct store_tx *tx, const struct actor *who, const struct intel_saying *s, struct vg_id *id,
                  struct vg_err *err) {
  struct vg_buf text;
  struct vg_err why = {0};
  struct said x = {.s = s, .who = who, .out = &text, .now = store_now(tx)};
  if (s->opinion ? !known_opinion(s->opinion) : s->text.n == 0)
    return VG_FAIL(err, VG_EUSAGE, s->opinion ? "intel.opinion" : "intel.no_note", s->opinion ? s->opinion : "");
  x.id = vg_id_v4(s->opinion ? "opinion" : "note");
  vg_buf_init(&text, 1 << 20);
  vg_code rc = intel_object_get(tx, s->about, write_object, &x, err);
  struct intel_import in = {.path = x.id.s,
                            .text = vg_buf_view(&text),
                            .source = INTEL_OWN_SOURCE,
                            .format = FORMAT_STIX,
                            .reject = reject,
                            .ctx = &why};
  if (rc == VG_OK)
    rc = intel_import(tx, who, &in, err);
  if (rc == VG_OK && in.rejected) {
    rc = VG_EDATA;
    if (err)
      *err = why;
  }
  *id = x.id;
  vg_buf_fini(&text);
  return rc;
}
