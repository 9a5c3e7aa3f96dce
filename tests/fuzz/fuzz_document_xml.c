#include "document_target.h"

DOCUMENT_TARGET(document_xml(&d, bytes, VG_STR("x"), NULL))
