/* Contents that two parties write together: versions, the other party's review, where they were published. */
#include "share/share_internal.h"

#include "territory/territory.h"

#include <string.h>

enum { BODY_MAX = 200000 };
static const char *const kinds[] = {"bulletin", "note", "guide", "tool"};

#define ORG_NAME(id) "COALESCE((SELECT o.name FROM territory_v_org o WHERE o.id = " id "), '')"
#define CONTENT                                                                                                                    \
  "SELECT c.id, c.pid, c.kind, c.title, c.about, c.zone, c.sector, c.size, c.tlp, c.pap, c.partner, " ORG_NAME(                    \
      "c.partner") ", c.made, "                                                                                                    \
                   "(SELECT MAX(v.n) FROM share_content_version v WHERE v.content = c.id), "                                       \
                   "(SELECT r.approved FROM share_content_review r WHERE r.content = c.id ORDER BY r.n DESC, r.id DESC LIMIT 1), " \
                   "(SELECT MAX(r.n) FROM share_content_review r WHERE r.content = c.id), "                                        \
                   "(SELECT MAX(s.n) FROM share_content_sent s WHERE s.content = c.id) "                                           \
                   "FROM share_content c "

static void read_row(struct store_rows *q, struct share_content *c) {
  *c = (struct share_content){.id = store_int(q, 0),
                              .pid = vg_id_of(store_str(q, 1)),
                              .tlp = (int)store_int(q, 8),
                              .pap = (int)store_int(q, 9),
                              .partner = store_int(q, 10),
                              .made = store_time(q, 12),
                              .version = store_int(q, 13)};
  vg_str_copy(c->kind, sizeof c->kind, store_str(q, 2));
  vg_str_copy(c->title, sizeof c->title, store_str(q, 3));
  vg_str_copy(c->about, sizeof c->about, store_str(q, 4));
  vg_str_copy(c->zone, sizeof c->zone, store_str(q, 5));
  vg_str_copy(c->sector, sizeof c->sector, store_str(q, 6));
  vg_str_copy(c->size, sizeof c->size, store_str(q, 7));
  vg_str_copy(c->partner_name, sizeof c->partner_name, store_str(q, 11));
  bool current = store_int(q, 15) == c->version, sent = store_int(q, 16) == c->version;
  c->state = sent               ? SHARE_CONTENT_PUBLISHED
             : !current         ? SHARE_CONTENT_DRAFT
             : store_int(q, 14) ? SHARE_CONTENT_APPROVED
                                : SHARE_CONTENT_RETURNED;
}

const char *share_content_state_name(int state) {
  static const char *const names[] = {"draft", "returned", "approved", "published"};
  return names[state & 3];
}

/* The division's people see all; a partner's those that it writes with us. */
static bool concerns(const struct actor *who, const struct share_content *c) {
  return who->organisation == 0 || who->organisation == c->partner;
}

