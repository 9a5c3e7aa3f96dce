#include "analysis/analysis_internal.h"

#include <magic.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_BYTES = 64 << 10, CONTEXT = OVERLAP / 2, HASHES = 3, LONGEST_SEEN = 4096 };

struct tools {
  const struct pack *pack;
  unsigned kinds;
  struct rules_scan *scan;
  struct values *values;
  struct vg_hash *hash[HASHES]; /* MD5, SHA-1, SHA-256 */
  magic_t magic;
};

vg_code tools_new(struct tools **out, const struct tools_order *o, struct vg_err *err) {
  struct tools *t = calloc(1, sizeof *t);
  *out = t;
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  t->pack = o->pack;
  t->kinds = o->kinds;
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++)
    VG_TRY(vg_hash_new(&t->hash[d], d, err));
  if (o->rules)
    VG_TRY(rules_scan_new(&t->scan, o->rules, err));
  if ((o->kinds & (1u << FINDING_INDICATOR)) && !(t->values = values_new()))
    return VG_FAIL(err, VG_ENOMEM, "analysis.memory");
  t->magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
  if (!t->magic || magic_load(t->magic, NULL) != 0)
    return VG_FAIL(err, VG_ESTATE, "analysis.no_magic", t->magic ? magic_error(t->magic) : "");
  return VG_OK;
}

void tools_free(struct tools *t) {
  if (!t)
    return;
  for (size_t i = 0; i < HASHES; i++)
    vg_hash_free(t->hash[i]);
  rules_scan_free(t->scan);
  values_free(t->values);
  if (t->magic)
    magic_close(t->magic);
  free(t);
}

/* One unit being read. */
struct content {
  struct tools *t;
  struct pool *pool;
  struct unit *u;
  struct chunk *first, *now; /* the first one is kept: rules come back to it */
  size_t lead;               /* bytes before now's that are there too */
  enum hit_place place;
  uint64_t base, from, to; /* of the bytes being matched: what begins in [from, to) of the unit counts */
  char type[96];
  struct artefact_evtx *log; /* of a Windows event log */
  struct log_hits *log_hits; /* seen in its bytes */
};

static bool wants(const struct content *c, enum finding_kind k) { return c->t->kinds & (1u << k); }

static struct finding new_hit(const struct content *c, enum hit_place place) {
  const struct unit *u = c->u;
  struct finding f = {.kind = FINDING_HIT};
  f.hit = (struct found_hit){.volume = u->volume, .place = place, .offset = -1, .time = VG_NOTIME};
  if (u->kind == UNIT_FILE) {
    f.hit.file = u->file.number;
    f.hit.path = u->file.path;
  }
  return f;
}

static void put_match(struct finding *f, const struct match_hit *h) {
  f->hit.type = vg_str_z(match_type_name(h->type));
  f->hit.indicator = h->indicator;
  f->hit.seen = vg_str_sub(h->seen, 0, LONGEST_SEEN);
  f->hit.source = h->source;
  f->hit.time = h->time;
  f->hit.benign = h->benign;
}

static void tell_match(struct content *c, const struct match_hit *h, uint64_t at) {
  struct finding f = new_hit(c, c->place);
  if (c->place == PLACE_CONTENT)
    f.hit.offset = (int64_t)at;
  else if (c->u->kind == UNIT_SPACE)
    f.hit.offset = c->u->at + (int64_t)at;
  put_match(&f, h);
  pool_tell(c->pool, c->u, &f);
}

static vg_code on_match(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct content *c = ctx;
  uint64_t at = c->base + h->at;
  (void)err;
  if (at >= c->from && at < c->to && !(c->log_hits && log_hits_hold(c->log_hits, h, at)))
    tell_match(c, h, at);
  return VG_OK;
}

