/* Windows event logs against what libevtx reads of the same files, and a log made here. */
#include "match/match.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define MEDIA VIGIE_SOURCE "/../shared/data/media/"

static const char *const names[] = {"Application_no_crc32", "MSExchange_Management_wec",     "System2", "issue_201",
                                    "new-user-security",    "sample_with_a_bad_chunk_magic", "system"};

static void gather(void *ctx, const struct evtx_event *e) {
  struct vg_buf *all = ctx;
  vg_buf_str(all, e->text);
  vg_buf_byte(all, '\n');
}

static void unzip(const char *path, struct vg_buf *out) {
  char room[65536];
  gzFile f = gzopen(path, "rb");
  assert_non_null(f);
  for (int n; (n = gzread(f, room, sizeof room)) > 0;)
    vg_buf_add(out, room, (size_t)n);
  gzclose(f);
}

static uint64_t counted(vg_str info, const char *what) {
  uint64_t v = 0;
  const size_t at = vg_str_find(info, vg_str_z(what), 0);
  vg_str line, rest = vg_str_sub(info, at == SIZE_MAX ? info.n : at, SIZE_MAX);
  if (vg_str_line(&rest, &line))
    (void)vg_str_u64(vg_str_trim(vg_str_sub(line, vg_str_find_byte(line, ':', 0) + 1, SIZE_MAX)), &v);
  return v;
}

/* The reference writes binary values in capitals. */
static bool stands(vg_str ours, vg_str value) {
  char low[4096];
  if (vg_str_find(ours, value, 0) != SIZE_MAX || value.n > sizeof low)
    return vg_str_find(ours, value, 0) != SIZE_MAX;
  for (size_t i = 0; i < value.n; i++) {
    if (!vg_is_hex(value.p[i]))
      return false;
    low[i] = vg_lower(value.p[i]);
  }
  return vg_str_find(ours, vg_str_n(low, value.n), 0) != SIZE_MAX;
}

/* Of the reference's strings, how many stand in our text. */
static void compare(vg_str expected, vg_str ours, uint64_t *same, uint64_t *all) {
  static const char *const fields[] = {"String: ", "Computer name", "Source name", "User security identifier"};
  for (vg_str line; vg_str_line(&expected, &line);)
    for (size_t i = 0; i < VG_COUNT(fields); i++) {
      const vg_str value = vg_str_trim(vg_str_sub(line,
                                                  vg_str_find(line, VG_STR(" : "), 0) == SIZE_MAX
                                                      ? vg_str_find(line, VG_STR("\t: "), 0) + 3
                                                      : vg_str_find(line, VG_STR(" : "), 0) + 3,
                                                  SIZE_MAX));
      if (!vg_str_starts(line, vg_str_z(fields[i])) || value.n < 2)
        continue;
      const bool found = stands(ours, value);
      ++*all;
      *same += found;
      if (!found)
        print_message("  not found: %.*s\n", (int)value.n, value.p);
    }
}

static void reference(void **state) {
  (void)state;
  char path[256];
  if (!vg_file_exists(MEDIA "evtx/system.evtx"))
    skip();
  for (size_t i = 0; i < VG_COUNT(names); i++) {
    struct vg_buf file, info, expected, ours;
    struct evtx_counts n;
    uint64_t same = 0, all = 0;
    vg_buf_init(&file, 1 << 26), vg_buf_init(&info, 1 << 20), vg_buf_init(&expected, 1 << 26),
        vg_buf_init(&ours, 1 << 26);
    (void)snprintf(path, sizeof path, MEDIA "evtx/%s.evtx", names[i]);
    assert_int_equal(vg_file_read(path, &file, NULL), VG_OK);
    (void)snprintf(path, sizeof path, MEDIA "expected/%s.evtx.evtxinfo.txt", names[i]);
    assert_int_equal(vg_file_read(path, &info, NULL), VG_OK);
    (void)snprintf(path, sizeof path, MEDIA "expected/%s.evtx.evtxexport.txt.gz", names[i]);
    unzip(path, &expected);
    assert_int_equal(evtx_read(vg_buf_view(&file), gather, &ours, &n, NULL), VG_OK);
    compare(vg_buf_view(&expected), vg_buf_view(&ours), &same, &all);
    print_message("%s: %u records, %u recovered (libevtx %u, %u), %u not whole; strings %u of %u\n", names[i],
                  (unsigned)n.records, (unsigned)n.recovered,
                  (unsigned)counted(vg_buf_view(&info), "Number of records"),
                  (unsigned)counted(vg_buf_view(&info), "Number of recovered records"), (unsigned)n.broken,
                  (unsigned)same, (unsigned)all);
    assert_true(n.records >=
                counted(vg_buf_view(&info), "Number of records")); /* a last chunk that is cut short is read too */
    assert_true(n.recovered >= counted(vg_buf_view(&info), "Number of recovered records"));
    assert_int_equal(same, all);
    vg_buf_fini(&file), vg_buf_fini(&info), vg_buf_fini(&expected), vg_buf_fini(&ours);
  }
}

