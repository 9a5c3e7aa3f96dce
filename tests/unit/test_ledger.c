/* ledger: proofs against an independent recursive RFC 6962, checkpoints, and every kind of damage named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/ledger.h"

static struct store *st;
static struct vg_key *key;
static char path[128];
static unsigned char pub[VG_KEY_SIZE];
enum { N = 37 };

static void begin(struct store_tx **tx) { assert_int_equal(store_begin(st, tx, NULL), VG_OK); }
static void commit(struct store_tx **tx) { assert_int_equal(store_commit(tx, NULL), VG_OK); }

static void fresh(int entries) {
  struct store_schema schema = {.room = "ledger", .sql = ledger_sql};
  struct store_options o = {.url = path, .schemas = &schema, .schema_count = 1, .create = true};
  struct actor who = {.id = {"identity--5c5e1a2e-0c7e-7000-8000-000000000001"}};
  char line[400];
  snprintf(line, sizeof line, "rm -f %s %s-wal %s-shm", path, path, path);
  store_close(st);
  assert_int_equal(system(line), 0);
  assert_int_equal(store_open(&st, &o, NULL), VG_OK);
  for (int i = 0; i < entries; i++) {
    struct store_tx *tx;
    int64_t index;
    snprintf(line, sizeof line, "{\"n\": %d, \"a\": [1.50, \"é\"]}", i);
    begin(&tx);
    assert_int_equal(ledger_append(tx, &who, "test.thing", "case--x", vg_str_z(line), &index, NULL), VG_OK);
    assert_int_equal(index, i);
    commit(&tx);
    if (i % 9 == 8)
      assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
  }
  assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
}

/* MTH of section 2.1, written from its definition with its own hashing, over the leaves' bytes. */
static void mth(const unsigned char (*leaf)[32], int n, unsigned char out[32]) {
  unsigned char both[65] = {1};
  if (n == 1) {
    memcpy(out, leaf[0], 32);
    return;
  }
  int k = 1;
  while (k << 1 < n)
    k <<= 1;
  mth(leaf, k, both + 1);
  mth(leaf + k, n - k, both + 33);
  vg_sha256(both, 65, out);
}

static void leaf_hashes(unsigned char out[N][32]) {
  struct store_tx *tx;
  struct store_rows *q;
  int n = 0;
  begin(&tx);
  assert_int_equal(store_query(tx, &q, "SELECT leaf FROM ledger_leaf ORDER BY idx", S_NOARGS, NULL), VG_OK);
  while (store_next(q)) {
    unsigned char bytes[4096] = {0};
    vg_str leaf = store_str(q, 0);
    memcpy(bytes + 1, leaf.p, leaf.n);
    vg_sha256(bytes, leaf.n + 1, out[n++]);
  }
  assert_int_equal(store_done(&q, NULL), VG_OK);
  store_rollback(&tx);
  assert_int_equal(n, N);
}

static void proofs_hold_and_only_where_they_should(void **state) {
  (void)state;
  unsigned char leaf[N][32], root[32], old[32];
  struct store_tx *tx;
  struct vg_buf proof;
  fresh(N);
  leaf_hashes(leaf);
  vg_buf_init(&proof, 1 << 16);
  begin(&tx);
  struct ledger_state head;
  assert_int_equal(ledger_head(tx, &head, NULL), VG_OK);
  mth((const unsigned char(*)[32])leaf, N, root);
  assert_memory_equal(head.root, root, 32);
  for (int size = 1; size <= N; size++) {
    mth((const unsigned char(*)[32])leaf, size, root);
    for (int i = 0; i < size; i++) {
      vg_buf_reset(&proof);
      assert_int_equal(ledger_inclusion(tx, i, size, &proof, NULL), VG_OK);
      assert_true(ledger_check_inclusion(leaf[i], i, size, vg_buf_view(&proof), root));
      assert_false(size > 1 && ledger_check_inclusion(leaf[i], (i + 1) % size, size, vg_buf_view(&proof), root));
      if (proof.n) {
        proof.p[proof.n / 2] ^= 1;
        assert_false(ledger_check_inclusion(leaf[i], i, size, vg_buf_view(&proof), root));
      }
    }
    for (int before = 1; before <= size; before++) {
      mth((const unsigned char(*)[32])leaf, before, old);
      vg_buf_reset(&proof);
      assert_int_equal(ledger_consistency(tx, before, size, &proof, NULL), VG_OK);
      assert_true(ledger_check_consistency(before, old, size, root, vg_buf_view(&proof)));
      old[3] ^= 1;
      assert_false(ledger_check_consistency(before, old, size, root, vg_buf_view(&proof)));
    }
  }
  vg_buf_reset(&proof);
  assert_int_equal(ledger_inclusion(tx, N, N, &proof, NULL), VG_ENOTFOUND);
  store_rollback(&tx);
  vg_buf_fini(&proof);
}

