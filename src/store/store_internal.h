#ifndef VG_STORE_STORE_INTERNAL_H
#define VG_STORE_STORE_INTERNAL_H
/* What an engine gives; shared by the files of this room only. */
#include "base/buf.h"
#include "store/store.h"

struct stmt; /* a prepared statement of the engine */

struct engine {
  const char *name;
  vg_code (*open)(void **db, const char *url, bool create, struct vg_err *err);
  void (*close)(void *db);
  /* Plain SQL without arguments, possibly several statements. */
  vg_code (*script)(void *db, const char *sql, struct vg_err *err);
  vg_code (*prepare)(void *db, struct stmt **out, const char *sql, struct vg_err *err);
  void (*finish)(struct stmt *s);
  /* Binds and runs to before the first row. lasting: what args point to stays until reset, and need not be copied. */
  vg_code (*start)(struct stmt *s, struct store_args args, bool lasting, struct vg_err *err);
  /* VG_OK with *row false at the end. */
  vg_code (*step)(struct stmt *s, bool *row, struct vg_err *err);
  void (*reset)(struct stmt *s);
  int64_t (*changes)(struct stmt *s);
  bool (*is_null)(struct stmt *s, int col);
  int64_t (*get_int)(struct stmt *s, int col);
  double (*get_real)(struct stmt *s, int col);
  vg_str (*get_str)(struct stmt *s, int col);
  /* Rows by the thousand, or NULL: then each is a statement of its own. */
  vg_code (*copy_begin)(void *db, const char *sql, struct vg_err *err);
  vg_code (*copy_bytes)(void *db, vg_str bytes, struct vg_err *err);
  vg_code (*copy_end)(void *db, bool keep, struct vg_err *err);
  /* Puts a table's rows into a new file, or NULL: then there is no need. */
  vg_code (*afresh)(void *db, const char *table, const char *order, struct vg_err *err);
  /* The records as they are now, to a new file. */
  vg_code (*copy)(void *db, const char *path, store_progress *progress, void *ctx, struct vg_err *err);
  const char *begin_write, *begin_read;
  /* Where there is one writer: begins to write at once or not at all (VG_EBUSY), and the file of the records; or NULL.
   */
  vg_code (*begin_now)(void *db, struct vg_err *err);
  const char *(*file)(void *db);
  const char *has_meta;    /* a query that counts the tables named store_meta */
  const char *lock_schema; /* keeps two programs from applying steps at once; held to the end of the transaction */
};
extern const struct engine store_sqlite;
extern const struct engine store_postgres;

struct cached {
  const char *text; /* the caller's literal: its address and content are the key */
  struct stmt *stmt;
  bool busy;
};

enum { STORE_RECENT = 256 };

struct store {
  const struct engine *engine;
  void *db;
  struct vg_clock clock;
  struct cached *cache;
  size_t cached, cache_cap;
  size_t recent[STORE_RECENT]; /* slot + 1 in the cache, by the address of the text: a hint that is checked */
  struct store_tx *tx;
  int turn;        /* the queue's file, -1: not opened */
  bool claimed;    /* by this connection */
  bool unscrubbed; /* what was deleted is still to leave the engine's files */
};

/* What rooms keep (store_kept), as it stands, and as it stood at each savepoint that is open. */
struct kept {
  struct kept *below;
  const struct store_keep *what[STORE_KEPT];
  void *data[STORE_KEPT];
};

struct store_tx {
  struct store *st;
  vg_time now;
  bool reading;
  int depth;   /* savepoints */
  bool erases; /* store_erases */
  struct kept kept;
};

/* turn.c: begins to write; where there is one writer, waits its turn up to 10 s. */
vg_code store_turn_begin(struct store *st, struct vg_err *err);
void store_turn_close(struct store *st);
void store_unclaim(struct store *st);
/* Commits; the transaction stands without one of the engine's until that begins again. */
vg_code store_commit_part(struct store_tx *tx, struct vg_err *err);

/* The prepared statement of a text, busy until it is given back; store.c. */
vg_code store_prepared(struct store *st, const char *sql, struct stmt **out, size_t *slot, struct vg_err *err);
void store_give_back(struct store *st, struct stmt *s, size_t slot);
/* Replaces the markers of DDL (@pk, @int, ...) for the engine. */
void store_markers(struct vg_buf *out, vg_str sql, bool postgres);
/* Applies every room's missing steps in one transaction. */
vg_code store_migrate(struct store *st, const struct store_options *options, struct vg_err *err);

#endif