/* "Computer name\t\t: X" of the reference's next event. */
static vg_str said(vg_str block, const char *name) {
  for (vg_str line; vg_str_line(&block, &line);)
    if (vg_str_starts(line, vg_str_z(name)))
      return vg_str_trim(vg_str_sub(line, vg_str_find_byte(line, ':', 0) + 1, SIZE_MAX));
  return VG_NOSTR;
}

struct fields {
  vg_str rest; /* of the reference */
  unsigned events, same;
};
static void field_by_field(void *ctx, const struct evtx_event *e) {
  struct fields *f = ctx;
  char id[32];
  if (e->recovered)
    return;
  size_t from = vg_str_find(f->rest, VG_STR("Event number"), 0),
         to = vg_str_find(f->rest, VG_STR("Event number"), from + 1);
  if (from == SIZE_MAX)
    return;
  const vg_str block = vg_str_sub(f->rest, from, to == SIZE_MAX ? SIZE_MAX : to - from);
  const vg_str user = said(block, "User security identifier"), given = said(block, "Event identifier");
  f->rest = to == SIZE_MAX ? VG_NOSTR : vg_str_sub(f->rest, to, SIZE_MAX);
  char older[128]; /* the name that the reference prefers */
  (void)snprintf(older, sizeof older, "Provider.EventSourceName=%.*s", (int)said(block, "Source name").n,
                 said(block, "Source name").p);
  const bool source =
      vg_str_eq(said(block, "Source name"), e->provider) || vg_str_find(e->text, vg_str_z(older), 0) < 200;
  (void)snprintf(id, sizeof id, "(%.*s)", (int)e->id.n, e->id.p);
  f->events++;
  f->same += vg_str_eq(said(block, "Computer name"), e->computer) && source && vg_str_eq(user, e->user) &&
             vg_str_ends(given, vg_str_z(id)) && e->channel.n > 0 &&
             vg_str_find(e->data, VG_STR("Provider.Name="), 0) == SIZE_MAX;
}

/* Who, where, which event: as the reference says of each, in pieces of any size. */
static void fields(void **state) {
  (void)state;
  char path[256];
  if (!vg_file_exists(MEDIA "evtx/system.evtx"))
    skip();
  static const char *const whole[] = {"Application_no_crc32", "new-user-security", "sample_with_a_bad_chunk_magic",
                                      "system"};
  for (size_t i = 0; i < VG_COUNT(whole); i++) {
    struct vg_buf file, expected;
    struct evtx_reader *r;
    struct evtx_counts n;
    vg_buf_init(&file, 1 << 26), vg_buf_init(&expected, 1 << 26);
    (void)snprintf(path, sizeof path, MEDIA "evtx/%s.evtx", whole[i]);
    assert_int_equal(vg_file_read(path, &file, NULL), VG_OK);
    (void)snprintf(path, sizeof path, MEDIA "expected/%s.evtx.evtxexport.txt.gz", whole[i]);
    unzip(path, &expected);
    struct fields f = {.rest = vg_buf_view(&expected)};
    assert_int_equal(evtx_new(&r, field_by_field, &f, NULL), VG_OK);
    for (size_t at = 0, k = 1; at < file.n; at += k, k = k * 7 % 100003 + 1)
      evtx_feed(r, vg_str_sub(vg_buf_view(&file), at, k));
    assert_int_equal(evtx_end(&r, &n, NULL), VG_OK);
    print_message("%s: %u of %u events agree\n", whole[i], f.same, f.events);
    assert_true(f.events > 0);
    assert_int_equal(f.same, f.events);
    vg_buf_fini(&file), vg_buf_fini(&expected);
  }
}

/* A template with values of several types, XML inside a value, an event without template, an older event in free space.
 */
static void made(void **state) {
  (void)state;
  struct vg_buf file, ours;
  struct evtx_counts n;
  vg_buf_init(&file, 1 << 20), vg_buf_init(&ours, 1 << 20);
  assert_int_equal(vg_file_read(VIGIE_SOURCE "/tests/fuzz/corpus/evtx/made.evtx", &file, NULL), VG_OK);
  assert_int_equal(evtx_read(vg_buf_view(&file), gather, &ours, &n, NULL), VG_OK);
  assert_string_equal(
      vg_buf_text(&ours),
      "EventID=4720\tComputer=HOST-1.corp.example\tSecurity.UserID=S-1-5-21-1-2-3-500\turl=http://bad.example/x?a b\t"
      "list=one www.evil.com\tInner=203.0.113.9\tTime=2023-11-14T22:13:20.000000000Z\n"
      "Data=mail from bob@mail.example &A\nData=mail from bob@mail.example &A\n");
  assert_int_equal(n.records, 2);
  assert_int_equal(n.recovered, 1);
  assert_int_equal(n.broken + n.damaged, 0);
  for (size_t cut = 0; cut < file.n; cut++) { /* whatever is missing, nothing is read that is not there */
    char *part = malloc(cut + 1);
    memcpy(part, file.p, cut);
    (void)!evtx_read(vg_str_n(part, cut), gather, &ours, &n, NULL);
    vg_buf_reset(&ours);
    free(part);
  }
  vg_buf_fini(&file), vg_buf_fini(&ours);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(made), cmocka_unit_test(reference), cmocka_unit_test(fields)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
