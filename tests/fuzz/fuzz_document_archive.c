#include "document_target.h"

DOCUMENT_TARGET(document_archive(&d, bytes, VG_STR("x"), NULL))
