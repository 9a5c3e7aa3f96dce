#include "match/match_internal.h"

#include <string.h>

/* Every byte is looked at once, however many hits ask. */
void scan_count_lines(struct scan *s, size_t upto) {
  if (upto <= s->counted)
    return;
  const unsigned char *p = s->b + s->counted;
  size_t n = s->p->kernel->lines(p, upto - s->counted);
  s->counted = upto;
  if (!n)
    return;
  const unsigned char *last = memrchr(p, '\n', (size_t)(s->b + upto - p));
  s->line += n;
  s->line_start = last - s->b + 1;
}

/* The same for a chunk of the piece itself, whose line ends the kernel has counted. */
void scan_count_chunk(struct scan *s, const struct kernel_found *f, size_t at, size_t end) {
  if (s->counted > at) {
    scan_count_lines(s, end);
    return;
  }
  scan_count_lines(s, at);
  s->counted = end;
  s->line += f->lines;
  if (f->line_end)
    s->line_start = (int64_t)(at + f->line_end);
}

enum { CONTEXT_MAX = 4096 };

/* The hit's line and `context` lines on both sides, as far as they are at hand, at most CONTEXT_MAX bytes each way. */
static vg_str around(const struct scan *s, const unsigned char *from, const unsigned char *to) {
  const unsigned char *low = from - s->low > CONTEXT_MAX ? from - CONTEXT_MAX : s->low, *begin = from;
  const unsigned char *high = s->high - to > CONTEXT_MAX ? to + CONTEXT_MAX : s->high, *end = to;
  for (unsigned i = 0; i <= s->context && begin > low; i++) {
    const unsigned char *nl = memrchr(low, '\n', (size_t)(begin - low - (i > 0)));
    begin = nl ? nl + 1 : low;
  }
  for (unsigned i = 0; i <= s->context && end < high; i++) {
    const unsigned char *nl = memchr(end, '\n', (size_t)(high - end));
    end = nl ? nl + (i < s->context) : high;
  }
  return vg_str_n((const char *)begin, (size_t)(end - begin));
}

void scan_emit(struct scan *s, uint32_t entry, size_t from, size_t to) {
  if (s->text == TEXT_UNDONE)
    scan_emit_raw(s, entry, s->map_base + s->map[from], s->map_base + s->map[to]);
  else
    scan_emit_raw(s, entry, from, to);
}

void scan_emit_raw(struct scan *s, uint32_t entry, size_t from, size_t to) {
  const struct pack_entry *e = &s->p->entries[entry];
  if (e->expires != VG_NOTIME && s->p->now >= e->expires)
    return;
  if (s->text == TEXT_RAW)
    scan_undone(s);
  if (s->text == TEXT_WIDE)
    from = s->map_base + 2 * from, to = s->map_base + 2 * to;
  if (to > s->n) /* the last character of big-endian text: on_wide() */
    to = s->n;
  uint64_t at = s->base + from;
  for (size_t i = 0; i < SCAN_RECENT; i++)
    if (s->recent[i].entry == entry && s->recent[i].at == at)
      return;
  s->recent[s->recent_next].entry = entry;
  s->recent[s->recent_next].at = at;
  s->recent_next = (s->recent_next + 1) % SCAN_RECENT;
  if (s->rc != VG_OK)
    return;
  scan_count_lines(s, from);
  s->hits++;
  struct match_hit h = {.type = (enum match_type)e->type,
                        .indicator = pack_text(s->p, e->shown, e->shown_n),
                        .source = pack_text(s->p, e->source, e->source_n),
                        .seen = vg_str_n((const char *)s->b + from, to - from),
                        .line = s->line,
                        .offset = (uint64_t)((int64_t)from - s->line_start),
                        .at = at,
                        .benign = e->flags & ENTRY_BENIGN,
                        .entry = entry};
  if (s->field)
    field_tell(s, from, &h);
  if (s->context)
    h.context = around(s, s->b + from, s->b + to);
  if (s->line_start >= 0) {
    size_t n = s->n - (size_t)s->line_start;
    h.time = scan_time(s->b + s->line_start, n < SCAN_HEAD ? n : SCAN_HEAD, s->latest);
  } else {
    h.time = scan_time(s->head, s->head_n, s->latest);
  }
  s->rc = s->sink(s->ctx, &h, s->err);
}
