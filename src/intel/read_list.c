/* Lists: CSV or TSV with the columns type and value (tlp, pap, description, first_seen if there), or one value a line. */
#include "base/csv.h"
#include "intel/intel_internal.h"

#include <string.h>

static vg_code reject_row(struct import *im, int64_t line, const char *id, vg_str what) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, id, VG_T(what));
  im->in->read++;
  import_reject(im, "line", line, &reason);
  return VG_OK;
}

struct map {
  size_t type, value, description, tlp, pap, since;
  vg_str fixed; /* the type of all rows, or empty */
};

static struct plain_indicator plain(const struct import *im, int64_t line) {
  return (struct plain_indicator){.tlp = im->tlp, .pap = im->pap < 0 ? intel_pap_default(im->tlp) : (enum pap)im->pap, .since = VG_NOTIME,
                                  .modified = VG_NOTIME, .until = VG_NOTIME, .confidence = -1, .at = line, .place_kind = "line"};
}

static vg_code put(struct import *im, struct plain_indicator *p, struct vg_err *err) {
  struct vg_buf key;
  vg_buf_init(&key, 1 << 16);
  /* The same source naming the same value again is the same indicator. */
  vg_buf_fmt(&key, "%s %s ", im->in->source, intel_type_name(p->type));
  vg_buf_str(&key, vg_str_trim(p->value));
  p->key = vg_buf_view(&key);
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = import_plain(im, p, err);
  vg_buf_fini(&key);
  return rc;
}

/* What the column map says of one of our columns: "value=ioc,type=:domain". Empty: nothing. */
static vg_str mapped(const struct import *im, const char *ours) {
  vg_str rest = vg_str_z(im->in->columns), pair, name;
  while (rest.n && vg_str_cut(&rest, ',', &pair)) {
    if (vg_str_cut(&pair, '=', &name) && vg_str_eqz(name, ours) && pair.p)
      return pair;
    if (!rest.p)
      break;
  }
  return VG_STR("");
}

static size_t column(const struct import *im, const struct vg_csv *c, const char *ours) {
  char name[128];
  vg_str theirs = mapped(im, ours);
  return vg_csv_column(c, theirs.n ? vg_str_copy(name, sizeof name, theirs) : ours);
}

static vg_str fixed_type(const struct import *im) {
  vg_str type = mapped(im, "type");
  return type.n > 1 && type.p[0] == ':' ? vg_str_sub(type, 1, type.n) : VG_STR("");
}

static vg_code csv_row(struct import *im, const struct vg_csv *c, const struct map *m, struct vg_err *err) {
  vg_str type = m->fixed.n ? m->fixed : vg_str_trim(vg_csv_field(c, m->type)), tlp = vg_csv_field(c, m->tlp), pap = vg_csv_field(c, m->pap);
  struct plain_indicator p = plain(im, c->line);
  p.value = vg_csv_field(c, m->value);
  p.name = vg_csv_field(c, m->description);
  vg_str since = vg_csv_field(c, m->since);
  if (!intel_type_by_name(type, &p.type))
    return reject_row(im, c->line, "intel.unknown_type", type);
  if (tlp.n && !intel_tlp_by_name(tlp, &p.tlp))
    return reject_row(im, c->line, "intel.unknown_marking", tlp);
  if (tlp.n && im->pap < 0)
    p.pap = intel_pap_default(p.tlp);
  if (pap.n && !intel_pap_by_name(pap, &p.pap))
    return reject_row(im, c->line, "intel.unknown_marking", pap);
  if (since.n && !vg_time_parse(vg_str_trim(since), &p.since))
    return reject_row(im, c->line, "intel.bad_date", since);
  return put(im, &p, err);
}

/* Where the window's last whole row ends: behind a line feed outside quotes. */
static size_t whole_rows(vg_str s, bool ended) {
  bool quoted = false;
  size_t end = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      quoted = !quoted;
    else if (s.p[i] == '\n' && !quoted)
      end = i + 1;
  }
  return ended ? s.n : end;
}

/* The window's whole rows to `rows`; reads on when there is none yet. */
static vg_code next_rows(struct import *im, vg_str *rows, struct vg_err *err) {
  while ((*rows = vg_str_sub(intel_input_view(&im->input), 0, whole_rows(intel_input_view(&im->input), im->input.ended))).n == 0 && !im->input.ended)
    VG_TRY(intel_input_more(&im->input, im->in->path, err));
  return VG_OK;
}

vg_code import_csv(struct import *im, struct vg_err *err) {
  struct vg_csv c;
  struct map m;
  bool more;
  vg_str rows;
  vg_code rc = VG_OK;
  char sep = 0;
  int64_t line = 1;
  for (bool first = true;; first = false) {
    VG_TRY(next_rows(im, &rows, err));
    if (rows.n == 0 && !first)
      return VG_OK;
    vg_csv_init(&c, rows, sep);
    c.next_line = line;
    if (first) {
      VG_GO(vg_csv_next(&c, &more, err));
      m = (struct map){column(im, &c, "type"), column(im, &c, "value"), column(im, &c, "description"), column(im, &c, "tlp"), column(im, &c, "pap"),
                       column(im, &c, "first_seen"), fixed_type(im)};
      if (!more || (m.type == SIZE_MAX && !m.fixed.n) || m.value == SIZE_MAX) {
        rc = VG_FAIL(err, VG_EDATA, "intel.columns", im->in->path);
        goto out;
      }
      sep = c.sep;
    }
    for (;;) {
      VG_GO(vg_csv_next(&c, &more, err));
      if (!more)
        break;
      VG_GO(csv_row(im, &c, &m, err));
    }
    line = c.next_line;
    vg_csv_fini(&c);
    intel_input_drop(&im->input, rows.n);
    if (im->input.ended && intel_input_view(&im->input).n == 0)
      return VG_OK;
  }
out:
  vg_csv_fini(&c);
  return rc;
}

static vg_code list_line(struct import *im, vg_str line, int64_t n, struct vg_err *err) {
  struct plain_indicator p = plain(im, n);
  p.value = vg_str_trim(line);
  if (p.value.n == 0 || p.value.p[0] == '#')
    return VG_OK;
  return intel_type_of(p.value, &p.type) ? put(im, &p, err) : reject_row(im, n, "intel.unknown_value", p.value);
}

vg_code import_list(struct import *im, struct vg_err *err) {
  for (int64_t n = 1;;) {
    vg_str s = intel_input_view(&im->input), rest, line;
    const char *last = s.n ? memrchr(s.p, '\n', s.n) : NULL;
    size_t whole = im->input.ended ? s.n : last ? (size_t)(last - s.p) + 1 : 0;
    rest = vg_str_sub(s, 0, whole);
    for (; rest.n && vg_str_line(&rest, &line); n++)
      VG_TRY(list_line(im, line, n, err));
    intel_input_drop(&im->input, whole);
    if (im->input.ended)
      return VG_OK;
    VG_TRY(intel_input_more(&im->input, im->in->path, err));
  }
}
