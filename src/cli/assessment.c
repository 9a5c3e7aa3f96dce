/* An assessment with its reasons, as text and as JSON. */
#include "cli/assessment.h"

#include "cli/show.h"

#include <math.h>
#include <stdio.h>

static void because(struct cli *c, const struct qualify_piece *p, struct vg_buf *out) {
  const char *args[QUALIFY_ARGS + 1] = {0};
  for (size_t i = 0; i < QUALIFY_ARGS; i++)
    args[i] = p->arg[i];
  vg_msg(out, c->lang, p->reason, args);
}

void cli_json_assessment(struct cli *c, struct vg_jw *w, const struct qualify_assessment *a) {
  vg_jw_knum(w, "probability", a->probability);
  vg_jw_kz(w, "word", vg_msg_text(c->lang, qualify_word(a->probability)));
  vg_jw_kint(w, "confidence", a->confidence);
  vg_jw_key(w, "because");
  vg_jw_arr(w);
  for (size_t i = 0; i < a->count; i++) {
    struct vg_buf text;
    vg_buf_init(&text, 8192);
    because(c, &a->piece[i], &text);
    vg_jw_obj(w);
    vg_jw_kz(w, "piece", a->piece[i].key);
    vg_jw_kstr(w, "reason", vg_buf_view(&text));
    vg_jw_knum(w, "weight", a->piece[i].weight);
    vg_jw_kbool(w, "struck", a->piece[i].struck);
    vg_jw_end(w);
    vg_buf_fini(&text);
  }
  vg_jw_end(w);
}

void cli_say_assessment(struct cli *c, vg_str value, const struct qualify_assessment *a) {
  char percent[16];
  snprintf(percent, sizeof percent, "%.0f", a->probability * 100);
  CLI_SAY(c, "cli.qualify.assessed", VG_T(value), show_wordz(c, "server.verdict.", qualify_verdict_name(a->verdict)),
          percent, VG_N(a->confidence));
  printf("  %s\n", vg_msg_text(c->lang, qualify_word(a->probability)));
  for (size_t i = 0; i < a->count; i++) {
    struct vg_buf text;
    vg_buf_init(&text, 8192);
    because(c, &a->piece[i], &text);
    double weight = a->piece[i].weight;
    printf("  %s%s  %s  [%s]%s\n", weight < 0 ? "-" : "+", VG_D(c->lang, 2, fabs(weight)), vg_buf_text(&text),
           a->piece[i].key, a->piece[i].struck ? " ×" : "");
    vg_buf_fini(&text);
  }
}
