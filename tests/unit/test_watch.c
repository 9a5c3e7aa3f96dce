/* watch: dates as feeds write them, robots.txt, likeness of texts, stories, ranks, the health of sources. */
#include "world.h"

#include <string.h>

#include "watch/watch_internal.h"

static void dates_of_feeds(void **state) {
  (void)state;
  static const struct {
    const char *text, *utc;
  } cases[] = {
      {"Mon, 23 Nov 2026 10:00:00 +0100", "2026-11-23T09:00:00Z"},
      {"23 Nov 2026 10:00 GMT", "2026-11-23T10:00:00Z"},
      {"Sun, 1 Feb 98 00:30:00 EST", "1998-02-01T05:30:00Z"},
      {"2026-11-23T12:00:00+02:00", "2026-11-23T10:00:00Z"},
      {"2026-11-23", "2026-11-23T00:00:00Z"},
      {"Fri, 31 Dec 1999 23:59:60 -0000", "2000-01-01T00:00:00Z"},
      {"soon", ""},
      {"", ""},
      {"40 Nov 2026 10:00:00 GMT", ""},
      {"1 Nov 99999999999 10:00:00 GMT", ""},
      {"1 Nov 2026 99:00:00 GMT", ""},
      {"1 Nov 1013 10:00:00 GMT", ""}, /* before what nanoseconds hold */
  };
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    char text[VG_TIME_TEXT];
    assert_string_equal(vg_time_text(text, feed_date(vg_str_z(cases[i].text)), false), cases[i].utc);
  }
}

static void robots_rules(void **state) {
  (void)state;
  static const char all[] = "User-agent: *\nDisallow: /private\nAllow: /private/feed\n\nUser-agent: vigie\nUser-agent: "
                            "other\nDisallow: /*.xml$\n";
  static const char star[] =
      "# nothing for us by name\nuser-agent: *\nDISALLOW: /private # secret\nAllow: /private/feed\n";
  assert_true(robots_allow(VG_STR(""), VG_STR("/x")));
  assert_true(robots_allow(vg_str_z(star), VG_STR("/x")));
  assert_false(robots_allow(vg_str_z(star), VG_STR("/private/x")));
  assert_true(robots_allow(vg_str_z(star), VG_STR("/private/feed.xml"))); /* the longer rule wins */
  assert_true(robots_allow(vg_str_z(all), VG_STR("/private/x")));         /* our own group counts alone */
  assert_false(robots_allow(vg_str_z(all), VG_STR("/a/b.xml")));
  assert_true(robots_allow(vg_str_z(all), VG_STR("/a/b.xml?x")));
  assert_true(robots_allow(VG_STR("User-agent: *\nDisallow:\n"), VG_STR("/x")));
  assert_false(robots_allow(VG_STR("User-agent: *\nDisallow: /\n"), VG_STR("/x")));
  assert_true(robots_allow(VG_STR("User-agent: *\nDisallow: /x\nAllow: /x\n"), VG_STR("/x"))); /* a tie allows */
}

static const char wave[] =
    "A new wave of ransomware spreads through a trojanised updater of an accounting program. The relay is "
    "hxxps://relay[.]qq7vzk[.]net and companies of the industry sector in France and Germany are hit. CVE-2017-0144 is "
    "used.";
static const char retold[] =
    "A new wave of ransomware spreads through a trojanised updater of an accounting program. The relay is "
    "hxxps://relay[.]qq7vzk[.]net and companies of the industry sector in France and Spain are hit. CVE-2017-0144 is "
    "used.";
static const char other[] = "The weather will be fine in Rennes tomorrow, with a light wind from the west, and some "
                            "clouds in the afternoon over "
                            "the coast; temperatures stay between eight and twelve degrees in the whole of Brittany.";

static void alike_texts_have_alike_sketches(void **state) {
  (void)state;
  struct sketch a, b, c;
  sketch_of(VG_STR("Wave"), vg_str_z(wave), &a);
  sketch_of(VG_STR("Wave"), vg_str_z(retold), &b);
  sketch_of(VG_STR("Weather"), vg_str_z(other), &c);
  assert_true(sketch_alike(&a, &a) > 0.99);
  assert_true(sketch_alike(&a, &b) > 0.6);
  assert_true(sketch_alike(&a, &c) < 0.1);
}

static int64_t follow(const char *url, enum tlp tlp) {
  struct watch_new_source s = {.url = url, .title = url + 8, .tlp = tlp};
  struct vg_id pid;
  int64_t id;
  OK(watch_source_add(tx, &anne, &s, &pid, &err));
  OK(store_get_int(tx, &id, "SELECT id FROM watch_source WHERE url = $1", S_ARGS(S_Z(url)), &err));
  return id;
}

