/* robots.txt, RFC 9309: the group that names us, else the one for all; the longest rule that fits wins, and allowing
 * wins a tie. */
#include "watch/watch_internal.h"

static bool field(vg_str line, const char *name, vg_str *value) {
  size_t colon = vg_str_find_byte(line, ':', 0), comment = vg_str_find_byte(line, '#', 0);
  line = vg_str_sub(line, 0, comment);
  if (colon == SIZE_MAX || colon >= line.n || !vg_str_eq_ci(vg_str_trim(vg_str_sub(line, 0, colon)), vg_str_z(name)))
    return false;
  *value = vg_str_trim(vg_str_sub(line, colon + 1, line.n));
  return true;
}

/* '*' is any run of bytes, '$' at the end the end of the path. Greedy with one place to come back to: linear in
 * practice, quadratic at worst. */
static bool fits(vg_str rule, vg_str path) {
  size_t r = 0, p = 0, star = SIZE_MAX, back = 0;
  bool to_end = rule.n && rule.p[rule.n - 1] == '$';
  rule.n -= to_end;
  while (p < path.n || r < rule.n) {
    if (r == rule.n && !to_end)
      return true;
    if (r < rule.n && rule.p[r] == '*') {
      star = r++;
      back = p;
    } else if (r < rule.n && p < path.n && rule.p[r] == path.p[p]) {
      r++, p++;
    } else if (star != SIZE_MAX && back < path.n) {
      r = star + 1;
      p = ++back;
    } else {
      return false;
    }
  }
  return true;
}

struct verdict {
  bool found, allow;
  size_t length;
};

static void weigh(struct verdict *v, vg_str rule, bool allow, vg_str path) {
  if (rule.n == 0 || !fits(rule, path))
    return;
  if (rule.n > v->length || (rule.n == v->length && allow))
    *v = (struct verdict){v->found, allow, rule.n};
}

/* The verdict of the groups for this agent; found says whether there was one. */
static struct verdict judge(vg_str robots, const char *agent, vg_str path) {
  struct verdict v = {.allow = true};
  bool in_group = false, in_names = false;
  vg_str line, value;
  while (vg_str_line(&robots, &line)) {
    if (field(line, "user-agent", &value)) {
      bool ours = vg_str_eq_ci(value, vg_str_z(agent));
      in_group = in_names ? in_group || ours : ours;
      in_names = true;
      v.found = v.found || ours;
      continue;
    }
    bool allow = field(line, "allow", &value);
    if (!allow && !field(line, "disallow", &value))
      continue;
    in_names = false;
    if (in_group)
      weigh(&v, value, allow, path);
  }
  return v;
}

bool robots_allow(vg_str robots, vg_str path) {
  struct verdict v = judge(robots, "vigie", path);
  if (!v.found)
    v = judge(robots, "*", path);
  return v.allow;
}
