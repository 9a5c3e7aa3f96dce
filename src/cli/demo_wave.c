/* Other companies' logs: two waves of the partner's list met in several zones, and what is met once by chance. */
#include "cli/demo.h"

#include <stdio.h>

static const struct company {
  const char *log, *name, *naf, *department;
} companies[] = {
    {"chaudronnerie", "Chaudronnerie du Hainaut", "C", "59"},
    {"transit", "Transit du Vieux-Port", "H", "13"},
    {"mecanique", "Mécanique des Monts d'Or", "C", "69"},
    {"entrepots", "Entrepôts de Beauce", "H", "45"},
    {"negoce", "Négoce de l'Odet", "G", "29"},
    {"cabinet", "Cabinet Aulnoy", "M", "75"},
    {"garage", "Garage des Remparts", "G", "35"},
    {"clinique", "Clinique du Parc d'Albe", "Q", "31"},
    {"librairie", "Librairie du Beffroi", "G", "62"},
};

static vg_code look(struct demo *d, const struct company *o, int64_t *hits) {
  char file[64], pack[PATH_MAX], log[PATH_MAX];
  snprintf(file, sizeof file, "wave/%s.tmpl", o->log);
  demo_path(d, pack, d->work, "vigie.pack");
  VG_TRY(demo_fill(d, file, log));
  VG_TRY(RUN(d, "org", "add", "--name", o->name, "--naf", o->naf, "--size", "PME", "--department", o->department));
  VG_TRY(RUN(d, "match", "--pack", pack, "--record", "--org", o->name, log));
  *hits += demo_count(d, NULL, NULL);
  return VG_OK;
}

/* The first one's commands are shown, those of the others are the same. */
vg_code demo_wave(struct demo *d) {
  int64_t hits = 0, links = 0;
  vg_code rc = VG_OK;
  for (size_t i = 0; i < VG_COUNT(companies) && rc == VG_OK; i++) {
    rc = look(d, &companies[i], &hits);
    d->hidden = true;
  }
  d->hidden = false;
  VG_TRY(rc);
  VG_TRY(RUN(d, "anticipate", "links"));
  links = demo_count(d, NULL, NULL);
  SAY(d, "demo.wave.found", VG_N((int64_t)VG_COUNT(companies)), VG_N(hits), VG_N(links));
  return links > 0 ? VG_OK : VG_FAIL(&d->err, VG_ENOTFOUND, "demo.no_links");
}
