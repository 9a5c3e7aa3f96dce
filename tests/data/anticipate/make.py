#!/usr/bin/env python3
"""Writes counts.csv and expected.csv beside this file: what the early-warning methods must give, computed with numpy and scipy only, by
the definitions in the literature and matrix algebra instead of the closed forms of the program. Run by hand (needs numpy, scipy)."""
import csv, math, os
import numpy as np
from scipy import stats

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20181124)
WEEKS = 224
base = np.datetime64('2019-01-07')
dates = [str(base + 7 * i) for i in range(WEEKS)]
t = np.arange(WEEKS)
made = {
    'seasonal': rng.poisson(12 + 6 * np.sin(2 * np.pi * t / 52)),
    'overdispersed': rng.negative_binomial(2, 2 / (2 + 8.0), WEEKS),
    'rare': rng.poisson(0.3, WEEKS),
    'growing': rng.poisson(np.exp(0.5 + 0.012 * t)),
    'à part': np.where((t > 180) & (t < 186), rng.poisson(40, WEEKS), rng.poisson(4, WEEKS)),
}
for burst in (60, 111, 163):
    made['seasonal'][burst:burst + 3] += 50
made['rare'][200:203] = [5, 9, 7]
z = stats.norm.ppf

def ears(y, kind, alpha, low):
    def base(i, lag):
        b = y[i - 7 - lag:i - lag].astype(float)
        return b.mean(), max(low, b.std(ddof=1))
    lag, first = {'c1': (0, 7), 'c2': (2, 9), 'c3': (2, 11)}[kind]
    for i in range(first, len(y)):
        m, s = base(i, lag)
        if kind != 'c3':
            u = m + z(1 - alpha) * s
        else:
            over = 0.0
            for j in (i - 1, i - 2):
                mj, sj = base(j, 2)
                with np.errstate(all='ignore'):
                    c = np.float64(y[j] - mj) / sj - 1
                over += c if np.isnan(c) else max(0, c)
            with np.errstate(all='ignore'):
                u = y[i] + s * (z(1 - alpha) - over)
            u = u if np.isnan(u) else max(0, u)
        yield i, m, u, math.nan, math.nan, bool(y[i] > u)

def glm(X, y, prior):
    mu = y + 0.1
    eta = np.log(mu)
    dev = lambda: 2 * np.sum(prior * np.where(y > 0, y * np.log(np.where(y > 0, y, 1) / mu) - (y - mu), mu))
    old = dev()
    for _ in range(25):
        w = prior * mu
        zz = eta + (y - mu) / mu
        r = np.sqrt(w)
        beta, *_ = np.linalg.lstsq(X * r[:, None], zz * r, rcond=None)
        eta = X @ beta
        mu = np.maximum(np.exp(eta), np.finfo(float).eps)
        now = dev()
        done = abs(now - old) / (abs(now) + 0.1) < 1e-8
        old = now
        if done:
            break
    df = (prior > 0).sum() - np.linalg.matrix_rank(X)
    phi = max(1, np.sum(w * ((y - mu) / mu) ** 2) / df)
    cov = np.linalg.pinv((X * w[:, None]).T @ X)
    return beta, mu, w, cov, phi, np.sum(prior * (y - mu) ** 2 / mu) / df

def farrington(y, b, w, periods, excluded, trend, alpha, method, p_trend):
    for k in range(52 * b + w, len(y)):
        block = np.full(k, -1)
        for year in range(1, b + 1):
            ref = k - 52 * year
            block[max(0, ref - w):ref + w + 1] = periods - 1
            if periods > 1:
                rest = np.arange(ref + w + 1, ref + 52 - w)
                for j, part in enumerate(np.array_split(rest, periods - 1)):
                    block[part[part < k]] = j
        block[max(0, k - excluded):] = -1
        rows = np.where(block >= 0)[0]
        yy = y[rows].astype(float)
        def model(with_trend):
            levels = sorted(set(block[rows]))
            X = np.array([[1.0 if block[i] == l else 0.0 for l in levels] + ([float(i)] if with_trend else []) for i in rows])
            fit = glm(X, yy, np.ones(len(rows)))
            beta, mu, wt, cov, phi, _ = fit
            hat = wt * np.einsum('ij,jk,ik->i', X, cov, X)
            a = 1.5 * (yy ** (2 / 3) * mu ** (-1 / 6) - mu ** .5) / np.sqrt(phi * (1 - hat))
            om = np.where(a > 2.58, np.maximum(np.abs(a), 1e-9) ** -2.0, 1.0)
            fit = glm(X, yy, om * len(om) / om.sum())
            x = np.array([1.0 if l == periods - 1 else 0.0 for l in levels] + ([float(k)] if with_trend else []))
            return fit, x
        fit, x = model(trend)
        if trend:
            beta, mu, wt, cov, phi, pe = fit
            p = 2 * stats.norm.sf(abs(beta[-1]) / math.sqrt(phi * cov[-1, -1]))
            if not (b >= 3 and p < p_trend and math.exp(x @ beta) <= yy.max()):
                fit, x = model(False)
        beta, mu, wt, cov, phi, pe = fit
        m = math.exp(x @ beta)
        se2 = pe * (x @ cov @ x)
        if method == 'delta':
            sd = math.sqrt(4 / 9 * m ** (1 / 3) * (phi + se2))
            u = (m ** (2 / 3) + z(1 - alpha) * sd) ** 1.5
            p = stats.norm.sf((y[k] ** (2 / 3) - m ** (2 / 3)) / sd)
            if y[max(0, k - 3):k + 1].sum() < 5:
                yield k, math.nan, math.nan, phi, p, False
                continue
        else:
            at = math.exp(x @ beta + z(1 - alpha) * math.sqrt(se2)) if method == 'muan' else m
            d = stats.nbinom(at / (phi - 1), 1 / phi) if phi > 1 else stats.poisson(at)
            u, p = float(d.ppf(1 - alpha)), d.sf(y[k] - 1)
        yield k, m, u, phi, p, bool(y[k] > u)