/* A log of several blocks, some of which are not kept: made in one transaction and entry by entry. */
static void long_log(int64_t entries) {
  struct actor who = {.id = {"identity--5c5e1a2e-0c7e-7000-8000-000000000001"}};
  struct store_later rows;
  struct store_tx *tx;
  fresh(0);
  store_later_init(&rows);
  for (int64_t i = 0; i < entries - 2; i++)
    store_later_row(&rows, S_ARGS(S_Z("test.thing"), S_Z("case--x"), S_Z("{}")));
  begin(&tx);
  assert_int_equal(ledger_append_all(tx, &who, &rows, NULL), VG_OK);
  commit(&tx);
  for (int i = 0; i < 2; i++) {
    begin(&tx);
    assert_int_equal(ledger_append(tx, &who, "test.thing", "case--x", VG_STR("{}"), NULL, NULL), VG_OK);
    commit(&tx);
  }
  store_later_fini(&rows);
  assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
}

static void proofs_of_a_long_log(void **state) {
  (void)state;
  enum { SIZE = 1281 };
  static const int64_t at[] = {0, 255, 256, 700, 1023, 1024, SIZE - 1}, sizes[] = {257, 512, 1000, 1024, 1280, SIZE};
  static const char *const lost[] = {"", "DELETE FROM ledger_block WHERE block = 2", "DELETE FROM ledger_block"};
  struct store_tx *tx;
  struct vg_buf proof;
  unsigned char root[6][32];
  int64_t kept;
  long_log(SIZE);
  vg_buf_init(&proof, 1 << 16);
  begin(&tx);
  assert_int_equal(store_get_int(tx, &kept, "SELECT COUNT(*) FROM ledger_block", S_NOARGS, NULL), VG_OK);
  assert_int_equal(kept, 5);
  for (size_t s = 0; s < VG_COUNT(sizes); s++) { /* the log as it was: its root out of all leaves */
    unsigned char all[SIZE][32];
    struct store_rows *q;
    int64_t n = 0;
    assert_int_equal(store_query(tx, &q, "SELECT leaf_hash FROM ledger_leaf ORDER BY idx", S_NOARGS, NULL), VG_OK);
    while (n < sizes[s] && store_next(q))
      memcpy(all[n++], store_str(q, 0).p, 32);
    assert_int_equal(store_done(&q, NULL), VG_OK);
    mth((const unsigned char(*)[32])all, (int)n, root[s]);
  }
  for (size_t l = 0; l < VG_COUNT(lost); l++) {
    if (*lost[l])
      assert_int_equal(store_exec(tx, lost[l], S_NOARGS, NULL), VG_OK);
    for (size_t s = 0; s < VG_COUNT(sizes); s++)
      for (size_t i = 0; i < VG_COUNT(at) && at[i] < sizes[s]; i++) {
        struct store_rows *q;
        unsigned char leaf[32];
        assert_int_equal(
            store_query(tx, &q, "SELECT leaf_hash FROM ledger_leaf WHERE idx = $1", S_ARGS(S_INT(at[i])), NULL), VG_OK);
        assert_true(store_next(q));
        memcpy(leaf, store_str(q, 0).p, 32);
        assert_int_equal(store_done(&q, NULL), VG_OK);
        vg_buf_reset(&proof);
        assert_int_equal(ledger_inclusion(tx, at[i], sizes[s], &proof, NULL), VG_OK);
        assert_true(ledger_check_inclusion(leaf, at[i], sizes[s], vg_buf_view(&proof), root[s]));
        if (s == 0)
          continue;
        vg_buf_reset(&proof);
        assert_int_equal(ledger_consistency(tx, sizes[s - 1], sizes[s], &proof, NULL), VG_OK);
        assert_true(ledger_check_consistency(sizes[s - 1], root[s - 1], sizes[s], root[s], vg_buf_view(&proof)));
      }
  }
  store_rollback(&tx);
  vg_buf_fini(&proof);
}