static bool is_text(const struct content *c) {
  static const char *const text[] = {"text/", "message/", "application/json", "application/x-ndjson",
                                     "application/csv"};
  bool yes = false;
  for (size_t i = 0; i < VG_COUNT(text); i++)
    yes = yes || vg_str_starts(vg_str_z(c->type), vg_str_z(text[i]));
  return yes;
}

/* The bytes with what stood before them; what begins near their end is left to the next chunk, which sees what follows.
 */
static void search(struct content *c, const struct chunk *k, const char *data) {
  struct vg_err err = {0};
  vg_str bytes = vg_str_n(data - c->lead, k->n + c->lead);
  c->base = k->at - c->lead;
  c->from = k->at < CONTEXT ? 0 : k->at - CONTEXT;
  c->to = k->last || k->n < CONTEXT ? UINT64_MAX : k->at + k->n - CONTEXT;
  if (c->t->pack && wants(c, FINDING_HIT))
    (void)!match_bytes(c->t->pack, bytes, 1, on_match, c, &err);
  if (c->t->values)
    values_search(c->t->values, bytes, is_text(c), c->base, c->from, c->to);
}

static void on_value(void *ctx, const struct found_indicator *i) {
  struct content *c = ctx;
  struct finding f = {.kind = FINDING_INDICATOR, .indicator = *i};
  f.indicator.file = c->u->file.number;
  f.indicator.volume = c->u->volume;
  f.indicator.path = c->u->file.path;
  if (c->u->kind == UNIT_SPACE)
    f.indicator.offset += c->u->at;
  pool_tell(c->pool, c->u, &f);
}

static void tell_values(struct content *c) {
  struct finding f = {.kind = FINDING_PROBLEM};
  f.problem = (struct found_problem){.volume = c->u->volume,
                                     .where = c->u->file.path,
                                     .msg = "analysis.many_values",
                                     .arg = {c->u->file.path, vg_str_z(VG_N(VALUES_MOST))}};
  if (c->t->values && !values_tell(c->t->values, on_value, c))
    pool_tell(c->pool, c->u, &f);
}

static void recognise(struct content *c, const char *data, size_t n) {
  const char *type = n > 0 ? magic_buffer(c->t->magic, data, n < TYPE_BYTES ? n : TYPE_BYTES) : "inode/x-empty";
  size_t k = 0;
  for (; type && type[k] > 0x20 && type[k] < 0x7f && k + 1 < sizeof c->type; k++)
    c->type[k] = type[k];
  c->type[k] = 0;
}

static void on_log_event(void *ctx, const struct found_event *e) {
  struct content *c = ctx;
  struct finding f = {.kind = FINDING_EVENT, .event = *e};
  f.event.volume = c->u->volume;
  f.event.path = c->u->file.path;
  f.event.inode = c->u->file.inode;
  if (wants(c, FINDING_EVENT))
    pool_tell(c->pool, c->u, &f);
}

static void on_log_hit(void *ctx, const struct match_hit *h, vg_time time, uint64_t from, uint64_t to) {
  struct content *c = ctx;
  struct finding f = new_hit(c, PLACE_EVENT);
  put_match(&f, h);
  f.hit.offset = (int64_t)from;
  if (c->log_hits)
    log_hits_said(c->log_hits, h->entry, from, to);
  f.hit.time = time;
  pool_tell(c->pool, c->u, &f);
}

/* A Windows event log is also read as one. */
static void read_log(struct content *c, const struct chunk *k, const char *data) {
  const bool hits = c->t->pack && wants(c, FINDING_HIT);
  const struct artefact_sink sink = {on_log_event, on_log_hit, c};
  if (k->at == 0 && c->u->file.entry != ENTRY_LINK && (hits || wants(c, FINDING_EVENT)))
    c->log = artefact_evtx_new(vg_str_n(data, k->n), hits ? c->t->pack : NULL, &sink);
  if (k->at == 0 && c->log && hits)
    c->log_hits = log_hits_new();
  if (c->log)
    artefact_evtx_feed(c->log, vg_str_n(data, k->n));
}

