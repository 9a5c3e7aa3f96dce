/*
 * The same questions, eight tokens at a time, with AVX-512: part of ask.h. What is strange about a token (dots at its
 * end, an escape in front, the beginning of the text near) sends it through the plain way.
 */
/* Without optimisation gcc's gathers are macros that pass a mask of 0xff as a char. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
enum { EIGHT_ROOM = 32 }; /* bytes in front of a token's end that may be read */
#define ALL(x) _mm512_set1_epi64((long long)(x))

/* As recent(). */
INLINE __m512i recent_eight(const uint64_t *bits, __m512i e) {
  const __m512i at = _mm512_add_epi64(e, ALL(63));
  const __m512i v = _mm512_i64gather_epi64(_mm512_srli_epi64(at, 3), (const unsigned char *)bits - 7, 1);
  return _mm512_sllv_epi64(v, _mm512_andnot_si512(at, ALL(7)));
}
INLINE __m512i places_eight(const uint16_t *at) {
  return _mm512_cvtepu16_epi64(_mm_loadu_si128((const __m128i_u *)(const void *)at));
}
INLINE __m512i not_eight(__m512i v) { return _mm512_ternarylogic_epi64(v, v, v, 0x55); }

INLINE __m512i four_texts(const unsigned char *t, const uint16_t *e) {
#define TEXT(i) _mm_loadu_si128((const __m128i_u *)(const void *)(t + e[i] - 16))
  const __m256i a = _mm256_inserti128_si256(_mm256_castsi128_si256(TEXT(0)), TEXT(2), 1);
  const __m256i b = _mm256_inserti128_si256(_mm256_castsi128_si256(TEXT(4)), TEXT(6), 1);
#undef TEXT
  return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

/* As tail_hash(). */
INLINE __m512i tail_eight(const unsigned char *t, const uint16_t *e, __m512i tail, uint64_t salt) {
  const __m512i a = four_texts(t, e), b = four_texts(t, e + 1), lower = ALL(GATE_LOWER), ones = ALL(-1);
  const __m512i bits = _mm512_slli_epi64(tail, 3), none = _mm512_setzero_si512();
  const __m512i lo_mask = _mm512_sllv_epi64(ones, _mm512_sub_epi64(ALL(128), bits));
  const __m512i hi_mask = _mm512_sllv_epi64(ones, _mm512_max_epi64(_mm512_sub_epi64(ALL(64), bits), none));
  __m512i lo = _mm512_and_si512(_mm512_or_si512(_mm512_unpacklo_epi64(a, b), lower), lo_mask);
  __m512i hi = _mm512_and_si512(_mm512_or_si512(_mm512_unpackhi_epi64(a, b), lower), hi_mask);
  lo = _mm512_mullo_epi64(_mm512_xor_si512(lo, ALL(salt ^ GATE_ADD_LOW)), ALL(GATE_MUL_LOW));
  hi = _mm512_mullo_epi64(_mm512_xor_si512(hi, ALL(GATE_ADD_HIGH)), ALL(GATE_MUL_HIGH));
  __m512i h = _mm512_xor_si512(hi, _mm512_rol_epi64(lo, 32));
  h = _mm512_xor_si512(h, _mm512_srli_epi64(h, 32));
  return _mm512_mullo_epi64(h, ALL(GATE_MUL_END));
}

/* The byte before the last `run` of each token. */
INLINE __m512i front_eight(const unsigned char *t, __m512i e, __m512i run, __mmask8 which) {
  const __m512i v = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), which, _mm512_sub_epi64(e, run), t - 8, 1);
  return _mm512_srli_epi64(v, 56);
}

INLINE void candidates(struct kernel_found *f, __m512i e, __mmask8 which, unsigned kind, __m512i h) {
  const __m512i asked = _mm512_or_si512(_mm512_slli_epi64(e, 2), ALL(kind));
  _mm512_storeu_si512((void *)(f->hash + f->asks), _mm512_maskz_compress_epi64(which, h));
  _mm256_storeu_si256((__m256i_u *)(void *)(f->asked + f->asks),
                      _mm512_cvtepi64_epi32(_mm512_maskz_compress_epi64(which, asked)));
  f->asks += (uint32_t)_mm_popcnt_u32(which);
}

/* Sends for the words of the gate, all but the last `lag`: what was just written is not read at once. */
INLINE uint32_t send(const struct pack *p, const struct kernel_found *f, uint32_t from, uint32_t lag) {
  for (; from + lag < f->asks && !p->blind; from++)
    __builtin_prefetch(&p->gate[f->hash[from] >> p->gate_shift]);
  return from;
}
enum { SEND_LAG = 16 };