static struct ledger_state verify_after(const char *damage, vg_str earlier) {
  struct store_tx *tx;
  struct ledger_state s;
  begin(&tx);
  if (damage)
    assert_int_equal(store_exec(tx, damage, S_NOARGS, NULL), VG_OK);
  assert_int_equal(ledger_verify(tx, pub, earlier, &s, NULL), VG_OK);
  store_rollback(&tx);
  return s;
}

static void a_changed_block_is_damage(void **state) {
  (void)state;
  long_log(600);
  assert_true(verify_after(NULL, VG_STR("")).ok);
  struct ledger_state s = verify_after("UPDATE ledger_block SET root = zeroblob(32) WHERE block = 0", VG_STR(""));
  assert_false(s.ok);
  assert_string_equal(s.why, "root");
  assert_int_equal(s.first_bad, 511);
  assert_true(verify_after("DELETE FROM ledger_block", VG_STR("")).ok);
}

static void damage_is_found_and_named(void **state) {
  (void)state;
  static const struct {
    const char *sql, *why;
    int64_t at;
  } cases[] = {
      {"UPDATE ledger_body SET body = CAST(replace(CAST(body AS TEXT), '\"n\":7', '\"n\":8') AS BLOB) WHERE idx = 7",
       "body", 7},
      {"UPDATE ledger_body SET salt = zeroblob(16) WHERE idx = 12", "body", 12},
      {"UPDATE ledger_leaf SET leaf = CAST(substr(leaf, 1, 20) || x'00' || substr(leaf, 22) AS BLOB) WHERE idx = 3",
       "leaf", 3},
      {"UPDATE ledger_leaf SET leaf_hash = zeroblob(32) WHERE idx = 0", "leaf", 0},
      {"DELETE FROM ledger_body WHERE idx = 36", "body", 36}, /* no entry tells of its erasure */
      {"UPDATE ledger_head SET size = 36 WHERE one = 1", "root", 36},
      {"UPDATE ledger_subject SET subject = 'case--y' WHERE idx = 5", "subject", 5},
      {"DELETE FROM ledger_subject WHERE idx = 6", "subject", 6},
      {"UPDATE ledger_checkpoint SET note = replace(note, '\n9\n', '\n8\n') WHERE size = 9", "signature", 8},
  };
  fresh(N);
  assert_true(verify_after(NULL, VG_STR("")).ok);
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    struct ledger_state s = verify_after(cases[i].sql, VG_STR(""));
    assert_int_equal(s.ok, cases[i].at < 0);
    assert_int_equal(s.first_bad, cases[i].at);
    assert_string_equal(s.why, cases[i].why);
  }
}

/* Every byte of one leaf and of one body, each flipped in turn. */
static void no_flipped_byte_goes_unseen(void **state) {
  (void)state;
  fresh(N);
  for (size_t c = 0; c < 3; c++) {
    struct store_tx *tx;
    struct vg_buf value;
    static const char *const read[] = {"SELECT leaf FROM ledger_leaf WHERE idx = 20",
                                       "SELECT body FROM ledger_body WHERE idx = 20",
                                       "SELECT salt FROM ledger_body WHERE idx = 20"};
    static const char *const write[] = {"UPDATE ledger_leaf SET leaf = $1 WHERE idx = 20",
                                        "UPDATE ledger_body SET body = $1 WHERE idx = 20",
                                        "UPDATE ledger_body SET salt = $1 WHERE idx = 20"};
    vg_buf_init(&value, 1 << 16);
    begin(&tx);
    assert_int_equal(store_get_text(tx, &value, read[c], S_NOARGS, NULL), VG_OK);
    store_rollback(&tx);
    for (size_t at = 0; at < value.n; at++) {
      struct ledger_state s;
      value.p[at] ^= 0x40;
      begin(&tx);
      assert_int_equal(store_exec(tx, write[c], S_ARGS(S_BYTES(vg_buf_view(&value))), NULL), VG_OK);
      assert_int_equal(ledger_verify(tx, pub, VG_STR(""), &s, NULL), VG_OK);
      assert_false(s.ok);
      assert_int_equal(s.first_bad, 20);
      store_rollback(&tx);
      value.p[at] ^= 0x40;
    }
    assert_true(value.n >= 16);
    vg_buf_fini(&value);
  }
}

