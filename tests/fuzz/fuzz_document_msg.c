#include "document_target.h"

DOCUMENT_TARGET(document_msg(&d, bytes, VG_STR("x"), NULL))
