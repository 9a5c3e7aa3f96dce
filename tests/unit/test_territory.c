/* Companies: the register taken in, their contacts, and how they are found by name: on SQLite and on PostgreSQL. */
#include "world.h"

#include "instance/instance.h"

static vg_code named(void *ctx, int64_t line, const char *msg, vg_str arg, struct vg_err *e) {
  (void)msg, (void)arg, (void)e;
  *(int64_t *)ctx = *(int64_t *)ctx * 10 + line;
  return VG_OK;
}

static vg_code contacts_text(int64_t org, struct vg_buf *out) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT name, email, phone, agreed FROM territory_v_contact WHERE org = $1 ORDER BY id",
                     S_ARGS(S_INT(org)), &err));
  vg_buf_reset(out);
  while (store_next(q)) {
    for (int i = 0; i < 3; i++) {
      vg_buf_str(out, store_str(q, i));
      vg_buf_z(out, " ");
    }
    vg_buf_z(out, store_int(q, 3) ? "yes;" : "no;");
  }
  return store_done(&q, &err);
}

/* One person, told by name, by address, by both, in any order of files, is one row; two who share a box are two. */
static void one_contact_once(int64_t org) {
  static const char *const step[][2] = {
      {"siren;nom;courriel;téléphone;accord\n732829320;;zoe.le-goff@ex.fr;0200000001;oui\n",
       "zoe.le-goff@ex.fr zoe.le-goff@ex.fr 0200000001 yes;"},
      {"siren;nom\n732829320;Zoé LE GOFF\n", "Zoé LE GOFF zoe.le-goff@ex.fr 0200000001 yes;"},
      {"siren;courriel\n732829320;ZOE.LE-GOFF@ex.fr\n", "Zoé LE GOFF ZOE.LE-GOFF@ex.fr 0200000001 yes;"},
      {"siren;nom;courriel\n732829320;zoe le goff;z@ex.fr\n732829320;Luc;box@ex.fr\n732829320;Eva;box@ex.fr\n",
       "Zoé LE GOFF z@ex.fr 0200000001 yes;Luc box@ex.fr  no;Eva box@ex.fr  no;"},
      {"siren;nom;courriel\n732829320;;box@ex.fr\n732829320;Yann;y@ex.fr\n732829320;;y@ex.fr\n",
       "Zoé LE GOFF z@ex.fr 0200000001 yes;Luc box@ex.fr  no;Eva box@ex.fr  no;box@ex.fr box@ex.fr  no;Yann y@ex.fr  no;"},
  };
  struct territory_tally t;
  struct vg_buf seen;
  vg_buf_init(&seen, 4096);
  for (size_t i = 0; i < VG_COUNT(step); i++) {
    OK(territory_import_contacts(tx, &anne, vg_str_z(step[i][0]), VG_STR("once"), VG_STR(""), NULL, NULL, &t, &err));
    OK(contacts_text(org, &seen));
    assert_string_equal(vg_buf_text(&seen), step[i][1]);
  }
  vg_buf_fini(&seen);
}

