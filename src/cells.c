#include "cells.h"

#include "analysis/analysis.h"
#include "evidence/evidence.h"
#include "prevention/prevention.h"
#include "qualify/qualify.h"
#include "watch/watch.h"
#include "intel/intel.h"
#include "match/match.h"

static const struct cell_parser *const parsers[] = {
    &analysis_parser,  /* "image": volumes, files and contents of an image, a file or a directory */
    &document_parser,  /* "document": texts of mails, pages, Office files, archives */
    &evidence_parser,  /* "evidence": hashes of a foreign image's content */
    &framework_parser, /* "framework": libraries of measures (YAML) */
    &match_parser,     /* "match": members of archives, packets of captures and Windows events as text */
    &openioc_parser,   /* "openioc": indicators of OpenIOC files as STIX patterns */
    &pdf_parser,       /* "pdf": text by pdftotext */
    &pdf_links_parser, /* "pdf-links": where its links lead, by pdfinfo */
    &qualify_parser,   /* "facts": what the headers of a program or a document show */
    &watch_parser,     /* "watch": feeds, pages and OPML that the technology watch fetched */
    &yara_parser,      /* "yara": do rules compile? */
};
const struct cell_table cells = {parsers, VG_COUNT(parsers)};
