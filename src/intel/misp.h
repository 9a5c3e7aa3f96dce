#ifndef VG_INTEL_MISP_H
#define VG_INTEL_MISP_H
/* What the readers of MISP's forms share: what tags say, and who saw an attribute. */
#include "intel/intel_internal.h"

/* What the tags of an event, or of one of its attributes, say. */
struct misp_said {
  enum tlp tlp;
  enum pap pap;
  bool said_pap;
  int64_t confidence; /* -1: not said */
  char reliability;   /* of who told the author of it, A to F (Admiralty); 0: not said */
  vg_str graded;      /* the tag that says so */
};
/* Reads the tags of `holder` over what its event says. Of several confidences on one holder the lowest counts: it is
 * the one that nobody would regret. */
void misp_tags(vg_jv holder, struct misp_said *s);
/* The confidence that is left when the author's own source is no better than graded: weighed as intel_score weighs our
 * sources. F, or none, changes nothing. -1: neither was said. */
int64_t misp_confidence(const struct misp_said *s);

/* A member that is a text or a number, as a text (of the object, or in room); empty: neither. */
vg_str misp_word(vg_jv o, const char *key, char room[static 32]);
/* MISP writes Unix seconds, as text or number. VG_NOTIME: none, or out of range. */
vg_time misp_time(vg_jv v);

/* Sightings of one attribute, by organisation. */
struct misp_seen;
vg_code misp_seen_new(struct misp_seen **out, struct vg_err *err);
void misp_seen_free(struct misp_seen *s);
/* Those that stand in the event itself, read before its attributes; borrowed from it. */
vg_code misp_seen_event(struct misp_seen *s, vg_jv event, struct vg_err *err);
/* How many of these named no attribute that was read. */
int64_t misp_seen_left(const struct misp_seen *s);
/* Reads the attribute's; what was read before is forgotten. Texts are borrowed from the attribute. */
vg_code misp_seen_read(struct misp_seen *s, vg_jv attribute, struct vg_err *err);
/* When it ceased to hold: the last expiry (type 2), unless somebody saw it since. VG_NOTIME: it has not. */
vg_time misp_seen_until(const struct misp_seen *s);
/* What the object `of` was made of was seen (type 0): a STIX sighting an organisation, with how often, first and last;
 * was called a false positive (type 1): an opinion an organisation. Organisations become identities, each once as long
 * as *s lives. */
vg_code misp_seen_put(struct misp_seen *s, struct import *im, const struct plain_indicator *p, vg_str of,
                      struct vg_err *err);

#endif
