#ifndef VG_CLI_CMD_SHARE_REMOTE_H
#define VG_CLI_CMD_SHARE_REMOTE_H
/* What `share pull` and `share publish --url` have in common: the server elsewhere and who we are to it. */
#include "cli/cli.h"
#include "share/share.h"

struct remote_options {
  const char *url, *collection, *user, *password_file;
  struct share_remote remote;
  struct vg_buf login; /* wiped by remote_end */
};
#define REMOTE_OPTIONS(o)                                                                                              \
  {"collection", CLI_TEXT, &(o).collection}, {"user", CLI_TEXT, &(o).user},                                            \
      {"password-file", CLI_TEXT, &(o).password_file}, {"ca", CLI_TEXT, &(o).remote.ca},                               \
      {"cert", CLI_TEXT, &(o).remote.cert}, {                                                                          \
    "key", CLI_TEXT, &(o).remote.key                                                                                   \
  }
/* "name:password" out of the first line of a file. */
MUST vg_code remote_read_login(const char *user, const char *file, struct vg_buf *out, struct vg_err *err);
int remote_login(struct cli *c, const struct cli_command *self, struct remote_options *o);
void remote_end(struct remote_options *o);
/* Sends what `to` may get and has not had, for the purpose. A cli_status. */
int remote_push(struct cli *c, const struct cli_command *self, struct remote_options *o, const char *to,
                const char *purpose);

#endif
