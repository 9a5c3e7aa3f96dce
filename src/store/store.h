#ifndef VG_STORE_STORE_H
#define VG_STORE_STORE_H
/*
 * Records: SQLite (WAL, synchronous FULL, STRICT tables) in a file, or PostgreSQL by URL. The same statements run on
 * both. One struct store is one connection and belongs to one thread; open one a thread.
 * Durable means: store_commit returned VG_OK. A process killed at any other moment leaves the state before the begin.
 *
 *     struct store_tx *tx; int64_t id;
 *     VG_TRY(store_begin(st, &tx, err));
 *     VG_GO(store_insert(tx, &id, "INSERT INTO t_x (name) VALUES ($1) RETURNING id", S_ARGS(S_STR(name)), err));
 *     VG_GO(store_commit(&tx, err));   out: store_rollback(&tx);
 *
 * Statements: the common subset of both engines, parameters $1..$N (rewritten to ?1..?N for SQLite), text compared as
 * bytes. They are prepared once a connection, keyed by the statement's text: use literals, never build SQL from data.
 * Limits: 64 MiB a value, 32 parameters, 64 columns.
 */
#include "base/buf.h"
#include "base/clock.h"

#include <stdatomic.h>

struct store;
struct store_tx;

/*
 * A room's tables: `sql` is the text of its ROOM.sql. Steps are cut at lines "-- step N" (N = 1, 2, ...); a landed step
 * never changes: store_meta records room, step and SHA-256 of the step, and refuses an instance whose steps differ
 * (VG_EDAMAGE) or which has more steps than this program knows (VG_EVERSION). Opening a database that has them all only
 * reads. Markers in DDL: @pk (integer primary key that numbers itself), @int (64-bit), @real, @blob, @bool (0/1
 * integer), @strict (after the closing bracket of CREATE TABLE). sqlite/pg hold further statements of the same steps
 * for one engine (full-text search), or NULL; a step that is there for one engine only still has its (empty) heading in
 * `sql`. settle (or NULL) fills in what no statement can make, when steps were added to a database that had rows: after
 * all steps of all rooms, in their transaction; what is there already stays.
 */
struct store_schema {
  const char *room;
  const char *sql, *sqlite, *pg;
  vg_code (*settle)(struct store_tx *tx, struct vg_err *err);
};

struct store_options {
  const char *url;                    /* a path, or postgresql://... */
  const struct store_schema *schemas; /* in order of floors; all are applied inside one transaction */
  size_t schema_count;
  const struct vg_clock *clock; /* NULL: the system's */
  bool create;                  /* make it if it is not there */
};

MUST vg_code store_open(struct store **out, const struct store_options *options, struct vg_err *err);
void store_close(struct store *st); /* an open transaction is rolled back */
const struct vg_clock *store_clock(const struct store *st);
bool store_is_postgres(const struct store *st);

/* A write transaction: at most one a connection. SQLite waits up to 10 s for another writer, then VG_EBUSY. */
MUST vg_code store_begin(struct store *st, struct store_tx **out, struct vg_err *err);
/* A snapshot for reading; writing in it is an error. */
MUST vg_code store_begin_read(struct store *st, struct store_tx **out, struct vg_err *err);
MUST vg_code store_commit(struct store_tx **tx,
                          struct vg_err *err); /* nulls *tx, also when it fails (then nothing happened) */
void store_rollback(struct store_tx **tx);     /* legal when NULL or already committed */
/*
 * A long transaction where there is one writer (SQLite; on PostgreSQL nobody waits for it). store_waited_for: does
 * somebody stand in the queue? store_give_way: commits what was done so far, lets those who wait have their turn, and
 * goes on in the same struct store_tx, with the same store_now, but in a new transaction: whoever calls it can undo
 * what was committed, also when the process was killed meanwhile. Anything may have been written in between. *stop (may
 * be NULL) ends the waiting for another long writer (VG_EBUSY). After an error the transaction can only be rolled back.
 */
bool store_waited_for(struct store_tx *tx);
MUST vg_code store_give_way(struct store_tx *tx, const atomic_bool *stop, struct vg_err *err);
/* What was not committed is undone, and the transaction begins anew. */
MUST vg_code store_start_over(struct store_tx *tx, struct vg_err *err);
/*
 * One connection at a time does the store's long work: it has the claim until its write transaction (the open one, or
 * the next) has ended, however its process ends. *mine false: another one has it. SQLite only. store_await_claim
 * commits, and goes on as store_give_way does when nobody has it, or *stop is set.
 */