INLINE void ask_names(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  const __m512i room = ALL(EIGHT_ROOM - before);
  uint32_t sent = f->asks, i = 0;
  for (; i + 8 <= f->names; i += 8) {
    const uint16_t *at = f->name + i;
    const __m512i e = places_eight(at);
    const __m512i w = recent_eight(f->host, e), d = recent_eight(f->dot, e);
    __mmask8 strange = _mm512_movepi64_mask(d) | _mm512_cmplt_epi64_mask(e, room);
    const __m512i run = _mm512_lzcnt_epi64(not_eight(w));
    const __m512i dots = _mm512_or_si512(_mm512_and_si512(d, ALL(NAME_DOTS)), ALL(NAME_FAR));
    const __m512i first = _mm512_srlv_epi64(ALL(UINT64_C(1) << 63), _mm512_lzcnt_epi64(dots));
    const __m512i second = _mm512_lzcnt_epi64(_mm512_xor_si512(dots, first));
    const __m512i tail = _mm512_min_epi64(_mm512_min_epi64(second, run), ALL(16));
    const __mmask8 escapes = _mm512_cmplt_epi64_mask(run, ALL(KERNEL_ROOM - 1)) & (__mmask8)~strange;
    const __m512i front = front_eight(t, e, run, escapes);
    strange |= _mm512_cmpeq_epi64_mask(front, ALL('\\')) | _mm512_cmpeq_epi64_mask(front, ALL('%'));
    if (__builtin_expect(!_mm512_cmplt_epi64_mask(e, room), 1))
      candidates(f, e, (__mmask8)~strange, EV_NAME, tail_eight(t, at, tail, 0));
    else
      strange = 0xff;
    for (unsigned m = strange; m; m &= m - 1)
      ask_name(p, f, t, before, at[__builtin_ctz(m)]);
    sent = send(p, f, sent, SEND_LAG);
  }
  for (; i < f->names; i++)
    ask_name(p, f, t, before, f->name[i]);
  (void)send(p, f, sent, 0);
}

INLINE void keep_eight(uint16_t *to, __m512i e, __mmask8 which) {
  _mm_storeu_si128((__m128i_u *)(void *)to, _mm512_cvtepi64_epi16(_mm512_maskz_compress_epi64(which, e)));
}

/* Of addresses that listed networks may have ("a.b." is at hand): in which lanes. */
INLINE __mmask8 nets_eight(const struct pack *p, const unsigned char *t, __m512i start, __m512i own, __mmask8 which) {
  const __m512i one = ALL(1), rest = _mm512_and_si512(own, _mm512_sub_epi64(own, one));
  const __m512i two =
      _mm512_add_epi64(_mm512_popcnt_epi64(_mm512_andnot_si512(rest, _mm512_sub_epi64(rest, one))), one);
  which &= _mm512_cmple_epi64_mask(two, ALL(8));
  const __m512i text = _mm512_and_si512(
      _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), which, _mm512_add_epi64(start, two), t - 8, 1),
      _mm512_sllv_epi64(ALL(-1), _mm512_sub_epi64(ALL(64), _mm512_slli_epi64(two, 3))));
  const __m512i bit =
      _mm512_srli_epi64(_mm512_mullo_epi64(_mm512_xor_si512(text, _mm512_srli_epi64(text, 32)), ALL(NET4_MUL)), 48);
  const __m512i word = _mm512_i64gather_epi64(_mm512_srli_epi64(bit, 6), p->net4_map, 8);
  return _mm512_mask_test_epi64_mask(which, _mm512_srlv_epi64(word, _mm512_and_si512(bit, ALL(63))), one);
}