static bool keep(int64_t source, const char *guid, const char *title, const char *text, vg_time published,
                 bool *new_story) {
  bool fresh;
  struct read_item i = {.guid = vg_str_z(guid),
                        .url = VG_STR(""),
                        .title = vg_str_z(title),
                        .text = vg_str_z(text),
                        .published = published};
  OK(item_keep(tx, source, &i, &fresh, new_story, &err));
  return fresh;
}

struct seen {
  int count;
  struct watch_story first;
  char pid[VG_ID_MAX], title[200];
};
static vg_code see_story(void *ctx, const struct watch_story *s, struct vg_err *e) {
  (void)e;
  struct seen *k = ctx;
  if (k->count++ == 0) {
    k->first = *s;
    vg_str_copy(k->pid, sizeof k->pid, s->pid);
    vg_str_copy(k->title, sizeof k->title, s->title);
  }
  return VG_OK;
}

static struct seen stories(bool unread) {
  struct seen k = {0};
  OK(watch_each_story(tx, anne.person, 30, unread, 100, see_story, &k, &err));
  return k;
}

static void what_tells_the_same_is_one_story(void **state) {
  (void)state;
  bool new_story;
  vg_time day = store_now(tx) - VG_DAY;
  int64_t a = follow("https://a.example/feed", TLP_CLEAR), b = follow("https://b.example/feed", TLP_GREEN);
  assert_true(keep(a, "1", "Wave", wave, day, &new_story) && new_story);
  assert_true(keep(a, "2", "Weather", other, day, &new_story) && new_story);
  assert_true(keep(b, "1", "The wave", retold, day, &new_story) && !new_story);
  assert_false(keep(b, "1", "The wave", retold, day, &new_story)); /* known already */
  assert_true(keep(b, "9", "Wave", wave, day - 60 * VG_DAY, &new_story) &&
              new_story); /* the same words two months before are another story */
  struct seen k = stories(false);
  assert_int_equal(k.count, 2);
  assert_string_equal(k.title, "Wave");
  assert_int_equal(k.first.items, 2);
  assert_int_equal(k.first.sources, 2);
  assert_int_equal(k.first.cves, 1);
  assert_int_equal(k.first.indicators, 2); /* the URL and its domain */
  double sum = 0;
  for (size_t i = 0; i < k.first.reasons; i++)
    sum += k.first.reason[i].points;
  assert_true(sum > 0 && sum < k.first.score); /* the reasons are the score, but for the point that every story has */
  /* a date that lies ahead is the date of fetching */
  assert_true(keep(a, "3", "Ahead", "something else altogether happens some day in the far future",
                   store_now(tx) + 900 * VG_DAY, &new_story));
  int64_t ahead;
  OK(store_get_int(tx, &ahead, "SELECT COUNT(*) FROM watch_item WHERE published > $1", S_ARGS(S_TIME(store_now(tx))),
                   &err));
  assert_int_equal(ahead, 0);
}

/* Other words that name the same two things are the same story; one of the two, or a list of everything, is not. */
static void what_names_the_same_is_one_story(void **state) {
  (void)state;
  bool new_story;
  vg_time day = store_now(tx) - 2 * VG_DAY;
  int64_t a = follow("https://a.example/feed", TLP_CLEAR), b = follow("https://b.example/feed", TLP_GREEN);
  assert_true(
      keep(a, "3", "Relay seen", "Calls go to one.qq7vzk.net and to 203.0.114.77, say victims.", day, &new_story) &&
      new_story);
  assert_true(keep(b, "3", "What we block", "Block today: 203.0.114[.]77, hxxp://one[.]qq7vzk[.]net and nothing else",
                   day + VG_DAY, &new_story) &&
              !new_story);
  assert_true(
      keep(b, "4", "Scans", "A scanner at 203.0.114.77 tries the door of every mail server.", day, &new_story) &&
      new_story);
  struct vg_buf list;
  vg_buf_init(&list, 1 << 16);
  vg_buf_z(&list, "one.qq7vzk.net 203.0.114.77 ");
  for (int i = 0; i < 60; i++)
    vg_buf_fmt(&list, "host%d.qq7vzk.net ", i);
  assert_true(keep(b, "5", "All of today", vg_buf_text(&list), day, &new_story) && new_story);
  vg_buf_fini(&list);
}

