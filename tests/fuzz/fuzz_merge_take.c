/*
 * Hostile events that a trusted instance signed: each line of the input is "KIND SUBJECT BODY", and becomes an event of
 * a file with a true chain and signature, so that what the rooms do with it is what is tried. Lines "[...]" behind it
 * are rows attached to it, with a true count and digest. Whatever is refused says
 * why, and nothing of it stays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instance/instance.h"
#include "territory/territory.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EVENTS = 40 };
static struct instance *in;
static struct actor who;
static struct vg_key *peer;
static char peer_text[MERGE_KEY];
static struct vg_err err;

#define MUST_WORK(call)                                                                                                \
  do {                                                                                                                 \
    vg_err_clear(&err);                                                                                                \
    if ((call) != VG_OK) {                                                                                             \
      fprintf(stderr, "%s: %s\n", #call, err.n ? err.cause[0].msg : "");                                               \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

static void tidy(void) {
  char command[128];
  instance_close(in);
  snprintf(command, sizeof command, "rm -rf /tmp/vigie-fuzz-merge.%d", (int)getpid());
  (void)!system(command);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  char home[64], password[24];
  struct store_tx *tx;
  struct org o = {.kind = ORG_COMPANY, .name = "Lynx", .siren = "732829320", .department = "35"};
  (void)argc;
  (void)argv;
  snprintf(home, sizeof home, "/tmp/vigie-fuzz-merge.%d", (int)getpid());
  const struct instance_options options = {.home = home, .login = "anne"};
  MUST_WORK(instance_create(&options, password, &err));
  atexit(tidy);
  MUST_WORK(instance_open(&in, &options, &err));
  MUST_WORK(instance_actor(in, "anne", &who, &err));
  MUST_WORK(vg_key_generate(&peer, VG_STR("peer"), &err));
  merge_key_text(peer, peer_text);
  MUST_WORK(store_begin(instance_store(in), &tx, &err));
  MUST_WORK(territory_org_add(tx, &who, &o, &err));
  MUST_WORK(merge_trust(tx, &who, VG_STR("peer"), vg_str_z(peer_text), false, &err));
  MUST_WORK(instance_commit(in, &tx, &err));
  return 0;
}

/* The body with what it must say of the rows behind it; they go to `rows`. */
static void attach(struct vg_buf *body, struct vg_buf *rows, vg_str *rest) {
  unsigned char raw[VG_SHA256_SIZE];
  char digest[65];
  vg_str next;
  int64_t n = 0;
  for (; rest->n && rest->p[0] == '[' && vg_str_line(rest, &next); n++) {
    vg_buf_str(rows, next);
    vg_buf_byte(rows, '\n');
  }
  if (!n || !body->n || body->p[0] != '{')
    return;
  vg_sha256(rows->p, rows->n, raw);
  vg_hex(digest, raw, sizeof raw);
  vg_str said = vg_buf_view(body);
  struct vg_buf whole;
  vg_buf_init(&whole, 1 << 21);
  vg_buf_fmt(&whole, "{\"attached\":%lld,\"attached_sha256\":\"%s\"%s", (long long)n, digest, said.n > 2 ? "," : "");
  vg_buf_str(&whole, vg_str_sub(said, 1, said.n));
  vg_buf_reset(body);
  vg_buf_str(body, vg_buf_view(&whole));
  vg_buf_fini(&whole);
}

static void add(struct vg_buf *file, char hash[static 65], int64_t seq, vg_str line, vg_str *more) {
  unsigned char raw[VG_SHA256_SIZE];
  char both[130], digest[65];
  vg_str kind, subject, rest = line;
  struct vg_buf out, body, rows;
  vg_buf_init(&body, 1 << 21);
  vg_buf_init(&rows, 1 << 21);
  if (!vg_str_cut(&rest, ' ', &kind) || !vg_str_cut(&rest, ' ', &subject))
    kind = subject = VG_STR("");
  vg_buf_str(&body, rest.n ? rest : VG_STR("{}"));
  attach(&body, &rows, more);
  vg_buf_init(&out, 1 << 21);
  vg_buf_fmt(&out, "{\"seq\":%lld,\"time\":\"2024-03-02T09:00:00.000000001Z\",\"kind\":\"", (long long)seq);
  vg_buf_str(&out, kind);
  vg_buf_z(&out, "\",\"subject\":\"");
  vg_buf_str(&out, subject);
  vg_buf_z(&out, "\",\"actor\":{\"id\":\"person--01900000-0000-7000-8000-000000000001\",\"name\":\"Zoe\"},\"body\":");
  vg_buf_str(&out, vg_buf_view(&body));
  vg_buf_z(&out, ",\"salt\":\"00\"}");
  vg_sha256(out.p, out.n, raw);
  vg_hex(digest, raw, sizeof raw);
  snprintf(both, sizeof both, "%s\n%s", hash, digest);
  vg_sha256(both, strlen(both), raw);
  vg_hex(hash, raw, sizeof raw);
  vg_buf_str(file, vg_buf_view(&out));
  vg_buf_byte(file, '\n');
  vg_buf_str(file, vg_buf_view(&rows));
  vg_buf_fini(&rows);
  vg_buf_fini(&body);
  vg_buf_fini(&out);
}

static void sign(struct vg_buf *file, const char *hash, int64_t seq) {
  unsigned char sig[VG_SIG_SIZE];
  struct vg_buf said, text;
  vg_buf_init(&said, 1024);
  vg_buf_init(&text, 1024);
  vg_buf_fmt(&said, "vigie-events-1\n%s\n%lld\n%s\n", peer_text, (long long)seq, hash);
  MUST_WORK(vg_key_sign(peer, vg_buf_view(&said), sig, &err));
  vg_base64(&text, vg_str_n((const char *)sig, sizeof sig));
  vg_buf_byte(&text, 0);
  vg_buf_fmt(file, "{\"seq\":%lld,\"hash\":\"%s\",\"signature\":\"%s\"}\n", (long long)seq, hash, text.p);
  vg_buf_fini(&said);
  vg_buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vg_str rest = vg_str_n((const char *)data, size), line;
  char hash[65];
  struct vg_buf file;
  struct store_tx *tx;
  struct merge_result got;
  int64_t seq = 0;
  memset(hash, '0', 64);
  hash[64] = 0;
  vg_buf_init(&file, 8 << 20);
  vg_buf_fmt(&file,
             "{\"vigie\":\"events\",\"version\":3,\"origin\":\"%s\",\"name\":\"peer\",\"from\":1,\"prev\":\"%s\"}\n",
             peer_text, hash);
  while (seq < EVENTS && vg_str_line(&rest, &line))
    add(&file, hash, ++seq, line, &rest);
  sign(&file, hash, seq);
  MUST_WORK(store_begin(instance_store(in), &tx, &err));
  vg_err_clear(&err);
  vg_code rc = instance_merge_import(tx, &who, instance_key(in), vg_buf_view(&file), &got, &err);
  VG_ASSERT(rc == VG_OK || err.n > 0);
  store_rollback(&tx);
  vg_buf_fini(&file);
  return 0;
}
