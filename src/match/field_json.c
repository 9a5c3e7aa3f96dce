#include "match/field.h"

#include <string.h>

void field_json_begin(struct field_json *j, bool bare) {
  memset(j, 0, offsetof(struct field_json, path));
  j->want_key = bare;
  j->object = bare;
}

static void put(struct field_json *j, const char *s, size_t n) {
  const size_t room = FIELD_NAME - j->n, k = n < room ? n : room;
  memcpy(j->path + j->n, s, k);
  j->n = (uint16_t)(j->n + k);
}

static uint16_t own_end(const struct field_json *j) { return j->depth <= FIELD_DEPTH ? j->end[j->depth] : j->n; }
static bool in_object(const struct field_json *j) { return j->depth <= FIELD_DEPTH && j->object >> j->depth & 1; }

static void open(struct field_json *j, bool object) {
  if (j->depth < FIELD_DEPTH) {
    if (!object)
      put(j, "[]", 2);
    j->end[j->depth + 1] = j->n;
    j->object = (j->object & ~(UINT64_C(2) << j->depth)) | (uint64_t)object << (j->depth + 1);
  }
  j->depth += j->depth < UINT32_MAX;
  j->want_key = object && j->depth <= FIELD_DEPTH;
}

static void begin_text(struct field_json *j) {
  j->text = true;
  j->value = j->at;
  j->key = j->want_key;
  if (!j->key)
    return;
  j->n = own_end(j);
  if (j->n)
    put(j, ".", 1);
}

static void structure(struct field_json *j, unsigned char c) {
  switch (c) {
  case '"': begin_text(j); return;
  case '{':
  case '[': open(j, c == '{'); return;
  case '}':
  case ']':
    j->depth -= j->depth > 0;
    j->n = own_end(j);
    j->want_key = false;
    return;
  case ',':
    j->n = own_end(j);
    j->want_key = in_object(j);
    return;
  default: return;
  }
}

void field_json_feed(struct field_json *j, vg_str bytes) {
  for (size_t i = 0; i < bytes.n; i++, j->at++) {
    const unsigned char c = (unsigned char)bytes.p[i];
    if (!j->text) {
      structure(j, c);
    } else if (j->escape) {
      j->escape = false;
    } else if (c == '"') {
      j->text = false;
      j->want_key = j->want_key && !j->key;
      j->key = false;
    } else {
      j->escape = c == '\\';
      if (j->key)
        put(j, &bytes.p[i], 1);
    }
  }
}

vg_str field_json_path(const struct field_json *j) {
  if (j->depth > FIELD_DEPTH)
    return VG_NOSTR;
  return vg_str_n(j->path, j->key ? j->end[j->depth] : j->n);
}
