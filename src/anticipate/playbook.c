/* What to do about a warning: steps by what raised it and what it is about, each with the widest marking under which it
 * may be told. */
#include "anticipate/anticipate.h"

static const struct anticipate_step coincidence[] = {
    {"anticipate.do.call", "TLP:AMBER"},     {"anticipate.do.keep", "TLP:AMBER"},
    {"anticipate.do.qualify", "TLP:AMBER"},  {"anticipate.do.search", "TLP:GREEN"},
    {"anticipate.do.bulletin", "TLP:GREEN"}, {0}};
static const struct anticipate_step watch[] = {{"anticipate.do.read", "TLP:AMBER"},
                                               {"anticipate.do.search", "TLP:GREEN"},
                                               {"anticipate.do.bulletin", "TLP:GREEN"},
                                               {0}};
static const struct anticipate_step surge[] = {{"anticipate.do.books", "TLP:AMBER+STRICT"},
                                               {"anticipate.do.ask_three", "TLP:AMBER"},
                                               {"anticipate.do.coincidence", "TLP:AMBER"},
                                               {"anticipate.do.bulletin", "TLP:GREEN"},
                                               {0}};
static const struct anticipate_step cluster[] = {{"anticipate.do.referent", "TLP:AMBER"},
                                                 {"anticipate.do.supplier", "TLP:AMBER"},
                                                 {"anticipate.do.neighbours", "TLP:GREEN"},
                                                 {"anticipate.do.bulletin", "TLP:GREEN"},
                                                 {0}};
static const struct anticipate_step ransomware[] = {
    {"anticipate.do.books", "TLP:AMBER+STRICT"}, {"anticipate.do.ask_three", "TLP:AMBER"},
    {"anticipate.do.backups", "TLP:CLEAR"},      {"anticipate.do.remote", "TLP:CLEAR"},
    {"anticipate.do.not_pay", "TLP:CLEAR"},      {0}};
static const struct anticipate_step phishing[] = {{"anticipate.do.books", "TLP:AMBER+STRICT"},
                                                  {"anticipate.do.message", "TLP:AMBER"},
                                                  {"anticipate.do.warn_staff", "TLP:CLEAR"},
                                                  {"anticipate.do.second_factor", "TLP:CLEAR"},
                                                  {0}};

static bool holds(vg_str s, const char *what) { return vg_str_find(s, vg_str_z(what), 0) != SIZE_MAX; }

const struct anticipate_step *anticipate_playbook(const struct anticipate_warning *w) {
  if (vg_str_eqz(w->signature, "watch"))
    return watch;
  if (!vg_str_eqz(w->about_type, "series"))
    return coincidence;
  if (vg_str_starts(w->about, VG_STR("claim")) || holds(w->about, "family=ransom"))
    return ransomware;
  if (holds(w->about, "family=phish"))
    return phishing;
  return vg_str_eqz(w->signature, "cluster") ? cluster : surge;
}
