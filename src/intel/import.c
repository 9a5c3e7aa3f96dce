/* Importing: one object after the other into one transaction; a bad one is named and costs only itself. */
#include "base/jsonw.h"
#include "intel/batch.h"
#include "intel/lift.h"
#include "intel/rule.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void pair(const unsigned char *left, const unsigned char *right, unsigned char *out) {
  unsigned char digest[VG_SHA256_SIZE];
  vg_sha256_of((const vg_str[]){VG_STR("\x01"), {(const char *)left, 32}, {(const char *)right, 32}}, 3, digest);
  memcpy(out, digest, 32);
}

void root_add(struct root *r, const unsigned char leaf[static 32]) {
  unsigned char digest[VG_SHA256_SIZE];
  size_t level = 0;
  vg_sha256_of((const vg_str[]){{"\0", 1}, {(const char *)leaf, 32}}, 2, digest);
  for (uint64_t n = r->n++; n & 1; n >>= 1, level++)
    pair(r->node[level], digest, digest);
  memcpy(r->node[level], digest, 32);
}

void root_end(const struct root *r, unsigned char out[static 32]) {
  bool any = false;
  memset(out, 0, 32);
  for (size_t level = 0; level < 64; level++) {
    if (!(r->n >> level & 1))
      continue;
    if (any)
      pair(r->node[level], out, out);
    else
      memcpy(out, r->node[level], 32);
    any = true;
  }
}

/* What was fetched lies in a file of ours, or below a directory of ours. */
const char *import_name(struct import *im) {
  size_t n = strlen(im->root_path);
  if (!im->in->name || strncmp(im->in->path, im->root_path, n) != 0)
    return im->in->path;
  snprintf(im->named, sizeof im->named, "%s%s", im->in->name, im->in->path + n);
  return im->named;
}

vg_code import_whole(struct import *im, vg_str *text, struct vg_err *err) {
  while (!im->input.ended)
    VG_TRY(intel_input_more(&im->input, import_name(im), err));
  *text = intel_input_view(&im->input);
  return VG_OK;
}

static const char *const format_names[INTEL_FORMATS] = {NULL,    "stix", "misp", "csv",  "text",    "yara",
                                                        "sigma", "kev",  "epss", "csaf", "openioc", "report"};

const char *intel_format_name(enum intel_format f) { return format_names[f]; }

bool intel_format_by_name(vg_str name, enum intel_format *out) {
  for (size_t i = 1; i < INTEL_FORMATS; i++) {
    if (vg_str_eqz(name, format_names[i])) {
      *out = (enum intel_format)i;
      return true;
    }
  }
  return false;
}

enum intel_format intel_format_of_file(vg_str name) {
  static const struct {
    const char *end;
    enum intel_format format;
  } ends[] = {{".yar", FORMAT_YARA},    {".yara", FORMAT_YARA},   {".yml", FORMAT_SIGMA},   {".yaml", FORMAT_SIGMA},
              {".ioc", FORMAT_OPENIOC}, {".eml", FORMAT_REPORT},  {".msg", FORMAT_REPORT},  {".pdf", FORMAT_REPORT},
              {".htm", FORMAT_REPORT},  {".html", FORMAT_REPORT}, {".docx", FORMAT_REPORT}, {".md", FORMAT_REPORT},
              {".adoc", FORMAT_REPORT}, {".rst", FORMAT_REPORT}};
  for (size_t i = 0; i < VG_COUNT(ends); i++)
    if (vg_str_ends_ci(name, vg_str_z(ends[i].end)))
      return ends[i].format;
  return FORMAT_GUESS;
}

/* "hashes.csv" of a MISP feed: the MD5 of each value, whatever it is, and its event. They are no digests of files. */
static bool is_hashes_of_feed(vg_str text) {
  vg_str line, hash;
  if (!vg_str_line(&text, &line) || !vg_str_cut(&line, ',', &hash) || hash.n != 32 || vg_str_trim(line).n != 36)
    return false;
  for (size_t i = 0; i < hash.n; i++)
    if (!vg_is_hex(hash.p[i]))
      return false;
  line = vg_str_trim(line);
  return line.p[8] == '-' && line.p[13] == '-' && line.p[18] == '-' && line.p[23] == '-';
}

static bool holds_key(vg_str text, const char *quoted) {
  const vg_str key = vg_str_z(quoted);
  for (size_t at = 0; (at = vg_str_find(text, key, at)) != SIZE_MAX;) {
    at += key.n;
    while (at < text.n && vg_is_space(text.p[at]))
      at++;
    if (at < text.n && text.p[at] == ':')
      return true;
  }
  return false;
}

