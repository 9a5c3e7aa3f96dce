#include "document_target.h"

DOCUMENT_TARGET(document_rtf(&d, bytes, VG_STR("x"), NULL))