INLINE void ask_numbers(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  const __m512i room = ALL(EIGHT_ROOM - before);
  uint32_t sent = f->asks, odd = 0, kept = 0, i = 0;
  /* Most dotted numbers are none of interest: those of three dots and 7-15 bytes are kept. */
  for (; i + 8 <= f->numbers; i += 8) {
    const __m512i e = places_eight(f->number + i);
    const __m512i w = recent_eight(f->host, e), d = recent_eight(f->dot, e);
    const __mmask8 early = _mm512_cmplt_epi64_mask(e, room);
    const __m512i run = _mm512_lzcnt_epi64(not_eight(w));
    const __m512i own = _mm512_srlv_epi64(d, _mm512_and_si512(_mm512_sub_epi64(ALL(64), run), ALL(63)));
    const __m512i front = front_eight(t, e, _mm512_min_epi64(run, ALL(18)), (__mmask8)~early);
    const __mmask8 strange = early | _mm512_movepi64_mask(d) | _mm512_test_epi64_mask(own, ALL(1)) |
                             _mm512_cmpeq_epi64_mask(front, ALL('%'));
    const __mmask8 fit = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(run, ALL(7)), ALL(9)) &
                         _mm512_cmpeq_epi64_mask(_mm512_popcnt_epi64(own), ALL(3)) & (__mmask8)~strange;
    const __mmask8 look = strange & _mm512_cmpge_epi64_mask(run, ALL(7));
    keep_eight(f->kept + kept, e, fit);
    keep_eight(f->odd + odd, e, look);
    _mm512_storeu_si512((void *)(f->run + kept), _mm512_maskz_compress_epi64(fit, run));
    _mm512_storeu_si512((void *)(f->own + kept), _mm512_maskz_compress_epi64(fit, own));
    kept += (uint32_t)_mm_popcnt_u32(fit), odd += (uint32_t)_mm_popcnt_u32(look);
  }
  for (; i < f->numbers; i++)
    f->odd[odd++] = f->number[i];
  for (i = 0; i + 8 <= kept; i += 8) {
    const uint16_t *at = f->kept + i;
    const __m512i e = places_eight(at);
    const __m512i run = _mm512_loadu_si512((const void *)(f->run + i));
    __mmask8 near = 0;
    if (p->net4) {
      near = nets_eight(p, t, _mm512_sub_epi64(e, run), _mm512_loadu_si512((const void *)(f->own + i)), 0xff);
      for (unsigned m = near; m; m &= m - 1)
        pass(f, EV_NUMBER, at[__builtin_ctz(m)]);
    }
    candidates(f, e, (__mmask8)~near, EV_NUMBER, tail_eight(t, at, run, GATE_WHOLE));
    sent = send(p, f, sent, SEND_LAG);
  }
  for (; i < kept; i++)
    ask_odd_number(p, f, t, before, f->kept[i]);
  for (i = 0; i < odd; i++)
    ask_odd_number(p, f, t, before, f->odd[i]);
  (void)send(p, f, sent, 0);
}
/* Those of a listed length are kept; what is strange about a token is rare. */
INLINE void ask_tokens(const struct pack *p, struct kernel_found *f, const unsigned char *t, ptrdiff_t before) {
  const __m512i room = ALL(EIGHT_ROOM - before), one = ALL(1), lens = ALL(p->anchor_lens),
                most = ALL(p->anchor_long ? 65 : WINDOW);
  uint32_t sent = f->asks, odd = 0, kept = 0, i = 0;
  for (; i + 8 <= f->tokens; i += 8) {
    const __m512i e = places_eight(f->token + i);
    const __m512i w = recent_eight(f->host, e), d = recent_eight(f->dot, e);
    const __m512i run = _mm512_lzcnt_epi64(not_eight(w));
    const __mmask8 early = _mm512_cmplt_epi64_mask(e, _mm512_add_epi64(room, run)),
                   some = _mm512_cmpge_epi64_mask(run, ALL(3)) & _mm512_cmplt_epi64_mask(run, most);
    const __m512i first = _mm512_srlv_epi64(d, _mm512_sub_epi64(ALL(64), run));
    const __m512i front = front_eight(t, e, run, (__mmask8)(some & ~early));
    const __mmask8 strange = early | _mm512_movepi64_mask(d) | _mm512_test_epi64_mask(first, one) |
                             _mm512_cmpge_epi64_mask(run, ALL(WINDOW)) | _mm512_cmpeq_epi64_mask(front, ALL('\\')) |
                             _mm512_cmpeq_epi64_mask(front, ALL('%'));
    const __mmask8 fit = (__mmask8)(some & ~strange) & _mm512_test_epi64_mask(_mm512_srlv_epi64(lens, run), one);
    keep_eight(f->kept + kept, e, fit);
    keep_eight(f->odd + odd, e, strange & some);
    _mm512_storeu_si512((void *)(f->run + kept), _mm512_maskz_compress_epi64(fit, run));
    kept += (uint32_t)_mm_popcnt_u32(fit), odd += (uint32_t)_mm_popcnt_u32(strange & some);
  }
  for (; i < f->tokens; i++)
    f->odd[odd++] = f->token[i];
  for (i = 0; i + 8 <= kept; i += 8) {
    const uint16_t *at = f->kept + i;
    const __m512i tail = _mm512_min_epi64(_mm512_loadu_si512((const void *)(f->run + i)), ALL(16));
    const __m512i h = tail_eight(t, at, tail, GATE_WHOLE), bit = _mm512_srli_epi64(h, 46);
    const __m512i word = _mm512_i64gather_epi64(_mm512_srli_epi64(bit, 6), p->anchor_map, 8);
    const __mmask8 some = _mm512_test_epi64_mask(_mm512_srlv_epi64(word, _mm512_and_si512(bit, ALL(63))), one);
    candidates(f, places_eight(at), some, EV_TOKEN, h);
    sent = send(p, f, sent, SEND_LAG);
  }
  for (; i < kept; i++)
    ask_token(p, f, t, before, f->kept[i]);
  for (i = 0; i < odd; i++)
    ask_token(p, f, t, before, f->odd[i]);
  (void)send(p, f, sent, 0);
}
#undef ALL
#pragma GCC diagnostic pop
