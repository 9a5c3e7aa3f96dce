/* share bulletin: an approved content made out to each company that it is for; text, e-mail file, or a mail relay. */
#include "cli/cmd_share_remote.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/smtp.h"
#include "base/table.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct cli_command cmd_share_bulletin;

enum { TEXTS_MAX = 1 << 30, ADDRESSES_MAX = 64 << 20, RECIPIENTS_MAX = 1000000 };

struct letter {
  struct vg_id pid;
  char name[160], address[256];
  struct share_decision d;
  size_t from, to;  /* its text in texts */
  const char *mail; /* "", "file", "sent" */
};

struct sending {
  struct cli *c;
  const char *pid, *dir, *addresses, *from;
  struct vg_smtp smtp;
  struct share_content content;
  struct vg_buf texts, book;
  struct vg_table *known; /* public id or name of an organisation: place of its address in book, then length */
  struct letter *v;
  size_t n, cap;
  struct store_tx *tx;
  const struct actor *who;
  int64_t released, refused, mailed;
};

/* CSV with a heading: organisation (public id or name), email. */
static vg_code read_addresses(struct sending *s, struct vg_err *err) {
  struct vg_csv csv;
  bool more;
  if (!s->addresses)
    return VG_OK;
  VG_TRY(vg_file_read(s->addresses, &s->book, err));
  vg_csv_init(&csv, vg_buf_view(&s->book), 0);
  vg_code rc = vg_csv_next(&csv, &more, err);
  size_t org = vg_csv_column(&csv, "organisation"), mail = vg_csv_column(&csv, "email");
  if (rc == VG_OK && (org == SIZE_MAX || mail == SIZE_MAX))
    rc = VG_FAIL(err, VG_EDATA, "cli.bulletin.columns", s->addresses);
  while (rc == VG_OK && (rc = vg_csv_next(&csv, &more, err)) == VG_OK && more) {
    vg_str address = vg_str_trim(vg_csv_field(&csv, mail));
    if (!share_mail_address_ok(address))
      rc = VG_FAIL(err, VG_EDATA, "cli.bulletin.address", s->addresses, VG_N(csv.line), VG_T(address));
    else
      rc = vg_table_put(s->known, vg_str_trim(vg_csv_field(&csv, org)),
                        (uint64_t)(address.p - s->book.p) << 16 | address.n, err);
  }
  vg_csv_fini(&csv);
  return rc;
}

static void find_address(const struct sending *s, struct letter *l) {
  uint64_t at;
  if (vg_table_get(s->known, vg_id_str(&l->pid), &at) || vg_table_get(s->known, vg_str_z(l->name), &at))
    vg_str_copy(l->address, sizeof l->address, vg_str_n(s->book.p + (at >> 16), (size_t)(at & 0xffff)));
}