vg_code share_each_content(struct store_tx *tx, const struct actor *who, vg_str about, share_content_sink *sink,
                           void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, CONTENT "WHERE $1 = '' OR c.about = $1 ORDER BY c.id DESC", S_ARGS(S_STR(about)), err));
  while (rc == VG_OK && store_next(q)) {
    struct share_content c;
    read_row(q, &c);
    if (concerns(who, &c))
      rc = sink(ctx, &c, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code share_content_find(struct store_tx *tx, const struct actor *who, vg_str pid, struct share_content *out,
                           struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, CONTENT "WHERE c.pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    read_row(q, out);
  VG_TRY(store_done(&q, err));
  return found && concerns(who, out) ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "share.content.none", VG_T(pid));
}

static vg_code add_version(struct store_tx *tx, const struct actor *who, const struct share_content *c, int64_t n,
                           vg_str body, vg_str motive, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  if (!vg_str_trim(body).n || body.n > BODY_MAX)
    return VG_FAIL(err, VG_EUSAGE, "share.content.body", VG_N(BODY_MAX));
  if (!vg_utf8_ok(body) || memchr(body.p, 0, body.n))
    return VG_FAIL(err, VG_EUSAGE, "share.content.text");
  VG_TRY(store_exec(
      tx,
      "INSERT INTO share_content_version (content, n, body, motive, author, author_name, side, time) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
      S_ARGS(S_INT(c->id), S_INT(n), S_STR(body), S_STR(motive), S_Z(who->id.s), S_Z(who->name),
             S_INT(who->organisation), S_TIME(store_now(tx))),
      err));
  vg_sha256(body.p, body.n, hash);
  return LEDGER_TELL(tx, who, n == 1 ? "content.added" : "content.edited", c->pid.s, err, "version", VG_N(n), "sha256",
                     vg_hex(hex, hash, sizeof hash), "motive", VG_T(motive));
}

/* What it is about says how strict it is at least. */
static vg_code marking(struct store_tx *tx, struct share_content *c, struct vg_err *err) {
  int64_t floor;
  VG_TRY(store_get_int(tx, &floor, "SELECT COALESCE(MAX(tlp), -1) FROM watch_v_story WHERE pid = $1",
                       S_ARGS(S_Z(c->about)), err));
  if (c->tlp == SHARE_TLP_AS_SOURCE)
    c->tlp = floor >= 0 ? (int)floor : TLP_GREEN;
  if (c->tlp < floor)
    return VG_FAIL(err, VG_EDENIED, "share.content.looser", intel_tlp_name((enum tlp)c->tlp),
                   intel_tlp_name((enum tlp)floor));
  return VG_OK;
}

static vg_code check(struct store_tx *tx, const struct actor *who, struct share_content *c, struct vg_err *err) {
  bool known = false;
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    known |= !strcmp(c->kind, kinds[i]);
  if (!known)
    return VG_FAIL(err, VG_EUSAGE, "share.content.kind", c->kind);
  if (!c->title[0])
    return VG_FAIL(err, VG_EUSAGE, "share.content.title");
  VG_TRY(marking(tx, c, err));
  if (c->tlp < TLP_CLEAR || c->tlp > TLP_RED || c->pap < PAP_CLEAR || c->pap > PAP_RED)
    return VG_FAIL(err, VG_EUSAGE, "share.convention.level");
  if (c->zone[0])
    VG_TRY(territory_zone_check(tx, c->zone, err));
  VG_TRY(territory_audience_check(tx, c->sector, c->size, err));
  /* A partner's person writes with us, not with others. */
  if (who->organisation)
    c->partner = who->organisation;
  return VG_OK;
}

vg_code share_content_add(struct store_tx *tx, const struct actor *who, struct share_content *c, vg_str body,
                          struct vg_err *err) {
  VG_TRY(check(tx, who, c, err));
  c->made = store_now(tx);
  c->pid = vg_id_new("content", c->made);
  c->version = 1;
  c->state = SHARE_CONTENT_DRAFT;
  VG_TRY(store_insert(
      tx, &c->id,
      "INSERT INTO share_content (pid, kind, title, about, zone, sector, size, tlp, pap, partner, made, made_by) "
      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) RETURNING id",
      S_ARGS(S_Z(c->pid.s), S_Z(c->kind), S_Z(c->title), S_Z(c->about), S_Z(c->zone), S_Z(c->sector), S_Z(c->size),
             S_INT(c->tlp), S_INT(c->pap), S_INT_OR_NULL(c->partner, !c->partner), S_TIME(c->made), S_Z(who->id.s)),
      err));
  return add_version(tx, who, c, 1, body, VG_STR(""), err);
}

vg_code share_content_edit(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t seen, vg_str body,
                           vg_str motive, struct vg_err *err) {
  struct share_content c;
  VG_TRY(share_content_find(tx, who, pid, &c, err));
  if (seen && seen != c.version)
    return VG_FAIL(err, VG_ESTATE, "share.content.meanwhile", VG_N(c.version));
  if (!vg_str_trim(motive).n)
    return VG_FAIL(err, VG_EUSAGE, "share.content.motive");
  return add_version(tx, who, &c, c.version + 1, body, motive, err);
}

struct author {
  char id[VG_ID_MAX];
  int64_t side;
};

static vg_code author_of(struct store_tx *tx, const struct share_content *c, struct author *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT author, side FROM share_content_version WHERE content = $1 AND n = $2",
                     S_ARGS(S_INT(c->id), S_INT(c->version)), err));
  if (store_next(q)) {
    vg_str_copy(out->id, sizeof out->id, store_str(q, 0));
    out->side = store_int(q, 1);
  }
  return store_done(&q, err);
}