/* JSON by keys that only one of the forms has, as far as it was read: what stands before them may be long. */
static enum intel_format guess_json(vg_str text) {
  static const struct {
    const char *key, *also;
    enum intel_format format;
  } keys[] = {{"\"csaf_version\"", NULL, FORMAT_CSAF},
              {"\"vulnerabilities\"", "\"cveID\"", FORMAT_KEV},
              {"\"catalogVersion\"", "\"vulnerabilities\"", FORMAT_KEV},
              {"\"Event\"", NULL, FORMAT_MISP},
              {"\"response\"", "\"Attribute\"", FORMAT_MISP}};
  for (size_t i = 0; i < VG_COUNT(keys); i++)
    if (holds_key(text, keys[i].key) && (!keys[i].also || holds_key(text, keys[i].also)))
      return keys[i].format;
  return FORMAT_STIX;
}

/* {...,"objects"...} is a bundle, {"Event" or {"response" MISP; a first line with "type" and "value" CSV; else a list.
 */
static enum intel_format guess(const char *path, vg_str text) {
  vg_str head = vg_str_sub(vg_str_trim(text), 0, 4096), line = VG_STR("");
  enum intel_format named = intel_format_of_file(vg_str_z(path));
  if (named != FORMAT_GUESS && named != FORMAT_REPORT)
    return named;
  if (head.n && head.p[0] == '<' &&
      (vg_str_find(head, VG_STR("<ioc"), 0) != SIZE_MAX || vg_str_find(head, VG_STR("<OpenIOC"), 0) != SIZE_MAX))
    return FORMAT_OPENIOC;
  if (yara_begins(head))
    return FORMAT_YARA;
  if (vg_str_starts(head, VG_STR("#model_version:")) || vg_str_starts(head, VG_STR("cve,epss")))
    return FORMAT_EPSS;
  if (vg_str_find(vg_str_sub(head, 0, 200), VG_STR("cveID,"), 0) != SIZE_MAX && head.p[0] != '{')
    return FORMAT_KEV;
  if (head.n && (head.p[0] == '{' || head.p[0] == '['))
    return guess_json(text);
  do /* comments may stand before the heading */
    (void)vg_str_line(&head, &line);
  while (head.n && (vg_str_trim(line).n == 0 || vg_str_trim(line).p[0] == '#'));
  bool table = vg_str_find_byte(line, ',', 0) != SIZE_MAX || vg_str_find_byte(line, '\t', 0) != SIZE_MAX ||
               vg_str_find_byte(line, ';', 0) != SIZE_MAX;
  return table ? FORMAT_CSV : FORMAT_TEXT;
}

typedef vg_code reader(struct import *im, struct vg_err *err);

static reader *reader_of(enum intel_format format) {
  static reader *const readers[INTEL_FORMATS] = {
      [FORMAT_MISP] = import_misp, [FORMAT_CSV] = import_csv,     [FORMAT_TEXT] = import_list,
      [FORMAT_YARA] = import_yara, [FORMAT_SIGMA] = import_sigma, [FORMAT_KEV] = import_kev,
      [FORMAT_EPSS] = import_epss, [FORMAT_CSAF] = import_csaf,   [FORMAT_OPENIOC] = import_openioc};
  return readers[format] ? readers[format] : import_stix;
}

/* A program or a licence: lines enough, and not one is a value. */
static bool is_no_list(vg_str text) {
  enum { ENOUGH = 10 };
  enum indicator_type type;
  vg_str line;
  size_t lines = 0;
  while (text.n && vg_str_line(&text, &line)) {
    vg_str value = line_value(line, NULL);
    if (value.n == 0)
      continue;
    if (intel_type_by_form(&type, &value))
      return false;
    lines++;
  }
  return lines >= ENOUGH;
}

/* What is longer is worth a thread. */
enum { PIPE_FROM = 1 << 20 };

static vg_code import_by_format(struct import *im, struct vg_err *err) {
  enum intel_format format = im->in->format;
  VG_TRY(intel_input_more(&im->input, import_name(im), err));
  if (format == FORMAT_GUESS)
    format = guess(im->in->path, intel_input_view(&im->input));
  if (im->in->format == FORMAT_GUESS && format == FORMAT_TEXT && im->input.ended &&
      is_no_list(intel_input_view(&im->input)))
    return VG_FAIL(err, VG_EDATA, "intel.no_list", import_name(im));
  if (im->in->format == FORMAT_GUESS && format == FORMAT_CSV && is_hashes_of_feed(intel_input_view(&im->input)))
    return VG_FAIL(err, VG_EDATA, "intel.misp_hashes", import_name(im));
  reader *read = reader_of(format);
  bool here = im->input.ended || im->input.window.n < PIPE_FROM || format == FORMAT_OPENIOC; /* which runs a cell */
  return here ? read(im, err) : import_piped(im, read, err);
}

