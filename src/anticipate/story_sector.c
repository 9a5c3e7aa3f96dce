/* Which sectors a story of the watch is about: those of the companies that met what it names, and those that its words
 * name. */
#include "anticipate/anticipate_internal.h"

#include "watch/watch.h"

enum { WORD_MAX = 32 };

/* Words of a section of NAF rev. 2, French and English, small letters; a plural's s is taken off the text's word. */
static const struct {
  const char *section, *words;
} named[] = {
    {"C", "industrie industriel usine manufacturing manufacturer factory"},
    {"D", "électricité électricien énergie energy electricity utility utilities"},
    {"E", "eau water wastewater sewage déchet"},
    {"G", "commerce retail retailer retailers supermarché supermarket"},
    {"H", "transport transporteur logistique logistics port aéroport airport airline railway"},
    {"I", "hôtel hotel restaurant"},
    {"J", "hébergeur telecom télécom telecommunication opérateur hosting"},
    {"K", "banque bank banking bancaire assurance insurance insurer assureur"},
    {"M", "avocat notaire comptable expert-comptable accountant lawyer"},
    {"O", "mairie commune collectivité municipalité préfecture ministère ministry municipality council government"},
    {"P", "école université lycée school university"},
    {"Q", "hôpital hopital hôpitaux clinique hospital clinic healthcare ehpad"},
};

struct finding {
  struct store_tx *tx;
  int64_t warning;
  int *rank;
  bool told[VG_COUNT(named)];
};

/* Letters, and whatever is no ASCII: accents are letters here. */
static bool letter(char c) { return vg_is_alnum(c) || c == '-' || (unsigned char)c >= 0x80; }

/* Small letters of ASCII, and É of an acronym or a line's beginning. */
static vg_str small(char out[static WORD_MAX], vg_str word) {
  for (size_t i = 0; i < word.n; i++)
    out[i] = (char)(word.p[i] >= 'A' && word.p[i] <= 'Z' ? word.p[i] + 32 : word.p[i]);
  if (word.n > 1 && (unsigned char)out[0] == 0xC3 && (unsigned char)out[1] == 0x89)
    out[1] = (char)0xA9;
  return vg_str_n(out, word.n);
}

static bool listed(const char *words, vg_str word) {
  vg_str rest = vg_str_z(words), one;
  while (vg_str_cut(&rest, ' ', &one))
    if (vg_str_eq(one, word) ||
        (word.n == one.n + 1 && word.p[one.n] == 's' && vg_str_eq(vg_str_sub(word, 0, one.n), one)))
      return true;
  return false;
}

static vg_code put_sector(struct finding *f, vg_str section, const char *message, const char *word,
                          struct vg_err *err) {
  int64_t added;
  VG_TRY(store_change(f->tx, &added,
                      "INSERT INTO anticipate_sector (warning, section) SELECT $1, n.section FROM territory_v_naf n "
                      "WHERE n.section = $2 ON CONFLICT DO NOTHING",
                      S_ARGS(S_INT(f->warning), S_STR(section)), err));
  return added ? warning_reason(f->tx, f->warning, f->rank, message, VG_T(section), word, "", err) : VG_OK;
}

static vg_code look(struct finding *f, vg_str text, struct vg_err *err) {
  char buf[WORD_MAX], shown[WORD_MAX + 1];
  for (size_t at = 0; at < text.n;) {
    size_t end = at;
    while (end < text.n && letter(text.p[end]))
      end++;
    if (end > at && end - at < WORD_MAX) {
      vg_str word = small(buf, vg_str_sub(text, at, end - at));
      for (size_t i = 0; i < VG_COUNT(named); i++)
        if (!f->told[i] && listed(named[i].words, word)) {
          f->told[i] = true;
          VG_TRY(put_sector(f, vg_str_z(named[i].section), "anticipate.reason.sector_word",
                            vg_str_copy(shown, sizeof shown, word), err));
        }
    }
    at = end + 1;
  }
  return VG_OK;
}

static vg_code look_item(void *ctx, const struct watch_item *i, struct vg_err *err) {
  VG_TRY(look(ctx, i->title, err));
  return look(ctx, i->text, err);
}

vg_code story_sectors(struct store_tx *tx, int64_t warning, int64_t story, int *rank, struct vg_err *err) {
  struct finding f = {.tx = tx, .warning = warning, .rank = rank};
  struct store_rows *q;
  vg_code rc = VG_OK;
  /* Each section as often as there are companies in it that met a named value. */
  VG_TRY(store_query(
      tx, &q,
      "SELECT o.naf, COUNT(DISTINCT o.id) FROM anticipate_value v JOIN intel_v_sighting s ON s.type = v.type AND "
      "s.value = v.value AND s.withdrawn = 0 JOIN territory_v_org o ON o.id = s.org_id WHERE v.warning = $1 AND "
      "o.naf <> '' GROUP BY o.naf ORDER BY o.naf",
      S_ARGS(S_INT(warning)), err));
  while (rc == VG_OK && store_next(q))
    rc = put_sector(&f, store_str(q, 0), "anticipate.reason.sector_seen", VG_N(store_int(q, 1)), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  VG_TRY(rc != VG_OK ? rc : ended);
  return watch_each_item(tx, story, look_item, &f, err);
}