def cusum(y, start, rossi):
    m = y[:start].mean()
    c = 0.0
    for i in range(start, len(y)):
        need = 2.26 + 1.04 - c
        if rossi:
            x = (y[i] - 3 * m + 2 * math.sqrt(y[i] * m)) / (2 * math.sqrt(m))
            inside = 4 * m * m + 2 * m ** 1.5 * need
            u = max(0, 5 * m + 2 * math.sqrt(m) * need - 2 * math.sqrt(inside)) if inside > 0 else 0
        else:
            x = (y[i] - m) / math.sqrt(m)
            u = max(0, math.ceil(math.sqrt(m) * need + m))
        c = max(0, c + x - 1.04)
        yield i, m, u, math.nan, math.nan, c >= 2.26

D = np.array([.3, .5, .7, .8, .9, .95, .98])
def learners(y):
    a, b, lw, out = np.full(7, .5), np.full(7, .5), np.zeros(7), []
    for v in y:
        w = np.exp(lw - lw.max())
        w /= w.sum()
        n, p = D * a, D * b / (D * b + 1)
        out.append((float(w @ (a / b)), float(w @ np.where(v > 0, stats.nbinom.sf(v - 1, n, p), 1.0))))
        lw = .97 * lw + stats.nbinom.logpmf(v, n, p)
        a, b = D * a + v, D * b + 1
    return out

def halfyear(y, i):
    v = y[i - 28:i - 2].astype(float)
    m = max(v.mean(), .1)
    s2 = max(v.var(ddof=1), 1.05 * m)
    d = stats.nbinom(m * m / (s2 - m), m / s2)
    return m, s2, float(d.sf(y[i] - 1)) if y[i] > 0 else 1.0, float(d.ppf(.999))

def rows(y):
    for alpha, low, name in ((.001, 0, 'alpha=0.001,min_sigma=0'), (.025, .5, 'alpha=0.025,min_sigma=0.5')):
        for kind in ('c1', 'c2', 'c3'):
            yield from (('ears-' + kind, name) + r for r in ears(y, kind, alpha, low))
    for b, w, n, ex, tr, al, me, pt in ((2, 3, 1, 26, False, .05, 'delta', .05), (3, 2, 1, 26, True, .05, 'delta', .05),
                                        (3, 3, 10, 26, True, .001, 'nb-plugin', 1), (2, 3, 5, 3, True, .01, 'muan', .05)):
        name = f'b={b},w={w},no_periods={n},past_excluded={ex},trend={int(tr)},alpha={al},threshold_method={me},trend_threshold={pt}'
        yield from (('farrington-flexible', name) + r for r in farrington(y, b, w, n, ex, tr, al, me, pt))
    for rossi in (False, True):
        yield from (('cusum', 'baseline=104,trans=' + ('rossi' if rossi else 'standard')) + r for r in cusum(y, 104, rossi))
    gp = learners(y)
    for i, (m, p) in enumerate(gp):
        yield 'gp', '', i, m, None, math.nan, p, p < .001 and y[i] >= 4
        if i >= 29:
            m2, s2, p2, u = halfyear(y, i)
            yield 'nb26', '', i, m2, u, s2 / m2, p2, p2 < .001 and y[i] >= 4
            f = float(stats.chi2.sf(-2 * (math.log(p) + math.log(p2)), 4))
            yield 'fisher', '', i, (m + m2) / 2, None, s2 / m2, f, f < .001 and y[i] >= 4

with open(os.path.join(here, 'counts.csv'), 'w', newline='') as f:
    w = csv.writer(f, lineterminator='\n')
    w.writerow(('series', 'week_start', 'y'))
    for name, y in made.items():
        w.writerows((name, d, int(v)) for d, v in zip(dates, y))
say = lambda v: '-' if v is None else '' if math.isnan(v) else '%.12g' % v
with open(os.path.join(here, 'expected.csv'), 'w', newline='') as f:
    w = csv.writer(f, lineterminator='\n')
    w.writerow(('series', 'method', 'params', 'week_start', 'expected', 'threshold', 'phi', 'p', 'alarm'))
    for name, y in made.items():
        for method, params, i, m, u, phi, p, alarm in rows(y):
            # every row of the last weeks, every seventh before: the file stays small
            if i >= WEEKS - 30 or i % 7 == 0:
                w.writerow((name, method, params, dates[i], say(m), say(u), say(phi), say(p), int(alarm)))