static void on_unsaid(void *ctx, const struct match_hit *h) { tell_match(ctx, h, h->at); }

static void end_log(struct content *c) {
  struct evtx_counts n;
  const bool whole = !c->log || artefact_evtx_end(c->log, &n);
  log_hits_tell(&c->log_hits, on_unsaid, c);
  if (whole)
    return;
  struct finding f = {.kind = FINDING_PROBLEM};
  f.problem = (struct found_problem){.volume = c->u->volume,
                                     .where = c->u->file.path,
                                     .msg = "match.evtx_damaged",
                                     .arg = {c->u->file.path, vg_str_z(VG_N(n.damaged)), vg_str_z(VG_N(n.broken))}};
  pool_tell(c->pool, c->u, &f);
}

/* Everything that looks at content does it here, chunk by chunk. */
static void consume(struct content *c) {
  struct chunk *k = c->now;
  const char *data = chunk_data(k);
  if (c->u->kind == UNIT_FILE) {
    for (size_t i = 0; i < HASHES; i++)
      vg_hash_add(c->t->hash[i], data, k->n);
    if (k->at == 0 && c->u->file.entry != ENTRY_LINK)
      recognise(c, data, k->n);
    read_log(c, k, data);
  }
  search(c, k, data);
}

static struct chunk *turn(struct content *c) {
  struct chunk *next = pool_next(c->pool, c->u), *old = c->now;
  if (next && old) {
    size_t have = old->n + c->lead, lead = have < OVERLAP ? have : OVERLAP;
    memcpy(chunk_data(next) - lead, chunk_data(old) + old->n - lead, lead);
    c->lead = lead;
  }
  if (old && old != c->first)
    pool_release(c->pool, old);
  c->now = next;
  if (!c->first)
    c->first = next;
  if (next)
    consume(c);
  return next;
}

/* What the rules ask for: the content once from end to end, later its first chunk again. */
static bool rules_next(void *ctx, struct rules_block *b) {
  struct content *c = ctx;
  if ((c->first && !c->now) || !turn(c))
    return false;
  *b = (struct rules_block){c->now->at - c->lead, vg_str_n(chunk_data(c->now) - c->lead, c->now->n + c->lead)};
  return true;
}

static bool rules_first(void *ctx, struct rules_block *b) {
  struct content *c = ctx;
  if (!c->first)
    return rules_next(c, b);
  *b = (struct rules_block){0, vg_str_n(chunk_data(c->first), c->first->n)};
  return true;
}

static void on_rule(void *ctx, vg_str rule, int64_t offset) {
  struct content *c = ctx;
  struct finding f = new_hit(c, c->place);
  f.hit.rule = rule;
  f.hit.offset = offset < 0 || c->u->kind == UNIT_FILE ? offset : c->u->at + offset;
  pool_tell(c->pool, c->u, &f);
}

static void apply_rules(struct content *c, uint64_t size) {
  struct rules_source from = {rules_first, rules_next, size, c, c->u->kind == UNIT_FILE ? c->u->file.path : VG_STR("")};
  const char *wrong = rules_scan(c->t->scan, &from, on_rule, c);
  struct finding f = {.kind = FINDING_PROBLEM};
  if (!wrong)
    return;
  f.problem =
      (struct found_problem){.volume = c->u->volume, .where = c->u->file.path, .msg = wrong, .arg = {c->u->file.path}};
  pool_tell(c->pool, c->u, &f);
}

static void read_content(struct content *c) {
  bool rules = c->t->scan && c->u->kind == UNIT_FILE && wants(c, FINDING_HIT);
  if (rules)
    apply_rules(c, (uint64_t)c->u->file.size);
  while (!(c->first && !c->now) && turn(c)) {
  }
  if (c->first)
    pool_release(c->pool, c->first);
}