MUST vg_code store_claim(struct store *st, bool *mine, struct vg_err *err);
MUST vg_code store_await_claim(struct store_tx *tx, const atomic_bool *stop, struct vg_err *err);
/*
 * The records as they are now into a new file, durable, outside of any transaction, while others read and write: SQLite
 * writes a database without what was erased and reads it back (VG_EDAMAGE: the records are damaged), PostgreSQL the
 * archive of its program pg_dump (custom format; VG_ENOTFOUND: it is not installed). Nothing is removed on failure.
 */
typedef void store_progress(void *ctx, uint64_t done, uint64_t total); /* bytes; total 0: not known */
MUST vg_code store_copy(struct store *st, const char *path, store_progress *progress, void *ctx, struct vg_err *err);
/* What was deleted leaves the engine's own files, outside of any transaction. done false: other programs that read keep
 * SQLite's log from being emptied; PostgreSQL drops dead rows by itself (vacuum). */
MUST vg_code store_scrub(struct store *st, bool *done, struct vg_err *err);
/* This transaction erases: once it is committed store_unscrubbed holds, until store_scrub is done. */
void store_erases(struct store_tx *tx);
bool store_unscrubbed(const struct store *st);
/* Undo a part only: one bad object of an import costs only itself. Savepoints nest. */
MUST vg_code store_savepoint(struct store_tx *tx, struct vg_err *err);
MUST vg_code store_release(struct store_tx *tx, bool keep, struct vg_err *err);
/*
 * What a room keeps in memory for the length of a write transaction: `size` bytes that are zero at the first call, the
 * same at the next, undone with a savepoint, and given to flush (may be NULL) before the commit. For a row that a
 * transaction would change thousands of times: PostgreSQL keeps every version of it until the end, and looks through
 * all of them each time.
 */
struct store_keep { /* static lifetime; its address is the key */
  size_t size;
  vg_code (*flush)(struct store_tx *tx, void *kept, struct vg_err *err);
};
enum { STORE_KEPT = 4 };
MUST vg_code store_kept(struct store_tx *tx, const struct store_keep *what, void **out, struct vg_err *err);
struct store *store_of(struct store_tx *tx);
bool store_reading(const struct store_tx *tx); /* begun by store_begin_read */
vg_time store_now(const struct store_tx *tx);  /* the clock, read once when the transaction began */

/* Arguments. Text must be UTF-8 without NUL for PostgreSQL: hostile names are S_BYTES into @blob columns. */
struct store_arg {
  enum { STORE_NULL, STORE_INT, STORE_REAL, STORE_TEXT, STORE_BLOB } kind;
  int64_t i;
  double r;
  vg_str s;
};
#define S_INT(x) ((struct store_arg){.kind = STORE_INT, .i = (int64_t)(x)})
#define S_REAL(x) ((struct store_arg){.kind = STORE_REAL, .r = (x)})
#define S_STR(x) store_text(x)         /* vg_str; p == NULL binds NULL */
#define S_Z(x) store_text(vg_str_z(x)) /* const char *, "" for NULL */
#define S_BYTES(x) ((struct store_arg){.kind = STORE_BLOB, .s = (x)})
#define S_NULL ((struct store_arg){.kind = STORE_NULL})
#define S_TIME(t) store_time_arg(t) /* VG_NOTIME binds NULL; times are stored as @int ns */
#define S_INT_OR_NULL(x, is_null) ((is_null) ? S_NULL : S_INT(x))
struct store_arg store_text(vg_str s);
struct store_arg store_time_arg(vg_time t);

struct store_args {
  const struct store_arg *v;
  size_t n;
};
#define S_ARGS(...)                                                                                                    \
  ((struct store_args){(const struct store_arg[]){__VA_ARGS__},                                                        \
                       sizeof((const struct store_arg[]){__VA_ARGS__}) / sizeof(struct store_arg)})
#define S_NOARGS ((struct store_args){NULL, 0})

/* VG_EEXIST when a unique key is taken, VG_ESTATE when a foreign key or check refuses. */
MUST vg_code store_exec(struct store_tx *tx, const char *sql, struct store_args args, struct vg_err *err);
/* The same, and how many rows it touched. */
MUST vg_code store_change(struct store_tx *tx, int64_t *rows, const char *sql, struct store_args args,
                          struct vg_err *err);