static void a_cut_tail_shows_against_an_earlier_checkpoint(void **state) {
  (void)state;
  struct store_tx *tx;
  struct vg_buf note;
  fresh(N);
  vg_buf_init(&note, 1 << 14);
  begin(&tx);
  assert_int_equal(ledger_checkpoint(tx, &note, NULL), VG_OK);
  store_rollback(&tx);
  assert_true(verify_after(NULL, vg_buf_view(&note)).ok);
  fresh(20); /* another, shorter history */
  struct ledger_state s = verify_after(NULL, vg_buf_view(&note));
  assert_false(s.ok);
  assert_string_equal(s.why, "cut");
  fresh(N); /* as long, but another one */
  s = verify_after(NULL, vg_buf_view(&note));
  assert_false(s.ok);
  assert_string_equal(s.why, "fork");
  note.p[note.n - 10] ^= 1;
  begin(&tx);
  assert_int_equal(ledger_verify(tx, pub, vg_buf_view(&note), &s, NULL), VG_EDATA);
  store_rollback(&tx);
  vg_buf_fini(&note);
}

/* Somebody removes the newest entries and makes the head agree: the stored signed checkpoint is larger than what is
 * left. */
static void a_tail_cut_with_its_head_shows_against_the_stored_checkpoint(void **state) {
  (void)state;
  struct store_tx *tx;
  struct vg_buf frontier;
  struct actor who = {.id = {"identity--5c5e1a2e-0c7e-7000-8000-000000000001"}};
  struct ledger_state s;
  fresh(20);
  vg_buf_init(&frontier, 1 << 12);
  begin(&tx);
  assert_int_equal(store_get_text(tx, &frontier, "SELECT frontier FROM ledger_head", S_NOARGS, NULL), VG_OK);
  for (int i = 0; i < 5; i++)
    assert_int_equal(ledger_append(tx, &who, "test.thing", "case--x", VG_STR("{}"), NULL, NULL), VG_OK);
  commit(&tx);
  assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
  begin(&tx);
  assert_int_equal(store_exec(tx, "DELETE FROM ledger_subject WHERE idx >= 20", S_NOARGS, NULL), VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM ledger_body WHERE idx >= 20", S_NOARGS, NULL), VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM ledger_leaf WHERE idx >= 20", S_NOARGS, NULL), VG_OK);
  assert_int_equal(
      store_exec(tx, "UPDATE ledger_head SET size = 20, frontier = $1", S_ARGS(S_BYTES(vg_buf_view(&frontier))), NULL),
      VG_OK);
  assert_int_equal(ledger_verify(tx, pub, VG_STR(""), &s, NULL), VG_OK);
  store_rollback(&tx);
  vg_buf_fini(&frontier);
  assert_false(s.ok);
  assert_int_equal(s.first_bad, 20);
  assert_string_equal(s.why, "cut");
}

static vg_code keep_line(void *ctx, vg_str line, struct vg_err *err) {
  vg_buf_str(ctx, line);
  return vg_buf_check(ctx, err);
}

static vg_code check_export(vg_str text, struct ledger_state *s) {
  unsigned char named[VG_KEY_SIZE];
  return ledger_verify_export(text, pub, VG_STR(""), s, named, NULL);
}

