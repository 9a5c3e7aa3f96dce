#include "cli/cli.h"

#include "intel/intel.h"

extern const struct cli_command cmd_intel_note;

struct note {
  struct intel_saying s;
  struct vg_id id;
};

/* Who names a value, so that one can speak of it without the id of what names it. */
struct naming {
  struct vg_buf ids; /* and their sources */
  struct vg_id first;
  int64_t n;
};

static vg_code one_naming(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct naming *x = ctx;
  if (x->n++ == 0)
    vg_str_copy(x->first.s, sizeof x->first.s, v->object_id);
  vg_buf_fmt(&x->ids, "\n  %.*s  %.*s", (int)v->object_id.n, v->object_id.p, (int)v->source.n, v->source.p);
  return vg_buf_check(&x->ids, err);
}

static vg_code by_value(struct store_tx *tx, vg_str what, struct vg_id *id, struct vg_err *err) {
  enum indicator_type type;
  struct naming x = {0};
  struct vg_buf value;
  if (!intel_type_of(what, &type))
    return VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(what));
  vg_buf_init(&value, 1 << 16);
  vg_buf_init(&x.ids, 1 << 16);
  vg_code rc = intel_normalise(type, what, &value)
                   ? intel_each_assertion(tx, type, vg_buf_view(&value), one_naming, &x, err)
                   : vg_buf_check(&value, err);
  if (rc == VG_OK && x.n != 1)
    rc = x.n ? VG_FAIL(err, VG_EUSAGE, "cli.intel_note.several", VG_T(what), vg_buf_text(&x.ids))
             : VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(what));
  *id = x.first;
  vg_buf_fini(&x.ids);
  vg_buf_fini(&value);
  return rc;
}

static vg_code write_note(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct note *n = ctx;
  struct intel_saying s = n->s;
  struct vg_id named;
  if (!vg_id_ok(s.about)) {
    VG_TRY(by_value(tx, s.about, &named, err));
    s.about = vg_str_z(named.s);
  }
  return intel_say(tx, who, &s, &n->id, err);
}

static int run(struct cli *c, int argc, char **argv) {
  struct note n = {0};
  const struct cli_option options[] = {{"opinion", CLI_TEXT, &n.s.opinion}, {0}};
  int status = cli_parse(c, &cmd_intel_note, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 1 || (argc < 2 && !n.s.opinion))
    return cli_usage(c, &cmd_intel_note, "cli.missing", argc ? "TEXT" : "ID");
  if (argc > 2)
    return cli_usage(c, &cmd_intel_note, "cli.too_many", argv[2]);
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  n.s.about = vg_str_z(argv[0]);
  n.s.text = argc > 1 ? vg_str_trim(vg_str_z(argv[1])) : VG_STR("");
  n.s.lang = c->lang == VG_FR ? "fr" : "en";
  n.s.self = instance_id(c->instance);
  status = cli_write(c, write_note, &n);
  if (status != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", n.id.s);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.intel_note.done", n.id.s);
  }
  return CLI_OK;
}

const struct cli_command cmd_intel_note = {"intel note", "cli.intel_note", "cli.intel_note.usage", run};