/* For INSERT ... RETURNING id. */
MUST vg_code store_insert(struct store_tx *tx, int64_t *id, const char *sql, struct store_args args,
                          struct vg_err *err);

/*
 * Many rows of one table: SQLite runs the statement once a row, PostgreSQL copies. insert: INSERT INTO table (columns)
 * VALUES ($1, ..., $N), a literal. Between begin and end no other statement of this transaction. Of an error that a row
 * makes PostgreSQL speaks at the end.
 */
struct store_bulk;
MUST vg_code store_bulk_begin(struct store_tx *tx, struct store_bulk **out, const char *insert, struct vg_err *err);
MUST vg_code store_bulk_row(struct store_bulk *b, struct store_args args, struct vg_err *err);
/* Frees and nulls; legal on NULL. Told of `rc`, what went wrong so far, it gives that up, else ends the copying. */
MUST vg_code store_bulk_end(struct store_bulk **b, vg_code rc, struct vg_err *err);

/*
 * PostgreSQL keeps a deleted row until a vacuum, puts a new one behind the others and knows which transaction wrote
 * each. This gives the table a new file: its rows lie in the order of the column and are all this transaction's; every
 * snapshot sees them, others wait until it ends. Before it the transaction has locked the table (ACCESS EXCLUSIVE), or
 * nobody else writes to it. SQLite: nothing; a table WITHOUT ROWID lies in the order of its key. table, order:
 * literals.
 */
MUST vg_code store_afresh(struct store_tx *tx, const char *table, const char *order, struct vg_err *err);

/*
 * Rows kept in memory until all of them are put at once, with the values of their columns: texts are copied. Zeroed by
 * _init; at most 256 MiB, more than that is said by store_later_put (VG_ELIMIT). _put empties it; _next gives a row's
 * values, borrowed, from where *at stands (0: the first), and is false behind the last.
 */
enum { STORE_LATER_ARGS = 32 };
struct store_later {
  struct vg_buf bytes;
  size_t rows;
};
void store_later_init(struct store_later *l);
void store_later_fini(struct store_later *l);
void store_later_reset(struct store_later *l);
void store_later_row(struct store_later *l, struct store_args args);
bool store_later_next(const struct store_later *l, size_t *at, struct store_arg out[static STORE_LATER_ARGS]);
/* Are all rows here, none lost to the limit or to memory? */
MUST vg_code store_later_check(struct store_later *l, struct vg_err *err);
MUST vg_code store_later_put(struct store_tx *tx, struct store_later *l, const char *insert, struct vg_err *err);

/*
 * Reading rows. Columns are borrowed until the next store_next or store_done. Several queries may be open at once.
 *     struct store_rows *q;
 *     VG_TRY(store_query(tx, &q, "SELECT id, name FROM t_x WHERE zone = $1", S_ARGS(S_Z("OUEST")), err));
 *     while (store_next(q)) use(store_int(q, 0), store_str(q, 1));
 *     VG_TRY(store_done(&q, err));   // says whether the loop ended by an error
 */
struct store_rows;
MUST vg_code store_query(struct store_tx *tx, struct store_rows **out, const char *sql, struct store_args args,
                         struct vg_err *err);
bool store_next(struct store_rows *q);
int64_t store_int(struct store_rows *q, int col); /* 0 for NULL */
double store_real(struct store_rows *q, int col);
vg_str store_str(struct store_rows *q, int col);   /* text or bytes; {NULL,0} for NULL */
vg_time store_time(struct store_rows *q, int col); /* VG_NOTIME for NULL */
bool store_is_null(struct store_rows *q, int col);
MUST vg_code store_done(struct store_rows **q, struct vg_err *err); /* frees and nulls; legal on NULL */

/* One row, one number: VG_ENOTFOUND when no row came. */
MUST vg_code store_get_int(struct store_tx *tx, int64_t *out, const char *sql, struct store_args args,
                           struct vg_err *err);
/* One row, one text, appended to out. VG_ENOTFOUND when no row came. */
struct vg_buf;
/* The first column of every row, a line each, appended to out. */
MUST vg_code store_get_lines(struct store_tx *tx, struct vg_buf *out, const char *sql, struct store_args args,
                             struct vg_err *err);
MUST vg_code store_get_text(struct store_tx *tx, struct vg_buf *out, const char *sql, struct store_args args,
                            struct vg_err *err);

/* The pattern of LOWER(text) LIKE $N ESCAPE '!' for texts that hold these words, in either case (ASCII). */
void store_like(struct vg_buf *out, vg_str words);

#endif
