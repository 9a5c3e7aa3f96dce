#ifndef VG_SERVER_TAXII_DOOR_H
#define VG_SERVER_TAXII_DOOR_H
#include <microhttpd.h>

#include "server/taxii.h"

struct taxii_door {
  struct throttle *throttle;
  struct instance *in;
  const char *site, *address; /* as the client calls us; where it calls from */
  bool apart;                 /* the address tells who asks apart */
  bool plain, certified;      /* certified: a client certificate is demanded and a good one came */
  vg_time now;
};
/* Who asks: 0, or the HTTP status to refuse with. */
unsigned taxii_who(const struct taxii_door *d, struct MHD_Connection *c, struct actor *who);
/* refused: 0, or the status of a request that goes no further. path: what follows "/taxii2". */
enum MHD_Result taxii_respond(const struct taxii_door *d, struct MHD_Connection *c, const char *method,
                              const char *path, vg_str query, vg_str body, const struct actor *who, unsigned refused);

#endif
