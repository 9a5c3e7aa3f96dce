#include "cli/show.h"

#include "base/file.h"
#include "base/grow.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct cli_command cmd_ledger_verify, cmd_ledger_checkpoint, cmd_ledger_export, cmd_ledger_list,
    cmd_ledger_prove;

static int begin(struct cli *c, struct store_tx **tx) {
  struct vg_err err = {0};
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  return store_begin_read(instance_store(c->instance), tx, &err) == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static void say_state(struct cli *c, const struct ledger_state *s) {
  char root[2 * LEDGER_HASH + 1];
  vg_hex(root, s->root, LEDGER_HASH);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kbool(&w, "ok", s->ok);
    vg_jw_kint(&w, "size", s->size);
    vg_jw_kz(&w, "root", root);
    vg_jw_key(&w, "first_bad");
    if (s->ok)
      vg_jw_null(&w);
    else
      vg_jw_int(&w, s->first_bad);
    vg_jw_kz(&w, "why", s->ok ? NULL : s->why);
    vg_jw_kint(&w, "clock_back", s->clock_back);
    vg_jw_end(&w);
    cli_json_end(c);
  } else if (s->ok) {
    CLI_SAY(c, "cli.ledger_verify.ok", VG_N(s->size), root);
  } else {
    char why[48] = "ledger.why.";
    vg_str_copy(why + 11, sizeof why - 11, vg_str_z(s->why));
    CLI_SAY(c, "cli.ledger_verify.bad", VG_N(s->first_bad), vg_msg_text(c->lang, why));
  }
  if (s->clock_back)
    CLI_NOTE(c, "cli.ledger_verify.back", VG_N(s->clock_back), VG_N(s->first_back));
}

/* A commit is signed after it: what a kill in between left, or what somebody took the newest signatures from. */
static void say_unsigned(struct cli *c, struct store_tx *tx, const struct ledger_state *s) {
  struct vg_buf note;
  int64_t size;
  unsigned char root[LEDGER_HASH];
  bool signature_ok;
  vg_buf_init(&note, 1 << 14);
  if (s->ok && ledger_checkpoint(tx, &note, NULL) == VG_OK &&
      ledger_note_read(vg_buf_view(&note), NULL, &size, root, &signature_ok) && size < s->size)
    CLI_NOTE(c, "cli.ledger_verify.tail", VG_N(s->size - size));
  vg_buf_fini(&note);
}

struct verify_args {
  const char *checkpoint, *file, *key;
  struct vg_buf earlier;
};

static vg_code verify_instance(struct cli *c, const struct verify_args *a, struct ledger_state *state,
                               struct vg_err *err) {
  struct store_tx *tx;
  unsigned char pub[VG_KEY_SIZE];
  vg_code rc = cli_open(c, true, err);
  if (rc == VG_OK)
    rc = store_begin_read(instance_store(c->instance), &tx, err);
  if (rc == VG_OK) {
    vg_key_public(instance_key(c->instance), pub);
    rc = ledger_verify(tx, pub, vg_buf_view(&a->earlier), state, err);
    if (rc == VG_OK)
      say_unsigned(c, tx, state);
    store_rollback(&tx);
  }
  if (rc != VG_EDAMAGE)
    return rc;
  /* The container does not even open: nothing of the log can be vouched for. */
  (void)cli_fail(c, err);
  *state = (struct ledger_state){.ok = false, .first_bad = 0, .why = "container"};
  return VG_OK;
}

static vg_code verify_file(struct cli *c, const struct verify_args *a, struct ledger_state *state, struct vg_err *err) {
  struct vg_map_file m;
  struct vg_buf key, text;
  unsigned char seen[VG_KEY_SIZE];
  vg_code rc = VG_OK;
  vg_buf_init(&key, 256);
  vg_buf_init(&text, 256);
  if (a->key && (!vg_unbase64(vg_str_z(a->key), &key) || key.n != VG_KEY_SIZE))
    rc = VG_FAIL(err, VG_EUSAGE, "cli.bad_value", "--key");
  if (rc == VG_OK)
    rc = vg_map_open(&m, a->file, err);
  if (rc == VG_OK) {
    rc = ledger_verify_export(m.bytes, a->key ? (const unsigned char *)key.p : NULL, vg_buf_view(&a->earlier), state,
                              seen, err);
    vg_map_close(&m);
    if (rc == VG_OK && !a->key) {
      vg_base64(&text, vg_str_n((const char *)seen, VG_KEY_SIZE));
      CLI_NOTE(c, "cli.ledger_verify.key", vg_buf_text(&text));
    }
  }
  vg_buf_fini(&key);
  vg_buf_fini(&text);
  return rc;
}

