/* What went wrong with a source, by the server's status, and what its reader can do about it. */
#include "watch/watch_internal.h"

static const struct {
  const char *problem, *advice;
} table[] = {
    {"watch.robots", "watch.do.ask"},         {"watch.status.refused", "watch.do.ask"},
    {"watch.status.gone", "watch.do.find"},   {"base.http.circle", "watch.do.find"},
    {"watch.status.busy", "watch.do.slower"}, {"watch.status.down", "watch.do.wait"},
    {"watch.status", "watch.do.wait"},        {"base.http.slow", "watch.do.wait"},
    {"base.http.cut", "watch.do.wait"},       {"base.http.connect", "watch.do.wait"},
    {"base.http.failed", "watch.do.wait"},    {"base.http.host", "watch.do.spell"},
    {"base.http.url", "watch.do.spell"},      {"base.http.large", "watch.do.tell"},
    {"watch.entities", "watch.do.tell"},      {"watch.unreadable", "watch.do.tell"},
    {"watch.no_feed", "watch.do.feed"},       {"watch.is_page", "watch.do.page"},
    {"watch.names_feed", "watch.do.named"},   {"watch.no_text", "watch.do.page_feed"},
    {"base.http.tls", "watch.do.trust"},      {"base.http.certificate", "watch.do.trust"},
};

const char *watch_advice_id(vg_str problem, enum watch_health health) {
  for (size_t i = 0; i < VG_COUNT(table); i++)
    if (vg_str_eqz(problem, table[i].problem))
      return table[i].advice;
  if (problem.n)
    return NULL;
  return health == WATCH_SILENT ? "watch.do.silent" : health == WATCH_UNASKED ? "watch.do.unasked" : NULL;
}

const char *advice_status(long status) {
  static const char *const problem[VG_HTTP_ANSWERS] = {[VG_HTTP_REFUSED] = "watch.status.refused",
                                                       [VG_HTTP_GONE] = "watch.status.gone",
                                                       [VG_HTTP_BUSY] = "watch.status.busy",
                                                       [VG_HTTP_DOWN] = "watch.status.down",
                                                       [VG_HTTP_OTHER] = "watch.status"};
  return problem[vg_http_answer(status)];
}
