#include "share/share_internal.h"

#include <string.h>

#include "base/jsonw.h"
#include "intel/intel.h"
#include "territory/territory.h"

static const char *const directions[] = {"", "give", "receive", "both"};

const char *share_direction_name(int direction) {
  return direction >= SHARE_GIVE && direction <= SHARE_BOTH ? directions[direction] : "";
}

const char *share_rule_word(enum vg_lang lang, const char *rule) {
  static const char stem[] = "share.rule.";
  if (!vg_str_starts(vg_str_z(rule), vg_str_z(stem)))
    return rule;
  vg_str code = vg_str_z(rule + sizeof stem - 1);
  const char *known = vg_msg_word(lang, "share.rules.", code);
  if (!known)
    known = vg_msg_word(lang, stem, code);
  return known ? known : rule;
}

const char *share_purpose_word(enum vg_lang lang, const char *code) {
  const char *known = vg_msg_word(lang, "server.purpose.", vg_str_z(strcmp(code, "*") ? code : "any"));
  return known ? known : code;
}

struct purpose {
  vg_str code;
  bool named;
};
static vg_code names_purpose(void *ctx, const struct convention *c, struct vg_err *err) {
  struct purpose *p = ctx;
  vg_str rest = vg_str_z(c->purposes), one;
  (void)err;
  while (vg_str_cut(&rest, ',', &one))
    p->named |= vg_str_eq(vg_str_trim(one), p->code);
  return VG_OK;
}

vg_code share_purpose_check(struct store_tx *tx, const char *code, struct vg_err *err) {
  struct purpose p = {vg_str_z(code), strcmp(share_purpose_word(VG_EN, code), code) != 0};
  VG_TRY(share_each_convention(tx, 0, names_purpose, &p, err));
  return p.named ? VG_OK : VG_FAIL(err, VG_EUSAGE, "share.purpose", code);
}

void share_purposes_say(struct vg_buf *out, enum vg_lang lang, vg_str list) {
  char code[SHARE_LIST_MAX];
  vg_str one;
  for (bool first = true; vg_str_cut(&list, ',', &one); first = false) {
    vg_buf_z(out, first ? "" : ", ");
    vg_buf_z(out, share_purpose_word(lang, vg_str_copy(code, sizeof code, vg_str_trim(one))));
  }
}

bool share_direction_by_name(vg_str name, int *out) {
  for (int i = SHARE_GIVE; i <= SHARE_BOTH; i++)
    if (vg_str_eqz(name, directions[i])) {
      *out = i;
      return true;
    }
  return false;
}

vg_code convention_check(const struct convention *c, struct vg_err *err) {
  if (c->to <= c->from || c->from == VG_NOTIME)
    return VG_FAIL(err, VG_EUSAGE, "share.convention.dates");
  if (c->direction < SHARE_GIVE || c->direction > SHARE_BOTH)
    return VG_FAIL(err, VG_EUSAGE, "share.convention.direction");
  if (c->max_tlp < TLP_CLEAR || c->max_tlp > TLP_RED || c->max_pap < PAP_CLEAR || c->max_pap > PAP_RED)
    return VG_FAIL(err, VG_EUSAGE, "share.convention.level");
  if (!c->purposes[0] || !c->classes[0])
    return VG_FAIL(err, VG_EUSAGE, "share.convention.empty");
  return VG_OK;
}

vg_code convention_record(struct store_tx *tx, const struct actor *who, const char *kind, const struct convention *c,
                          struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&b, 1 << 16);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "partner", c->partner_name);
  vg_jw_kz(&w, "direction", share_direction_name(c->direction));
  vg_jw_kz(&w, "max_tlp", intel_tlp_name((enum tlp)c->max_tlp));
  vg_jw_kz(&w, "max_pap", intel_pap_name((enum pap)c->max_pap));
  vg_jw_ktime(&w, "from", c->from);
  vg_jw_ktime(&w, "to", c->to);
  vg_jw_kz(&w, "purposes", c->purposes);
  vg_jw_kz(&w, "classes", c->classes);
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&b, err));
  VG_GO(ledger_append(tx, who, kind, c->pid.s, vg_buf_view(&b), NULL, err));
out:
  vg_buf_fini(&b);
  return rc;
}

vg_code convention_put(struct store_tx *tx, const struct convention *c, vg_time made, vg_str by, bool admitted,
                       struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO share_convention (pid, partner, direction, max_tlp, max_pap, from_time, to_time, purposes, classes, "
      "made, made_by, admitted) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT (pid) DO NOTHING",
      S_ARGS(S_Z(c->pid.s), S_INT(c->partner), S_INT(c->direction), S_INT(c->max_tlp), S_INT(c->max_pap),
             S_TIME(c->from), S_TIME(c->to), S_Z(c->purposes), S_Z(c->classes), S_TIME(made), S_STR(by),
             S_INT(admitted)),
      err);
}

vg_code convention_by_whom(const struct actor *who, struct vg_err *err) {
  return territory_may_appoint(who, NULL) == VG_OK ? VG_OK
                                                   : VG_FAIL(err, VG_EDENIED, "share.convention.denied", who->name);
}

