#!/usr/bin/env python3
"""oracle.py VIGIE FOLDER: what `vigie evaluate compute` says beside every reference value of FOLDER; prints the table, fails on the first digit beyond 1e-9."""
import csv, json, subprocess, sys

vigie, folder = sys.argv[1:3]
rows = lambda name: list(csv.DictReader(open(f"{folder}/{name}")))


def compute(statistic, file=None, text=None):
    out = subprocess.run([vigie, "--json", "evaluate", "compute", statistic, f"{folder}/{file}" if file else "-"], input=text, text=True, capture_output=True)
    if out.returncode:
        sys.exit(f"{statistic}: {out.stderr}")
    return json.loads(out.stdout)


SOURCES = [  # test begins with, statistic, file or text, the test that the main object answers
    ("alpha", "alpha", "02_alpha_input.csv", None, "alpha"), ("icc", "icc", "03_icc_input.csv", None, "icc"),
    ("kripp", "krippendorff", "04_krippendorff_input.csv", None, "-"), ("kendall_w", "kendall-w", "05_kendallw_input.csv", None, "kendall_w"),
    ("mcnemar", "mcnemar", "06_mcnemar_input.csv", None, "mcnemar_adoption"), ("gap", "gap", "07_gap_input.csv", None, "gap"),
    ("did", "did", "11_did_input.csv", None, "-"), ("stratified", "strata", "13_strata_input.csv", None, "stratified"),
    ("km", "kaplan-meier", "14_km_input.csv", None, "km"), ("prop", "proportion", None, "x,n\n0,10\n7,34\n18,40\n40,40\n", "-"),
    ("newcombe", "proportion", None, "x,n\n52,180\n31,176\n", "newcombe_clic_52_180_vs_31_176"),
    ("rate_ratio_184", "rate-ratio", None, "x,t\n184,41.2\n203,58.6\n", "rate_ratio_184_41.2_vs_203_58.6"),
    ("rate_ratio_3_", "rate-ratio", None, "x,t\n3,5\n11,9\n", "rate_ratio_3_5_vs_11_9"),
    ("poisson_exposure_per_arm_0.08_0.12", "rate-ratio", None, "rate\n0.08\n0.12\n", "poisson_exposure_per_arm_0.08_0.12"),
    ("poisson_exposure_per_arm_0.08_0.1", "rate-ratio", None, "rate\n0.08\n0.1\n", "poisson_exposure_per_arm_0.08_0.1")]
table, wrong = {}, []


def compare(name, what, got, want):
    values, agree, worst = table.get(name, (0, 0, 0.0))
    if isinstance(want, float):
        off = abs(got - want) / max(1, abs(want)) if isinstance(got, (int, float)) else float("inf")
    else:
        off = 0.0 if got == want else float("inf")
    if off > 1e-9:
        wrong.append(f"{name} {what}: {got!r} instead of {want!r}")
    table[name] = (values + 1, agree + (off <= 1e-9), max(worst, off))


done = {}
for row in rows("expected.csv"):
    begins, statistic, file, text, main = next(s for s in SOURCES if row["test"].startswith(s[0]))
    if begins not in done:
        done[begins] = compute(statistic, file, text)
    got = done[begins] if row["test"] == main else done[begins].get(row["test"], {})
    compare(statistic, f'{row["test"]} {row["stat"]}', got.get(row["stat"]), float(row["value"]))
for row, got in zip(rows("08_ipa_expected.csv"), compute("ipa", "08_ipa_input.csv")["issues"], strict=True):
    for key, want in row.items():
        text = key in ("issue", "quadrant")
        compare("ipa", f'{row["issue"]} {key}', got[key], want if text else want == "TRUE" if key == "certain" else float(want))
for row, got in zip(rows("14_km_expected.csv"), compute("kaplan-meier", "14_km_input.csv")["table"], strict=True):
    for key, want in row.items():
        if want != "NA":
            compare("kaplan-meier", f'{row["strata"]} {row["time"]} {key}', got[key], want if key == "strata" else float(want))
adjusted = compute("p-adjust", "15_padjust.csv")
for i, row in enumerate(rows("15_padjust.csv")):
    for key in ("holm", "bh", "bonf"):
        compare("p-adjust", f"{key} {i + 1}", adjusted[key][i], float(row[key]))
for row, got in zip(rows("09_anonymat.csv"), compute("suppress", "09_anonymat.csv")["cells"], strict=True):
    compare("suppress", f'{row["groupe"]} {row["zone"]}', float(got["supprime"]), float(row["supprime"]))
print(f'{"statistic":14} {"values":>6} {"agree":>6}  largest relative difference')
for name, (values, agree, worst) in table.items():
    print(f"{name:14} {values:6} {agree:6}  {worst:.1e}")
print(f'{"all":14} {sum(v[0] for v in table.values()):6} {sum(v[1] for v in table.values()):6}')
sys.exit("\n".join(wrong) or 0)
