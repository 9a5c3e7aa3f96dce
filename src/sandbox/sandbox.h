#ifndef VG_SANDBOX_SANDBOX_H
#define VG_SANDBOX_SANDBOX_H
/*
 * The cell: hostile bytes are parsed by a child that is this same program (/proc/self/exe, argv "vigie-cell NAME
 * PARENT-PID"), with Landlock read-only on exactly the input files, seccomp (mandatory: no sockets, no writing opens,
 * no exec except a parser that declares one outside program), no new privileges, limits of memory, CPU and wall time
 * (memory and CPU are lifted in sanitizer builds), an empty environment and frames out on one pipe. A crash, a kill or
 * a time-out is a result to report (VG_ECELL with what happened), never a lost case.
 *
 * Parent:  struct cell_order o = {.parser = "image", .inputs = paths, .input_count = 1, .args = json};
 *          VG_TRY(cell_run(&cells, &o, on_frame, ctx, err));
 * Child:   main() calls cell_main() first of all; it never returns when the program was started as a cell.
 *
 * Much output goes through memory that both share (cell_order.blocks) without a copy in the cell. What lies there may
 * be changed by a broken cell while it is looked at: a sink copies such bytes before it looks.
 *
 * A frame on the pipe: u32 kind, u32 length (at most CELL_FRAME_MAX), payload. Payload texts are vg_wr_text /
 * vg_rd_text. THE PROTOCOL IS THIS ENUM:
 */
#include "base/buf.h"
#include "base/rd.h"

enum cell_msg {
  CELL_DONE = 1, /* payload: empty; the parser ended well */
  CELL_FAILED,   /* u32 vg_code, text message id, text args...: the parser refused its input with a reason */
  CELL_PROGRESS, /* u64 done, u64 total (bytes) */
  CELL_PROBLEM,  /* text where, text message id, text args...: something odd; the parser went on */
  CELL_VOLUME,   /* analysis: see analysis/frames.h for the payloads below */
  CELL_FILE,
  CELL_EVENT,
  CELL_INDICATOR,
  CELL_HIT,
  CELL_BYTES,  /* raw bytes of a conversion (decompressed log, text of a document) */
  CELL_HASH,   /* evidence: text name, text hex */
  CELL_RECORD, /* a JSON object: one thing read from a foreign format (a STIX object made of a MISP event, ...) */
  CELL_UNIT,   /* u64 number, u8 done, text what: the parser turns to (0), or has told all of (1), a part of its input:
                  when it dies,   its parent knows of what, and may start it again past that part */
  CELL_PLACED, /* u32 block, u32 bytes: that shared block holds so many; the sink gets them as CELL_BYTES */
  CELL_MSG_END
};
enum { CELL_FRAME_MAX = 4 << 20, CELL_BLOCK = 256 << 10, CELL_BLOCKS = 32 };

/* Inside the cell: what a parser gets. Inputs are paths that it may open for reading, nothing else can be opened. */
struct cell_in {
  const char *const *inputs;
  size_t input_count;
  vg_str args; /* JSON object given by the parent */
};
struct cell_out; /* the pipe */
/* A parser's output without its cell: for fuzz targets only. */
struct cell_out *cell_out_new(int fd);
void cell_out_free(struct cell_out *out);
/* Sends one frame; when the parent is gone the process ends here. Payloads over CELL_FRAME_MAX are a bug (asserted). */
void cell_send(struct cell_out *out, enum cell_msg kind, vg_str payload);
/* Room for CELL_BLOCK bytes in the shared memory, waited for; what is written from its beginning on is sent by
 * cell_send(out, CELL_BYTES, ...) of that place, not copied. The same room until then. NULL: the order has no blocks.
 */
char *cell_room(struct cell_out *out);
void cell_send_problem(struct cell_out *out, vg_str where, const char *msg, vg_str arg);
void cell_send_progress(struct cell_out *out, uint64_t done, uint64_t total); /* thinned to ~10 a second */

/* A parser: runs inside. Its vg_err reaches the parent as the error of cell_run. */
struct cell_parser {
  const char *name;
  vg_code (*run)(const struct cell_in *in, struct cell_out *out, struct vg_err *err);
  const char *program;          /* outside program that it may exec (absolute path), NULL: none */
  uint64_t memory;              /* bytes of address space; 0: 2 GiB */
  unsigned cpu_seconds;         /* 0: 3600 */
  bool threads;                 /* it may start threads of its own (never processes) */
  unsigned libraries;           /* enum of base/library.h: those that it calls, loaded while files can be opened */
  const char *const *read_only; /* NULL-ended list of further paths needed for reading (the magic database), or NULL */
};
struct cell_table {
  const struct cell_parser *const *parsers;
  size_t count;
};

/* If this process was started as a cell: confines itself, runs the parser, exits. Else returns at once. */
void cell_main(int argc, char **argv, const struct cell_table *table);

struct cell_order {
  const char *parser;
  const char *const *inputs; /* files that the parser may read, nothing else */
  size_t input_count;
  vg_str args;      /* JSON object, at most 1 MiB; empty means {} */
  unsigned seconds; /* wall clock; 0: no limit but that of CPU */
  unsigned silence; /* longest time between two frames; 0: no limit */
  int input;        /* the reading end of a pipe that becomes the parser's standard input; 0: none */
  bool blocks;      /* the parser may send CELL_BYTES through shared memory: the sink copies before it looks */
};
/* kind is one of enum cell_msg except DONE and FAILED, which cell_run handles. Returning an error stops the cell. */
typedef vg_code cell_sink(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err);
/*
 * Runs a parser to its end. VG_ECELL when it was killed, crashed, ran out of time or memory, or broke the protocol; the
 * parser's own code and message when it refused its input; VG_ESTATE when this kernel cannot confine (refuses to run
 * then).
 */
MUST vg_code cell_run(const struct cell_order *order, cell_sink *sink, void *ctx, struct vg_err *err);
/* The same in two steps: the parser works on meanwhile, until its pipe and its shared blocks are full. Both of the
 * second kind free the cell and null it; _stop kills it, *cell may be NULL. A cell ends with the thread that started
 * it. */
struct cell;
MUST vg_code cell_start(const struct cell_order *order, struct cell **out, struct vg_err *err);
MUST vg_code cell_finish(struct cell **cell, cell_sink *sink, void *ctx, struct vg_err *err);
void cell_stop(struct cell **cell);
/* A message id from a frame as one that lives for ever; "sandbox.no_reason" when the catalogue does not know it. */
const char *cell_message(vg_str id);

#endif