static void an_export_proves_itself_and_shows_every_change(void **state) {
  (void)state;
  struct store_tx *tx;
  struct ledger_state s;
  struct vg_buf text;
  fresh(12);
  begin(&tx);
  assert_int_equal(ledger_erase_body(tx, &(struct actor){.id = {"identity--x"}}, 4, VG_STR("law"), NULL), VG_OK);
  commit(&tx);
  assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
  vg_buf_init(&text, 1 << 20);
  begin(&tx);
  assert_int_equal(ledger_export(tx, key, keep_line, &text, NULL), VG_OK);
  store_rollback(&tx);
  vg_str whole = vg_buf_view(&text);
  assert_int_equal(check_export(whole, &s), VG_OK);
  assert_true(s.ok);
  assert_int_equal(s.size, 13);
  unsigned char other[VG_KEY_SIZE] = {1}, named[VG_KEY_SIZE];
  assert_int_equal(ledger_verify_export(whole, other, VG_STR(""), &s, named, NULL), VG_EDENIED);
  assert_int_equal(ledger_verify_export(VG_STR(""), pub, VG_STR(""), &s, named, NULL), VG_EDATA);
  size_t first = vg_str_find(whole, VG_STR("\n"), 0) + 1;
  for (size_t at = first; at < whole.n - 1;
       at++) { /* letters of base64 that differ in unused bits apart, a changed character is seen */
    char was = text.p[at];
    if (text.p[at + 1] == '=' || text.p[at] == '=')
      continue;
    text.p[at] = was == 'Q' ? 'R' : 'Q';
    vg_code rc = check_export(whole, &s);
    assert_true(rc != VG_OK || !s.ok);
    text.p[at] = was;
  }
  for (size_t cut = first; cut < whole.n - 1; cut += 7) {
    vg_code rc = check_export(vg_str_sub(whole, 0, cut), &s);
    assert_true(rc != VG_OK || !s.ok);
  }
  vg_buf_fini(&text);
}

static vg_code count_entry(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  (void)err;
  int64_t *last = ctx;
  assert_true(vg_str_eqz(e->kind, "test.thing") && vg_str_eqz(e->subject, "case--x"));
  assert_int_equal(e->index, *last - 1);
  *last = e->index;
  return VG_OK;
}

static void entries_are_read_newest_first(void **state) {
  (void)state;
  struct store_tx *tx;
  int64_t last = N;
  fresh(N);
  begin(&tx);
  assert_int_equal(ledger_entries(tx, -1, -10, "case--x", count_entry, &last, NULL), VG_OK);
  assert_int_equal(last, N - 10);
  assert_int_equal(ledger_entries(tx, -1, -10, "case--y", count_entry, &last, NULL), VG_OK);
  assert_int_equal(last, N - 10);
  store_rollback(&tx);
}

/* --- the journal's questions --- */

#define MINUTE (60 * VG_SECOND)

static const char *const people[] = {"identity--5c5e1a2e-0c7e-7000-8000-00000000000a",
                                     "identity--5c5e1a2e-0c7e-7000-8000-00000000000b",
                                     "identity--5c5e1a2e-0c7e-7000-8000-00000000000c"};
static const char *const kinds[] = {"test.thing", "journal.consulted", "share.released", "case.erased"};
static const char *const whom[] = {"", "identity--p", "identity--q"};
static vg_time journal_at;
static vg_time journal_now(void *ctx) {
  (void)ctx;
  return journal_at;
}

/* Who acts seldom does so once in some 300 entries, who is told something once in 150: blocks are sparse and full. */
static void journal_entry(struct store_tx *tx, unsigned i) {
  unsigned person = i % 311 == 7 ? 2 : i / 400 % 2, kind = i % 97 == 5 ? 1 : i % 75 == 0 ? 2 : i % 601 == 3 ? 3 : 0;
  unsigned to = kind == 2 ? 1 + i / 75 % 2 : 0;
  struct actor who = {.id = {""}};
  char body[200];
  memcpy(who.id.s, people[person], strlen(people[person]) + 1);
  snprintf(body, sizeof body, to ? "{\"recipient\":\"%s\",\"n\":%u}" : "{\"note\":\"%s\",\"n\":%u}", whom[to], i);
  assert_int_equal(ledger_append(tx, &who, kinds[kind], "case--x", vg_str_z(body), NULL, NULL), VG_OK);
}

static void journal_log(unsigned entries) {
  static const struct vg_clock clock = {journal_now, NULL};
  struct store_schema schema = {.room = "ledger", .sql = ledger_sql};
  struct store_options o = {.url = path, .schemas = &schema, .schema_count = 1, .create = true, .clock = &clock};
  char line[400];
  snprintf(line, sizeof line, "rm -f %s %s-wal %s-shm", path, path, path);
  store_close(st);
  assert_int_equal(system(line), 0);
  assert_int_equal(store_open(&st, &o, NULL), VG_OK);
  for (unsigned i = 0; i < entries;) {
    struct store_tx *tx;
    journal_at = (i % 5 == 4 ? (vg_time)i - 3 : (vg_time)i) * MINUTE; /* now and then the clock is set back */
    begin(&tx);
    for (unsigned n = 0; n < 7 && i < entries; n++)
      journal_entry(tx, i++);
    commit(&tx);
  }
  assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
}

