/* TLP and PAP: names, and the ids of their marking definitions. */
#include "intel/intel_internal.h"

static const char *const tlp_names[] = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"};
static const char *const pap_names[] = {"PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"};

const char *intel_tlp_name(enum tlp t) { return tlp_names[t]; }
const char *intel_pap_name(enum pap p) { return pap_names[p]; }

static bool by_name(vg_str name, const char *const *names, size_t count, size_t *out) {
  name = vg_str_trim(name);
  for (size_t i = 0; i < count; i++) {
    vg_str full = vg_str_z(names[i]);
    if (vg_str_eq_ci(name, full) || vg_str_eq_ci(name, vg_str_sub(full, 4, full.n))) {
      *out = i;
      return true;
    }
  }
  *out = 0; /* version 1 called CLEAR "WHITE" */
  return vg_str_eq_ci(name, VG_STR("white")) ||
         (name.n == 9 && vg_str_eq_ci(vg_str_sub(name, 3, 6), VG_STR(":white")) &&
          vg_str_eq_ci(vg_str_sub(name, 0, 3), vg_str_sub(vg_str_z(names[0]), 0, 3)));
}

bool intel_tlp_by_name(vg_str name, enum tlp *out) {
  size_t i;
  bool ok = by_name(name, tlp_names, VG_COUNT(tlp_names), &i);
  if (ok)
    *out = (enum tlp)i;
  return ok;
}

bool intel_pap_by_name(vg_str name, enum pap *out) {
  size_t i;
  bool ok = by_name(name, pap_names, VG_COUNT(pap_names), &i);
  if (ok)
    *out = (enum pap)i;
  return ok;
}

struct known_id {
  const char *id;
  int level;
};

static bool by_id(vg_str id, const struct known_id *table, size_t n, int *out) {
  for (size_t i = 0; i < n; i++) {
    if (vg_str_eqz(id, table[i].id)) {
      *out = table[i].level;
      return true;
    }
  }
  return false;
}

bool intel_tlp_by_id(vg_str id, enum tlp *out) {
  static const struct known_id table[] = {
      /* OASIS common objects: TLP 2.0 */
      {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", TLP_CLEAR},
      {"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", TLP_GREEN},
      {"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", TLP_AMBER},
      {"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", TLP_AMBER_STRICT},
      {"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", TLP_RED},
      /* STIX 2.1 section 7.2.1.4: TLP 1 */
      {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", TLP_CLEAR},
      {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", TLP_GREEN},
      {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", TLP_AMBER},
      {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", TLP_RED},
  };
  int level;
  bool ok = by_id(id, table, VG_COUNT(table), &level);
  if (ok)
    *out = (enum tlp)level;
  return ok;
}

bool intel_pap_by_id(vg_str id, enum pap *out) {
  static const struct known_id table[] = {
      {"marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730", PAP_CLEAR},
      {"marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9", PAP_GREEN},
      {"marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab", PAP_AMBER},
      {"marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e", PAP_RED},
  };
  int level;
  bool ok = by_id(id, table, VG_COUNT(table), &level);
  if (ok)
    *out = (enum pap)level;
  return ok;
}

const char *intel_tlp_id(enum tlp t) {
  static const char *const ids[] = {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
                                    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
                                    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
                                    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
                                    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"};
  return ids[t];
}

const char *intel_pap_id(enum pap p) {
  static const char *const ids[] = {"marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730",
                                    "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9",
                                    "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
                                    "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e"};
  return ids[p];
}

enum pap intel_pap_default(enum tlp t) {
  static const enum pap pap[] = {PAP_CLEAR, PAP_GREEN, PAP_AMBER, PAP_AMBER, PAP_RED};
  return pap[t];
}

struct markings intel_markings(vg_jv refs) {
  struct markings m = {0};
  struct vg_jit it;
  vg_jv ref;
  vg_str id;
  enum tlp t;
  enum pap p;
  for (vg_jit_init(&it, refs); vg_jit_next(&it, NULL, &ref);) {
    if (!vg_jv_str(ref, &id))
      continue;
    if (intel_tlp_by_id(id, &t)) {
      m.tlp = t > m.tlp ? t : m.tlp;
      m.said_tlp = true;
    } else if (intel_pap_by_id(id, &p)) {
      m.pap = p > m.pap ? p : m.pap;
      m.said_pap = true;
    }
  }
  return m;
}