static vg_code one_file(struct import *im, const char *path, struct vg_err *err) {
  bool report = im->in->format == FORMAT_REPORT;
  if (im->in->format == FORMAT_GUESS && !im->in->text.p && intel_format_of_file(vg_str_z(path)) == FORMAT_REPORT)
    report = true; /* prose, also when it looks like plain lines */
  else if (im->in->format == FORMAT_GUESS && !im->in->text.p)
    VG_TRY(import_is_document(path, &report, err));
  if (report)
    return import_report(im, err);
  VG_TRY(intel_input_open(&im->input, path, im->in->text, im->in->stop, err));
  intel_input_idle(&im->input, im);
  vg_code rc = import_by_format(im, err);
  intel_input_close(&im->input);
  return rc;
}

static int visible(const struct dirent *e) { return e->d_name[0] != '.'; }

/* The table of contents of a MISP feed holds no event: its events lie beside it. */
static bool contents_of_feed(const char *directory, const char *name) {
  char manifest[4200];
  snprintf(manifest, sizeof manifest, "%s/manifest.json", directory);
  return strcmp(name, "manifest.json") == 0 || (strcmp(name, "hashes.csv") == 0 && access(manifest, F_OK) == 0);
}

/* Every file below, in the order of names. One that cannot be read at all is named and the others go on. */
static vg_code directory(struct import *im, const char *path, int depth, struct vg_err *err) {
  struct dirent **names;
  const char *whole = im->in->path;
  int n = scandir(path, &names, visible, alphasort);
  vg_code rc = n < 0 ? VG_FAIL_SYS(err, "base.open", path) : VG_OK;
  for (int i = 0; i < n; i++) {
    char file[4096];
    struct stat st;
    int length = snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
    if (rc == VG_OK && !contents_of_feed(path, names[i]->d_name) && length > 0 && length < (int)sizeof file &&
        lstat(file, &st) == 0) {
      struct vg_err reason = {0};
      im->in->path = file;
      if (S_ISDIR(st.st_mode) && depth < 16)
        rc = directory(im, file, depth + 1, err);
      else if (S_ISREG(st.st_mode) && (rc = one_file(im, file, &reason)) == VG_EDATA) {
        rc = import_reject(im, "byte", 0, &reason, err);
      } else if (rc != VG_OK && err && reason.n)
        *err = reason;
      im->in->path = whole;
    }
    free(names[i]);
  }
  if (n >= 0)
    free(names);
  return rc;
}

/* Each as if it were a file, by its own source. */
static vg_code lists(struct import *im, struct vg_err *err) {
  struct intel_import *in = im->in;
  const struct intel_import whole = *in;
  vg_code rc = VG_OK;
  VG_ASSERT(!in->parts);
  for (size_t i = 0; i < in->list_count && rc == VG_OK; i++) {
    const struct intel_listing *l = &in->lists[i];
    in->path = l->name;
    in->source = l->source;
    in->text = l->text;
    rc = import_source(im, err);
    if (rc == VG_OK)
      rc = one_file(im, l->name, err);
  }
  in->path = whole.path;
  in->source = whole.source;
  in->text = whole.text;
  return rc;
}

/* What is read of a path: nothing, a file, a large one or a pipe, a directory. */
enum extent { NO_FILE, SMALL_FILE, LONG_FILE, DIRECTORY };

static enum extent extent_of(const struct intel_import *in, int64_t *bytes) {
  struct stat st;
  if (in->lists || in->text.p)
    return NO_FILE;
  if (stat(in->path, &st) != 0)
    return strcmp(in->path, "-") == 0 ? LONG_FILE : NO_FILE;
  if (S_ISREG(st.st_mode))
    *bytes = st.st_size;
  return S_ISDIR(st.st_mode) ? DIRECTORY : S_ISREG(st.st_mode) && st.st_size < PIPE_FROM ? SMALL_FILE : LONG_FILE;
}

static vg_code read_all(struct import *im, enum extent extent, struct vg_err *err) {
  if (im->in->lists)
    return lists(im, err);
  VG_TRY(import_source(im, err));
  if (extent >= LONG_FILE)
    VG_TRY(part_note(im, err));
  return extent == DIRECTORY ? directory(im, im->in->path, 0, err) : one_file(im, im->in->path, err);
}

static void write_lists(struct vg_jw *w, const struct intel_import *in) {
  vg_jw_key(w, "lists");
  vg_jw_arr(w);
  for (size_t i = 0; i < in->list_count; i++) {
    vg_jw_obj(w);
    vg_jw_kz(w, "file", in->lists[i].name);
    vg_jw_kz(w, "source", in->lists[i].source);
    vg_jw_end(w);
  }
  vg_jw_end(w);
}