struct answers {
  int64_t v[8192];
  size_t n;
};

static vg_code answer(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct answers *a = ctx;
  (void)err;
  assert_true(a->n < VG_COUNT(a->v));
  a->v[a->n++] = e->index;
  return VG_OK;
}

struct asking {
  const struct ledger_search *s;
  struct answers *a;
};

static vg_code read_through(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  const struct asking *k = ctx;
  const struct ledger_search *s = k->s;
  bool meant = (s->act < 0 || ledger_act_of(e->kind) == s->act) && (!s->actor.n || vg_str_eq(s->actor, e->actor)) &&
               (!s->recipient.n || vg_str_eq(s->recipient, ledger_body_text(e->body, "recipient"))) &&
               (s->from == VG_NOTIME || e->time >= s->from) && (s->to == VG_NOTIME || e->time < s->to);
  return meant ? answer(k->a, e, err) : VG_OK;
}

/* All pages of the answer together are what reading the whole log gives. */
static size_t same_as_reading(const struct ledger_search *asked) {
  static struct answers want, got;
  struct ledger_search s = *asked;
  struct store_tx *tx;
  int64_t next = -1;
  want.n = got.n = 0;
  begin(&tx);
  assert_int_equal(ledger_entries(tx, asked->before, -100000, NULL, read_through, &(struct asking){asked, &want}, NULL),
                   VG_OK);
  do {
    size_t had = got.n;
    assert_int_equal(ledger_find(tx, &s, answer, &got, &next, NULL), VG_OK);
    assert_true(got.n - had <= (size_t)s.limit && (next < 0 || got.n - had == (size_t)s.limit));
    s.before = next;
  } while (next >= 0);
  store_rollback(&tx);
  assert_int_equal(got.n, want.n);
  for (size_t i = 0; i < got.n; i++)
    assert_int_equal(got.v[i], want.v[i]);
  return got.n;
}

static size_t every_question(int64_t limit) {
  size_t found = 0;
  for (int act = -1; act <= LEDGER_ERASE; act++)
    for (size_t who = 0; who <= VG_COUNT(people); who++)
      for (size_t to = 0; to < VG_COUNT(whom); to++)
        for (int time = 0; time < 3; time++) {
          struct ledger_search s = {.act = act, .before = -1, .limit = limit, .from = VG_NOTIME, .to = VG_NOTIME};
          s.actor = who ? vg_str_z(people[who - 1]) : VG_STR("");
          s.recipient = vg_str_z(whom[to]);
          if (time)
            s.from = 500 * MINUTE;
          if (time == 2)
            s.to = 1300 * MINUTE;
          found += same_as_reading(&s);
        }
  return found;
}

static int64_t counted(const char *sql) {
  struct store_tx *tx;
  int64_t n;
  begin(&tx);
  assert_int_equal(store_get_int(tx, &n, sql, S_NOARGS, NULL), VG_OK);
  store_rollback(&tx);
  return n;
}

static void doing(const char *sql) {
  struct store_tx *tx;
  begin(&tx);
  assert_int_equal(store_exec(tx, sql, S_NOARGS, NULL), VG_OK);
  commit(&tx);
}

static void questions_are_answered_by_blocks_as_by_reading(void **state) {
  (void)state;
  journal_log(2100);
  assert_int_equal(counted("SELECT COUNT(*) FROM ledger_span"), 8);
  size_t found = every_question(100);
  assert_true(found > 2100);
  assert_int_equal(every_question(7), found);
  struct ledger_search far = {.act = LEDGER_CONSULT, .before = 700, .limit = 3, .from = VG_NOTIME, .to = VG_NOTIME};
  assert_true(same_as_reading(&far) > 3);
}

/* A log of an earlier version: its blocks are kept by the next entries, a part at a time. */
static void an_older_log_is_caught_up_with(void **state) {
  struct store_tx *tx;
  (void)state;
  journal_log(2100);
  size_t found = every_question(100);
  doing("DELETE FROM ledger_part");
  doing("DELETE FROM ledger_span");
  assert_int_equal(every_question(100), found);
  assert_true(verify_after(NULL, VG_STR("")).ok);
  begin(&tx);
  journal_entry(tx, 1);
  commit(&tx);
  assert_int_equal(counted("SELECT COUNT(*) FROM ledger_span"), 8);
  (void)every_question(100);
  assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
  assert_true(verify_after(NULL, VG_STR("")).ok);
}