static vg_code make_out(void *ctx, const struct share_recipient *to, struct vg_err *err) {
  struct sending *s = ctx;
  if (!VG_GROW(s->v, s->n, s->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  struct letter *l = &s->v[s->n++];
  *l = (struct letter){.pid = vg_id_of(to->pid), .from = s->texts.n, .mail = ""};
  vg_str_copy(l->name, sizeof l->name, to->name);
  find_address(s, l);
  VG_TRY(
      share_bulletin(s->tx, s->who, &s->content, to, instance_id(s->c->instance), s->c->lang, &l->d, &s->texts, err));
  l->to = s->texts.n;
  return VG_OK;
}

static vg_code decide(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct sending *s = ctx;
  s->tx = tx;
  s->who = who;
  VG_TRY(share_content_find(tx, who, vg_str_z(s->pid), &s->content, err));
  VG_TRY(share_content_ready(&s->content, err));
  return share_each_recipient(tx, &s->content, make_out, s, err);
}

static vg_code mail(struct sending *s, struct letter *l, vg_str text, struct vg_err *err) {
  struct share_mail m = {.from = vg_str_z(s->from),
                         .to = vg_str_z(l->address),
                         .subject = vg_str_z(s->content.title),
                         .text = text,
                         .when = vg_now(&s->c->clock)};
  struct vg_buf out;
  char path[4096];
  vg_buf_init(&out, 64 << 20);
  vg_code rc = share_mail(&m, &out, err);
  snprintf(path, sizeof path, "%s/%s.eml", s->dir, l->pid.s);
  if (rc == VG_OK)
    rc = vg_file_write(path, vg_buf_view(&out), 0600, err);
  l->mail = "file";
  if (rc == VG_OK && s->smtp.url) {
    rc = vg_smtp_send(&s->smtp, m.from, m.to, vg_buf_view(&out), err);
    l->mail = "sent";
    s->mailed += rc == VG_OK;
  }
  vg_buf_fini(&out);
  return rc;
}

static void tell(struct sending *s, const struct letter *l) {
  struct vg_jw w;
  struct vg_buf why;
  struct cli *c = s->c;
  if (!c->json) {
    vg_buf_init(&why, 4096);
    vg_msg(&why, c->lang, l->d.rule, (const char *const[]){l->d.arg[0], l->d.arg[1], NULL});
    CLI_SAY(c, l->d.allowed ? "cli.bulletin.made" : "cli.share.refused", l->name, vg_buf_text(&why),
            l->d.allowed ? l->address : l->d.rule);
    vg_buf_fini(&why);
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "organisation", l->pid.s);
  vg_jw_kz(&w, "name", l->name);
  vg_jw_kbool(&w, "allowed", l->d.allowed);
  vg_jw_kz(&w, "rule", l->d.rule);
  vg_jw_kz(&w, "mail", l->mail[0] ? l->mail : NULL);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code hand_out(struct sending *s, struct vg_err *err) {
  char path[4096];
  for (size_t i = 0; i < s->n; i++) {
    struct letter *l = &s->v[i];
    vg_str text = vg_str_sub(vg_buf_view(&s->texts), l->from, l->to - l->from);
    *(l->d.allowed ? &s->released : &s->refused) += 1;
    if (l->d.allowed) {
      snprintf(path, sizeof path, "%s/%s.txt", s->dir, l->pid.s);
      VG_TRY(vg_file_write(path, text, 0600, err));
      if (l->address[0])
        VG_TRY(mail(s, l, text, err));
    }
    tell(s, l);
  }
  return VG_OK;
}

static int carry_out(struct sending *s) {
  struct vg_err err = {0};
  vg_code rc = vg_table_new(&s->known, RECIPIENTS_MAX, &err);
  if (rc == VG_OK)
    rc = read_addresses(s, &err);
  if (rc == VG_OK)
    rc = vg_dir_make(s->dir, &err);
  if (rc != VG_OK)
    return cli_fail(s->c, &err);
  /* Who gets it is decided and durable before anything is handed out. */
  int status = cli_write(s->c, decide, s);
  if (status != CLI_OK)
    return status;
  if (hand_out(s, &err) != VG_OK)
    return cli_fail(s->c, &err);
  CLI_NOTE(s->c, "cli.bulletin.done", VG_N(s->released), VG_N(s->refused), VG_N(s->mailed), s->dir);
  return CLI_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  struct sending s = {.c = c};
  const char *user = NULL, *file = NULL;
  struct vg_buf login;
  struct vg_err err = {0};
  const struct cli_option options[] = {{"o|output", CLI_TEXT, &s.dir}, {"addresses", CLI_TEXT, &s.addresses},
                                       {"from", CLI_TEXT, &s.from},    {"smtp", CLI_TEXT, &s.smtp.url},
                                       {"user", CLI_TEXT, &user},      {"password-file", CLI_TEXT, &file},
                                       {"ca", CLI_TEXT, &s.smtp.ca},   {0}};
  int status = cli_one_word(c, &cmd_share_bulletin, argc, argv, options, "ID", &s.pid);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (!s.dir)
    return cli_usage(c, &cmd_share_bulletin, "cli.missing", "-o");
  if (!s.addresses != !s.from || (s.smtp.url && !s.from) || !user != !file)
    return cli_usage(c, &cmd_share_bulletin, "cli.missing",
                     !user != !file ? user ? "--password-file" : "--user"
                     : s.from       ? "--addresses"
                                    : "--from");
  vg_buf_init(&login, 4096);
  vg_buf_init(&s.texts, TEXTS_MAX);
  vg_buf_init(&s.book, ADDRESSES_MAX);
  if (user && remote_read_login(user, file, &login, &err) != VG_OK) {
    status = cli_fail(c, &err);
  } else {
    s.smtp.login = user ? vg_buf_text(&login) : NULL;
    status = carry_out(&s);
  }
  vg_table_free(s.known);
  vg_buf_fini(&login);
  vg_buf_fini(&s.texts);
  vg_buf_fini(&s.book);
  free(s.v);
  return status;
}

const struct cli_command cmd_share_bulletin = {"share bulletin", "cli.share.bulletin", "cli.share.bulletin.usage", run};
