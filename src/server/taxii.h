#ifndef VG_SERVER_TAXII_H
#define VG_SERVER_TAXII_H
/* TAXII 2.1 under /taxii2/: taxii_door.c speaks HTTP and finds out who asks, taxii.c answers. Nothing of a page is
 * used. */
#include "server/server_internal.h"
#include "share/share.h"

#define TAXII_MEDIA "application/taxii+json;version=2.1"
#define TAXII_ROOT "/taxii2/vigie/"
enum { TAXII_PARTS = 6, TAXII_BODY_MAX = 10 << 20 };

struct taxii {
  /* what came */
  const char *method, *accept, *content_type; /* "" when absent */
  const char *site;                           /* "https://host:port" as the client calls us */
  vg_str query, body;
  struct actor who;
  struct instance *in;
  /* on the way */
  struct store_tx *tx;
  char part[TAXII_PARTS][VG_ID_MAX];
  size_t parts;
  const char *object; /* its id in the path, NULL none */
  struct share_collection collection;
  /* what goes back */
  unsigned status;
  struct vg_buf out;
  char first[VG_TIME_TEXT], last[VG_TIME_TEXT], allow[40];
};
/* path: what follows "/taxii2". */
void taxii_answer(struct taxii *t, const char *path);
/* The error resource (section 3.6.1). */
void taxii_problem(struct taxii *t, unsigned status, const char *description);

#endif