static void register_and_contacts(void **state) {
  (void)state;
  int64_t lines = 0;
  struct territory_tally t;
  struct territory_wanted all = {.zone = VG_STR("")};
  struct org o;
  OK(territory_import_sirene(tx, &anne,
                             VG_STR("siret,codeCommuneEtablissement,activitePrincipaleEtablissement,"
                                    "trancheEffectifsEtablissement,etablissementSiege\n"
                                    "73282932000017,35238,62.02A,12,true\n73282932000018,35238,62.02A,12,"
                                    "true\n11111111800019,97105,10.71C,53,true\n"),
                             &all, named, &lines, &t, &err));
  assert_int_equal(t.added, 2);
  assert_int_equal(t.rejected, 1);
  assert_int_equal(lines, 3);
  OK(territory_org_find(tx, VG_STR("73282932000017"), &o, &err));
  assert_string_equal(o.naf, "J");
  assert_string_equal(o.size, "PME");
  one_contact_once(o.id);
  lines = 0;
  OK(territory_import_contacts(tx, &anne, VG_STR("siren;nom;courriel\n732829320;Anne;a@ex.fr\n732829320;Luc;no\n"),
                               VG_STR("x"), VG_STR(""), named, &lines, &t, &err));
  assert_int_equal(t.added, 1);
  assert_int_equal(lines, 3);
  /* The companies themselves: the name that was its number, the size that was an establishment's; others stay out. */
  OK(territory_import_sirene(tx, &anne,
                             VG_STR("siren,statutDiffusionUniteLegale,categorieEntreprise,denominationUniteLegale,"
                                    "nomUniteLegale,prenomUsuelUniteLegale,trancheEffectifsUniteLegale\n"
                                    "732829320,O,ETI,\"T.G., MÉCANIQUE\",,,32\n111111118,O,PME,,LE GOFF,ANNE,01\n"
                                    "356000000,O,GE,LA POSTE,,,53\n732829321,O,PME,X,,,\n"),
                             &all, NULL, NULL, &t, &err));
  assert_int_equal(t.read, 4);
  assert_int_equal(t.updated, 2);
  assert_int_equal(t.skipped, 1);
  assert_int_equal(t.rejected, 1);
  OK(territory_org_find(tx, VG_STR("732829320"), &o, &err));
  assert_string_equal(o.name, "T.G., MÉCANIQUE");
  assert_string_equal(o.size, "ETI");
  OK(territory_company_meant(tx, &anne, VG_STR("  anne le goff "), VG_STR(""), &o, &err));
  assert_string_equal(o.siren, "111111118");
  assert_string_equal(o.size, "GE");
  assert_true(territory_siret_ok(VG_STR("35600000000048")) && territory_siret_ok(VG_STR("35600000049837")) &&
              !territory_siret_ok(VG_STR("35600000049838")));
}

static vg_code count_org(void *ctx, const struct org *o, struct vg_err *e) {
  (void)e;
  struct vg_buf *names = ctx;
  vg_buf_z(names, o->name);
  vg_buf_byte(names, ';');
  return VG_OK;
}

static const char *found(const char *typed, int64_t limit, struct vg_buf *names) {
  vg_buf_reset(names);
  OK(territory_each_named(tx, vg_str_z(typed), limit, count_org, names, &err));
  return vg_buf_text(names);
}

/* The engine looks first; what it never folded is compared as it stands. */
static void names_are_found_however_written(void **state) {
  (void)state;
  struct vg_buf names;
  static const char *const name[] = {"Œuvres d’Étienne", "S.A.R.L. Brûlé & Fils", "100% Bois_Clair", "Ελλάς Shipping"};
  vg_buf_init(&names, 1 << 16);
  for (size_t i = 0; i < VG_COUNT(name); i++) {
    struct org o = {.kind = ORG_COMPANY, .department = "35"};
    vg_str_copy(o.name, sizeof o.name, vg_str_z(name[i]));
    if (i == 1)
      vg_str_copy(o.siren, sizeof o.siren, VG_STR("732829320"));
    OK(territory_org_add(tx, &anne, &o, &err));
  }
  for (int folded = 1; folded >= 0; folded--) {
    assert_string_equal(found("oeuvres ETIENNE", 9, &names), "Œuvres d’Étienne;");
    assert_string_equal(found("tienn", 9, &names), "Œuvres d’Étienne;");
    assert_string_equal(found("fils brule l s a", 9, &names), "S.A.R.L. Brûlé & Fils;");
    assert_string_equal(found("sarl", 9, &names), "");
    assert_string_equal(found("732 829 320", 9, &names), "S.A.R.L. Brûlé & Fils;");
    assert_string_equal(found("829", 9, &names), "S.A.R.L. Brûlé & Fils;");
    assert_string_equal(found("100%", 9, &names), "100% Bois_Clair;");
    assert_string_equal(found("bois%clair", 9, &names), "100% Bois_Clair;");
    assert_string_equal(found("b_is", 9, &names), "100% Bois_Clair;");
    assert_string_equal(found("ΕΛΛΆΣ", 9, &names), "");
    assert_string_equal(found("ελλάς", 9, &names), "Ελλάς Shipping;");
    assert_string_equal(found("%", 9, &names), "");
    assert_int_equal(vg_str_find(vg_str_z(found("b", 1, &names)), VG_STR(";"), 0), strlen("100% Bois_Clair"));
    OK(store_exec(tx, "UPDATE territory_org SET words = NULL", S_NOARGS, &err));
  }
  vg_buf_fini(&names);
}