static vg_code record(struct import *im, const struct actor *who, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  unsigned char root[32];
  char hex[65], subject[VG_ID_MAX];
  root_end(&im->root, root);
  vg_buf_init(&body, 1 << 20);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  if (im->in->lists)
    write_lists(&w, im->in);
  else
    vg_jw_kz(&w, "file", import_name(im));
  vg_jw_kz(&w, "source", im->in->source);
  vg_jw_kint(&w, "added", im->in->added);
  vg_jw_kint(&w, "updated", im->in->updated);
  vg_jw_kint(&w, "asserted", im->in->asserted);
  vg_jw_kint(&w, "rejected", im->in->rejected);
  vg_jw_kint(&w, "broken", im->in->uses.n[USE_BROKEN]);
  vg_jw_kz(&w, "root", vg_hex(hex, root, sizeof root));
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(im->tx, who, "intel.imported", vg_str_copy(subject, sizeof subject, vg_str_z(im->in->source)),
                       vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

/* PostgreSQL plans by what it knows of its tables, and would learn of so many rows minutes later. (SQLite has no such
 * need: where more than one index may lead, our statements say which.) */
enum { ANALYSE_FROM = 5000 };

static vg_code analyse(const struct import *im, struct vg_err *err) {
  if (!store_is_postgres(store_of(im->tx)) || im->in->added + im->in->updated < ANALYSE_FROM)
    return VG_OK;
  return store_exec(im->tx,
                    "ANALYZE intel_node, intel_key_row, intel_assertion, intel_literal_row, intel_ref, intel_text",
                    S_NOARGS, err);
}

/* Of many rows with one key an import wants the first few: a bitmap would first be made of all. And it looks for what
 * it names by an index, however small the tables were when that was planned. */
static vg_code read_few(const struct import *im, const char *bitmaps, const char *tables, struct vg_err *err) {
  if (!store_is_postgres(store_of(im->tx)))
    return VG_OK;
  VG_TRY(store_exec(im->tx, bitmaps, S_NOARGS, err));
  return store_exec(im->tx, tables, S_NOARGS, err);
}

vg_code intel_import(struct store_tx *tx, const struct actor *who, struct intel_import *in, struct vg_err *err) {
  struct import im = {.tx = tx, .who = who, .in = in, .root_path = in->path ? in->path : "", .last_node = -1};
  const enum extent extent = extent_of(in, &im.file_bytes);
  vg_code rc = VG_OK;
  in->uses = (struct intel_uses){0};
  in->read = in->added = in->updated = in->asserted = in->rejected = in->lifted = 0;
  vg_buf_init(&im.shown, 4 << 20);
  VG_GO(vg_json_new(&im.json, err));
  VG_GO(vg_json_new(&im.inner, err));
  VG_GO(vg_json_new(&im.one, err));
  VG_GO(vg_json_new(&im.other, err));
  VG_GO(intel_body_new(&im.body, err));
  VG_GO(intel_body_new(&im.packer, err));
  VG_GO(batch_new(&im.batch, err));
  VG_GO(rows_new(&im.waiting, err));
  VG_GO(sieve_new(&im.sieve, err));
  if (extent >= LONG_FILE)
    VG_GO(part_announce(&im, err));
  VG_GO(intel_import_turn(tx, in->stop, err));
  VG_GO(part_begin(&im, err));
  VG_GO(read_few(&im, "SET LOCAL enable_bitmapscan = off", "SET LOCAL enable_seqscan = off", err));
  rc = read_all(&im, extent, err);
  if (rc == VG_EDATA) /* what was refused before is told all the same */
    (void)batch_hand_on(&im, true, NULL);
  if (rc != VG_OK)
    goto out;
  VG_GO(batch_hand_on(&im, true, err));
  VG_GO(rows_write(&im, err));
  VG_GO(read_few(&im, "SET LOCAL enable_bitmapscan TO DEFAULT", "SET LOCAL enable_seqscan TO DEFAULT", err));
  VG_GO(analyse(&im, err));
  in->read = im.read;
  in->rejected = im.rejected;
  in->lifted = im.lifted;
  VG_GO(record(&im, who, err));
  VG_GO(part_end(&im, err));
out:
  if (rc != VG_OK)
    part_fail(&im);
  intel_input_close(&im.input);
  intel_body_free(im.body);
  intel_body_free(im.packer);
  lift_free(im.lift);
  batch_free(im.batch);
  rows_free(im.waiting);
  sieve_free(im.sieve);
  vg_buf_fini(&im.shown);
  vg_json_free(im.json);
  vg_json_free(im.inner);
  vg_json_free(im.one);
  vg_json_free(im.other);
  return rc;
}
