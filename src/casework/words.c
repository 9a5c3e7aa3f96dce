/* Codes in words: how a legal clock stands, what is to be revalidated in a legal figure (the one place that says so,
 * for pages, commands and documents), and what refusals name. */
#include "casework/casework_internal.h"

#include <stdio.h>

void casework_doubt(struct vg_buf *out, enum vg_lang lang, vg_str doubt) {
  vg_str part;
  const char *between = "";
  if (!doubt.n)
    return;
  vg_msg(out, lang, "casework.doubt", NULL);
  while (vg_str_cut(&doubt, '+', &part)) {
    char id[48];
    snprintf(id, sizeof id, "casework.doubt.%.*s", (int)(part.n < 24 ? part.n : 24), part.p);
    vg_buf_z(out, between);
    if (vg_msg_text(lang, id))
      vg_msg(out, lang, id, NULL);
    else
      vg_buf_str(out, part);
    between = ", ";
  }
}

void casework_clock_left(struct vg_buf *out, enum vg_lang lang, vg_time due, vg_time now) {
  bool late = due < now;
  const char *const span[] = {vg_span_say((char[48]){0}, lang, late ? now - due : due - now), NULL};
  vg_msg(out, lang, late ? "casework.clock.late" : "casework.clock.left", span);
}

void casework_clock_state(struct vg_buf *out, enum vg_lang lang, const struct legal_clock *k, vg_time now) {
  if (vg_str_eqz(k->state, "open") || vg_str_eqz(k->state, "late")) {
    casework_clock_left(out, lang, k->due, now);
    return;
  }
  const char *word = vg_msg_word(lang, "cli.clock.", k->late ? VG_STR("done-late") : k->state);
  vg_buf_z(out, word ? word : "");
}

vg_str casework_clock_duty(enum vg_lang lang, const struct legal_clock *k) {
  const char *word = lang == VG_FR ? NULL : vg_msg_word(lang, "casework.clock.duty.", k->code);
  return word ? vg_str_z(word) : k->duty_fr;
}

const char *casework_clock_missed(enum vg_lang lang, const struct legal_clock *k) {
  bool runs = vg_str_eqz(k->state, "open") || vg_str_eqz(k->state, "late");
  return runs ? vg_msg_word(lang, "casework.clock.missed.", k->code) : NULL;
}

const char *casework_doubt_after(char out[static CASEWORK_DOUBT], enum vg_lang lang, vg_str doubt) {
  struct vg_buf words;
  vg_buf_init(&words, CASEWORK_DOUBT);
  if (doubt.n) {
    vg_buf_z(&words, " (");
    casework_doubt(&words, lang, doubt);
    vg_buf_z(&words, ")");
  }
  vg_str_copy(out, CASEWORK_DOUBT, vg_buf_view(&words));
  vg_buf_fini(&words);
  return out;
}

vg_code casework_delay_doubt(struct store_tx *tx, vg_str codes, struct vg_buf *doubt, struct vg_err *err) {
  vg_str code;
  vg_buf_reset(doubt);
  while (vg_str_cut(&codes, ' ', &code) && !doubt->n) {
    vg_code rc =
        store_get_text(tx, doubt, "SELECT doubt FROM casework_delay WHERE code = $1", S_ARGS(S_STR(code)), err);
    if (rc != VG_OK && rc != VG_ENOTFOUND)
      return rc;
  }
  return VG_OK;
}

vg_code casework_delay_doubt_after(struct store_tx *tx, vg_str codes, enum vg_lang lang,
                                   char out[static CASEWORK_DOUBT], struct vg_err *err) {
  struct vg_buf doubt;
  vg_buf_init(&doubt, 256);
  vg_code rc = casework_delay_doubt(tx, codes, &doubt, err);
  casework_doubt_after(out, lang, vg_buf_view(&doubt));
  vg_buf_fini(&doubt);
  return rc;
}

const char *casework_word(char out[static CASEWORK_WORD], const char *of, const char *code) {
  snprintf(out, CASEWORK_WORD, "@%s.%s", of, code);
  return out;
}