vg_code share_content_review(struct store_tx *tx, const struct actor *who, vg_str pid, bool approved, vg_str comment,
                             struct vg_err *err) {
  struct share_content c;
  struct author a = {0};
  VG_TRY(share_content_find(tx, who, pid, &c, err));
  VG_TRY(author_of(tx, &c, &a, err));
  if (!strcmp(a.id, who->id.s))
    return VG_FAIL(err, VG_EDENIED, "share.content.own");
  if (c.partner && a.side == who->organisation)
    return VG_FAIL(err, VG_EDENIED, "share.content.other_side", c.partner_name);
  if (!approved && !vg_str_trim(comment).n)
    return VG_FAIL(err, VG_EUSAGE, "share.content.comment");
  VG_TRY(store_exec(
      tx,
      "INSERT INTO share_content_review (content, n, reviewer, name, side, approved, comment, time) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
      S_ARGS(S_INT(c.id), S_INT(c.version), S_Z(who->id.s), S_Z(who->name), S_INT(who->organisation), S_INT(approved),
             S_STR(comment), S_TIME(store_now(tx))),
      err));
  return LEDGER_TELL(tx, who, "content.reviewed", c.pid.s, err, "version", VG_N(c.version), "approved",
                     approved ? "yes" : "no", "comment", VG_T(comment));
}

vg_code share_content_ready(const struct share_content *c, struct vg_err *err) {
  return c->state == SHARE_CONTENT_APPROVED || c->state == SHARE_CONTENT_PUBLISHED
             ? VG_OK
             : VG_FAIL(err, VG_ESTATE, "share.content.not_approved", c->pid.s, VG_N(c->version));
}

vg_code share_content_publish(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str where,
                              struct vg_err *err) {
  struct share_content c;
  VG_TRY(share_content_find(tx, who, pid, &c, err));
  VG_TRY(share_content_ready(&c, err));
  if (!vg_str_trim(where).n)
    return VG_FAIL(err, VG_EUSAGE, "share.content.where");
  if (c.tlp != TLP_CLEAR || c.pap > PAP_GREEN)
    return VG_FAIL(err, VG_EDENIED, "share.content.not_public", intel_tlp_name((enum tlp)c.tlp),
                   intel_pap_name((enum pap)c.pap));
  return share_content_sent(tx, who, &c, 0, where, err);
}

/* For everybody: the place is the recipient. */
static vg_code published(struct store_tx *tx, const struct actor *who, const struct share_content *c, vg_str where,
                         struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  char place[512];
  vg_buf_init(&b, 1 << 16);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  ledger_disclosure(&w, &(struct ledger_disclosure){.recipient = vg_str_copy(place, sizeof place, where),
                                                    .motive = "prevention",
                                                    .tlp = intel_tlp_name((enum tlp)c->tlp),
                                                    .pap = intel_pap_name((enum pap)c->pap),
                                                    .count = 1});
  vg_jw_kint(&w, "version", c->version);
  vg_jw_kstr(&w, "where", where);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "content.published", c->pid.s, vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code share_content_sent(struct store_tx *tx, const struct actor *who, const struct share_content *c, int64_t org,
                           vg_str where, struct vg_err *err) {
  VG_TRY(store_exec(
      tx,
      "INSERT INTO share_content_sent (content, n, org, place, time) SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS "
      "(SELECT 1 FROM share_content_sent WHERE content = $1 AND n = $2 AND org = $3)",
      S_ARGS(S_INT(c->id), S_INT(c->version), S_INT_OR_NULL(org, !org), S_STR(where), S_TIME(store_now(tx))), err));
  return org ? VG_OK : published(tx, who, c, where, err);
}

vg_code share_content_body(struct store_tx *tx, const struct share_content *c, int64_t n, struct vg_buf *out,
                           struct vg_err *err) {
  return store_get_text(tx, out, "SELECT body FROM share_content_version WHERE content = $1 AND n = $2",
                        S_ARGS(S_INT(c->id), S_INT(n ? n : c->version)), err);
}

vg_code share_each_content_event(struct store_tx *tx, const struct share_content *c, share_content_event_sink *sink,
                                 void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT time, n, 0 AS what, author_name AS name, motive AS words, 0 AS yes, " ORG_NAME(
          "v.side") " AS side FROM share_content_version v WHERE content = $1 "
                    "UNION ALL SELECT time, n, 1, r.name, comment, approved, " ORG_NAME(
                        "r.side") " FROM share_content_review r WHERE content = $1 "
                                  "UNION ALL SELECT time, n, 2, " ORG_NAME(
                                      "s.org") ", place, 1, '' FROM share_content_sent s WHERE content = $1 ORDER BY 1, 2, 3",
      S_ARGS(S_INT(c->id)), err));
  while (rc == VG_OK && store_next(q)) {
    struct share_content_event e = {.time = store_time(q, 0),
                                    .version = store_int(q, 1),
                                    .what = (int)store_int(q, 2),
                                    .name = store_str(q, 3),
                                    .words = store_str(q, 4),
                                    .approved = store_int(q, 5) != 0,
                                    .side = store_str(q, 6)};
    rc = sink(ctx, &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
