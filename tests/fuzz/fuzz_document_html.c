#include "document_target.h"

DOCUMENT_TARGET(document_html(&d, bytes, VG_STR("x"), NULL, NULL))