static vg_code count_naming(void *ctx, vg_str pid, vg_str title, vg_time last, struct vg_err *e) {
  (void)e;
  assert_true(pid.n && title.n && last != VG_NOTIME);
  ++*(int *)ctx;
  return VG_OK;
}

static void a_story_becomes_intelligence(void **state) {
  (void)state;
  struct vg_buf source;
  vg_time at;
  int naming = 0;
  bool new_story;
  int64_t added = 0, marked, before = follow("https://a.example/feed", TLP_CLEAR),
          strict = follow("https://b.example/feed", TLP_AMBER);
  keep(before, "1", "Wave", wave, VG_NOTIME, &new_story);
  keep(strict, "1", "Wave", retold, VG_NOTIME, &new_story);
  struct seen k = stories(true);
  vg_buf_init(&source, 4096);
  OK(watch_promoted(tx, vg_str_z(k.pid), &at, &source, &err));
  assert_true(at == VG_NOTIME);
  OK(watch_promote(tx, &anne, vg_str_z(k.pid), &added, &err));
  assert_true(added >= 2);
  /* It says so, and its values lead back to it. */
  OK(watch_promoted(tx, vg_str_z(k.pid), &at, &source, &err));
  assert_true(at != VG_NOTIME && source.n > 0);
  vg_buf_fini(&source);
  OK(watch_each_naming(tx, VG_STR("domain-name"), VG_STR("relay.qq7vzk.net"), 10, count_naming, &naming, &err));
  OK(watch_each_naming(tx, VG_STR("domain-name"), VG_STR("nobody.example"), 10, count_naming, &naming, &err));
  assert_int_equal(naming, 1);
  OK(store_get_int(
      tx, &marked,
      "SELECT COUNT(*) FROM intel_v_value WHERE type = 'domain-name' AND value = 'relay.qq7vzk.net' AND tlp = $1",
      S_ARGS(S_INT(TLP_AMBER)), &err));
  assert_int_equal(marked, 1); /* with the strictest marking of those who tell it */
  assert_true(stories(true).first.known >= 2);
  OK(store_exec(tx, "INSERT INTO territory_person (id, pid, name, created) VALUES ($1, $2, 'Anne', 0)",
                S_ARGS(S_INT(anne.person), S_Z(anne.id.s)), &err));
  OK(watch_mark(tx, &anne, vg_str_z(k.pid), true, true, VG_STR("for Monday"), &err));
  assert_int_equal(stories(true).count, 0);
  struct seen read = stories(false);
  assert_true(read.first.read && read.first.starred);
  OK(watch_mark(tx, &anne, vg_str_z(k.pid), false, false, VG_NOSTR, &err));
  assert_int_equal(stories(true).count, 1);
  assert_int_equal(watch_mark(tx, &anne, VG_STR("story--none"), true, true, VG_NOSTR, &err), VG_ENOTFOUND);
  keep(before, "2", "Weather", other, VG_NOTIME, &new_story);
  struct vg_buf pid;
  vg_buf_init(&pid, 200);
  OK(store_get_text(tx, &pid, "SELECT pid FROM watch_story WHERE title = 'Weather'", S_NOARGS, &err));
  assert_int_equal(watch_promote(tx, &anne, vg_buf_view(&pid), &added, &err), VG_ESTATE);
  vg_buf_fini(&pid);
}

static enum watch_health health;
static vg_code see_health(void *ctx, const struct watch_source *s, struct vg_err *e) {
  (void)ctx;
  (void)e;
  health = s->health;
  return VG_OK;
}

static void silence_beyond_habit_is_an_alarm(void **state) {
  (void)state;
  bool new_story;
  int64_t id = follow("https://a.example/feed", TLP_CLEAR);
  OK(watch_each_source(tx, see_health, NULL, &err));
  assert_int_equal(health, WATCH_NEW);
  OK(store_exec(tx, "UPDATE watch_source SET last_ok = $1", S_ARGS(S_TIME(store_now(tx))), &err));
  for (int i = 0; i < 6; i++) { /* one a day, the newest ten days ago */
    char guid[16], text[200];
    snprintf(guid, sizeof guid, "%d", i);
    snprintf(text, sizeof text, "item %d of words %d%d%d nothing alike %d", i, i * 7, i * 13, i * 17, i * 19);
    keep(id, guid, guid, text, store_now(tx) - (10 + i) * VG_DAY, &new_story);
  }
  OK(watch_each_source(tx, see_health, NULL, &err));
  assert_int_equal(health, WATCH_SILENT);
  keep(id, "new", "new", "and something came at last", store_now(tx) - VG_HOUR, &new_story);
  OK(watch_each_source(tx, see_health, NULL, &err));
  assert_int_equal(health, WATCH_OK);
  OK(store_exec(tx, "UPDATE watch_source SET failures = 3", S_NOARGS, &err));
  OK(watch_each_source(tx, see_health, NULL, &err));
  assert_int_equal(health, WATCH_FAILING);
}

