/* Sightings of MISP (type 0 seen, 1 a false positive, 2 expired), as STIX has them: one object an organisation. They
 * stand in their attribute, or beside all attributes in the event, where they name it, or in both. */
#include "base/table.h"
#include "intel/misp.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/grow.h"

enum { ORGANISATIONS_MAX = 1 << 20 };

struct times_seen {
  int64_t n;
  vg_time first, last; /* VG_NOTIME: no time was given */
};
struct by_org {
  vg_str uuid, name; /* both empty: who does not say */
  struct times_seen seen, false_positive;
};
/* One that stands in the event. */
struct of_event {
  vg_jv sighting;
  uint64_t next; /* 1 + the one before it of the same attribute; 0: none */
  bool taken;    /* its attribute was there */
};
struct misp_seen {
  struct by_org *v;
  size_t n, room;
  vg_time expired, last;
  struct vg_table *places, *made; /* where in v an organisation stands; whose identities are stored */
  struct vg_table *counted;       /* uuids and numbers of the attribute's */
  struct of_event *event;
  size_t event_n, event_room;
  struct vg_table *attributes; /* 1 + the last of `event` for an attribute's uuid or number */
};

vg_code misp_seen_new(struct misp_seen **out, struct vg_err *err) {
  struct misp_seen *s = calloc(1, sizeof *s);
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_code rc = vg_table_new(&s->made, ORGANISATIONS_MAX, err);
  if (rc != VG_OK) {
    free(s);
    return rc;
  }
  *out = s;
  return VG_OK;
}

void misp_seen_free(struct misp_seen *s) {
  if (!s)
    return;
  vg_table_free(s->places);
  vg_table_free(s->made);
  vg_table_free(s->counted);
  vg_table_free(s->attributes);
  free(s->v);
  free(s->event);
  free(s);
}

vg_time misp_time(vg_jv v) {
  vg_str text;
  int64_t seconds;
  if (vg_jv_str(v, &text) ? !vg_str_i64(text, &seconds) : !vg_jv_i64(v, &seconds))
    return VG_NOTIME;
  return seconds > 0 && seconds < INT64_C(9000000000) ? seconds * VG_SECOND : VG_NOTIME;
}

static vg_str key_of(vg_str uuid, vg_str name) { return uuid.n ? uuid : name; }

static vg_code place(struct misp_seen *s, vg_str uuid, vg_str name, struct by_org **out, struct vg_err *err) {
  uint64_t at;
  if (!vg_table_get(s->places, key_of(uuid, name), &at)) {
    if (!VG_GROW(s->v, s->n, s->room, 16))
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    at = s->n++;
    s->v[at] = (struct by_org){
        .uuid = uuid, .name = name, .seen = {0, VG_NOTIME, VG_NOTIME}, .false_positive = {0, VG_NOTIME, VG_NOTIME}};
    VG_TRY(vg_table_put(s->places, key_of(uuid, name), at, err));
  }
  *out = &s->v[at];
  return VG_OK;
}

static void once_more(struct times_seen *t, vg_time when) {
  t->n++;
  if (when == VG_NOTIME)
    return;
  t->first = t->first == VG_NOTIME || when < t->first ? when : t->first;
  t->last = t->last == VG_NOTIME || when > t->last ? when : t->last;
}

/* Numbers come as text, too. -1: none. */
static int64_t kind_of(vg_jv sighting) {
  vg_str text;
  int64_t kind = 0;
  vg_jv v = vg_jv_at(sighting, "type");
  if (vg_jv_type(v) == VG_J_MISSING)
    return 0;
  return vg_jv_str(v, &text) ? (vg_str_i64(text, &kind) ? kind : -1) : vg_jv_i64(v, &kind) ? kind : -1;
}

vg_str misp_word(vg_jv o, const char *key, char room[static 32]) {
  vg_jv v = vg_jv_at(o, key);
  vg_str text;
  int64_t n;
  if (vg_jv_str(v, &text))
    return text;
  if (!vg_jv_i64(v, &n))
    return VG_STR("");
  snprintf(room, 32, "%lld", (long long)n);
  return vg_str_z(room);
}

/* What names it among others: its uuid, else its number. */
static vg_str named(vg_jv o, const char *uuid, const char *number, char room[static 32]) {
  vg_str is = misp_word(o, uuid, room);
  return is.n ? is : misp_word(o, number, room);
}

