#include "cli/cli.h"

#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "evaluation/evaluation.h"

extern const struct cli_command cmd_evaluate_compute;

enum { FILE_MAX = 256 << 20, DEPTH = 8 };

static void value(vg_jv v) {
  vg_str s;
  double d;
  bool b;
  if (vg_jv_str(v, &s))
    printf("%.*s\n", (int)s.n, s.p);
  else if (vg_jv_bool(v, &b))
    printf("%s\n", b ? "true" : "false");
  else if (vg_jv_f64(v, &d))
    printf("%.10g\n", d);
  else
    printf("-\n");
}

static void tree(vg_jv v, int depth) {
  struct vg_jit it;
  vg_str key;
  vg_jv one;
  for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &one);) {
    bool inner = vg_jv_type(one) == VG_J_OBJ || vg_jv_type(one) == VG_J_ARR;
    printf("%*s", 2 * depth, "");
    if (it.obj)
      printf("%-*.*s", inner ? 0 : 20 - 2 * depth, (int)key.n, key.p);
    printf("%s", inner ? "\n" : " ");
    if (inner && depth < DEPTH)
      tree(one, depth + 1);
    else
      value(one);
  }
}

/* The object as a line of JSON, or as indented names and values. */
static vg_code print(struct cli *c, const struct vg_buf *out, struct vg_err *err) {
  struct vg_json *j;
  vg_jv root;
  if (c->json) {
    printf("%.*s\n", (int)out->n, out->p);
    return VG_OK;
  }
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, vg_buf_view(out), &root, err);
  if (rc == VG_OK)
    tree(root, 0);
  vg_json_free(j);
  return rc;
}

static int run_compute(struct cli *c, int argc, char **argv) {
  const char *params = "";
  const struct cli_option options[] = {{"param", CLI_TEXT, &params}, {0}};
  struct vg_err err = {0};
  struct vg_buf in, out;
  int status = cli_parse(c, &cmd_evaluate_compute, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_evaluate_compute, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2 ? argv[2]
                     : argc   ? "FILE"
                              : "STATISTIC");
  vg_buf_init(&in, FILE_MAX);
  vg_buf_init(&out, FILE_MAX);
  c->file = argv[1];
  vg_code rc = vg_file_read(argv[1], &in, &err);
  if (rc == VG_OK)
    rc = evaluation_compute(argv[0], vg_buf_view(&in), vg_str_z(params), &out, &err);
  if (rc == VG_OK)
    rc = print(c, &out, &err);
  vg_buf_fini(&in);
  vg_buf_fini(&out);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

const struct cli_command cmd_evaluate_compute = {"evaluate compute", "cli.evaluate_compute",
                                                 "cli.evaluate_compute.usage", run_compute};