static vg_code put_pair(void *ctx, const struct org *one, const struct org *other, struct vg_err *e) {
  (void)e;
  vg_buf_fmt(ctx, "%s = %s;", one->name, other->name);
  return VG_OK;
}

static const char *pairs(struct vg_buf *out) {
  vg_buf_reset(out);
  OK(territory_each_pair(tx, &anne, put_pair, out, &err));
  return vg_buf_text(out);
}

/* Of one name as it is spoken, not of two departments, one of them without a number; also what an older program wrote.
 */
static void what_was_entered_twice_is_proposed(void **state) {
  (void)state;
  static const struct {
    const char *name, *siren, *department;
  } entered[] = {{"SARL Brûlé & Fils", "732829320", "35"},
                 {"brule, fils", "", "35"},
                 {"Brulé Fils SAS", "356000000", "35"},
                 {"BRULE FILS", "", "29"},
                 {"Brulé-Fils", "", ""},
                 {"SARL", "", "35"},
                 {"S.A.S.U.", "", "35"},
                 {"SASU", "", "35"},
                 {"Ελλάς Shipping", "", "35"},
                 {"ελλάς shipping", "", "35"},
                 {"Le Gall 1", "", "35"},
                 {"Le Gall 2", "", "35"}};
  struct vg_buf seen;
  struct org o;
  vg_buf_init(&seen, 1 << 16);
  for (size_t i = 0; i < VG_COUNT(entered); i++) {
    o = (struct org){.kind = ORG_COMPANY};
    vg_str_copy(o.name, sizeof o.name, vg_str_z(entered[i].name));
    vg_str_copy(o.siren, sizeof o.siren, vg_str_z(entered[i].siren));
    vg_str_copy(o.department, sizeof o.department, vg_str_z(entered[i].department));
    OK(territory_org_add(tx, &anne, &o, &err));
  }
  o = (struct org){.kind = ORG_PARTNER, .name = "LE GALL 1"};
  OK(territory_org_add(tx, &anne, &o, &err));
  for (int older = 0; older < 2; older++) {
    assert_string_equal(pairs(&seen),
                        "SARL Brûlé & Fils = brule, fils;SARL Brûlé & Fils = Brulé-Fils;brule, fils = Brulé "
                        "Fils SAS;brule, fils = Brulé-Fils;Brulé Fils SAS = Brulé-Fils;BRULE FILS = "
                        "Brulé-Fils;Ελλάς Shipping = ελλάς shipping;");
    OK(territory_company_meant(tx, &anne, VG_STR("le gall, 2"), VG_STR("35"), &o, &err));
    assert_string_equal(o.name, "Le Gall 2");
    assert_int_equal(territory_company_meant(tx, &anne, VG_STR("Brule et fils"), VG_STR(""), &o, &err), VG_ENOTFOUND);
    assert_int_equal(territory_company_meant(tx, &anne, VG_STR("Brule Fils"), VG_STR("35"), &o, &err), VG_EDATA);
    OK(store_exec(tx, "UPDATE territory_org SET spoken = NULL", S_NOARGS, &err));
    assert_string_equal(pairs(&seen), "");
    OK(territory_settle(tx, &err));
  }
  OK(instance_org_apart(tx, &anne, VG_STR("Le Gall 1"), VG_STR("Le Gall 2"), VG_STR("two"), &err));
  OK(instance_org_apart(tx, &anne, VG_STR("ελλάς shipping"), VG_STR("Ελλάς Shipping"), VG_STR("two"), &err));
  assert_int_equal(vg_str_find(vg_str_z(pairs(&seen)), VG_STR("shipping"), 0), SIZE_MAX);
  vg_buf_fini(&seen);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(register_and_contacts, world_begin, world_end),
      cmocka_unit_test_setup_teardown(names_are_found_however_written, world_begin, world_end),
      cmocka_unit_test_setup_teardown(what_was_entered_twice_is_proposed, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