static vg_jv organisation(vg_jv sighting) {
  static const char *const keys[] = {"Organisation", "Orgc", "Org"};
  for (size_t i = 0; i + 1 < VG_COUNT(keys); i++)
    if (vg_jv_type(vg_jv_at(sighting, keys[i])) == VG_J_OBJ)
      return vg_jv_at(sighting, keys[i]);
  return vg_jv_at(sighting, keys[VG_COUNT(keys) - 1]);
}

/* Told twice, in the attribute and in the event, it was seen once. */
static vg_code is_counted(struct misp_seen *s, vg_jv sighting, bool *is, struct vg_err *err) {
  char room[32];
  uint64_t times = 1;
  vg_str id = named(sighting, "uuid", "id", room);
  if (!s->counted)
    VG_TRY(vg_table_new(&s->counted, ORGANISATIONS_MAX, err));
  if (id.n)
    VG_TRY(vg_table_bump(s->counted, id, 1, &times, err));
  *is = times > 1;
  return VG_OK;
}

static vg_code one(struct misp_seen *s, vg_jv sighting, struct vg_err *err) {
  vg_str uuid = VG_STR(""), name = VG_STR("");
  vg_jv org = organisation(sighting);
  bool counted;
  vg_time when = misp_time(vg_jv_at(sighting, "date_sighting"));
  int64_t kind = kind_of(sighting);
  struct by_org *of;
  VG_TRY(is_counted(s, sighting, &counted, err));
  if (counted)
    return VG_OK;
  if (!s->places)
    VG_TRY(vg_table_new(&s->places, ORGANISATIONS_MAX, err));
  if (kind == 2 && when != VG_NOTIME && (s->expired == VG_NOTIME || when > s->expired))
    s->expired = when;
  if (kind != 0 && kind != 1)
    return VG_OK;
  (void)vg_jv_str_at(org, "uuid", &uuid);
  (void)vg_jv_str_at(org, "name", &name);
  VG_TRY(place(s, uuid, name, &of, err));
  once_more(kind ? &of->false_positive : &of->seen, when);
  if (!kind && when != VG_NOTIME && (s->last == VG_NOTIME || when > s->last))
    s->last = when;
  return VG_OK;
}

vg_code misp_seen_event(struct misp_seen *s, vg_jv event, struct vg_err *err) {
  struct vg_jit it;
  vg_jv sighting;
  char room[32];
  for (vg_jit_init(&it, vg_jv_at(event, "Sighting")); vg_jit_next(&it, NULL, &sighting);) {
    vg_str of = named(sighting, "attribute_uuid", "attribute_id", room);
    struct of_event one = {.sighting = sighting};
    if (!s->attributes)
      VG_TRY(vg_table_new(&s->attributes, ORGANISATIONS_MAX, err));
    if (!VG_GROW(s->event, s->event_n, s->event_room, 16))
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    (void)vg_table_get(s->attributes, of, &one.next);
    s->event[s->event_n++] = one;
    VG_TRY(vg_table_put(s->attributes, of, s->event_n, err));
  }
  return VG_OK;
}

int64_t misp_seen_left(const struct misp_seen *s) {
  int64_t n = 0;
  for (size_t i = 0; i < s->event_n; i++)
    n += !s->event[i].taken;
  return n;
}

static vg_code of_event(struct misp_seen *s, vg_str attribute, struct vg_err *err) {
  uint64_t at = 0;
  if (attribute.n)
    (void)vg_table_get(s->attributes, attribute, &at);
  for (; at; at = s->event[at - 1].next) {
    VG_TRY(one(s, s->event[at - 1].sighting, err));
    s->event[at - 1].taken = true;
  }
  return VG_OK;
}

vg_code misp_seen_read(struct misp_seen *s, vg_jv attribute, struct vg_err *err) {
  struct vg_jit it;
  vg_jv sighting;
  char room[32];
  s->n = 0;
  s->expired = s->last = VG_NOTIME;
  vg_table_free(s->places);
  vg_table_free(s->counted);
  s->places = s->counted = NULL;
  for (vg_jit_init(&it, vg_jv_at(attribute, "Sighting")); vg_jit_next(&it, NULL, &sighting);)
    VG_TRY(one(s, sighting, err));
  if (!s->event_n)
    return VG_OK;
  VG_TRY(of_event(s, misp_word(attribute, "uuid", room), err));
  return of_event(s, misp_word(attribute, "id", room), err);
}

vg_time misp_seen_until(const struct misp_seen *s) {
  return s->expired != VG_NOTIME && (s->last == VG_NOTIME || s->last <= s->expired) ? s->expired : VG_NOTIME;
}