static int run_verify(struct cli *c, int argc, char **argv) {
  struct verify_args a = {0};
  const struct cli_option options[] = {
      {"checkpoint", CLI_TEXT, &a.checkpoint}, {"file", CLI_TEXT, &a.file}, {"key", CLI_TEXT, &a.key}, {0}};
  int status = cli_no_word(c, &cmd_ledger_verify, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  struct vg_err err = {0};
  struct ledger_state state;
  vg_buf_init(&a.earlier, 1 << 14);
  c->file = a.checkpoint ? a.checkpoint : a.file;
  vg_code rc = a.checkpoint ? vg_file_read(a.checkpoint, &a.earlier, &err) : VG_OK;
  if (rc == VG_OK && a.checkpoint && !a.earlier.n) /* an empty text means "none" below: nothing would be compared */
    rc = VG_FAIL(&err, VG_EDATA, "ledger.checkpoint");
  if (rc == VG_OK)
    rc = a.file ? verify_file(c, &a, &state, &err) : verify_instance(c, &a, &state, &err);
  vg_buf_fini(&a.earlier);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  say_state(c, &state);
  return state.ok ? CLI_OK : CLI_ATTENTION;
}

struct exporting {
  struct cli *c;
  int fd;
  const char *path;
  struct ledger_whom whom;
  int64_t lines; /* entries, and the header before and the checkpoint after them */
};

static vg_code write_line(void *ctx, vg_str line, struct vg_err *err) {
  struct exporting *x = ctx;
  x->lines++;
  return vg_write_all(x->fd, line.p, line.n, x->path, err);
}

/* Read in one snapshot into the file, which has its name only once the ledger tells what leaves, and how much of it. */
static vg_code export_to(struct cli *c, struct exporting *x, struct vg_err *err) {
  struct store_tx *tx;
  VG_TRY(store_begin_read(instance_store(c->instance), &tx, err));
  vg_code rc = ledger_export(tx, instance_key(c->instance), write_line, x, err);
  store_rollback(&tx);
  return rc;
}

/* Bodies of inquiries are in it: it is for nobody else than who it is given to. */
static vg_code tell_export(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct exporting *x = ctx;
  struct ledger_disclosure d = {.tlp = "TLP:RED", .pap = "PAP:RED", .count = x->lines - 2};
  struct vg_buf b;
  struct vg_jw w;
  VG_TRY(ledger_whom(who, "verification", &x->whom, &d, err));
  vg_buf_init(&b, 1 << 14);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  ledger_disclosure(&w, &d);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "ledger.exported", instance_id(x->c->instance).p, vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

static int run_export(struct cli *c, int argc, char **argv) {
  const char *to = NULL;
  struct exporting x = {.c = c};
  const struct cli_option options[] = {
      {"o|output", CLI_TEXT, &to}, {"to", CLI_TEXT, &x.whom.recipient}, {"motive", CLI_TEXT, &x.whom.motive}, {0}};
  int status = cli_no_word(c, &cmd_ledger_export, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!to)
    return cli_usage(c, &cmd_ledger_export, "cli.missing", "-o");
  struct vg_err err = {0};
  struct vg_newfile f;
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  if (vg_newfile_open(&f, to, 0600, &err) != VG_OK)
    return cli_fail(c, &err);
  x.fd = f.fd;
  x.path = to;
  status = export_to(c, &x, &err) == VG_OK ? cli_write(c, tell_export, &x) : cli_fail(c, &err);
  if (status == CLI_OK && vg_newfile_commit(&f, &err) != VG_OK)
    status = cli_fail(c, &err);
  vg_newfile_abandon(&f);
  return status;
}

static int run_checkpoint(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_no_word(c, &cmd_ledger_checkpoint, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  struct vg_err err = {0};
  struct store_tx *tx;
  struct vg_buf note;
  if (begin(c, &tx) != CLI_OK)
    return CLI_FAILED;
  vg_buf_init(&note, 1 << 14);
  vg_code rc = ledger_checkpoint(tx, &note, &err);
  store_rollback(&tx);
  if (rc == VG_OK)
    fwrite(note.p, 1, note.n, stdout);
  vg_buf_fini(&note);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

struct listing {
  struct cli *c;
  struct store_tx *tx;
  const struct actor *who;
  struct ledger_search s;
  const char *motive;
  int64_t closed; /* bodies that a motive would show */
  struct answer {
    int64_t case_id;
    bool open;
  } * known; /* of the inquiries met so far */
  size_t n, cap;
};

static vg_code inquiry_open(struct listing *l, const struct affair *a, bool *open, struct vg_err *err) {
  for (size_t i = 0; i < l->n; i++)
    if (l->known[i].case_id == a->id) {
      *open = l->known[i].open;
      return VG_OK;
    }
  VG_TRY(cli_inquiry_open(l->tx, l->who, a, open, err));
  if (!VG_GROW(l->known, l->n, l->cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  l->known[l->n++] = (struct answer){a->id, *open};
  return VG_OK;
}

/* The entry is no secret; what an affair's says is for who may see the affair, and an inquiry's for who says why. */
static vg_code body_shown(struct listing *l, const struct ledger_entry *e, bool *shown, struct vg_err *err) {
  struct affair a;
  struct vg_id of;
  bool inquiry;
  VG_TRY(instance_inquiry_of(l->tx, e->subject, &a, &of, &inquiry, err));
  *shown = casework_subject_seen(l->tx, l->who, vg_id_str(&of));
  if (!*shown || !inquiry || l->motive)
    return VG_OK;
  VG_TRY(inquiry_open(l, &a, shown, err));
  l->closed += !*shown;
  return VG_OK;
}

static vg_code one_entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct listing *l = ctx;
  struct cli *c = l->c;
  char when[VG_TIME_TEXT];
  if (c->json) {
    struct vg_jw w;
    bool shown = false;
    if (e->body.n)
      VG_TRY(body_shown(l, e, &shown, err));
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "index", e->index);
    vg_jw_ktime(&w, "time", e->time);
    vg_jw_kstr(&w, "kind", e->kind);
    vg_jw_kstr(&w, "actor", e->actor);
    vg_jw_kstr(&w, "subject", e->subject);
    vg_jw_key(&w, "body");
    if (shown)
      vg_jw_raw(&w, e->body);
    else
      vg_jw_null(&w);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    char kind[64];
    printf("%6lld  %s  %.*s  %s\n", (long long)e->index, cli_time(when, c, e->time), (int)e->subject.n, e->subject.p,
           show_wordz(c, "server.event.", vg_str_copy(kind, sizeof kind, e->kind)));
  }
  return VG_OK;
}

static vg_code list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct listing *l = ctx;
  int64_t next;
  l->tx = tx;
  l->who = who;
  vg_code rc = ledger_find(tx, &l->s, one_entry, l, &next, err);
  free(l->known);
  if (rc == VG_OK && l->closed)
    CLI_NOTE(l->c, "cli.ledger_list.closed", VG_N(l->closed));
  return rc;
}

static int run_list(struct cli *c, int argc, char **argv) {
  int64_t count = 50;
  const char *subject = "", *act = NULL, *person = "", *recipient = "";
  struct listing l = {.c = c, .s = {.act = -1, .from = VG_NOTIME, .to = VG_NOTIME, .before = -1}};
  const struct cli_option options[] = {
      {"count", CLI_INT, &count},    {"subject", CLI_TEXT, &subject},     {"act", CLI_TEXT, &act},
      {"person", CLI_TEXT, &person}, {"recipient", CLI_TEXT, &recipient}, {"motive", CLI_TEXT, &l.motive},
      {"from", CLI_TIME, &l.s.from}, {"to", CLI_TIME, &l.s.to},           {0}};
  int status = cli_no_word(c, &cmd_ledger_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (count <= 0)
    return cli_usage(c, &cmd_ledger_list, "cli.bad_value", "--count");
  if (act && !ledger_act_by_name(vg_str_z(act), &l.s.act))
    return cli_usage(c, &cmd_ledger_list, "cli.bad_value", act);
  l.s.subject = vg_str_z(subject);
  l.s.actor = vg_str_z(person);
  l.s.recipient = vg_str_z(recipient);
  l.s.limit = count;
  if (l.motive)
    status = *subject ? cli_consult(c, subject, l.motive) : cli_consult_many(c, l.motive);
  return status == CLI_OK ? cli_read(c, list, &l) : status;
}

static void say_proof(struct cli *c, int64_t index, const struct ledger_state *head, vg_str proof) {
  char hex[2 * LEDGER_HASH + 1];
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "index", index);
  vg_jw_kint(&w, "size", head->size);
  vg_jw_kz(&w, "root", vg_hex(hex, head->root, LEDGER_HASH));
  vg_jw_key(&w, "proof");
  vg_jw_arr(&w);
  for (size_t i = 0; i + LEDGER_HASH <= proof.n; i += LEDGER_HASH)
    vg_jw_z(&w, vg_hex(hex, proof.p + i, LEDGER_HASH));
  vg_jw_end(&w);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int run_prove(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_ledger_prove, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  int64_t index;
  if (argc != 1 || !vg_str_i64(vg_str_z(argv[0]), &index))
    return cli_usage(c, &cmd_ledger_prove, "cli.missing", "INDEX");
  struct vg_err err = {0};
  struct store_tx *tx;
  struct ledger_state head;
  struct vg_buf proof;
  if (begin(c, &tx) != CLI_OK)
    return CLI_FAILED;
  vg_buf_init(&proof, 1 << 14);
  vg_code rc = ledger_head(tx, &head, &err);
  if (rc == VG_OK)
    rc = ledger_inclusion(tx, index, head.size, &proof, &err);
  store_rollback(&tx);
  if (rc == VG_OK)
    say_proof(c, index, &head, vg_buf_view(&proof));
  vg_buf_fini(&proof);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

const struct cli_command cmd_ledger_verify = {"ledger verify", "cli.ledger_verify", "cli.ledger_verify.usage",
                                              run_verify};
const struct cli_command cmd_ledger_checkpoint = {"ledger checkpoint", "cli.ledger_checkpoint",
                                                  "cli.ledger_checkpoint.usage", run_checkpoint};
const struct cli_command cmd_ledger_export = {"ledger export", "cli.ledger_export", "cli.ledger_export.usage",
                                              run_export};
const struct cli_command cmd_ledger_list = {"ledger list", "cli.ledger_list", "cli.ledger_list.usage", run_list};
const struct cli_command cmd_ledger_prove = {"ledger prove", "cli.ledger_prove", "cli.ledger_prove.usage", run_prove};
