/* Patterns of STIX 2.0 as 2.1 writes them. */
#include "intel/lift.h"

/* `type:first.second`: where in a path the tokens are. */
struct place {
  vg_str type;  /* behind its colon */
  vg_str owner; /* the name before a dot */
  bool colon, dot, time;
};

static void put_token(struct vg_buf *out, const struct pattern_lexer *x, vg_str to, bool quotes) {
  vg_str as_it_is = vg_str_sub(x->text, x->from, x->at - x->from);
  if (!to.p || vg_str_eq(to, x->raw)) {
    vg_buf_str(out, as_it_is);
    return;
  }
  vg_buf_z(out, quotes ? "'" : "");
  vg_buf_str(out, to);
  vg_buf_z(out, quotes ? "'" : "");
}

static void lift_token(struct vg_buf *out, const struct pattern_lexer *x, struct place *p) {
  bool name = x->kind == T_NAME || x->kind == T_HYPHENED, text = x->kind == T_STRING;
  vg_str to = VG_NOSTR;
  if (p->time && text && pattern_is_time(x->raw))
    vg_buf_byte(out, 't');
  else if ((name || text) && p->colon)
    to = lift_name(p->type, x->raw);
  else if ((name || text) && p->dot)
    to = lift_name(p->owner, x->raw);
  put_token(out, x, to, text);
  if (x->kind == T_COLON)
    p->type = p->owner;
  p->time = x->kind == T_START || x->kind == T_STOP;
  p->colon = x->kind == T_COLON;
  p->dot = x->kind == T_DOT;
  if (name || text)
    p->owner = x->raw;
  else if (!p->colon && !p->dot)
    p->owner = VG_STR("");
}

void lift_pattern(vg_str pattern, struct vg_buf *out) {
  struct pattern_lexer x = {.text = pattern};
  struct place p = {.type = VG_STR(""), .owner = VG_STR("")};
  size_t done = 0;
  for (pattern_next(&x); x.kind != T_END; pattern_next(&x)) {
    vg_buf_str(out, vg_str_sub(pattern, done, x.from - done)); /* white space, comments */
    lift_token(out, &x, &p);
    done = x.at;
  }
  vg_buf_str(out, vg_str_sub(pattern, done, pattern.n - done));
}