static void small(struct content *c, vg_str text, enum hit_place place) {
  struct vg_err err = {0};
  c->place = place;
  c->base = c->from = 0;
  c->to = UINT64_MAX;
  (void)!match_bytes(c->t->pack, text, 1, on_match, c, &err);
}

/* The name counts when it is the listed one from end to end. */
static vg_code on_name(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct content *c = ctx;
  bool whole = h->type == MATCH_FILE_NAME && h->at == 0 && h->seen.n == vg_path_base(c->u->file.path).n;
  return whole ? on_match(ctx, h, err) : VG_OK;
}

static void name_and_hashes(struct content *c, const struct found_file *f) {
  struct vg_err err = {0};
  char lines[2 * (VG_SHA256_SIZE + 20 + 16) + 4];
  if (!c->t->pack || !wants(c, FINDING_HIT))
    return;
  c->place = PLACE_NAME;
  c->base = c->from = 0;
  c->to = UINT64_MAX;
  (void)!match_bytes(c->t->pack, vg_path_base(f->path), 1, on_name, c, &err);
  if (f->sha256.n == 0)
    return;
  vg_str parts[] = {f->sha256, f->sha1, f->md5};
  size_t n = 0;
  for (size_t i = 0; i < VG_COUNT(parts); i++) {
    memcpy(lines + n, parts[i].p, parts[i].n);
    n += parts[i].n;
    lines[n++] = '\n';
  }
  small(c, vg_str_n(lines, n), PLACE_HASH);
}

static void tell_event(struct content *c, const struct found_file *f, const vg_time *time, vg_time t) {
  char what[5] = "....";
  struct finding e = {.kind = FINDING_EVENT};
  for (size_t i = 0; i < 4; i++)
    if (time[i] == t)
      what[i] = "macb"[i];
  e.event = (struct found_event){.volume = f->volume,
                                 .time = t,
                                 .source = VG_STR("filesystem"),
                                 .what = vg_str_n(what, 4),
                                 .path = f->path,
                                 .inode = f->inode};
  pool_tell(c->pool, c->u, &e);
}

/* One event for each different time, with the letters of all that have it. */
static void tell_events(struct content *c, const struct found_file *f) {
  const vg_time time[4] = {f->mtime, f->atime, f->ctime, f->btime};
  for (size_t i = 0; i < 4 && wants(c, FINDING_EVENT) && f->entry != ENTRY_STREAM; i++) {
    bool told = time[i] == VG_NOTIME;
    for (size_t j = 0; j < i; j++)
      told = told || time[j] == time[i];
    if (!told)
      tell_event(c, f, time, time[i]);
  }
}

static void tell_file(struct content *c) {
  struct finding f = {.kind = FINDING_FILE, .file = c->u->file};
  char hex[HASHES][2 * VG_SHA256_SIZE + 1];
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++) {
    unsigned char raw[VG_DIGEST_MAX];
    vg_hash_end(c->t->hash[d], raw);
    vg_hex(hex[d], raw, vg_digest_size(d));
  }
  if (c->u->has_content && !c->u->broken) {
    f.file.md5 = vg_str_z(hex[VG_MD5]);
    f.file.sha1 = vg_str_z(hex[VG_SHA1]);
    f.file.sha256 = vg_str_z(hex[VG_SHA256]);
  }
  if (c->type[0])
    f.file.type = vg_str_z(c->type);
  if (wants(c, FINDING_FILE))
    pool_tell_first(c->pool, c->u, &f);
  tell_events(c, &f.file);
  name_and_hashes(c, &f.file);
}

void content_work(void *tools, struct pool *p, struct unit *u) {
  struct content c = {.t = tools, .pool = p, .u = u, .place = u->kind == UNIT_FILE ? PLACE_CONTENT : u->place};
  if (u->has_content)
    read_content(&c);
  end_log(&c);
  tell_values(&c);
  if (u->kind == UNIT_FILE)
    tell_file(&c);
}