/* The source as if it had been followed, and read, so many days ago. */
static enum watch_health after(int64_t added, int64_t read) {
  OK(store_exec(tx, "UPDATE watch_source SET added = $1, last_ok = $2, last_try = $2, next_fetch = $2, failures = 0",
                S_ARGS(S_TIME(store_now(tx) - added * VG_DAY), S_TIME(store_now(tx) - read * VG_DAY)), &err));
  OK(watch_each_source(tx, see_health, NULL, &err));
  return health;
}

/* One that published nothing yet, or little, has no habit; its silence is an alarm all the same, sooner when said so.
 */
static void the_silence_of_a_young_source_is_an_alarm_too(void **state) {
  (void)state;
  bool new_story;
  struct watch_new_source said = {.title = "", .category = "", .tlp = TLP_CLEAR, .period = VG_HOUR};
  int64_t id = follow("https://a.example/feed", TLP_CLEAR);
  assert_int_equal(after(29, 0), WATCH_OK);
  assert_int_equal(after(31, 0), WATCH_SILENT);
  keep(id, "a", "a", "first words of a source that says little", store_now(tx) - 29 * VG_DAY, &new_story);
  assert_int_equal(after(100, 0), WATCH_OK);
  keep(id, "b", "b", "other things on the very next day, unlike", store_now(tx) - 28 * VG_DAY, &new_story);
  assert_int_equal(after(100, 0), WATCH_SILENT); /* a gap of one day and two of ten: three times seven */
  said.expect = 40 * VG_DAY;
  OK(watch_source_change(tx, &anne, VG_STR("https://a.example/feed"), &said, &err));
  assert_int_equal(after(100, 0), WATCH_OK);
  said.expect = 5 * VG_DAY;
  OK(watch_source_change(tx, &anne, VG_STR("https://a.example/feed"), &said, &err));
  assert_int_equal(after(100, 0), WATCH_SILENT);
  said.expect = 1;
  assert_int_equal(watch_source_change(tx, &anne, VG_STR("https://a.example/feed"), &said, &err), VG_EUSAGE);
  vg_err_clear(&err);
}

static void a_page_is_silent_only_when_asked_and_what_nobody_reads_is_said(void **state) {
  (void)state;
  struct vg_id pid;
  struct watch_new_source page = {.url = "https://a.example/page", .kind = "page", .tlp = TLP_CLEAR};
  OK(watch_source_add(tx, &anne, &page, &pid, &err));
  assert_int_equal(after(400, 0), WATCH_OK);
  OK(store_exec(tx, "UPDATE watch_source SET expect = $1", S_ARGS(S_INT(30 * VG_DAY)), &err));
  assert_int_equal(after(400, 0), WATCH_SILENT);
  assert_int_equal(after(400, 2), WATCH_UNASKED); /* the silence would be ours */
  OK(store_exec(tx, "UPDATE watch_source SET last_ok = NULL, last_try = NULL, next_fetch = 0", S_NOARGS, &err));
  OK(watch_each_source(tx, see_health, NULL, &err));
  assert_int_equal(health, WATCH_UNASKED);
}

static void sources_are_checked_and_come_back(void **state) {
  (void)state;
  struct vg_id pid, again;
  struct watch_new_source s = {.url = "ftp://a.example/feed"};
  assert_int_equal(watch_source_add(tx, &anne, &s, &pid, &err), VG_EUSAGE);
  s.url = "file:///etc/passwd";
  assert_int_equal(watch_source_add(tx, &anne, &s, &pid, &err), VG_EUSAGE);
  s.url = "https://a.example/feed";
  OK(watch_source_add(tx, &anne, &s, &pid, &err));
  OK(store_savepoint(tx, &err));
  assert_int_equal(watch_source_add(tx, &anne, &s, &again, &err), VG_EEXIST);
  OK(store_release(tx, false, &err));
  OK(watch_source_drop(tx, &anne, vg_str_z(pid.s), &err));
  assert_int_equal(watch_source_drop(tx, &anne, vg_str_z(pid.s), &err), VG_ENOTFOUND);
  OK(watch_source_add(tx, &anne, &s, &again, &err));
  assert_string_equal(pid.s, again.s);
}