/* What is made of an organisation: the same id whenever it is met. */
static struct vg_id id_of(const char *type, const struct by_org *o, vg_str of) {
  struct vg_buf key;
  vg_buf_init(&key, 1 << 16);
  vg_buf_z(&key, "MISP ");
  vg_buf_str(&key, key_of(o->uuid, o->name));
  vg_buf_byte(&key, ' ');
  vg_buf_str(&key, of);
  struct vg_id id = vg_id_v5(type, vg_id_stix_space, vg_buf_view(&key));
  vg_buf_fini(&key);
  return id;
}

/* It belongs to a sighting, which is counted. */
static vg_code put_identity(struct misp_seen *s, struct import *im, const struct by_org *o,
                            const struct plain_indicator *p, struct vg_err *err) {
  uint64_t times;
  struct vg_id id = id_of("identity", o, VG_STR(""));
  struct made m;
  VG_TRY(vg_table_bump(s->made, vg_id_str(&id), 1, &times, err));
  if (times > 1)
    return VG_OK;
  made_begin(&m, VG_NOTIME, VG_NOTIME);
  made_head(&m, "identity", &id);
  import_tlp(&m.w, p->tlp, p->pap);
  vg_jw_kstr(&m.w, "name", o->name.n ? o->name : o->uuid);
  vg_jw_kz(&m.w, "identity_class", "organization");
  vg_jw_end(&m.w);
  im->untold = true;
  vg_code rc = import_made(im, &m, p->place_kind, p->at, err);
  im->untold = false;
  made_end(&m);
  return rc;
}

static void one_ref(struct made *m, const char *key, vg_str id) {
  vg_jw_key(&m->w, key);
  vg_jw_arr(&m->w);
  vg_jw_str(&m->w, id);
  vg_jw_end(&m->w);
}

static void begin(struct made *m, const char *type, const struct vg_id *id, const struct times_seen *t,
                  const struct plain_indicator *p) {
  made_begin(m, t->first, t->last);
  m->form.renew = true;
  made_head(m, type, id);
  import_tlp(&m->w, p->tlp, p->pap);
}

static vg_code put_sighting(struct import *im, const struct by_org *o, const struct plain_indicator *p, vg_str of,
                            struct vg_err *err) {
  struct vg_id id = id_of("sighting", o, of), who = id_of("identity", o, VG_STR(""));
  struct made m;
  begin(&m, "sighting", &id, &o->seen, p);
  if (o->seen.last != VG_NOTIME) {
    vg_jw_ktime(&m.w, "first_seen", o->seen.first);
    vg_jw_ktime(&m.w, "last_seen", o->seen.last);
  }
  vg_jw_kint(&m.w, "count", o->seen.n < 999999999 ? o->seen.n : 999999999); /* STIX 2.1, 5.2.2 */
  vg_jw_kstr(&m.w, "sighting_of_ref", of);
  if (key_of(o->uuid, o->name).n)
    one_ref(&m, "where_sighted_refs", vg_id_str(&who));
  vg_jw_end(&m.w);
  vg_code rc = import_made(im, &m, p->place_kind, p->at, err);
  made_end(&m);
  return rc;
}

static vg_code put_opinion(struct import *im, const struct by_org *o, const struct plain_indicator *p, vg_str of,
                           struct vg_err *err) {
  struct vg_id id = id_of("opinion", o, of);
  struct made m;
  begin(&m, "opinion", &id, &o->false_positive, p);
  vg_jw_kz(&m.w, "opinion", "strongly-disagree");
  vg_jw_kz(&m.w, "explanation", "false-positive");
  if (o->name.n)
    one_ref(&m, "authors", o->name);
  one_ref(&m, "object_refs", of);
  vg_jw_end(&m.w);
  vg_code rc = import_made(im, &m, p->place_kind, p->at, err);
  made_end(&m);
  return rc;
}

vg_code misp_seen_put(struct misp_seen *s, struct import *im, const struct plain_indicator *p, vg_str of,
                      struct vg_err *err) {
  for (size_t i = 0; i < s->n; i++) {
    const struct by_org *o = &s->v[i];
    if (key_of(o->uuid, o->name).n && o->seen.n)
      VG_TRY(put_identity(s, im, o, p, err));
    if (o->seen.n)
      VG_TRY(put_sighting(im, o, p, of, err));
    if (o->false_positive.n)
      VG_TRY(put_opinion(im, o, p, of, err));
  }
  return VG_OK;
}