/* Whom something went to goes with the body that says so; what stays in the block is found as before. */
static void an_erased_recipient_is_in_no_index(void **state) {
  struct actor admin = {.id = {"identity--5c5e1a2e-0c7e-7000-8000-00000000000d"}, .roles = ROLE_ADMIN};
  struct ledger_erased out;
  struct store_tx *tx;
  (void)state;
  journal_log(2100);
  assert_true(counted("SELECT COUNT(*) FROM ledger_part WHERE what = 6 AND block < 4") > 0);
  begin(&tx);
  assert_int_equal(ledger_erase_body(tx, &admin, 1200, VG_STR("why"), NULL), VG_OK);
  commit(&tx);
  (void)every_question(50);
  journal_at = 1100 * MINUTE + 1096 * VG_DAY;
  begin(&tx);
  assert_int_equal(ledger_erase_due(tx, &admin, 1100 * MINUTE, VG_STR("three years"), &out, NULL), VG_OK);
  assert_true(out.entries > 1000);
  commit(&tx);
  assert_int_equal(counted("SELECT COUNT(*) FROM ledger_part WHERE what = 6 AND block < 4"), 0);
  assert_true(counted("SELECT COUNT(*) FROM ledger_part WHERE what = 6") > 0);
  (void)every_question(50);
  assert_int_equal(ledger_sign(st, key, NULL), VG_OK);
  assert_true(verify_after(NULL, VG_STR("")).ok);
}

/* Who hides an entry from the journal's questions is found. */
static void a_changed_index_is_damage(void **state) {
  static const char *const changes[] = {
      "UPDATE ledger_part SET bits = zeroblob(32) WHERE what = 1 AND who = '' AND block = 1",
      "DELETE FROM ledger_part WHERE what = 6 AND block = 1",
      "UPDATE ledger_part SET who = 'identity--z' WHERE what = 2 AND who = (SELECT MIN(who) FROM ledger_part WHERE what = 2 AND who <> '' AND block = 1) AND block = 1",
      "UPDATE ledger_span SET until = since WHERE block = 1",
      "INSERT INTO ledger_part (what, who, block, bits) VALUES (4, 'identity--z', 1, zeroblob(32))",
  };
  (void)state;
  journal_log(600);
  assert_true(verify_after(NULL, VG_STR("")).ok);
  for (size_t i = 0; i < VG_COUNT(changes); i++) {
    journal_log(600);
    struct ledger_state s = verify_after(changes[i], VG_STR(""));
    assert_false(s.ok);
    assert_string_equal(s.why, "index");
    assert_int_equal(s.first_bad, 511);
  }
}

int main(void) {
  snprintf(path, sizeof path, "%s/vigie-ledger-%d.db", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
  if (vg_key_generate(&key, VG_STR("test.vigie"), NULL) != VG_OK)
    return 1;
  vg_key_public(key, pub);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(proofs_hold_and_only_where_they_should),
      cmocka_unit_test(proofs_of_a_long_log),
      cmocka_unit_test(a_changed_block_is_damage),
      cmocka_unit_test(damage_is_found_and_named),
      cmocka_unit_test(no_flipped_byte_goes_unseen),
      cmocka_unit_test(a_cut_tail_shows_against_an_earlier_checkpoint),
      cmocka_unit_test(a_tail_cut_with_its_head_shows_against_the_stored_checkpoint),
      cmocka_unit_test(entries_are_read_newest_first),
      cmocka_unit_test(an_export_proves_itself_and_shows_every_change),
      cmocka_unit_test(questions_are_answered_by_blocks_as_by_reading),
      cmocka_unit_test(an_older_log_is_caught_up_with),
      cmocka_unit_test(an_erased_recipient_is_in_no_index),
      cmocka_unit_test(a_changed_index_is_damage),
  };
  int status = cmocka_run_group_tests(tests, NULL, NULL);
  store_close(st);
  vg_key_free(key);
  unlink(path);
  return status;
}
