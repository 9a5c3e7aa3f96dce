/* Lists: CSV or TSV with the columns type and value (tlp, pap, description, first_seen if there), or one value a line. */
#include "base/csv.h"
#include "intel/intel_internal.h"

static vg_code reject_row(struct import *im, int64_t line, const char *id, vg_str what) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, id, VG_T(what));
  im->in->read++;
  import_reject(im, "line", line, &reason);
  return VG_OK;
}

struct map {
  size_t type, value, description, tlp, pap, since;
};

static vg_code put(struct import *im, struct plain_indicator *p, struct vg_err *err) {
  struct vg_buf key;
  vg_buf_init(&key, 1 << 16);
  /* The same source naming the same value again is the same indicator. */
  vg_buf_fmt(&key, "%s %s ", im->in->source, intel_type_name(p->type));
  vg_buf_str(&key, vg_str_trim(p->value));
  p->key = vg_buf_view(&key);
  p->place_kind = "line";
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = import_plain(im, p, err);
  vg_buf_fini(&key);
  return rc;
}

static vg_code csv_row(struct import *im, const struct vg_csv *c, const struct map *m, struct vg_err *err) {
  vg_str type = vg_str_trim(vg_csv_field(c, m->type)), tlp = vg_csv_field(c, m->tlp), pap = vg_csv_field(c, m->pap);
  struct plain_indicator p = {.value = vg_csv_field(c, m->value), .name = vg_csv_field(c, m->description), .tlp = TLP_AMBER_STRICT,
                              .pap = PAP_CLEAR, .since = VG_NOTIME, .at = c->line};
  vg_str since = vg_csv_field(c, m->since);
  if (!intel_type_by_name(type, &p.type))
    return reject_row(im, c->line, "intel.unknown_type", type);
  if (tlp.n && !intel_tlp_by_name(tlp, &p.tlp))
    return reject_row(im, c->line, "intel.unknown_marking", tlp);
  if (pap.n && !intel_pap_by_name(pap, &p.pap))
    return reject_row(im, c->line, "intel.unknown_marking", pap);
  if (since.n && !vg_time_parse(vg_str_trim(since), &p.since))
    return reject_row(im, c->line, "intel.bad_date", since);
  return put(im, &p, err);
}

vg_code import_csv(struct import *im, struct vg_err *err) {
  struct vg_csv c;
  bool more;
  vg_code rc = VG_OK;
  vg_csv_init(&c, im->in->text, 0);
  VG_GO(vg_csv_next(&c, &more, err));
  struct map m = {vg_csv_column(&c, "type"), vg_csv_column(&c, "value"), vg_csv_column(&c, "description"),
                  vg_csv_column(&c, "tlp"),  vg_csv_column(&c, "pap"),   vg_csv_column(&c, "first_seen")};
  if (!more || m.type == SIZE_MAX || m.value == SIZE_MAX) {
    rc = VG_FAIL(err, VG_EDATA, "intel.columns", im->in->path);
    goto out;
  }
  for (;;) {
    VG_GO(vg_csv_next(&c, &more, err));
    if (!more)
      break;
    VG_GO(csv_row(im, &c, &m, err));
  }
out:
  vg_csv_fini(&c);
  return rc;
}

vg_code import_list(struct import *im, struct vg_err *err) {
  vg_str rest = im->in->text, line;
  for (int64_t n = 1; vg_str_line(&rest, &line); n++) {
    struct plain_indicator p = {.value = vg_str_trim(line), .tlp = TLP_AMBER_STRICT, .pap = PAP_CLEAR, .since = VG_NOTIME, .at = n};
    if (p.value.n == 0 || p.value.p[0] == '#')
      continue;
    if (!intel_type_of(p.value, &p.type))
      VG_TRY(reject_row(im, n, "intel.unknown_value", p.value));
    else
      VG_TRY(put(im, &p, err));
  }
  return VG_OK;
}