#define WORLD(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)
static void a_story_becomes_work(void **state) {
  (void)state;
  struct vg_id warning;
  struct vg_buf draft;
  bool fresh, new_story;
  int64_t from = follow("http://a.example/feed", TLP_AMBER);
  struct read_item i = {.guid = VG_STR("1"),
                        .url = VG_STR("https://a.example/[x](y)"),
                        .title = VG_STR("Wave `of` <b>ransomware</b>: Hospitals, banque; bankrupt"),
                        .text = vg_str_z(wave),
                        .published = VG_NOTIME};
  OK(item_keep(tx, from, &i, &fresh, &new_story, &err));
  struct vg_buf pid;
  vg_buf_init(&pid, 256);
  OK(store_get_text(tx, &pid, "SELECT pid FROM watch_story", S_NOARGS, &err));
  vg_str story = vg_buf_view(&pid);
  /* what a feed says is words in the draft, never markup, and nothing can be clicked */
  vg_buf_init(&draft, 1 << 20);
  OK(watch_bulletin(tx, &anne, story, VG_EN, &draft, &err));
  vg_str text = vg_buf_view(&draft);
  assert_true(vg_str_find(text, VG_STR("TLP:AMBER\n"), 0) != SIZE_MAX);
  assert_true(vg_str_find(text, VG_STR("Wave \\`of\\` \\<b\\>"), 0) != SIZE_MAX);
  assert_true(vg_str_find(text, VG_STR("`relay[.]qq7vzk[.]net`"), 0) != SIZE_MAX);
  assert_true(vg_str_find(text, VG_STR("://a.example"), 0) == SIZE_MAX &&
              vg_str_find(text, VG_STR("https://"), 0) == SIZE_MAX);
  OK(anticipate_announce(tx, &anne, story, &warning, &err));
  assert_int_equal(anticipate_announce(tx, &anne, story, &warning, &err), VG_EEXIST);
  int64_t sectors; /* its title says hospitals and banks; a bankrupt one is no bank */
  OK(store_get_int(tx, &sectors, "SELECT COUNT(*) FROM anticipate_v_sector WHERE section IN ('Q', 'K')", S_NOARGS,
                   &err));
  assert_int_equal(sectors, 2);
  OK(store_get_int(tx, &sectors, "SELECT COUNT(*) FROM anticipate_v_sector", S_NOARGS, &err));
  assert_int_equal(sectors, 2);
  assert_int_equal(anticipate_announce(tx, &anne, VG_STR("story--none"), &warning, &err), VG_ENOTFOUND);
  vg_buf_fini(&draft);
  vg_buf_fini(&pid);
}

static void a_source_changes(void **state) {
  (void)state;
  struct watch_new_source s = {.title = "T", .category = "C", .tlp = TLP_GREEN, .period = VG_HOUR};
  int64_t n;
  (void)follow("http://a.example/feed", TLP_CLEAR);
  OK(watch_source_change(tx, &anne, VG_STR("http://a.example/feed"), &s, &err));
  OK(store_get_int(tx, &n, "SELECT COUNT(*) FROM watch_source WHERE title = 'T' AND tlp = $1", S_ARGS(S_INT(TLP_GREEN)),
                   &err));
  assert_int_equal(n, 1);
  s.period = VG_SECOND;
  assert_int_equal(watch_source_change(tx, &anne, VG_STR("http://a.example/feed"), &s, &err), VG_EUSAGE);
  assert_int_equal(watch_source_due(tx, &anne, VG_STR("http://b.example/"), &err), VG_ENOTFOUND);
  OK(watch_source_due(tx, &anne, VG_STR("http://a.example/feed"), &err));
  vg_time due;
  OK(watch_next_due(tx, &due, &err));
  assert_int_equal(due, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates_of_feeds),
      cmocka_unit_test(robots_rules),
      cmocka_unit_test(alike_texts_have_alike_sketches),
      WORLD(what_tells_the_same_is_one_story),
      WORLD(what_names_the_same_is_one_story),
      WORLD(a_story_becomes_intelligence),
      WORLD(silence_beyond_habit_is_an_alarm),
      WORLD(the_silence_of_a_young_source_is_an_alarm_too),
      WORLD(a_page_is_silent_only_when_asked_and_what_nobody_reads_is_said),
      WORLD(sources_are_checked_and_come_back),
      WORLD(a_story_becomes_work),
      WORLD(a_source_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