vg_code share_convention_add(struct store_tx *tx, const struct actor *who, struct convention *c, struct vg_err *err) {
  vg_time now = store_now(tx);
  struct vg_buf name;
  VG_TRY(convention_by_whom(who, err));
  VG_TRY(convention_check(c, err));
  vg_buf_init(&name, 1024);
  vg_code rc =
      store_get_text(tx, &name, "SELECT name FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(c->partner)), NULL);
  vg_str_copy(c->partner_name, sizeof c->partner_name, vg_buf_view(&name));
  vg_buf_fini(&name);
  if (rc == VG_ENOTFOUND)
    return VG_FAIL(err, VG_ENOTFOUND, "share.convention.no_partner", VG_N(c->partner));
  VG_TRY(rc);
  c->pid = vg_id_new("convention", now);
  c->admitted = true;
  c->in_force = now >= c->from && now < c->to;
  VG_TRY(convention_put(tx, c, now, vg_str_z(who->id.s), true, err));
  VG_TRY(convention_tell(tx, who, c, now, vg_str_z(who->id.s), err));
  return convention_record(tx, who, "share.convention", c, err);
}

static void read_row(struct store_tx *tx, struct store_rows *q, struct convention *c) {
  vg_time now = store_now(tx);
  *c = (struct convention){.id = store_int(q, 0),
                           .pid = vg_id_of(store_str(q, 1)),
                           .partner = store_int(q, 2),
                           .direction = (int)store_int(q, 4),
                           .max_tlp = (int)store_int(q, 5),
                           .max_pap = (int)store_int(q, 6),
                           .from = store_time(q, 7),
                           .to = store_time(q, 8),
                           .admitted = store_int(q, 11) != 0};
  vg_str_copy(c->partner_name, sizeof c->partner_name, store_str(q, 3));
  vg_str_copy(c->purposes, sizeof c->purposes, store_str(q, 9));
  vg_str_copy(c->classes, sizeof c->classes, store_str(q, 10));
  c->in_force = c->admitted && now >= c->from && now < c->to;
}

#define SELECT_CONVENTION                                                                                                                \
  "SELECT c.id, c.pid, c.partner, o.name, c.direction, c.max_tlp, c.max_pap, c.from_time, c.to_time, c.purposes, c.classes, c.admitted " \
  "FROM share_convention c JOIN territory_v_org o ON o.id = c.partner "

static vg_code each(struct store_tx *tx, const char *sql, int64_t partner, share_convention_sink *sink, void *ctx,
                    struct vg_err *err) {
  struct store_rows *q;
  struct convention c;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, S_ARGS(S_INT(partner)), err));
  while (rc == VG_OK && store_next(q)) {
    read_row(tx, q, &c);
    rc = sink(ctx, &c, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

#define OF_PARTNER(admitted)                                                                                           \
  SELECT_CONVENTION "WHERE ($1 = 0 OR c.partner = $1) AND c.admitted = " admitted " ORDER BY c.from_time, c.id"
vg_code share_each_convention(struct store_tx *tx, int64_t partner, share_convention_sink *sink, void *ctx,
                              struct vg_err *err) {
  return each(tx, OF_PARTNER("1"), partner, sink, ctx, err);
}

vg_code share_each_convention_waiting(struct store_tx *tx, int64_t partner, share_convention_sink *sink, void *ctx,
                                      struct vg_err *err) {
  return each(tx, OF_PARTNER("0"), partner, sink, ctx, err);
}

vg_code share_convention_find(struct store_tx *tx, vg_str pid, struct convention *out, struct vg_err *err) {
  struct store_rows *q;
  bool found = false;
  VG_TRY(store_query(tx, &q, SELECT_CONVENTION "WHERE c.pid = $1", S_ARGS(S_STR(pid)), err));
  if (store_next(q)) {
    read_row(tx, q, out);
    found = true;
  }
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "share.convention.none", VG_T(pid));
}

vg_code share_each_flow(struct store_tx *tx, vg_str convention, share_flow_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT rule, purpose, allowed, COUNT(*), COUNT(DISTINCT object), MIN(time), MAX(time) FROM share_release WHERE convention = $1 "
      "GROUP BY rule, purpose, allowed ORDER BY allowed DESC, rule, purpose",
      S_ARGS(S_STR(convention)), err));
  while (rc == VG_OK && store_next(q)) {
    struct share_flow f = {store_str(q, 0), store_str(q, 1),  store_int(q, 2) != 0, store_int(q, 3),
                           store_int(q, 4), store_time(q, 5), store_time(q, 6)};
    rc = sink(ctx, &f, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code share_each_letter(struct store_tx *tx, int64_t org, share_letter_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT request, sent, time, deadline FROM share_exchange WHERE org = $1 ORDER BY id DESC",
                     S_ARGS(S_INT(org)), err));
  while (rc == VG_OK && store_next(q)) {
    struct share_letter l = {store_str(q, 0), store_int(q, 1) != 0, store_time(q, 2), store_time(q, 3)};
    rc = sink(ctx, &l, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}
