/* When something happened, as far as it is known. */
#include "casework/casework_internal.h"

/* Clocks of the world run from 12 hours behind UTC to 14 before it. */
static const int64_t behind = 12 * VG_HOUR, before = 14 * VG_HOUR, most = 366 * VG_DAY;

vg_code casework_told_settle(struct finding_entry *f, struct vg_err *err) {
  bool about = vg_str_eqz(f->precision, "about"), day = vg_str_eqz(f->precision, "day"),
       zone = vg_str_eqz(f->precision, "zone");
  if (f->precision.n == 0)
    return f->spread ? VG_FAIL(err, VG_EDATA, "casework.finding_told") : VG_OK;
  if (!about && !day && !zone)
    return VG_FAIL(err, VG_EDATA, "casework.finding_precision", VG_T(f->precision));
  if (f->from == VG_NOTIME || f->until != VG_NOTIME || f->spread < 0 || f->spread > most || (f->spread && !about))
    return VG_FAIL(err, VG_EDATA, "casework.finding_told");
  int64_t spread = f->spread ? f->spread : VG_HOUR,
          down = about  ? spread
                 : zone ? before
                        : 0,
          up = about  ? spread
               : zone ? behind
                      : VG_DAY - 1;
  if (f->from < INT64_MIN + most + 1 || f->from > INT64_MAX - most)
    return VG_FAIL(err, VG_EDATA, "casework.finding_told");
  f->until = f->from + up;
  f->from -= down;
  return VG_OK;
}

struct told casework_told(const struct finding_entry *f) {
  if (f->from == VG_NOTIME)
    return (struct told){TOLD_NOTHING, VG_NOTIME, VG_NOTIME, 0};
  if (f->until == VG_NOTIME || f->until == f->from)
    return (struct told){TOLD_AT, f->from, VG_NOTIME, 0};
  if (vg_str_eqz(f->precision, "about"))
    return (struct told){TOLD_ABOUT, f->from + (f->until - f->from) / 2, VG_NOTIME, (f->until - f->from) / 2};
  if (vg_str_eqz(f->precision, "day"))
    return (struct told){TOLD_DAY, f->from, VG_NOTIME, 0};
  if (vg_str_eqz(f->precision, "zone"))
    return (struct told){TOLD_ZONE, f->from + before, VG_NOTIME, 0};
  return (struct told){TOLD_BETWEEN, f->from, f->until, 0};
}
